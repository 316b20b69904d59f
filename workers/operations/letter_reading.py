"""Dead letters and what has been redriven of them, read from their topics as any `read_committed` reader may."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from adapters.kafka.committed import committed
from adapters.kafka.port import LogError
from adapters.kafka.topic_admin import partition_counts
from contracts.redrives import Chosen, LettersRedriven
from contracts.topics import CE_TYPES, Topic
from workers.operations.letter_groups import LetterGroups, is_chosen
from workers.operations.letters import letter_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from datetime import datetime

    from adapters.kafka.connection import Connection
    from contracts.records import InputRecord
    from contracts.redrives import LetterPlace
    from workers.operations.letters import Letter

EVERY: Final = Chosen()
"""The choice of all letters."""
_REDRIVEN: Final = CE_TYPES[LettersRedriven][1].encode()


@dataclass(slots=True)
class Redriven:
    """The letters that have been sent once more, by the audit topic. Some hundred bytes each."""

    _places: set[tuple[int, int, datetime]] = field(default_factory=set)

    def take(self, record: InputRecord) -> None:
        """Hear one event of the audit topic; those of other types say nothing of it."""
        if dict(record.headers).get("ce_type") == _REDRIVEN:
            letters = LettersRedriven.from_json(record.value or b"").letters
            self._places |= {(each.partition, each.offset, each.set_aside_at) for each in letters}

    def holds(self, place: LetterPlace) -> bool:
        """Whether the letter has been sent once more."""
        return (place.partition, place.offset, place.set_aside_at) in self._places


async def read_redriven(connection: Connection) -> Redriven:
    """Read the audit topic whole. Raises `LogError`."""
    redriven = Redriven()
    async for record in _records(connection, Topic.AUDIT):
        redriven.take(record)
    return redriven


async def read_letters(connection: Connection) -> AsyncGenerator[Letter | None]:
    """Yield the dead letters there are now, in order per partition; None for what no Sorbro has written.

    Those that come while they are being read are left to the next reading. Raises `LogError`.
    """
    async with aclosing(_records(connection, Topic.DEAD_LETTERS)) as records:
        async for record in records:
            yield letter_of(record)


async def read_groups(connection: Connection, chosen: Chosen = EVERY) -> LetterGroups:
    """The chosen dead letters in groups. Raises `LogError`."""
    redriven = await read_redriven(connection)
    groups = LetterGroups()
    async for letter in read_letters(connection):
        if letter is None:
            groups.foreign += 1
        elif is_chosen(letter, chosen):
            groups.take(letter, is_redriven=redriven.holds(letter.place))
    return groups


async def _records(connection: Connection, topic: Topic) -> AsyncGenerator[InputRecord]:
    count = (await partition_counts(connection, [topic.value]))[topic.value]
    if not count:
        raise LogError(f"the broker does not hold {topic.value}: is it the right one? `sorbro run` creates topics")
    async with aclosing(committed(connection, [(topic.value, number) for number in range(count)])) as batches:
        async for batch in batches:
            for record in batch:
                yield record
