"""A child process that cannot outlive us."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, cast

from adapters.broker.errors import BrokerError

_GUARDIAN = Path(__file__).with_name("guardian.py")
_LINES_SHOWN = 20


class GuardedProcess:
    """`command`, started at once under a guardian (see `guardian`), its output appended to the file `log`.

    It ends when it is told to, and is killed when this object is forgotten or Python ends in any way. It has
    a session of its own, so that Ctrl-C in a terminal reaches Sorbro alone, which then stops the broker after
    itself. `environment` replaces ours where given. May be started and used from any thread. Raises `BrokerError`
    when the command cannot be run.
    """

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.log = log
        with log.open("ab") as output:
            self._guardian = subprocess.Popen(  # noqa: S603 - our own script and command
                [sys.executable, "-I", "-S", str(_GUARDIAN), *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                start_new_session=True,
                env=environment,
            )
        with cast("IO[bytes]", self._guardian.stdout) as pid:
            announced = pid.readline()
        if not announced:
            self.wait(timeout=30)
            raise BrokerError(f"{command[0]} could not be run; {self.last_words()}")
        self.pid = int(announced)

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self._guardian.poll() is None

    def terminate(self) -> None:
        """Ask the process to end (SIGTERM); does not wait."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process as kill -9 does, and wait until it is gone and its ports are free."""
        self._signal(signal.SIGKILL)
        self.wait(timeout=30)

    def wait(self, timeout: float) -> bool:
        """Wait `timeout` seconds for the process to end; return whether it did."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._guardian.wait(timeout)
            cast("IO[bytes]", self._guardian.stdin).close()
        return not self.is_running

    def last_words(self) -> str:
        """Return the end of the log, for an error message."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LINES_SHOWN:]
        return "\n".join([f"the end of {self.log}:", *(lines or ["(empty)"])])

    def _signal(self, number: signal.Signals) -> None:
        if self.is_running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)
