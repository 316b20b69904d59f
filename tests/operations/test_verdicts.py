"""What would become of a dead letter today, decided on a copy of the state that the changelog holds."""

from __future__ import annotations

from support.letters import letter, lying
from support.scenario import restored
from support.trees import private_clinic
from workers.operations.letters import letter_of
from workers.operations.verdicts import judge
from workers.stream.changelog import Restoring
from workers.stream.dead_letters import LARGEST_LETTER

CLINIC = private_clinic()


def judged(world, *letters):
    """All of them on one copy of what the worker holds now, as (verdict, detail)."""
    copy = restored(world.changelog, world.world.tariffs)
    return [(found.verdict, found.detail) for found in (judge(copy, each, world.now) for each in letters)]


def refused(world):
    """The last record told, as a release of old would have refused it."""
    return letter(world.records[-1], world.now)


def test_what_an_older_release_refused_works_now(new_world):
    told, world = new_world(), new_world()
    told.sor(CLINIC)
    assert judged(world, letter(told.records[0], world.now)) == [("works", "")]


def test_what_is_wrong_as_ever_fails_with_its_reason(world):
    world.sor(CLINIC)
    world.sor(CLINIC.place, to_date="2023-01-03")
    (sent,) = world.dead_letters()
    found = letter_of(lying(sent.record))
    ((verdict, detail),) = judged(world, found)
    assert verdict == "fails"
    assert detail.startswith("closure-too-early: self-service may close from 2023-01-09")


def test_a_version_older_than_what_is_known_is_superseded_r10(world):
    world.sor(CLINIC)
    world.sor(CLINIC.place, name="Nyt navn")
    older = refused(world)
    world.sor(CLINIC.place, name="Nyeste navn")
    assert judged(world, older) == [("superseded", "a newer version is known (R10)")]


def test_a_version_that_came_in_another_way_is_superseded_too(world):
    world.sor(CLINIC)
    assert judged(world, refused(world)) == [("superseded", "the very same is known already")]


def test_the_second_letter_of_a_unit_is_judged_after_the_first(new_world):
    told, world = new_world(), new_world()
    world.sor(CLINIC)
    told.sor(CLINIC)
    told.sor(CLINIC.place, name="Nyt navn")
    older = letter(told.records[-1], world.now)
    told.sor(CLINIC.place, name="Nyeste navn")
    newer = letter(told.records[-1], world.now)
    assert [verdict for verdict, _ in judged(world, older, newer)] == ["works", "works"]
    assert [verdict for verdict, _ in judged(world, newer, older)] == ["works", "superseded"]


def test_an_undo_is_judged_as_of_now_and_not_as_of_when_it_was_refused_r24(new_world):
    told, world = new_world(), new_world()
    for each in (told, world):
        each.sor(CLINIC)
        each.sor(CLINIC.place, to_date="2023-01-20")
    told.at("2023-01-10").sor(CLINIC.place, to_date=None)
    world.until("2023-02-01")
    ((verdict, detail),) = judged(world, letter(told.records[-1], told.now))
    assert verdict == "fails"
    assert detail.startswith("undo-after-effect")


def test_a_copy_may_hold_the_wanted_owners_alone(world):
    other = private_clinic(500)
    world.sor(CLINIC)
    world.sor(other)
    restoring = Restoring([CLINIC.owner.sor_id])
    for each in world.changelog:
        restoring.take(each.key or b"", each.value, each.headers)
    assert list(restoring.world(world.world.tariffs).owners) == [CLINIC.owner.sor_id]


def test_a_letter_whose_original_was_too_large_to_be_kept_is_never_sent(world):
    world.sor(CLINIC)
    huge = world.records[-1]._replace(value=b" " * (LARGEST_LETTER + 1))
    ((verdict, detail),) = judged(world, letter(huge, world.now, "too-large"))
    assert (verdict, "stays where" in detail) == ("fails", True)
