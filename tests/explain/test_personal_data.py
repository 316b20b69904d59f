"""R49: what is personal is nowhere in a story, in any form or language."""

from __future__ import annotations

from support.trees import owner_without_cvr, private_clinic

MARK = "PERSONLIG"
AUTHORISATION = "0B1CD"
PERSONAL = {"telephone": f"{MARK}1", "email": f"{MARK}@example.dk"}


def test_nothing_personal_is_in_a_story_as_text_or_as_data_r49(world, told, recorded):
    tree = owner_without_cvr()
    physician = {"authorisationId": AUTHORISATION, "name": f"{MARK} Læge"}
    world.at("2023-02-01 10:00").sor(tree, **PERSONAL)
    world.sor(tree.departments[0], name=f"{MARK} Behandler")
    said = {"owner_authorisation_id": AUTHORISATION, "invoice_email": f"{MARK}@example.dk"}
    world.self_registers(tree.place, responsible_physician=physician, **said)
    world.self_registers(tree.place, responsible_physician=None, invoice_email=f"{MARK}2@example.dk")
    world.sor(tree.place, telephone=f"{MARK}2", email=f"{MARK}2@example.dk")
    world.sor(tree.place, telephone=f"{MARK}3", version=1)
    world.notice(
        "exemption.notified",
        tree.place,
        kind="volunteer-sole",
        authorisation_ids=[AUTHORISATION],
        notified_on="2023-03-01",
    )
    world.notice(
        "deletion.requested",
        tree.place,
        reference_number="26/1",
        scope=["sor"],
        reason=f"{MARK} har sagt op",
        treated_in_year=False,
        requested_on="2023-03-02",
    )
    for unit in (tree.place, tree.departments[0], tree.owner):
        for records in (world.records, recorded(world)):
            page = told(records, unit, until="2024-01-01")
            for text in (page.page("en"), page.page("da"), page.story.to_json().decode()):
                assert MARK not in text
                assert AUTHORISATION not in text


def test_that_a_personal_field_changed_is_told_by_its_name_r49(world, told):
    clinic = private_clinic()
    world.registered(clinic)
    world.sor(clinic.place, telephone="12345678", email="a@example.dk")
    assert "SOR, version 2 (self-service): telephone and e-mail changed." in told(world, clinic.place).sentences()
