"""Values at the edge of their form: refused with a `ValidationError`, never accepted by luck, never a crash."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.danish_time import effective_after
from contracts.notices import Share
from contracts.publish import published
from contracts.sor_entities import EntityChanged
from contracts.wire import CivilDate, Instant
from support.trees import private_clinic


def refuses(annotation, text):
    with pytest.raises(ValidationError):
        TypeAdapter(annotation).validate_json(json.dumps(text))


def test_a_field_is_known_by_its_name_on_the_wire_only():
    clinic = private_clinic().owner.first
    EntityChanged.from_json(json.dumps(clinic))
    clinic["sor_id"] = clinic.pop("sorId")
    with pytest.raises(ValidationError, match="sorId"):
        EntityChanged.from_json(json.dumps(clinic))


@pytest.mark.parametrize(
    "text",
    [
        *("", "2024-02-30", "20240201", "2024-2-1", "01-02-2024", "2024-02-01T00:00:00Z", "２０２４-01-01"),
        "2024-W05-1",
    ],
)
def test_not_a_date(text):
    refuses(CivilDate, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2018-12-20",
        "2018-12-20T09:14:05",
        "2018-12-20T24:00:00Z",
        "20181220T091405Z",
        "1545297245",
        "2024-W05-1T00:00:00Z",
        "2018-12-20T09Z",
        "2018-12-20T09:14Z",
        "2018-12-20T09:14:05,5Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_not_an_instant(text):
    refuses(Instant, text)


@pytest.mark.parametrize("text", ["2018-12-20T09:14:05Z", "2018-12-20T10:14:05+01:00", "2018-12-20T09:14:05.250Z"])
def test_an_instant(text):
    TypeAdapter(Instant).validate_json(json.dumps(text))


def test_the_open_end_that_registers_write_is_refused_and_not_guessed_at():
    """SOR writes an open end as null; 9999-12-31 from elsewhere must neither crash nor be taken for a closure."""
    refuses(CivilDate, "9999-12-31")
    assert effective_after(date(2999, 12, 31)).year == 2999


@pytest.mark.parametrize(
    "text",
    ["1.0", "1", "0.5", ".25", "1.1", "-0.5", "", "x", "NaN"]
    + [pytest.param(text) for text in ("0", "0.0", "5e-1", " 0.5", "0.1_0", "+1", "01.0")],
)
def test_model_and_schema_agree_on_a_share(text):
    schema = json.loads(published()["schemas/dk.stps.dispensation.granted.v1.schema.json"])
    fits = re.search(schema["properties"]["share"]["pattern"], text) is not None
    try:
        TypeAdapter(Share).validate_python(text)
    except ValidationError:
        accepted = False
    else:
        accepted = True
    assert accepted == fits


@pytest.mark.parametrize(
    "text",
    ["1899-12-31", "1900-01-01", "2999-12-31", "3000-01-01", "2024-2-1", "２０２４-01-01", "2024-02-01T00:00:00Z"],
)
def test_model_and_schema_agree_on_a_date(text):
    """But for the days a month has, which a pattern cannot say; a validator that heeds the format knows them."""
    schema = json.loads(published()["schemas/dk.stps.fee-run.requested.v1.schema.json"])
    fits = re.search(schema["properties"]["runOn"]["pattern"], text) is not None
    try:
        TypeAdapter(CivilDate).validate_python(text)
    except ValidationError:
        accepted = False
    else:
        accepted = True
    assert accepted == fits
