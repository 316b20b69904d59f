"""What the topic catalogue says to people of other systems: which way a topic runs, its key, and what it is for."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from contracts.topics import Topic

if TYPE_CHECKING:
    from collections.abc import Mapping

Action = Literal["receive", "send"]
"""From Sorbro's point of view, as AsyncAPI has it."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One topic as others meet it. An `internal` one is Sorbro talking to itself: read it, never build on it."""

    title: str
    actions: tuple[Action, ...]
    key: str
    summary: str
    internal: bool = False


_OWNER: Final = "`ownerSorId`: a cascade, an inherited address and an owner's CVR must be seen in order"
_UNIT: Final = "`sorId`"

CHANNELS: Final[Mapping[Topic, Channel]] = MappingProxyType(
    {
        Topic.ENTITY_CHANGES: Channel(
            title="entityChanges",
            actions=("receive",),
            key=_OWNER,
            summary="Whole versions of SOR entities. A unit that moves to another owner is sent twice: under the old "
            "owner with `movedToOwnerSorId`, and under the new one.",
        ),
        Topic.SELF_REGISTRATIONS: Channel(
            title="selfRegistrations",
            actions=("receive",),
            key=_OWNER,
            summary="Versions of what the places themselves tell STPS.",
        ),
        Topic.NOTICES: Channel(
            title="notices",
            actions=("receive",),
            key=f"{_OWNER}. Empty for a fee run, which concerns every owner",
            summary="What STPS decides and tells: deregistrations, exemptions, deletions, dispensations, fee runs.",
        ),
        Topic.CVR_REQUESTS: Channel(
            title="cvrRequests",
            actions=("send", "receive"),
            key="`ownerSorId`",
            summary="Questions to CVR, asked by the rules and answered by the enrichment agent.",
            internal=True,
        ),
        Topic.TRANSFERS: Channel(
            title="transfers",
            actions=("send", "receive"),
            key="`ownerSorId`, the new owner",
            summary="What BSR has been told of a unit follows it to its new owner.",
            internal=True,
        ),
        Topic.FEE_RUNS: Channel(
            title="feeRuns",
            actions=("send", "receive"),
            key="The number of the partition: each gets one record",
            summary="A yearly run started by STPS, handed to every partition.",
            internal=True,
        ),
        Topic.CVR_FACTS: Channel(
            title="cvrFacts",
            actions=("send", "receive"),
            key="`ownerSorId`, a slash, and the number asked about",
            summary="What CVR answered, with the instant it was asked; a replay sees the same facts.",
            internal=True,
        ),
        Topic.REGISTRATIONS: Channel(
            title="registrations",
            actions=("send",),
            key=_UNIT,
            summary="The SOR half of each register record, whole each time, and the withdrawal of one.",
        ),
        Topic.DEREGISTRATIONS: Channel(
            title="deregistrations",
            actions=("send",),
            key=_UNIT,
            summary="Registrations that ended, each told once and never before the instant it takes effect.",
        ),
        Topic.INVOICE_TRIGGERS: Channel(
            title="invoiceTriggers",
            actions=("send",),
            key=_UNIT,
            summary="Every fee question, settled: an invoice falls due, or nothing is due and why.",
        ),
        Topic.DELETION_REQUESTS: Channel(
            title="deletionRequests",
            actions=("send",),
            key=_UNIT,
            summary="Places that ask to be deleted in SOR; only Sundhedsdatastyrelsen changes SOR.",
        ),
        Topic.AUDIT: Channel(
            title="audit",
            actions=("send", "receive"),
            key="The redrive it belongs to",
            summary="What people have done: dead letters sent once more, by whom, why and which.",
            internal=True,
        ),
        Topic.DEAD_LETTERS: Channel(
            title="deadLetters",
            actions=("send",),
            key="the original record's key",
            summary="Inputs that break the contract: key, value and headers byte for byte, plus the headers below.",
        ),
    }
)
"""Every topic with a contract. The state and the demo clock have none: they are Sorbro's own files."""
