"""How many calls to CVR were made in the last minute, by the worker's running count."""

from __future__ import annotations

from collections import deque
from typing import Final

_SECONDS: Final = 60.0


class RecentCalls:
    """Hears the count every second or so; instants are the event loop's, in seconds."""

    def __init__(self) -> None:
        self._heard: deque[tuple[float, int]] = deque()

    def heard(self, count: int, now: float) -> None:
        """The worker has made so many calls since it started."""
        self._heard.append((now, count))
        while self._heard[0][0] < now - _SECONDS:
            self._heard.popleft()

    @property
    def count(self) -> int:
        """How many of them in the last minute, as far as it has been heard."""
        return self._heard[-1][1] - self._heard[0][1] if self._heard else 0
