"""How every message is modelled: camelCase on the wire, frozen in memory, strict in type, tolerant of new fields.

Strict, because "7" for 7 is a contract violation and not a number (contracts.md); tolerant of fields we do not
know, because adding optional ones is how contracts grow.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated, Any, Final, NamedTuple, Self, TypeVar, cast, dataclass_transform

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    TypeAdapter,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic.dataclasses import dataclass
from pydantic_core import CoreConfig, PydanticCustomError, SchemaSerializer, SchemaValidator

from contracts.danish_time import rfc3339

# The years are FIRST_YEAR to LAST_YEAR (contracts.danish_time).
_DATE = re.compile(r"(19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(_DATE.pattern + r"[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})")

_REMEMBERED: Final = 1 << 14
"""Days, of which a register names few; those kept in memory are so the same ones."""
_T = TypeVar("_T")

AS_WIRED: Final = ConfigDict(
    alias_generator=to_camel,
    validate_by_name=True,
    strict=True,
    serialize_by_alias=True,
    extra="ignore",
    hide_input_in_errors=True,  # an error may end up in a log, and the input holds what people typed (R49)
)


class Message:
    """Base of all wire models: dataclasses with slots, for a register is kept as a million of them.

    A pydantic model of the same fields takes three times the memory, and reading one of its attributes twice as long.
    Its subclasses are made by `message`, or by `contracts.value` where our own code makes them by the thousand.
    """

    __slots__ = ()
    __pydantic_config__ = AS_WIRED

    @classmethod
    def from_json(cls, data: bytes | str) -> Self:
        """Read `data`. Raises `ValidationError` where it breaks the contract."""
        read: Self = _form(cls).validator.validate_json(data, by_name=False)  # `sor_id` is no `sorId`
        return read

    def to_json(self, *, without: Mapping[str, Any] | None = None, indent: int | None = None) -> bytes:
        """As it is written on the wire, but for the fields `without`: by name, True or the names of parts of it."""
        return _form(type(self)).serializer.to_json(self, exclude=without, indent=indent)

    def to_dict(self) -> dict[str, Any]:
        """What a reader of its JSON would see."""
        seen: dict[str, Any] = _form(type(self)).serializer.to_python(self, mode="json")
        return seen

    @classmethod
    def wire_names(cls) -> tuple[str, ...]:
        """What its fields are called on the wire."""
        return _form(cls).names


class _Form(NamedTuple):
    """How one kind of message is read and written, and what its fields are called."""

    validator: SchemaValidator
    serializer: SchemaSerializer
    names: tuple[str, ...]


def _form(kind: type[Message]) -> _Form:
    """Made when it is first asked for, and once: making one takes some milliseconds."""
    if kind not in _FORMS:
        adapter = TypeAdapter(kind)
        # Of a plain dataclass pydantic heeds everything in `AS_WIRED` but that an error must not quote the input (R49).
        validator = SchemaValidator(adapter.core_schema, CoreConfig(hide_input_in_errors=True))
        _FORMS[kind] = _Form(validator, adapter.serializer, tuple(adapter.json_schema()["properties"]))
    return _FORMS[kind]


_FORMS: Final[dict[type[Message], _Form]] = {}


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
def message(cls: type[_T]) -> type[_T]:
    """A message that is held to its contract whenever it is made, by whomever; its fields are given by name.

    What a field's text may be is said in its annotation: pydantic moves a field to the front whose default says it.
    """
    return cast("type[_T]", dataclass(kw_only=True, frozen=True, slots=True)(cls))


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
    try:
        if _INSTANT.fullmatch(value) is not None:
            return datetime.fromisoformat(value)
    except ValueError:  # a 30th of February; not `suppress`, which takes as long as all the rest
        pass
    raise PydanticCustomError(
        "instant_form", "an instant must be RFC 3339 in the years 1900 to 2999, e.g. 2018-12-20T09:14:05Z"
    )


def _to_utc(value: datetime) -> datetime:
    return value if value.tzinfo is UTC else value.astimezone(UTC)


CivilDate = Annotated[
    date,
    BeforeValidator(_parse_date),
    WithJsonSchema({"type": "string", "format": "date", "pattern": f"^{_DATE.pattern}$"}),
]
"""A Danish civil date, ``YYYY-MM-DD`` and nothing else (R48)."""

Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_parse_instant),
    AfterValidator(_to_utc),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": f"^{_INSTANT.pattern}$"}),
]
"""A UTC instant, RFC 3339 on the wire (R48)."""
