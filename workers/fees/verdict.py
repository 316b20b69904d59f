"""Whether a fee is due for one registration and year, and how much (R31–R36, R40, R42, R44). Pure rules, no state."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from contracts.invoice_triggers import Basis, NotDueReason
    from contracts.self_registrations import SelfRegistered
    from contracts.sor_entities import OwnerType
    from contracts.tariffs import TariffTable

_OERE: Final = Decimal("0.01")
_NOTHING_TO_PAY: Final = Decimal(1)


class Case(NamedTuple):
    """What a fee question is judged on."""

    fee_year: int
    is_triggered: bool
    """Whether the fee of this registration and year has been triggered before."""
    self_registration: SelfRegistered | None
    owner_type: OwnerType | None
    is_exempt: bool = False
    """Whether a notification of exemption is in force that year (R44)."""
    is_scheme_paid: bool = False
    """Whether the one fee of the place's regional lægevagt has been triggered that year (R42)."""
    dispensation: Decimal = Decimal(0)
    """The share of the fee that STPS has let the place off (R36)."""
    last_day: date | None = None
    """The last day of a registration that ends in the year."""
    first_year: int | None = None
    """The first year of a registration that followed another (R4, R5); None for any other."""


class Due(NamedTuple):
    """The fee is due: so much, on this basis, by this tariff."""

    amount: Decimal
    basis: Basis
    tariff: str


class Nothing(NamedTuple):
    """Nothing is due, for this reason (R40), by this rule."""

    reason: NotDueReason
    rule: str


@dataclass(frozen=True, slots=True)
class NoTariff:
    """The table lacks the amount: the question is parked, nothing is guessed (R32)."""


Verdict = Due | Nothing | NoTariff


def judge(case: Case, tariffs: TariffTable) -> Verdict:
    """Settle the question: the first reason why nothing is due, or else the amount."""
    said = case.self_registration
    if case.is_triggered:
        return Nothing("already-triggered", "R39")
    if case.is_exempt:
        return Nothing("exempt-notified", "R44")
    if said is None or _is_not_there(case, said) or not treated_by_end_of(case.fee_year, said):
        return Nothing("not-registered", "R31")  # [D] the nearest of the reasons where nobody was treated yet
    if case.owner_type == "region" and said.category == "1":
        return Nothing("region-lump-sum", "R33")
    if said.volunteers_only:
        return Nothing("volunteers-only", "R35")
    if case.owner_type == "private" and said.turnover_band == "below-limit":
        return Nothing("turnover-below-limit", "R34")
    if case.dispensation == _NOTHING_TO_PAY:
        return Nothing("dispensation", "R36")
    if case.is_scheme_paid:
        return Nothing("already-triggered", "R42")
    return _amount(case, said, tariffs)


def treated_by_end_of(year: int, self_registration: SelfRegistered) -> bool:
    """Whether treatment had begun by the end of `year`; a place that says no day began when it registered (R31)."""
    started = self_registration.treatment_started_on or self_registration.registered_on
    return started.year <= year


def _is_not_there(case: Case, said: SelfRegistered) -> bool:
    """Whether another registration had that year still, or this one was over before treatment began."""
    if case.first_year is not None and case.fee_year < case.first_year:
        return True
    started = said.treatment_started_on
    return started is not None and case.last_day is not None and case.last_day < started


def _amount(case: Case, said: SelfRegistered, tariffs: TariffTable) -> Due | NoTariff:
    tariff = tariffs.find(case.fee_year, said.category)
    if tariff is None:
        return NoTariff()
    is_half = case.owner_type == "private" and said.turnover_band == "half"
    whole = tariff.half if is_half else tariff.full
    if whole is None:
        return NoTariff()
    if case.dispensation:
        return Due(_less(whole, case.dispensation), "partial-dispensation", tariff.id)
    return Due(whole, "half" if is_half else "full", tariff.id)


def _less(amount: Decimal, share: Decimal) -> Decimal:
    """The amount without the share let off, to the øre [D]."""
    return (amount * (1 - share)).quantize(_OERE, ROUND_HALF_UP)
