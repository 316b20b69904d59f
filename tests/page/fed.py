"""A read side and a page fed from a scenario in memory, as they would be from the topics."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.clock import SettableClock
from adapters.kafka.connection import Connection
from contracts.records import InputRecord
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from support.scenario import Scenario
from workers.operations.lag import Lag, PartitionLag
from workers.operations.letters import letter_of
from workers.operations.read_side import TOPICS, ReadSide
from workers.page.follower import Follower


@dataclass(frozen=True)
class Lying:
    """A record as the broker's client gives it."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


def lying(world: Scenario) -> dict[str, list[Lying]]:
    """Everything on the topics, by topic: what was sent, what came of it, and the changelog."""
    found: defaultdict[str, list[Lying]] = defaultdict(list)
    sent = [(each.topic, each.timestamp, each) for each in world.records]
    came = [
        (str(each.topic), each.time, each) for each in (*(output.record for output in world.outputs), *world.changelog)
    ]
    for topic, at, record in (*sent, *came):
        place = len(found[topic])
        found[topic].append(Lying(place, int(at.timestamp() * 1000), record.key, record.value, tuple(record.headers)))
    return found


def read_side(world: Scenario, leave_out: Topic | None = None) -> ReadSide:
    """A read side that has read it all, but for one topic."""
    side = ReadSide(world.world.tariffs)
    feed(side, {topic: records for topic, records in lying(world).items() if topic != leave_out})
    return side


def feed(side: ReadSide, records: dict[str, list[Lying]]) -> None:
    """Let a read side read these, and settle."""
    for topic, found in records.items():
        if topic in TOPICS:
            side.take(topic, 0, found)
    while not side.is_settled:
        side._settle(next(iter(side._unsettled)))


def following(world: Scenario, now: datetime | None = None, leave_out: Topic | None = None) -> Follower:
    """What a page knows once everything has been read and the brokers have been asked."""
    follower = Follower(Connection("nowhere:9092"), "sorbro", SettableClock(now or world.now), TariffTable.load())
    follower.side = read_side(world, leave_out)
    follower.left, follower.is_complete = 0, True
    follower.lag = lag_of(now or world.now)
    for each in follower.lag.partitions:
        follower.histories[each.topic, each.partition].add(follower.lag.look(each))
    for record in lying(world)[Topic.DEAD_LETTERS]:
        letter = letter_of(_as_input(Topic.DEAD_LETTERS, record))
        assert letter is not None
        follower.groups.take(letter, is_redriven=False)
    return follower


def lag_of(at: datetime, *, records: int = 0, lost: int = 0, host: str | None = "10.0.0.7") -> Lag:
    """One partition of one topic, so far behind."""
    partition = PartitionLag(
        Topic.ENTITY_CHANGES.value, 0, 100 if lost else 0, 100 + records, 100 - lost, "group", records, oldest_at=at
    )
    return Lag(at, (partition,), {}, {0: host} if host is not None else {}, {0: 7})


class MemoryPicker:
    """Fetches records from a scenario instead of a broker."""

    def __init__(self, world: Scenario) -> None:
        self._records = lying(world)

    async def pick(self, places) -> list[InputRecord]:
        return [_as_input(topic, self._records[topic][offset]) for topic, _, offset in sorted(places)]


def _as_input(topic: str, record: Lying) -> InputRecord:
    at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    return InputRecord(str(topic), 0, record.offset, record.key, record.value, record.headers, at)
