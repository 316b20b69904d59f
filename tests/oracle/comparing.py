"""Laying what Sorbro told beside what it should have told."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from oracle.effects import Effect, Registration
from oracle.history import utc

if TYPE_CHECKING:
    from oracle.clerk import Clerk
    from support.outputs import Output, Outputs

_KINDS = {
    "dk.bsr.registration.forwarded.v1": "forwarded",
    "dk.bsr.registration.withdrawn.v1": "withdrawn",
    "dk.bsr.deregistration.effective.v1": "deregistered",
    "dk.stps.invoice.triggered.v1": "triggered",
    "dk.stps.invoice.not-due.v1": "not-due",
    "dk.sor.deletion.requested.v1": "sor-deletion",
}
_COMPARED: dict[str, tuple[str, ...]] = {
    "forwarded": (
        "ownerSorId", "sorStatus", "state", "name", "visitingAddress", "activityAddress", "telephone", "email",
        "website", "cvr", "pNumber", "unitType", "specialities", "affiliation", "closesOn",
    ),
    "withdrawn": ("reason",),
    "deregistered": (
        "lastDay", "effectiveAt", "cause", "causedBySorId", "backdated", "daysLate", "successor",
    ),
    "triggered": (
        "feeYear", "occasion", "category", "amount", "basis", "tariff", "recipient", "referenceId", "flags",
    ),
    "not-due": ("feeYear", "occasion", "reason"),
    "sor-deletion": ("referenceNumber", "requestedOn", "reason"),
}  # fmt: skip


def told_by(outputs: Outputs) -> list[Effect]:
    """Sorbro's outputs as effects; a registrationId is known by the record first forwarded under it."""
    names: dict[str, Registration] = {}
    for each in outputs.forwards():
        names.setdefault(each["registrationId"], _registration(each))
    return [_effect(each, names) for each in outputs if each.topic != "sor-bsr.dead-letters.v1"]


def _registration(forward: Output) -> Registration:
    is_private = forward["affiliation"]["ownerType"] == "private"
    return Registration(forward["sorId"], forward["cvr"], None if is_private else forward["pNumber"])


def _effect(output: Output, names: dict[str, Registration]) -> Effect:
    kind, value = _KINDS[output.type], dict(output.value)
    registration = names.get(value.get("registrationId", ""), Registration(value["sorId"], None, None))
    if kind == "forwarded":
        value["unitType"] = value["unitType"] and value["unitType"]["code"]
        path = [[step["sorId"], step["name"], step["sorType"]] for step in value["affiliation"]["path"]]
        value["affiliation"] |= {"path": path}
    if kind == "deregistered":
        value["effectiveAt"] = utc(value["effectiveAt"])
        successor = value["successorRegistrationId"]
        value["successor"] = (
            names.get(successor, Registration(f"nobody: {successor}", None, None)) if successor else None
        )
    if kind == "triggered":
        value["flags"] = sorted(value["flags"])
    return Effect(kind, output.time, registration, {name: value[name] for name in _COMPARED[kind]})


def should_be_told(clerk: Clerk) -> list[Effect]:
    """The oracle's effects without its notes."""
    effects = [replace(each, kind="forwarded") if each.kind == "expected" else each for each in clerk.told.effects]
    return [
        replace(each, facts={name: each.facts[name] for name in _COMPARED[each.kind]})
        for each in effects
        if each.kind in _COMPARED
    ]


def differences(clerk: Clerk, outputs: Outputs) -> list[str]:
    """One line for every effect that one has and the other has not, and for every forward out of its order."""
    told, expected = told_by(outputs), should_be_told(clerk)
    lines = _unequal([_line(each) for each in told], [_line(each) for each in expected])
    reasons = [reason for _, reason in clerk.papers.refused]
    lines += _unequal([f"dead letter {each}" for each in outputs.reasons], [f"dead letter {each}" for each in reasons])
    return lines or _out_of_order(told, expected)


def final_register(outputs: Outputs) -> dict[str, Any]:
    """What BSR holds in the end: by SOR-id, the registration and its record."""
    register: dict[str, Any] = {}
    for each in told_by(outputs):
        if each.kind == "forwarded":
            register[each.sor_id] = (each.registration, each.facts)
        elif each.kind in {"withdrawn", "deregistered"}:
            register.pop(each.sor_id, None)
    return register


def _unequal(told: list[str], expected: list[str]) -> list[str]:
    surplus, missing = Counter(told) - Counter(expected), Counter(expected) - Counter(told)
    return sorted(f"not expected: {each}" for each in surplus.elements()) + sorted(
        f"not told:     {each}" for each in missing.elements()
    )


def _out_of_order(told: list[Effect], expected: list[Effect]) -> list[str]:
    """What BSR's register is told must come in this order."""
    units = {each.sor_id for each in told}
    return [
        f"other order for {unit}: {ours} instead of {theirs}"
        for unit in units
        if (ours := _steps(told, unit)) != (theirs := _steps(expected, unit))
    ]


def _steps(effects: list[Effect], unit: str) -> list[str]:
    return [
        _line(each)
        for each in effects
        if each.sor_id == unit and each.kind in {"forwarded", "withdrawn", "deregistered"}
    ]


def _line(effect: Effect) -> str:
    return str(
        Effect(effect.kind, effect.at, effect.registration, {k: _plain(v) for k, v in sorted(effect.facts.items())})
    )


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in sorted(value.items())}
    return value
