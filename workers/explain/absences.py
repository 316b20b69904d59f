"""What does not happen to a unit, and why: what a case worker asks when nothing has come (R7, R14, R16, R29)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.exemptions.notified import is_exempt
from workers.explain.story import Absence
from workers.registrations.claim import has_left, is_late
from workers.tree.state import Deregistered, Forwarded, Unforwarded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workers.tree.draft import Draft
    from workers.tree.inheritance import Effective
    from workers.tree.state import Node


def absences_of(draft: Draft, node: Node, effective: Effective | None, fee_year: int) -> Iterator[Absence]:
    """Yield what does not happen; `fee_year` is the one whose fee an exemption may take away."""
    if node.entity is None:
        yield Absence(reason="only-heard-of")
        return
    if node.has_moved:
        yield Absence(reason="moved-away", about=node.entity.moved_to_owner_sor_id)
        return
    if not node.entity.is_treatment_place:
        yield Absence(reason="no-treatment-place")
    yield from _closed(node)
    if isinstance(node.standing, Forwarded) and node.self_registration is None:
        yield Absence(reason="awaiting-self-registration")
    yield from _departed(node)
    if node.entity.is_treatment_place and effective is not None:
        if is_exempt(draft, node, fee_year, effective.owner_type):
            yield Absence(reason="exempt", about=str(fee_year))
        yield from _numbers(effective)


def _closed(node: Node) -> Iterator[Absence]:
    if node.closed is None:
        return
    yield Absence(reason="closed", about=node.closed.by, day=node.closed.last_day)
    if isinstance(node.standing, Unforwarded):
        yield Absence(reason="closed-unheard")
    said = node.self_registration
    if said is not None and not isinstance(node.standing, Deregistered) and not is_late(node):
        yield Absence(reason="registered-too-late", day=said.registered_on)


def _departed(node: Node) -> Iterator[Absence]:
    if has_left(node):
        yield Absence(reason="out-until-it-registers-anew")
    for departure in node.notices.departures:
        if departure.is_now == "taken" and departure.ended is not None and not departure.treated_in_year:
            yield Absence(reason="no-fee-question", day=departure.effective_on)


def _numbers(effective: Effective) -> Iterator[Absence]:
    if effective.cvr is None:
        yield Absence(reason="no-cvr")
    for number in (effective.cvr, effective.p_number):
        if number is not None and not number.is_valid:
            yield Absence(reason="number-fails-check", about=number)
