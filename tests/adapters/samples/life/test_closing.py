"""Closures in a sample's life: announced, overtaken, undone, moved (R22, R23, R24)."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from adapters.samples.life.closing import announce, change_mind
from adapters.samples.life.scene import Scene
from adapters.samples.life.standing import Standing
from adapters.samples.private_trees import plant_clinic, plant_provider
from support.sample_lives import FIRST_DAY

SOON, LATER, LAST = (FIRST_DAY + timedelta(days=days) for days in (10, 20, 40))


class Clinic:
    """One owner, institution and provider, whose days can be asked for."""

    def __init__(self):
        self.scene = Scene(Standing(), random.Random(1), FIRST_DAY)  # noqa: S311  a sample, not a secret
        plant_clinic(self.scene.builder, 3)
        self.scene.bring_in()
        self.ids = [change.after.sor_id for change in self.scene.changes]

    def __getitem__(self, position):
        return self.scene.standing.unit(self.ids[position])

    def close(self, position, last_day):
        return announce(self.scene, self[position], last_day)

    @property
    def days(self):
        return [self[position].to_date for position in range(len(self.ids))]


@pytest.fixture
def clinic():
    return Clinic()


def test_a_closing_owner_takes_everything_along_and_an_earlier_day_stays_r22_r23(clinic):
    clinic.close(2, SOON)
    clinic.close(0, LATER)
    assert clinic.days == [LATER, LATER, SOON]


def test_undoing_it_undoes_what_it_caused_and_nothing_else_r24(clinic):
    clinic.close(2, SOON)
    clinic.close(1, LAST)
    closing = clinic.close(0, LATER)
    change_mind(clinic.scene, closing, None)
    assert clinic.days == [None, LAST, SOON]


def test_a_later_day_is_no_later_than_that_of_its_own_r24(clinic):
    clinic.close(1, LATER)
    closing = clinic.close(0, SOON)
    change_mind(clinic.scene, closing, LAST)
    assert clinic.days == [LAST, LATER, LATER]


def test_nothing_moves_beyond_its_owner_s_day(clinic):
    closing = clinic.close(1, SOON)
    clinic.close(0, LATER)
    change_mind(clinic.scene, closing, LAST)
    assert clinic.days == [LATER, LATER, LATER]


def test_a_closure_overtaken_by_another_is_not_undone(clinic):
    closing = clinic.close(1, LATER)
    clinic.close(0, SOON)
    change_mind(clinic.scene, closing, None)
    assert clinic.days == [SOON, SOON, SOON]


def test_what_came_in_under_a_closing_institution_stays_under_it_when_the_owner_stays_r23(clinic):
    clinic.close(1, LATER)
    closing = clinic.close(0, LATER)
    plant_provider(clinic.scene.builder, clinic[1])
    clinic.scene.bring_in(clinic[1].to_date)
    clinic.ids.append(clinic.scene.changes[-1].after.sor_id)
    change_mind(clinic.scene, closing, None)
    assert clinic.days == [None, LATER, LATER, LATER]
