"""A client that asks the brokers about topics and groups, and changes them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from adapters.kafka.connection import Connection


class GroupMember(NamedTuple):
    """One member of a consumer group: its client's own name, the host it is on, and what it has been given."""

    client: str
    host: str
    partitions: tuple[Any, ...]
    """`TopicPartition`s; none while the group is being divided anew."""


@asynccontextmanager
async def administering(connection: Connection) -> AsyncIterator[Any]:
    """An admin client for as long as the block lasts."""
    admin = AIOKafkaAdminClient(**connection.client_options())
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


async def members_of(admin: Any, group: str) -> list[GroupMember]:
    """The members the group has now. Raises what aiokafka raises."""
    (answer,) = await admin.describe_consumer_groups([group])
    (described,) = answer.groups
    return [
        GroupMember(
            client,
            host.removeprefix("/"),
            tuple(ConsumerProtocolMemberAssignment.decode(assignment).partitions()) if assignment else (),
        )
        for _, client, host, _, assignment, *_ in described[5]
    ]
