import json
import logging

import pytest
from django.core.cache import cache

from config import health

pytestmark = pytest.mark.django_db


def test_live_needs_no_database_and_no_known_host(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/health/live", headers={"host": "10.0.0.7"})
    assert (answer.status_code, answer.content) == (200, b"ok      process: ok\n")


def test_ready_when_everything_answers_is_200(client):
    answer = client.get("/health/ready", headers={"accept": "application/json"})
    body = json.loads(answer.content)
    assert answer.status_code == 200
    assert body["status"] == "ok"
    assert [check["name"] for check in body["checks"] if check["needed"]] == [
        "database",
        "migrations",
        "storage",
    ]
    assert answer.headers["Cache-Control"] == "no-store"


def test_ready_when_valkey_is_gone_warns_and_tells_no_address(client, settings, caplog):
    secret = "redis://:hunter2@127.0.0.1:1/0"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": secret}}
    with caplog.at_level(logging.CRITICAL):
        answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert "warning valkey: ConnectionError" in answer.text
    assert "hunter2" not in answer.text


def test_ready_when_a_migration_is_missing_is_503(client, monkeypatch, caplog):
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *_: ["one"])
    with caplog.at_level(logging.CRITICAL):
        answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert "FAILING migrations" in answer.text


def test_cache_of_the_tests_is_a_real_valkey():
    cache.set("here", 1)
    assert cache.get("here") == 1
