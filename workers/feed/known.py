"""What was last said of each unit: on the topic, or by the snapshot before."""

from __future__ import annotations

import hashlib
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import orjson
from pydantic import ValidationError

from adapters.sor_files import Damaged, SnapshotFormat
from contracts.cloudevents import EnvelopeError, open_envelope
from contracts.danish_time import danish_date
from contracts.identifiers import SorId
from contracts.sor_entities import EntityChanged
from contracts.topics import MESSAGES, Topic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapters.sor_files import FileUnit
    from contracts.cloudevents import Headers

SOURCE: Final = "urn:dk:sorbro:feed"
"""The `ce_source` of a feed, followed by a colon and the format it read."""
FINGERPRINT: Final = "sorbro_fingerprint"
_READING: Final = b"1:"
"""How units are read. Raised when a reader takes more from a file than before: then no fingerprint is believed."""
_NOT_CONTENT: Final = frozenset(
    {"version", "registeredAt", "channel", "fromDate", "firstFromDate", "movedToOwnerSorId"}  # ours, or compared apart
)
_OURS: Final = frozenset({"sorId", "sorType", "ownerSorId", "version"})
"""What a message of a feed has at least; others may claim to be one."""
_NOTHING: Final[tuple[object, ...]] = (None, [], {})


@dataclass(frozen=True, slots=True)
class LastVersion:
    """The newest version of a unit that was said; dates as the message writes them."""

    version: int
    sor_type: str
    owner: str
    parent: str | None
    moved_to: str | None
    from_date: str | None
    first_from_date: str | None
    to_date: str | None
    entity_type: str | None
    owner_type: str | None
    cvr: str | None
    is_place: bool
    fields: frozenset[str]
    """What it said anything in, with the parts of what has parts: ``visitingAddress.street``."""
    content: bytes

    @classmethod
    def of(cls, change: dict[str, Any]) -> LastVersion:
        """The version that the data of a change message is; what many units share is kept once."""
        return cls(
            version=change["version"],
            sor_type=sys.intern(change["sorType"]),
            owner=sys.intern(change["ownerSorId"]),
            parent=_kept_once(change.get("parentSorId")),
            moved_to=_kept_once(change.get("movedToOwnerSorId")),
            from_date=_kept_once(change.get("fromDate")),
            first_from_date=_kept_once(change.get("firstFromDate")),
            to_date=_kept_once(change.get("toDate")),
            entity_type=_kept_once(change.get("entityType")),
            owner_type=_kept_once(change.get("ownerType")),
            cvr=change.get("cvr"),
            is_place=bool(change.get("isTreatmentPlace")),
            fields=fields_of(change),
            content=content_of(change),
        )

    def says(self, change: dict[str, Any], *, dated: bool) -> bool:
        """Whether `change` says nothing that this version did not; without `dated` its from-dates are only ours."""
        return (
            self.moved_to is None
            and self.to_date == change["toDate"]
            and self.content == content_of(change)
            and (not dated or (self.from_date, self.first_from_date) == (change["fromDate"], change["firstFromDate"]))
        )


class Known:
    """What the topic holds, unit by unit; and the fingerprints under which it was read."""

    def __init__(self) -> None:
        self.versions: dict[str, LastVersion] = {}
        self.fingerprints: dict[str, bytes] = {}
        self.formats: set[SnapshotFormat] = set()
        self.taken_on: date | None = None
        """The day of the newest snapshot that was fed."""

    def hear(self, key: bytes | None, value: bytes | None, headers: Headers) -> None:
        """Take one record of the topic; what the worker refuses as a dead letter counts for nothing here either."""
        found = dict(headers)
        source = found.get("ce_source", b"").decode("utf-8", "replace")
        is_ours = source.startswith(SOURCE)
        change = _change_in(headers, value or b"", is_ours=is_ours)
        if change is None or key != change["ownerSorId"].encode():
            return
        sor_id = change["sorId"]
        before = self.versions.get(sor_id)
        if before is not None and _order(change) <= (before.version, before.moved_to is None):
            return
        self.versions[sor_id] = LastVersion.of(change)
        self.fingerprints.pop(sor_id, None)
        fingerprint = found.get(FINGERPRINT, b"")
        with suppress(ValueError):  # somebody else's: then the unit is read anew, and the day is not known
            if fingerprint.startswith(_READING) and change.get("movedToOwnerSorId") is None:
                self.fingerprints[sor_id] = bytes.fromhex(fingerprint.removeprefix(_READING).decode())
            if is_ours:
                self._fed(source, found.get("ce_time"))

    def _fed(self, source: str, time: bytes | None) -> None:
        name = source.removeprefix(f"{SOURCE}:")
        if name in set(SnapshotFormat):
            self.formats.add(SnapshotFormat(name))
        if time is not None:
            day = danish_date(datetime.fromisoformat(time.decode()))
            self.taken_on = day if self.taken_on is None else max(self.taken_on, day)


def fingerprint_header(fingerprint: bytes) -> tuple[str, bytes]:
    """The header under which a later feed finds that it has read the unit before."""
    return FINGERPRINT, _READING + fingerprint.hex().encode()


def fingerprints_in(units: Iterable[FileUnit | Damaged]) -> dict[str, bytes]:
    """The fingerprints of a whole snapshot, none of it read; what has no SOR-id is to be named every time (R1)."""
    return {
        unit.sor_id: unit.fingerprint for unit in units if not isinstance(unit, Damaged) and SorId.is_one(unit.sor_id)
    }


def content_of(change: dict[str, Any]) -> bytes:
    """16 bytes of what a change message says of the unit; an absent key says what an empty one does."""
    return hashlib.blake2b(orjson.dumps(_said(change), option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


def fields_of(change: dict[str, Any]) -> frozenset[str]:
    """The fields in which a change message says anything of the unit; false says as little as nothing."""
    found: set[str] = set()
    for name, value in _said(change).items():
        if isinstance(value, dict):
            found.update(f"{name}.{part}" for part, said in value.items() if said not in _NOTHING)
        elif value is not False:
            found.add(name)
    return _one_of(frozenset(found))


def _said(change: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in change.items() if name not in _NOT_CONTENT and value not in _NOTHING}


@cache
def _one_of(fields: frozenset[str]) -> frozenset[str]:
    """Kept once: a register has few sets of them."""
    return fields


def _change_in(headers: Headers, value: bytes, *, is_ours: bool) -> dict[str, Any] | None:
    """Return the data of a valid change message. A feed has checked its own before they were sent."""
    try:
        data = value if is_ours else _valid(headers, value)
        change: dict[str, Any] = orjson.loads(data)
    except (EnvelopeError, ValidationError, orjson.JSONDecodeError):
        return None
    return change if isinstance(change, dict) and change.keys() >= _OURS else None


def _valid(headers: Headers, value: bytes) -> bytes:
    """Raises `EnvelopeError` and `ValidationError`."""
    envelope = open_envelope(headers, value)
    if envelope.type not in {None, *MESSAGES[Topic.ENTITY_CHANGES]}:
        raise EnvelopeError(f"{envelope.type} is no change of an entity")
    EntityChanged.from_json(envelope.data)
    return envelope.data


def _order(change: dict[str, Any]) -> tuple[int, bool]:
    """Of one version, the arrival under the new owner counts over the departure from the old (contracts.md)."""
    return change["version"], change.get("movedToOwnerSorId") is None


def _kept_once(text: str | None) -> str | None:
    return None if text is None else sys.intern(text)
