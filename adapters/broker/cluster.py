"""Apache Kafka on this machine: one node to work with, or three to break."""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from adapters.broker.errors import BrokerError
from adapters.broker.guarded_process import GuardedProcess
from adapters.broker.java import NO_JAVA, find_java
from adapters.broker.maven import kafka_jars
from adapters.broker.node import Door, JavaCommand, Node
from adapters.broker.ports import LOOPBACK, free_ports
from adapters.broker.readiness import await_serving

# The quick compiler alone and the simple collector: they halve the start. For long measurements of throughput
# leave out TieredStopAtLevel.
QUICK_START = ("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")

_GRACE = 10.0  # seconds to stop in good order
_PAUSE = 0.05


class KafkaCluster:
    """A cluster of `brokers` combined nodes (broker and KRaft controller), numbered from 1, on loopback.

    `data_dir` holds `node-<n>/` with the node's data, `server.properties` and `broker.log`; a later cluster
    of the same size continues from it, on other ports. Replication is 1 for one node, and 3 with 2 in sync
    for three. `settings` are added to (and win over) each `server.properties`; `start_timeout` is in seconds.
    `doors` are further listeners by name, each with the port that every node tells its visitors (see `Door`).

    All methods block (call them with `asyncio.to_thread`), from one thread at a time. The nodes die with this
    process. Errors are `BrokerError`.
    """

    transactions = True

    def __init__(
        self,
        data_dir: Path,
        brokers: int = 1,
        *,
        cache_dir: Path | None = None,
        settings: Mapping[str, str] | None = None,
        jvm_options: Sequence[str] = QUICK_START,
        start_timeout: float = 60.0,
        doors: Mapping[str, Mapping[int, int]] | None = None,
    ) -> None:
        if brokers < 1:
            raise BrokerError(f"a cluster of {brokers} brokers cannot be")
        self._data_dir = data_dir.resolve()
        self._cache_dir = cache_dir
        self._jvm_options = jvm_options
        self._start_timeout = start_timeout
        numbers = range(1, brokers + 1)
        doors = doors or {}
        ports = iter(free_ports((2 + len(doors)) * brokers))
        voters = {number: next(ports) for number in numbers}
        self._nodes = {
            number: Node(
                number,
                self._data_dir / f"node-{number}",
                next(ports),
                voters,
                settings or {},
                [Door(name, next(ports), told[number]) for name, told in doors.items()],
            )
            for number in numbers
        }
        self._processes: dict[int, GuardedProcess] = {}

    @property
    def bootstrap_servers(self) -> str:
        """The addresses of all nodes, for a client's `bootstrap_servers`; known before the start."""
        return ",".join(f"{LOOPBACK}:{node.port}" for node in self._nodes.values())

    @property
    def limits(self) -> str:
        """What this broker cannot do, for the operator."""
        return "On this machine only, without encryption, access control or a second disk: not for production."

    @property
    def is_running(self) -> bool:
        """Whether any node runs."""
        return bool(self.running)

    @property
    def running(self) -> list[int]:
        """The numbers of the nodes that run."""
        return [number for number, process in self._processes.items() if process.is_running]

    def pid(self, number: int) -> int:
        """Return the process id of node `number`'s running JVM, for instance to send it SIGSTOP."""
        if number not in self.running:
            raise BrokerError(f"node {number} does not run; running: {self.running}")
        return self._processes[number].pid

    def door(self, number: int, name: str) -> int:
        """Return the port on which node `number` itself listens behind the door `name`."""
        return next(door.port for door in self._nodes[number].doors if door.name == name)

    def start(self) -> None:
        """Start all nodes and wait until each serves and knows the others; leaves nothing behind on failure.

        The first start on a machine downloads Kafka's jars.
        """
        if self.is_running:
            raise BrokerError("the cluster is already running")
        found = sorted(path.name for path in self._data_dir.glob("node-*"))
        if found and found != sorted(node.folder.name for node in self._nodes.values()):
            raise BrokerError(
                f"{self._data_dir} is of a cluster of {len(found)} nodes, not {len(self._nodes)}: choose another folder"
            )
        try:
            java = self._java_command()
            for number in self._nodes:
                self._launch(number, java)
            self._await_serving()
        except BaseException:
            self._kill_all()
            raise

    def stop(self) -> None:
        """Stop all nodes in good order, within 10 seconds, else by kill; nothing acknowledged is lost.

        Does nothing when none runs.
        """
        for number in self.running:
            self._processes[number].terminate()
        # A minority of controllers would try to reach the others for 5 seconds: they are not waited for.
        majority = len(self._nodes) // 2 + 1
        deadline = time.monotonic() + _GRACE
        while len(self.running) >= majority and time.monotonic() < deadline:
            time.sleep(_PAUSE)
        self._kill_all()

    def kill(self, number: int) -> None:
        """End node `number` as kill -9 does; returns when it is gone."""
        self.pid(number)  # refuses a node that does not run
        self._processes[number].kill()

    def restart(self, number: int) -> None:
        """Start node `number` again on its old port and data, and wait until it serves.

        A node that still runs is asked to end first. The others must be a majority without it.
        """
        if number in self.running:
            self._processes[number].terminate()
            self._processes[number].wait(_GRACE)
            self._processes[number].kill()
        self._launch(number, self._java_command())
        self._await_serving()

    def __enter__(self) -> Self:
        if not self.is_running:
            self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _java_command(self) -> JavaCommand:
        java = find_java()
        if java is None:
            raise BrokerError(NO_JAVA)
        return JavaCommand(java, kafka_jars(self._cache_dir), self._jvm_options)

    def _launch(self, number: int, java: JavaCommand) -> None:
        self._processes[number] = self._nodes[number].launch(java, self._cluster_id())

    def _cluster_id(self) -> str:
        """Return the id all nodes are formatted with, kept so that a half-formatted cluster can go on."""
        file = self._data_dir / "cluster-id"
        if not file.exists():
            self._data_dir.mkdir(parents=True, exist_ok=True)
            file.write_text(base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("="), encoding="ascii")
        return file.read_text(encoding="ascii")

    def _await_serving(self) -> None:
        started = [(self._processes[number], self._nodes[number].port) for number in self.running]
        await_serving(started, self._start_timeout)

    def _kill_all(self) -> None:
        for process in self._processes.values():
            process.kill()
