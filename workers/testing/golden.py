"""Golden files: the outputs as they were found right once, one JSON record a line, to be read and reviewed as text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from adapters.record_lines import as_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from contracts.records import OutputRecord

UPDATE: Final = "--sorbro-update-golden"
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs, in words, and the unit it first differs of; empty where that is none."""

    says: str
    sor_id: str = ""


@dataclass(frozen=True, slots=True)
class GoldenFolder:
    """The folder of a test file's golden files. With `is_updating` they are written and not compared."""

    folder: Path
    is_updating: bool

    def compare(self, name: str, outputs: Sequence[OutputRecord]) -> Difference | None:
        """The difference between the outputs and the golden file; None when there is none, or it has been written."""
        path = self.folder / name
        lines = [as_line(output) for output in outputs]
        if self.is_updating:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="\n")
            return None
        if not path.exists():
            return Difference(f"there is no golden file {path}: pytest {UPDATE} writes it")
        return _difference(path, path.read_text(encoding="utf-8").splitlines(), lines)


def _difference(path: Path, golden: list[str], lines: list[str]) -> Difference | None:
    pairs = list(zip_longest(golden, lines))
    differing = [(number, *pair) for number, pair in enumerate(pairs, start=1) if pair[0] != pair[1]]
    if not differing:
        return None
    number, was, is_now = differing[0]
    first = json.loads(is_now or was or "{}")
    fields = list(_fields(json.loads(was or "{}"), json.loads(is_now or "{}")))
    more = [f"  … and {len(fields) - _SHOWN} more fields"] if len(fields) > _SHOWN else []
    says = [
        f"{len(differing)} of {len(pairs)} outputs differ from {path}, the first of them in line {number}:",
        *fields[:_SHOWN],
        *more,
        f"If that is right, pytest {UPDATE} takes it over; then review the file's diff.",
    ]
    return Difference("\n".join(says), first.get("key") or "")


def _fields(was: dict[str, Any], is_now: dict[str, Any], path: str = "") -> Iterator[str]:
    """Yield the fields that differ, with both values."""
    for name in dict.fromkeys((*was, *is_now)):
        before, after = was.get(name), is_now.get(name)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _fields(before, after, f"{path}{name}.")
        elif before != after:
            yield f"  {path}{name}: golden {_short(before)}, now {_short(after)}"


def _short(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
