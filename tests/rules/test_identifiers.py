"""Identifiers at the border (R1, R2, R3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean, verhoeff

from contracts.identifiers import AuthorisationId, CvrNumber, Gln, PNumber, SorId
from support.messages import cvr_number
from support.trees import private_clinic, private_hospital

REAL_SOR_IDS = ["698481000016007", "698471000016005"]  # the two of contracts.md
CLINIC = private_clinic()


@pytest.mark.parametrize("text", REAL_SOR_IDS)
def test_a_sor_id_is_item_namespace_partition_and_verhoeff_digit_r1(text):
    assert SorId.parse(text) == text
    assert SorId.of_item(int(text[:5])) == text


@pytest.mark.parametrize("item", [1, 155_673, 999_999, 99_999_999])
def test_item_numbers_have_one_to_eight_digits_r1(item):
    text = SorId.of_item(item)
    assert 11 <= len(text) <= 18
    assert text.startswith(f"{item}100001600")


@pytest.mark.parametrize(
    "text", ["0698481000016007", "698481000015007", "69848100001600", "6984810000160077", " 698481000016007"]
)
def test_the_wrong_form_is_no_sor_id_r1(text):
    with pytest.raises(ValueError, match="form of a SOR-id"):
        SorId.parse(text)


def test_a_sor_id_that_excel_rounded_is_caught_by_its_check_digit_r1(world):
    world.sor(CLINIC.owner)
    rounded = "698481000016000"
    sent = world.sor(CLINIC.place, sor_id=rounded)
    assert sent.reasons == ["invalid-identifier"]
    assert not world.forwards()


def test_a_sor_id_written_as_a_number_breaks_the_contract_r1(world):
    assert world.sor(CLINIC.owner, parent_sor_id=698481000016007).reasons == ["contract-violation"]


@pytest.mark.parametrize(
    ("number", "valid"), [("10150817", True), ("61126228", True), ("10150818", False), ("1015081", False)]
)
def test_cvr_numbers_hold_modulus_11_r2(number, valid):
    assert CvrNumber.parse(number).is_valid is valid


@pytest.mark.parametrize(
    ("number", "valid"),
    [("1006959421", True), ("1003388394", True), ("1003388395", False), ("1900100007", True), ("1900100008", False)],
)
def test_p_numbers_have_a_weight_set_for_each_series_r2(number, valid):
    weights = (1, 5, 6, 7, 3, 6, 4, 8, 9, 1) if int(number) <= 1006959421 else (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    assert (sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11 == 0) is valid
    assert PNumber.parse(number).is_valid is valid


@pytest.mark.parametrize(
    ("text", "valid"), [("5790002401473", True), ("5790000000050", True), ("5790002401474", False)]
)
def test_a_gln_may_end_in_a_zero_r2(text, valid):
    if valid:
        assert Gln.parse(text) == text
    else:
        with pytest.raises(ValueError, match="check digit"):
            Gln.parse(text)


@given(st.from_regex(r"[0-9]{13}", fullmatch=True))
def test_a_gln_is_what_stdnum_takes_for_one_r2(text):
    for last in "0123456789":
        number = text[:-1] + last
        try:
            taken = Gln.parse(number) == number
        except ValueError:
            taken = False
        assert taken is ean.is_valid(number)


def test_an_ean_whose_check_digit_fails_is_an_invalid_identifier_r2(world):
    world.sor(CLINIC)
    assert world.self_registers(CLINIC.place, ean="5790002401474").reasons == ["invalid-identifier"]


@pytest.mark.parametrize("text", ["0BC12", "12345", "bcdfg"])
def test_an_autorisations_id_is_five_digits_and_consonants_r2(text):
    assert AuthorisationId.parse(text) == text


@pytest.mark.parametrize("text", ["ABC12", "1234", "123456", "12 45", "Ø1234"])
def test_anything_else_is_no_autorisations_id_r2(text):
    with pytest.raises(ValueError, match="autorisations-id"):
        AuthorisationId.parse(text)


def test_the_leading_zeros_of_an_ydernummer_are_kept_r2(world):
    world.sor(CLINIC)
    nodes = world.world.owners[CLINIC.owner.sor_id].nodes
    assert nodes[CLINIC.departments[0].sor_id].entity.provider_id == "001234"


def test_a_cvr_number_that_fails_its_check_is_flagged_and_forwarded_never_a_dead_letter_r2(world):
    bad = f"{(int(cvr_number(1)) + 1):08}"
    sent = world.sor(CLINIC.owner, cvr=bad) + world.sor(CLINIC.place)
    assert not sent.dead_letters()
    assert sent.forwards().one["cvr"] == bad
    assert {"field": "cvr", "sor": bad, "cvr": None} in sent.forwards().one["discrepancies"]


def test_cvr_belongs_to_the_owner_and_the_whole_tree_has_it_r3(world):
    hospital = private_hospital()
    world.sor(hospital)
    for department in hospital.departments:
        assert world.forwards(department).last["cvr"] == hospital.owner.first["cvr"]


def test_a_department_has_the_p_number_of_its_institution_r3(world):
    hospital = private_hospital()
    world.sor(hospital)
    assert hospital.departments[0].first["pNumber"] is None
    assert world.forwards(hospital.departments[0]).last["pNumber"] == hospital.institution.first["pNumber"]


def test_the_check_digit_is_the_one_that_the_library_computes_r1():
    items = [*range(1, 3_000), 155_673, 999_999, 1_000_000, 12_345_678, 99_999_999]
    for item in items:
        body = f"{item}100001600"
        right = verhoeff.calc_check_digit(body)
        assert [digit for digit in "0123456789" if SorId.is_one(body + digit)] == [right]
