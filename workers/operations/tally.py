"""What a redrive, or a dry run of one, has come to so far."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from contracts.dead_letters import DeadLetterReason
    from workers.operations.verdicts import Judged

SHOWN: Final = 20


@dataclass(slots=True)
class Tally:
    """Letters by what would become of them. `examples` are the first of those that are not to be sent."""

    works: int = 0
    failing: Counter[DeadLetterReason] = field(default_factory=Counter)
    """Those that would fail again, by their reason now."""
    superseded: int = 0
    redriven_before: int = 0
    """Those that another redrive has sent already."""
    sent: int = 0
    examples: list[Judged] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether no letter was chosen at all."""
        return not (self.works or self.failing or self.superseded or self.redriven_before)

    def count(self, judged: Judged) -> None:
        """Count one letter."""
        if judged.verdict == "works":
            self.works += 1
            return
        if judged.reason is not None:
            self.failing[judged.reason] += 1
        else:
            self.superseded += 1
        if len(self.examples) < SHOWN:
            self.examples.append(judged)
