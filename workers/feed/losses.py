"""What was said before and stands in the snapshot no more: units without a closure (R30), and fields."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workers.feed.known import fields_of
from workers.feed.report import Vanished

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from datetime import date

    from workers.feed.known import LastVersion
    from workers.feed.spool import Candidate


@dataclass(frozen=True, slots=True)
class LostField:
    """A field of the messages; `lost` units say nothing in it any more, of at most `had` in the file that did."""

    name: str
    lost: int
    had: int


class Losses:
    """Holds what differs in a snapshot against the `last` versions; `on` is the snapshot's day."""

    def __init__(self, differing: Iterable[Candidate], last: Mapping[str, LastVersion], on: date) -> None:
        self._last = last
        self._on = on.isoformat()
        self._ends: dict[str, str | None] = {}
        """The last days that the snapshot itself gives."""
        self._lost: Counter[str] = Counter()
        self.rehung = 0
        """Units that hang under another parent than before."""
        for unit in differing:
            sor_id = unit.change["sorId"]
            self._ends[sor_id] = unit.change["toDate"]
            if (before := last.get(sor_id)) is not None:
                change = unit.beside(before)
                self._lost.update(before.fields - fields_of(change))
                self.rehung += change["parentSorId"] != before.parent

    def vanished(self, known: Collection[str], seen: AbstractSet[str]) -> list[Vanished]:
        """List the known units that are not in the file though no closure has taken effect on them.

        Who closes closes all under it (R22, R23): the end of one above is an end.
        """
        gone = [(sor_id, self._last[sor_id]) for sor_id in known if sor_id not in seen and sor_id in self._last]
        return sorted(
            (Vanished(sor_id, each.owner, each.to_date) for sor_id, each in gone if not self._has_ended(sor_id)),
            key=lambda each: each.sor_id,
        )

    def fields(self, seen: AbstractSet[str]) -> list[LostField]:
        """List the fields that units of the file have lost, those that most have lost first.

        A unit that stands as in the snapshot before has not been read: it may have had them all.
        """
        had: Counter[str] = Counter()
        for sor_id in seen if self._lost else ():
            before = self._last.get(sor_id)
            had.update(self._lost.keys() if before is None else before.fields & self._lost.keys())
        return [LostField(name, lost, had[name]) for name, lost in self._lost.most_common()]

    def _has_ended(self, sor_id: str) -> bool:
        return any(to_date is not None and to_date < self._on for to_date in self._last_days(sor_id))

    def _last_days(self, sor_id: str | None) -> Iterator[str | None]:
        """The last days of the unit and all above it."""
        passed: set[str] = set()
        while sor_id is not None and sor_id not in passed:
            passed.add(sor_id)
            before = self._last.get(sor_id)
            yield self._ends.get(sor_id, before.to_date if before is not None else None)
            sor_id = before.parent if before is not None else None


def nearest_unknown(sor_ids: Iterable[str], last: Mapping[str, LastVersion]) -> set[str]:
    """Of each unit the first, itself or one above it, of which nothing is known."""
    found: set[str] = set()
    for sor_id in sor_ids:
        at: str | None = sor_id
        passed: set[str] = set()
        while at is not None and at in last and at not in passed:
            passed.add(at)
            at = last[at].parent
        if at is not None and at not in last:
            found.add(at)
    return found
