"""`python -m adapters.telemetry.publish` writes the list of metrics, docs/metrics.md, anew from the code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from adapters.telemetry import closures, cvr, lag, write_side

if TYPE_CHECKING:
    from adapters.telemetry.catalogue import Chapter, Described

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"

CHAPTERS: Final = (write_side.CHAPTER, closures.CHAPTER, lag.CHAPTER, cvr.CHAPTER)
_BEGINNING: Final = """\
# Metrics

Everything on `/metrics` of a worker, beside Prometheus' own `process_…`. Written by
`python -m adapters.telemetry.publish` from the declarations in `adapters/telemetry`; a test keeps it current.
Times are in seconds, instants are Unix time; a histogram has `_bucket`, `_sum` and `_count`. No label holds an id, and
nothing here names a person (R49). Boards and alerts are in `deploy/`; [runbook.md](runbook.md) says what to do.
"""


def page() -> str:
    """The page as it must be."""
    return "\n".join([_BEGINNING, *(_section(each) for each in CHAPTERS)])


def _section(chapter: Chapter) -> str:
    rows = map(_row, chapter.metrics)
    return "\n".join([f"## {chapter.title}", "", "| metric | kind | labels | says |", "|---|---|---|---|", *rows, ""])


def _row(metric: Described) -> str:
    labels = " ".join(f"`{label}`" for label in metric.labels)
    return f"| `{metric.name}` | {metric.kind} | {labels} | {metric.says} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
