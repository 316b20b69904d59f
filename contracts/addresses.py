"""Postal, visiting and activity addresses as SOR writes them."""

from __future__ import annotations

from pydantic import Field

from contracts.wire import Message


class Address(Message):
    """One address; every part may be missing (foreign, Greenlandic and protected addresses are legal states)."""

    street: str | None = Field(default=None, max_length=200)
    number: str | None = Field(default=None, max_length=40)
    floor: str | None = Field(default=None, max_length=40)
    door: str | None = Field(default=None, max_length=40)
    postcode: str | None = Field(default=None, max_length=20)
    city: str | None = Field(default=None, max_length=100)
    municipality_code: str | None = Field(default=None, max_length=10)
    country_code: str | None = Field(default=None, max_length=10)
