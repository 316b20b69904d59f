"""The suite runs over the model always, and over real Kafka where there is one (marker `kafka`)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import count

import pytest

from adapters.broker.cluster import KafkaCluster
from adapters.broker.java import NO_JAVA, find_java
from adapters.broker.maven import cached_jars, find_maven
from conformance.benches import Bench, KafkaBench, MemoryBench

_PARTITIONS = count()
"""Topics have their fixed names: each test works on a partition of its own."""


@pytest.fixture(scope="session")
def kafka_servers(tmp_path_factory) -> Iterator[str]:
    if find_java() is None or (cached_jars() is None and find_maven() is None):
        pytest.skip(f"not tested against a real Kafka broker: {NO_JAVA}")
    with KafkaCluster(tmp_path_factory.mktemp("kafka")) as cluster:
        yield cluster.bootstrap_servers


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.kafka)])
async def bench(request) -> AsyncIterator[Bench]:
    """One partition of every topic, still empty, and a group of its own."""
    if request.param == "memory":
        made: Bench = MemoryBench()
    else:
        made = await KafkaBench.on(request.getfixturevalue("kafka_servers"), next(_PARTITIONS))
    yield made
    await made.close()
