"""CVR documents in memory, shaped as the service returns them: for ``replay --cvr`` and the stand-in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Self, overload

import orjson

from adapters.cvr.port import CompanyOutcome, Found, InvalidNumber, NotFound, Outcome, ProductionUnitOutcome
from adapters.cvr.reading import CvrShapeError, number_of, supersedes
from adapters.cvr.readings import read
from contracts.danish_time import start_of_day
from contracts.identifiers import CvrNumber, PNumber

Document = Mapping[str, Any]


class DocumentStore:
    """Company and production unit documents by number; of several with one number the newest version counts.

    Numbers that fail their check are stored like any other: anonymised extracts are full of them.
    """

    def __init__(self, documents: Iterable[Document] = ()) -> None:
        self._companies: dict[CvrNumber, Document] = {}
        self._units: dict[PNumber, Document] = {}
        for document in documents:
            self.add(document)

    @classmethod
    def from_jsonl(cls, path: Path) -> Self:
        """Load a file with one document a line; blank lines are passed over.

        Raises `CvrShapeError` naming the line that is not a CVR document, and `OSError` as reading does.
        """
        store = cls()
        with path.open("rb") as lines:
            for position, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    store.add(_decode(line))
                except CvrShapeError as error:
                    raise CvrShapeError(f"{path.name}, line {position}: {error}") from error
        return store

    def add(self, document: Document) -> None:
        """Take one document in, unless a newer version of it is here; `CvrShapeError` if it is not CVR's."""
        number = number_of(document)
        known = self.raw(number)
        if known is not None and not supersedes(document, known):
            return
        if isinstance(number, CvrNumber):
            self._companies[number] = document
        else:
            self._units[number] = document

    def company(self, cvr: CvrNumber) -> Document | None:
        """Return the raw document of a company, or None."""
        return self._companies.get(cvr)

    def unit(self, p_number: PNumber) -> Document | None:
        """Return the raw document of a production unit, or None."""
        return self._units.get(p_number)

    def raw(self, number: CvrNumber | PNumber) -> Document | None:
        """Return the raw document behind a number of either kind, or None."""
        return self.company(number) if isinstance(number, CvrNumber) else self.unit(number)

    def __iter__(self) -> Iterator[Document]:
        yield from self._companies.values()
        yield from self._units.values()

    def __len__(self) -> int:
        return len(self._companies) + len(self._units)


def _decode(line: bytes) -> Document:
    try:
        document = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise CvrShapeError("not JSON") from None
    if not isinstance(document, dict):
        raise CvrShapeError("not a JSON object")
    return document


class FileRegistry:
    """CVR as a file knows it: always there, and read on whatever day the caller stands (``replay --cvr``)."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    @overload
    def find(self, number: CvrNumber, today: date) -> CompanyOutcome: ...

    @overload
    def find(self, number: PNumber, today: date) -> ProductionUnitOutcome: ...

    def find(self, number: CvrNumber | PNumber, today: date) -> Outcome:
        """Answer for one number as of `today`, a Danish civil date (R2, R20): what the file says since it began."""
        if not number.is_valid:
            return InvalidNumber()
        document = self._store.raw(number)
        if document is None:
            return NotFound(start_of_day(today))
        reading = read(document, today)
        return Found(reading.fact, start_of_day(today), changes_on=reading.changes_on)
