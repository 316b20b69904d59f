"""Identifiers as types: once parsed, a SOR-id is a `SorId` and can be nothing else (R1, R2).

Two kinds of strictness, because the law knows two kinds of identifier:

* `SorId`, `Gln` and `AuthorisationId` are refused when they are wrong. Pydantic reports error type
  ``identifier_form`` for the wrong shape and ``check_digit`` for the right shape with a wrong check digit;
  the intake turns these into the dead letters ``contract-violation`` and ``invalid-identifier``.
* `CvrNumber` and `PNumber` are kept as SOR wrote them and only *flagged* (`is_valid`): R2 forbids both
  dropping the message and looking a bad number up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from operator import mul
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidatorFunctionWrapHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from stdnum import verhoeff

from contracts.sor_check_digit import check_digit_holds

_LAST_P_NUMBER_OF_OLD_SERIES = 1006959421
_CVR_FORM = re.compile(r"[1-9][0-9]{7}", re.ASCII)
_P_FORM = re.compile(r"[1-9][0-9]{9}", re.ASCII)
_BETWEEN_DIGITS = re.compile(r"[\s.\-]")
_CVR_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)
_P_WEIGHTS_OLD = (1, 5, 6, 7, 3, 6, 4, 8, 9, 1)
_P_WEIGHTS_NEW = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_GLN_WEIGHTS = (1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)
_REMEMBERED = 1 << 16
"""Numbers whose check has been made: units come again, and each names its owner and parent."""
_TEXT = core_schema.str_schema(strict=True)
_SHORT_TEXT = core_schema.str_schema(strict=True, max_length=40)


def _parsed_once(kind: type[str], parsing: CoreSchema) -> CoreSchema:
    """Read text by `parsing`, and take what has been read before as it is: our own messages are made of such."""

    def take(value: object, parse: ValidatorFunctionWrapHandler) -> object:
        return value if isinstance(value, kind) else parse(value)

    taking = core_schema.no_info_wrap_validator_function(take, parsing)
    return core_schema.json_or_python_schema(json_schema=parsing, python_schema=taking)


class _Identifier(str):
    """A string with a shape; subclasses say which."""

    __slots__ = ()
    label: ClassVar[str]
    pattern: ClassVar[str]
    _form: ClassVar[re.Pattern[str]]
    _read_once: ClassVar[Callable[[str], Any]]

    def __init_subclass__(cls) -> None:
        cls._form = re.compile(cls.pattern, re.ASCII)
        cls._read_once = lru_cache(_REMEMBERED)(cls._read)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return `text` as an identifier.

        Raises `PydanticCustomError` (a `ValueError`) of type ``identifier_form`` or ``check_digit``.
        """
        parsed: Self = cls._read_once(text)
        return parsed

    @classmethod
    def _read(cls, text: str) -> Self:
        if cls._form.fullmatch(text) is None:
            raise PydanticCustomError("identifier_form", "not the form of a {label}", {"label": cls.label})
        if not cls._check_digit_holds(text):
            raise PydanticCustomError("check_digit", "the check digit of the {label} fails", {"label": cls.label})
        return cls(text)

    @classmethod
    def _check_digit_holds(cls, text: str) -> bool:
        return bool(text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _parsed_once(cls, core_schema.no_info_after_validator_function(cls._read_once, _TEXT))

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "pattern": f"^{cls.pattern}$", "title": cls.label}


class SorId(_Identifier):
    """A SOR-id: item number, namespace 1000016, partition 00, Verhoeff check digit; 11–18 digits (R1).

    Always text: spreadsheets round the 16-digit ones, and the check digit is what catches it.
    """

    __slots__ = ()
    label = "SOR-id"
    pattern = r"[1-9][0-9]{0,7}100001600[0-9]"
    _form = re.compile(pattern, re.ASCII)

    @classmethod
    def _check_digit_holds(cls, text: str) -> bool:
        return check_digit_holds(text)

    @classmethod
    def is_one(cls, text: str) -> bool:
        """Whether `text` is a SOR-id, for whoever has many to look at."""
        return cls._form.fullmatch(text) is not None and check_digit_holds(text)

    @classmethod
    def of_item(cls, item: int) -> Self:
        """The SOR-id with item number `item` (1 to 99,999,999), its check digit computed."""
        body = f"{item}100001600"
        return cls.parse(body + verhoeff.calc_check_digit(body))


class Gln(_Identifier):
    """A GLN/EAN location number: 13 digits, GS1 modulus 10, check digit 0 allowed (R2)."""

    __slots__ = ()
    label = "GLN"
    pattern = r"[0-9]{13}"

    @classmethod
    def _check_digit_holds(cls, text: str) -> bool:
        # As `python-stdnum` does it, in a quarter of the time: nothing is left to be cleaned of the form above.
        return _weighted(text, _GLN_WEIGHTS) % 10 == 0


class AuthorisationId(_Identifier):
    """A health professional's autorisations-id: five characters, digits and consonants. Personal (R2, R49)."""

    __slots__ = ()
    label = "autorisations-id"
    pattern = r"[b-df-hj-np-tv-zB-DF-HJ-NP-TV-Z0-9]{5}"


class ProviderId(_Identifier):
    """A ydernummer: leading zeros are real, so it is text; six characters as a rule, the schema allows 1–9 (R2)."""

    __slots__ = ()
    label = "ydernummer"
    pattern = r"[0-9A-Za-zÆØÅæøå]{1,9}"


class _FlaggedNumber(str):
    """A number kept as written, with a verdict: R2 says flagged, never dropped."""

    __slots__ = ()
    label: ClassVar[str]
    _read_once: ClassVar[Callable[[str], Any]]

    def __init_subclass__(cls) -> None:
        cls._read_once = lru_cache(_REMEMBERED)(cls.parse)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return `text` without blanks, dots, dashes and a leading ``DK``; any content is accepted."""
        return cls(_BETWEEN_DIGITS.sub("", text).removeprefix("DK"))

    @property
    def is_valid(self) -> bool:
        """Whether the number has the right form and its modulus-11 check holds (R2)."""
        raise NotImplementedError

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _parsed_once(cls, core_schema.no_info_after_validator_function(cls._read_once, _SHORT_TEXT))

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "maxLength": 40, "title": cls.label}


class CvrNumber(_FlaggedNumber):
    """A company's CVR number: 8 digits, weights 2,7,6,5,4,3,2,1, sum modulus 11 = 0 (R2)."""

    __slots__ = ()
    label = "CVR number"

    @property
    def is_valid(self) -> bool:
        """Whether it may be looked up in CVR."""
        return _is_cvr_number(self)


class PNumber(_FlaggedNumber):
    """A production unit's P number: 10 digits; two weight sets, by series (R2)."""

    __slots__ = ()
    label = "P number"

    @property
    def is_valid(self) -> bool:
        """Whether it may be looked up in CVR."""
        return _is_p_number(self)


def cvr_or_p_number(text: str) -> CvrNumber | PNumber | None:
    """The number as the kind whose check it passes; None for one that passes neither (R2)."""
    return next((number for number in (CvrNumber(text), PNumber(text)) if number.is_valid), None)


@lru_cache(_REMEMBERED)
def _is_cvr_number(text: str) -> bool:
    return _CVR_FORM.fullmatch(text) is not None and _weighted(text, _CVR_WEIGHTS) % 11 == 0


@lru_cache(_REMEMBERED)
def _is_p_number(text: str) -> bool:
    if _P_FORM.fullmatch(text) is None:
        return False
    weights = _P_WEIGHTS_OLD if int(text) <= _LAST_P_NUMBER_OF_OLD_SERIES else _P_WEIGHTS_NEW
    return _weighted(text, weights) % 11 == 0


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(map(mul, map(int, digits), weights))
