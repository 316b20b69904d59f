"""The phrases: both languages, nothing missing, nothing to spare."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from string import Formatter
from typing import get_args, get_type_hints

import pytest

from contracts import (
    cvr_facts,
    dead_letters,
    exemption_facts,
    invoice_triggers,
    registrations,
    self_registrations,
    sor_entities,
)
from contracts.deregistrations import DeregistrationCause
from contracts.registrations import RegistrationForwarded
from contracts.self_registrations import SelfRegistered
from contracts.sor_entities import EntityChanged
from workers.explain import inputs, story
from workers.explain.words import LANGUAGES, Words
from workers.explain.words.catalogue import phrases
from workers.tree import waiting

CODES = {
    "channel": sor_entities.Channel,
    "sor-type": sor_entities.SorType,
    "owner-type": sor_entities.OwnerType,
    "band": self_registrations.TurnoverBand,
    "exemption": exemption_facts.ExemptionKind,
    "status": cvr_facts.CompanyStatus,
    "occasion": invoice_triggers.Occasion,
    "basis": invoice_triggers.Basis,
    "not-due-reason": invoice_triggers.NotDueReason,
    "dead-letter-reason": dead_letters.DeadLetterReason,
    "withdrawn": registrations.WithdrawalReason,
    "deregistered": DeregistrationCause,
    "outcome": inputs.Outcome,
    "who": inputs.Relation,
    "waits": waiting.Reason,
    "coming": get_type_hints(story.Coming)["matter"],
    "absence": get_type_hints(story.Absence)["reason"],
    "standing": get_type_hints(story.Standing)["is_now"],
}


@pytest.mark.parametrize(("kind", "codes"), CODES.items(), ids=CODES)
def test_every_code_has_its_word(kind, codes):
    assert {f"{kind}.{code}" for code in get_args(codes)} <= phrases().keys()


@pytest.mark.parametrize("model", [EntityChanged, SelfRegistered, RegistrationForwarded])
def test_every_field_that_can_change_has_its_word(model):
    silent = {"sorId", "version", "sorVersion", "registeredAt", "fromDate", "firstFromDate", "channel", "sorType"}
    silent |= {"movedToOwnerSorId", "explanation"}  # told by a phrase of its own, and never
    fields = set(model.wire_names()) - silent
    assert {f"field.{field}" for field in fields} <= phrases().keys()


def test_every_rule_that_an_output_names_has_its_line_r50():
    sources = (file.read_text(encoding="utf-8") for file in Path("workers").rglob("*.py"))
    named = {rule for text in sources for rule in re.findall(r'"(R\d+)"', text)}
    assert named
    assert named <= phrases().keys()


def test_both_languages_fill_in_the_same_values():
    for name, texts in phrases().items():
        asked = [{field for _, field, *_ in Formatter().parse(texts[language]) if field} for language in LANGUAGES]
        assert asked[0] == asked[1], name


def test_every_phrase_is_used():
    sources = "".join(file.read_text(encoding="utf-8") for file in Path("workers/explain").rglob("*.py"))
    by_code = {
        f"{kind}." for kind in (*CODES, "field", "fee-channel", "forwarded", "invoiced", "cvr-answered", "treated")
    }
    by_code |= {"deregistration-notice.", "exemption-notice.", "page."}
    told = (name for name in phrases() if not re.fullmatch(r"R\d+", name) and not name.startswith(tuple(by_code)))
    assert [name for name in told if f'"{name}"' not in sources] == []


def test_every_phrase_says_something_in_each_language():
    assert not [name for name, texts in phrases().items() if not all(text.strip() for text in texts.values())]


def test_days_and_instants_are_written_as_one_writes_them_there_r48():
    instant = datetime(2024, 2, 29, 23, 30, tzinfo=UTC)
    assert [Words(language).instant(instant) for language in LANGUAGES] == ["2024-03-01 00:30", "01.03.2024 00:30"]
    assert [Words(language).day(date(2024, 2, 29)) for language in LANGUAGES] == ["2024-02-29", "29.02.2024"]


@pytest.mark.parametrize(
    ("age", "says"),
    [
        ({"minutes": 59}, "less than an hour"),
        ({"hours": 5}, "5 hours"),
        ({"hours": 25}, "1 day"),
        ({"days": 9}, "9 days"),
    ],
)
def test_an_age_is_told_by_its_largest_unit(age, says):
    assert Words("en").age(timedelta(**age)) == says


def test_a_list_is_said_as_one_says_it():
    assert [Words("en").listed(each) for each in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
