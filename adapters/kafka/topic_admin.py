"""Making sure the topics are there and agree: missing ones are created, wrong ones are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aiokafka.admin import NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from adapters.kafka.admin import administering
from adapters.kafka.port import LogError
from contracts.topics import PLANS, WORKER_INPUTS, Topic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.kafka.connection import Connection

_REPLICATION: Final = 3


async def ensure_topics(connection: Connection, partitions: int) -> int:
    """Create what is missing and return the partition count of the input topics.

    Raises `LogError` when the inputs, the facts and the state do not have one and the same count: partition `p` of
    each belongs together, and a count that changed would send owners to partitions that do not hold their state.
    """
    async with administering(connection) as admin:
        existing = await _partition_counts(admin)
        # The answer on a CVR request goes to the partition number the request came from.
        together = (*WORKER_INPUTS, Topic.CVR_REQUESTS, Topic.STATE)
        counts = {topic.value: existing[topic] for topic in together if topic in existing}
        if len(set(counts.values())) > 1:
            raise LogError(
                f"the input and state topics must have the same number of partitions, but have {counts}. Sorbro will "
                "not start: owners would be looked for where their state is not. Create the topics anew with one count"
            )
        wanted = next(iter(counts.values()), partitions)
        await _create(admin, [topic for topic in PLANS if topic not in existing], wanted)
        return wanted


async def partition_counts(connection: Connection, topics: Sequence[str]) -> Mapping[str, int]:
    """How many partitions each of the topics has now; all of them must exist."""
    async with administering(connection) as admin:
        return {each["topic"]: len(each["partitions"]) for each in await admin.describe_topics(list(topics))}


async def missing_topics(connection: Connection) -> frozenset[str]:
    """Which of Sorbro's topics the brokers do not have, or do not let us see."""
    async with administering(connection) as admin:
        return frozenset(topic.value for topic in PLANS) - frozenset(await admin.list_topics())


async def _partition_counts(admin: Any) -> Mapping[str, int]:
    names = set(await admin.list_topics()) & {topic.value for topic in Topic}
    described = await admin.describe_topics(sorted(names)) if names else []
    return {each["topic"]: len(each["partitions"]) for each in described}


async def _create(admin: Any, topics: list[Topic], partitions: int) -> None:
    brokers = (await admin.describe_cluster())["brokers"]
    replication = min(_REPLICATION, len(brokers))
    new = [
        NewTopic(
            topic.value,
            num_partitions=1 if PLANS[topic].single_partition else partitions,
            replication_factor=replication,
            topic_configs=dict(PLANS[topic].config)
            | ({"min.insync.replicas": "2"} if replication >= _REPLICATION else {}),
        )
        for topic in topics
    ]
    if not new:
        return
    response = await admin.create_topics(new)
    for topic, code, *_ in response.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:  # another worker may have been quicker
            raise LogError(f"the topic {topic} could not be created: {error.__name__}. Create it, or allow Sorbro to")
