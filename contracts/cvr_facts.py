"""CVR questions and answers as facts in topics: the core asks, the enrichment agent answers (R19, R20)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.addresses import Address
from contracts.identifiers import CvrNumber, PNumber, SorId
from contracts.wire import CivilDate, Instant, Message, message

CompanyStatus = Literal["active", "future", "in-dissolution", "ceased", "unknown"]
"""Our reading of CVR's life span and status text; the life span decides (notes/cvr.md §3.1)."""


@message
class CvrRequest(Message):
    """``dk.sorbro.cvr.requested.v1`` on ``sorbro.cvr-requests.v1``, keyed by owner: please look these up."""

    owner_sor_id: SorId
    cvr: CvrNumber | None = None
    p_numbers: tuple[PNumber, ...] = ()

    @property
    def numbers(self) -> tuple[CvrNumber | PNumber, ...]:
        """All that is asked for, the company first."""
        return self.p_numbers if self.cvr is None else (self.cvr, *self.p_numbers)


@message
class CompanyFact(Message):
    """What CVR says of one company. `status_text` is CVR's own word, kept unread."""

    kind: Literal["company"] = "company"
    cvr: CvrNumber
    name: str | None
    status: CompanyStatus
    status_text: str | None = None
    started_on: CivilDate | None = None
    ceased_on: CivilDate | None = None
    legal_form: str | None = None
    address: Address | None = None


@message
class ProductionUnitFact(Message):
    """What CVR says of one production unit; `cvr` is its present owner, or the last one, or None."""

    kind: Literal["production-unit"] = "production-unit"
    p_number: PNumber
    cvr: CvrNumber | None
    name: str | None
    status: CompanyStatus
    status_text: str | None = None
    started_on: CivilDate | None = None
    ceased_on: CivilDate | None = None
    address: Address | None = None


@message
class NotFoundFact(Message):
    """CVR answered, whole and healthy, and the number was not there: a business finding, not an error (R20)."""

    kind: Literal["not-found"] = "not-found"
    number: Annotated[str, Field(max_length=40)]


@message
class UnavailableFact(Message):
    """CVR could not be asked: nobody should wait for it now. An answer may still follow (R20)."""

    kind: Literal["unavailable"] = "unavailable"
    number: Annotated[str, Field(max_length=40)]


Fact = Annotated[CompanyFact | ProductionUnitFact | NotFoundFact | UnavailableFact, Field(discriminator="kind")]


@message
class CvrAnswer(Message):
    """``dk.sorbro.cvr.answered.v1`` on ``sorbro.cvr-facts.v1``: one fact for one owner, with its age."""

    owner_sor_id: SorId
    fetched_at: Instant
    fact: Fact
    changes_on: CivilDate | None = None
    """The first later day on which CVR already knows that it will say something else."""
