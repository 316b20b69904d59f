"""Reading the tariff file strictly: an amount that is doubtful must stop the worker, not be charged."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TypedDict

_FORMS = {
    "id": r"[a-z0-9][a-z0-9-]*",
    "year": r"20[0-9]{2}",
    "category": r"[1-5]",
    "full": r"[1-9][0-9]*\.[0-9]{2}",
    "half": r"([1-9][0-9]*\.[0-9]{2})?",
    "exempt_if_turnover_le": r"([1-9][0-9]*)?",
    "half_if_turnover_le": r"([1-9][0-9]*)?",
    "note": r".*",
    "source": r".+",
}
_COLUMNS = tuple(_FORMS)


class TariffTableError(ValueError):
    """A tariff file that cannot be read or trusted; the text says where."""


def _at(line: int, column: str, problem: str) -> TariffTableError:
    return TariffTableError(f"tariff table, line {line}, column {column}: {problem}")


class TariffRow(TypedDict):
    """One checked row, under the names of `Tariff`."""

    id: str
    year: int
    category: str
    full: Decimal
    half: Decimal | None
    exempt_if_turnover_le: Decimal | None
    half_if_turnover_le: Decimal | None


def read_rows(content: bytes) -> Iterator[TariffRow]:
    """Yield the rows of a tariff file (UTF-8 CSV). Raises `TariffTableError` at the first doubtful one."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _at(line, "any", "not UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    header = tuple(next(reader, ()))
    if header != _COLUMNS:
        wrong = next((name for name, got in zip(_COLUMNS, header, strict=False) if name != got), "count")
        raise _at(1, wrong, f"the header must be {','.join(_COLUMNS)}")
    seen: dict[tuple[str, str], str] = {}
    for cells in reader:
        row = _checked(cells, reader.line_num)
        for column, key in (("id", row["id"]), ("category", f"{row['year']}, category {row['category']}")):
            if (column, key) in seen:
                raise _at(reader.line_num, column, f"{key} stands twice")
            seen[column, key] = key
        yield row


def _checked(cells: list[str], line: int) -> TariffRow:
    if len(cells) != len(_COLUMNS):
        named = _COLUMNS[len(cells)] if len(cells) < len(_COLUMNS) else "after source"
        raise _at(line, named, f"{len(cells)} cells where {len(_COLUMNS)} belong")
    cell = dict(zip(_COLUMNS, cells, strict=True))
    for column, form in _FORMS.items():
        if re.fullmatch(form, cell[column], re.ASCII) is None:
            raise _at(line, column, f"{cell[column]!r} is not of the form {form}")
    half = _amount(cell["half"])
    exempt, half_limit = _amount(cell["exempt_if_turnover_le"]), _amount(cell["half_if_turnover_le"])
    if half is not None and not Decimal(cell["full"]) / 2 <= half < Decimal(cell["full"]):
        raise _at(line, "half", "less than half of the full fee, or not less than the whole")
    if (exempt is None) != (half_limit is None):
        raise _at(line, "half_if_turnover_le", "the two turnover limits come together or not at all")
    if exempt is not None and half_limit is not None and exempt >= half_limit:
        raise _at(line, "half_if_turnover_le", "must be above exempt_if_turnover_le")
    return TariffRow(
        id=cell["id"],
        year=int(cell["year"]),
        category=cell["category"],
        full=Decimal(cell["full"]),
        half=half,
        exempt_if_turnover_le=exempt,
        half_if_turnover_le=half_limit,
    )


def _amount(text: str) -> Decimal | None:
    return Decimal(text) if text else None
