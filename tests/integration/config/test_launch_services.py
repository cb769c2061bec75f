import os
import socket

import pytest

from config.embedded import ports
from config.embedded.errors import ServiceError
from config.launch import shop
from config.launch.services import check_given
from config.launch.state import State


def refused(**environ):
    with pytest.raises(ServiceError) as refusal:
        check_given(environ)
    text = str(refusal.value)
    assert "\n" not in text
    assert "hunter" not in text
    return text


def test_services_of_the_user_that_answer_are_taken():
    check_given({"DATABASE_URL": os.environ["DATABASE_URL"], "REDIS_URL": os.environ["REDIS_URL"]})


def test_without_services_of_the_user_there_is_nothing_to_ask():
    check_given({})


def test_database_url_that_is_none_is_refused_in_one_line():
    assert refused(DATABASE_URL="mysql://u:hunter2@db/x").startswith("DATABASE_URL must look like postgresql://")
    assert refused(DATABASE_URL="postgresql://u:hunter/2@db/x").startswith("DATABASE_URL has no number as port")


def test_database_that_is_away_or_not_there_is_refused_in_one_line():
    gone = refused(DATABASE_URL="postgresql://u:hunter2@127.0.0.1:1/x")
    assert gone.startswith("The database of DATABASE_URL does not answer: ")
    assert gone.endswith("Connection refused")
    base, _slash, _name = os.environ["DATABASE_URL"].rpartition("/")
    assert refused(DATABASE_URL=f"{base}/there_is_none").endswith('database "there_is_none" does not exist')


def test_redis_url_that_is_none_or_leads_nowhere_is_refused_in_one_line():
    assert refused(REDIS_URL="http://:hunter2@cache").startswith("REDIS_URL must look like redis://")
    away = refused(REDIS_URL="redis://:hunter2@127.0.0.1:1/0")
    assert away == "The Valkey of REDIS_URL does not answer: Error 111 connecting to 127.0.0.1:1. Connection refused."


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """A project folder of the test's own: a shop that runs from the real one is not disturbed."""
    monkeypatch.setattr(shop, "ROOT", tmp_path)
    state = State(root=tmp_path)
    monkeypatch.setattr(shop, "State", lambda: state)
    yield tmp_path
    state.release()


def test_make_run_with_a_busy_port_says_so_in_one_line(elsewhere):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(ServiceError) as refusal:
            shop.run(environ={"PORT": str(port)})
    others = f"make run PORT={port + 100}"
    assert str(refusal.value) == f"Port {port} is busy. Stop what listens there, or take others: {others}"


def test_make_run_twice_names_the_process_that_runs(elsewhere):
    first = State(root=elsewhere)
    first.take_lock()
    with pytest.raises(ServiceError) as refusal:
        shop.run(environ={"PORT": "39471"})
    first.release()
    assert str(refusal.value) == f"This project is already running (process {os.getpid()}); stop that one first."


def test_make_run_with_a_database_that_is_away_starts_nothing(elsewhere):
    with pytest.raises(ServiceError, match=r"^The database of DATABASE_URL does not answer: "):
        shop.run(environ={"PORT": str(ports.unused_port()), "DATABASE_URL": "postgresql://u@127.0.0.1:1/x"})
    assert [path.name for path in (elsewhere / ".data").iterdir()] == ["run"]
