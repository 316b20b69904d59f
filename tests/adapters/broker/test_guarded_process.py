"""A guarded process lives exactly as long as the process that wants it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.broker.errors import BrokerError
from adapters.broker.guarded_process import GuardedProcess

FOREVER = ["sleep", "600"]


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie nobody has collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_it_runs_until_it_is_ended(tmp_path):
    process = GuardedProcess(FOREVER, tmp_path / "log")
    assert process.is_running
    assert is_alive(process.pid)
    assert not process.wait(timeout=0.01)
    process.terminate()
    assert process.wait(timeout=10)
    assert not is_alive(process.pid)
    process.kill()  # once more does no harm


def test_it_outlives_the_thread_that_started_it(tmp_path):
    started: list[GuardedProcess] = []
    thread = threading.Thread(target=lambda: started.append(GuardedProcess(FOREVER, tmp_path / "log")))
    thread.start()
    thread.join()
    assert not started[0].wait(timeout=0.3)
    started[0].kill()
    assert not is_alive(started[0].pid)


def test_its_whole_family_is_killed_with_it(tmp_path):
    process = GuardedProcess(["sh", "-c", "sleep 600 & echo $!; wait"], tmp_path / "log")
    assert wait_for(lambda: (tmp_path / "log").read_text().endswith("\n"))
    child = int((tmp_path / "log").read_text())
    process.kill()
    assert wait_for(lambda: not is_alive(child))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_dies_with_the_python_process(tmp_path, number):
    script = (
        "import sys, signal, pathlib; from adapters.broker.guarded_process import GuardedProcess as P;"
        f"print((p := P({FOREVER}, pathlib.Path(sys.argv[1]))).pid, flush=True); signal.pause()"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        os.kill(parent.pid, number)
    assert wait_for(lambda: not is_alive(pid))


def test_it_dies_with_its_guardian(tmp_path):
    process = GuardedProcess(FOREVER, tmp_path / "log")
    os.kill(process._guardian.pid, signal.SIGKILL)
    assert wait_for(lambda: not is_alive(process.pid))
    assert process.wait(timeout=10)


def test_its_last_words_are_kept(tmp_path):
    process = GuardedProcess(["sh", "-c", "echo first; echo out of luck >&2; exit 3"], tmp_path / "log")
    assert process.wait(timeout=10)
    assert process.last_words().endswith("first\nout of luck")


def test_what_cannot_be_run_is_an_error(tmp_path):
    with pytest.raises(BrokerError, match=r"(?s)/nonexistent could not be run.*FileNotFoundError"):
        GuardedProcess(["/nonexistent"], tmp_path / "log")
