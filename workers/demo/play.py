"""Playing the story on a real broker: a day at a time, the clock announced after each day's records."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from adapters.cvr.documents import FileRegistry
from adapters.kafka.publisher import publisher
from adapters.kafka.read_back import read_topics
from contracts.danish_time import danish_date, start_of_day
from contracts.records import OutputRecord
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from workers.demo.results import OUTPUT_TOPICS, Tally, Verdict, compare
from workers.demo.story import BEGINS, CVR_BACK, ENDS
from workers.replay.replay import Replay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime

    from adapters.cvr.documents import DocumentStore
    from adapters.cvr.standin import CvrStandIn
    from adapters.kafka.connection import Connection
    from adapters.kafka.publisher import Publisher

_SETTLE_SECONDS: Final = 180.0
_LOOK_SECONDS: Final = 2.0


def expected(story: Sequence[OutputRecord], store: DocumentStore) -> Tally:
    """Return what must come out: the same records through `replay`, which has no broker to go wrong."""
    replay = Replay(TariffTable.load(), FileRegistry(store))
    tally = Tally()
    for record in story:
        for output in replay.play(record.as_input()):
            tally.take(output.topic, output.key, output.value, output.headers)
    for output in replay.advance(start_of_day(ENDS)):
        tally.take(output.topic, output.key, output.value, output.headers)
    return tally


async def play(
    story: Sequence[OutputRecord],
    connection: Connection,
    stand_in: CvrStandIn,
    seconds: float,
    each_day: Callable[[date, int], None],
) -> Counter[str]:
    """Publish the story in about `seconds`, and return what went in, by topic. CVR is down for the first days."""
    stand_in.faults.down = True
    sent: Counter[str] = Counter()
    pause = seconds / (ENDS - BEGINS).days
    async with publisher(connection) as target:
        for day, records in _by_day(story):
            if day == CVR_BACK:
                stand_in.faults.down = False
            await target.publish(records)
            await _announce(target, start_of_day(day + timedelta(days=1)))
            sent.update(record.topic for record in records)
            each_day(day, len(records))
            await asyncio.sleep(pause)
    return sent


async def settle(
    due: Tally, connection: Connection, partitions: int, each_look: Callable[[Verdict], None]
) -> tuple[Tally, Verdict]:
    """Read the topics back until they hold what is due, or until it is clear that they will not."""
    deadline = asyncio.get_running_loop().time() + _SETTLE_SECONDS
    while True:
        found = Tally()
        async for topic, key, value, headers in read_topics(connection, OUTPUT_TOPICS, partitions):
            found.take(topic, key, value, headers)
        verdict = compare(due, found)
        if verdict.is_clean or verdict.duplicated or asyncio.get_running_loop().time() > deadline:
            return found, verdict
        each_look(verdict)
        await asyncio.sleep(_LOOK_SECONDS)


async def _announce(target: Publisher, instant: datetime) -> None:
    await target.publish([OutputRecord(Topic.DEMO_CLOCK, None, instant.isoformat().encode(), (), instant, 0)])


def _by_day(story: Sequence[OutputRecord]) -> Iterator[tuple[date, list[OutputRecord]]]:
    days: dict[date, list[OutputRecord]] = {}
    for record in story:
        days.setdefault(danish_date(record.time), []).append(record)
    day = BEGINS
    while day < ENDS:
        yield day, days.get(day, [])
        day += timedelta(days=1)
