"""Which broker this machine gets: Kafka with Java, else the stand-in, else a sentence on what to install."""

from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from adapters.broker.cluster import KafkaCluster
from adapters.broker.embedded import Probes, choose_broker, start_local_broker
from adapters.broker.errors import BrokerError
from adapters.broker.tansu import TansuBroker, find_tansu

SOMEWHERE = Path("/somewhere")


def machine(*has: str) -> Probes:
    """Probes of a machine that has just these."""

    def probe(thing):
        return lambda: SOMEWHERE if thing in has else None

    return Probes(java=probe("java"), jars=probe("jars"), maven=probe("maven"), tansu=probe("tansu"))


@pytest.mark.parametrize("means", [("jars",), ("maven",), ("jars", "maven", "tansu")])
def test_java_and_a_way_to_the_jars_make_it_kafka(tmp_path, means):
    broker = choose_broker(tmp_path, probes=machine("java", *means))
    assert isinstance(broker, KafkaCluster)
    assert broker.transactions


@pytest.mark.parametrize("has", [("tansu",), ("tansu", "maven", "jars"), ("tansu", "java")])
def test_without_them_the_stand_in_is_taken_and_says_what_it_cannot(tmp_path, has):
    broker = choose_broker(tmp_path, probes=machine(*has))
    assert isinstance(broker, TansuBroker)
    assert not broker.transactions
    assert "at least once" in broker.limits
    assert "memory" in broker.limits


@pytest.mark.parametrize("has", [(), ("java",), ("maven",)])
def test_with_nothing_the_operator_is_told_what_to_install(tmp_path, has):
    with pytest.raises(BrokerError, match=r"openjdk-17.*pip-broker.*SORBRO_KAFKA_BOOTSTRAP_SERVERS"):
        choose_broker(tmp_path, probes=machine(*has))


def test_the_stand_in_cannot_be_a_cluster(tmp_path):
    with pytest.raises(BrokerError, match="3 node"):
        choose_broker(tmp_path, brokers=3, probes=machine("tansu"))


async def test_the_real_stand_in_serves_but_knows_no_transactions(tmp_path):
    if find_tansu() is None:
        pytest.skip("the memory-only broker itself is not tested: the extra pip-broker is not installed")
    probes = Probes(java=lambda: None)
    with start_local_broker(tmp_path, probes=probes) as broker:
        assert broker.is_running
        servers = broker.bootstrap_servers
        async with AIOKafkaProducer(bootstrap_servers=servers, enable_idempotence=False) as plain:
            assert await plain.client.fetch_all_metadata()
        transactional = AIOKafkaProducer(bootstrap_servers=servers, transactional_id="refused")
        with pytest.raises(KafkaError):
            await transactional.start()
        await transactional.stop()
    assert not broker.is_running
