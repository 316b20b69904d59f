"""What happened, in the order it arrived: the only thing the oracle is given."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from contracts.danish_time import COPENHAGEN

Json = dict[str, Any]
Sender = Literal["sor", "self", "stps"]


@dataclass(frozen=True)
class Said:
    """One message: when it arrived, who sent it, what kind it is of (notices have five), and what it says."""

    time: datetime
    sender: Sender
    kind: str
    message: Json
    event: str = ""
    """Which event it tells of, by its `ce_id`: what comes twice under one is no second one."""

    @property
    def unit(self) -> str:
        return str(self.message.get("sorId"))

    def __str__(self) -> str:
        when = self.time.astimezone(COPENHAGEN)
        return f"{when:%Y-%m-%d %H:%M} {self.kind} {json.dumps(self.message, ensure_ascii=False)}"


@dataclass(frozen=True)
class Moment:
    """An instant at which something may come about: a day begins (`said` is None) or a message arrives."""

    time: datetime
    said: Said | None = None


def utc(text: str) -> datetime:
    """An instant of a message, as UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def days_named(history: list[Said]) -> list[date]:
    """Every Danish day that a message names, in order."""
    return sorted({day for each in history for value in _leaves(each.message) if (day := _as_day(value))})


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in _leaves(each)]
    return [value]


def _as_day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2023-01-01") else None
    except ValueError:
        return None
