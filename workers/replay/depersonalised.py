"""Taking people out of a record (R49), so that it can be handed to others and still decides the same.

Whatever is not known to be harmless is replaced: fields that are known to be personal by a pseudonym of their kind, and
all that stands in fields nobody knows. What stays: SOR-ids, CVR and P numbers, GLN and case numbers, which are keys of
public registers and make the ids; dates, versions, codes and the words of closed lists; postcodes and house numbers.
A one-man business can be looked up by such a key: what comes out is less personal, and no less to be looked after.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter

from adapters.record_lines import compact
from contracts import dead_letters
from contracts.records import InputRecord
from contracts.topics import MESSAGES, Topic
from workers.stream.intake import LARGEST_VALUE
from workers.tree.state import Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from workers.replay.pseudonyms import Pseudonyms


def _fields_in(schema: Any) -> Iterator[str]:
    """Every field that a JSON Schema names."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from _fields_in(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _fields_in(part)


def _words_in(schema: Any) -> Iterator[str]:
    """Every word that a JSON Schema has in a closed list."""
    if isinstance(schema, dict):
        yield from (str(word) for word in (*schema.get("enum", ()), schema.get("const", "")))
        for part in schema.values():
            yield from _words_in(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _words_in(part)


_SCHEMAS: Final = (
    *(TypeAdapter(model).json_schema() for types in MESSAGES.values() for model in types.values()),
    TypeAdapter(Node).json_schema(),
)
"""Of every message, and of the dossier that a unit takes along."""
_STRUCTURED: Final = frozenset({"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"})
"""The attributes of a CloudEvent that is one JSON object."""
_KNOWN: Final = frozenset(field for schema in _SCHEMAS for field in _fields_in(schema)) | _STRUCTURED
_WORDS: Final = frozenset(word for schema in _SCHEMAS for word in _words_in(schema)) | _KNOWN
"""Of closed lists; a difference names its field."""
_AS_WRITTEN: Final = frozenset(
    {
        *("statusText", "legalForm", "label", "professions", "code", "entityType", "shak", "tariff", "flags", "rules"),
        *("region", "ediSystem", "systemSupplier", "networkOperator", "referenceNumber"),
        *("countryCode", "municipalityCode"),
    }
)
"""Fields with words that point at nobody."""
_LONGEST_CODE: Final = 100
_IN_THE_HOUSE: Final = frozenset({"number", "floor", "door", "postcode"})
_HOUSE_LETTERS: Final = 2
_HOUSE_WORDS: Final = frozenset(
    {
        *(
            "sal",
            "stue",
            "stuen",
            "stueetage",
            "kælder",
            "kælderen",
            "til",
            "venstre",
            "højre",
            "midtfor",
            "midt",
            "for",
        ),
    }
)
_HARMLESS: Final = re.compile(r"(DK)?[\d .\-]+|(?=.*\d)[\w.:+/\-]{1,80}|^$", re.ASCII)
"""Numbers, dates and ids."""
_CPR: Final = re.compile(r"(?<!\w)\d{6}-\d{4}(?![\w-])")
"""A CPR number as it is written by hand. Without its hyphen it is nothing that a P number could not be."""
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[a-z.+-]+( *; *charset *= *\"?[a-z0-9-]+\"?)?", re.IGNORECASE)
_SOURCE: Final = re.compile(r"urn:[a-z]{2}:[a-z0-9:.-]{1,60}")
_HEADERS: Final = frozenset(
    {
        *(f"ce_{name}" for name in ("specversion", "id", "type", "time", "subject", "causationid", "feeruns")),
        *("traceparent", "schema", "wakes"),
    }
)
"""Whose values stay as far as they are harmless."""
_ALL_HEADERS: Final = _HEADERS | {"content-type", "ce_source", *dead_letters.OURS}
_KEY: Final = re.compile(rb"[\d/]*|progress")


class Depersonalised:
    """Gives records of any topic without people in them, by one set of pseudonyms."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._kinds: Mapping[str, Callable[[str], str]] = {
            "name": pseudonyms.name,
            "owner": pseudonyms.name,
            "street": pseudonyms.street,
            "city": pseudonyms.city,
            "telephone": pseudonyms.digits,
            "email": pseudonyms.email,
            "invoiceEmail": pseudonyms.email,
            "website": pseudonyms.website,
            "providerId": pseudonyms.digits,
            "authorisationId": pseudonyms.authorisation_id,
            "ownerAuthorisationId": pseudonyms.authorisation_id,
            "authorisationIds": pseudonyms.authorisation_id,
            "address": pseudonyms.text,
            "referenceId": pseudonyms.text,
            "outOfHoursScheme": pseudonyms.text,
            "scheme": pseudonyms.text,
            "dossier": self._dossier,
        }

    def record(self, record: InputRecord) -> InputRecord:
        """The same record without people. In the worker's progress there are none."""
        if record.topic == Topic.STATE:
            return record
        ours = frozenset(dead_letters.OURS if record.topic == Topic.DEAD_LETTERS else ())
        return InputRecord(
            record.topic,
            record.partition,
            record.offset,
            self._key(record.key),
            self._value(record.value),
            tuple(
                (self._name(name), value if name in ours else self._header(name, value))
                for name, value in record.headers
            ),
            record.timestamp,
        )

    def _key(self, key: bytes | None) -> bytes | None:
        if key is None or _KEY.fullmatch(key):
            return key
        return _bytes(self._pseudonyms.text(_text(key)))

    def _name(self, name: str) -> str:
        """The name of a header; one that nobody knows may say anything."""
        return name if name in _ALL_HEADERS else self._pseudonyms.text(name)

    def _header(self, name: str, value: bytes) -> bytes:
        text = _text(value)
        stays = {"content-type": _MEDIA_TYPE.fullmatch, "ce_source": _SOURCE.fullmatch}.get(name, _is_harmless)
        return value if name in _ALL_HEADERS and stays(text) else _bytes(self._pseudonyms.text(text))

    def _value(self, value: bytes | None) -> bytes | None:
        if value is None or not value.strip():
            return value
        if len(value) > LARGEST_VALUE:
            return b"x" * len(value)  # it is refused for its size, and the size is told
        try:
            parsed = json.loads(value.decode())
        except (ValueError, RecursionError):
            # Behind a mark, for a number or a quoted word would be JSON.
            return _bytes(f"pseudonymised: {self._pseudonyms.text(_text(value))}")
        return compact(self._within("", parsed)).encode("utf-8", "surrogatepass")

    def _within(self, field: str, value: Any) -> Any:
        if isinstance(value, dict):
            if value.keys() >= {"field", "sor", "cvr"}:
                return self._discrepancy(value)
            return {
                name if _known(name) else self._pseudonyms.text(name): self._within(_known(name), each)
                for name, each in value.items()
            }
        if isinstance(value, list):
            return [self._within(field, each) for each in value]
        if isinstance(value, str):
            return self._told(field, value)
        if isinstance(value, int | float) and not isinstance(value, bool) and (field in self._kinds or not field):
            digits = re.sub(r"\D", "", str(value))
            return int(f"1{self._pseudonyms.digits(digits)}") if digits else value
        return value

    def _told(self, field: str, text: str) -> str:
        if field in self._kinds:
            return self._kinds[field](text)
        if field in _AS_WRITTEN and len(text) <= _LONGEST_CODE and not _CPR.search(text):
            return text
        stays = {"datacontenttype": _MEDIA_TYPE.fullmatch, "source": _SOURCE.fullmatch}.get(field, _is_harmless)
        is_harmless = _is_in_the_house(text) if field in _IN_THE_HOUSE else stays(text)
        return text if field and is_harmless else self._pseudonyms.text(text)

    def _discrepancy(self, found: dict[str, Any]) -> dict[str, Any]:
        """Both sides of a difference, by the kind of the field it is in."""
        return {
            name: self._within(str(found["field"]) if name in {"sor", "cvr"} else name, each)
            for name, each in found.items()
        }

    def _dossier(self, text: str) -> str:
        """JSON within JSON."""
        value = self._value(text.encode("utf-8", "surrogatepass")) or b""
        return value.decode("utf-8", "surrogatepass")


def _known(name: str) -> str:
    """The field as it is called on the wire; empty for one that nobody knows."""
    head, *rest = name.split("_")
    wire = head + "".join(part.capitalize() for part in rest)
    return wire if name in _KNOWN or wire in _KNOWN else ""


def _is_harmless(text: str) -> bool:
    """Whether it is a number, a date, an id, or a word of a closed list."""
    return text in _WORDS or (_HARMLESS.fullmatch(text) is not None and not _CPR.search(text))


def _is_in_the_house(text: str) -> bool:
    """Whether there is nothing but numbers, single letters, and the usual words for a floor or a door."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return all(len(word) <= _HOUSE_LETTERS or word in _HOUSE_WORDS for word in words)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
