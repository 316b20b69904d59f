"""Whether a fee is due for one registration and year, and how much (R32–R35, R39, R40). Pure rules, no state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from contracts.invoice_triggers import Basis, NotDueReason
    from contracts.self_registrations import SelfRegistered
    from contracts.sor_entities import OwnerType
    from contracts.tariffs import TariffTable
    from workers.tree.state import LedgerEntry


@dataclass(frozen=True, slots=True)
class Due:
    """The fee is due: so much, on this basis, by this tariff."""

    amount: Decimal
    basis: Basis
    tariff: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing is due, for this reason (R40)."""

    reason: NotDueReason


@dataclass(frozen=True, slots=True)
class NoTariff:
    """The table lacks the amount: the question is parked, nothing is guessed (R32)."""


Verdict = Due | Nothing | NoTariff


def judge(
    earlier: Sequence[LedgerEntry],
    fee_year: int,
    self_registration: SelfRegistered | None,
    owner_type: OwnerType | None,
    tariffs: TariffTable,
) -> Verdict:
    """Settle the question. `earlier` is the ledger of this one registration and year."""
    if any(entry.kind == "triggered" for entry in earlier):
        return Nothing("already-triggered")
    if self_registration is None or not treated_by_end_of(fee_year, self_registration):
        return Nothing("not-registered")  # [D] the nearest of the reasons where nobody was treated yet (R31)
    if owner_type == "region" and self_registration.category == "1":
        return Nothing("region-lump-sum")
    if self_registration.volunteers_only:
        return Nothing("volunteers-only")
    if owner_type == "private" and self_registration.turnover_band == "below-limit":
        return Nothing("turnover-below-limit")
    return _amount(fee_year, self_registration, owner_type, tariffs)


def treated_by_end_of(year: int, self_registration: SelfRegistered) -> bool:
    """Whether treatment had begun by the end of `year`; a place that says no day began when it registered (R31)."""
    started = self_registration.treatment_started_on
    return started is None or started.year <= year


def _amount(
    fee_year: int, self_registration: SelfRegistered, owner_type: OwnerType | None, tariffs: TariffTable
) -> Verdict:
    tariff = tariffs.find(fee_year, self_registration.category)
    if tariff is None:
        return NoTariff()
    if owner_type == "private" and self_registration.turnover_band == "half":
        return Due(tariff.half, "half", tariff.id) if tariff.half is not None else NoTariff()
    return Due(tariff.full, "full", tariff.id)
