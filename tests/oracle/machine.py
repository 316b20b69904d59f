"""Histories by chance: rules by which SOR, the places, STPS and time itself may go on."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contracts.danish_time import rfc3339
from oracle import notices
from oracle.history import Json
from oracle.places import EDITS, NEW_CVRS, NEW_P_NUMBERS, SELF_REGISTRATIONS, owners
from oracle.telling import Telling, invariants
from support.scenario import ENTITY_CHANGED, SELF_REGISTERED, instant
from support.trees import Unit

NOT_YET = frozenset({"identity", "moves", "notices", "late"})
"""Parts of the rulebook that the core on this branch does not have."""

STARTS = ("2021-05-03 09:00", "2022-11-25 12:00", "2023-01-02 09:00", "2023-10-27 23:30", "2023-12-19 08:00")
WAITS = tuple(timedelta(hours=hours) for hours in (1, 26, 24 * 6, 24 * 15, 24 * 45, 24 * 200))
MIDNIGHTS = (timedelta(seconds=-61), timedelta(seconds=-60), timedelta(0), timedelta(hours=3))

number = st.integers(0, 2**10)
"""Any draw: rules take it modulo what there is to choose from."""


def lacks(part: str) -> bool:
    return part in NOT_YET


class Histories(RuleBasedStateMachine):
    """Drives Sorbro; the oracle recomputes the whole history at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.telling = Telling(instant(STARTS[0]))
        self.unborn: list[Unit] = []
        self.units: list[Unit] = []
        self.checked = 0

    @initialize(start=st.sampled_from(STARTS), without=st.integers(0, 5), born=st.integers(0, 15))
    def begin(self, start: str, without: int, born: int) -> None:
        trees = owners()
        self.telling = Telling(instant(start))
        self.unborn = [unit for which, tree in enumerate(trees) if which not in (without, without - 1) for unit in tree]
        for _ in range(min(born, len(self.unborn))):
            self.arrive(0)

    # -- what there is -------------------------------------------------------------------------------------------

    def unit(self, which: int) -> Json:
        """The last version of one of the units that SOR has told of."""
        return self.telling.last["sor", self.units[which % len(self.units)].sor_id]

    def place(self, which: int) -> Json:
        """The same of one of those that may be places."""
        places = [unit for unit in self.units if unit.first["isTreatmentPlace"]] or self.units
        return self.telling.last["sor", places[which % len(places)].sor_id]

    def some(self) -> bool:
        return bool(self.units)

    def is_closed(self, unit: Json) -> bool:
        """Whether a closure of this unit or one above it has taken effect."""
        return any(step["toDate"] is not None and step["toDate"] < self.telling.day(0) for step in self.way_up(unit))

    def way_up(self, unit: Json) -> list[Json]:
        parent = self.telling.last.get(("sor", unit["parentSorId"] or ""))
        return [unit, *(self.way_up(parent) if parent else [])]

    # -- SOR -----------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.unborn)
    @rule(which=number)
    def arrive(self, which: int) -> None:
        """R13: in any order, children before parents too."""
        unit = self.unborn.pop(which % len(self.unborn))
        self.units.append(unit)
        self.telling.appear(unit)

    @precondition(some)
    @rule(which=number, what=number)
    def edit(self, which: int, what: int) -> None:
        self.telling.change(self.unit(which)["sorId"], **EDITS[what % len(EDITS)])

    @precondition(some)
    @rule(which=number)
    def mark(self, which: int) -> None:
        """R14: the mark of a treatment place comes and goes."""
        unit = self.place(which)
        self.telling.change(unit["sorId"], isTreatmentPlace=not unit["isTreatmentPlace"])

    @precondition(some)
    @rule(which=number, days=st.integers(5, 40))
    def close_by_self_service(self, which: int, days: int) -> None:
        """R21: some of these come too early."""
        self.telling.change(self.unit(which)["sorId"], toDate=self.telling.day(days), channel="self-service")

    @precondition(some)
    @rule(which=number, days=st.integers(-60, 30))
    def close_by_sor_office(self, which: int, days: int) -> None:
        self.telling.change(self.unit(which)["sorId"], toDate=self.telling.day(days), channel="sor-office")

    @precondition(some)
    @rule(which=number)
    def undo(self, which: int) -> None:
        """R24: before effect heeded, after it refused."""
        closing = [unit for unit in self.units if self.telling.last["sor", unit.sor_id]["toDate"] is not None]
        if closing:
            self.telling.change(closing[which % len(closing)].sor_id, toDate=None)

    # -- the places ----------------------------------------------------------------------------------------------

    @precondition(some)
    @rule(which=number, what=number, ago=st.sampled_from([0, 0, 2, 20]), began=st.sampled_from([None, None, 0, -20, 60]))
    def self_register(self, which: int, what: int, ago: int, began: int | None) -> None:
        unit = self.place(which)
        if lacks("late") and (self.is_closed(unit) or began == -20):
            return
        started = None if began is None else self.telling.day(began)
        known = self.telling.last.get(("self", unit["sorId"]))
        days = {} if known and ago != 2 else {"registeredOn": self.telling.day(-ago), "treatmentStartedOn": started}
        changes = days | SELF_REGISTRATIONS[what % len(SELF_REGISTRATIONS)]
        self.telling.self_register(unit["sorId"], unit["ownerSorId"], **changes)

    # -- noise ---------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.telling.history)
    @rule(which=number)
    def repeat(self, which: int) -> None:
        """A message once more: the same version, or one long passed (R10)."""
        said = self.telling.history[which % len(self.telling.history)]
        self.telling.send(said.sender, said.kind, said.message)

    @precondition(some)
    @rule(which=number, of_place=st.booleans())
    def contradict(self, which: int, of_place: bool) -> None:  # noqa: FBT001  hypothesis draws it
        """The same version with other content (R10)."""
        sender, kind = ("self", SELF_REGISTERED) if of_place else ("sor", ENTITY_CHANGED)
        known = self.telling.last.get((sender, self.unit(which)["sorId"]))
        if known:
            other = {"referenceId": "anden"} if of_place else {"name": "Et tredje navn"}
            self.telling.send(sender, kind, known | other)  # type: ignore[arg-type]  # one of two

    @rule()
    def restart(self) -> None:
        """Sorbro stops and starts: nothing is forgotten."""
        self.telling.world.restart()

    # -- time ----------------------------------------------------------------------------------------------------

    @rule(by=st.sampled_from(WAITS))
    def wait(self, by: timedelta) -> None:
        self.telling.wait(by)

    @rule(days=st.sampled_from([1, 2, 8, 15]), offset=st.sampled_from(MIDNIGHTS))
    def wait_for_midnight(self, days: int, offset: timedelta) -> None:
        self.telling.wait_for_midnight(days, offset)

    # -- judgement -----------------------------------------------------------------------------------------------

    @invariant()
    def holds(self) -> None:
        outputs = self.telling.world.outputs
        if len(outputs) > self.checked:
            invariants(outputs, outputs[self.checked :])
            self.checked = len(outputs)

    def teardown(self) -> None:
        self.telling.compare()
