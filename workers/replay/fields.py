"""Where two messages of one kind differ, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

WHOLE: Final = "value"
"""The path of a message that is no JSON object."""


def parsed(value: bytes | None) -> Any:
    """The message as JSON; the bytes themselves, or None, where it is none."""
    try:
        return orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return value


def differing(one: Any, other: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield the paths at which two JSON values differ, "recipient.ean", with what stands there; None for nothing.

    Lists are compared whole, but those of equal length item by item: "specialities[1].code".
    """
    if isinstance(one, dict) and isinstance(other, dict):
        for name in {**one, **other}:
            yield from differing(one.get(name), other.get(name), f"{path}.{name}" if path else name)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (first, second) in enumerate(zip(one, other, strict=True)):
            yield from differing(first, second, f"{path}[{number}]")
    elif one != other:
        yield path or WHOLE, one, other
