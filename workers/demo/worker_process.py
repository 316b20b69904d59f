"""The demo's workers: real `sorbro run` processes, started again if they die."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from adapters.broker.guarded_process import GuardedProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_STOP_SECONDS: Final = 15.0
_MOST_RESTARTS: Final = 20


class WorkerProcess:
    """One worker under supervision. Its process id is kept in a file beside its log."""

    def __init__(self, name: str, settings: Mapping[str, str], folder: Path, say: Callable[[str], None]) -> None:
        self._name = name
        self._folder = folder
        self._say = say
        environment = [f"{key}={value}" for key, value in settings.items()]
        self._command = ["/usr/bin/env", *environment, sys.executable, "-m", "workers", "run"]
        self._restarts = 0
        self._process = self._start()

    def supervise(self) -> None:
        """Start the worker again if it has died. Raises `RuntimeError` when it keeps dying."""
        if self._process.is_running:
            return
        self._restarts += 1
        if self._restarts > _MOST_RESTARTS:
            raise RuntimeError(f"{self._name} keeps dying; {self._process.last_words()}")
        self._say(f"{self._name} has died; starting it again")
        self._process = self._start()

    def stop(self) -> None:
        """End the worker as Ctrl-C would, or harder if it does not heed it."""
        self._process.terminate()
        if not self._process.wait(_STOP_SECONDS):
            self._process.kill()

    def _start(self) -> GuardedProcess:
        process = GuardedProcess(self._command, self._folder / f"{self._name}.log")
        (self._folder / f"{self._name}.pid").write_text(str(process.pid), encoding="ascii")
        return process
