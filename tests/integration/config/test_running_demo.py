import pytest

from config.launch.demo import running_demo
from config.launch.state import State

NOTE = {"DATABASE_URL": "postgresql://shop:x@127.0.0.1:7201/halles", "REDIS_URL": "redis://127.0.0.1:7202/0"}


@pytest.fixture
def demo(tmp_path):
    """A folder whose demo runs: its launcher holds the lock and has noted where its services are."""
    state = State(root=tmp_path)
    state.take_lock()
    state.write("services", {**NOTE, "PORT": "7200"})
    yield state
    state.release()


def test_manage_works_on_the_demo_that_runs_from_its_folder(demo, tmp_path):
    found = running_demo(environ={"PATH": "/usr/bin", "LOG_LEVEL": "ERROR"}, root=tmp_path)
    assert found["HALLES_DEMO"] == "1"
    assert found["PORT"] == "7200"
    assert {name: found[name] for name in NOTE} == NOTE
    assert found["LOG_LEVEL"] == "ERROR"
    assert found["DJANGO_SECRET_KEY"] == demo.secret("django")


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "DJANGO_SECRET_KEY", "HALLES_DEMO"])
def test_manage_leaves_the_demo_alone_when_the_environment_names_a_shop(demo, tmp_path, name):
    assert running_demo(environ={name: "1"}, root=tmp_path) == {}


def test_manage_finds_no_demo_once_its_launcher_has_ended(demo, tmp_path):
    demo.release()
    assert running_demo(environ={}, root=tmp_path) == {}


def test_looking_for_a_demo_writes_nothing_where_none_has_run(tmp_path):
    assert running_demo(environ={}, root=tmp_path) == {}
    assert list(tmp_path.iterdir()) == []
