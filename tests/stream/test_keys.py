"""Whom a message concerns, and the key that says so: an owner, every partition, or nobody (contracts.md, Topics)."""

from __future__ import annotations

import json

import pytest

from contracts.records import InputRecord
from contracts.topics import MESSAGES, Topic
from support.scenario import instant
from support.trees import municipality, private_clinic
from workers.effects import Refusal
from workers.stream.intake import NobodysMessage, OwnersMessage, RunRequested, RunStarted, read

PLACE = private_clinic().place
OWNER = PLACE.owner
OTHER = municipality().owner.sor_id
UNIT = {"sorId": PLACE.sor_id, "ownerSorId": OWNER}
EXEMPTION = {"kind": "partnership", "cvr": "12345674", "ownerCvrs": ["12345674"], "professions": ["læge"]}
EXEMPTION |= {"authorisationIds": [], "event": None, "notifiedOn": "2023-05-01"}
RUN = {"feeYear": 2024, "runOn": "2024-06-01"}
OF_AN_OWNER = {
    "dk.stps.deregistration.decided.v1": UNIT
    | {"effectiveOn": "2023-06-01", "initiator": "stps", "treatedInYear": True},
    "dk.stps.exemption.notified.v1": UNIT | EXEMPTION,
    "dk.stps.deletion.requested.v1": UNIT
    | {"referenceNumber": "R-1", "scope": ["sor"], "treatedInYear": False, "requestedOn": "2023-06-01"},
    "dk.stps.dispensation.granted.v1": UNIT | {"feeYear": 2023, "share": "1.0"},
    "dk.sorbro.unit.transferred.v1": UNIT | {"fromOwnerSorId": OTHER, "version": 2, "dossier": "{}"},
}
OF_NOBODY = {
    "dk.stps.fee-run.requested.v1": RUN,
    "dk.stps.exemption.notified.v1": EXEMPTION | {"sorId": None, "ownerSorId": None},
}
NO_OWNERS_KEY = [None, b"", OTHER.encode(), PLACE.sor_id.encode()]


def record(ce_type, data, key, partition=0):
    topic = next(topic for topic, types in MESSAGES.items() if ce_type in types)
    headers = (("ce_type", ce_type.encode()), ("ce_id", b"n-1"))
    return InputRecord(str(topic), partition, 0, key, json.dumps(data).encode(), headers, instant("2023-05-01"))


@pytest.mark.parametrize(("ce_type", "data"), OF_AN_OWNER.items(), ids=OF_AN_OWNER)
def test_what_concerns_an_owner_is_keyed_by_the_owner(ce_type, data):
    accepted = read(record(ce_type, data, OWNER.encode()))
    assert isinstance(accepted, OwnersMessage)
    assert (accepted.owner, accepted.event.event_id) == (OWNER, "n-1")


@pytest.mark.parametrize("key", NO_OWNERS_KEY)
@pytest.mark.parametrize(("ce_type", "data"), OF_AN_OWNER.items(), ids=OF_AN_OWNER)
def test_any_other_key_is_wrong_for_it(ce_type, data, key):
    refusal = read(record(ce_type, data, key))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "wrong-key"


@pytest.mark.parametrize(("key", "kind"), [(None, RunRequested), (b"", RunRequested)])
def test_a_fee_run_has_no_key_for_it_concerns_every_owner_r39(key, kind):
    assert isinstance(read(record("dk.stps.fee-run.requested.v1", RUN, key)), kind)


@pytest.mark.parametrize("key", [None, b""])
def test_an_exemption_of_somebody_sor_does_not_know_has_no_key_and_no_effect_r44(world, key):
    ce_type = "dk.stps.exemption.notified.v1"
    assert read(record(ce_type, OF_NOBODY[ce_type], key)) == NobodysMessage()
    assert world.play(record(ce_type, OF_NOBODY[ce_type], key)) == []
    assert world.outcomes == {"applied": 1}
    assert not world.world.owners


@pytest.mark.parametrize(("ce_type", "data"), OF_NOBODY.items(), ids=OF_NOBODY)
def test_a_message_that_names_no_owner_must_not_have_a_key(world, ce_type, data):
    assert world.play(record(ce_type, data, OWNER.encode())).reasons == ["wrong-key"]


@pytest.mark.parametrize(("key", "partition", "kind"), [(b"2", 2, RunStarted), (b"2", 1, Refusal), (None, 0, Refusal)])
def test_a_run_handed_on_is_keyed_by_its_partition_r39(key, partition, kind):
    data = RUN | {"notice": "n-1"}
    assert isinstance(read(record("dk.sorbro.fee-run.started.v1", data, key, partition)), kind)


def test_a_notice_of_no_known_type_is_a_dead_letter(world):
    assert world.send(Topic.NOTICES, UNIT, ce_type="dk.stps.parking-fine.v1").reasons == ["unknown-type"]
    assert world.send(Topic.NOTICES, UNIT).reasons == ["unknown-type"], "five types: it must say which"


@pytest.mark.parametrize("data", [{"feeYear": 2024}, {"feeYear": "2024", "runOn": "2024-06-01"}, RUN | {"runOn": None}])
def test_a_fee_run_that_breaks_its_contract_is_a_dead_letter(world, data):
    assert world.send(Topic.NOTICES, data, key=None, ce_type="dk.stps.fee-run.requested.v1").reasons == [
        "contract-violation"
    ]
