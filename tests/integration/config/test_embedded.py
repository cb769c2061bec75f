import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded import ports, processes, throwaway
from config.embedded.errors import ServiceError
from config.embedded.postgres import Cluster
from config.embedded.processes import is_alive, wait_until
from config.embedded.valkey import Valkey

ROOT = Path(__file__).resolve().parents[3]
STARTER = """
import sys, time
from pathlib import Path
from config.embedded.postgres import Cluster
from config.embedded.valkey import Valkey
folder, pg_port, valkey_port = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
cluster = Cluster(folder=folder / "pg", port=pg_port, password="p"); cluster.start()
valkey = Valkey(folder=folder / "valkey", port=valkey_port, password="p"); valkey.start()
print(cluster.process.pid, valkey.process.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path):
    # pytest's folders are closed to others; root's PostgreSQL runs as someone else.
    for part in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        part.chmod(0o755)
    return tmp_path


@pytest.fixture
def cluster(folder):
    made = Cluster(folder=folder / "pg", port=ports.unused_port(), password="p")
    yield made
    made.stop()


def write_row(cluster, text):
    with psycopg.connect(cluster.url(database="postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        connection.execute("INSERT INTO note VALUES (%s)", [text])


def rows(cluster):
    with psycopg.connect(cluster.url(database="postgres")) as connection:
        return [row[0] for row in connection.execute("SELECT text FROM note ORDER BY text")]


def test_cluster_killed_without_warning_starts_again_with_what_was_committed(cluster):
    cluster.start()
    write_row(cluster, "before")
    os.kill(cluster.process.pid, signal.SIGKILL)
    cluster.process.wait()
    cluster.start()
    write_row(cluster, "after")
    assert rows(cluster) == ["after", "before"]


def test_cluster_stops_the_server_an_earlier_launcher_left_on_its_folder(cluster):
    cluster.start()
    write_row(cluster, "kept")
    left = cluster.process
    again = Cluster(folder=cluster.folder, port=cluster.port, password="p")
    again.start()
    try:
        assert left.wait(timeout=10) == 0
        assert rows(again) == ["kept"]
    finally:
        again.stop()


def test_cluster_when_the_pid_file_names_a_strangers_process_leaves_it_alone(cluster):
    cluster.start()
    os.kill(cluster.process.pid, signal.SIGKILL)
    cluster.process.wait()
    assert wait_until(lambda: ports.is_free(cluster.port), timeout_s=10)
    pid_file = cluster.data / "postmaster.pid"
    pid_file.write_text(pid_file.read_text().replace(str(cluster.process.pid), str(os.getpid()), 1))
    cluster.start()
    assert is_alive(os.getpid())
    write_row(cluster, "runs")


def test_cluster_asks_for_the_password(cluster):
    cluster.start()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(cluster.url(database="postgres").replace(":p@", ":wrong@"))


def test_cluster_on_a_busy_port_refuses_with_one_line(cluster):
    with socket.create_server((ports.HOST, cluster.port)), pytest.raises(ServiceError, match="is busy") as refusal:
        cluster.start()
    assert "\n" not in str(refusal.value)


def test_interrupted_initdb_leaves_no_half_made_folder(cluster):
    (cluster.folder / "draft").mkdir(parents=True)
    (cluster.folder / "draft" / "half").touch()
    cluster.start()
    write_row(cluster, "runs")
    assert not (cluster.folder / "draft").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become someone else")
def test_cluster_below_a_folder_closed_to_others_runs_as_root_too(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    cluster = Cluster(folder=closed / "pg", port=ports.unused_port(), password="p")
    cluster.start()
    try:
        write_row(cluster, "runs")
        assert rows(cluster) == ["runs"]
    finally:
        cluster.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become someone else")
@pytest.mark.parametrize("missing", [(), ("unshare",)])
def test_identity_below_a_closed_folder_is_never_root(tmp_path, monkeypatch, missing):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "pg").mkdir()
    which = processes.shutil.which
    monkeypatch.setattr(processes.shutil, "which", lambda name: None if name in missing else which(name))
    identity = processes.identity_for(program=Path("/usr/bin/env"), folder=closed / "pg")
    assert identity.prefix[0] == ("setpriv" if missing else "unshare")
    answer = subprocess.run([*identity.prefix, "id", "-u"], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() != "0"


def test_valkey_killed_without_warning_starts_again_and_asks_for_the_password(folder):
    valkey = Valkey(folder=folder / "valkey", port=ports.unused_port(), password="p")
    valkey.start()
    os.kill(valkey.process.pid, signal.SIGKILL)
    valkey.process.wait()
    valkey.start()
    try:
        with redis.Redis.from_url(valkey.url(database=0)) as client:
            assert client.ping()
        with redis.Redis(port=valkey.port) as client, pytest.raises(redis.AuthenticationError):
            client.ping()
    finally:
        valkey.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise exists on Linux alone")
def test_services_end_when_their_launcher_is_killed_and_nothing_blocks_the_next(folder):
    pg_port, valkey_port = ports.unused_port(), ports.unused_port()
    command = [sys.executable, "-c", STARTER, str(folder), str(pg_port), str(valkey_port)]
    for _attempt in range(2):
        launcher = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        with launcher:
            pids = [int(pid) for pid in launcher.stdout.readline().split()]
            assert len(pids) == 2
            launcher.kill()
        assert wait_until(lambda pids=pids: not any(is_alive(pid) for pid in pids), timeout_s=20)
        assert ports.is_free(pg_port)
        assert ports.is_free(valkey_port)


def test_throwaway_looks_past_a_folder_another_run_removes_meanwhile(folder, monkeypatch):
    gone = folder / f"{throwaway.PREFIX}gone"
    monkeypatch.setattr(Path, "glob", lambda self, _pattern: iter([gone]) if self == folder else iter(()))
    assert throwaway.remove_leftovers(within=folder) == 0


def test_throwaway_removes_what_a_killed_run_left_and_spares_a_living_one(folder):
    living = throwaway.start(within=folder)
    try:
        abandoned = folder / f"{throwaway.PREFIX}abandoned"
        abandoned.mkdir()
        (abandoned / "lock").touch()
        # One died before it made its lock; another has a lock's work begun, so nobody knows whose it is.
        unmade, begun = (folder / f"{throwaway.PREFIX}{name}" for name in ("unmade", "begun"))
        unmade.mkdir()
        (begun / "postgres").mkdir(parents=True)
        for left in (abandoned, unmade, begun, living.folder):
            os.utime(left, (0, 0))
        assert throwaway.remove_leftovers(within=folder) == 2
        assert (abandoned.exists(), unmade.exists(), begun.exists()) == (False, False, True)
        write_row(living.cluster, "alive")
    finally:
        living.stop()
    assert not living.folder.exists()
