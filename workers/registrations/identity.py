"""The identity of one registration (R4–R6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.effects import effect_id
from workers.tree.state import Identity

if TYPE_CHECKING:
    from contracts.identifiers import SorId
    from workers.tree.inheritance import Effective


def identify(sor_id: SorId, effective: Effective) -> Identity:
    """SOR-id and CVR; for a municipality, region or the state also the P number (R5, R6)."""
    p_number = None if effective.owner_type in {None, "private"} else effective.p_number
    registration_id = effect_id("registration", sor_id, effective.cvr, p_number)
    return Identity(registration_id, sor_id, effective.cvr, p_number)
