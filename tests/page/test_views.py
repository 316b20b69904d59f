"""Each view, in both languages and as JSON: the same figures, nothing personal, and whole HTML."""

import json
from dataclasses import replace

import pytest
from lxml import html

from adapters.cvr.registry.canary import UNTRUSTED
from adapters.kafka.port import LogError
from page.stage import MARK, SCRIPT
from workers.app.page_keeper import WORKER_LINE
from workers.app.standing import CvrStanding, StuckThing, WorkerStanding
from workers.page.recent_calls import RecentCalls
from workers.page.rendering import VIEWS
from workers.page.safety import LARGEST_FORM
from workers.page.words.spoken import PageWords

PATHS = [path for _, path in VIEWS] + ["/sign-in", "/dead-letters/desk"]
AS_JSON = ["/now.json", "/closures.json", "/flow.json", "/cvr.json", "/contracts.json", "/dead-letters.json"]


async def text_of(client, path, language="da"):
    answer = await client.get(path, cookies={"sorbro_language": language})
    assert answer.status == 200, path
    return await answer.text()


def words_in(text):
    return " ".join(html.document_fromstring(text).text_content().split())


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("path", PATHS)
async def test_every_view_speaks_both_languages(client, path, language):
    page = html.document_fromstring(await text_of(client, path, language))
    assert page.get("lang") == language
    assert len(page.xpath("//h1")) == 1
    assert page.xpath("//main")


async def test_the_language_switch_leads_back_to_the_same_view(client):
    answer = await client.get("/language/en?back=/closures")
    assert answer.url.path == "/closures"
    assert "Closures" in words_in(await answer.text())


async def test_now_says_that_something_wants_a_look_and_what_to_do(client):
    text = words_in(await text_of(client, "/"))
    assert "Intet er forsinket eller tabt, men noget bør ses på." in text
    assert "4 døde breve venter på et menneske." in text
    assert "Er årsagen rettet, kan de sendes igen derfra." in text


async def test_now_names_the_runbook_s_chapter_and_leads_there_when_told_where_it_is(client, open_page):
    assert "Driftsvejledning: docs/runbook.md#dead-letters" in words_in(await text_of(client, "/"))
    published = await open_page(page_runbook="https://docs.example.dk/runbook.md")
    links = html.document_fromstring(await text_of(published, "/")).xpath("//section[@id='state']//a")
    assert [(each.get("href"), each.text) for each in links] == [
        ("https://docs.example.dk/runbook.md#triggers-parked", "Driftsvejledning: triggers parked"),
        ("https://docs.example.dk/runbook.md#dead-letters", "Driftsvejledning: dead letters"),
    ]


async def test_closures_shows_what_comes_what_was_done_and_what_is_parked(client, story):
    text = words_in(await text_of(client, "/closures"))
    for expected in (
        "april 2023",
        "Lørdag den 1. april 2023",
        "Tandklinikken Åen",
        "Lægehuset Nørregade",
        "Afmeldt, lukning",
        "en takst for 2020 (R32)",
    ):
        assert expected in text
    later = words_in(await text_of(client, "/closures?day=2023-06-01"))
    assert "Hjørring Kiropraktik" in later


async def test_the_figures_are_the_same_in_json(client):
    now = await (await client.get("/now.json")).json()
    closures = await (await client.get("/closures.json")).json()
    letters = await (await client.get("/dead-letters.json")).json()
    assert (now["severity"], now["due"], now["doneToday"], now["overdue"]) == ("watch", 2, 1, 0)
    assert [each["day"] for each in closures["calendar"]] == ["2023-04-01", "2023-06-01"]
    assert now["parked"] == closures["parkedCount"] == 1
    assert now["deadLetters"] == letters["groups"]["waiting"] == 4


async def test_a_unit_s_story_is_told_with_what_came_in_and_what_went_out_r50(client, story):
    text = words_in(await text_of(client, f"/units/{story.closed.place.sor_id}"))
    assert "Lægehuset Nørregade" in text
    assert "afmeldt" in text
    assert "Gebyr for 2023" in text
    told = await (await client.get(f"/units/{story.closed.place.sor_id}.json")).json()
    assert {"sor-version", "self-registration", "forwarded", "deregistered", "not-due"} <= {
        each["kind"] for each in told["story"]["events"]
    }


@pytest.mark.parametrize("question", ["stays.place.sor_id", "stays.institution.p_number"])
async def test_a_search_that_finds_one_unit_goes_there(client, story, question):
    asked = story.stays.place.sor_id if "sor_id" in question else story.stays.place.first["pNumber"]
    answer = await client.post("/units", data={"question": asked})
    assert answer.url.path == f"/units/{story.stays.place.sor_id}"


async def test_a_search_by_company_lists_its_units(client, story):
    answer = await client.post("/units", data={"question": story.stays.owner.first["cvr"]})
    assert "3 enheder fundet" in words_in(await answer.text())


async def test_what_is_searched_for_stands_in_no_address_r49(client):
    form = html.document_fromstring(await text_of(client, "/units")).xpath("//form[@role='search']")[0]
    assert form.get("method") == "post"


async def test_a_unit_nobody_knows_is_said_to_be_unknown(client):
    answer = await client.get("/units/698481000016007")
    assert answer.status == 404
    assert "kender ikke SOR-id 698481000016007" in await answer.text()


async def test_script_in_a_clinic_s_name_is_text(client, story):
    answer = await client.post("/units", data={"question": story.scripted.owner.first["cvr"]})
    page = html.document_fromstring(await answer.text())
    assert SCRIPT in page.text_content()
    assert [each.get("src") for each in page.xpath("//script")] == ["/static/page.js"]


@pytest.mark.parametrize("language", ["da", "en"])
async def test_nothing_personal_is_on_any_page_r49(client, story, language):
    units = [unit.sor_id for tree in (story.stays, story.closed) for unit in tree.units]
    everything = [await text_of(client, path, language) for path in PATHS]
    everything += [await text_of(client, f"/units/{each}", language) for each in units]
    everything += [await text_of(client, path) for path in [*AS_JSON, *(f"/units/{each}.json" for each in units)]]
    for text in everything:
        assert MARK not in text
        assert "BBHM1" not in text


async def test_now_says_how_new_sor_s_news_are_and_by_which_rules_and_fees_is_decided(client, follower, monkeypatch):
    told = WorkerStanding(version="1.2", host="a", is_ready=True, assigned=(0,), open_partitions=(0,))
    monkeypatch.setattr(follower, "worker", told)
    text = words_in(await text_of(client, "/"))
    assert "SOR's nyeste ændring er fra 14.03.2023 12:00." in text
    assert "Sorbro og dens regler 1.2" in text
    assert f"Takster til og med {follower.tariffs.years[-1]} ({follower.tariffs.version[:8]})" in text
    assert (await (await client.get("/now.json")).json())["tariffs"] == follower.tariffs.version


async def test_contracts_shows_what_could_not_be_used_in_the_last_day(client, follower, monkeypatch):
    (entities,) = html.document_fromstring(await text_of(client, "/contracts")).xpath("//p[@class='refused']")
    said = " ".join(entities.text_content().split())
    assert said == (
        "4 beskeder kunne ikke bruges i det seneste døgn Bryder kontrakten: 3, Kan ikke læses: 1 · Døde breve"
    )
    view = json.loads(await text_of(client, "/contracts.json"))["channels"][0]
    assert view["refused"] == {"contract-violation": 3, "unparsable": 1}
    assert [(each["count"], each["lastDay"]) for each in view["carries"]] == [(30, 3), (1, 1)]


async def test_contracts_shows_each_topic_and_what_was_seen_on_it(client):
    view = json.loads(await text_of(client, "/contracts.json"))
    seen = {kind["ceType"]: kind["count"] for channel in view["channels"] for kind in channel["carries"]}
    assert seen["dk.bsr.self-registration.changed.v1"] == 6
    assert (await (await client.get("/asyncapi.json")).json())["asyncapi"].startswith("3.")


async def test_while_the_register_is_being_read_the_page_says_so(client, follower, monkeypatch):
    monkeypatch.setattr(follower, "is_complete", False)
    monkeypatch.setattr(follower, "left", 1234)
    assert "1.234 beskeder tilbage" in words_in(await text_of(client, "/closures"))
    assert (await (await client.get("/now.json")).json())["severity"] == "unknown"


async def test_a_view_that_fails_says_so_in_words(client, follower, monkeypatch):
    def fail():
        raise LogError("hemmelig")

    monkeypatch.setattr(follower.side.register, "figures", fail)
    answer = await client.get("/cvr")
    assert answer.status == 500
    assert "Siden kunne ikke laves" in await answer.text()
    assert "hemmelig" not in await answer.text()


async def test_cvr_as_the_worker_tells_it(client, follower, monkeypatch):
    """Breaker, canary, latency by its buckets, what is remembered."""
    figures = {"sorbro_cvr_calls_total{result=ok}": 40.0}
    figures |= {"sorbro_cvr_memory_total{result=fresh}": 30.0, "sorbro_cvr_memory_total{result=miss}": 10.0}
    figures |= {
        f"sorbro_cvr_call_seconds_bucket{{le={bound}}}": count
        for bound, count in (("0.1", 30.0), ("0.5", 39.0), ("+Inf", 40.0))
    }
    cvr = CvrStanding(
        breaker="open", canary="well", is_trusted=True, waiting=3, remembered=1200, rejected=0, calls_per_second=5.0
    )
    told = WorkerStanding(version="1", host="a", is_ready=True, assigned=(0,), open_partitions=(0,), cvr=cvr)
    monkeypatch.setattr(follower, "worker", replace(told, cvr_figures=figures))
    text = words_in(await text_of(client, "/cvr"))
    assert "CVR svarer ikke." in text
    assert "1.200" in text
    assert "95 % inden for0,5 s" in text
    assert "Svaret af hukommelsen75 %" in text
    latency = (await (await client.get("/cvr.json")).json())["latency"]
    assert [each["seconds"] for each in latency] == [0.1, 0.5, None]


async def test_cvr_shows_how_much_of_what_may_be_asked_is_asked(client, follower, monkeypatch):
    monkeypatch.setattr(follower, "recent_calls", RecentCalls())
    monkeypatch.setattr(follower, "worker", None)
    cvr = CvrStanding(
        breaker="closed", canary="well", is_trusted=True, waiting=0, remembered=0, rejected=0, calls_per_second=5.0
    )
    told = WorkerStanding(version="1", host="a", is_ready=True, assigned=(0,), open_partitions=(0,), cvr=cvr)
    for calls in (40.0, 52.0):
        figures = {"sorbro_cvr_calls_total{result=ok}": calls}
        await client.put(WORKER_LINE, data=replace(told, cvr_figures=figures).to_json())
    assert "Kald, seneste minut12højst 300 må der være" in words_in(await text_of(client, "/cvr"))


async def test_the_worker_is_heard_whatever_names_browsers_use_and_however_much_it_tells(
    open_page, follower, monkeypatch
):
    monkeypatch.setattr(follower, "worker", None)
    published = await open_page(page_hosts="sorbro.example.dk")
    stuck = tuple(StuckThing(reason="not-turning", partition=each, seconds=100.0) for each in range(256))
    told = WorkerStanding(version="1", host="a", is_ready=True, assigned=(0,), open_partitions=(0,), stuck=stuck)
    assert len(told.to_json()) > LARGEST_FORM
    assert (await published.put(WORKER_LINE, data=told.to_json())).status == 204
    assert follower.worker == told
    assert (await published.get("/")).status == 421


@pytest.mark.parametrize("canary", sorted(UNTRUSTED))
@pytest.mark.parametrize("language", ["da", "en"])
async def test_why_cvr_is_not_believed_is_said_on_both_views(client, follower, monkeypatch, canary, language):
    cvr = CvrStanding(
        breaker="closed", canary=canary, is_trusted=False, waiting=0, remembered=0, rejected=0, calls_per_second=5.0
    )
    told = WorkerStanding(version="1", host="a", is_ready=True, assigned=(0,), open_partitions=(0,), cvr=cvr)
    monkeypatch.setattr(follower, "worker", told)
    words = PageWords(language)
    said, advised = f"trouble.cvr-not-believed.{canary}", f"advice.cvr-not-believed-{canary}"
    for path in ("/", "/cvr"):
        text = words_in(await text_of(client, path, language))
        assert words.say(said) in text
        assert words.say(advised) in text
