"""The fee of a registration that a unit came with is its old owner's affair, wherever it is now (R4, R37, R44)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.exemptions.notified import by_owner
from workers.fees.recipient import billed_unit
from workers.tree.state import FormerOwner, Parked, Unforwarded

if TYPE_CHECKING:
    from uuid import UUID

    from workers.tree.draft import Draft
    from workers.tree.state import Identity, Node


def former_owner_of(draft: Draft, node: Node, identity: Identity) -> FormerOwner | None:
    """Whom the registration was there under, if it came with the unit; None where it is the present owner's own."""
    if node.brought is None or not node.brought.former_owners:
        return None
    owner = draft.node(draft.owner).entity
    if owner is not None and owner.cvr == identity.cvr:
        return None  # it has gone on here as the same registration, or is back
    return _noted(node, identity.registration_id)


def take_along(draft: Draft, node: Node) -> tuple[FormerOwner, ...]:
    """Note, of each registration of a leaving unit that may still be asked about, what its fees are judged by."""
    if isinstance(node.standing, Unforwarded):
        return ()
    parked = (entry.identity for entry in node.ledger if isinstance(entry, Parked))
    identities = {each.registration_id: each for each in (node.standing.identity, *parked)}
    return tuple(former_owner_of(draft, node, each) or _here(draft, node, each) for each in identities.values())


def _noted(node: Node, registration_id: UUID) -> FormerOwner | None:
    former = node.brought.former_owners if node.brought is not None else ()
    return next((each for each in former if each.registration_id == registration_id), None)


def _here(draft: Draft, node: Node, identity: Identity) -> FormerOwner:
    entry = draft.number(identity.cvr) if identity.cvr is not None else None
    return FormerOwner(
        registration_id=identity.registration_id,
        billed=billed_unit(draft, node),
        exemptions=by_owner(draft, node),
        answer=entry.answer if entry is not None else None,
    )
