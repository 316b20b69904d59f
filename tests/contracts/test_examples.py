"""Every committed example holds its contract, by the schema that others have and by the model that we run."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from contracts.json_schemas import schema_file
from contracts.publish import ROOT, read_examples
from contracts.registrations import RegistrationForwarded
from contracts.topics import CE_TYPES, MESSAGES
from workers.registrations.record import rules_of

MODELS = {ce_type: model for types in MESSAGES.values() for ce_type, model in types.items()}
EXAMPLES = [
    pytest.param(ce_type, data, id=f"{ce_type}/{scenario}")
    for ce_type, examples in read_examples().items()
    for scenario, data in examples
]
OUTPUT_PREFIXES = ("bsr.registrations", "bsr.deregistrations", "stps.invoice", "sor.deletion", "sorbro.")


@pytest.mark.parametrize(("ce_type", "data"), EXAMPLES)
def test_example_validates_against_the_committed_schema(ce_type, data):
    schema = json.loads((ROOT / schema_file(ce_type)).read_text(encoding="utf-8"))
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(schema, format_checker=checker).validate(data)


@pytest.mark.parametrize(("ce_type", "data"), EXAMPLES)
def test_example_goes_through_the_model_and_back_unchanged(ce_type, data):
    model = MODELS[ce_type]
    message = model.from_json(json.dumps(data))
    written = message.to_json()
    assert model.from_json(written) == message
    assert {name: value for name, value in json.loads(written).items() if name in data} == data


@pytest.mark.parametrize(("ce_type", "data"), EXAMPLES)
def test_an_output_example_is_whole_as_sorbro_writes_it(ce_type, data):
    model = MODELS[ce_type]
    if CE_TYPES[model][0].startswith(OUTPUT_PREFIXES):
        assert json.loads(model.from_json(json.dumps(data)).to_json()) == data


@pytest.mark.parametrize(("ce_type", "data"), EXAMPLES)
def test_a_registration_is_such_as_the_rules_make_one_r8_r50(ce_type, data):
    if ce_type == "dk.bsr.registration.forwarded.v1":
        assert data["activityAddress"] is not None, "what is missing is the visiting address (R8)"
        assert tuple(data["explanation"]["rules"]) == rules_of(RegistrationForwarded.from_json(json.dumps(data)))


@pytest.mark.parametrize(("ce_type", "data"), EXAMPLES)
def test_a_half_fee_names_the_rule_that_halved_it_r34(ce_type, data):
    if ce_type == "dk.stps.invoice.triggered.v1":
        assert ("R34" in data["explanation"]["rules"]) == (data["basis"] != "full")
