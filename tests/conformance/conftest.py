"""The suite runs over the model always, and over real Kafka where there is one (marker `kafka`)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import count
from typing import Final

import pytest

from adapters.broker.cluster import KafkaCluster
from adapters.broker.java import NO_JAVA, find_java
from adapters.broker.maven import cached_jars, find_maven
from conformance.benches import Bench, ConfluentBench, KafkaBench, MemoryBench

_PARTITIONS = count()
"""Topics have their fixed names: each test works on a partition of its own."""


@pytest.fixture(scope="session")
def kafka_servers(tmp_path_factory) -> Iterator[str]:
    if find_java() is None or (cached_jars() is None and find_maven() is None):
        pytest.skip(f"not tested against a real Kafka broker: {NO_JAVA}")
    with KafkaCluster(tmp_path_factory.mktemp("kafka")) as cluster:
        yield cluster.bootstrap_servers


_REAL: Final = {"kafka": KafkaBench, "confluent": ConfluentBench}


@pytest.fixture(params=["memory", *(pytest.param(name, marks=pytest.mark.kafka) for name in _REAL)])
async def bench(request) -> AsyncIterator[Bench]:
    """One partition of every topic, still empty, and a group of its own."""
    if request.param == "confluent":
        pytest.importorskip("confluent_kafka", reason="confluent-kafka is not installed: its log is not tested")
    if request.param == "memory":
        made: Bench = MemoryBench()
    else:
        made = await _REAL[request.param].on(request.getfixturevalue("kafka_servers"), next(_PARTITIONS))
    yield made
    await made.close()
