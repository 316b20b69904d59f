"""A sentence for each event that came in."""

from __future__ import annotations

from datetime import date
from functools import singledispatch
from typing import TYPE_CHECKING, Final

from workers.explain import inputs
from workers.explain.words.catalogue import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workers.explain.inputs import Change, InputEvent

_MARKS: Final[Mapping[tuple[str, str | None], str]] = {
    ("isTreatmentPlace", "true"): "change.marked",
    ("isTreatmentPlace", "false"): "change.unmarked",
    ("status", "approved"): "change.approved",
}


def say_input(event: InputEvent, words: Words) -> str:
    """What came in, and what became of it."""
    return _said(event, words) + words.say(f"outcome.{event.outcome}")


@singledispatch
def _said(event: InputEvent, words: Words) -> str:
    raise TypeError(f"no words for {type(event).__name__} in {words.language}")


@_said.register
def _(event: inputs.SorVersion, words: Words) -> str:
    who = words.say(f"who.{event.relation}", sor_id=event.sor_id)
    channel = words.code("channel", event.channel)
    if not event.is_first:
        told = words.listed(_changes(event.changes, words)) or words.say("change.nothing")
        return words.say("sor-version.later", who=who, version=event.version, channel=channel, changes=told)
    is_person = event.name is None
    return words.say(
        "sor-version.first",
        who=who,
        version=event.version,
        channel=channel,
        name=words.say("sor-version.person") if is_person else words.say("sor-version.named", name=event.name),
        status=words.say("sor-version.requested") if event.status == "requested" else "",
        mark=words.say("sor-version.place" if event.is_treatment_place else "sor-version.no-place"),
        closes=words.say("sor-version.closes", day=words.day(event.last_day)) if event.last_day is not None else "",
    )


def _changes(changes: Sequence[Change], words: Words) -> Iterator[str]:
    """Each change whose values are told, and then the names of the other fields."""
    with_values = [each for each in changes if each.before is not None or each.after is not None]
    yield from (_change(each, words) for each in with_values)
    if fields := words.listed(words.code("field", each.field) for each in changes if each not in with_values):
        yield words.say("change.fields", fields=fields)


def _change(change: Change, words: Words) -> str:
    if change.field == "toDate":
        return _closing(change, words)
    if change.field == "movedToOwnerSorId" and change.after is not None:
        return words.say("change.moves-away", after=change.after)
    mark = _MARKS.get((change.field, change.after))
    if mark is not None:
        return words.say(mark)
    field = words.code("field", change.field)
    return words.say("change.value", field=field, before=change.before, after=change.after)


def _closing(change: Change, words: Words) -> str:
    before, after = (words.day(date.fromisoformat(each)) if each else "" for each in (change.before, change.after))
    if not after:
        return words.say("change.stays-open", before=before)
    return words.say("change.closes-other-day" if before else "change.closes", before=before, after=after)


@_said.register
def _(event: inputs.SelfRegistration, words: Words) -> str:
    if not event.is_first:
        fields = words.listed(words.code("field", each) for each in event.changes) or words.say("change.nothing")
        return words.say("self-registration.later", version=event.version, changes=fields)
    more = ""
    if event.treatment_started_on is not None:
        more += words.say("self-registration.since", day=words.day(event.treatment_started_on))
    if event.volunteers_only:
        more += words.say("self-registration.volunteers")
    if event.scheme is not None:
        more += words.say("self-registration.scheme", scheme=event.scheme)
    return words.say(
        "self-registration.first",
        day=words.day(event.registered_on),
        category=event.category,
        band=words.code("band", event.turnover_band),
        more=more,
    )


@_said.register
def _(event: inputs.DeregistrationNotice, words: Words) -> str:
    treated = words.say(f"treated.{str(event.treated_in_year).lower()}")
    return words.say(f"deregistration-notice.{event.initiator}", day=words.day(event.effective_on), treated=treated)


@_said.register
def _(event: inputs.DeletionNotice, words: Words) -> str:
    return words.say(
        "deletion-notice",
        day=words.day(event.requested_on),
        scope=words.listed(each.upper() for each in event.scope),
        reference=event.reference_number,
        treated=words.say(f"treated.{str(event.treated_in_year).lower()}"),
    )


@_said.register
def _(event: inputs.DispensationNotice, words: Words) -> str:
    return words.say("dispensation-notice", share=event.share, year=event.fee_year)


@_said.register
def _(event: inputs.ExemptionNotice, words: Words) -> str:
    kind = words.code("exemption", event.exemption)
    return words.say(f"exemption-notice.{event.relation}", day=words.day(event.notified_on), kind=kind)


@_said.register
def _(event: inputs.FeeRunNotice, words: Words) -> str:
    return words.say("fee-run-notice", year=event.fee_year, day=words.day(event.run_on))


@_said.register
def _(event: inputs.CvrAnswered, words: Words) -> str:
    return words.say(
        f"cvr-answered.{event.said}",
        number=event.number,
        status=words.code("status", event.status or "unknown"),
        ceased=words.say("cvr-answered.ceased", day=words.day(event.ceased_on)) if event.ceased_on is not None else "",
    )


@_said.register
def _(_event: inputs.Unread, words: Words) -> str:
    return words.say("unread")
