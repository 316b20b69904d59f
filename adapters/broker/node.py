"""One Apache Kafka node on the loopback interface: broker and KRaft controller in one process."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.broker.guarded_process import GuardedProcess
from adapters.broker.ports import LOOPBACK

_LOGGING = Path(__file__).with_name("log4j2.properties")


@dataclass(frozen=True)
class JavaCommand:
    """How to start a Java program of Kafka's: the `java`, the folder of jars, and options for the JVM."""

    java: Path
    jars: Path
    options: Sequence[str]

    def line(self, scratch: Path, program: str, *arguments: str) -> str:
        """Return the shell command that runs main class `program` with its temporary files in `scratch`."""
        properties = (f"-Dlog4j2.configurationFile={_LOGGING}", f"-Djava.io.tmpdir={scratch}")
        classpath = ("-cp", f"{self.jars}/*")
        return shlex.join([str(self.java), *self.options, *properties, *classpath, program, *arguments])


@dataclass(frozen=True)
class Door:
    """One more listener of a node, on `port`; who comes in by it is told to come to the port `told`.

    Something of ours may stand there, between a client and the node; brokers among themselves do not pass it.
    """

    name: str
    port: int
    told: int


@dataclass(frozen=True)
class Node:
    """Node `number` (from 1) of a cluster; all its files are in `folder`.

    `voters` maps every node's number to its controller port.
    """

    number: int
    folder: Path
    port: int
    voters: Mapping[int, int]
    settings: Mapping[str, str]
    doors: Sequence[Door] = ()

    def launch(self, java: JavaCommand, cluster_id: str) -> GuardedProcess:
        """Start the node, formatting its storage first when it has none; does not wait until it serves."""
        # A JVM that is killed leaves the native libraries it unpacked: here we can clear them away.
        scratch = self.folder / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        config = self.folder / "server.properties"
        properties = self._properties()
        config.write_text("".join(f"{key}={value}\n" for key, value in properties.items()), encoding="utf-8")
        # One shell line, so that several nodes are formatted at the same time and the pid stays the same.
        steps = [f"exec {java.line(scratch, 'kafka.Kafka', str(config))}"]
        if not (self.folder / "data" / "meta.properties").exists():
            format_storage = ("format", f"--cluster-id={cluster_id}", "--config", str(config))
            steps.insert(0, java.line(scratch, "kafka.tools.StorageTool", *format_storage))
        return GuardedProcess(["/bin/sh", "-c", " && ".join(steps)], self.folder / "broker.log")

    def _properties(self) -> dict[str, str]:
        doors = {door.name: door.port for door in self.doors}
        nodes = len(self.voters)
        copies = min(nodes, 3)
        in_sync = 2 if nodes > 2 else 1  # noqa: PLR2004 - of two nodes, requiring both would survive no fault
        return {
            "process.roles": "broker,controller",
            "node.id": str(self.number),
            "listeners": _addresses({"PLAINTEXT": self.port, "CONTROLLER": self.voters[self.number]} | doors),
            "advertised.listeners": _addresses(
                {"PLAINTEXT": self.port} | {door.name: door.told for door in self.doors}
            ),
            "listener.security.protocol.map": ",".join(
                f"{name}:PLAINTEXT" for name in ("PLAINTEXT", "CONTROLLER", *doors)
            ),
            "inter.broker.listener.name": "PLAINTEXT",
            "controller.listener.names": "CONTROLLER",
            "controller.quorum.voters": ",".join(f"{number}@{LOOPBACK}:{port}" for number, port in self.voters.items()),
            "log.dirs": str(self.folder / "data"),
            # The guarantees, as production has them.
            "auto.create.topics.enable": "false",
            "unclean.leader.election.enable": "false",
            "transaction.partition.verification.enable": "true",
            "default.replication.factor": str(copies),
            "min.insync.replicas": str(in_sync),
            "offsets.topic.replication.factor": str(copies),
            "transaction.state.log.replication.factor": str(copies),
            "transaction.state.log.min.isr": str(in_sync),
            "share.coordinator.state.topic.replication.factor": str(copies),
            "share.coordinator.state.topic.min.isr": str(in_sync),
            # Small and quick: 50 partitions of each internal topic are for clusters with thousands of groups.
            "offsets.topic.num.partitions": "8",
            "transaction.state.log.num.partitions": "8",
            # Who tries things out wants to see every record; and virtual years would have all of them cleaned at once.
            "log.cleaner.enable": "false",
            "group.initial.rebalance.delay.ms": "0",
            "group.min.session.timeout.ms": "1000",
            # A killed node is noticed after 4 seconds, not 9.
            "broker.heartbeat.interval.ms": "500",
            "broker.session.timeout.ms": "4000",
            **self.settings,
        }


def _addresses(ports: Mapping[str, int]) -> str:
    return ",".join(f"{name}://{LOOPBACK}:{port}" for name, port in ports.items())
