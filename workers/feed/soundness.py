"""When a snapshot is not to be believed: then nothing of it is sent, unless somebody insists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from workers.feed.known import Known
    from workers.feed.report import FeedReport

_ALWAYS_BORNE: Final = 20
"""So many may go from a small register without a word; a per cent of it is less than one clinic."""


class RefusedError(ValueError):
    """A snapshot that may be wrong as a whole; the message says what to do."""


def check_before_reading(report: FeedReport, known: Known) -> None:
    """Raise `RefusedError` for a file older than what was fed, or of another format."""
    if known.taken_on is not None and report.taken_on < known.taken_on:
        raise RefusedError(
            f"this snapshot is of {report.taken_on}, but one of {known.taken_on} has been fed already, and its changes "
            "would be taken back. Check the file, or --date; --force feeds it all the same"
        )
    others = known.formats - {report.format}
    if others:
        raise RefusedError(
            f"the topic was fed from {', '.join(sorted(others))}, and this is {report.format}: formats carry different "
            "fields, so what this one lacks would look erased. --force goes over to it"
        )


def check_whole(report: FeedReport, known_units: int, limit_per_cent: float) -> None:
    """Raise `RefusedError` for a file without units, or one that has shrunk by more than `limit_per_cent` (R30)."""
    if not report.read:
        raise RefusedError("the file holds no unit that can be read; see the report. Nothing was sent")
    missing = len(report.vanished) + sum(1 for each in report.damaged if not each.unit_kept)
    whole = max(known_units, report.read)  # a first file is held against itself
    if missing > max(_ALWAYS_BORNE, whole * limit_per_cent / 100):
        raise RefusedError(
            f"{missing} of {whole} units have vanished without a closure, or are damaged: more than "
            f"{limit_per_cent:g} % (--shrink-limit). The file may be cut or wrong, and nothing was sent; fetch it "
            "again, or feed it all the same with --force"
        )
