"""Danish civil dates for the law, UTC instants for machines (R48).

The time zone data is the pinned `tzdata` package where the machine has none of its own.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
FIRST_YEAR, LAST_YEAR = 1900, 2999
"""The years that messages may name: bounded so that no arithmetic can leave the calendar; registers write 9999."""


def danish_date(instant: datetime) -> date:
    """The calendar day in Denmark at `instant` (which must carry its zone)."""
    return instant.astimezone(COPENHAGEN).date()


@lru_cache(1 << 14)
def start_of_day(day: date) -> datetime:
    """00:00 in Copenhagen on `day`, as a UTC instant. Midnight is never ambiguous there: clocks change at 01:00Z."""
    return datetime.combine(day, time.min, COPENHAGEN).astimezone(UTC)


@lru_cache(1 << 14)
def effective_after(last_day: date) -> datetime:
    """The instant at which a closure with `last_day` (an inclusive ``toDate``, R9) takes effect (R25)."""
    return start_of_day(last_day + timedelta(days=1))


def rfc3339(instant: datetime) -> str:
    """`instant` in UTC as RFC 3339 with a ``Z``; fractions only where there are any."""
    return _in_utc(instant if instant.tzinfo is UTC else instant.astimezone(UTC))


@lru_cache(1 << 10)
def _in_utc(instant: datetime) -> str:
    """Remembered: what is decided at one instant names it in every message. Told apart only in UTC, without a fold."""
    return instant.isoformat().replace("+00:00", "Z")
