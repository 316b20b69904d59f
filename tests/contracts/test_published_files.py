"""The committed schemas and AsyncAPI document are those that the models make, and nothing lies beside them."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from contracts.json_schemas import schema_file
from contracts.publish import ROOT, published
from contracts.topics import CE_TYPES

FILES = dict(published())
TYPES = sorted(ce_type for _, ce_type in CE_TYPES.values())


@pytest.mark.parametrize("name", FILES)
def test_committed_file_is_current(name):
    path = ROOT / name
    assert path.is_file(), f"contracts/{name} is missing: run `python -m contracts.publish` and commit"
    assert path.read_bytes() == FILES[name].encode(), (
        f"contracts/{name} is not what the models say: run `python -m contracts.publish`, "
        "read the difference as a reader of the topic would, and commit it"
    )


def test_every_message_has_a_schema_and_no_schema_is_an_orphan():
    committed = {f"schemas/{path.name}" for path in (ROOT / "schemas").iterdir()}
    assert committed == {schema_file(ce_type) for ce_type in TYPES}


def test_every_message_has_an_example_and_no_example_is_an_orphan():
    files = [path for path in (ROOT / "examples").rglob("*") if path.is_file()]
    assert {path.relative_to(ROOT / "examples").parts[0] for path in files} == set(TYPES)
    assert all(path.parent.parent == ROOT / "examples" and path.suffix == ".json" for path in files)


@pytest.mark.parametrize("ce_type", ["dk.sor.entity.changed.v1", "dk.bsr.registration.forwarded.v1"])
def test_the_two_richest_messages_have_several_examples(ce_type):
    assert len(list((ROOT / "examples" / ce_type).iterdir())) >= 2


@pytest.mark.parametrize("ce_type", TYPES)
def test_schema_is_draft_2020_12_open_and_camel_case(ce_type):
    schema = json.loads(FILES[schema_file(ce_type)])
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == ce_type
    for definition in (schema, *schema.get("$defs", {}).values()):
        assert definition["description"]
        assert definition.get("additionalProperties", True) is True, "tolerant reader: unknown fields pass"
        for name in definition["properties"]:
            assert name.isidentifier(), name
            assert name[0].islower(), name
            assert "_" not in name, name


@pytest.mark.parametrize("name", FILES)
def test_descriptions_speak_of_wire_names(name):
    assert "to_date" not in FILES[name]
    assert "``" not in FILES[name]
