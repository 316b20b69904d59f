"""How every message is modelled: camelCase on the wire, frozen in memory, strict in type, tolerant of new fields.

Strict, because "7" for 7 is a contract violation and not a number (contracts.md); tolerant of fields we do not
know, because adding optional ones is how contracts grow.
"""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, PlainSerializer
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from contracts.danish_time import rfc3339

# The years are bounded so that no later arithmetic can leave the calendar; registers do write 9999-12-31.
_DATE = re.compile(r"(19|2\d)\d\d-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(_DATE.pattern + r"[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)

_REMEMBERED: Final = 1 << 14
"""Days, of which a register names few; those kept in memory are so the same ones."""
_NO_NOTE: Final[set[str]] = set()


AS_WIRED: Final = ConfigDict(
    alias_generator=to_camel,
    validate_by_name=True,
    frozen=True,
    strict=True,
    serialize_by_alias=True,
    extra="ignore",
    hide_input_in_errors=True,  # an error may end up in a log, and the input holds what people typed (R49)
)
"""For the small parts that a message has many of, too (`contracts.value`): they cost a third of a model to make."""


class Message(BaseModel):
    """Base of all wire models."""

    model_config = AS_WIRED

    def model_post_init(self, _context: object, /) -> None:
        """Do not keep a note of which fields were given: nobody asks, and it would be half of what a unit takes."""
        object.__setattr__(self, "__pydantic_fields_set__", _NO_NOTE)


def _parse_date(value: object) -> object:
    return _read_date(value) if isinstance(value, str) else value


@lru_cache(_REMEMBERED)
def _read_date(value: str) -> date:
    if _DATE.fullmatch(value) is not None:
        with contextlib.suppress(ValueError):
            return date.fromisoformat(value)
    raise PydanticCustomError(
        "date_form", "a date must be a real day of 1900 to 2999 written YYYY-MM-DD; an open end is null"
    )


def _parse_instant(value: object) -> object:
    if not isinstance(value, str):
        return value
    if _INSTANT.fullmatch(value) is not None:
        with contextlib.suppress(ValueError):
            return datetime.fromisoformat(value)
    raise PydanticCustomError(
        "instant_form", "an instant must be RFC 3339 in the years 1900 to 2999, e.g. 2018-12-20T09:14:05Z"
    )


def _to_utc(value: datetime) -> datetime:
    return value if value.tzinfo is UTC else value.astimezone(UTC)


CivilDate = Annotated[date, BeforeValidator(_parse_date)]
"""A Danish civil date, ``YYYY-MM-DD`` and nothing else (R48)."""

Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_parse_instant),
    AfterValidator(_to_utc),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
]
"""A UTC instant, RFC 3339 on the wire (R48)."""
