"""A sample register's life as the records that the senders would put on their topics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from adapters.record_lines import compact
from adapters.samples.life import Change
from contracts.cloudevents import sender_headers
from contracts.danish_time import start_of_day
from contracts.identifiers import SorId
from contracts.records import OutputRecord
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
            if change.before is not None and change.has_moved:
                leaving = Change(None, change.before, change.channel)
                yield self._entity(leaving, day, moved_to=change.after.owner_sor_id, is_known=True)
            yield self._entity(change, day, is_known=change.before is not None)

    def self_registrations(self, said: Iterable[dict[str, Any]], day: date, *, early: bool) -> Iterator[OutputRecord]:
        """Yield the records of what places say of themselves on `day`, before SOR speaks or after."""
        for data in said:
            at = self._at(day, _PLACES_SPEAK_FIRST if early else _PLACES_SPEAK)
            yield _record(Topic.SELF_REGISTRATIONS, "dk.bsr.self-registration.changed.v1", data, at)

    def _entity(self, change: Change, day: date, *, is_known: bool, moved_to: SorId | None = None) -> OutputRecord:
        unit, at = change.after, self._at(day, _SOR_SPEAKS)
        version = 1
        if is_known:
            version = self._later_versions.get(unit.sor_id, 1) + 1
            self._later_versions[unit.sor_id] = version
        was_registered_before = unit.updated_on is not None and unit.updated_on < day and moved_to is None
        registered_at = start_of_day(unit.updated_on) if was_registered_before and unit.updated_on else at
        data = unit.as_change(version, registered_at, moved_to)
        data["channel"] = change.channel
        return _record(Topic.ENTITY_CHANGES, "dk.sor.entity.changed.v1", data, at)

    def _at(self, day: date, hour: time) -> datetime:
        """Return an instant on `day`, a little after the last one, and not before `hour`."""
        self._last = max(self._last + _PACE, datetime.combine(day, hour, UTC))
        return self._last


def _record(topic: Topic, ce_type: str, data: dict[str, Any], at: datetime) -> OutputRecord:
    ce_id = str(effect_id("sample", topic, data["sorId"], data["version"]))
    headers = sender_headers(ce_id=ce_id, source=_SOURCE, ce_type=ce_type, subject=data["sorId"])
    return OutputRecord(topic, data["ownerSorId"].encode(), compact(data).encode(), headers, at)
