"""Histories by chance: rules by which SOR, the places, STPS and time itself may go on."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from oracle import notices
from oracle.history import Json
from oracle.places import EDITS, EXEMPTIONS, NEW_CVRS, NEW_P_NUMBERS, NO_FACTS, SELF_REGISTRATIONS, owners
from oracle.telling import Telling, invariants
from support.scenario import ENTITY_CHANGED, SELF_REGISTERED, instant
from support.trees import Unit

NOT_YET: frozenset[str] = frozenset()
"""What Sorbro and the oracle still see differently: the machine leaves it out."""

STARTS = ("2021-05-03 09:00", "2022-11-25 12:00", "2023-01-02 09:00", "2023-10-27 23:30", "2023-12-19 08:00")
WAITS = tuple(timedelta(hours=hours) for hours in (1, 26, 24 * 6, 24 * 15, 24 * 45, 24 * 200))
MIDNIGHTS = (timedelta(seconds=-61), timedelta(seconds=-60), timedelta(0), timedelta(hours=3))

BEGAN = (None, None, 0, -20, -400, -2000, 60)
"""Days since which a place has treated patients."""
AHEAD = st.sampled_from([None, None, -10, 0, 5, 40])
"""Days until a new version holds."""
ALL_UNITS = tuple(unit for tree in owners() for unit in tree)
KINDS = ("private", "municipality", "region")
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
        self.contradictions: set[str] = set()

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

    def is_settled(self, unit: Json) -> bool:
        """Whether this unit and those above it are known up to the owner, open, and nothing of theirs begins later."""
        way = self.way_up(unit)
        is_pending = any(step["fromDate"] > self.telling.day(0) for step in way)
        return way[-1]["sorType"] == "IE" and not is_pending and not self.is_closed(unit)

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

    @precondition(some)
    @rule(which=number, what=number, ahead=AHEAD)
    def new_cvr(self, which: int, what: int, ahead: int) -> None:
        """R4, with a day of its own or (null) as SOR happened to tell it."""
        owner = self.owner(which)
        if owner:
            self.telling.change(owner["sorId"], cvr=NEW_CVRS[what % len(NEW_CVRS)], **self.beginning(owner, ahead))

    @precondition(some)
    @rule(which=number, what=number, ahead=AHEAD)
    def become_of_another_kind(self, which: int, what: int, ahead: int) -> None:
        """R5, R18: a private owner becomes public, or the other way: with or without a P number."""
        owner = self.owner(which)
        if owner:
            kind = KINDS[what % len(KINDS)]
            self.telling.change(owner["sorId"], ownerType=kind, **self.beginning(owner, ahead))

    @precondition(some)
    @rule(which=number, what=number, ahead=AHEAD)
    def new_p_number(self, which: int, what: int, ahead: int) -> None:
        """R5: a new registration if public, an edit if private."""
        holders = [unit.sor_id for unit in self.units if unit.first["pNumber"] is not None]
        if holders:
            unit = self.telling.last["sor", holders[which % len(holders)]]
            number = NEW_P_NUMBERS[what % len(NEW_P_NUMBERS)]
            self.telling.change(unit["sorId"], pNumber=number, **self.beginning(unit, ahead))

    @precondition(some)
    @rule(which=number, where=number, ahead=AHEAD)
    def reparent(self, which: int, where: int, ahead: int) -> None:
        """A unit comes under another one of its owner; an open one, and not under its own children."""
        unit = self.unit(which)
        if unit["sorType"] == "IE" or self.is_closed(unit):
            return
        units = [self.telling.last["sor", each.sor_id] for each in self.units]
        above = [
            each
            for each in units
            if each["ownerSorId"] == unit["ownerSorId"] and unit not in self.way_up(each) and self.is_settled(each)
        ]
        if above:
            parent = above[where % len(above)]["sorId"]
            self.telling.change(unit["sorId"], parentSorId=parent, **self.beginning(unit, ahead))

    def owner(self, which: int) -> Json | None:
        owners = [unit for unit in self.units if unit.first["sorType"] == "IE"]
        return self.telling.last["sor", owners[which % len(owners)].sor_id] if owners else None

    def beginning(self, unit: Json, ahead: int | None) -> Json:
        """From which day the next version holds, if it says so."""
        return {} if ahead is None else {"fromDate": max(unit["fromDate"], self.telling.day(ahead))}

    @precondition(some)
    @rule(which=number, where=number, new_first=st.booleans(), ahead=AHEAD)
    def move(self, which: int, where: int, new_first: bool, ahead: int | None) -> None:  # noqa: FBT001  drawn
        """A unit without units below it goes to another owner, once; SOR says so under both, in either order."""
        homes = [unit.sor_id for unit in self.units if unit.first["sorType"] == "IE"]
        leaves = [unit for unit in self.units if unit.sor_id not in {each.first["parentSorId"] for each in ALL_UNITS}]
        movable = [self.telling.last["sor", unit.sor_id] for unit in leaves if self.may_move(unit)]
        if not movable or len(homes) < 2:
            return
        unit = movable[which % len(movable)]
        new = self.telling.last["sor", homes[where % len(homes)]]
        if new["cvr"] != self.way_up(unit)[-1]["cvr"] and not self.is_closed(new):
            self.telling.move(unit["sorId"], new["sorId"], new_first=new_first, **self.beginning(unit, ahead))

    def may_move(self, unit: Unit) -> bool:
        now = self.telling.last["sor", unit.sor_id]
        parents = {self.telling.last["sor", each.sor_id]["parentSorId"] for each in self.units}
        is_free = unit.first["sorType"] != "IE" and unit.sor_id not in parents and now["ownerSorId"] == unit.owner
        said = self.telling.last.get(("self", unit.sor_id))
        is_free &= not (lacks("schemes that move") and said and said["outOfHoursScheme"])
        return bool(is_free) and self.is_settled(now)

    # -- STPS ----------------------------------------------------------------------------------------------------

    @precondition(some)
    @rule(which=number, days=st.sampled_from([-20, -1, 0, 0, 3, 30]), treated=st.booleans())
    def decide_deregistration(self, which: int, days: int, treated: bool) -> None:  # noqa: FBT001  drawn
        """R28."""
        facts = {"effectiveOn": self.telling.day(days), "initiator": "stps", "treatedInYear": treated}
        self.telling.notice(notices.DEREGISTRATION, **self.about(which), **facts)

    @precondition(some)
    @rule(
        which=number,
        scope=st.sampled_from([["bsr"], ["sor"], ["bsr", "sor"]]),
        treated=st.booleans(),
        ref=st.integers(0, 2),
    )
    def request_deletion(self, which: int, scope: list[str], treated: bool, ref: int) -> None:  # noqa: FBT001  drawn
        """R45."""
        facts = {"referenceNumber": f"S-{ref}", "reason": None, "treatedInYear": treated}
        self.telling.notice(
            notices.DELETION, **self.about(which), **facts, scope=scope, requestedOn=self.telling.day(0)
        )

    @precondition(some)
    @rule(which=number, kind=st.sampled_from(EXEMPTIONS), of_owner=st.booleans(), ago=st.sampled_from([0, 30]))
    def notify_exemption(self, which: int, kind: Json, of_owner: bool, ago: int) -> None:  # noqa: FBT001  drawn
        """R44: of a place, or of all places of an owner."""
        facts = NO_FACTS | kind | self.about(which) | ({"sorId": None} if of_owner else {})
        if facts["event"]:
            facts["event"] = facts["event"] | {"from": self.telling.day(1), "to": self.telling.day(20)}
        self.telling.notice(notices.EXEMPTION, **facts, notifiedOn=self.telling.day(-ago))

    @precondition(some)
    @rule(which=number, share=st.sampled_from(["1.0", "0.5", "0.333"]), years=st.integers(-1, 1))
    def grant_dispensation(self, which: int, share: str, years: int) -> None:
        """R36."""
        year = self.telling.today.year + years
        self.telling.notice(notices.DISPENSATION, **self.about(which), feeYear=year, share=share)

    @rule(years=st.integers(-1, 1), days=st.sampled_from([-3, 0, 2, 40]))
    def run_fees(self, years: int, days: int) -> None:
        """R39."""
        year = self.telling.today.year + years
        self.telling.notice(notices.FEE_RUN, feeYear=year, runOn=self.telling.day(days))

    def about(self, which: int) -> Json:
        """Who a notice is about; the owner itself is named otherwise."""
        places = [unit for unit in self.units if unit.first["sorType"] != "IE"] or owners()[0][1:2]
        place = places[which % len(places)].first
        place = self.telling.last.get(("sor", place["sorId"]), place)
        return {"sorId": place["sorId"], "ownerSorId": place["ownerSorId"]}

    # -- the places ----------------------------------------------------------------------------------------------

    @precondition(some)
    @rule(which=number, what=number, ago=st.sampled_from([0, 0, 2, 20, -9]), began=st.sampled_from(BEGAN))
    def self_register(self, which: int, what: int, ago: int, began: int | None) -> None:
        unit = self.place(which)
        started = None if began is None else self.telling.day(began)
        known = self.telling.last.get(("self", unit["sorId"]))
        days = {"registeredOn": self.telling.day(-ago)} if not known or ago == 2 else {}
        days |= {"treatmentStartedOn": started}
        changes = days | SELF_REGISTRATIONS[what % len(SELF_REGISTRATIONS)]
        if unit["version"] > 1 and not self.is_settled(unit):
            changes["outOfHoursScheme"] = None  # its region may have lost sight of it: the decisions page, R42
        self.telling.self_register(unit["sorId"], unit["ownerSorId"], **changes)

    # -- noise ---------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.telling.history)
    @rule(which=number)
    def repeat(self, which: int) -> None:
        """A message once more: the same version, or one long passed (R10)."""
        said = self.telling.history[which % len(self.telling.history)]
        now = self.telling.last.get(("sor", said.unit))
        has_moved = now is not None and now["ownerSorId"] != said.message["ownerSorId"]
        if has_moved and (said.sender == "stps" or said.event in self.contradictions):
            return
        self.telling.send(said.sender, said.kind, said.message, said.event)

    @precondition(some)
    @rule(which=number, of_place=st.booleans())
    def contradict(self, which: int, of_place: bool) -> None:  # noqa: FBT001  hypothesis draws it
        """The same version with other content (R10)."""
        sender, kind = ("self", SELF_REGISTERED) if of_place else ("sor", ENTITY_CHANGED)
        unit = self.unit(which)
        known = self.telling.last.get((sender, unit["sorId"]))
        if known and known["ownerSorId"] == unit["ownerSorId"]:
            other = {"referenceId": "anden"} if of_place else {"name": "Et tredje navn"}
            self.telling.send(sender, kind, known | other)  # type: ignore[arg-type]  # one of two
            self.contradictions.add(self.telling.history[-1].event)

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
