"""What a message takes in memory: a register of a million units is kept as messages."""

from __future__ import annotations

import sys

from contracts.sor_entities import EntityChanged
from support.trees import owner

MESSAGE = owner(1000).first


def read() -> EntityChanged:
    return EntityChanged.model_validate(MESSAGE, strict=False)


def test_no_message_keeps_a_note_of_its_own_of_which_fields_were_given():
    one, other = read(), read()
    assert one.postal_address is not None
    assert one.model_fields_set is other.model_fields_set is one.postal_address.model_fields_set
    assert sys.getsizeof(one.model_fields_set) == sys.getsizeof(set())


def test_a_changed_copy_leaves_the_others_as_they_were():
    one = read()
    changed = one.model_copy(update={"name": "Andet navn"})
    assert (changed.name, one.name) == ("Andet navn", MESSAGE["name"])
    assert one == read()
    assert not one.model_fields_set


def test_it_is_written_whole_all_the_same():
    assert EntityChanged.model_validate_json(read().model_dump_json()) == read()
