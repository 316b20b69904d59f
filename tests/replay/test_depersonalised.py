"""A recording without people in it decides what the original decides, and holds none of what was personal (R49)."""

from __future__ import annotations

import json
import random
import re
from collections import Counter

import pytest

from adapters.cvr.documents import FileRegistry
from adapters.record_lines import input_line
from adapters.samples import generate_register
from contracts.records import InputRecord
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from support.messages import address, sor_id
from support.recorded import in_milliseconds
from support.scenario import Scenario
from support.trees import owner_without_cvr, private_clinic
from workers.demo.cvr_documents import documents_of
from workers.demo.story import tell
from workers.replay.depersonalised import Depersonalised
from workers.replay.pseudonyms import Pseudonyms
from workers.replay.replay import Replay

WITHOUT = Depersonalised(Pseudonyms(b"a key"))
FACTS = frozenset({Topic.CVR_FACTS.value})


class Answering(Replay):
    """Keeps what CVR answers."""

    def __init__(self, registry):
        super().__init__(TariffTable.load(), registry)
        self.answers = []

    def _receive(self, record, now, *, counts=True):
        if record.topic == Topic.CVR_FACTS:
            self.answers.append(record)
        return super()._receive(record, now, counts=counts)


def respelt(record, rng):
    """CVR's answer as CVR writes: in capitals, with a company's form, abbreviated, or something else altogether."""
    answer = json.loads(record.value)
    fact = answer["fact"]
    if fact.get("name"):
        ways = [
            str.upper,
            "{} ApS".format,
            "{} v/Ane Prøve".format,
            lambda name: name.replace(" ", "  "),
            lambda _: "En anden",
        ]
        fact["name"] = rng.choice(ways)(fact["name"])
    if fact.get("address"):
        street = fact["address"]["street"] or ""
        fact["address"]["street"] = rng.choice([street.upper(), street.replace("gade", "g."), street, "Vestergade"])
    return record._replace(value=json.dumps(answer).encode())


@pytest.fixture(scope="module")
def recording():
    """A small register's story with CVR's answers in it, and every kind of message that names people."""
    register = generate_register(150, seed=9)
    replay = Answering(FileRegistry(documents_of(register)))
    story = [in_milliseconds(each.as_input()) for each in tell(register.entities, seed=9)]
    for record in story:
        list(replay.play(record))
    rng = random.Random(1)  # noqa: S311  # a story, not a secret
    answers = [respelt(each, rng) for each in replay.answers]
    together = [*story, *answers, *people().records]
    return sorted(together, key=lambda each: each.timestamp)


def people():
    """Physicians, owners without CVR, events, reasons: whatever a message can say of a person."""
    world = Scenario().at("2023-11-02 10:00")
    clinic, person = private_clinic(1000), owner_without_cvr(2000)
    world.sor(clinic)
    world.sor(person)
    physician = {"authorisationId": "0BK1d", "name": "Ane Prøve"}
    world.self_registers(clinic.place, responsible_physician=physician, reference_id="att. Bo Prøve")
    world.self_registers(person.place, owner_authorisation_id="9XZq2", invoice_email="ane@prøve.dk")
    event = {"name": "Anes fest", "address": address("Skovstien"), "from": "2023-12-01", "to": "2023-12-02"}
    told = {"kind": "temporary-event", "event": event, "notified_on": "2023-11-03"}
    world.notice("exemption.notified", person.place, **told)
    line = {"kind": "temporary-event", "event": event | {"address": "Hos Ane i Skoven"}, "notified_on": "2023-11-03"}
    world.notice("exemption.notified", None, **line)
    ids = {"kind": "low-turnover", "authorisation_ids": ["7KKd8"], "notified_on": "2023-11-03"}
    world.notice("exemption.notified", person.place, **ids)
    asks = {"scope": ["bsr", "sor"], "reference_number": "2023-17", "reason": "Ane er syg", "treated_in_year": True}
    world.at("2024-01-10 10:00").notice("deletion.requested", clinic.place, **asks, requested_on="2024-01-12")
    world.send(Topic.ENTITY_CHANGES, clinic.owner.first | {"version": 9, "cpr": 101701234, "kontakt": "Ane Prøve"})
    world.send(Topic.ENTITY_CHANGES, "Ring til Ane Prøve på 29439846".encode(), key=clinic.owner.sor_id)
    world.send(Topic.ENTITY_CHANGES, clinic.owner.first | {"version": 10, "telephone": 29439846, "name": ["Ane Prøve"]})
    world.send(Topic.ENTITY_CHANGES, clinic.owner.first | {"version": 11}, key="Ane Prøve")
    headers = [("ce_type", b"dk.sor.entity.changed.v1"), ("x-sender", "Ane Prøve".encode())]
    world.send(Topic.ENTITY_CHANGES, b"\xffAne", key=clinic.owner.sor_id, headers=headers)
    return world


def replayed(records):
    replay = Replay(TariffTable.load(), recorded=FACTS)
    return [output for record in records for output in replay.play(record)]


@pytest.fixture(scope="module")
def both(recording):
    """The outputs of the recording, and those of the one without people."""
    return replayed(recording), replayed([WITHOUT.record(each) for each in recording])


def ce_type(output):
    return dict(output.headers).get("ce_type", b"").decode()


def is_forward(output):
    return ce_type(output) == "dk.bsr.registration.forwarded.v1" and output.topic == Topic.REGISTRATIONS


def test_the_same_is_decided_at_the_same_instants_in_the_same_order(both):
    original, without = ([(each.topic, each.time, ce_type(each)) for each in outputs] for outputs in both)
    assert original == without
    assert Counter(kind for _, _, kind in original)["dk.stps.invoice.triggered.v1"] > 50


def test_ids_that_stand_on_no_personal_data_are_the_same(both):
    for original, without in zip(*both, strict=True):
        if not is_forward(original):
            assert dict(original.headers).get("ce_id") == dict(without.headers).get("ce_id")


def blurred(output):
    """An output's data but for the one line of an address that is in a discrepancy, and its spelling."""
    value = json.loads(output.value)
    for each in value.get("discrepancies", ()):
        if each["field"] == "address":
            each["sor"] = each["cvr"] = "…"
    return value


def test_every_output_is_the_original_one_without_people_r19_r31(both):
    """Amounts, dates, reasons, and what SOR and CVR do not agree upon."""
    fields = Counter()
    for original, without in zip(*both, strict=True):
        if original.topic == Topic.DEAD_LETTERS:
            assert dict(original.headers)["dlq.reason"] == dict(without.headers)["dlq.reason"]
            assert dict(original.headers)["dlq.detail"] == dict(without.headers)["dlq.detail"]
        else:
            expected = WITHOUT.record(original._replace(time=original.time).as_input())
            assert blurred(without) == blurred(without._replace(value=expected.value))
            fields.update(each["field"] for each in blurred(without).get("discrepancies", ()))
    assert min(fields["name"], fields["address"]) > 20


def personal(recording):
    """Everything personal in the recording, by the names of the fields."""
    names = {
        "name",
        "street",
        "city",
        "telephone",
        "email",
        "website",
        "invoiceEmail",
        "referenceId",
        "authorisationId",
    }
    names |= {"ownerAuthorisationId", "authorisationIds", "kontakt", "cpr", "providerId"}

    def within(field, value):
        if isinstance(value, dict):
            for name, each in value.items():
                yield from within(name, each)
        elif isinstance(value, list):
            for each in value:
                yield from within(field, each)
        elif field in names and value:
            yield str(value)

    for record in recording:
        try:
            yield from within("", json.loads(record.value))
        except ValueError:
            continue


def test_no_personal_value_is_left_in_the_bytes_r49(recording):
    told = "\n".join(input_line(WITHOUT.record(each)) for each in recording)
    values = {*personal(recording), "Prøve", "29439846", "Skoven", "er syg", "Anes fest"}
    assert len(values) > 300
    assert [value for value in values if value in told] == []


def test_outputs_hold_none_either_r49(both):
    values = {*personal([each.as_input() for each in both[0]])}
    told = "\n".join(input_line(WITHOUT.record(each.as_input())) for each in both[0])
    assert [value for value in values if value in told] == []


def said(value, **changes):
    at = Scenario().now
    key = sor_id(1).encode()
    return InputRecord("t", 0, 0, key, json.dumps(value).encode(), (), at)._replace(**changes)


@pytest.mark.parametrize(
    "value",
    [
        {"sorId": sor_id(1), "version": 3, "toDate": None, "registeredAt": "2023-01-02T08:00:00.123Z"},
        {"cvr": "DK 12 34 56 78", "pNumber": "1023456789", "ean": "5790002401473", "referenceNumber": "Sag 7"},
        {"postalAddress": {"number": "70 A", "floor": "kælder", "door": "til højre", "postcode": "DK-9700"}},
        {"reason": "turnover-below-limit", "amount": "1150.00", "turnoverBand": "half", "sorType": "SI"},
        {"unitType": {"code": "554061000005105", "label": "Fodterapeutklinik"}, "rules": ["R3"]},
    ],
)
def test_what_points_at_nobody_stays_as_it_is(value):
    assert json.loads(WITHOUT.record(said(value)).value) == value


@pytest.mark.parametrize(
    "value",
    [
        {"cpr": "0101701234"},
        {"cpr": 101701234},
        {"kontakt": {"navn": "ane"}},
        {"sorId": "Ane Prøve"},
        {"postalAddress": {"door": "hos Ane"}},
        {"reason": "Ane er syg"},
        ["Ane Prøve"],
        "Ane Prøve",
    ],
)
def test_what_is_not_known_to_be_harmless_is_replaced_wherever_it_stands_r49(value):
    told = WITHOUT.record(said(value)).value.decode()
    assert not any(word in told.casefold() for word in ("ane", "01701234", "prøve"))


def test_a_dossier_that_a_unit_takes_along_is_seen_through_r4():
    dossier = json.dumps(
        {"sor_id": sor_id(1), "self_registration": {"invoiceEmail": "ane@prøve.dk"}, "standing": {"kind": "forwarded"}}
    )
    told = json.loads(json.loads(WITHOUT.record(said({"dossier": dossier})).value)["dossier"])
    assert (told["sor_id"], told["standing"]) == (sor_id(1), {"kind": "forwarded"})
    assert "ane" not in told["self_registration"]["invoiceEmail"].casefold().replace("example", "")


@pytest.mark.parametrize(
    "value",
    [None, b"", b"  ", b"\xff{", b"{not json", b"7", b"x" * 600_000],
    ids=["none", "empty", "blank", "no utf-8", "no json", "a number", "too large"],
)
def test_what_cannot_be_read_still_cannot_and_for_the_same_reason(value):
    def refusal(record):
        return [dict(each.headers)["dlq.detail"] for each in Replay(TariffTable.load()).play(record)]

    given = said({}, topic=Topic.ENTITY_CHANGES.value, headers=(("ce_type", b"dk.sor.entity.changed.v1"),))
    record = given._replace(value=value)
    assert refusal(WITHOUT.record(record)) == refusal(record) != []


HANSEN = "jens-hansen"


@pytest.mark.parametrize(
    "record",
    [
        said({HANSEN: 1, "sorId": sor_id(1)}),
        said({"reason": HANSEN}),
        said({"legalForm": f"v/ {HANSEN} 010150-1234"}),
        said({"name": "x"})._replace(headers=((HANSEN, b"1"),)),
        *(
            said({"name": "x"})._replace(headers=((name, HANSEN.encode()),))
            for name in ("ce_subject", "ce_id", "ce_source", "content-type", "dlq.detail", "x-sender")
        ),
        said({"sorId": "010150-1234"}),
    ],
)
def test_nobody_hides_in_a_name_a_header_or_a_word_r49(record):
    without = WITHOUT.record(record)
    assert not {HANSEN, "010150-1234"} & set(re.findall(r"jens-hansen|010150-1234", input_line(without)))


def test_what_says_how_to_read_a_record_stays():
    """Another media type would be another mode, and another source another sender."""
    headers = (("content-type", b"application/cloudevents+json; charset=UTF-8"), ("ce_source", b"urn:dk:sorbro"))
    assert WITHOUT.record(said({})._replace(headers=headers)).headers == headers
