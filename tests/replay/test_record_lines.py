"""The pinned form of a record is exact: bytes go in and the same bytes come out."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.record_lines import LineError, compact, input_line, read_lines
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


# What orjson and `json` do not agree upon: fractions, huge numbers, half characters, words that are no JSON.
NUMBERS = [
    "1e16",
    "1E-7",
    "-0.0",
    "1.50",
    "0.1",
    "12345678901234567890123",
    "-9223372036854775809",
    "18446744073709551616",
    "1",
    "-1",
]
OTHERS = ["null", "true", "NaN", "-Infinity", '"\\udcff"', '"\\ud83d\\ude00"', '"\\u007f\\u2028\\u0001"', '"1e5,2.5"']
ODD = st.sampled_from([*NUMBERS, *OTHERS])
JSON_TEXTS = st.recursive(
    ODD | st.text(max_size=5).map(json.dumps),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: "[" + ", ".join(parts) + "]")
        | st.lists(st.tuples(st.sampled_from(["a", "value", "b"]), inner), max_size=3).map(
            lambda pairs: "{" + " ,".join(f'"{name}" : {part}' for name, part in pairs) + "}"
        )
    ),
    max_leaves=6,
)


@given(JSON_TEXTS)
def test_a_value_is_read_as_python_s_own_json_reads_it(text):
    parsed = json.loads(text)
    line = '{"topic": "t", "timestamp": "2023-01-02T08:00:00Z", "value": ' + text + "}"
    said = next(read_lines([line])).value
    if isinstance(parsed, str | None):
        assert (None if said is None else said.decode("utf-8", "surrogateescape")) == parsed
    else:
        assert said == compact(parsed).encode("utf-8", "surrogatepass")


@given(JSON_TEXTS)
def test_a_value_is_written_as_python_s_own_json_writes_it(text):
    record = InputRecord("t", 0, 0, None, text.encode(), (), datetime(2023, 1, 2, tzinfo=UTC))
    parsed = json.loads(text)
    is_exact = isinstance(parsed, dict | list) and compact(parsed) == text
    written = compact(parsed if is_exact else text)
    escaped = "".join(f"\\u{ord(char):04x}" if "\ud800" <= char <= "\udfff" else char for char in written)
    assert input_line(record).endswith(f',"value":{escaped}}}')


@pytest.mark.parametrize(
    "bad", ["{", "[]", "7", '"text"', '{"topic":"t","timestamp":"2023-01-02T08:00:00Z","headers":[]']
)
def test_a_line_that_is_no_record_is_named(bad):
    with pytest.raises(LineError, match="line 2 is not a record"):
        list(read_lines(["", bad]))


@pytest.mark.parametrize("value", [b'{"a":"\xff"}', b'["\xc3"]', b'{"a":"\xed\xb3\xbf"}', b"\xff{}"])
def test_bytes_that_are_no_utf_8_come_back_as_they_were_also_within_json(value):
    record = InputRecord("t", 0, 0, value, value, (("h", value),), datetime(2024, 1, 2, tzinfo=UTC))
    assert list(read_lines([input_line(record)])) == [record]


@pytest.mark.parametrize(
    "odd",
    [
        '"topic":["a"],"offset":1',
        '"topic":{},"offset":1',
        '"topic":"a","offset":1e400',
        '"topic":"a","partition":1e400',
        '"topic":"a","partition":-1',
        '"topic":"a","offset":9223372036854775808',
    ],
)
def test_a_line_whose_place_is_nowhere_is_named(odd):
    with pytest.raises(LineError, match="line 1 is not a record"):
        list(read_lines(['{"timestamp":"2024-01-02T03:04:05Z","value":null,' + odd + "}"]))
