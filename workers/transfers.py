"""A unit that moves takes its dossier along: what BSR was told, what it said, its fees, STPS's notices (R4, R39).

The old and the new owner may live on different partitions, and either of their messages may come first. So the dossier
travels as a message of its own, and whatever still comes under the old owner's key travels after it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import TypeAdapter

from contracts.transfers import UnitTransferred
from workers.closures.departures import knows
from workers.effects import Send, effect_id
from workers.fees.former_owners import take_along
from workers.fees.ledger import keep_what_was_said
from workers.tree.state import Brought, Forwarded, Node, Notices, Registered, Triggered, Unforwarded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.identifiers import SorId
    from contracts.self_registrations import SelfRegistered
    from contracts.sor_entities import EntityChanged
    from workers.tree.draft import Draft
    from workers.tree.state import Departure, FormerOwner, LedgerEntry

T = TypeVar("T")
_DOSSIER: Final = TypeAdapter(Node)


def hand_over(draft: Draft, node: Node, event_id: str, *, is_leaving: bool) -> list[Send]:
    """Send what is known of a unit that has moved to where it belongs now, and keep none of it here.

    `is_leaving`: it moves just now, and takes along even what stays known here, such as the requests it has made.
    A dossier that came by a later version than the one known here stays: that version will follow, and says it is back.
    """
    moved_to = _moved_to(node)
    if moved_to is None or node.entity is None:
        return []
    if _is_bare(node) and not (is_leaving and node.notices.deletion_requests):
        return []
    draft.put(_tree_part(node))
    return [_send(draft, node, moved_to, node.entity.version, event_id)]


def recall(draft: Draft, before: Node, change: EntityChanged, event_id: str) -> list[Send]:
    """Ask for the dossier of a unit whose move SOR has taken back; `before` is the unit as it had moved (R10).

    Nothing where the dossier is here again, as when the unit comes back by the new owner's own word.
    """
    gone_to = _moved_to(before)
    if gone_to is None or change.moved_to_owner_sor_id is not None:
        return []
    message = UnitTransferred(
        sor_id=change.sor_id,
        owner_sor_id=gone_to,
        from_owner_sor_id=draft.owner,
        version=change.version,
        dossier="",
        is_recall=True,
    )
    send_id = effect_id("unit-recalled", change.sor_id, draft.owner, gone_to, event_id)
    return [Send(message, send_id, gone_to, change.sor_id, event_id)]


def give_back(draft: Draft, recalled: UnitTransferred, event_id: str) -> list[Send]:
    """Send a dossier back; not where SOR has spoken here: then its word that the unit leaves sends it on.

    But with nothing in it, it would not be sent on, and whoever asks for it waits: so it goes at once.
    """
    node = draft.node(recalled.sor_id)
    if node.entity is not None and not _is_bare(node):
        return []
    draft.put(_tree_part(node))
    return [_send(draft, node, recalled.from_owner_sor_id, recalled.version, event_id)]


def _is_bare(node: Node) -> bool:
    """Whether nothing of the unit would go with its dossier; what came here by one goes on."""
    return replace(node, renumberings=()) == _tree_part(node)


def _tree_part(node: Node) -> Node:
    """What stays: the place in the tree, a fee that a whole lægevagt has paid (R42), and what tells a repeat."""
    return Node(
        node.sor_id,
        node.entity,
        node.announcement,
        node.closed,
        replaced_by=node.replaced_by,
        ledger=tuple(each for each in node.ledger if isinstance(each, Triggered) and each.scheme is not None),
        notices=Notices(deletion_requests=node.notices.deletion_requests),
        brought=Brought(node.brought.dossiers) if node.brought is not None else None,
    )


def _send(draft: Draft, node: Node, to: SorId, version: int, event_id: str) -> Send:
    dossier = Node(
        node.sor_id,
        # What has closed itself stays closed (R7); what closed with its company lives on where SOR puts it [D].
        closed=node.closed if node.closed is not None and node.closed.by == node.sor_id else None,
        renumberings=node.renumberings,
        self_registration=node.self_registration,
        standing=node.standing,
        ledger=_union(node.ledger, _paid_by_others(draft, node)),
        notices=node.notices,
        superseded=node.superseded,
        brought=Brought(former_owners=take_along(draft, node)),
    )
    message = UnitTransferred(
        sor_id=node.sor_id,
        owner_sor_id=to,
        from_owner_sor_id=draft.owner,
        version=version,
        dossier=_DOSSIER.dump_json(dossier).decode(),
    )
    send_id = effect_id("unit-transferred", node.sor_id, draft.owner, to, event_id)
    return Send(message, send_id, to, node.sor_id, event_id)


def _paid_by_others(draft: Draft, node: Node) -> tuple[LedgerEntry, ...]:
    """What other sites of its lægevagt have paid: the new owner's partition does not see them (R42)."""
    scheme = node.self_registration.out_of_hours_scheme if node.self_registration is not None else None
    return tuple(
        entry
        for other in draft.all_nodes()
        for entry in other.ledger
        if scheme is not None and isinstance(entry, Triggered) and entry.scheme == scheme
    )


def _moved_to(node: Node) -> SorId | None:
    if node.entity is None or (node.moved_here_by is not None and node.moved_here_by >= node.entity.version):
        return None
    return node.entity.moved_to_owner_sor_id


def take_over(draft: Draft, message: UnitTransferred, event_id: str) -> bool:
    """Add a dossier to what is known here; False for one that is here already.

    What BSR held under the old owner is what it holds until it is reviewed.
    """
    came, node = _DOSSIER.validate_json(message.dossier), draft.node(message.sor_id)
    known = node.brought or Brought()
    if event_id in known.dossiers:
        return False
    if node.self_registration is not None:
        came = keep_what_was_said(came, node.self_registration)
    holds = isinstance(came.standing, Forwarded | Registered) or isinstance(node.standing, Unforwarded)
    standing = came.standing if holds else node.standing
    if isinstance(standing, Forwarded | Registered) and isinstance(node.standing, Forwarded | Registered):
        standing = replace(standing, digest=node.standing.digest)  # BSR has been told something else since
    draft.put(
        replace(
            node,
            closed=node.closed or came.closed,
            renumberings=came.renumberings or node.renumberings,
            moved_here_by=message.version,
            self_registration=_newer(node, came),
            standing=standing,
            ledger=_union(came.ledger, node.ledger),
            notices=Notices(
                departures=(*node.notices.departures, *_unknown(came.notices.departures, node)),
                dispensations=_union(came.notices.dispensations, node.notices.dispensations),
                exemptions=_union(came.notices.exemptions, node.notices.exemptions),
                deletion_requests=_union(came.notices.deletion_requests, node.notices.deletion_requests),
            ),
            superseded=_union(came.superseded, node.superseded),
            brought=Brought((*known.dossiers, event_id), _former_owners(came, known)),
        )
    )
    return True


def _former_owners(came: Node, known: Brought) -> tuple[FormerOwner, ...]:
    """Of one registration what came last."""
    brought = came.brought.former_owners if came.brought is not None else ()
    told_anew = {each.registration_id for each in brought}
    return (*(each for each in known.former_owners if each.registration_id not in told_anew), *brought)


def _unknown(departures: tuple[Departure, ...], node: Node) -> Iterator[Departure]:
    """Those that are no repeats: what is said once more under the old owner's key comes here as if it were new."""
    return (each for each in departures if not knows(node, each))


def _newer(known: Node, came: Node) -> SelfRegistered | None:
    """Of one version what is known stays: the other was refused where it came first (R10)."""
    said = [node.self_registration for node in (known, came) if node.self_registration is not None]
    return max(said, key=lambda each: each.version, default=None)


def _union(first: tuple[T, ...], then: tuple[T, ...]) -> tuple[T, ...]:
    return (*first, *(each for each in then if each not in first))
