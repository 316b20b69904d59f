"""The topics: what each carries, who owns it, and how the broker should keep it (contracts.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from contracts.cvr_facts import CvrAnswer, CvrRequest
from contracts.deregistrations import DeregistrationEffective, SorDeletionRequested
from contracts.fee_runs import FeeRunStarted
from contracts.invoice_triggers import InvoiceNotDue, InvoiceTriggered
from contracts.notices import (
    DeletionRequested,
    DeregistrationDecided,
    DispensationGranted,
    ExemptionNotified,
    FeeRunRequested,
)
from contracts.redrives import LettersRedriven, RedriveEnded, RedriveStarted
from contracts.registrations import RegistrationForwarded, RegistrationWithdrawn
from contracts.self_registrations import SelfRegistered
from contracts.sor_entities import EntityChanged
from contracts.transfers import UnitTransferred

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.wire import Message


class Topic(StrEnum):
    """Every topic Sorbro reads or writes, by its name on the broker."""

    ENTITY_CHANGES = "sor.entity-changes.v1"
    SELF_REGISTRATIONS = "bsr.self-registrations.v1"
    NOTICES = "stps.notices.v1"
    CVR_FACTS = "sorbro.cvr-facts.v1"
    CVR_REQUESTS = "sorbro.cvr-requests.v1"
    TRANSFERS = "sorbro.transfers.v1"
    FEE_RUNS = "sorbro.fee-runs.v1"
    REGISTRATIONS = "bsr.registrations.v1"
    DEREGISTRATIONS = "bsr.deregistrations.v1"
    INVOICE_TRIGGERS = "stps.invoice-triggers.v1"
    DELETION_REQUESTS = "sor.deletion-requests.v1"
    DEAD_LETTERS = "sor-bsr.dead-letters.v1"
    AUDIT = "sorbro.audit.v1"
    STATE = "sorbro.state.v1"
    DEMO_CLOCK = "sorbro.demo-clock.v1"


MESSAGES: Final[Mapping[Topic, Mapping[str, type[Message]]]] = MappingProxyType(
    {
        Topic.ENTITY_CHANGES: {"dk.sor.entity.changed.v1": EntityChanged},
        Topic.SELF_REGISTRATIONS: {"dk.bsr.self-registration.changed.v1": SelfRegistered},
        Topic.NOTICES: {
            "dk.stps.deregistration.decided.v1": DeregistrationDecided,
            "dk.stps.exemption.notified.v1": ExemptionNotified,
            "dk.stps.deletion.requested.v1": DeletionRequested,
            "dk.stps.dispensation.granted.v1": DispensationGranted,
            "dk.stps.fee-run.requested.v1": FeeRunRequested,
        },
        Topic.CVR_REQUESTS: {"dk.sorbro.cvr.requested.v1": CvrRequest},
        Topic.CVR_FACTS: {"dk.sorbro.cvr.answered.v1": CvrAnswer},
        Topic.TRANSFERS: {"dk.sorbro.unit.transferred.v1": UnitTransferred},
        Topic.FEE_RUNS: {"dk.sorbro.fee-run.started.v1": FeeRunStarted},
        Topic.REGISTRATIONS: {
            "dk.bsr.registration.forwarded.v1": RegistrationForwarded,
            "dk.bsr.registration.withdrawn.v1": RegistrationWithdrawn,
        },
        Topic.DEREGISTRATIONS: {"dk.bsr.deregistration.effective.v1": DeregistrationEffective},
        Topic.INVOICE_TRIGGERS: {
            "dk.stps.invoice.triggered.v1": InvoiceTriggered,
            "dk.stps.invoice.not-due.v1": InvoiceNotDue,
        },
        Topic.DELETION_REQUESTS: {"dk.sor.deletion.requested.v1": SorDeletionRequested},
        Topic.AUDIT: {
            "dk.sorbro.redrive.started.v1": RedriveStarted,
            "dk.sorbro.redrive.sent.v1": LettersRedriven,
            "dk.sorbro.redrive.ended.v1": RedriveEnded,
        },
    }
)
"""Which `ce_type` each topic carries, and its model."""

CE_TYPES: Final[Mapping[type[Message], tuple[str, str]]] = MappingProxyType(
    {model: (topic.value, ce_type) for topic, types in MESSAGES.items() for ce_type, model in types.items()}
)
"""The same the other way: where a message belongs and what it is called there."""

WORKER_INPUTS: Final = (
    Topic.ENTITY_CHANGES,
    Topic.SELF_REGISTRATIONS,
    Topic.NOTICES,
    Topic.CVR_FACTS,
    Topic.TRANSFERS,
    Topic.FEE_RUNS,
)
"""What the write side consumes, partition by partition; the last three come from Sorbro itself."""


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """How a topic is created where Sorbro creates it. All topics share one partition count but those of one."""

    single_partition: bool = False
    config: Mapping[str, str] = field(default_factory=dict)


_COMPACTED: Final = {"cleanup.policy": "compact"}
_KEPT: Final = {"retention.ms": "-1"}

PLANS: Final[Mapping[Topic, TopicPlan]] = MappingProxyType(
    {
        Topic.ENTITY_CHANGES: TopicPlan(config=_KEPT),
        Topic.SELF_REGISTRATIONS: TopicPlan(config=_KEPT),
        Topic.NOTICES: TopicPlan(config=_KEPT),
        Topic.CVR_FACTS: TopicPlan(config=_COMPACTED),
        Topic.CVR_REQUESTS: TopicPlan(config=_KEPT),
        Topic.TRANSFERS: TopicPlan(config=_KEPT),
        Topic.FEE_RUNS: TopicPlan(config=_KEPT),
        Topic.REGISTRATIONS: TopicPlan(config=_COMPACTED),
        Topic.DEREGISTRATIONS: TopicPlan(config=_KEPT),
        Topic.INVOICE_TRIGGERS: TopicPlan(config=_KEPT),
        Topic.DELETION_REQUESTS: TopicPlan(config=_KEPT),
        # A dead letter is its original plus headers, so it needs more room than the input topics allow.
        Topic.DEAD_LETTERS: TopicPlan(config=_KEPT | {"max.message.bytes": "4194304"}),
        # One partition: what people did is read in the order they did it.
        Topic.AUDIT: TopicPlan(single_partition=True, config=_KEPT),
        Topic.STATE: TopicPlan(config=_COMPACTED | {"max.message.bytes": "4194304"}),
        # Its records are stamped in the story's own time: by age they would be gone half a minute after the start.
        Topic.DEMO_CLOCK: TopicPlan(single_partition=True, config=_KEPT),
    }
)
