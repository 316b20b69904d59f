"""A service that answers for CVR, asked once: what it said, or why it said nothing. No patience and no memory.

Two of them exist, Erhvervsstyrelsen's Elasticsearch and Datafordeler's GraphQL (notes/cvr.md §1, §2). What makes them
bearable, gathering, patience, the breaker and the cache, stands before either of them and knows neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from contracts.cvr_facts import CompanyFact, ProductionUnitFact
from contracts.identifiers import CvrNumber, PNumber

Number = CvrNumber | PNumber


@dataclass(frozen=True, slots=True)
class Reading:
    """What CVR says of one number on the day of asking."""

    fact: CompanyFact | ProductionUnitFact
    changes_on: date | None = None
    """The first later day on which CVR already knows that it will say something else (notes §3.6), if any."""
    version: int | None = None
    """Grows with each change of the document, ``samtId``; None where the service has no such count."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The readings of one answer by number, and what keeps the answer from being the whole truth.

    While `defect` is None, a number asked for that is not in `readings` is not in CVR.
    """

    readings: Mapping[Number, Reading] = field(default_factory=dict)
    defect: str | None = None


class CvrService(Protocol):
    """One service behind one address with one set of credentials."""

    @property
    def batch_size(self) -> int:
        """How many numbers it takes in one question."""
        ...

    async def ask(self, numbers: Sequence[Number], today: date) -> Answer:
        """Put one question about at most `batch_size` valid numbers, read as of `today`, a Danish civil date.

        No numbers are no question: the answer is empty and nobody is called. Raises `NoAnswerError`, of one of its
        three kinds, and nothing else but cancellation.
        """
        ...


class NoAnswerError(Exception):
    """CVR gave no usable answer. The text is a reason for the operator: our own words, no credential, no body."""


class PassingError(NoAnswerError):
    """Asking again may help; `wait` is CVR's own wish in seconds, `partial` what did arrive."""

    def __init__(self, reason: str, *, wait: float | None = None, partial: Answer | None = None) -> None:
        super().__init__(reason)
        self.wait = wait
        self.partial = partial


class RejectedError(NoAnswerError):
    """CVR, or our reading of it, could not do with this question: one of its numbers may be to blame.

    So is a question with a number that fails its check (R2) or with too many of them; it is not even put.
    """


class LastingError(NoAnswerError):
    """Nothing will help until somebody has changed the settings or the agreement: address, path, credentials."""
