"""A sentence for each event that went out, and one for why."""

from __future__ import annotations

from datetime import timedelta
from functools import singledispatch
from typing import TYPE_CHECKING, Final

from contracts.identifiers import SorId
from workers.explain import outputs
from workers.explain.words.catalogue import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.explanations import Explanation, VersionUsed
    from workers.explain.outputs import OutputEvent
    from workers.explain.story import Event

_UNTOLD: Final = frozenset({"state", "closesOn", "enrichment", "discrepancies", "registrationId"})
"""Items of a record that the sentence tells by itself, or that say nothing to a reader."""


@singledispatch
def say_output(event: OutputEvent, words: Words, unit: SorId) -> str:
    """What went out, without its full stop; `unit` is the one whose story it is."""
    raise TypeError(f"no words for {type(event).__name__} of {unit} in {words.language}")


@say_output.register
def _(event: outputs.Forwarded, words: Words, _unit: SorId) -> str:
    told = [words.code("field", each) for each in event.changes if each not in _UNTOLD]
    is_news = event.is_first or "state" in event.changes or "registrationId" in event.changes
    if is_news or not event.changes:
        says = words.say(f"forwarded.{event.state}")
    else:
        also = [words.code("field", each) for each in event.changes if each in _UNTOLD - {"state", "registrationId"}]
        says = words.say("forwarded.again", changes=words.listed(told or also))
    if event.closes_on is not None and (is_news or "closesOn" in event.changes):
        says += words.say("forwarded.closes", day=words.day(event.closes_on))
    if event.enrichment in {"pending", "not-found"}:
        says += words.say(f"forwarded.{event.enrichment}")
    if event.discrepancies:
        fields = words.listed(words.code("field", each) for each in dict.fromkeys(event.discrepancies))
        says += words.say("forwarded.differs", fields=fields)
    return says


@say_output.register
def _(event: outputs.Withdrawn, words: Words, _unit: SorId) -> str:
    return words.say(f"withdrawn.{event.reason}")


@say_output.register
def _(event: outputs.Deregistered, words: Words, unit: SorId) -> str:
    is_above = event.cause == "closure" and event.caused_by_sor_id != unit
    cause = "closure-above" if is_above else event.cause
    says = words.say(
        "deregistered",
        first_day=words.day(event.last_day + timedelta(days=1)),
        cause=words.say(f"deregistered.{cause}", by=event.caused_by_sor_id),
        last_day=words.day(event.last_day),
    )
    if event.backdated:
        says += words.say("deregistered.backdated")
    if event.days_late:
        says += words.say("deregistered.late", days=event.days_late)
    if event.successor_registration_id is not None:
        says += words.say("deregistered.successor", successor=event.successor_registration_id)
    return says


@say_output.register
def _(event: outputs.Invoiced, words: Words, unit: SorId) -> str:
    says = words.say(
        "invoiced",
        year=event.fee_year,
        amount=event.amount,
        basis=words.code("basis", event.basis),
        category=event.category,
        occasion=words.code("occasion", event.occasion),
        channel=words.code("fee-channel", event.channel),
        billed=words.say("invoiced.billed", billed=event.billed_sor_id) if event.billed_sor_id != unit else "",
    )
    remarks = ([event.route_status] if event.route_status != "ok" else []) + list(event.flags)
    return says + "".join(words.say(f"invoiced.{each}") for each in remarks)


@say_output.register
def _(event: outputs.NotDue, words: Words, _unit: SorId) -> str:
    reason, occasion = words.code("not-due-reason", event.reason), words.code("occasion", event.occasion)
    return words.say("not-due", year=event.fee_year, occasion=occasion, reason=reason)


@say_output.register
def _(event: outputs.DeletionRequested, words: Words, _unit: SorId) -> str:
    return words.say("deletion-requested", reference=event.reference_number)


@say_output.register
def _(event: outputs.DeadLetter, words: Words, _unit: SorId) -> str:
    return words.say("dead-letter", reason=words.code("dead-letter-reason", event.reason), detail=event.detail)


def say_why(event: OutputEvent, causes: Mapping[str, Event], words: Words, unit: SorId) -> str:
    """What the output stood on (R50); `causes` are the story's inputs by their ids. Empty where nothing is known."""
    stood_on = _stood_on(event, event.why, words, unit) if event.why is not None else ()
    return "; ".join((*_cause(event, causes, words), *stood_on))


def _cause(event: OutputEvent, causes: Mapping[str, Event], words: Words) -> Iterator[str]:
    """The input by its id; not where it is told of just before."""
    cause = causes.get(event.caused_by)
    if cause is None and event.caused_by:
        yield words.say("why.id", what=event.caused_by)
    elif cause is not None and cause.at != event.at:
        yield words.say("why.day", what=event.caused_by, instant=words.instant(cause.at))


def _stood_on(event: OutputEvent, why: Explanation, words: Words, unit: SorId) -> Iterator[str]:
    if why.versions:
        yield words.say("why.versions", versions=words.listed(_version(each, words, unit) for each in why.versions))
    for fact in why.cvr:
        age = words.age(event.at - fact.fetched_at)
        yield words.say("why.cvr", number=fact.number, instant=words.instant(fact.fetched_at), age=age)
    if why.tariff is not None:
        yield words.say("why.tariff", tariff=why.tariff)
    if why.rules:
        yield words.say("why.rules", rules=", ".join(why.rules))


def _version(used: VersionUsed, words: Words, unit: SorId) -> str:
    if used.of == "self-registration":
        return words.say("why.self-registration", version=used.version)
    if used.sor_id == unit:
        return words.say("why.own", version=used.version)
    return words.say("why.other", version=used.version, sor_id=used.sor_id)
