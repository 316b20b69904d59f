"""Who waits is found without holding up the loops, however large the register is and however many ask (R13, R39)."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace

import pytest

from support.scenario import Scenario
from support.trees import private_clinic
from support.virtual_time import run_in_virtual_time
from workers.app import waiting_list
from workers.app.pages import add_pages
from workers.app.waiting_list import KEPT_SECONDS, WaitingList

CLINICS = [private_clinic(1000 + 10 * number) for number in range(5)]


@pytest.fixture
def waiting(world, monkeypatch) -> Scenario:
    """Places whose parents SOR has not told of yet; looked at owner by owner."""
    monkeypatch.setattr(waiting_list, "_UNITS_AT_ONCE", 1)
    for clinic in CLINICS:
        world.sor(clinic.place)
    return world


def listed(found):
    return [each.sor_id for each in found.listed]


def test_the_loops_work_between_two_owners_and_may_change_what_is_walked(waiting):
    walked = WaitingList(lambda: {0: waiting.world, 1: None})

    async def story():
        asked = asyncio.create_task(walked.read())
        await asyncio.sleep(0)
        for number in range(4):
            await asyncio.sleep(0)
            assert not asked.done(), f"done after {number} breaths"
            waiting.sor(private_clinic(7000 + 10 * number).place)
        return await asked

    found = run_in_virtual_time(story())
    assert listed(found) == [clinic.place.sor_id for clinic in CLINICS]
    assert found.count == len(CLINICS)


def test_all_who_ask_share_one_walk_and_what_it_found_is_kept_for_some_seconds(waiting):
    looks = []

    def worlds():
        looks.append(asyncio.get_running_loop().time())
        return {0: waiting.world}

    async def story():
        walked = WaitingList(worlds)
        first, second, gone = (asyncio.create_task(walked.read()) for _ in range(3))
        await asyncio.sleep(0)
        gone.cancel()
        assert await first is await second, "who goes away ends it for nobody else"
        await asyncio.sleep(KEPT_SECONDS - 1)
        waiting.sor(private_clinic(7000).place)
        assert await walked.read() is await first
        await asyncio.sleep(1)
        assert (await walked.read()).count == len(CLINICS) + 1

    run_in_virtual_time(story())
    assert looks == [0, KEPT_SECONDS]


def test_a_walk_that_failed_is_not_kept(waiting):
    answers = [None, {0: waiting.world}]

    async def story():
        walked = WaitingList(lambda: answers.pop(0))
        with pytest.raises(AttributeError):
            await walked.read()
        return await walked.read()

    assert run_in_virtual_time(story()).count == len(CLINICS)


def test_the_page_lists_the_first_and_says_how_many_more_there_are(waiting, monkeypatch):
    monkeypatch.setattr(waiting_list, "MOST_LISTED", 2)
    waiting.fee_run(2024, "2024-06-01")
    pages = {}
    app = SimpleNamespace(page=lambda path: lambda view: pages.setdefault(path, view))
    add_pages(app, WaitingList(lambda: {3: waiting.world}), None)
    body = json.loads(run_in_virtual_time(pages["/waiting"](SimpleNamespace(json=json.dumps), None)))
    place = CLINICS[0].place
    assert body["waiting"][0] == {
        "sorId": place.sor_id,
        "ownerSorId": place.first["ownerSorId"],
        "kind": "sor",
        "waitsFor": f"its ancestor {place.first['parentSorId']} (R13)",
    }
    assert (body["count"], len(body["waiting"]), body["more"]) == (5, 2, 3)
    assert body["feeRuns"] == [{"partition": 3, "says": "yearly run 2024, from 2024-06-01 00:00: 0 of 5 owners asked"}]
