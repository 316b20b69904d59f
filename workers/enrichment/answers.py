"""CVR's answer as a record, the same whether a service or a file gave it (R20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.cloudevents import binary_headers
from contracts.cvr_facts import CvrAnswer
from contracts.records import OutputRecord
from contracts.topics import CE_TYPES
from workers.effects import effect_id

if TYPE_CHECKING:
    from datetime import date, datetime

    from contracts.cvr_facts import Fact
    from contracts.identifiers import SorId


def answer_record(
    owner: SorId,
    number: str,
    fact: Fact,
    fetched_at: datetime,
    *,
    said_at: datetime | None = None,
    changes_on: date | None = None,
    causation: str = "",
    traceparent: str | None = None,
    partition: int | None = None,
) -> OutputRecord:
    """Return the record for ``sorbro.cvr-facts.v1``: compacted per owner and number, hence its key.

    `said_at` is the instant of saying it here, when that is not `fetched_at`: a fact may be remembered, but a record's
    timestamp must say when it was written, for the horizon is read from it (`workers.stream.horizon`).
    """
    at = fetched_at if said_at is None else said_at
    topic, ce_type = CE_TYPES[CvrAnswer]
    answer = CvrAnswer(owner_sor_id=owner, fetched_at=fetched_at, fact=fact, changes_on=changes_on)
    headers = binary_headers(
        ce_id=effect_id("cvr-answer", owner, number, fetched_at.isoformat()),
        ce_type=ce_type,
        time=at,
        subject=owner,
        causation=causation,
        traceparent=traceparent,
    )
    key, value = f"{owner}/{number}".encode(), answer.to_json()
    return OutputRecord(topic, key, value, headers, at, partition)
