"""A sample register's life as the records that the senders would put on their topics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from adapters.record_lines import compact
from adapters.samples.life import Change
from adapters.sor_files.entity import SnapshotEntity
from contracts.cloudevents import sender_headers
from contracts.danish_time import start_of_day
from contracts.identifiers import SorId
from contracts.records import OutputRecord
from contracts.sor_entities import Channel
from contracts.topics import Topic
from workers.effects import effect_id

_SOURCE: Final = "urn:dk:sorbro:sample"
_PACE: Final = timedelta(milliseconds=10)
_PLACES_SPEAK_FIRST: Final = time(4)
_SOR_SPEAKS: Final = time(8)
_PLACES_SPEAK: Final = time(17)


class Pen:
    """Numbers the versions of units (R10), and dates what is said on a day: by early places, by SOR, by places."""

    def __init__(self) -> None:
        self._later_versions: dict[SorId, int] = {}
        self._last = datetime.min.replace(tzinfo=UTC)

    def changes(self, changes: Iterable[Change], day: date) -> Iterator[OutputRecord]:
        """Yield the records of changes made on `day`; a unit that has moved is told of twice (contracts.md)."""
        for change in changes:
            before, after, channel = change.before, change.after, change.channel
            if before is None:
                yield self._entity(after, channel, day, version=1)
                continue
            if change.has_moved:
                leaving = self._next_version(before.sor_id)
                yield self._entity(before, channel, day, leaving, moved_to=after.owner_sor_id)
            yield self._entity(after, channel, day, self._next_version(after.sor_id))

    def self_registrations(self, said: Iterable[dict[str, Any]], day: date, *, early: bool) -> Iterator[OutputRecord]:
        """Yield the records of what places say of themselves on `day`, before SOR speaks or after."""
        for data in said:
            at = self._at(day, _PLACES_SPEAK_FIRST if early else _PLACES_SPEAK)
            yield _record(Topic.SELF_REGISTRATIONS, "dk.bsr.self-registration.changed.v1", data, at)

    def _entity(
        self, unit: SnapshotEntity, channel: Channel, day: date, version: int, moved_to: SorId | None = None
    ) -> OutputRecord:
        at = self._at(day, _SOR_SPEAKS)
        registered_on = unit.updated_on or day
        # What a first file shows may have been registered long before it is told of here.
        registered_at = start_of_day(registered_on) if version == 1 and registered_on < day else at
        data = unit.as_change(version, registered_at, moved_to) | {"channel": channel}
        return _record(Topic.ENTITY_CHANGES, "dk.sor.entity.changed.v1", data, at)

    def _next_version(self, sor_id: SorId) -> int:
        version = self._later_versions.get(sor_id, 1) + 1
        self._later_versions[sor_id] = version
        return version

    def _at(self, day: date, hour: time) -> datetime:
        """Return an instant on `day`, a little after the last one, and not before `hour`."""
        self._last = max(self._last + _PACE, datetime.combine(day, hour, UTC))
        return self._last


def _record(topic: Topic, ce_type: str, data: dict[str, Any], at: datetime) -> OutputRecord:
    ce_id = str(effect_id("sample", topic, data["sorId"], data["version"]))
    headers = sender_headers(ce_id=ce_id, source=_SOURCE, ce_type=ce_type, subject=data["sorId"])
    return OutputRecord(topic, data["ownerSorId"].encode(), compact(data).encode(), headers, at)
