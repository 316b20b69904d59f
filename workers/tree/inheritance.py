"""What a unit has from above (R3, R8): addresses, contact, CVR and P number. SOR's `null` means "as above"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from contracts.addresses import Address
    from contracts.identifiers import CvrNumber, PNumber, SorId
    from contracts.sor_entities import EntityChanged, OwnerType

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Effective:
    """The values that hold for a unit once inheritance is resolved."""

    visiting_address: Address | None
    activity_address: Address | None
    telephone: str | None
    email: str | None
    website: str | None
    cvr: CvrNumber | None
    p_number: PNumber | None
    p_number_holder: SorId | None
    owner_type: OwnerType | None


def resolve(entity: EntityChanged, path: Sequence[EntityChanged]) -> Effective:
    """Resolve `entity` against its `path` (owner first, parent last; empty for the owner)."""
    upwards = (entity, *reversed(path))
    owner = upwards[-1]
    postal = _nearest(each.postal_address for each in upwards)
    visiting = entity.visiting_address or postal
    holder = _nearest(each if each.p_number is not None else None for each in upwards)
    return Effective(
        visiting_address=visiting,
        activity_address=entity.activity_address or visiting,
        telephone=_nearest(each.telephone for each in upwards),
        email=_nearest(each.email for each in upwards),
        website=_nearest(each.website for each in upwards),
        cvr=owner.cvr,
        p_number=holder.p_number if holder else None,
        p_number_holder=holder.sor_id if holder else None,
        owner_type=owner.owner_type,
    )


def _nearest(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)
