"""The oracle: at every moment the clerk reads all papers again and does what is due, in the order of the rulebook."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from contracts.danish_time import danish_date, start_of_day
from oracle import notices
from oracle.effects import Effect, Registration
from oracle.fees import Question, ask
from oracle.history import Json, Moment, Said, days_named
from oracle.identities import Change, change, days_late, is_backdated
from oracle.papers import Closing, Papers
from oracle.record import Way, identity, record
from oracle.told import Told


def recompute(history: list[Said], end: datetime) -> Clerk:
    """What must have been told up to and including `end`."""
    clerk = Clerk()
    for moment in moments(history, end):
        clerk.live(moment)
    return clerk


def moments(history: list[Said], end: datetime) -> list[Moment]:
    """Every arrival, and the beginning of every day that any message names or that follows such a day (R25)."""
    days = {start_of_day(day + timedelta(days=after)) for day in days_named(history) for after in (0, 1)}
    begins = history[0].time if history else end
    found = [Moment(day) for day in days if begins <= day <= end] + [Moment(each.time, each) for each in history]
    return sorted(found, key=lambda moment: (moment.time, moment.said is not None))


class Place(NamedTuple):
    """A unit whose way up to the owner is known, and the closure that will end it."""

    unit: str
    way: Way
    closing: Closing | None

    @property
    def closes_on(self) -> str | None:
        return self.closing.last_day.isoformat() if self.closing else None

    def is_closed(self, now: datetime) -> bool:
        return self.closing is not None and self.closing.effective_at <= now


@dataclass
class Clerk:
    """Papers in, effects out."""

    papers: Papers = field(default_factory=Papers)
    told: Told = field(default_factory=Told)

    def live(self, moment: Moment) -> None:
        says_anew = self._take(moment.said) if moment.said is not None else None
        now = moment.time
        places = self._places()
        self._answer_parked(places, now)
        self._close(places, now)
        self._let_depart(places, now)
        for place in places:
            self._bring_up_to_date(place, now)
            if place.unit == says_anew:
                self._ask_missed_years(place, now)
        self._forward_expected(now)
        self._take_back_unmarked(now)
        self._run_fees(places, now)

    def _take(self, said: Said) -> str | None:
        """File the message; returns the unit, if it has told something new of itself."""
        is_news = self.papers.take(said)
        if is_news and said in notices.deletions(self.papers, "sor"):
            request = {name: said.message[name] for name in ("referenceNumber", "requestedOn", "reason")}
            self.told.tell("sor-deletion", said.time, Registration(said.unit, None, None), **request)
        if not is_news or said.sender != "self":
            return None
        spoke_as = self.told.last_registration(said.unit, ahead=False) or Registration(said.unit, None, None)
        self.told.tell("spoke", said.time, spoke_as, version=said.message["version"])
        return said.unit

    def _places(self) -> list[Place]:
        """Every unit whose ancestors are all known, the longest known first."""
        here = [half for half in self.papers.tree() if not self.papers.has_gone(*half)]
        ways = [self.papers.way_up(*half) for half in here if not self.papers.is_expected(*half)]
        return [Place(way[0]["sorId"], way, self._closing(way)) for way in ways if way is not None]

    def _forward_expected(self, now: datetime) -> None:
        """A unit whose new owner hears of it before the old one has let go: only what SOR says of it goes out."""
        for half in self.papers.tree():
            way = self.papers.way_up(*half)
            if way is None or self.papers.has_gone(*half) or not self.papers.is_expected(*half):
                continue
            closing = self.papers.closing(way)
            last_day = closing.last_day.isoformat() if closing else None
            fresh = record(way, identity(way), registered=False, closes_on=last_day)
            is_open = closing is None or closing.effective_at > now
            if way[0]["isTreatmentPlace"] and is_open and fresh != self.told.expected(half[1]):
                self.told.tell("expected", now, identity(way), **fresh)

    def _take_back_unmarked(self, now: datetime) -> None:
        """R14 needs no ancestors: a unit that waits for one may still lose its mark."""
        for (owner, unit), entity in self.papers.tree().items():
            standing = self.told.standing(unit)
            if standing is None or entity["isTreatmentPlace"] or standing.record["ownerSorId"] != owner:
                continue
            if self.papers.way_up(owner, unit) is None:
                self.told.tell("withdrawn", now, standing.registration, reason="not-a-treatment-place")

    def _take_back_expected(self, place: Place, now: datetime) -> None:
        """The new owner was ahead, and the unit turns out to have left BSR under the old one."""
        ahead = self.told.only_expected(place.unit)
        if ahead is not None and ahead["ownerSorId"] == place.way[-1]["sorId"]:
            self.told.tell("withdrawn", now, identity(place.way), reason="superseded")

    def _closing(self, way: Way) -> Closing | None:
        """The closure that took effect stays the closure (R7); until then it is what the papers say."""
        closed = self.told.of(way[0]["sorId"], "closed")
        return closed[0].facts["closing"] if closed else self.papers.closing(way)

    # -- closures (R22–R29) --------------------------------------------------------------------------------------

    def _close(self, places: list[Place], now: datetime) -> None:
        due = [(place.closing.effective_at, place) for place in places if place.closing and place.is_closed(now)]
        for _, place in sorted(due, key=lambda each: each[0]):
            if not self.told.of(place.unit, "closed"):
                self._close_one(place, now)

    def _close_one(self, place: Place, now: datetime) -> None:
        self._forward_last(place, now)
        standing, last = self.told.standing(place.unit), self.told.last_registration(place.unit)
        self.told.tell("closed", now, last or identity(place.way), closing=place.closing)
        if standing is None and last is not None:
            self._ask_closing(place, last, now, registered=False)
        elif standing is not None and standing.registered:
            self._end_by_closing(place, standing.registration, now)
        elif standing is not None:
            self.told.tell("withdrawn", now, standing.registration, reason="closed-unregistered")
            self._ask_closing(place, standing.registration, now, registered=False)

    def _forward_last(self, place: Place, now: datetime) -> None:
        """A closure that takes effect as it is recorded is still a change of the record (R17)."""
        standing = self.told.standing(place.unit)
        if standing is None or not place.way[0]["isTreatmentPlace"]:
            return
        fresh = self._record(place, standing.registration, registered=standing.registered)
        if fresh != standing.record:
            self.told.tell("forwarded", now, standing.registration, **fresh)

    def _end_by_closing(self, place: Place, registration: Registration, now: datetime) -> None:
        closing = place.closing
        assert closing is not None
        self.told.tell(
            "deregistered",
            now,
            registration,
            lastDay=closing.last_day.isoformat(),
            effectiveAt=closing.effective_at,
            cause="company-closure" if closing.is_company else "closure",
            causedBySorId=closing.by,
            backdated=closing.backdated,
            daysLate=closing.days_late,
            successor=self._replacement(place),
        )
        self._ask_closing(place, registration, now, registered=True)

    def _replacement(self, place: Place) -> Registration | None:
        for unit in place.way[0]["replacedBy"]:
            standing = self.told.standing(unit)
            if standing is not None and (place.way[-1]["sorId"], unit) in self.papers.tree():
                return standing.registration
        return None

    def _ask_closing(self, place: Place, registration: Registration, now: datetime, *, registered: bool) -> None:
        assert place.closing is not None
        last_day = place.closing.last_day
        self._ask(place, registration, last_day.year, "closure", now, registered=registered, last_day=last_day)

    # -- departures (R28, R45) -----------------------------------------------------------------------------------

    def _let_depart(self, places: list[Place], now: datetime) -> None:
        for departure in notices.departures(self.papers, now):
            if departure in self._departures(departure.unit):
                continue
            standing = self.told.standing(departure.unit)
            self.told.tell("departed", now, Registration(departure.unit, None, None), departure=departure)
            if standing is not None and standing.registered:
                place = next(place for place in places if place.unit == departure.unit)
                self._end_by_departure(place, departure, standing.registration, now)

    def _departures(self, unit: str) -> list[notices.Departure]:
        return [each.facts["departure"] for each in self.told.of(unit, "departed")]

    def _valid_self_registration(self, unit: str) -> Said | None:
        return notices.valid_self_registration(self.papers, unit, self._departures(unit))

    def _end_by_departure(
        self, place: Place, departure: notices.Departure, registration: Registration, now: datetime
    ) -> None:
        last_day = departure.day - timedelta(days=1)
        # The self-registration has ended by now, but the year's question is about the time before.
        said = self.papers.self_registrations(place.unit)[-1].message
        self.told.tell(
            "deregistered",
            now,
            registration,
            lastDay=last_day.isoformat(),
            effectiveAt=start_of_day(departure.day),
            cause=departure.cause,
            causedBySorId=place.unit,
            backdated=is_backdated(departure.day, departure.told_at),
            daysLate=days_late(departure.day, departure.told_at),
            successor=None,
        )
        if departure.treated_in_year:
            day = last_day.isoformat()
            question = Question(registration, place.way, last_day.year, "closure", said, day, is_treatment_stated=True)
            ask(question, self.papers, self.told, now)

    # -- the record (R14–R17) and its identity (R4–R6) -----------------------------------------------------------

    def _record(self, place: Place, registration: Registration, *, registered: bool) -> Json:
        if registration == identity(place.way):
            self.told.kinds[registration] = place.way[-1]["ownerType"]
        kind = self.told.kinds.get(registration)
        return record(place.way, registration, registered=registered, closes_on=place.closes_on, kind=kind)

    def _bring_up_to_date(self, place: Place, now: datetime) -> None:
        self._take_late_self_registration(place, now)
        if place.is_closed(now):
            return
        standing = self.told.standing(place.unit)
        if not place.way[0]["isTreatmentPlace"]:
            if standing is not None:
                self.told.tell("withdrawn", now, standing.registration, reason="not-a-treatment-place")
            return
        said = self._valid_self_registration(place.unit)
        if said is None and self.papers.self_registrations(place.unit):
            self._take_back_expected(place, now)
            return
        before, began = standing, None
        if said is not None and standing is not None and not standing.registered:
            began = self._register_before_the_change(place, standing.registration, said.message, now)
            standing = self.told.standing(place.unit)
        held, was_withdrawn = standing, self.told.is_withdrawn(place.unit)
        registration = self._change_identity(place, now, began)
        standing = self.told.standing(place.unit)
        fresh = self._record(place, registration, registered=said is not None)
        if standing is None or (registration, fresh) != standing:
            is_known = held is None and fresh == self.told.only_expected(place.unit)
            self.told.tell("adopted" if is_known else "forwarded", now, registration, **fresh)
        is_new = standing is None or standing.registration != registration or not standing.registered
        if said is not None and is_new:
            self._ask_registering(place, registration, said.message, now)
        elif said is not None and held is not None and held.registration == registration:
            self._ask_after_exemption(place, registration, said, now)
        if said is not None and (before is None or not before.registered):
            self._ask_in_missed_runs(place, registration, said.message, now, was_withdrawn=was_withdrawn)

    def _ask_in_missed_runs(
        self, place: Place, registration: Registration, said: Json, now: datetime, *, was_withdrawn: bool
    ) -> None:
        """R39: it asked to be registered in an earlier year, and the runs since then could not ask it."""
        for year in sorted({each.facts["year"] for each in self.told.effects if each.kind == "fee-run"}):
            is_back = was_withdrawn and year < danish_date(now).year
            if place.closing and place.closing.last_day.year < year:
                continue
            if year > notices.registered_on(said).year and not is_back:
                self._ask(place, registration, year, "yearly-run", now, only_due=True)

    def _ask_after_exemption(self, place: Place, registration: Registration, said: Said, now: datetime) -> None:
        year = notices.registered_on(said.message).year
        is_answered = self.told.settled(registration, year, "registration", "parked") or any(
            reason != "exempt-notified" for reason in self.told.reasons(registration, year, "registration")
        )
        ends = notices.ends_exemption(self.papers, said, place.way[-1]["sorId"])
        since = self.told.standing_since(place.unit)
        began_before = since is not None and danish_date(since) <= notices.registered_on(said.message)
        if ends and began_before and not is_answered and not self.told.triggered(registration, year):
            self._ask(place, registration, year, "registration", now, only_due=True)

    def _take_late_self_registration(self, place: Place, now: datetime) -> None:
        """The place's half came after its end, of a day before it: registered and ended in one go."""
        known = self.papers.self_registrations(place.unit)
        if (
            not place.way[0]["isTreatmentPlace"]
            or not known
            or notices.is_spent(self.papers, known[-1], self._departures(place.unit))
        ):
            return
        said = known[-1]
        departure = notices.late_for(said, self._departures(place.unit))
        closing = place.closing if place.is_closed(now) else None
        if closing is not None and notices.registered_on(said.message) >= closing.taken_on:
            return
        if self._was_ended_by_closing(place.unit) or self._took_late(said) or not (departure or closing):
            return
        self.told.tell(
            "late",
            now,
            Registration(place.unit, None, None),
            version=said.message["version"],
            on=notices.registered_on(said.message),
        )
        registration = self._register_late(place, said.message, now)
        if departure is None or (closing is not None and self._comes_first(closing, departure)):
            self._end_by_closing(place, registration, now)
        else:
            self._end_by_departure(place, departure, registration, now)

    def _comes_first(self, closing: Closing, departure: notices.Departure) -> bool:
        return closing.effective_at <= start_of_day(departure.day)

    def _took_late(self, said: Said) -> bool:
        """Whether this one was dealt with, or only says more of one that was."""
        day = notices.registered_on(said.message)
        return any(
            each.facts["version"] == said.message["version"] or each.facts["on"] >= day
            for each in self.told.of(said.unit, "late")
        )

    def _was_ended_by_closing(self, unit: str) -> bool:
        return any(each.facts["cause"] in {"closure", "company-closure"} for each in self.told.of(unit, "deregistered"))

    def _register_late(self, place: Place, said: Json, now: datetime) -> Registration:
        standing, last = self.told.standing(place.unit), self.told.last_registration(place.unit)
        held = last if place.is_closed(now) else standing and standing.registration
        registration = held or identity(place.way)
        fresh = self._record(place, registration, registered=True)
        if (registration, fresh) != standing:
            self.told.tell("forwarded", now, registration, **fresh)
        if standing is None or not standing.registered:
            self._ask_registering(place, registration, said, now)
        return registration

    def _register_before_the_change(
        self, place: Place, held: Registration, said: Json, now: datetime
    ) -> datetime | None:
        """R13: it had registered before its numbers changed, which is heard only now; returns when that one began."""
        gave_way = self.told.gave_way(place.unit)
        in_time = [each for each in gave_way if notices.registered_on(said) <= each.facts["last_day"]]
        if not in_time or held == in_time[0].registration or held != identity(place.way):
            return None
        registration, began = in_time[0].registration, in_time[0].facts["since"]
        first = self.told.began_under(registration) or {}
        self.told.tell("forwarded", now, registration, **self._record(place, registration, registered=True))
        self.told.tell("taken-up", now, registration, **first)
        self._ask_registering(place, registration, said, now)
        return began

    def _change_identity(self, place: Place, now: datetime, began: datetime | None) -> Registration:
        """The identity under which the place is forwarded now; the old one ends when the new one begins."""
        standing, new = self.told.standing(place.unit), identity(place.way)
        if standing is None or standing.registration == new:
            return new
        old, since = standing.registration, began or self.told.standing_since(place.unit)
        assert since is not None
        brought = change(self.papers, place.way, old, since)
        if start_of_day(brought.day) > now:
            return old
        if not standing.registered:
            self.told.tell("withdrawn", now, old, reason="superseded")
            self.told.tell("gave-way", now, old, last_day=brought.day - timedelta(days=1), since=since)
            return new
        self._succeed(place, old, new, brought, now)
        return new

    def _succeed(self, place: Place, old: Registration, new: Registration, brought: Change, now: datetime) -> None:
        cause = "new-cvr" if old.cvr != new.cvr else "new-p-number"
        last_day = brought.day - timedelta(days=1)
        self.told.tell(
            "deregistered",
            now,
            old,
            lastDay=last_day.isoformat(),
            effectiveAt=start_of_day(brought.day),
            cause=cause,
            causedBySorId=brought.by,
            backdated=is_backdated(brought.day, brought.registered_at),
            daysLate=days_late(brought.day, brought.registered_at),
            successor=new,
        )
        self._ask(place, old, last_day.year, cause, now, last_day=last_day)
        fresh = self._record(place, new, registered=True)
        self.told.tell("forwarded", now, new, **fresh)
        for year in range(brought.day.year, danish_date(now).year + 1):
            valid = self._valid_self_registration(place.unit)
            if valid and notices.began_on(valid.message).year <= year:
                self._ask(place, new, year, cause, now)

    # -- fees ----------------------------------------------------------------------------------------------------

    def _ask_registering(self, place: Place, registration: Registration, said: Json, now: datetime) -> None:
        """R39 and R41: this year's question, after those of the years it should have registered in."""
        began, year = notices.began_on(said).year, notices.registered_on(said).year
        owed = [(missed, "late-registration") for missed in range(max(began, year - 3), year)]
        for asked, occasion in [*owed, *([(year, "registration")] if began <= year else [])]:
            if asked < self._followed_in(registration):
                continue
            if asked >= danish_date(now).year or not self._was_asked(registration, asked, occasion):
                self._ask(place, registration, asked, occasion, now, said=said)

    def _ask_missed_years(self, place: Place, now: datetime) -> None:
        """R41: a registered place says by now that it began earlier."""
        standing, said = self.told.standing(place.unit), self._valid_self_registration(place.unit)
        if standing is None or not standing.registered or said is None:
            return
        began, year = notices.began_on(said.message).year, notices.registered_on(said.message).year
        for missed in range(
            max(began, year - 3, self._followed_in(standing.registration)), min(year + 1, danish_date(now).year)
        ):
            if not self._was_asked(standing.registration, missed, "late-registration"):
                occasion = "late-registration" if missed < year else "registration"
                self._ask(place, standing.registration, missed, occasion, now)

    def _was_asked(self, registration: Registration, year: int, occasion: str) -> bool:
        """Whether the place, under any numbers, has its answer for a year gone by."""
        asked = [
            each
            for each in self.told.of(registration.sor_id, "triggered", "not-due", "parked")
            if each.facts["feeYear"] == year
        ]
        if occasion == "late-registration":
            return any(each.facts.get("reason") != "not-registered" for each in asked if not self._is_answered(each))
        return any(each.facts["occasion"] in {"registration", "late-registration"} for each in asked)

    def _is_answered(self, asked: Effect) -> bool:
        """Whether a question that waited for its tariff waits no more: then its answer stands beside it."""
        year, occasion = asked.facts["feeYear"], asked.facts["occasion"]
        return asked.kind == "parked" and self.told.settled(asked.registration, year, occasion, "triggered", "not-due")

    def _followed_in(self, registration: Registration) -> int:
        """The first year of a registration that followed another (R4, R5); the beginning of time for any other."""
        asked = [
            each.facts
            for each in self.told.of(registration.sor_id, "triggered", "not-due", "parked")
            if each.registration == registration
        ]
        years = [facts["feeYear"] for facts in asked if facts["occasion"] in {"new-cvr", "new-p-number"}]
        return min(years) if years and min(years) <= min(facts["feeYear"] for facts in asked) else 0

    def _ask(
        self,
        place: Place,
        registration: Registration,
        year: int,
        occasion: str,
        now: datetime,
        *,
        registered: bool = True,
        said: Json | None = None,
        last_day: date | None = None,
        only_due: bool = False,
    ) -> None:
        known = self.papers.self_registrations(place.unit)
        counts = said or (known[-1].message if known else None)
        day = last_day.isoformat() if last_day else None
        was_there = registered and year >= self._followed_in(registration)
        question = Question(registration, place.way, year, occasion, counts if was_there else None, day)
        ask(question, self.papers, self.told, now, only_due=only_due)

    def _run_fees(self, places: list[Place], now: datetime) -> None:
        for run in notices.fee_runs(self.papers, now):
            nobody, name = Registration("", None, None), {"year": run.year, "told_at": run.told_at}
            if self.told.has_noted("fee-run", "", **name):
                continue
            self.told.tell("fee-run", now, nobody, **name)
            for place in places:
                standing = self.told.standing(place.unit)
                said = self._valid_self_registration(place.unit)
                if not (standing and standing.registered and said):
                    continue
                began = max(notices.began_on(said.message).year, self._followed_in(standing.registration))
                if began <= run.year and not (place.closing and place.closing.last_day.year < run.year):
                    self._ask(place, standing.registration, run.year, "yearly-run", now)

    def _said_of(self, unit: str, year: int, asked: Question) -> Json:
        """What the place says now; but who has registered anew in a later year, or as another, says nothing of that."""
        spoke = {each.facts["version"]: each.registration for each in self.told.of(unit, "spoke")}
        said = asked.self_registration
        assert said is not None
        for later in self.papers.self_registrations(unit):
            if later.message["version"] <= said["version"]:
                continue
            day = notices.registered_on(later.message)
            is_another = spoke.get(later.message["version"], asked.registration) != asked.registration
            if day > notices.registered_on(said) and (day.year > year or is_another):
                break
            said = later.message
        return said

    def _answer_parked(self, places: list[Place], now: datetime) -> None:
        """A parked question is asked again with what the place says now (R32)."""
        for parked in [each for each in self.told.effects if each.kind == "parked"]:
            registration, year, occasion = parked.registration, parked.facts["feeYear"], parked.facts["occasion"]
            if self.told.settled(registration, year, occasion, "triggered", "not-due"):
                continue
            asked: Question = parked.facts["question"]
            way = next((place.way for place in places if place.unit == parked.sor_id), asked.way)
            question = replace(asked, way=way, self_registration=self._said_of(parked.sor_id, year, asked))
            ask(question, self.papers, self.told, now, again=True)
