import ast
import sys

import pytest

from config import run

LISTING = """\
:env:.cert='/etc/ssl/mine.crt'
global.extra-index-url='https://a.example/simple\\nhttps://b.example/simple'
global.cert='/etc/ssl/other.crt'
global.index-url='https://user:pass@mirror.example/simple'
install.find-links='/nowhere/at/all'
"""


def test_pip_settings_takes_the_section_pip_would():
    assert run.pip_settings(LISTING) == {
        "cert": "/etc/ssl/mine.crt",
        "extra-index-url": "https://a.example/simple https://b.example/simple",
        "index-url": "https://user:pass@mirror.example/simple",
        "find-links": "/nowhere/at/all",
    }


@pytest.mark.parametrize(
    ("value", "usable"),
    [("https://a.example/simple", True), ("file:///nowhere/simple", False), ("/nowhere", False), ("/", True)],
)
def test_places_that_do_not_exist_are_left_out(value, usable):
    assert run.is_usable(value) is usable


def test_uv_environment_never_overrides_what_the_user_set_for_uv(monkeypatch):
    answer = type("Answer", (), {"returncode": 0, "stdout": LISTING})
    monkeypatch.setattr(run, "run_quietly", lambda _command: answer)
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mine.example/simple")
    variables = run.uv_environment("python")
    assert "UV_DEFAULT_INDEX" not in variables
    assert "UV_FIND_LINKS" not in variables
    assert variables["UV_INDEX"] == "https://a.example/simple https://b.example/simple"


def test_first_step_imports_the_standard_library_alone():
    tree = ast.parse((run.ROOT / "config" / "run.py").read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert {module.partition(".")[0] for module in modules} <= set(sys.stdlib_module_names) | {"__future__"}


def test_old_python_gets_one_clear_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert run.main(["run"]) == 1
    assert capsys.readouterr().err == (
        "Python 3.11 or newer is needed, this is 3.9; name another: make run PYTHON=python3.12\n"
    )


def test_missing_venv_module_gets_one_clear_line(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(run, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(run, "STAMP", tmp_path / ".venv" / "installed.json")
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert run.main(["run"]) == 1
    assert capsys.readouterr().err.startswith("Python's venv module is missing: ")


def test_folder_without_write_permission_gets_one_clear_line(monkeypatch, capsys):
    monkeypatch.setattr(run.os, "access", lambda _path, _mode: False)
    assert run.main(["run"]) == 1
    assert capsys.readouterr().err.startswith("Cannot write to ")


def test_unchanged_lock_installs_nothing(monkeypatch, tmp_path):
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").touch()
    monkeypatch.setattr(run, "VENV", venv)
    monkeypatch.setattr(run, "STAMP", venv / "installed.json")
    installed = []
    monkeypatch.setattr(run, "make_venv", lambda: None)
    monkeypatch.setattr(run, "install_packages", installed.append)
    run.install(lock="dev")
    run.install(lock="dev")
    run.install(lock="runtime")
    assert [lock.name for lock in installed] == ["dev.txt"]


def test_locks_name_no_host():
    for lock in run.LOCKS.glob("*.txt"):
        assert "://" not in lock.read_text()
