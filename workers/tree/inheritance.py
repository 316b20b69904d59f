"""What a unit has from above (R3, R8): addresses, contact, CVR and P number. SOR's `null` means "as above"."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from contracts.addresses import Address
    from contracts.identifiers import CvrNumber, PNumber, SorId
    from contracts.sor_entities import EntityChanged, OwnerType
    from workers.tree.draft import Draft
    from workers.tree.state import Node

_HAD_FROM_ABOVE: Final = ("postal_address", "telephone", "email", "website")
"""What a unit that has none of its own has from the nearest above (R8)."""
_felt_by_all: Final = attrgetter(
    "name", "sor_type", "parent_sor_id", "owner_type", "cvr", "p_number", "moved_to_owner_sor_id"
)
"""What counts for whoever is below: its path, its numbers, and what place it is in the law (R3–R6)."""


class Effective(NamedTuple):
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
    postal, telephone, email, website = entity.postal_address, entity.telephone, entity.email, entity.website
    holder = owner = entity
    for above in reversed(path):
        postal = above.postal_address if postal is None else postal
        telephone = above.telephone if telephone is None else telephone
        email = above.email if email is None else email
        website = above.website if website is None else website
        holder = above if holder.p_number is None else holder
        owner = above
    visiting = entity.visiting_address or postal
    return Effective(
        visiting_address=visiting,
        activity_address=entity.activity_address or visiting,
        telephone=telephone,
        email=email,
        website=website,
        cvr=owner.cvr,
        p_number=holder.p_number,
        p_number_holder=holder.sor_id if holder.p_number is not None else None,
        owner_type=owner.owner_type,
    )


def reached_by(draft: Draft, before: Node, after: Node) -> list[SorId]:
    """The unit and those below it whose record may differ by its new version, parents before children.

    A telephone, say, reaches no further down than to units with one of their own (R8).
    """
    if before.entity is None or _is_felt_by_all(before.entity, before, after):
        return draft.subtree(after.sor_id)
    reached = [(after.sor_id, _differing(_HAD_FROM_ABOVE, before.entity, after.entity))]
    for sor_id, names in reached:
        for child in draft.children(sor_id) if names else ():
            passed_on = [name for name in names if getattr(draft.node(child).entity, name, None) is None]
            if passed_on and child != after.sor_id:
                reached.append((child, passed_on))
    return [sor_id for sor_id, _ in reached]


def _is_felt_by_all(known: EntityChanged, before: Node, after: Node) -> bool:
    """Whether everybody below is concerned; an owner's address is held against CVR's for each of its places (R19)."""
    change = after.entity
    if (before.announcement, before.renumberings) != (after.announcement, after.renumberings) or change is None:
        return True
    if known.sor_type == "IE" and known.postal_address != change.postal_address:
        return True
    return bool(_felt_by_all(known) != _felt_by_all(change))


def _differing(names: Iterable[str], before: EntityChanged, after: EntityChanged | None) -> list[str]:
    return [name for name in names if getattr(before, name) != getattr(after, name)]
