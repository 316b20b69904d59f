"""How far into time the inputs have been read: a day comes only when nothing older can still be waiting (R24, R25).

A record's timestamp says when it was written, and a broker keeps a topic in the order of writing. So a topic with a
record in hand holds nothing older than that record; and a topic that has been read to where it ended at an instant
holds nothing that was written before that instant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


@dataclass(slots=True)
class Horizon:
    """For each topic the latest instant up to which it is known to have been read, and the question under way."""

    read_to: dict[str, datetime] = field(default_factory=dict)
    asked: tuple[datetime, Mapping[str, int]] | None = None
    wanted: datetime | None = None
    """A day that waits for an answer."""

    @property
    def has_question(self) -> bool:
        """Whether a day waits for an answer that has not even been asked for."""
        return self.wanted is not None and self.asked is None

    def forget_after(self, latest: datetime) -> None:
        """Drop what was learnt of instants after `latest`: the clock that named them has been put back since.

        More can still be written before such an instant, so an undo in time would be missed (R24).
        """
        self.read_to = {topic: instant for topic, instant in self.read_to.items() if instant <= latest}
        if self.asked is not None and self.asked[0] > latest:
            self.asked = None

    def bound(self, until: datetime, empty_topics: Sequence[str]) -> datetime | None:
        """The latest instant, up to `until`, before which the topics with no record in hand can hold nothing more.

        None when one of them has never been read to an end. What is short of `until` is asked for.
        """
        known = [self.read_to.get(topic) for topic in empty_topics]
        bound = min((instant for instant in known if instant is not None), default=until)
        if None in known or bound < until:
            self.wanted = until
        return None if None in known else min(bound, until)

    def answer(self, polled: Mapping[str, int]) -> None:
        """Compare the ends asked for with how far each topic has been polled."""
        if self.asked is None:
            return
        instant, ends = self.asked
        for topic, end in ends.items():
            if polled[topic] >= end:
                self.read_to[topic] = max(instant, self.read_to.get(topic, instant))
        if all(polled[topic] >= end for topic, end in ends.items()):
            self.asked = None
