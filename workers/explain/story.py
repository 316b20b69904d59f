"""A unit's story as data; its words are another matter (`workers.explain.words`)."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from contracts.cvr_facts import CompanyStatus
from contracts.deregistrations import DeregistrationCause
from contracts.identifiers import SorId
from contracts.invoice_triggers import Occasion
from contracts.registrations import WithdrawalReason
from contracts.sor_entities import OwnerType, SorType
from contracts.wire import CivilDate, Instant, Message, message
from workers.explain.inputs import InputEvent
from workers.explain.outputs import OutputEvent
from workers.tree import waiting

Event = Annotated[InputEvent | OutputEvent, Field(discriminator="kind")]


@message
class Standing(Message):
    """Where the unit stands with BSR now."""

    is_now: Literal["unforwarded", "forwarded", "registered", "withdrawn", "deregistered"]
    registration_id: UUID | None = None
    last_day: CivilDate | None = None
    cause: DeregistrationCause | None = None
    reason: WithdrawalReason | None = None


@message
class Coming(Message):
    """What is due, and when (R25). `by` is the unit whose closure or new number it is."""

    at: Instant
    matter: Literal["closure", "company-closure", "departure", "new-cvr", "new-p-number", "yearly-run", "fee-patience"]
    last_day: CivilDate | None = None
    by: SorId | None = None
    fee_year: int | None = None


@message
class Wait(Message):
    """What the unit waits for (R13, R20, R32); `about` is the SOR-id, year or number that is missing."""

    reason: waiting.Reason
    about: str


@message
class ParkedFee(Message):
    """A fee question without an answer yet (R32, R38)."""

    fee_year: int
    occasion: Occasion
    asked_at: Instant


@message
class Absence(Message):
    """What does not happen, and why; `about` and `day` are what the reason speaks of."""

    reason: Literal[
        "only-heard-of",
        "no-treatment-place",
        "awaiting-self-registration",
        "moved-away",
        "closed",
        "closed-unheard",
        "registered-too-late",
        "out-until-it-registers-anew",
        "no-fee-question",
        "exempt",
        "no-cvr",
        "number-fails-check",
    ]
    about: str | None = None
    day: CivilDate | None = None


@message
class Fact(Message):
    """What CVR last said of a number of the unit, as the worker knows it."""

    number: str
    said: Literal["company", "production-unit", "not-found"]
    status: CompanyStatus | None
    fetched_at: Instant


@message
class Unit(Message):
    """The unit as SOR last told of it."""

    sor_id: SorId
    owner_sor_id: SorId
    name: str | None = None
    sor_type: SorType | None = None
    parent_sor_id: SorId | None = None
    owner_type: OwnerType | None = None
    is_treatment_place: bool = False
    cvr: str | None = None
    p_number: str | None = None
    version: int | None = None
    treatment_places_below: int = 0


@message
class Present(Message):
    """How things stand at the end of the story."""

    unit: Unit
    standing: Standing
    coming: tuple[Coming, ...] = ()
    waits: tuple[Wait, ...] = ()
    parked: tuple[ParkedFee, ...] = ()
    absences: tuple[Absence, ...] = ()
    facts: tuple[Fact, ...] = ()
    looked_at_next: Instant | None = None
    """When the worker will look at the owner by itself: for what is coming, or to ask CVR again."""


@message
class Story(Message):
    """One unit's story, oldest first, and how things stand at `as_of`."""

    as_of: Instant
    outputs_are: Literal["on-record", "replayed"]
    """Whether the outputs are those that were sent, or those that replaying the inputs gives."""
    events: tuple[Event, ...]
    present: Present
