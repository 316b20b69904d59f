"""When a snapshot is not to be believed: then nothing of it is sent, unless somebody insists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.sor_files import Snapshot
    from workers.feed.known import Known
    from workers.feed.losses import LostField
    from workers.feed.report import FeedReport

_ALWAYS_BORNE: Final = 20
"""So many may go from a small register without a word; a per cent of it is less than one clinic."""
_DECIDING: Final = frozenset({"cvr", "pNumber", "entityType", "isTreatmentPlace", "specialities", "toDate"})
"""What registrations, closures and fees turn on; all units of even a small register do not lose it in one night."""
_ALL_OF: Final = 5
_NAMED: Final = 5


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


def check_previous(report: FeedReport, previous: Snapshot) -> None:
    """Raise `RefusedError` for a snapshot before that is of another format, or of a later day by its own word."""
    if previous.format != report.format:
        raise RefusedError(
            f"the snapshot before is {previous.format}, and this is {report.format}: formats carry different fields, "
            "and what this one lacks would look erased. Give one of the same format; --force compares them all the same"
        )
    if previous.taken_on is not None and previous.taken_on > report.taken_on:
        raise RefusedError(
            f"the snapshot before is of {previous.taken_on}, and this one of {report.taken_on}: its changes would be "
            "taken back. Are they the wrong way round? --force compares them all the same"
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


def check_fields(lost: Sequence[LostField], limit_per_cent: float) -> None:
    """Raise `RefusedError` where more than `limit_per_cent` of the units that had something in a field have no more.

    A column or an element that is missing, or has another name, would be taken for SOR's own erasing: a CVR number
    gone is a new registration (R4), a closing day gone an undone closure (R9).
    """
    gone = [each for each in lost if _is_too_much(each, limit_per_cent)]
    if gone:
        named = ", ".join(f"{each.name} ({each.lost} units)" for each in gone[:_NAMED])
        more = f" and {len(gone) - _NAMED} more" if len(gone) > _NAMED else ""
        raise RefusedError(
            f"the file no longer says anything where the one before did: {named}{more}. That is more than "
            f"{limit_per_cent:g} % (--shrink-limit) of those that had it. A column or an element may be missing, "
            "or have another name; nothing was sent. Fetch the file again, or feed it all the same with --force"
        )


def check_parents(rehung: int, units: int, limit_per_cent: float) -> None:
    """Raise `RefusedError` where more than `limit_per_cent` of the units hang under another parent than before.

    Without a column of parents the tree is put together from what else there is, and is flatter: other units of a
    hospital would be its departments (R18), and others close with one above them (R22).
    """
    if rehung > max(_ALWAYS_BORNE, units * limit_per_cent / 100):
        raise RefusedError(
            f"{rehung} of {units} units hang under another parent than before: more than {limit_per_cent:g} % "
            "(--shrink-limit). The column of the parents may be missing, or have another name; nothing was sent. "
            "Fetch the file again, or feed it all the same with --force"
        )


def _is_too_much(field: LostField, limit_per_cent: float) -> bool:
    if field.name in _DECIDING and field.lost == field.had >= _ALL_OF:
        return True
    return field.lost > max(_ALWAYS_BORNE, field.had * limit_per_cent / 100)
