"""The fee question: what does this registration owe for this year (R31–R44)?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from oracle import notices
from oracle.effects import Registration
from oracle.history import Json
from oracle.papers import Papers
from oracle.record import Way
from oracle.tariff import kroner
from oracle.told import Told

HOSPITAL = "22232009"
CATEGORIES: dict[str, set[str]] = {
    "22232009": {"1"},
    "550661000005105": {"3b"},
    "550621000005101": {"2", "3a", "4"},
    "554061000005105": {"2", "3a", "4", "5"},
}
"""What 003 §4.1 lets the kinds of units in these histories say (R43): hospital, out of hours, home nursing, chiropody.

Doctors make any place but the first two a 2 or a 3a (the categories are stepwise)."""
SCHEME_YEARS = (2021, 2023)


@dataclass(frozen=True)
class Question:
    """Asked of a registration on an occasion. `self_registration` is None for a place that is not Registered."""

    registration: Registration
    way: Way
    year: int
    occasion: str
    self_registration: Json | None
    last_day: str | None = None
    is_treatment_stated: bool = False
    owner: str = ""
    owner_type: str = ""
    """The owner that the registration began under, and its kind, which may have changed since."""


def ask(
    question: Question, papers: Papers, told: Told, now: datetime, *, again: bool = False, only_due: bool = False
) -> None:
    """Answer a question, unless this occasion was answered before: then only a fee that is due after all is news.

    A question that is parked stays so until it is asked `again` for its own sake.
    """
    registration, year, occasion = question.registration, question.year, question.occasion
    question = _with_owner(question, told)
    reason = not_due(question, papers, told)
    if reason is not None and only_due:
        return
    if reason is not None:
        ends = occasion in {"closure", "new-cvr", "new-p-number"}
        waits = not again and not told.settled(registration, year, occasion, "triggered", "not-due")
        silencing = ["not-due"] + ["triggered"] * (not ends) + ["parked"] * waits
        if not told.settled(registration, year, occasion, *silencing):
            told.tell("not-due", now, registration, feeYear=year, occasion=occasion, reason=reason)
        return
    fee = amount(question, papers)
    if fee is None:
        if not told.settled(registration, year, occasion, "parked"):
            told.tell("parked", now, registration, feeYear=year, occasion=occasion, question=question)
        return
    told.tell("triggered", now, registration, feeYear=year, occasion=occasion, **fee, **_bill(question, papers, now))


def _with_owner(question: Question, told: Told) -> Question:
    """By what its owner is when it is first asked; one that waits for its tariff stays a question about that one."""
    if question.owner:
        return question
    began, owner = told.began_under(question.registration), question.way[-1]
    if began is None:
        return replace(question, owner=owner["sorId"], owner_type=owner["ownerType"])
    kind = told.kinds.get(question.registration, began["affiliation"]["ownerType"])
    return replace(question, owner=began["ownerSorId"], owner_type=kind)


def _way_then(question: Question, papers: Papers) -> Way:
    """The way up to the owner that the registration is, or was, there under: its fee is that one's affair (R4)."""
    is_its_own = question.way[-1]["cvr"] == question.registration.cvr
    then = None if is_its_own or not question.owner else papers.way_up(question.owner, question.way[0]["sorId"])
    return then or question.way


def not_due(question: Question, papers: Papers, told: Told) -> str | None:
    """The first reason, in the order of the decisions page, for which nothing is due."""
    unit, said = question.way[0], question.self_registration
    if told.triggered(question.registration, question.year):
        return "already-triggered"
    then = _way_then(question, papers)
    known = papers if then is question.way else papers.before_it_left(question.way)
    if notices.is_exempt(known, unit["sorId"], then[-1]["sorId"], question.year, question.owner_type):
        return "exempt-notified"
    if said is None or notices.began_on(said).year > question.year or _ended_first(question, said):
        return "not-registered"
    if question.owner_type == "region" and said["category"] == "1":
        return "region-lump-sum"
    if said["volunteersOnly"]:
        return "volunteers-only"
    if question.owner_type == "private" and said["turnoverBand"] == "below-limit":
        return "turnover-below-limit"
    if notices.dispensation(papers, unit["sorId"], question.year) == 1:
        return "dispensation"
    site = scheme(question)
    if site is not None and any(each.kind == "triggered" and each.facts["scheme"] == site for each in told.effects):
        return "already-triggered"
    return None


def _ended_first(question: Question, said: Json) -> bool:
    """Whether the registration was over before the first patient was to come."""
    started, last_day = said["treatmentStartedOn"], question.last_day
    return bool(started and last_day and last_day < started and not question.is_treatment_stated)


def scheme(question: Question) -> tuple[str, str, int] | None:
    """R42: the lægevagt scheme of which this is a fixed site; one fee for all of them."""
    said = question.self_registration
    is_site = (
        said is not None
        and question.year in SCHEME_YEARS
        and question.owner_type == "region"
        and said["outOfHoursScheme"] is not None
        and said["treatmentAtAddress"]
        and said["category"] in {"3a", "3b"}
    )
    return (question.owner, said["outOfHoursScheme"], question.year) if said and is_site else None


def amount(question: Question, papers: Papers) -> dict[str, Any] | None:
    """What is due in kroner and on what ground; None where no tariff is known (R32)."""
    said = question.self_registration
    assert said is not None
    half = question.owner_type == "private" and said["turnoverBand"] == "half"
    whole = kroner(question.year, said["category"], half=half)
    if whole is None:
        return None
    share = notices.dispensation(papers, question.way[0]["sorId"], question.year)
    due = (whole * (1 - share)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    basis = "partial-dispensation" if share else "half" if half else "full"
    return {"amount": str(due), "basis": basis, "category": said["category"]}


def _bill(question: Question, papers: Papers, now: datetime) -> dict[str, Any]:
    """Who gets it (R37), and what a person should look at (R36)."""
    said, cvr = question.self_registration, question.registration.cvr
    assert said is not None
    channel = "ean" if said["ean"] else "digital-post" if cvr else "email"
    is_candidate = (
        question.occasion == "closure"
        and question.last_day is not None
        and (f"{question.year}-01-01" <= question.last_day <= f"{question.year}-01-14")
    )
    return {
        "tariff": f"stps-{question.year}-{said['category'][0]}",
        "recipient": {
            "channel": channel,
            "ean": said["ean"],
            "cvr": cvr,
            "email": said["invoiceEmail"] if channel == "email" else None,
            "billedSorId": _billed(_way_then(question, papers)),
        },
        "referenceId": said["referenceId"],
        "flags": ["dispensation-candidate"] * is_candidate
        + ["suspect-category"] * _is_suspect(question.way, said, papers, now),
        "scheme": scheme(question),
    }


def _is_suspect(way: Way, said: Json, papers: Papers, now: datetime) -> bool:
    """R43: out of hours is 3b wherever it is, all else in a hospital is 1; and where several work none works alone."""
    usual, category = CATEGORIES.get(way[0]["entityType"], set()), said["category"]
    if usual != {"3b"} and any(unit["entityType"] == HOSPITAL for unit in way):
        usual = {"1"}
    works_alone = category != "5" or papers.units_below(way[0], now) <= 1
    return bool(usual) and (category not in usual or (not works_alone and way[0]["entityType"] in CATEGORIES))


def _billed(way: Way) -> str:
    """A department of a private hospital does not pay itself."""
    hospitals = [unit["sorId"] for unit in way[1:] if unit["entityType"] == HOSPITAL]
    is_department = way[0]["sorType"] == "OE" and way[-1]["ownerType"] == "private"
    return str(hospitals[0] if hospitals and is_department else way[0]["sorId"])
