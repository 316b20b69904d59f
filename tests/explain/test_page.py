"""The page itself: it wraps, hangs, and commands no terminal."""

from __future__ import annotations

from io import StringIO

from rich.console import Console, Group

from support.trees import private_clinic
from workers.explain.page import page_of
from workers.explain.words import Words


def test_a_name_that_would_command_a_terminal_is_only_shown(world, told):
    clinic = private_clinic()
    world.sor(clinic)
    world.sor(clinic.place, name="Klinik \x1b[31mRød\x07\nny linje")
    assert "Klinik \ufffd[31mRød" in told(world, clinic.place).page()


def test_long_sentences_wrap_and_hang_below_their_beginning(world, told):
    clinic = private_clinic()
    world.registered(clinic)
    narrow = Console(file=StringIO(), width=60)
    narrow.print(Group(*page_of(told(world, clinic.place).story, Words("en"))))
    lines = narrow.file.getvalue().splitlines()
    assert max(map(len, lines)) <= 60
    first = next(number for number, line in enumerate(lines) if "→ Forwarded to BSR" in line)
    assert lines[first].startswith("  09:00  → ")
    assert lines[first + 1].startswith(" " * 11)
    assert not [line for line in lines if line != line.rstrip()]


def test_the_rules_are_told_at_the_end_where_they_are_wanted(world, told):
    clinic = private_clinic()
    world.registered(clinic)
    page = told(world, clinic.place)
    assert "R39: At most one fee for each registration and year." in page.section("The rules")
    console = Console(file=StringIO(), width=200)
    console.print(Group(*page_of(page.story, Words("en"), with_rules=False)))
    assert "The rules" not in console.file.getvalue()
