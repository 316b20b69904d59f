"""`make bench-quick`: the ratios that matter, held against the stated ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

STATED: Final = Path(__file__).parents[3] / "docs" / "benchmarks" / "stated.json"
BARE_COPY: Final = "sorbro beside the bare copy loop"
PLAIN_BARE_COPY: Final = "sorbro's loop, plain job, beside the bare copy loop"
CORE: Final = "core in times of pydantic"
P99: Final = "p99 in ms at 500 events/s"
_TOLERATED: Final = 0.5
"""Half of what is stated: a machine with others on it must not make a change look bad."""


def stated(path: Path = STATED) -> Mapping[str, float]:
    """The ratios of the last run that was looked at by a person."""
    return json.loads(path.read_text(encoding="utf-8"))


def compared(found: Mapping[str, float], stated: Mapping[str, float]) -> Iterator[str]:
    """Yield a line for each ratio found, beside what is stated of it."""
    for name, value in found.items():
        beside = f"{value / stated[name]:.2f} of the stated {stated[name]:g}" if name in stated else "not stated"
        yield f"{name:52}{value:>10.2f}   {beside}"


def is_far_below(found: Mapping[str, float], stated: Mapping[str, float]) -> bool:
    """Whether Sorbro has fallen under half of its stated ratio to the bare copy loop; the rest is for information."""
    return any(found.get(each, 0.0) < _TOLERATED * stated[each] for each in (BARE_COPY, PLAIN_BARE_COPY))
