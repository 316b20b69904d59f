"""The identity of one registration (R4–R6)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workers.effects import effect_id
from workers.tree.state import Identity

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.identifiers import SorId
    from contracts.sor_entities import OwnerType
    from workers.tree.inheritance import Effective


def identify(sor_id: SorId, effective: Effective, since: datetime, held: Identity | None = None) -> Identity:
    """SOR-id and CVR; for a municipality, region or the state also the P number (R5, R6). `since` is now.

    Returns what is `held` where that is it.
    """
    p_number = effective.p_number if is_public(effective.owner_type) else None
    if held is not None and (held.cvr, held.p_number) == (effective.cvr, p_number):
        return held if held.owner_type == effective.owner_type else replace(held, owner_type=effective.owner_type)
    registration_id = effect_id("registration", sor_id, effective.cvr, p_number)
    return Identity(registration_id, sor_id, effective.cvr, p_number, effective.owner_type, since)


def as_registered(effective: Effective, identity: Identity) -> Effective:
    """The values under which a place goes on until the day its new numbers count from (R4, R5).

    By that day it may be another kind of owner's: until then it is what it was, and has the P number of that.
    """
    p_number = identity.p_number if is_public(identity.owner_type) else effective.p_number
    return effective._replace(cvr=identity.cvr, p_number=p_number)


def is_public(owner_type: OwnerType | None) -> bool:
    """Whether a new P number makes a new place (R5); a private one is merely updated."""
    return owner_type not in {None, "private"}
