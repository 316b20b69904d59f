from collections.abc import Iterator

import pytest

from adapters.broker.cluster import KafkaCluster
from support.running import publish


@pytest.fixture(scope="session")
def kafka(kafka_possible, tmp_path_factory) -> Iterator[KafkaCluster]:
    """One running node, shared by all tests: use topics and groups of your own."""
    with KafkaCluster(tmp_path_factory.mktemp("kafka")) as cluster:
        yield cluster


@pytest.fixture
def broker(kafka_possible, tmp_path) -> Iterator[str]:
    """The address of a node of your own, with Sorbro's topics on it."""
    with KafkaCluster(tmp_path / "kafka") as cluster:
        publish(cluster.bootstrap_servers, [])  # only creates the topics
        yield cluster.bootstrap_servers
