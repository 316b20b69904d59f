"""Where the topics end, looked at now and then: whether everything has been read, and whether reading stands still."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

EVERY_SECONDS: Final = 10.0
STILL_SECONDS: Final = 30.0
"""A client that reads nothing for so long, though there is something to read, will not begin again by itself."""


@dataclass(slots=True)
class Lookout:
    """What one opened partition saw the last times; `now` is the event loop's clock, in seconds."""

    looked_at: float
    _unmoved: dict[str, tuple[int, float]] = field(default_factory=dict)

    def is_due(self, now: float) -> bool:
        """Whether it is time to look again."""
        return now - self.looked_at >= EVERY_SECONDS

    def sees_all_read(
        self, ends: Mapping[str, int], positions: Mapping[str, int], wanted: Collection[str], now: float
    ) -> bool:
        """Compare where the topics end with where reading is; `wanted` are those that are being read just now.

        Raises `TimeoutError` when a topic is wanted, has more, and has not moved for `STILL_SECONDS`: the client has
        stalled silently, and the cure is a new one.
        """
        self.looked_at = now
        unread = {topic: positions[topic] for topic, end in ends.items() if positions[topic] < end}
        self._unmoved = {
            topic: self._unmoved[topic] if self._unmoved.get(topic, (None,))[0] == position else (position, now)
            for topic, position in unread.items()
            if topic in wanted
        }
        for topic, (position, since) in self._unmoved.items():
            if now - since >= STILL_SECONDS:
                raise TimeoutError(f"reading {topic} stands still at {position} of {ends[topic]}")
        return not unread
