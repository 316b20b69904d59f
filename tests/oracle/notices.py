"""What STPS's notices mean at a moment: departures, exemptions, dispensations, fee runs (R28, R36, R39, R44–R46)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from contracts.danish_time import start_of_day
from oracle.history import Json, Said
from oracle.papers import Papers

DEREGISTRATION = "dk.stps.deregistration.decided.v1"
EXEMPTION = "dk.stps.exemption.notified.v1"
DELETION = "dk.stps.deletion.requested.v1"
DISPENSATION = "dk.stps.dispensation.granted.v1"
FEE_RUN = "dk.stps.fee-run.requested.v1"


class Departure(NamedTuple):
    """A place leaves BSR without a closure in SOR. `day` is the first without it."""

    unit: str
    day: date
    at: datetime
    cause: str
    treated_in_year: bool
    told_at: datetime


class FeeRun(NamedTuple):
    """The yearly question to everybody."""

    year: int
    at: datetime
    told_at: datetime


def departures(papers: Papers, now: datetime) -> list[Departure]:
    """Those that have taken effect, oldest first."""
    found = [_departure(each, "effectiveOn", "stps-decision") for each in _not_replaced(papers, now)]
    found += [_departure(each, "requestedOn", "deletion-request") for each in deletions(papers, "bsr")]
    return sorted((each for each in found if each.at <= now), key=lambda each: (each.at, each.told_at))


def deletions(papers: Papers, scope: str) -> list[Said]:
    """The deletion requests for a register: a reference number names one request (R45)."""
    first: dict[tuple[str, str], Said] = {}
    for each in papers.notices(DELETION):
        if scope in each.message["scope"]:
            first.setdefault((each.unit, each.message["referenceNumber"]), each)
    return list(first.values())


def _departure(each: Said, day_field: str, cause: str) -> Departure:
    day = date.fromisoformat(each.message[day_field])
    at = max(start_of_day(day), each.time)
    return Departure(each.unit, day, at, cause, each.message["treatedInYear"], each.time)


def _not_replaced(papers: Papers, now: datetime) -> list[Said]:
    """STPS's decisions without those that a later one replaced while they were pending."""
    decisions = papers.notices(DEREGISTRATION)
    return [
        each
        for number, each in enumerate(decisions)
        if not any(
            later.unit == each.unit and later.time < start_of_day(date.fromisoformat(each.message["effectiveOn"]))
            for later in decisions[number + 1 :]
        )
    ]


def has_ended(papers: Papers, said: Said, taken: list[Departure]) -> bool:
    """Whether a departure has ended this self-registration: it was known then, or it is of an earlier day."""
    return is_spent(papers, said, taken) or late_for(said, taken) is not None


def is_spent(papers: Papers, said: Said, taken: list[Departure]) -> bool:
    """Whether it was known when a departure took effect, or only says more of one that was."""
    return any(said.time < departure.at or _is_correction(said, departure, papers) for departure in taken)


def _is_correction(said: Said, departure: Departure, papers: Papers) -> bool:
    ended = [
        each
        for each in papers.self_registrations(said.unit)
        if each.message["version"] < said.message["version"] and each.time < departure.at
    ]
    return bool(ended) and registered_on(said.message) <= registered_on(ended[-1].message)


def valid_self_registration(papers: Papers, unit: str, taken: list[Departure]) -> Said | None:
    """The place's own half as it counts now (R16): the latest, unless a departure ended it."""
    known = papers.self_registrations(unit)
    return known[-1] if known and not has_ended(papers, known[-1], taken) else None


def late_for(said: Said, taken: list[Departure]) -> Departure | None:
    """The first departure after the day of a self-registration that came only after it."""
    by_day = sorted(taken, key=lambda each: each.day)
    return next((each for each in by_day if registered_on(said.message) < each.day), None)


def is_exempt(papers: Papers, unit: str, owner: str, year: int, owner_type: str) -> bool:
    """R44: an underretning is in force for the year, and the place has not registered after it (R46)."""
    said = [other.message for other in papers.self_registrations(unit)]
    return any(
        _names(each.message, unit, owner)
        and _is_in_force(each.message, year)
        and not any(_ends_by(other, each.message, year) for other in said[-1:])
        and not (each.message["kind"] == "low-turnover" and said and said[-1]["cosmetic"])
        and not (each.message["kind"] == "low-turnover" and owner_type != "private")
        for each in papers.notices(EXEMPTION)
    )


def _ends_by(said: Json, notice: Json, year: int) -> bool:
    day = registered_on(said)
    return day > date.fromisoformat(notice["notifiedOn"]) and day.year <= year


def ends_exemption(papers: Papers, said: Said, owner: str) -> bool:
    """Whether this self-registration comes after an exemption of the place or of its owner (R46)."""
    days = [
        date.fromisoformat(each.message["notifiedOn"])
        for each in papers.notices(EXEMPTION)
        if _names(each.message, said.unit, owner)
    ]
    return any(registered_on(said.message) > day for day in days)


def _names(notice: Json, unit: str, owner: str) -> bool:
    of_owner = notice["sorId"] is None and notice["ownerSorId"] == owner and notice["kind"] != "temporary-event"
    return bool(notice["sorId"] == unit or of_owner)


def _is_in_force(notice: Json, year: int) -> bool:
    last = date.fromisoformat(notice["event"]["to"]).year if notice["kind"] == "temporary-event" else year
    return date.fromisoformat(notice["notifiedOn"]).year <= year <= last


def dispensation(papers: Papers, unit: str, year: int) -> Decimal:
    """The share of the year's fee that STPS lets the place off; the latest word counts (R36)."""
    shares = [
        Decimal(each.message["share"])
        for each in papers.notices(DISPENSATION)
        if each.unit == unit and each.message["feeYear"] == year
    ]
    return shares[-1] if shares else Decimal(0)


def fee_runs(papers: Papers, now: datetime) -> list[FeeRun]:
    """Those whose day has begun, oldest first."""
    found = [
        FeeRun(
            each.message["feeYear"],
            max(start_of_day(date.fromisoformat(each.message["runOn"])), each.time),
            each.time,
        )
        for each in papers.notices(FEE_RUN)
    ]
    return sorted((each for each in found if each.at <= now), key=lambda each: (each.at, each.told_at))


def registered_on(self_registration: Json) -> date:
    return date.fromisoformat(self_registration["registeredOn"])


def began_on(self_registration: Json) -> date:
    """When treatment began: as the place says, else when it registered."""
    started = self_registration["treatmentStartedOn"]
    return date.fromisoformat(started) if started else registered_on(self_registration)
