"""An instant on the command line: RFC 3339, or a Danish day, which begins at 00:00 in Copenhagen (R48)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

import click

from contracts.danish_time import COPENHAGEN, FIRST_YEAR, LAST_YEAR, start_of_day


class _Instant(click.ParamType):
    name = "instant|date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """A day is its first instant; an instant without a zone is Danish wall time."""
        if isinstance(value, datetime):
            return value
        text = str(value)
        try:
            is_day = len(text) == len("2024-01-31")
            parsed = start_of_day(date.fromisoformat(text)) if is_day else datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is no day (2024-01-31) and no instant (2024-01-31T04:30:00Z)", param, ctx)
        instant = (parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=COPENHAGEN)).astimezone(UTC)
        if not FIRST_YEAR <= instant.year <= LAST_YEAR:
            self.fail("the year must be 1900 to 2999", param, ctx)
        return instant


INSTANT: Final = _Instant()
