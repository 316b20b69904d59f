"""Taking one message into the tree: version order first, then what it says (R10, R13, R21, R24)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from contracts.cvr_facts import CvrAnswer
from contracts.self_registrations import SelfRegistered
from contracts.sor_entities import EntityChanged
from workers.closures.acceptance import announce, refuse_closure
from workers.effects import Refusal
from workers.enrichment.questions import record_answer

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.identifiers import SorId
    from workers.tree.draft import Draft

Input = EntityChanged | SelfRegistered | CvrAnswer

Touched = tuple["SorId", ...]
"""The units whose record may differ now, parents before children."""
Unapplied = Literal["repeated", "stale"]


def apply(draft: Draft, message: Input, event_id: str, now: datetime) -> Touched | Unapplied | Refusal:
    """Take `message` into the draft and say whom it touches; or why it changes nothing."""
    if isinstance(message, EntityChanged):
        return _apply_entity(draft, message, event_id, now)
    if isinstance(message, SelfRegistered):
        return _apply_self_registration(draft, message)
    wanted_by = record_answer(draft, message)
    if wanted_by is None:
        return "stale"
    return tuple(dict.fromkeys(unit for holder in wanted_by for unit in draft.subtree(holder)))


def _apply_entity(draft: Draft, change: EntityChanged, event_id: str, now: datetime) -> Touched | Unapplied | Refusal:
    node = draft.node(change.sor_id)
    unapplied = _version_order(node.entity, change)
    if unapplied is not None:
        return unapplied
    refusal = refuse_closure(node, change, now)
    if refusal is not None:
        return refusal
    draft.put(replace(node, entity=change, announcement=announce(node, change, event_id)))
    return tuple(draft.subtree(change.sor_id))


def _apply_self_registration(draft: Draft, message: SelfRegistered) -> Touched | Unapplied | Refusal:
    node = draft.node(message.sor_id)
    unapplied = _version_order(node.self_registration, message)
    if unapplied is not None:
        return unapplied
    draft.put(replace(node, self_registration=message))
    return (message.sor_id,)


def _version_order(
    known: EntityChanged | SelfRegistered | None, incoming: EntityChanged | SelfRegistered
) -> Unapplied | Refusal | None:
    """None when `incoming` is newer. The same version again is a repeat; with other content a violation (R10)."""
    if known is None or incoming.version > known.version:
        return None
    if incoming.version < known.version:
        return "stale"
    if incoming == known:
        return "repeated"
    return Refusal(
        "version-conflict",
        f"version {incoming.version} is known with other content; send the correction as version "
        f"{known.version + 1} or later (R10)",
    )
