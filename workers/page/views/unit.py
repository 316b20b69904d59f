"""*Unit*: what a search finds, and one unit's whole story, the same as `sorbro explain` tells."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from heapq import merge
from itertools import groupby
from typing import TYPE_CHECKING, Final

from contracts.identifiers import SorId
from contracts.topics import Topic
from contracts.wire import Message, message
from workers.explain.recording import concerns
from workers.explain.sent import ExplainError
from workers.explain.story import Story
from workers.explain.teller import Teller
from workers.explain.topics import TOLD_IN_ORDER
from workers.replay.replay import Replay

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.kafka.picked import Picker
    from contracts.records import InputRecord
    from workers.page.follower import Follower
    from workers.stream.world import World

MOST_RECORDS: Final = 2000
"""Of a unit and those above it: more would take seconds to tell; `sorbro explain` tells them all."""


@message
class Found(Message):
    """One unit that a search has found."""

    sor_id: str
    owner_sor_id: str
    name: str | None
    cvr: str | None
    p_number: str | None
    is_place: bool
    standing: str


@message
class Search(Message):
    """What a search has found."""

    found: tuple[Found, ...]


@message
class UnitStory(Message):
    """A unit's story. `is_cut`: older records were left out, so its beginning is missing."""

    story: Story
    is_cut: bool


def search_of(follower: Follower, question: str) -> Search:
    """The units a question leads to."""
    return Search(found=tuple(Found(**asdict(unit)) for unit in follower.side.register.search(question)))


async def story_of(follower: Follower, picker: Picker, sor_id: SorId) -> UnitStory | None:
    """The unit's story up to now; None when nobody has spoken of it. Raises `TimeoutError` when Kafka is away."""
    owners = [SorId(owner) for owner in follower.side.register.owners_of(sor_id)]
    if not owners:
        return None
    places = follower.side.whereabouts.of(follower.side.register.way_up(sor_id), MOST_RECORDS + 1)
    found = await picker.pick([(each.topic, each.partition, each.offset) for each in places])
    # Another owner's tree may carry the same number.
    records = [each for each in found if concerns(each, sor_id, set(owners))]
    teller = Teller(sor_id, owners, Replay(follower.tariffs), outputs_on_record=True)
    world, now = follower.side.register.surroundings(sor_id, follower.tariffs), follower.clock.now()
    try:
        # A wide owner's story takes a second to tell; whoever else looks at the page is not to wait for it.
        story = await asyncio.to_thread(_tell, teller, in_order(records), world, now)
    except ExplainError:
        return None
    return UnitStory(story=story, is_cut=len(places) > MOST_RECORDS)


def _tell(teller: Teller, records: list[InputRecord], world: World, now: datetime) -> Story:
    for record in records:
        teller.hear(record)
    return teller.story(now, world)


def in_order(records: list[InputRecord]) -> list[InputRecord]:
    """By their timestamps, each partition's in its own order; of one instant as the worker takes them."""
    partitions = sorted(
        (list(each) for _, each in groupby(records, key=lambda record: (record.topic, record.partition))),
        key=lambda each: (TOLD_IN_ORDER.index(Topic(each[0].topic)), each[0].partition),
    )
    return list(merge(*partitions, key=lambda record: record.timestamp))
