"""``dk.bsr.self-registration.changed.v1``: the half of the register record that the place supplies (R15, R16)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.identifiers import AuthorisationId, Gln, SorId
from contracts.sor_entities import Code, Line
from contracts.wire import CivilDate, Message, message

Category = Literal["1", "2", "3a", "3b", "4", "5"]
"""Registreringskategori (item 13); 3a and 3b pay the same fee."""
TurnoverBand = Literal["below-limit", "half", "full"]
"""Expected turnover against the year's two limits (item 14, R34)."""


@message
class ResponsiblePhysician(Message):
    """Item 16. Personal data: never in logs, metrics, headers or URLs (R49)."""

    authorisation_id: AuthorisationId
    name: Line


@message
class SelfRegistered(Message):
    """One version of a self-registration: items 3 and 12–18, with the days that decide the fee year."""

    sor_id: SorId
    owner_sor_id: SorId
    version: Annotated[int, Field(ge=0)]
    registered_on: CivilDate
    treatment_started_on: CivilDate | None = None
    treatment_at_address: bool
    category: Category
    turnover_band: TurnoverBand
    volunteers_only: bool
    cosmetic: bool
    out_of_hours_scheme: Code | None = None
    owner_authorisation_id: AuthorisationId | None = None
    responsible_physician: ResponsiblePhysician | None = None
    ean: Gln | None = None
    reference_id: Annotated[str, Field(max_length=200)] | None = None
    invoice_email: Line | None = None
