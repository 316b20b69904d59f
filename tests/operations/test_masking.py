"""What is shown of a message nobody could use: its shape, and nothing of what stands in it (R49)."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from support.messages import entity, sor_id
from workers.operations.masking import known_names, shape_of
from workers.stream.intake import LARGEST_VALUE

MARK = "Jens Hansen"
TEXTS = st.text(max_size=3).map(lambda text: f"{text}{MARK}")
MESSAGES = st.recursive(
    st.none() | st.booleans() | st.just(101501234) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | st.sampled_from(["name", "cvr"]), inner),
    max_leaves=20,
)


@settings(deadline=None)
@given(MESSAGES)
def test_no_value_and_no_unknown_name_is_ever_shown_r49(message):
    shown = json.dumps(shape_of(json.dumps(message).encode()), ensure_ascii=False)
    assert MARK not in shown
    assert "101501234" not in shown


def test_fields_of_the_contracts_are_named_with_types_lengths_and_sor_ids():
    message = entity(sor_id=sor_id(7), name=MARK, version=3, specialities=[{"code": "1"}, {"code": "2"}]) | {MARK: MARK}
    shape = shape_of(json.dumps(message).encode())
    assert shape["sorId"] == sor_id(7)
    assert (shape["name"], shape["version"], shape["toDate"]) == ("string(11)", "number", "null")
    assert shape["isTreatmentPlace"] == "boolean"
    assert shape["specialities"] == [{"code": "string(1)"}, "and 1 more"]
    assert shape[f"(unknown name {len(message)}, 11 characters)"] == "string(11)"


def test_what_is_no_json_or_too_large_is_told_by_its_size():
    assert shape_of(None) == "nothing (a tombstone)"
    assert shape_of(b"Jens \xff") == "6 bytes, not JSON in UTF-8"
    assert shape_of(b"1" * (LARGEST_VALUE + 1)).endswith("too many to look into")


def test_a_sample_is_bounded_in_depth_and_breadth():
    deep = b'{"name":' * 500 + b"1" + b"}" * 500
    wide = json.dumps({f"name{number}": number for number in range(10_000)}).encode()
    assert len(json.dumps(shape_of(deep))) < 200
    assert len(shape_of(wide)) == 61


def test_nested_names_of_every_contract_are_known():
    assert {"sorId", "postalAddress", "street", "responsiblePhysician", "authorisationId"} <= known_names()
