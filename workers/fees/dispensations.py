"""Dispensation, whole or part, is STPS's decision (R36)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from workers.tree.state import Dispensation

if TYPE_CHECKING:
    from contracts.notices import DispensationGranted
    from workers.tree.state import Node


def with_dispensation(node: Node, notice: DispensationGranted, event_id: str) -> Node:
    """Note it; the latest one for a year counts, for questions asked from now on [D].

    The same event once more is no new decision: STPS may have decided otherwise in between.
    """
    known = node.notices.dispensations
    if any(each.event_id == event_id for each in known):
        return node
    granted = Dispensation(notice.fee_year, Decimal(notice.share), event_id)
    return replace(node, notices=replace(node.notices, dispensations=(*known, granted)))


def share_let_off(node: Node, fee_year: int) -> Decimal:
    """The share of the year's fee that the unit need not pay: 0 without a dispensation, 1 for a whole one."""
    shares = [each.share for each in node.notices.dispensations if each.fee_year == fee_year]
    return shares[-1] if shares else Decimal(0)
