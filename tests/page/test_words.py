"""Every phrase is there in both languages with the same values, and figures and days are written as Danes write them."""

import re
from datetime import UTC, date, datetime
from importlib import resources
from string import Formatter
from typing import get_args

import pytest

from contracts.dead_letters import DeadLetterReason
from contracts.deregistrations import DeregistrationCause
from contracts.registrations import WithdrawalReason
from workers.explain.words.catalogue import LANGUAGES, phrases
from workers.operations.movement import Movement
from workers.operations.outlook import Matter
from workers.page.desk import Stage
from workers.page.views.closures import Reason
from workers.page.views.flow import SHOWN
from workers.page.words.spoken import PageWords, page_phrases

DA, EN = PageWords("da"), PageWords("en")
TEMPLATES = [
    each for each in resources.files("workers.page").joinpath("templates").iterdir() if each.name.endswith(".html")
]


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_tell_the_same_values():
    for name, both in page_phrases().items():
        if name != "unit.cut":  # the command it names differs by --language da
            assert fields(both["da"]) == fields(both["en"]), name


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.name)
def test_every_phrase_a_template_names_is_there(template):
    known = page_phrases().keys() | phrases().keys()
    for name in re.findall(r"say\('([a-z0-9.-]+)'[,)]", template.read_text(encoding="utf-8")):
        assert name in known or f"{name}.many" in known, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_the_messages_has_its_word(language):
    words = PageWords(language)
    for kind, codes in {
        "reason": get_args(DeadLetterReason),
        "reason-advice": get_args(DeadLetterReason),
        "done": (*get_args(DeregistrationCause), *get_args(WithdrawalReason)),
        "movement": tuple(Movement),
        "matter": get_args(Matter),
        "sent": SHOWN,
    }.items():
        for code in codes:
            assert words.say(f"{kind}.{code}"), (kind, code)
    for reason in get_args(Reason):
        assert words.say(f"why-late.{reason}", partition=3)
    for stage in get_args(Stage):
        assert words.say(f"desk.stage.{stage}", operator="M")


def test_danes_write_days_and_figures_so():
    assert DA.weekday(date(2024, 2, 29)) == "torsdag den 29. februar 2024"
    assert DA.short_day(date(2024, 2, 29)) == "tor 29.02.2024"
    assert DA.number(1234567) == "1.234.567"
    assert (DA.number(1234.5), EN.number(1234.5)) == ("1.234,5", "1,234.5")
    assert DA.instant(datetime(2024, 2, 29, 23, 30, tzinfo=UTC)) == "01.03.2024 00:30"
    assert EN.number(1234567) == "1,234,567"


def test_one_of_a_thing_is_said_in_the_singular():
    assert DA.say("trouble.closures-overdue", n=1) == "1 lukning er forsinket."
    assert DA.say("trouble.closures-overdue", n=2000) == "2.000 lukninger er forsinkede."


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 timer"), (200_000, "2 dage")],
)
def test_a_duration_is_told_by_the_unit_one_would_use(seconds, said):
    assert DA.duration(seconds) == said
