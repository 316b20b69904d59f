"""Danish civil dates as snapshots write them (R48)."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_ISO: Final = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?:Z|[+-]\d\d:\d\d|[T ].{0,40})?", re.ASCII)
_DANISH: Final = re.compile(r"(?P<day>\d\d)-(?P<month>\d\d)-(?P<year>\d{4})(?: .{0,40})?", re.ASCII)


def civil_date(text: str) -> date:
    """Return the day of ``YYYY-MM-DD`` or ``DD-MM-YYYY``; a time or an xs:date's zone after it is no part of the day.

    Raises `ValueError` for anything else.
    """
    found = _ISO.fullmatch(text) or _DANISH.fullmatch(text)
    if found is None:
        raise ValueError("not a date as YYYY-MM-DD or DD-MM-YYYY")
    return date(int(found["year"]), int(found["month"]), int(found["day"]))
