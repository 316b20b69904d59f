"""The pinned form of a record is exact: bytes go in and the same bytes come out."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from adapters.record_lines import input_line, read_lines
from contracts.records import InputRecord

INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))  # noqa: DTZ001  # hypothesis wants naive bounds
NAMES = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=8)
OBJECTS = st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=4) | st.none(), max_size=3)
VALUES = st.none() | st.binary(max_size=40) | OBJECTS.map(lambda value: json.dumps(value).encode())


@given(
    key=st.none() | st.binary(max_size=10),
    value=VALUES,
    headers=st.dictionaries(NAMES, st.binary(max_size=10), max_size=3),
    timestamp=INSTANTS,
    offset=st.integers(0, 10**9),
)
def test_any_record_survives_the_way_into_a_file_and_back(key, value, headers, timestamp, offset):
    record = InputRecord("topic", 3, offset, key, value, tuple(headers.items()), timestamp)
    text = input_line(record)
    assert "\n" not in text
    assert list(read_lines([text.encode("utf-8").decode("utf-8")])) == [record]


def test_records_without_an_offset_are_counted_per_topic():
    bare = '{"topic":"%s","timestamp":"2023-01-02T08:00:00Z"}'
    records = list(read_lines([bare % "a", bare % "b", bare % "a"]))
    assert [(each.topic, each.offset) for each in records] == [("a", 0), ("b", 0), ("a", 1)]
