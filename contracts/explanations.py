"""Why an output is as it is (R50): the input, the versions, the CVR facts with their age, the rules and the tariff."""

from __future__ import annotations

from typing import Literal

from contracts.identifiers import SorId
from contracts.value import value
from contracts.wire import Instant, Message


@value
class VersionUsed(Message):
    """One version that the decision stood on: of a SOR entity, or of a place's self-registration."""

    of: Literal["sor", "self-registration"]
    sor_id: SorId
    version: int


@value
class FactUsed(Message):
    """One answer from CVR that the decision stood on, and when it was fetched."""

    number: str
    fetched_at: Instant


@value
class Explanation(Message):
    """What a decision stood on. `rules` are numbers of the rulebook; nothing here is personal data (R49)."""

    rules: tuple[str, ...]
    caused_by: str
    """The `ce_id` of the input; for a timer of the version that announced it."""
    versions: tuple[VersionUsed, ...] = ()
    cvr: tuple[FactUsed, ...] = ()
    tariff: str | None = None
