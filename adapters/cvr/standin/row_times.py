"""The times of a row: when it is valid, and since when CVR has said so (notes/cvr.md §2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from adapters.cvr.periods import Period, period_of

FIRST_DAY: Final = date(1900, 1, 1)
"""Where a document has no start, and the service must have one (§3.5)."""

Json = dict[str, Any]


def dated(entry: Mapping[str, Any], row: Json) -> Json:
    """Return `row` with the times of a historised entry."""
    return version(row, period_of(entry), entry)


def version(row: Json, validity: Period, updated: Mapping[str, Any]) -> Json:
    """Return `row` as a version for the days of `validity`, registered when `updated` was."""
    return {
        **row,
        "virkningFra": iso(validity.start or FIRST_DAY),
        "virkningTil": iso(validity.end),
        "registreringFra": _instant(updated.get("sidstOpdateret")),
        "registreringTil": None,
    }


def iso(day: date | None) -> str | None:
    """Return a day as text, and no day as none."""
    return day.isoformat() if day else None


def day_after(day: date) -> date:
    """Return the next day."""
    return day + timedelta(days=1)


def _instant(updated: object) -> str:
    instant = datetime.fromisoformat(updated) if isinstance(updated, str) else datetime(1900, 1, 1, tzinfo=UTC)
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
