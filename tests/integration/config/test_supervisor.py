import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.embedded.errors import ServiceError
from config.embedded.processes import is_alive, wait_until
from config.launch import supervisor
from config.launch.state import State

ROOT = Path(__file__).resolve().parents[3]
# A launcher of its own, so that signals and deaths are real. A worker starts a grandchild, as granian and celery do.
LAUNCHER = """
import os, sys
from pathlib import Path
from config.embedded.errors import ServiceError
from config.launch.supervisor import Supervisor
from config.embedded.processes import set_own_end_signal
mode, root = sys.argv[1], Path(sys.argv[2])
if mode == "orphan":
    set_own_end_signal(15)
child = '''
import os, sys, time
pid = os.fork()
if pid:
    print("pids", os.getpid(), pid, flush=True)
time.sleep(600)
'''
crash = "print('about to fall', flush=True); raise SystemExit(3)"
commands = {"web": [sys.executable, "-c", crash if mode == "crash" else child]}
if mode in {"head-start", "opened"}:
    commands["worker"] = [sys.executable, "-c", child]
def say(name, line):
    print(name, line, flush=True)
made = Supervisor(commands=commands, services={}, environ=dict(os.environ), root=root, say=say)
def tick():
    if mode == "opened" and web_is_up:
        made.open_for_all()
web_is_up = []
def say_and_see(name, line):
    say(name, line)
    web_is_up.append(name)
made.say = say_and_see
try:
    made.run(each_tick=tick)
except ServiceError as problem:
    print("refused", problem, flush=True)
"""


@pytest.fixture
def launch(tmp_path):
    started = []

    def start(mode):
        command = [sys.executable, "-c", LAUNCHER, mode, str(tmp_path)]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def pids_of(launcher):
    line = next(line for line in launcher.stdout if line.startswith("web pids"))
    return [int(pid) for pid in line.split()[2:]]


def gone(pids):
    return wait_until(lambda: not any(is_alive(pid) for pid in pids), timeout_s=20)


@pytest.mark.parametrize("mode", ["head-start", "opened"])
def test_first_command_starts_first_and_the_others_follow(launch, mode):
    launcher = launch(mode)
    told = [line.split()[0] for _, line in zip(range(2), launcher.stdout, strict=False)]
    assert told == ["web", "worker"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_to_the_launcher_ends_children_and_grandchildren(launch, number):
    launcher = launch("steady")
    pids = pids_of(launcher)
    launcher.send_signal(number)
    assert launcher.wait(timeout=20) == 0
    assert gone(pids)


def test_killed_child_takes_its_workers_along_and_is_named_and_restarted(launch):
    launcher = launch("steady")
    first = pids_of(launcher)
    os.kill(first[0], signal.SIGKILL)
    assert next(launcher.stdout) == "run web ended (signal SIGKILL); starting it again in 0.5 s\n"
    second = pids_of(launcher)
    assert gone(first)
    assert all(is_alive(pid) for pid in second)


@pytest.mark.slow
def test_child_that_cannot_live_stops_everything_with_one_line(launch):
    launcher = launch("crash")
    lines = launcher.stdout.read().splitlines()
    assert launcher.wait(timeout=60) == 0
    assert lines.count("web about to fall") == supervisor.CRASHES_ALLOWED
    assert lines[-1] == "refused web ended 5 times within a minute (last: status 3); stopping everything."


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise exists on Linux alone")
def test_killed_launcher_leaves_at_most_what_the_next_one_ends(launch, tmp_path):
    launcher = launch("steady")
    pids = pids_of(launcher)
    launcher.kill()
    launcher.wait()
    supervisor.end_leftovers(root=tmp_path)
    assert gone(pids)


def test_end_leftovers_of_another_folder_touches_nothing(launch, tmp_path):
    pids = pids_of(launch("steady"))
    assert supervisor.end_leftovers(root=tmp_path / "another") == 0
    assert all(is_alive(pid) for pid in pids)


def test_second_launcher_of_a_folder_is_refused_and_told_the_first_ones_id(tmp_path):
    first = State(root=tmp_path)
    first.take_lock()
    with pytest.raises(ServiceError, match=f"already running \\(process {os.getpid()}\\)"):
        State(root=tmp_path).take_lock()
    assert State(root=tmp_path).is_running()
    first.release()
    assert not State(root=tmp_path).is_running()


def test_secret_stays_the_same_and_is_readable_by_the_owner_alone(tmp_path):
    secret = State(root=tmp_path).secret("django")
    assert State(root=tmp_path).secret("django") == secret
    assert len(secret) == 64
    assert (tmp_path / ".data" / "run" / "django.secret").stat().st_mode & 0o077 == 0


def test_damaged_note_counts_as_none(tmp_path):
    state = State(root=tmp_path)
    state.write("note", {"a": 1})
    assert state.read("note") == {"a": 1}
    (state.folder / "note.json").write_text("{")
    assert state.read("note") == {}
