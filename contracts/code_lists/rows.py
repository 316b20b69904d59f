"""The tables of codes, read once: CSV with a header, UTF-8, a source in every row; packaged, or somebody's own."""

from __future__ import annotations

import csv
import io
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_own_tables: dict[str, str] = {}


class CodeListError(ValueError):
    """A table of one's own that cannot stand in for the packaged one; says which, and what is wrong."""


def use_tables(folder: Path) -> None:
    """Read the tables that stand in `folder` from there, and the others from the package.

    For a replay that tries other rules. To be called once, before any table is read: a table is read once. Raises
    `CodeListError` for a file that is none of the tables, or lacks a column.
    """
    packaged = {each.name for each in resources.files(__package__).iterdir() if each.name.endswith(".csv")}
    found = sorted(folder.glob("*.csv"))
    if not found:
        raise CodeListError(f"{folder} holds no table; the tables are {', '.join(sorted(packaged))}")
    for path in found:
        if path.name not in packaged:
            raise CodeListError(f"{path} is no table of ours; those are {', '.join(sorted(packaged))}")
        columns = csv.DictReader(io.StringIO(_packaged(path.name))).fieldnames or ()
        own = path.read_text(encoding="utf-8-sig")
        missing = set(columns) - set(csv.DictReader(io.StringIO(own)).fieldnames or ())
        if missing:
            raise CodeListError(f"{path} lacks the column {', '.join(sorted(missing))}")
        _own_tables[path.name] = own


def rows_of(table: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a `table` (a file name), each as column → text, in file order."""
    text = _own_tables.get(table) or _packaged(table)
    return tuple(csv.DictReader(io.StringIO(text), strict=True))


def label_by_code(table: str) -> dict[str, str]:
    """Map code → Danish label, for rows that have both."""
    return {row["code"]: row["label"] for row in rows_of(table) if row["code"] and row["label"]}


def code_by_label(table: str) -> dict[str, str]:
    """Map casefolded Danish label → code. The first row of a label wins: older codes stand last."""
    codes: dict[str, str] = {}
    for row in rows_of(table):
        if row["code"] and row["label"]:
            codes.setdefault(row["label"].casefold(), row["code"])
    return codes


def _packaged(table: str) -> str:
    return resources.files(__package__).joinpath(table).read_text(encoding="utf-8")
