"""A unit's story from a recording: read twice, first for the owners it has had, then for what concerns them.

What is kept in memory is one unit's owners, however long the recording is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from contracts.cloudevents import fields_told
from contracts.identifiers import SorId
from contracts.topics import Topic
from workers.explain.sent import OUTPUTS, ExplainError
from workers.explain.teller import INPUTS, Teller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from contracts.records import InputRecord
    from workers.explain.story import Story
    from workers.replay.replay import Replay

_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
_OWNER_FIELDS: Final = ("ownerSorId", "movedToOwnerSorId")


@dataclass(slots=True)
class Survey:
    """What a first reading finds: the unit's owners, whether outputs are on record, and the last instant."""

    owners: set[SorId] = field(default_factory=set)
    has_outputs: bool = False
    last: datetime = _BEGINNING


def tell_recording(
    sor_id: SorId,
    records: Callable[[], Iterable[InputRecord]],
    replay: Replay,
    until: datetime | None = None,
    *,
    as_replayed: bool = False,
) -> Story:
    """The story of a unit by a recording, which `records` gives anew each time.

    Outputs on record are told as they are; those of a replay where there are none, or with `as_replayed`. With `until`
    the clock runs on to that instant, as in `sorbro replay`. Raises `ExplainError` when nothing speaks of the unit.
    """
    survey = survey_of(sor_id, records())
    if not survey.owners:
        raise ExplainError(
            f"nothing on record speaks of {sor_id}. Is it the right SOR-ID, and does the recording hold "
            "sor.entity-changes.v1 from the beginning?"
        )
    teller = Teller(sor_id, survey.owners, replay, outputs_on_record=survey.has_outputs and not as_replayed)
    for record in records():
        if concerns(record, sor_id, survey.owners):
            teller.hear(record)
    end = max(survey.last, until) if until is not None else survey.last
    teller.let_days_come(survey.last, end)
    return teller.story(end)


def survey_of(sor_id: SorId, records: Iterable[InputRecord]) -> Survey:
    """Read a recording for the owners of a unit."""
    survey = Survey()
    for record in records:
        if record.topic not in INPUTS | OUTPUTS:
            continue
        survey.has_outputs = survey.has_outputs or record.topic in OUTPUTS
        survey.last = max(survey.last, record.timestamp)
        survey.owners |= owners_named(record, sor_id)
    return survey


def owners_named(record: InputRecord, sor_id: SorId) -> set[SorId]:
    """The owners a record that speaks of the unit names: by its key, and by what it says."""
    if record.topic not in INPUTS or not _mentions(record, sor_id):
        return set()
    told = fields_told(record.headers, record.value)
    named = (told.get(name) for name in _OWNER_FIELDS)
    return {found for text in (_owner_of(record.key), *named) if (found := _sor_id(text)) is not None}


def concerns(record: InputRecord, sor_id: SorId, owners: set[SorId]) -> bool:
    """Whether the record has to be heard for the unit's story: by its key, by what it says, or as a yearly run."""
    if not record.key and record.topic == Topic.NOTICES:
        return True
    return _owner_of(record.key) in {*owners, sor_id} or _mentions(record, sor_id)


def _mentions(record: InputRecord, sor_id: SorId) -> bool:
    return sor_id.encode() in (record.value or b"") or sor_id.encode() == record.key


def _owner_of(key: bytes | None) -> str | None:
    """The owner in a key; facts about companies are keyed by owner and number."""
    return key.decode("utf-8", "replace").partition("/")[0] if key else None


def _sor_id(text: object) -> SorId | None:
    try:
        return SorId.parse(text) if isinstance(text, str) else None
    except ValueError:
        return None
