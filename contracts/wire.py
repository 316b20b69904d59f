"""How every message is modelled: camelCase on the wire, frozen in memory, strict in type, tolerant of new fields.

Strict, because "7" for 7 is a contract violation and not a number (contracts.md); tolerant of fields we do not
know, because adding optional ones is how contracts grow.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, PlainSerializer
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from contracts.danish_time import rfc3339

_DATE_LENGTH = len("2018-12-21")


class Message(BaseModel):
    """Base of all wire models."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        frozen=True,
        strict=True,
        serialize_by_alias=True,
        extra="ignore",
    )


def _parse_date(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        if len(value) == _DATE_LENGTH and value[4] == "-":
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("date_form", "a date must be a real day written YYYY-MM-DD")


def _parse_instant(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        if value[4:5] == "-" and value[10:11] in {"T", "t", " "}:
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("instant_form", "an instant must be RFC 3339, e.g. 2018-12-20T09:14:05Z")


def _to_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


CivilDate = Annotated[date, BeforeValidator(_parse_date)]
"""A Danish civil date, ``YYYY-MM-DD`` and nothing else (R48)."""

Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_parse_instant),
    AfterValidator(_to_utc),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
]
"""A UTC instant, RFC 3339 on the wire (R48)."""
