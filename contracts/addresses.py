"""Postal, visiting and activity addresses as SOR writes them."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from contracts.wire import Message, message

LONGEST: Final = {
    "street": 200,
    "number": 40,
    "floor": 40,
    "door": 40,
    "postcode": 20,
    "city": 100,
    "municipality_code": 10,
    "country_code": 10,
}
"""Characters of each part."""


@message
class Address(Message):
    """One address; every part may be missing (foreign, Greenlandic and protected addresses are legal states)."""

    street: Annotated[str, Field(max_length=LONGEST["street"])] | None = None
    number: Annotated[str, Field(max_length=LONGEST["number"])] | None = None
    floor: Annotated[str, Field(max_length=LONGEST["floor"])] | None = None
    door: Annotated[str, Field(max_length=LONGEST["door"])] | None = None
    postcode: Annotated[str, Field(max_length=LONGEST["postcode"])] | None = None
    city: Annotated[str, Field(max_length=LONGEST["city"])] | None = None
    municipality_code: Annotated[str, Field(max_length=LONGEST["municipality_code"])] | None = None
    country_code: Annotated[str, Field(max_length=LONGEST["country_code"])] | None = None
