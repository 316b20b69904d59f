"""The workers of a campaign: real processes, each behind a link of its own to the brokers."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from adapters.broker.guarded_process import GuardedProcess
from adapters.broker.ports import LOOPBACK, free_ports

_ROOT = Path(__file__).parents[2]


class Worker:
    """One place of the fleet: a process that may die and be started again."""

    def __init__(self, name: str, folder: Path, settings: Mapping[str, str]) -> None:
        self.name = name
        self._folder = folder
        self._settings = settings
        self._port = free_ports(1)[0]
        self._process: GuardedProcess | None = None
        self.log = folder / f"{name}.log"
        self._failpoint = folder / f"{name}.failpoint"

    def arm(self, failpoint: str) -> None:
        """Give the worker a failpoint (see `failing_log`), now or when it starts; none for an empty text."""
        written = self._failpoint.with_suffix(".new")
        written.write_text(failpoint, encoding="utf-8")
        written.replace(self._failpoint)

    def start(self, failpoint: str = "", **more: str) -> None:
        """Start the process; it dies with us."""
        self.arm(failpoint)
        settings = {
            "PYTHONPATH": f"{_ROOT}:{_ROOT / 'tests'}",
            "SORBRO_WEB_PORT": str(self._port),
            "SORBRO_DATA_DIR": str(self._folder / self.name),
            "SORBRO_LOG_FORMAT": "json",
            "SORBRO_PAGE": "false",
            "BROKER_SESSION_TIMEOUT": "6",  # of Faust's own group: its default, 60 s, is longer than an episode
            "BROKER_REBALANCE_TIMEOUT": "10",
            "SORBRO_FAILPOINT": str(self._failpoint),
            **self._settings,
            **more,
        }
        command = ["/usr/bin/env", *(f"{name}={value}" for name, value in settings.items())]
        self._process = GuardedProcess([*command, sys.executable, "-m", "faults.worker"], self.log)

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended; one that is stopped has not."""
        return self._process is not None and self._process.is_running

    @property
    def was_started(self) -> bool:
        """Whether there has ever been a process."""
        return self._process is not None

    def last_words(self) -> str:
        """The last line of the log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return f"{self.name}: {lines[-1][:300] if lines else 'no word'}"

    @property
    def is_stopped(self) -> bool:
        """Whether it hangs in SIGSTOP."""
        if self._process is None or not self._process.is_running:
            return False
        try:
            stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8")
        except OSError:
            return False
        return stat.rpartition(")")[2].split()[0] == "T"

    def signal(self, number: signal.Signals) -> None:
        """Send the process a signal, if there is one."""
        if self._process is not None and self._process.is_running:
            os.killpg(self._process.pid, number)

    def fill_disk(self) -> None:
        """From now on no file of the process grows: every write fails as on a full disk."""
        if self._process is not None:
            resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (0, 0))

    def kill(self) -> None:
        """End it as kill -9 does."""
        if self._process is not None:
            self._process.kill()

    def leave(self) -> None:
        """End it in good order, within half a minute."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGINT)
        if self._process is not None and not self._process.wait(35):
            self._process.kill()

    async def held(self) -> set[int]:
        """The partitions it works on, as its page says; none when it does not answer."""
        return await asyncio.to_thread(self._held)

    def _held(self) -> set[int]:
        page = _page(f"http://{LOOPBACK}:{self._port}/readyz")
        return set(page.get("open", ()))


def _page(url: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # our own page
            page: dict[str, Any] = json.load(answer)
            return page
    except urllib.error.HTTPError as error:
        return dict(json.load(error))
    except OSError:
        return {}


async def until(condition: Callable[[], Any], seconds: float, pause: float = 0.1) -> bool:
    """Wait for a condition, a coroutine function or a plain one; False when it does not come in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return True
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(pause)
