"""What differs between two versions, by field: with its values only where they are nobody's personal data (R49)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from workers.explain.inputs import Change

if TYPE_CHECKING:
    from contracts.registrations import RegistrationForwarded
    from contracts.self_registrations import SelfRegistered
    from contracts.sor_entities import EntityChanged

_OF_THE_VERSION: Final = frozenset({"version", "registeredAt", "channel", "fromDate", "firstFromDate"})
_TOLD: Final = (
    "toDate",
    "isTreatmentPlace",
    "status",
    "cvr",
    "pNumber",
    "parentSorId",
    "movedToOwnerSorId",
    "ownerType",
    "entityType",
)
"""The fields of an entity whose values are told. A name may be a person's; the story has the unit's own elsewhere."""
_REACHING: Final = frozenset({"toDate", "cvr", "pNumber", "parentSorId", "ownerType", "movedToOwnerSorId"})
"""What of a unit can close the units under it, or make them other places."""


def between(before: EntityChanged | None, after: EntityChanged) -> tuple[Change, ...]:
    """The fields in which SOR's version differs from the one before, the telling ones first; none for a first one."""
    if before is None:
        return ()
    old, new = before.to_dict(), after.to_dict()
    differing = [field for field in new if field not in _OF_THE_VERSION and old.get(field) != new[field]]
    told = [
        Change(field=field, before=_text(old[field]), after=_text(new[field])) for field in _TOLD if field in differing
    ]
    return (*told, *(Change(field=field) for field in differing if field not in _TOLD))


def reach_below(changes: tuple[Change, ...]) -> bool:
    """Whether any of the changes can close the units below, or make them other places (R4, R5, R22)."""
    return any(change.field in _REACHING for change in changes)


def of_self_registration(before: SelfRegistered | None, after: SelfRegistered) -> tuple[str, ...]:
    """The fields in which the self-registration differs from its version before."""
    return () if before is None else _differing(before.to_dict(), after.to_dict(), frozenset({"version"}))


def of_record(before: RegistrationForwarded | None, after: RegistrationForwarded) -> tuple[str, ...]:
    """The items in which the record differs from the one BSR had before; a fresher look-up alone is none (R17)."""
    left_out = frozenset({"sorVersion", "explanation"})
    return () if before is None else _differing(_undated(before), _undated(after), left_out)


def _undated(record: RegistrationForwarded) -> dict[str, Any]:
    wire = record.to_dict()
    facts = wire["companyFacts"]
    return wire | {"companyFacts": facts and {name: each for name, each in facts.items() if name != "fetchedAt"}}


def _differing(old: dict[str, Any], new: dict[str, Any], left_out: frozenset[str]) -> tuple[str, ...]:
    return tuple(field for field in new if field not in left_out and old.get(field) != new[field])


def _text(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
