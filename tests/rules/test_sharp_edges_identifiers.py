"""Identifiers down to each digit and letter (R1, R2)."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.danish_time import COPENHAGEN, danish_date, effective_after, rfc3339, start_of_day
from contracts.identifiers import AuthorisationId, CvrNumber, Gln, PNumber, ProviderId, SorId

STRICT = [
    (SorId, "SOR-id", "^[1-9][0-9]{0,7}100001600[0-9]$"),
    (Gln, "GLN", "^[0-9]{13}$"),
    (AuthorisationId, "autorisations-id", "^[b-df-hj-np-tv-zB-DF-HJ-NP-TV-Z0-9]{5}$"),
    (ProviderId, "ydernummer", "^[0-9A-Za-zÆØÅæøå]{1,9}$"),
]


@pytest.mark.parametrize(("kind", "label", "pattern"), STRICT)
def test_an_identifier_s_schema_is_its_pattern_r1_r2(kind, label, pattern):
    assert TypeAdapter(kind).json_schema() == {"type": "string", "pattern": pattern, "title": label}


@pytest.mark.parametrize(("kind", "label"), [(CvrNumber, "CVR number"), (PNumber, "P number")])
def test_a_flagged_number_s_schema_is_any_text_up_to_forty_characters_r2(kind, label):
    assert TypeAdapter(kind).json_schema() == {"type": "string", "maxLength": 40, "title": label}
    assert TypeAdapter(kind).validate_python("x" * 40) == "x" * 40
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python("x" * 41)


@pytest.mark.parametrize("kind", [SorId, Gln, AuthorisationId, ProviderId, CvrNumber, PNumber])
def test_what_is_no_text_is_no_identifier_r1(kind):
    for value in (698481000016007, b"698481000016007", None):
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("kind", "label", "text"), [(SorId, "SOR-id", "7"), (Gln, "GLN", "12"), (ProviderId, "ydernummer", "")]
)
def test_the_wrong_form_says_what_it_is_no_form_of_r1(kind, label, text):
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(text)
    (error,) = refused.value.errors()
    assert (error["type"], error["msg"]) == ("identifier_form", f"not the form of a {label}")


@pytest.mark.parametrize(
    ("kind", "label", "text"), [(SorId, "SOR-id", "698481000016008"), (Gln, "GLN", "5790002401474")]
)
def test_a_failing_check_digit_is_another_matter_than_the_form_r1_r2(kind, label, text):
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(text)
    (error,) = refused.value.errors()
    assert (error["type"], error["msg"]) == ("check_digit", f"the check digit of the {label} fails")


def test_a_parsed_identifier_is_of_its_type_r1():
    assert type(TypeAdapter(SorId).validate_python("698481000016007")) is SorId
    assert type(CvrNumber.parse("10150817")) is CvrNumber


@pytest.mark.parametrize("text", ["٦98481000016007", "69848100001600７"])
def test_digits_of_another_script_are_no_digits_r1(text):
    with pytest.raises(ValueError, match="not the form"):
        SorId.parse(text)


@pytest.mark.parametrize("vowel", "aeiouyAEIOUY")
def test_an_autorisations_id_has_no_vowels_but_y_r2(vowel):
    if vowel in "yY":
        assert AuthorisationId.parse(f"{vowel}1234") == f"{vowel}1234"
    else:
        with pytest.raises(ValueError, match="not the form"):
            AuthorisationId.parse(f"{vowel}1234")


@pytest.mark.parametrize("text", ["1", "001234", "123456789", "abcÆØÅ", "xyzæøå"])
def test_an_ydernummer_is_one_to_nine_letters_and_digits_r2(text):
    assert ProviderId.parse(text) == text


@pytest.mark.parametrize("text", ["1234567890", "00 1234", "00-1234"])
def test_anything_else_is_no_ydernummer_r2(text):
    with pytest.raises(ValueError, match="not the form"):
        ProviderId.parse(text)


@pytest.mark.parametrize(
    "text", ["10 15 08 17", "10.15.08.17", "10-15-08-17", "DK10150817", "DK 10150817", "1015\t0817"]
)
def test_a_cvr_number_is_read_however_it_is_punctuated_r2(text):
    assert CvrNumber.parse(text) == "10150817"


@pytest.mark.parametrize("text", ["10150817DK", "dk10150817", "X0150817"])
def test_what_is_left_over_is_kept_and_flagged_r2(text):
    assert CvrNumber.parse(text) == text
    assert not CvrNumber.parse(text).is_valid


@pytest.mark.parametrize(
    ("kind", "weights", "numbers"),
    [
        (CvrNumber, (2, 7, 6, 5, 4, 3, 2, 1), range(10_000_003, 100_000_000, 123_457)),
        (PNumber, (1, 5, 6, 7, 3, 6, 4, 8, 9, 1), range(1_000_000_007, 1_006_959_422, 12_347)),
        (PNumber, (4, 3, 2, 7, 6, 5, 4, 3, 2, 1), range(1_006_959_422, 10_000_000_000, 12_345_677)),
    ],
)
def test_every_digit_of_a_number_has_its_weight_r2(kind, weights, numbers):
    for number in map(str, numbers):
        holds = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11 == 0
        assert kind(number).is_valid is holds


def test_the_last_number_of_the_old_series_and_the_first_of_the_new_r2():
    assert PNumber("1006959421").is_valid
    assert not PNumber("1006959422").is_valid


@pytest.mark.parametrize("text", ["00150817", "1015081٧", "101508170"])
def test_a_cvr_number_is_eight_plain_digits_without_a_leading_zero_r2(text):
    assert not CvrNumber(text).is_valid


@pytest.mark.parametrize("text", ["0006959421", "100695942", "10069594211", "100695942١"])
def test_a_p_number_is_ten_plain_digits_without_a_leading_zero_r2(text):
    assert not PNumber(text).is_valid


def test_instants_are_written_in_utc_with_a_z_r48():
    assert rfc3339(datetime(2023, 5, 1, 10, 0, tzinfo=COPENHAGEN)) == "2023-05-01T08:00:00Z"
    assert rfc3339(datetime(2023, 5, 1, 8, 0, 0, 250_000, tzinfo=UTC)) == "2023-05-01T08:00:00.250000Z"
    assert rfc3339(datetime(2023, 5, 1, 8, 0, tzinfo=timezone(timedelta(hours=-3)))) == "2023-05-01T11:00:00Z"


def test_the_hour_that_comes_twice_in_october_is_told_apart_r48():
    first, second = (datetime(2023, 10, 29, 2, 30, tzinfo=COPENHAGEN, fold=fold) for fold in (0, 1))
    assert first == second, "Python compares the clocks on the wall"
    assert [rfc3339(first), rfc3339(second)] == ["2023-10-29T00:30:00Z", "2023-10-29T01:30:00Z"]


def test_a_day_begins_at_danish_midnight_as_a_utc_instant_r48():
    assert start_of_day(date(2023, 5, 1)).isoformat() == "2023-04-30T22:00:00+00:00"
    assert start_of_day(date(2023, 1, 1)).isoformat() == "2022-12-31T23:00:00+00:00"
    assert effective_after(date(2023, 5, 1)) == start_of_day(date(2023, 5, 2))
    assert danish_date(datetime(2023, 4, 30, 22, 0, tzinfo=UTC)) == date(2023, 5, 1)


def test_the_machine_s_own_time_zone_has_no_say_r48(monkeypatch):
    monkeypatch.setenv("TZ", "America/Santiago")
    time.tzset()
    try:
        assert start_of_day(date(2023, 5, 1)) == datetime(2023, 4, 30, 22, 0, tzinfo=UTC)
        assert start_of_day(date(2023, 5, 1)).tzinfo is UTC
        assert rfc3339(datetime(2023, 5, 1, 8, 0, tzinfo=UTC)) == "2023-05-01T08:00:00Z"
        assert danish_date(datetime(2023, 4, 30, 22, 0, tzinfo=UTC)) == date(2023, 5, 1)
    finally:
        monkeypatch.undo()
        time.tzset()
