"""From an input record to an event of the story, and whom it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts.cloudevents import fields_told
from contracts.cvr_facts import CompanyFact, CvrAnswer, ProductionUnitFact
from contracts.notices import DeletionRequested, DeregistrationDecided, DispensationGranted, ExemptionNotified
from contracts.self_registrations import SelfRegistered
from contracts.sor_entities import EntityChanged
from workers.effects import Refusal
from workers.enrichment.questions import number_of
from workers.explain import changes, inputs
from workers.stream.intake import OwnersMessage, RunRequested, read

if TYPE_CHECKING:
    from contracts.identifiers import SorId
    from contracts.records import InputRecord
    from workers.explain.inputs import InputEvent, Outcome, Relation


@dataclass(frozen=True, slots=True)
class Note:
    """An event, and the SOR-id, number or ``ce_id`` whose closeness to the unit makes it part of the story."""

    event: InputEvent
    about: str


class Listener:
    """Turns records into events; it remembers the last version of each unit, to say what a new one changes."""

    def __init__(self, sor_id: SorId) -> None:
        self._unit = sor_id
        self._versions: dict[SorId, EntityChanged] = {}
        self._said: SelfRegistered | None = None
        self._facts: dict[str, object] = {}

    def note(self, record: InputRecord, outcome: Outcome, *, reaches: bool) -> Note | None:
        """The record as an event; None when it can be no part of the story.

        `reaches`: something was sent of the unit because of it.
        """
        accepted = read(record)
        if isinstance(accepted, RunRequested):
            request = accepted.request
            base = _base(record, accepted.notice, outcome)
            event = inputs.FeeRunNotice(**base, fee_year=request.fee_year, run_on=request.run_on)
            return Note(event, accepted.notice)
        if not isinstance(accepted, OwnersMessage):
            return self._unread(record) if isinstance(accepted, Refusal) else None
        message, base = accepted.event.message, _base(record, accepted.event.event_id, outcome)
        if isinstance(message, EntityChanged):
            return self._version(message, base, reaches=reaches)
        if isinstance(message, CvrAnswer):
            return self._answer(message, base)
        if isinstance(message, ExemptionNotified):
            return _exemption(message, accepted.owner, base)
        if message.sor_id != self._unit:
            return None
        if isinstance(message, SelfRegistered):
            return Note(self._self_registration(message, base), self._unit)
        notice = _notice(message, base)
        return Note(notice, self._unit) if notice is not None else None

    def _version(self, message: EntityChanged, base: dict[str, Any], *, reaches: bool) -> Note | None:
        known = self._versions.get(message.sor_id)
        if base["outcome"] == "applied":
            self._versions[message.sor_id] = message
        is_heir = self._unit in message.replaces and message.sor_id != self._unit
        is_own = message.sor_id == self._unit
        differing = changes.between(known, message)
        matters = is_own or is_heir or reaches
        if not matters and (base["outcome"] in {"repeated", "stale"} or not _can_reach(message, differing, known)):
            return None
        event = inputs.SorVersion(
            **base,
            relation=_relation(message, is_own=is_own, is_heir=is_heir),
            sor_id=message.sor_id,
            version=message.version,
            is_first=known is None,
            name=None if message.sor_type == "OE" and not message.is_treatment_place else message.name,
            sor_type=message.sor_type,
            parent_sor_id=message.parent_sor_id,
            channel=message.channel,
            status=message.status,
            is_treatment_place=message.is_treatment_place,
            last_day=message.to_date,
            changes=differing,
        )
        return Note(event, self._unit if matters else message.sor_id)

    def _self_registration(self, message: SelfRegistered, base: dict[str, Any]) -> inputs.SelfRegistration:
        known = self._said
        if base["outcome"] == "applied":
            self._said = message
        return inputs.SelfRegistration(
            **base,
            version=message.version,
            is_first=known is None,
            registered_on=message.registered_on,
            treatment_started_on=message.treatment_started_on,
            category=message.category,
            turnover_band=message.turnover_band,
            volunteers_only=message.volunteers_only,
            scheme=message.out_of_hours_scheme,
            changes=changes.of_self_registration(known, message),
        )

    def _answer(self, message: CvrAnswer, base: dict[str, Any]) -> Note | None:
        """The first answer on a number, and those that say something else; not that nobody answers once more."""
        fact, number = message.fact, number_of(message.fact)
        known = self._facts.get(number)
        if known == fact or (known is not None and fact.kind == "unavailable"):
            return None
        self._facts[number] = fact
        found = fact if isinstance(fact, CompanyFact | ProductionUnitFact) else None
        event = inputs.CvrAnswered(
            **base,
            number=number,
            said=fact.kind,
            status=found.status if found is not None else None,
            ceased_on=found.ceased_on if found is not None else None,
            belongs_to_cvr=fact.cvr if isinstance(fact, ProductionUnitFact) else None,
            fetched_at=message.fetched_at,
        )
        return Note(event, number)

    def _unread(self, record: InputRecord) -> Note | None:
        named = unit_named_in(record, self._unit)
        event_id = dict(record.headers).get("ce_id", b"").decode("utf-8", "replace")
        return Note(inputs.Unread(**_base(record, event_id, "refused")), named) if named is not None else None


def unit_named_in(record: InputRecord, unit: SorId) -> str | None:
    """The SOR-id a message is about, as far as it can be read; `unit` where it names that one anywhere at all.

    What cannot be read and came under an owner's key is about that owner alone.
    """
    named = fields_told(record.headers, record.value).get("sorId")
    if isinstance(named, str):
        return named
    return unit if unit.encode() in (record.value or b"") or unit.encode() == record.key else None


def _base(record: InputRecord, event_id: str, outcome: Outcome) -> dict[str, Any]:
    place = inputs.Place(topic=record.topic, partition=record.partition, offset=record.offset)
    return {"at": record.timestamp, "place": place, "event_id": event_id, "outcome": outcome}


def _can_reach(message: EntityChanged, differing: tuple[inputs.Change, ...], known: EntityChanged | None) -> bool:
    return changes.reach_below(differing) or (known is None and message.to_date is not None)


def _relation(message: EntityChanged, *, is_own: bool, is_heir: bool) -> Relation:
    if is_own:
        return "unit"
    if is_heir:
        return "heir"
    return "owner" if message.sor_type == "IE" else "above"


def _exemption(message: ExemptionNotified, owner: SorId, base: dict[str, Any]) -> Note:
    about = message.sor_id or owner
    relation: Relation = "unit" if message.sor_id is not None else "owner"
    event = inputs.ExemptionNotice(**base, exemption=message.kind, relation=relation, notified_on=message.notified_on)
    return Note(event, about)


def _notice(message: object, base: dict[str, Any]) -> InputEvent | None:
    if isinstance(message, DeregistrationDecided):
        return inputs.DeregistrationNotice(
            **base,
            effective_on=message.effective_on,
            initiator=message.initiator,
            treated_in_year=message.treated_in_year,
        )
    if isinstance(message, DeletionRequested):
        return inputs.DeletionNotice(
            **base,
            reference_number=message.reference_number,
            scope=message.scope,
            requested_on=message.requested_on,
            treated_in_year=message.treated_in_year,
        )
    if isinstance(message, DispensationGranted):
        return inputs.DispensationNotice(**base, fee_year=message.fee_year, share=message.share)
    return None
