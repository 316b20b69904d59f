"""When places register themselves, and how what they will say is kept (R16)."""

from __future__ import annotations

from collections import Counter
from datetime import date

from adapters.samples import generate_register
from adapters.samples.registering import DayPiles, days_until


def test_most_places_register_within_forty_days_some_before_sor_and_a_few_never_r16():
    places = generate_register(6_000, seed=7).treatment_places
    days = Counter(days_until(place, seed=7) for place in places)
    assert set(days) == {None, *range(-1, 41)}
    assert 0.02 < days[None] / len(places) < 0.06
    assert 0.02 < days[-1] / len(places) < 0.06


def test_a_place_registers_on_the_same_day_in_whatever_register_it_stands():
    place = generate_register(60, seed=1).treatment_places[0]
    assert days_until(place, seed=5) == days_until(place, seed=5)


def test_what_is_laid_on_a_pile_is_taken_from_it_once_and_in_order():
    piles = DayPiles()
    first, second = date(2024, 2, 29), date(2024, 3, 1)
    for number in range(3):
        piles.put(second, {"number": number, "name": "Åse"})
    piles.put(first, {"number": 9})
    assert piles.days() == [first, second]
    assert list(piles.take(second)) == [{"number": number, "name": "Åse"} for number in range(3)]
    assert list(piles.take(second)) == []
    assert piles.days() == [first]
