"""*Contracts*: the topics, what each carries, and which versions have been seen on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.channels import CHANNELS
from contracts.topics import MESSAGES, Topic
from contracts.wire import Instant, Message, message

if TYPE_CHECKING:
    from datetime import datetime

    from workers.operations.sightings import Sightings
    from workers.page.follower import Follower


@message
class Carried(Message):
    """One kind of message on a topic, and how often it has been seen there; `is_known` False for one not agreed on."""

    ce_type: str
    is_known: bool
    count: int
    last_day: int
    """Of them, in the last 24 hours."""
    last: Instant | None
    fields: tuple[str, ...]
    """The names of its data's fields."""


@message
class Channel(Message):
    """One topic."""

    topic: str
    title: str
    directions: tuple[str, ...]
    key: str
    summary: str
    is_internal: bool
    carries: tuple[Carried, ...]
    refused: dict[str, int]
    """What could not be used in the last 24 hours, by reason."""


@message
class Contracts(Message):
    """The whole view."""

    at: Instant
    channels: tuple[Channel, ...]


def contracts_of(follower: Follower) -> Contracts:
    """The view of this moment."""
    at, sightings = follower.clock.now(), follower.side.sightings
    return Contracts(
        at=at,
        channels=tuple(
            Channel(
                topic=topic.value,
                title=channel.title,
                directions=channel.actions,
                key=channel.key,
                summary=channel.summary,
                is_internal=channel.internal,
                carries=tuple(_carried(topic, sightings, at)),
                refused=dict(sightings.refused_of(topic.value, at).most_common()),
            )
            for topic, channel in CHANNELS.items()
        ),
    )


def _carried(topic: Topic, sightings: Sightings, at: datetime) -> list[Carried]:
    agreed = MESSAGES.get(topic, {})
    seen = {each.ce_type: each for each in sightings.of(topic.value, at)}
    return [
        Carried(
            ce_type=ce_type,
            is_known=ce_type in agreed or topic == Topic.DEAD_LETTERS,
            count=seen[ce_type].count if ce_type in seen else 0,
            last_day=seen[ce_type].last_day if ce_type in seen else 0,
            last=seen[ce_type].last if ce_type in seen else None,
            fields=agreed[ce_type].wire_names() if ce_type in agreed else (),
        )
        for ce_type in dict.fromkeys((*agreed, *seen))
    ]
