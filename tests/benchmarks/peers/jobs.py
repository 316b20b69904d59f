"""The work that a host of streams is given: what is to be remembered and forwarded because of one record.

Two of them. *Plain* is the least that can be called this job, the same in every host, the Java one included: parse
and check, look up the unit, forward it if its content has changed. *Rules* is everything Sorbro decides: the whole
tree, what is inherited, CVR's questions, the explanation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Protocol

from pydantic import TypeAdapter

from contracts.records import InputRecord
from contracts.sor_entities import EntityChanged
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from workers.stream.changelog import changelog_of
from workers.stream.world import Turn, World

_FORWARDED: Final = {
    "sor_id", "owner_sor_id", "version", "status", "name", "visiting_address", "activity_address", "telephone",
    "email", "website", "cvr", "p_number", "entity_type", "specialities", "to_date",
}  # fmt: skip
_NOT_CONTENT: Final = {"version"}
_WRITE: Final = TypeAdapter(EntityChanged).dump_json


@dataclass(frozen=True, slots=True)
class Forwarded:
    """One record for another topic."""

    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


class Memory(Protocol):
    """Keyed state as the host keeps it."""

    def get(self, key: str) -> bytes | None: ...

    def set(self, key: str, value: bytes) -> None: ...


Job = Callable[[InputRecord, Memory], Iterator[Forwarded]]


def plain(record: InputRecord, memory: Memory) -> Iterator[Forwarded]:
    """Forward a treatment place whose content differs from what was forwarded last. Remembers version and digest."""
    unit = EntityChanged.from_json(record.value or b"")
    version, _, digest_before = (memory.get(unit.sor_id) or b"0 ").partition(b" ")
    if unit.version <= int(version):
        return
    digest = digest_before
    if unit.is_treatment_place:
        content = _WRITE(unit, include=_FORWARDED - _NOT_CONTENT)
        digest = blake2b(content, digest_size=16).hexdigest().encode()
        if digest != digest_before:
            yield Forwarded(Topic.REGISTRATIONS, unit.sor_id.encode(), _WRITE(unit, include=_FORWARDED))
    memory.set(unit.sor_id, b"%d %s" % (unit.version, digest))


class Rules:
    """Sorbro's own rules in somebody else's host: decided and serialised as the loop does it, record by record."""

    def __init__(self) -> None:
        self._worlds: dict[int, World] = {}
        self._tariffs = TariffTable.load()

    def __call__(self, record: InputRecord, memory: Memory) -> Iterator[Forwarded]:
        world = self._worlds.setdefault(record.partition, World(self._tariffs))
        turn = Turn(world)
        turn.receive(record, record.timestamp)
        *entries, _progress = changelog_of(turn, record.partition, {})
        for entry in entries:
            memory.set((entry.key or b"").decode(), entry.value or b"")
        for each in turn.outputs:
            yield Forwarded(each.topic, each.key or b"", each.value or b"", each.headers)
        turn.adopt()


def copy(record: InputRecord, _memory: Memory) -> Iterator[Forwarded]:
    """Send the record on as it is: the least a loop can do."""
    yield Forwarded(Topic.REGISTRATIONS, record.key or b"", record.value or b"", record.headers)


JOBS: Final[dict[str, Callable[[], Job]]] = {"plain": lambda: plain, "rules": Rules, "copy": lambda: copy}
"""A new one of each, by name."""
