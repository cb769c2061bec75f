import os

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.race import race


@pytest.mark.django_db
def test_database_of_the_tests_is_migrated_and_belongs_to_this_process():
    process = os.environ.get("PYTEST_XDIST_WORKER", "main")
    assert connection.settings_dict["NAME"] == f"halles_test_{process}"
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


def open_connections():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_race_with_200_threads_gives_each_a_connection_and_returns_every_answer():
    def backend():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return cursor.fetchone()[0]

    answers = race([backend] * 200)
    assert len(set(answers)) == 200


@pytest.mark.django_db(transaction=True)
def test_race_returns_an_exception_as_itself_in_its_place():
    def refuse():
        raise ValueError("no")

    first, second = race([lambda: 1, refuse])
    assert first == 1
    assert isinstance(second, ValueError)


@pytest.mark.django_db(transaction=True)
def test_content_types_survive_a_test_that_flushes_all_tables():
    assert ContentType.objects.exists()
