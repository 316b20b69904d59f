"""From bytes to an event or to a dead letter: every reason of contracts.md, and the original untouched."""

from __future__ import annotations

import json

import pytest

from contracts.dead_letters import LEFT_OUT, OURS
from contracts.records import InputRecord
from support.messages import self_registration
from support.trees import municipality, private_clinic
from workers.stream.intake import LARGEST_VALUE

CLINIC = private_clinic()
OWNER = CLINIC.owner.sor_id
SOR, BSR = "sor.entity-changes.v1", "bsr.self-registrations.v1"
TYPE = "dk.sor.entity.changed.v1"
GOOD = json.dumps(CLINIC.owner.first).encode()


def with_field(text: bytes) -> bytes:
    return GOOD[:-1] + b"," + text + b"}"


UNPARSABLE = {
    "no JSON at all": b"<xml/>",
    "cut off": GOOD[:-20],
    "a comma too many": with_field(b'"x":1,'),
    "single quotes": GOOD.replace(b'"', b"'"),
    "Latin-1": GOOD.replace(b"Ejer", "Ejerså".encode("latin-1")),
    "no UTF-8 in a field nobody reads": with_field(b'"x":"\xff\xfe"'),
    "UTF-16": GOOD.decode().encode("utf-16"),
    "nothing but NaN": b"NaN",
    "NaN for a version": with_field(b'"version":NaN'),
    "Infinity for a version": with_field(b'"version":Infinity'),
    "a hundred thousand brackets": b"[" * 100_000 + b"]" * 100_000,
    "empty": b"",
    "blank": b" \n\t ",
    "a tombstone": None,
}
VIOLATIONS = {
    "half a surrogate": with_field(b'"name":"\\ud800"'),
    "a number beyond all numbers": with_field(b'"version":1e400'),
    "an integer of five thousand digits": with_field(b'"version":' + b"9" * 5000),
    "an array": b"[]",
    "a string": b'"text"',
    "null": b"null",
    "an empty object": b"{}",
    "a number for a text": with_field(b'"name":7'),
    "a text for a number": with_field(b'"version":"7"'),
    "a fraction for a version": with_field(b'"version":1.5'),
    "a negative version": with_field(b'"version":-1'),
    "a text for a truth": with_field(b'"isTreatmentPlace":"false"'),
    "an array for an object": with_field(b'"postalAddress":[]'),
    "an unknown word": with_field(b'"channel":"fax"'),
    "a date in the wrong form": with_field(b'"fromDate":"02-01-2023"'),
    "no toDate": json.dumps({name: value for name, value in CLINIC.owner.first.items() if name != "toDate"}).encode(),
    "an owner under a parent": with_field(f'"parentSorId":"{CLINIC.place.sor_id}"'.encode()),
    "an owner of another owner": with_field(f'"ownerSorId":"{CLINIC.place.sor_id}"'.encode()),
    "a SOR-id of the wrong form": with_field(b'"sorId":"123"'),
}


def dead(sent):
    assert len(sent) == 1, "a bad record is one dead letter and nothing else"
    return sent.dead_letters().one


@pytest.mark.parametrize("value", UNPARSABLE.values(), ids=UNPARSABLE)
def test_what_is_not_json_in_utf8_is_unparsable_with_its_bytes_intact(world, value):
    letter = dead(world.send(SOR, value, key=OWNER, ce_type=TYPE))
    assert letter.headers["dlq.reason"] == "unparsable"
    assert letter.record.value == value
    assert letter.record.key == OWNER.encode()


@pytest.mark.parametrize("value", VIOLATIONS.values(), ids=VIOLATIONS)
def test_json_that_breaks_the_schema_is_a_contract_violation(world, value):
    letter = dead(world.send(SOR, value, key=OWNER, ce_type=TYPE))
    assert letter.headers["dlq.reason"] == "contract-violation"
    assert letter.record.value == value


def test_deep_nesting_where_an_object_belongs_is_a_dead_letter_and_no_crash(world):
    value = with_field(b'"postalAddress":' + b"[" * 500 + b"]" * 500)
    assert dead(world.send(SOR, value, key=OWNER, ce_type=TYPE)).record.value == value


@pytest.mark.parametrize("field", ["parentSorId", "ownerSorId", "sorId"])
def test_a_sor_id_whose_check_digit_fails_is_an_invalid_identifier_r1(world, field):
    data = CLINIC.place.first | {field: "698481000016000"}
    assert dead(world.send(SOR, data, key=OWNER, ce_type=TYPE)).headers["dlq.reason"] == "invalid-identifier"


def test_a_gln_whose_check_digit_fails_is_an_invalid_identifier_r2(world):
    data = CLINIC.owner.first | {"locationNumber": {"gln": "5790002401474", "inherited": False}}
    assert dead(world.send(SOR, data, ce_type=TYPE)).headers["dlq.reason"] == "invalid-identifier"


def test_a_broken_schema_beside_a_failing_check_digit_is_a_contract_violation(world):
    data = CLINIC.place.first | {"sorId": "698481000016000", "version": "7"}
    assert dead(world.send(SOR, data, ce_type=TYPE)).headers["dlq.reason"] == "contract-violation"


@pytest.mark.parametrize("ce_type", ["dk.sor.entity.changed.v2", "dk.bsr.self-registration.changed.v1"])
def test_a_type_that_the_topic_does_not_carry_is_unknown(world, ce_type):
    assert dead(world.send(SOR, CLINIC.owner.first, ce_type=ce_type)).headers["dlq.reason"] == "unknown-type"


def test_a_missing_type_on_a_topic_with_one_type_is_that_type(world):
    assert not world.send(SOR, CLINIC.owner.first).dead_letters()
    assert world.outcomes == {"applied": 1}


def test_a_record_without_any_header_is_read(world):
    world.send(SOR, CLINIC.owner.first, headers=())
    sent = world.send(SOR, CLINIC.place.first, headers=())
    assert sent.forwards(CLINIC.place).one.headers["ce_causationid"]


@pytest.mark.parametrize("key", [None, b"", CLINIC.place.sor_id, f"{OWNER} ", "\xff".encode("latin-1")])
def test_a_key_that_is_not_the_owner_is_wrong(world, key):
    letter = dead(world.send(SOR, CLINIC.place.first, key=key, ce_type=TYPE))
    assert letter.headers["dlq.reason"] == "wrong-key"
    assert letter.record.key == (key.encode() if isinstance(key, str) else key)


def test_the_same_version_with_other_content_is_a_version_conflict_r10(world):
    world.sor(CLINIC)
    assert dead(world.sor(CLINIC.place, version=1, name="Andet")).headers["dlq.reason"] == "version-conflict"


def test_an_undo_after_effect_is_its_own_reason_r24(world):
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-05-20")
    world.until("2023-06-01")
    assert dead(world.sor(CLINIC.place, to_date=None)).headers["dlq.reason"] == "undo-after-effect"


def test_a_closure_too_early_is_its_own_reason_r21(world):
    world.sor(CLINIC)
    assert dead(world.sor(CLINIC.place, to_date="2023-01-03")).headers["dlq.reason"] == "closure-too-early"


def test_what_is_too_large_is_not_read_at_all(world):
    value = GOOD + b" " * (LARGEST_VALUE - len(GOOD))
    assert not world.send(SOR, value, key=OWNER, ce_type=TYPE).dead_letters()
    letter = dead(world.send(SOR, value + b" ", key=OWNER, ce_type=TYPE))
    assert letter.headers["dlq.reason"] == "too-large"
    assert letter.record.value == value + b" "


def structured(data, **attributes):
    event = {"specversion": "1.0", "id": "e-1", "source": "urn:test", "type": TYPE} | attributes | {"data": data}
    return json.dumps(event).encode()


STRUCTURED = ((("content-type", b"application/cloudevents+json; charset=utf-8")),)


def test_a_structured_event_is_read_and_its_id_is_the_cause(world):
    world.send(SOR, structured(CLINIC.owner.first), key=OWNER, headers=STRUCTURED)
    sent = world.send(SOR, structured(CLINIC.place.first, id="e-2"), key=OWNER, headers=STRUCTURED)
    assert sent.forwards(CLINIC.place).one.headers["ce_causationid"] == "e-2"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"{", "unparsable"),
        (b"[]", "contract-violation"),
        (b'{"specversion":"1.0"}', "contract-violation"),
        (structured(CLINIC.owner.first, specversion="0.3"), "contract-violation"),
        (structured(CLINIC.owner.first, type="dk.other.v1"), "unknown-type"),
        (structured(CLINIC.owner.first, type=7), "contract-violation"),
        (structured([]), "contract-violation"),
        (structured(CLINIC.owner.first | {"cvr": None, "version": None}), "contract-violation"),
    ],
)
def test_a_bad_structured_event_is_a_dead_letter_with_its_bytes_intact(world, value, reason):
    letter = dead(world.send(SOR, value, key=OWNER, headers=STRUCTURED))
    assert letter.headers["dlq.reason"] == reason
    assert letter.record.value == value


def test_another_specversion_in_the_headers_is_a_contract_violation(world):
    sent = world.send(SOR, CLINIC.owner.first, headers=[("ce_specversion", b"0.3"), ("ce_type", TYPE.encode())])
    assert dead(sent).headers["dlq.reason"] == "contract-violation"


def test_the_trace_is_carried_through(world):
    trace = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    world.sor(CLINIC.owner)
    sent = world.send(SOR, CLINIC.place.first, headers=[("traceparent", trace)])
    assert sent.forwards().one.headers["traceparent"] == trace.decode()


def test_a_dead_letter_keeps_every_header_byte_for_byte_and_in_order(world):
    headers = (("ce_type", b"unknown"), ("x", b"\xff\x00"), ("x", b"again"), ("traceparent", b"t"))
    letter = world.send(SOR, CLINIC.owner.first, headers=headers).dead_letters().one.record
    assert letter.headers[: len(headers)] == headers
    assert {name for name, _ in letter.headers[len(headers) :]} == OURS - {LEFT_OUT}


def test_a_dead_letter_says_where_the_record_lay_and_when_it_failed(world):
    world.at("2023-05-01 10:00").sor(CLINIC)
    record = InputRecord(SOR, 3, 4711, b"k", b"{", (), world.now)
    headers = world.play(record).dead_letters().one.headers
    assert headers["__connect.errors.topic"] == SOR
    assert headers["__connect.errors.partition"] == "3"
    assert headers["__connect.errors.offset"] == "4711"
    assert headers["__connect.errors.exception.message"].startswith("unparsable: ")
    assert headers["dlq.attempt"] == "1"
    assert headers["dlq.first-failed-at"] == "2023-05-01T08:00:00Z"


def test_a_redrive_replaces_the_headers_and_never_appends(world):
    first = world.at("2023-05-01 10:00").send(SOR, b"{", key=OWNER, ce_type=TYPE).dead_letters().one.record
    again = InputRecord(SOR, 1, 99, first.key, first.value, first.headers, world.at("2023-05-02 10:00").now)
    second = world.play(again).dead_letters().one
    names = [name for name, _ in second.record.headers]
    assert len(names) == len(set(names))
    assert second.headers["dlq.attempt"] == "2"
    assert second.headers["dlq.first-failed-at"] == "2023-05-01T08:00:00Z"
    assert second.headers["__connect.errors.offset"] == "99"


def test_a_redrive_that_succeeds_carries_no_header_of_the_failure_into_the_outputs(world):
    world.sor(CLINIC.owner)
    letter = world.send(SOR, CLINIC.place.first, key="wrong", ce_type=TYPE).dead_letters().one.record
    sent = world.play(InputRecord(SOR, 0, 9, OWNER.encode(), letter.value, letter.headers, world.now))
    assert not OURS & sent.forwards(CLINIC.place).one.headers.keys()


def test_a_bad_record_holds_nobody_up(world):
    world.sor(CLINIC.owner)
    world.send(SOR, b"{", key=OWNER)
    assert world.sor(CLINIC.place).forwards()
    assert world.outcomes == {"applied": 2, "refused": 1}


SECRETS = ("0BC12", "Ane Hemmelig", "ane@hemmelig.dk")


def personal(**changes):
    whole = self_registration(
        sor_id=CLINIC.place.sor_id,
        owner_sor_id=OWNER,
        owner_authorisation_id="0BC12",
        responsible_physician={"authorisationId": "0BC12", "name": "Ane Hemmelig"},
        invoice_email="ane@hemmelig.dk",
    )
    return whole | changes


@pytest.mark.parametrize(
    "data",
    [
        personal(version="ane@hemmelig.dk"),
        personal(ownerAuthorisationId="0BC12 Ane Hemmelig"),
        personal(responsiblePhysician="Ane Hemmelig"),
        personal(responsiblePhysician={"authorisationId": "Ane Hemmelig", "name": ["0BC12"]}),
        personal(invoiceEmail=["ane@hemmelig.dk"]),
        personal(category="ane@hemmelig.dk"),
        personal(ean="ane@hemmelig.dk"),
        personal(sorId="ane@hemmelig.dk"),
        personal(registeredOn="ane@hemmelig.dk"),
        personal() | {"Ane Hemmelig": 1, "version": None},
        personal() | {"ownerSorId": municipality().owner.sor_id},
    ],
)
def test_no_personal_data_stands_in_the_headers_of_a_dead_letter_r49(world, data):
    letter = dead(world.send(BSR, data, key=OWNER, headers=()))
    headers = " ".join(letter.headers.values())
    assert not [secret for secret in SECRETS if secret in headers]


def test_no_personal_data_stands_in_the_headers_of_a_version_conflict_r49(world):
    world.send(BSR, personal())
    letter = dead(world.send(BSR, personal(invoiceEmail="anden@hemmelig.dk")))
    assert letter.headers["dlq.reason"] == "version-conflict"
    assert not [secret for secret in SECRETS if secret in " ".join(letter.headers.values())]


def test_no_personal_data_stands_in_the_headers_of_any_output_r49(world):
    world.sor(CLINIC)
    world.send(BSR, personal(), ce_type="dk.bsr.self-registration.changed.v1")
    headers = " ".join(text for each in world.outputs for text in each.headers.values())
    assert world.triggers()
    assert not [secret for secret in SECRETS if secret in headers]


@pytest.mark.parametrize("ce_id", [b"a" * 257, "å".encode() * 257])
def test_an_id_that_would_swell_whatever_it_causes_is_refused(world, ce_id):
    sent = world.send(SOR, CLINIC.owner.first, headers=[("ce_type", TYPE.encode()), ("ce_id", ce_id)])
    assert sent.reasons == ["contract-violation"]


def test_a_trace_that_is_too_long_to_be_one_is_not_handed_on(world):
    world.send(SOR, CLINIC.owner.first)
    sent = world.send(SOR, CLINIC.place.first, headers=[("traceparent", b"\xff" * 350_000)])
    assert "traceparent" not in sent.forwards().one.headers
