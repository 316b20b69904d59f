"""Each kind of underretning has its own required facts (R44, 003 §2.2); model and schema ask for the same."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from contracts.identifiers import SorId
from contracts.notices import ExemptionNotified
from contracts.publish import published

VALIDATOR = Draft202012Validator(json.loads(published()["schemas/dk.stps.exemption.notified.v1.schema.json"]))
NOBODY = {
    "sorId": None,
    "ownerSorId": None,
    "cvr": None,
    "authorisationIds": [],
    "event": None,
    "ownerCvrs": [],
    "professions": [],
    "notifiedOn": "2025-06-30",
}
EVENT = {"name": "Grenen Trailløb", "address": "Fyrvej 36, 9990 Skagen", "from": "2025-06-14", "to": "2025-06-15"}
FACTS = {
    "volunteer-sole": {"authorisationIds": ["Z0P10"]},
    "temporary-event": {"event": EVENT},
    "low-turnover": {"authorisationIds": ["Z0P10"]},
    "partnership": {"cvr": "47343534", "ownerCvrs": ["48786685"], "professions": ["fysioterapeut"]},
}
SECRETS = ("Z0P10", "Grenen", "Fyrvej", "47343534", "48786685", "fysioterapeut")


def notified(kind, **changes):
    return NOBODY | {"kind": kind} | FACTS[kind] | changes


def refusal(data):
    """What the model says of it; the schema must refuse it too."""
    assert not VALIDATOR.is_valid(data)
    with pytest.raises(ValidationError) as caught:
        ExemptionNotified.from_json(json.dumps(data))
    (error,) = caught.value.errors(include_url=False, include_input=False)
    assert error["type"] == "exemption_facts"
    assert not any(secret in error["msg"] for secret in SECRETS), "no personal data (R49)"
    return error["msg"]


def accepts(data):
    VALIDATOR.validate(data)
    ExemptionNotified.from_json(json.dumps(data))


@pytest.mark.parametrize("kind", FACTS)
def test_a_kind_with_its_facts_needs_nothing_else_r44(kind):
    accepts(notified(kind))
    accepts({"kind": kind, "notifiedOn": "2025-06-30"} | FACTS[kind])


@pytest.mark.parametrize(
    ("kind", "fact", "empty"),
    [
        ("volunteer-sole", "authorisationIds", []),
        ("low-turnover", "authorisationIds", []),
        ("partnership", "cvr", None),
        ("partnership", "cvr", " "),
        ("partnership", "ownerCvrs", []),
        ("partnership", "ownerCvrs", [""]),
        ("partnership", "professions", []),
        ("partnership", "professions", [" "]),
    ],
)
def test_a_missing_fact_is_named_with_its_kind_r44(kind, fact, empty):
    assert refusal(notified(kind, **{fact: empty})) == f"a {kind} notification must give {fact} (R44)"
    without = notified(kind)
    del without[fact]
    assert fact in refusal(without)


@pytest.mark.parametrize("fact", EVENT)
@pytest.mark.parametrize("empty", [None, "gone"])
def test_an_event_has_a_name_an_address_and_a_period_r44(fact, empty):
    event = {name: value for name, value in EVENT.items() if name != fact} | ({fact: None} if empty is None else {})
    expected = f"a temporary-event notification must give event.{fact} (R44)"
    assert refusal(notified("temporary-event", event=event)) == expected


@pytest.mark.parametrize("fact", ["name", "address"])
def test_a_blank_tells_nothing_r44(fact):
    assert f"event.{fact}" in refusal(notified("temporary-event", event=EVENT | {fact: "  "}))


@pytest.mark.parametrize("blank", [{}, {"street": None}, {"street": " ", "city": ""}])
def test_an_address_in_parts_must_say_something_in_one_of_them_r44(blank):
    assert "event.address" in refusal(notified("temporary-event", event=EVENT | {"address": blank}))
    accepts(notified("temporary-event", event=EVENT | {"address": blank | {"municipalityCode": "0813"}}))


def test_all_that_is_missing_is_named_at_once_r44():
    said = refusal(notified("temporary-event", event=None))
    assert said == "a temporary-event notification must give event.name, event.address, event.from, event.to (R44)"
    assert "cvr, ownerCvrs, professions" in refusal(NOBODY | {"kind": "partnership"})


@pytest.mark.parametrize("kind", FACTS)
def test_a_unit_is_named_together_with_its_owner_r44(kind):
    unit, owner = str(SorId.of_item(2)), str(SorId.of_item(1))
    accepts(notified(kind, sorId=unit, ownerSorId=owner))
    accepts(notified(kind, ownerSorId=owner))
    assert refusal(notified(kind, sorId=unit)) == "a notification that names a unit must give its ownerSorId"


def test_a_cvr_number_that_fails_its_check_is_a_fact_all_the_same_r2_r44():
    accepts(notified("partnership", cvr="12345678"))
