"""Run as a script, between Sorbro and a broker process: when Sorbro dies, however it dies, the broker dies.

    python guardian.py COMMAND [ARGUMENT ...]

Standard input is a pipe whose other end only Sorbro holds: its end means that Sorbro is gone, and the
command's whole process group is killed. The kernel closes that pipe even for kill -9, which no `atexit` sees.

Why not PR_SET_PDEATHSIG from Sorbro itself: it fires when the *thread* that forked ends, and
`asyncio.to_thread` forks from pool threads. Here it is safe, because only the main thread forks; it covers
the death of the guardian.

The command's process id is the one line on standard output; the command writes to standard error, the log.
Imports nothing of ours, so that it starts in milliseconds.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading

_PR_SET_PDEATHSIG = 1


def main(command: list[str]) -> int:
    """Run `command` to its end, or to the end of standard input; return its exit status as a shell would."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def die_with_guardian() -> None:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    child = subprocess.Popen(  # noqa: S603 - the command is ours
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        process_group=0,
        preexec_fn=die_with_guardian,  # noqa: PLW1509 - no other thread exists yet
    )
    print(child.pid, flush=True)  # noqa: T201 - the launcher reads it
    threading.Thread(target=_kill_at_end_of_input, args=(child.pid,), daemon=True).start()
    status = child.wait()
    return status if status >= 0 else 128 - status


def _kill_at_end_of_input(group: int) -> None:
    # Not sys.stdin: its lock, held by a daemon thread, aborts the interpreter's exit.
    os.read(0, 1)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
