"""Taking one message into the tree: version order first, then what it says (R10, R13, R21, R24)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from contracts.cvr_facts import CvrAnswer
from contracts.self_registrations import SelfRegistered
from contracts.sor_entities import EntityChanged
from contracts.transfers import UnitTransferred
from workers.closures.acceptance import announce, refuse_closure
from workers.effects import Refusal
from workers.enrichment.questions import record_answer
from workers.fees.ledger import keep_what_was_said
from workers.notices import Notice, note
from workers.registrations.succession import renumbered
from workers.transfers import give_back, hand_over, recall, take_over
from workers.tree.inheritance import reached_by

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.identifiers import SorId
    from workers.effects import Send
    from workers.tree.draft import Draft

Input = EntityChanged | SelfRegistered | Notice | CvrAnswer | UnitTransferred

Unapplied = Literal["repeated", "stale"]

_HIGHEST: Final = 2**63 - 1


class Applied(NamedTuple):
    """The units whose record may differ now, parents before children; and what is to be sent at once."""

    touched: tuple[SorId, ...]
    sends: tuple[Send, ...] = ()


def apply(draft: Draft, message: Input, event_id: str, now: datetime) -> Applied | Unapplied | Refusal:
    """Take `message` into the draft and say whom it touches; or why it changes nothing."""
    if isinstance(message, CvrAnswer):
        return _apply_answer(draft, message)
    applied = _apply_to_unit(draft, message, event_id, now)
    if not isinstance(applied, Applied) or message.sor_id is None:
        return applied
    # Whatever is known of a unit that belongs to another owner by now is known in the wrong place.
    is_leaving = isinstance(message, EntityChanged)
    handed_over = hand_over(draft, draft.node(message.sor_id), event_id, is_leaving=is_leaving)
    return Applied(applied.touched, (*applied.sends, *handed_over)) if handed_over else applied


def _apply_to_unit(
    draft: Draft, message: EntityChanged | SelfRegistered | Notice | UnitTransferred, event_id: str, now: datetime
) -> Applied | Unapplied | Refusal:
    if isinstance(message, EntityChanged):
        return _apply_entity(draft, message, event_id, now)
    if isinstance(message, SelfRegistered):
        return _apply_self_registration(draft, message)
    if isinstance(message, UnitTransferred) and message.is_recall:
        return Applied((), tuple(give_back(draft, message, event_id)))
    if isinstance(message, UnitTransferred):
        return Applied((message.sor_id,)) if take_over(draft, message, event_id) else "repeated"
    return _apply_notice(draft, message, event_id, now)


def _apply_entity(draft: Draft, change: EntityChanged, event_id: str, now: datetime) -> Applied | Unapplied | Refusal:
    node = draft.node(change.sor_id)
    unapplied = _version_order(node.entity, change)
    if unapplied is not None:
        return unapplied
    if change.moved_to_owner_sor_id == change.owner_sor_id:
        return Refusal(
            "contract-violation", "movedToOwnerSorId: names the owner that the unit is with; send the new one"
        )
    refusal = refuse_closure(node, change, now)
    if refusal is not None:
        return refusal
    announcement = announce(node, change, event_id)
    renumberings = renumbered(node, change, event_id, now)
    after = replace(node, entity=change, announcement=announcement, renumberings=renumberings)
    draft.put(after)
    _note_replaced(draft, node.entity, change)
    recalled = recall(draft, node, change, event_id)
    # The unit itself is reviewed when its dossier is back: BSR must not be told of it as of one that never registered.
    return Applied(tuple(reached_by(draft, node, after)[len(recalled) :]), tuple(recalled))


def _note_replaced(draft: Draft, before: EntityChanged | None, change: EntityChanged) -> None:
    """Let the units that it replaces know, and those that it replaces no more."""
    for dropped in before.replaces if before is not None else ():
        if dropped not in change.replaces and (node := draft.node(dropped)).replaced_by == change.sor_id:
            draft.put(replace(node, replaced_by=None))
    for replaced in change.replaces:
        draft.put(replace(draft.node(replaced), replaced_by=change.sor_id))


def _apply_self_registration(draft: Draft, message: SelfRegistered) -> Applied | Unapplied | Refusal:
    node = draft.node(message.sor_id)
    unapplied = _version_order(node.self_registration, message)
    if unapplied is not None:
        return unapplied
    draft.put(replace(keep_what_was_said(node, message), self_registration=message))
    return Applied((message.sor_id,))


def _apply_notice(draft: Draft, notice: Notice, event_id: str, now: datetime) -> Applied | Unapplied | Refusal:
    concerns = notice.sor_id or draft.owner
    told = note(draft, draft.node(concerns), notice, event_id, now)
    if told is None:
        return "repeated"
    if isinstance(told, Refusal):
        return told
    touched = (concerns,) if notice.sor_id is not None else draft.subtree(concerns)
    return Applied(tuple(touched), tuple(told))


def _apply_answer(draft: Draft, answer: CvrAnswer) -> Applied | Unapplied:
    wanted_by = record_answer(draft, answer)
    if wanted_by is None:
        return "stale"
    return Applied(tuple(dict.fromkeys(unit for holder in wanted_by for unit in draft.subtree(holder))))


def _version_order(
    known: EntityChanged | SelfRegistered | None, incoming: EntityChanged | SelfRegistered
) -> Unapplied | Refusal | None:
    """None when `incoming` is newer. The same version again is a repeat; with other content a violation (R10).

    A version beyond all counting would leave every later one behind it.
    """
    if incoming.version > _HIGHEST:
        return Refusal("contract-violation", f"version: at most {_HIGHEST}; send the number that SOR counts")
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
