from collections.abc import Iterator

import pytest

from adapters.broker.cluster import KafkaCluster


@pytest.fixture(scope="session")
def kafka(kafka_possible, tmp_path_factory) -> Iterator[KafkaCluster]:
    """One running node, shared by all tests: use topics and groups of your own."""
    with KafkaCluster(tmp_path_factory.mktemp("kafka")) as cluster:
        yield cluster
