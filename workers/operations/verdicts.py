"""What would become of a dead letter today: it is decided afresh on a copy of its owner's state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from contracts import dead_letters as names
from workers.stream.world import Turn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from contracts.dead_letters import DeadLetterReason
    from workers.operations.letters import Letter
    from workers.stream.world import World

Verdict = Literal["works", "fails", "superseded"]

# By the outcome of the turn (`workers.effects.Outcome`).
_VERDICTS: Final[Mapping[str, Verdict]] = {
    "applied": "works",
    "refused": "fails",
    "stale": "superseded",
    "repeated": "superseded",
}
_SUPERSEDED: Final[Mapping[str, str]] = {
    "stale": "a newer version is known (R10)",
    "repeated": "the very same is known already",
}
_WITHOUT_ORIGINAL: Final = (
    "the original is too large for a dead letter; it stays where its headers say, and is not sent"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """One letter and what would become of it; `detail` says why it is not to be sent, without personal data."""

    letter: Letter
    verdict: Verdict
    detail: str = ""
    reason: DeadLetterReason | None = None
    """Of a failure: what would be wrong with it now."""


def judge(world: World, letter: Letter, now: datetime) -> Judged:
    """Decide the letter at `now`, and leave `world` as it would then be, for the next of the same owner.

    `world` is a copy of what the worker holds, and may hold the owners in question alone.
    """
    if letter.is_without_original:
        return Judged(letter, "fails", _WITHOUT_ORIGINAL, "too-large")
    _let_days_come(world, now)
    turn = Turn(world)
    turn.receive(letter.again(now).as_input(), now)
    turn.adopt()
    (outcome,) = turn.outcomes
    verdict = _VERDICTS[outcome]
    if verdict == "fails":
        (buried,) = turn.journal.buried
        shown = dict(turn.outputs[-1].headers)[names.CONNECT_MESSAGE].decode()
        return Judged(letter, verdict, shown, buried.refusal.reason)
    return Judged(letter, verdict, _SUPERSEDED.get(outcome, ""))


def _let_days_come(world: World, now: datetime) -> None:
    """What is due, or still under way, comes before the next record, as in the loop."""
    done = False
    while not done:
        turn = Turn(world)
        done = turn.let_days_come(now)
        turn.adopt()
