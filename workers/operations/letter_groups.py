"""Dead letters grouped by what is wrong with them, and one choice among them (contracts.md, "Dead letters")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contracts.redrives import Chosen
from workers.operations.masking import shape_of, text_shape

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from contracts.dead_letters import DeadLetterReason
    from contracts.redrives import LetterPlace
    from workers.operations.letters import Letter
    from workers.operations.masking import Shape

MOST_GROUPS: Final = 1000


@dataclass(frozen=True, slots=True)
class Sample:
    """One letter of a group for a person to see: its shape, and nothing of what stands in it (R49)."""

    place: LetterPlace
    detail: str
    key: str
    value: Shape


@dataclass(slots=True)
class LetterGroup:
    """Letters with the same reason, type and version, topic and Danish day."""

    reason: DeadLetterReason
    ce_type: str
    topic: str
    day: date
    sample: Sample
    first_at: datetime
    """When the first of them was set aside, and the last."""
    last_at: datetime
    oldest_failed_at: datetime
    """When the first of them failed for the first time."""
    count: int = 0
    """Those that have not been sent once more."""
    redriven: int = 0
    most_attempts: int = 0

    @property
    def chosen(self) -> Chosen:
        """The choice of just this group."""
        return Chosen(reason=self.reason, ce_type=self.ce_type, topic=self.topic, day=self.day)

    def add(self, letter: Letter, *, is_redriven: bool) -> None:
        """Count one more letter."""
        at = letter.record.timestamp
        self.first_at, self.last_at = min(self.first_at, at), max(self.last_at, at)
        self.oldest_failed_at = min(self.oldest_failed_at, letter.first_failed_at)
        self.most_attempts = max(self.most_attempts, letter.attempt)
        self.count += not is_redriven
        self.redriven += is_redriven


class LetterGroups:
    """All dead letters, in groups; in bounded memory, however many there are."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str, str, date], LetterGroup] = {}
        self.foreign = 0
        """Records on the topic that no Sorbro has written."""
        self.left_out = 0
        """Letters of more groups than are kept, of those that have not been sent once more."""

    def take(self, letter: Letter, *, is_redriven: bool) -> None:
        """Put the letter into its group."""
        name = (letter.reason, letter.ce_type, letter.topic.value, letter.day)
        if name not in self._groups:
            if len(self._groups) == MOST_GROUPS:
                self._make_room()
            self._groups[name] = _group(letter)
        self._groups[name].add(letter, is_redriven=is_redriven)

    def _make_room(self) -> None:
        """Let the oldest group go, if there is one that waits for nobody any more, that one."""
        gone = min(self._groups, key=lambda name: (self._groups[name].count > 0, self._groups[name].last_at))
        self.left_out += self._groups.pop(gone).count

    @property
    def groups(self) -> Sequence[LetterGroup]:
        """The newest day first, and the largest groups of it."""
        return sorted(self._groups.values(), key=lambda each: (-each.day.toordinal(), -each.count, each.reason))

    @property
    def waiting(self) -> int:
        """Letters that have not been sent once more."""
        return sum(each.count for each in self._groups.values()) + self.left_out


def _group(letter: Letter) -> LetterGroup:
    record = letter.record
    key = text_shape(record.key.decode("utf-8", "replace")) if record.key is not None else "none"
    return LetterGroup(
        letter.reason,
        letter.ce_type,
        letter.topic.value,
        letter.day,
        Sample(letter.place, letter.detail, key, shape_of(record.value)),
        record.timestamp,
        record.timestamp,
        letter.first_failed_at,
    )


def is_chosen(letter: Letter, chosen: Chosen) -> bool:
    """Whether all that was given of the choice holds for the letter."""
    wanted_and_found = (
        (chosen.reason, letter.reason),
        (chosen.ce_type, letter.ce_type),
        (chosen.topic, letter.topic.value),
        (chosen.day, letter.day),
        (chosen.partition, letter.record.partition),
        (chosen.offset, letter.record.offset),
    )
    return all(wanted is None or wanted == found for wanted, found in wanted_and_found)
