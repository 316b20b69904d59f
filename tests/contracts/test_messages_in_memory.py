"""What a message takes in memory: a register of a million units is kept as messages."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest
from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from contracts.explanations import Explanation
from contracts.sor_entities import EntityChanged
from contracts.topics import MESSAGES
from support.trees import owner

MESSAGE = owner(1000).first
KINDS = [kind for types in MESSAGES.values() for kind in types.values()]


def read() -> EntityChanged:
    return EntityChanged.from_json(json.dumps(MESSAGE))


def test_a_message_takes_a_slot_for_a_field_and_nothing_besides():
    one = read()
    assert one.postal_address is not None
    for each in (one, one.postal_address, *one.specialities):
        assert not hasattr(each, "__dict__")
        assert each.__sizeof__() == object().__sizeof__() + 8 * len(fields(each))


@pytest.mark.parametrize("kind", KINDS)
def test_fields_are_written_in_the_order_they_are_declared_in(kind):
    assert kind.wire_names() == tuple(to_camel(each.name) for each in fields(kind))


@pytest.mark.parametrize("kind", [*KINDS, Explanation])
def test_what_is_refused_is_not_quoted_r49(kind):
    told = {name: {"name": "Hemmelig Person"} for name in kind.wire_names()}
    with pytest.raises(ValidationError) as refused:
        kind.from_json(json.dumps(told))
    assert "Hemmelig" not in str(refused.value)


def test_a_changed_copy_leaves_the_others_as_they_were():
    one = read()
    changed = replace(one, name="Andet navn")
    assert (changed.name, one.name) == ("Andet navn", MESSAGE["name"])
    assert one == read()


def test_it_is_written_whole_all_the_same():
    assert EntityChanged.from_json(read().to_json()) == read()
