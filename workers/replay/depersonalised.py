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


_STRUCTURED: Final = frozenset({"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"})
"""The attributes of a CloudEvent that is one JSON object."""
_KNOWN: Final = (
    frozenset(
        field
        for schema in (
            *(TypeAdapter(model).json_schema() for types in MESSAGES.values() for model in types.values()),
            TypeAdapter(Node).json_schema(),
        )
        for field in _fields_in(schema)
    )
    | _STRUCTURED
)
"""The fields of every message, and of the dossier that a unit takes along."""
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
_HARMLESS: Final = re.compile(r"(DK)?[\d .\-]+|(?=.*\d)[\w.:+/\-]{1,80}|[a-z][a-z-]{0,40}|IE|SI|OE|DKK|^$", re.ASCII)
"""Numbers, dates, ids and the words of closed lists."""
_HEADERS: Final = frozenset(
    {
        *(
            f"ce_{name}"
            for name in ("specversion", "id", "source", "type", "time", "subject", "causationid", "feeruns")
        ),
        *("content-type", "traceparent", "schema", "wakes", *dead_letters.OURS),
    }
)
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
        return InputRecord(
            record.topic,
            record.partition,
            record.offset,
            self._key(record.key),
            self._value(record.value),
            tuple((name, self._header(name, value)) for name, value in record.headers),
            record.timestamp,
        )

    def _key(self, key: bytes | None) -> bytes | None:
        if key is None or _KEY.fullmatch(key):
            return key
        return _bytes(self._pseudonyms.text(_text(key)))

    def _header(self, name: str, value: bytes) -> bytes:
        return value if name in _HEADERS else _bytes(self._pseudonyms.text(_text(value)))

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
            return {name: self._within(_known(name), each) for name, each in value.items()}
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
        if field in _AS_WRITTEN and len(text) <= _LONGEST_CODE:
            return text
        is_harmless = _is_in_the_house(text) if field in _IN_THE_HOUSE else _HARMLESS.fullmatch(text)
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


def _is_in_the_house(text: str) -> bool:
    """Whether there is nothing but numbers, single letters, and the usual words for a floor or a door."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return all(len(word) <= _HOUSE_LETTERS or word in _HOUSE_WORDS for word in words)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
