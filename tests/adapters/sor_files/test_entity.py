"""The message a snapshot entity becomes: contracts.md, every key present."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

from adapters.sor_files import LocationNumber, SnapshotEntity, Speciality
from contracts.addresses import Address
from contracts.identifiers import CvrNumber, Gln, PNumber, SorId

OWNER, CLINIC = SorId.of_item(900001), SorId.of_item(900002)
REGISTERED_AT = datetime(2018, 12, 20, 23, 30, tzinfo=UTC)
KEYS = [
    "sorId",
    "sorType",
    "ownerSorId",
    "parentSorId",
    "version",
    "registeredAt",
    "channel",
    "status",
    "fromDate",
    "firstFromDate",
    "toDate",
    "name",
    "entityType",
    "ownerType",
    "isTreatmentPlace",
    "cvr",
    "pNumber",
    "postalAddress",
    "visitingAddress",
    "activityAddress",
    "telephone",
    "email",
    "website",
    "specialities",
    "providerId",
    "shak",
    "locationNumber",
    "replaces",
    "replacedBy",
    "movedToOwnerSorId",
]


def test_a_full_entity_becomes_the_message_of_the_contract():
    entity = SnapshotEntity(
        sor_id=CLINIC,
        sor_type="SI",
        owner_sor_id=OWNER,
        parent_sor_id=OWNER,
        name="Fodklinikken",
        entity_type="554061000005105",
        is_treatment_place=True,
        p_number=PNumber.parse("1023456789"),
        from_date=date(2018, 12, 21),
        first_from_date=date(2018, 4, 18),
        to_date=date(2019, 1, 31),
        postal_address=Address(street="Østergade", number="70", postcode="9700", city="Brønderslev"),
        specialities=(Speciality("408443003", "main"),),
        location_number=LocationNumber(gln=Gln.parse("5790002401473"), inherited=True, region="1081"),
        replaces=(SorId.of_item(900003),),
    )
    change = entity.as_change(version=7, registered_at=REGISTERED_AT)
    assert list(change) == KEYS
    assert json.loads(json.dumps(change)) == change
    assert {key: change[key] for key in ("sorId", "ownerSorId", "parentSorId", "version", "registeredAt")} == {
        "sorId": str(CLINIC),
        "ownerSorId": str(OWNER),
        "parentSorId": str(OWNER),
        "version": 7,
        "registeredAt": "2018-12-20T23:30:00Z",
    }
    assert (change["fromDate"], change["firstFromDate"], change["toDate"]) == (
        "2018-12-21",
        "2018-04-18",
        "2019-01-31",
    )
    assert (change["channel"], change["status"]) == ("snapshot", "approved")
    assert change["postalAddress"] == {
        "street": "Østergade",
        "number": "70",
        "floor": None,
        "door": None,
        "postcode": "9700",
        "city": "Brønderslev",
        "municipalityCode": None,
        "countryCode": None,
    }
    assert change["locationNumber"] == {
        "gln": "5790002401473",
        "inherited": True,
        "region": "1081",
        "ediSystem": None,
        "systemSupplier": None,
        "networkOperator": None,
    }
    assert change["specialities"] == [{"code": "408443003", "kind": "main"}]
    assert change["replaces"] == [str(SorId.of_item(900003))]


def test_a_bare_entity_has_every_key_and_holds_from_the_danish_day_it_was_registered_r48():
    entity = SnapshotEntity(
        sor_id=OWNER,
        sor_type="IE",
        owner_sor_id=OWNER,
        parent_sor_id=None,
        name="N.N.",
        cvr=CvrNumber("35095748"),
    )
    change = entity.as_change(1, REGISTERED_AT, moved_to_owner_sor_id=CLINIC)
    assert list(change) == KEYS
    # 23:30 UTC on the 20th is the 21st in Copenhagen.
    assert change["fromDate"] == change["firstFromDate"] == "2018-12-21"
    assert change["cvr"] == "35095748"
    assert change["movedToOwnerSorId"] == str(CLINIC)
    assert [key for key in KEYS if change[key] is None] == [
        "parentSorId",
        "toDate",
        "entityType",
        "ownerType",
        "pNumber",
        "postalAddress",
        "visitingAddress",
        "activityAddress",
        "telephone",
        "email",
        "website",
        "providerId",
        "shak",
        "locationNumber",
    ]
