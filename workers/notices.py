"""What STPS decides and tells of a unit, noted; what follows from it is the business of closures and fees (R28–R46)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from contracts.deregistrations import SorDeletionRequested
from contracts.notices import DeletionRequested, DeregistrationDecided, DispensationGranted, ExemptionNotified
from workers.closures.departures import departure_of, knows, with_departure
from workers.effects import Refusal, Send, effect_id
from workers.exemptions.notified import exemption_of, with_exemption
from workers.explanation import explain
from workers.fees.dispensations import with_dispensation

if TYPE_CHECKING:
    from datetime import datetime

    from workers.tree.draft import Draft
    from workers.tree.state import Node

Notice = DeregistrationDecided | DeletionRequested | DispensationGranted | ExemptionNotified


_MOST: Final = 200
"""Of each kind, on one unit: no place sees as many in all its years, and its papers must fit into one record."""


def note(draft: Draft, node: Node, notice: Notice, event_id: str, now: datetime) -> list[Send] | Refusal | None:
    """Note what the notice says of the unit and return what SDS is to be told; None when it is known already."""
    told = _note(draft, node, notice, event_id, now)
    noted = draft.node(node.sor_id).notices
    kinds = (noted.departures, noted.dispensations, noted.exemptions, noted.deletion_requests)
    if told is not None and any(len(each) > _MOST for each in kinds):
        return Refusal(
            "contract-violation",
            f"sorId: {_MOST} different notices of this kind are known of the unit, more than any place can have; "
            "look for a sender that makes up a new one each time",
        )
    return told


def _note(draft: Draft, node: Node, notice: Notice, event_id: str, now: datetime) -> list[Send] | None:
    if isinstance(notice, DeletionRequested):
        return _note_deletion(draft, node, notice, event_id, now)
    if isinstance(notice, DeregistrationDecided):
        departure = departure_of(notice, event_id, now)
        noted = node if knows(node, departure) else with_departure(node, departure)
    elif isinstance(notice, DispensationGranted):
        noted = with_dispensation(node, notice, event_id)
    else:
        noted = with_exemption(node, exemption_of(notice))
    if noted == node:
        return None
    draft.put(noted)
    return []


def _note_deletion(
    draft: Draft, node: Node, request: DeletionRequested, event_id: str, now: datetime
) -> list[Send] | None:
    """Out of BSR by a departure of its own; SOR is changed only by SDS, who is told that the place asks (R45)."""
    known = node.notices.deletion_requests
    asked = tuple(each for scope in request.scope if (each := f"{scope}:{request.reference_number}") not in known)
    if not asked:
        return None
    node = replace(node, notices=replace(node.notices, deletion_requests=(*known, *asked)))
    scopes = {each.partition(":")[0] for each in asked}
    if "bsr" in scopes:
        node = with_departure(node, departure_of(request, event_id, now))
    draft.put(node)
    if "sor" not in scopes:
        return []
    message = SorDeletionRequested(
        sor_id=node.sor_id,
        reference_number=request.reference_number,
        requested_on=request.requested_on,
        reason=request.reason,
        explanation=explain(draft, node, event_id, "R45"),
    )
    send_id = effect_id("sor-deletion-requested", node.sor_id, request.reference_number)
    return [Send(message, send_id, node.sor_id, node.sor_id, event_id)]
