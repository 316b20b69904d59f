"""The state of one owner: every unit by its newest version, its standing in BSR, its fees, and what others said.

Plain data that nobody changes (`contracts.value`): the same objects are decided upon, kept in memory, and written to
the changelog as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from contracts.cvr_facts import CvrAnswer
from contracts.danish_time import danish_date, effective_after
from contracts.deregistrations import DeregistrationCause
from contracts.exemption_facts import ExemptionKind
from contracts.identifiers import CvrNumber, PNumber, SorId
from contracts.invoice_triggers import NotDueReason, Occasion
from contracts.registrations import WithdrawalReason
from contracts.self_registrations import SelfRegistered
from contracts.sor_entities import EntityChanged, OwnerType, SorType
from contracts.value import value
from workers.tree.due import Due


@value
class Announcement:
    """A closure as somebody registered it: the inclusive last day (R9), when, and the event that said so."""

    last_day: date
    registered_at: datetime
    event_id: str


@value
class Closing:
    """The closure that will end, or has ended, a unit: whose it is and what was announced."""

    by: SorId
    by_type: SorType
    announcement: Announcement

    @property
    def last_day(self) -> date:
        """The last day the unit is open (R9)."""
        return self.announcement.last_day

    @property
    def effective_at(self) -> datetime:
        """00:00 in Copenhagen on the day after (R25)."""
        return effective_after(self.last_day)

    @property
    def taken_on(self) -> date:
        """The Danish day on which it is both announced and due: who registered before was there when it came."""
        return danish_date(max(self.effective_at, self.announcement.registered_at))


@value
class Identity:
    """What makes a registration the one it is (R6). `p_number` only for public owners (R5).

    `owner_type` is no part of it but what its fees are judged by, also when the unit has gone to another owner since.
    """

    registration_id: UUID
    sor_id: SorId
    cvr: CvrNumber | None
    p_number: PNumber | None
    owner_type: OwnerType | None
    since: datetime
    """When BSR first heard of it."""


Telling = Literal["cvr", "p-number", "place", "owner-type", "owner"]
"""What of a unit can make the places under it others; ``owner``: which one it belongs to."""


@value
class Renumbering:
    """The version that last gave a unit another number or place in the tree, and the day that counts from.

    Whether a place under it thereby has become another registration is seen by comparing identities (R4, R5).
    """

    what: Telling
    on: date
    registered_at: datetime
    event_id: str
    version: int
    noted_at: datetime


@value
class Unforwarded:
    """BSR has never heard of the unit."""

    kind: Literal["unforwarded"] = "unforwarded"


@value
class Forwarded:
    """BSR holds the SOR half and waits for the self-registration (R16). `digest` is of the record last sent (R17)."""

    identity: Identity
    digest: str
    kind: Literal["forwarded"] = "forwarded"


@value
class Registered:
    """Both halves are there: a registered behandlingssted (R16)."""

    identity: Identity
    digest: str
    kind: Literal["registered"] = "registered"


@value
class Withdrawn:
    """Forwarded once, then taken back (R14, R29)."""

    identity: Identity
    reason: WithdrawalReason
    kind: Literal["withdrawn"] = "withdrawn"


@value
class Deregistered:
    """Registered once; ended on `last_day` (R25)."""

    identity: Identity
    last_day: date
    cause: DeregistrationCause
    kind: Literal["deregistered"] = "deregistered"


@value
class Superseded:
    """A registration that gave way to another while BSR still waited for its self-registration (R4, R5, R16)."""

    identity: Identity
    last_day: date


Standing = Unforwarded | Forwarded | Registered | Withdrawn | Deregistered


@value
class Triggered:
    """The year's fee for the registration has been triggered: never again for that year (R39)."""

    registration_id: UUID
    fee_year: int
    occasion: Occasion
    scheme: str | None = None
    """The regional lægevagt whose one fee this is (R42)."""
    kind: Literal["triggered"] = "triggered"


@value
class NotDue:
    """The question was asked on this occasion and nothing was due (R40)."""

    registration_id: UUID
    fee_year: int
    occasion: Occasion
    reason: NotDueReason
    kind: Literal["not-due"] = "not-due"


@value
class Parked:
    """The question waits: for a tariff (R32), or until `not_after` for CVR to say whether the invoice arrives (R38).

    It is answered by the self-registration as it then is; by `said_then` where the place has registered anew since.
    """

    identity: Identity
    fee_year: int
    occasion: Occasion
    event_id: str
    asked_at: datetime
    not_after: datetime | None = None
    last_day: date | None = None
    said_then: SelfRegistered | None = None
    kind: Literal["parked"] = "parked"

    @property
    def registration_id(self) -> UUID:
        """The registration the fee is for."""
        return self.identity.registration_id


LedgerEntry = Triggered | NotDue | Parked


@value
class Departure:
    """A place leaves BSR without closing in SOR: by STPS's decision (R28) or its own deletion request (R45)."""

    effective_on: date
    """The first day it is out."""
    cause: Literal["stps-decision", "deletion-request"]
    treated_in_year: bool
    noted_on: date
    event_id: str
    is_now: Literal["to-come", "taken", "replaced"] = "to-come"
    """``taken``: it has taken effect; ``replaced``: a later decision came before it could."""
    ended: date | None = None
    """The day of registration of the self-registration that it ended."""


@value
class Dispensation:
    """STPS lets the unit off a `share` of a year's fee (R36)."""

    fee_year: int
    share: Decimal
    event_id: str


@value
class Exemption:
    """A notification (underretning) of one of the four kinds (R44)."""

    kind: ExemptionKind
    notified_on: date
    until: date | None = None
    """The last day of a temporary event; the other kinds last until the place registers (R46)."""


@value
class Notices:
    """What STPS has decided and told of one unit, or, on the owner itself, of all its units."""

    departures: tuple[Departure, ...] = ()
    dispensations: tuple[Dispensation, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    deletion_requests: tuple[str, ...] = ()
    """What has been asked before: "bsr:" or "sor:" and the reference number."""


@value
class FormerOwner:
    """What a registration's fees are judged and sent by, where the unit has gone to another owner since (R4, R37, R44).

    The new owner's partition knows nothing of the old one's tree, notifications, and company.
    """

    registration_id: UUID
    billed: SorId
    exemptions: tuple[Exemption, ...] = ()
    """Those that the owner has notified for all its places."""
    answer: CvrAnswer | None = None
    """What CVR said of the company last (R38)."""


@value
class Brought:
    """What has come with a unit from other owners, beside its own papers."""

    dossiers: tuple[str, ...] = ()
    """The events that brought them: one that comes again says nothing."""
    former_owners: tuple[FormerOwner, ...] = ()


@value
class Node:
    """Everything known of one SOR-id. `entity` is None while only others have spoken of it (R13)."""

    sor_id: SorId
    entity: EntityChanged | None = None
    announcement: Announcement | None = None
    closed: Closing | None = None
    """The closure that has taken effect; there is no way back (R7)."""
    renumberings: tuple[Renumbering, ...] = ()
    """The latest of each kind."""
    replaced_by: SorId | None = None
    """The unit that says it replaces this one."""
    moved_here_by: int | None = None
    """The version with which another owner gave the unit up, and its dossier came here."""
    self_registration: SelfRegistered | None = None
    standing: Standing = Unforwarded()
    ledger: tuple[LedgerEntry, ...] = ()
    notices: Notices = Notices()
    superseded: tuple[Superseded, ...] = ()
    """Since the place was last registered: a self-registration may still come that was made in their time (R13)."""
    brought: Brought | None = None
    """None for a unit that has never moved here."""

    @property
    def has_moved(self) -> bool:
        """Whether the unit belongs to another owner now, who speaks for it from then on."""
        return self.entity is not None and self.entity.moved_to_owner_sor_id is not None


@value
class CvrEntry:
    """A number asked for: the units that carry it, and CVR's answer once it is there (R20)."""

    wanted_by: tuple[SorId, ...]
    asked_at: datetime
    answer: CvrAnswer | None = None
    is_unavailable: bool = False
    """CVR could not be asked so far: what has waited for the answer goes on without."""
    asked_again_at: datetime | None = None
    """When the answer was last found to be old."""
    changes: int = 0
    """How often CVR has said something else than before: a record that turns back is not the one sent first (R17)."""


@value
class Backlog:
    """Units whose record is still to be reviewed because of one event: the rest of a long cascade (R11)."""

    event_id: str = ""
    units: tuple[SorId, ...] = ()


@value
class OwnerState:
    """One owner's tree. `children` and `left` are derived from the nodes, and not kept."""

    owner: SorId
    nodes: Mapping[SorId, Node] = field(default_factory=dict)
    children: Mapping[SorId, tuple[SorId, ...]] = field(default_factory=dict)
    numbers: Mapping[str, CvrEntry] = field(default_factory=dict)
    backlog: Backlog = Backlog()
    left: tuple[Due, ...] = ()
    """The rest of a day on which more is due than one step does: the next step need not look for it again."""
