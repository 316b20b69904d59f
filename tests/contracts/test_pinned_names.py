"""The names that contracts.md pins, written out: a renamed or removed field, type or reason fails here."""

from __future__ import annotations

from typing import get_args, get_type_hints

import pytest

from contracts.dead_letters import DeadLetterReason
from contracts.topics import MESSAGES
from contracts.wire import Message

PINNED = {
    "dk.sor.entity.changed.v1": """sorId sorType ownerSorId parentSorId version registeredAt channel status fromDate
        firstFromDate toDate name entityType ownerType isTreatmentPlace cvr pNumber postalAddress visitingAddress
        activityAddress telephone email website specialities providerId shak locationNumber replaces replacedBy
        movedToOwnerSorId postalAddress.street postalAddress.number postalAddress.floor postalAddress.door
        postalAddress.postcode postalAddress.city postalAddress.municipalityCode postalAddress.countryCode
        specialities.code specialities.kind locationNumber.gln locationNumber.inherited locationNumber.region
        locationNumber.ediSystem locationNumber.systemSupplier locationNumber.networkOperator""",
    "dk.bsr.self-registration.changed.v1": """sorId ownerSorId version registeredOn treatmentStartedOn
        treatmentAtAddress category turnoverBand volunteersOnly cosmetic outOfHoursScheme ownerAuthorisationId
        responsiblePhysician responsiblePhysician.authorisationId responsiblePhysician.name ean referenceId
        invoiceEmail""",
    "dk.stps.deregistration.decided.v1": "sorId ownerSorId effectiveOn initiator treatedInYear",
    "dk.stps.exemption.notified.v1": """sorId ownerSorId kind cvr authorisationIds event event.name event.address
        event.from event.to ownerCvrs professions notifiedOn""",
    "dk.stps.deletion.requested.v1": "sorId ownerSorId referenceNumber scope reason treatedInYear requestedOn",
    "dk.stps.dispensation.granted.v1": "sorId ownerSorId feeYear share",
    "dk.stps.fee-run.requested.v1": "feeYear runOn",
    "dk.bsr.registration.forwarded.v1": """registrationId sorId ownerSorId sorVersion sorStatus state name
        visitingAddress activityAddress telephone email website cvr pNumber unitType unitType.code unitType.label
        specialities affiliation affiliation.ownerType affiliation.owner affiliation.path affiliation.path.sorId
        affiliation.path.name affiliation.path.sorType closesOn companyFacts companyFacts.fetchedAt enrichment
        discrepancies discrepancies.field discrepancies.sor discrepancies.cvr""",
    "dk.bsr.registration.withdrawn.v1": "registrationId sorId reason",
    "dk.bsr.deregistration.effective.v1": """registrationId sorId ownerSorId lastDay effectiveAt cause
        causedBySorId backdated daysLate successorRegistrationId""",
    "dk.stps.invoice.triggered.v1": """registrationId sorId feeYear occasion category amount currency basis tariff
        recipient recipient.channel recipient.ean recipient.cvr recipient.email recipient.billedSorId referenceId
        routeStatus paymentDays flags""",
    "dk.stps.invoice.not-due.v1": "registrationId sorId feeYear occasion reason",
    "dk.sor.deletion.requested.v1": "sorId referenceNumber requestedOn reason",
}

WORDS = {
    ("dk.sor.entity.changed.v1", "sorType"): "IE SI OE",
    ("dk.sor.entity.changed.v1", "ownerType"): "private municipality region state",
    ("dk.sor.entity.changed.v1", "channel"): "self-service sor-office sorus snapshot",
    ("dk.sor.entity.changed.v1", "status"): "requested approved",
    ("dk.bsr.self-registration.changed.v1", "category"): "1 2 3a 3b 4 5",
    ("dk.bsr.self-registration.changed.v1", "turnoverBand"): "below-limit half full",
    ("dk.stps.deregistration.decided.v1", "initiator"): "place stps",
    ("dk.stps.exemption.notified.v1", "kind"): "volunteer-sole temporary-event low-turnover partnership",
    ("dk.stps.deletion.requested.v1", "scope"): "bsr sor",
    ("dk.bsr.registration.forwarded.v1", "state"): "awaiting-self-registration registered",
    ("dk.bsr.registration.forwarded.v1", "enrichment"): "complete pending not-found no-cvr",
    ("dk.bsr.registration.withdrawn.v1", "reason"): "not-a-treatment-place closed-unregistered superseded",
    (
        "dk.bsr.deregistration.effective.v1",
        "cause",
    ): "closure company-closure new-cvr new-p-number stps-decision deletion-request",
    (
        "dk.stps.invoice.triggered.v1",
        "occasion",
    ): "registration yearly-run closure new-cvr new-p-number late-registration",
    ("dk.stps.invoice.triggered.v1", "currency"): "DKK",
    ("dk.stps.invoice.triggered.v1", "basis"): "full half partial-dispensation",
    ("dk.stps.invoice.triggered.v1", "routeStatus"): "ok company-ceased new-company-quarantine no-route",
    (
        "dk.stps.invoice.not-due.v1",
        "reason",
    ): """already-triggered not-registered region-lump-sum volunteers-only turnover-below-limit dispensation
        exempt-notified""",
}

MODELS = {ce_type: model for types in MESSAGES.values() for ce_type, model in types.items()}


def parts_of(annotation):
    yield annotation
    for part in get_args(annotation):
        yield from parts_of(part)


def fields_of(model):
    return dict(zip(model.wire_names(), get_type_hints(model).values(), strict=True))


def names_of(model, prefix=""):
    for name, annotation in fields_of(model).items():
        wire = prefix + name
        yield wire
        for part in parts_of(annotation):
            if isinstance(part, type) and issubclass(part, Message):
                yield from names_of(part, f"{wire}.")


def test_every_message_others_see_is_pinned():
    assert set(PINNED) == {ce_type for ce_type in MODELS if not ce_type.startswith("dk.sorbro.")}


@pytest.mark.parametrize("ce_type", PINNED)
def test_pinned_field_exists(ce_type):
    assert set(PINNED[ce_type].split()) <= set(names_of(MODELS[ce_type]))


@pytest.mark.parametrize(("ce_type", "field"), WORDS)
def test_pinned_words_are_the_closed_list(ce_type, field):
    found = {part for part in parts_of(fields_of(MODELS[ce_type])[field]) if isinstance(part, str)}
    assert found == set(WORDS[ce_type, field].split())


def test_recipient_channels_and_payment_days():
    fields = fields_of(MODELS["dk.stps.invoice.triggered.v1"])
    assert get_args(fields["paymentDays"]) == (30,)
    assert set(get_args(fields_of(fields["recipient"])["channel"])) == {"ean", "digital-post", "email"}


def test_dead_letter_reasons_are_the_closed_list():
    assert get_args(DeadLetterReason) == (
        "unparsable",
        "contract-violation",
        "unknown-type",
        "wrong-key",
        "invalid-identifier",
        "version-conflict",
        "undo-after-effect",
        "closure-too-early",
        "too-large",
    )
