"""The packaged tables, read once: CSV with a header, UTF-8, a source in every row."""

from __future__ import annotations

import csv
import io
from importlib import resources


def rows_of(table: str) -> tuple[dict[str, str], ...]:
    """Return the rows of the packaged `table` (a file name), each as column → text, in file order."""
    text = resources.files(__package__).joinpath(table).read_text(encoding="utf-8")
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
