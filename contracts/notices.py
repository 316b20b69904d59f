"""What STPS decides and tells: the five message kinds of ``stps.notices.v1`` (R28, R36, R39, R44, R45)."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from contracts.addresses import Address
from contracts.exemption_facts import ExemptionKind, missing_facts, schema_rules
from contracts.identifiers import AuthorisationId, CvrNumber, SorId
from contracts.sor_entities import Code, Line
from contracts.wire import AS_WIRED, CivilDate, Message, message

_SHARE = r"0\.\d*[1-9]\d*|1(\.0+)?"


def _is_share(text: str) -> str:
    if re.fullmatch(_SHARE, text, re.ASCII) is not None:
        return text
    raise PydanticCustomError("share", "a share is a decimal string over 0 and up to 1.0 (1.0 = nothing to pay)")


Share = Annotated[
    str,
    Field(max_length=10),
    AfterValidator(_is_share),
    WithJsonSchema({"type": "string", "pattern": f"^({_SHARE})$"}),
]
FeeYear = Annotated[int, Field(ge=2000, le=2200)]


@message
class DeregistrationDecided(Message):
    """``dk.stps.deregistration.decided.v1``: out of BSR without a closure in SOR (R28)."""

    sor_id: SorId
    owner_sor_id: SorId
    effective_on: CivilDate
    initiator: Literal["place", "stps"]
    treated_in_year: bool


@message
class TemporaryEvent(Message):
    """The festival, race or camp of a ``temporary-event`` notification."""

    name: Line | None = None
    address: Line | Address | None = None
    from_: Annotated[CivilDate | None, Field(alias="from")] = None
    to: CivilDate | None = None


@message
class ExemptionNotified(Message):
    """``dk.stps.exemption.notified.v1``: an underretning of one of the four kinds, with that kind's facts (R44).

    It names a unit with its owner, an owner alone (all its places), or nobody that SOR knows.
    ``volunteer-sole`` and ``low-turnover`` need an autorisations-id; ``temporary-event`` the event's name, address
    and period; ``partnership`` its CVR number, those of its owners, and at least one profession.
    """

    __pydantic_config__ = AS_WIRED | ConfigDict(json_schema_extra=schema_rules())

    sor_id: SorId | None = None
    owner_sor_id: SorId | None = None
    kind: ExemptionKind
    cvr: CvrNumber | None = None
    authorisation_ids: Annotated[tuple[AuthorisationId, ...], Field(max_length=100)] = ()
    event: TemporaryEvent | None = None
    owner_cvrs: Annotated[tuple[CvrNumber, ...], Field(max_length=100)] = ()
    professions: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    notified_on: CivilDate

    @model_validator(mode="after")
    def _facts_of_its_kind(self) -> Self:
        """Say what is missing by name; never what was told (R49)."""
        if self.sor_id is not None and self.owner_sor_id is None:
            raise PydanticCustomError("exemption_facts", "a notification that names a unit must give its ownerSorId")
        if missing := missing_facts(self.kind, self.to_dict()):
            raise PydanticCustomError(
                "exemption_facts",
                "a {kind} notification must give {missing} (R44)",
                {"kind": self.kind, "missing": ", ".join(missing)},
            )
        return self


@message
class DeletionRequested(Message):
    """``dk.stps.deletion.requested.v1``: a place asks to be deleted in BSR, in SOR, or both (R45)."""

    sor_id: SorId
    owner_sor_id: SorId
    reference_number: Code
    scope: Annotated[tuple[Literal["bsr", "sor"], ...], Field(min_length=1, max_length=2)]
    reason: Line | None = None
    treated_in_year: bool
    requested_on: CivilDate


@message
class DispensationGranted(Message):
    """``dk.stps.dispensation.granted.v1``: STPS lets the place off the whole fee of a year, or a share (R36)."""

    sor_id: SorId
    owner_sor_id: SorId
    fee_year: FeeYear
    share: Share


@message
class FeeRunRequested(Message):
    """``dk.stps.fee-run.requested.v1``: the yearly run, for every partition; it has no owner and no key (R39)."""

    fee_year: FeeYear
    run_on: CivilDate
