"""The state of one owner: every unit by its newest version, its standing in BSR, its fees, and what CVR said.

Plain frozen data: the same objects are decided upon, kept in memory, and written to the changelog as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from contracts.cvr_facts import CvrAnswer
from contracts.deregistrations import DeregistrationCause
from contracts.identifiers import CvrNumber, PNumber, SorId
from contracts.invoice_triggers import NotDueReason, Occasion
from contracts.registrations import WithdrawalReason
from contracts.self_registrations import SelfRegistered
from contracts.sor_entities import EntityChanged


@dataclass(frozen=True, slots=True)
class Announcement:
    """A closure as somebody registered it: the inclusive last day (R9), when, and the event that said so."""

    last_day: date
    registered_at: datetime
    event_id: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A closure that has taken effect; there is no way back (R7)."""

    last_day: date
    by: SorId


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a registration the one it is (R6). `p_number` only for public owners (R5)."""

    registration_id: UUID
    sor_id: SorId
    cvr: CvrNumber | None
    p_number: PNumber | None


@dataclass(frozen=True, slots=True)
class Unforwarded:
    """BSR has never heard of the unit."""

    kind: Literal["unforwarded"] = "unforwarded"


@dataclass(frozen=True, slots=True)
class Forwarded:
    """BSR holds the SOR half and waits for the self-registration (R16). `digest` is of the record last sent (R17)."""

    identity: Identity
    digest: str
    kind: Literal["forwarded"] = "forwarded"


@dataclass(frozen=True, slots=True)
class Registered:
    """Both halves are there: a registered behandlingssted (R16)."""

    identity: Identity
    digest: str
    kind: Literal["registered"] = "registered"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Forwarded once, then taken back (R14, R29)."""

    identity: Identity
    reason: WithdrawalReason
    kind: Literal["withdrawn"] = "withdrawn"


@dataclass(frozen=True, slots=True)
class Deregistered:
    """Registered once; ended on `last_day` (R25)."""

    identity: Identity
    last_day: date
    cause: DeregistrationCause
    kind: Literal["deregistered"] = "deregistered"


Standing = Unforwarded | Forwarded | Registered | Withdrawn | Deregistered


@dataclass(frozen=True, slots=True)
class Triggered:
    """The year's fee for the registration has been triggered: never again for that year (R39)."""

    registration_id: UUID
    fee_year: int
    occasion: Occasion
    kind: Literal["triggered"] = "triggered"


@dataclass(frozen=True, slots=True)
class NotDue:
    """The question was asked on this occasion and nothing was due (R40)."""

    registration_id: UUID
    fee_year: int
    occasion: Occasion
    reason: NotDueReason
    kind: Literal["not-due"] = "not-due"


@dataclass(frozen=True, slots=True)
class Parked:
    """No tariff for the year yet: the question waits (R32), and is answered by the self-registration as it then is."""

    identity: Identity
    fee_year: int
    occasion: Occasion
    event_id: str
    kind: Literal["parked"] = "parked"

    @property
    def registration_id(self) -> UUID:
        """The registration the fee is for."""
        return self.identity.registration_id


LedgerEntry = Triggered | NotDue | Parked


@dataclass(frozen=True, slots=True)
class Node:
    """Everything known of one SOR-id. `entity` is None while only a self-registration has arrived (R13)."""

    sor_id: SorId
    entity: EntityChanged | None = None
    announcement: Announcement | None = None
    closed: Closed | None = None
    self_registration: SelfRegistered | None = None
    standing: Standing = Unforwarded()
    ledger: tuple[LedgerEntry, ...] = ()

    @property
    def has_moved(self) -> bool:
        """Whether the unit belongs to another owner now, who speaks for it from then on."""
        return self.entity is not None and self.entity.moved_to_owner_sor_id is not None


@dataclass(frozen=True, slots=True)
class CvrEntry:
    """A number asked for: the units that carry it, and CVR's answer once it is there (R20)."""

    wanted_by: tuple[SorId, ...]
    answer: CvrAnswer | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """Units whose record is still to be reviewed because of one event: the rest of a long cascade (R11)."""

    event_id: str = ""
    units: tuple[SorId, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnerState:
    """One owner's tree. `children` is derived from the nodes."""

    owner: SorId
    nodes: Mapping[SorId, Node] = field(default_factory=dict)
    children: Mapping[SorId, tuple[SorId, ...]] = field(default_factory=dict)
    numbers: Mapping[str, CvrEntry] = field(default_factory=dict)
    backlog: Backlog = Backlog()
