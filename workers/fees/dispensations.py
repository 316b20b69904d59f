"""Dispensation, whole or part, is STPS's decision (R36)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from workers.tree.state import Dispensation

if TYPE_CHECKING:
    from contracts.notices import DispensationGranted
    from workers.tree.state import Node


def with_dispensation(node: Node, notice: DispensationGranted) -> Node:
    """Note it; the latest one for a year counts, for questions asked from now on [D]."""
    granted = Dispensation(notice.fee_year, Decimal(notice.share))
    kept = tuple(each for each in node.notices.dispensations if each.fee_year != notice.fee_year)
    return replace(node, notices=replace(node.notices, dispensations=(*kept, granted)))


def share_let_off(node: Node, fee_year: int) -> Decimal:
    """The share of the year's fee that the unit need not pay: 0 without a dispensation, 1 for a whole one."""
    shares = (each.share for each in node.notices.dispensations if each.fee_year == fee_year)
    return next(shares, Decimal(0))
