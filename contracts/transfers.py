"""``dk.sorbro.unit.transferred.v1`` on ``sorbro.transfers.v1``: a unit's dossier follows it to its new owner.

Owners may live on different partitions, and each partition knows only its own. What BSR has been told of a unit, its
self-registration, its fees and STPS's notices must be known where the unit is decided upon from now on (R4, R39).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.identifiers import SorId
from contracts.wire import Message, message


@message
class UnitTransferred(Message):
    """Keyed by the new owner. `dossier` is the unit as the worker's own changelog writes it: JSON, as text."""

    sor_id: SorId
    owner_sor_id: SorId
    from_owner_sor_id: SorId
    version: Annotated[int, Field(ge=0)]
    """The unit's version that moved it: a later one may have moved it on."""
    dossier: Annotated[str, Field(max_length=200_000)]
    is_recall: bool = False
    """SOR has taken the move back before the new owner spoke: no dossier, but a request to send it back (R10)."""
