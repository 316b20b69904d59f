from collections.abc import Iterator

import pytest

from adapters.broker.cluster import KafkaCluster
from adapters.broker.java import NO_JAVA, find_java
from adapters.broker.maven import cached_jars, find_maven


@pytest.fixture(scope="session")
def kafka_possible() -> None:
    if find_java() is None:
        pytest.skip(f"not tested against a real Kafka broker: {NO_JAVA}")
    if cached_jars() is None and find_maven() is None:
        pytest.skip("not tested against a real Kafka broker: its jars are not cached and there is no mvn")


@pytest.fixture(scope="session")
def kafka(kafka_possible, tmp_path_factory) -> Iterator[KafkaCluster]:
    """One running node, shared by all tests: use topics and groups of your own."""
    with KafkaCluster(tmp_path_factory.mktemp("kafka")) as cluster:
        yield cluster
