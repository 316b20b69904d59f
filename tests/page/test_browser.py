"""The page in a real browser, of a real worker on real Kafka: what the topics hold is seen, found, and acted upon."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from adapters.broker.cluster import KafkaCluster
from adapters.kafka.connection import Connection
from adapters.kafka.read_back import read_topics
from contracts.topics import PLANS, Topic
from page.browser import DESKTOP, PHONE, chromium
from page.signed import OPERATOR
from page.stage import MARK, SCRIPT, TODAY, TOKEN, Story, send, set_clock, worker
from support.running import PARTITIONS, Worker, eventually, outputs, publish, running
from workers.page.rendering import VIEWS

pytestmark = pytest.mark.kafka

SCREENSHOTS = Path(__file__).parents[2] / "var" / "screenshots"
PATIENCE_MS = 30_000


@dataclass
class Stage:
    """All there is: the story, the broker, the worker, and a browser."""

    story: Story
    servers: str
    worker: Worker
    browser: object

    @property
    def url(self) -> str:
        return f"http://localhost:{self.worker.port}"

    def open(self, path: str = "/", **options):
        """A page of a fresh browser profile, at this address."""
        page = self.browser.new_context(base_url=self.url, **{"viewport": DESKTOP} | options).new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(path)
        return page

    def signed_in(self, path: str):
        """The same for somebody who has signed in."""
        page = self.open("/sign-in")
        page.fill("input[name=operator]", OPERATOR)
        page.fill("input[name=token]", TOKEN)
        page.click("main button")
        page.goto(path)
        return page


@pytest.fixture(scope="module")
def stage(kafka_possible, tmp_path_factory) -> Iterator[Stage]:
    folder, story = tmp_path_factory.mktemp("page"), Story()
    with ExitStack() as stack:
        servers = stack.enter_context(KafkaCluster(folder / "kafka")).bootstrap_servers
        publish(servers, story.tell())
        send(servers, story.letters())
        set_clock(servers, TODAY)
        at_work = stack.enter_context(running(worker(servers, folder)))
        eventually(lambda: _has_read(at_work), f"the page has not read the topics; see {folder}")
        yield Stage(story, servers, at_work, stack.enter_context(chromium()))


def _has_read(at_work: Worker) -> bool:
    now = at_work.page("now.json")
    return now.get("left") == 0 and now.get("doneToday") == 1 and now.get("deadLetters") == 6


def test_each_view_shows_what_the_topics_hold(stage):
    page = stage.open()
    sent = [each for each in apart(outputs, stage.servers) if each.topic != Topic.DEAD_LETTERS]
    assert page.locator("#partitions tbody tr").count() == PARTITIONS
    assert "6 døde breve venter" in page.inner_text("#state")
    page.click("nav >> text=Lukninger")
    assert "Tandklinikken Åen" in page.inner_text("#due")
    assert "Lægehuset Nørregade" in page.inner_text("#done")
    assert "Klinik for fremtiden" in page.inner_text("#parked")
    page.click("nav >> text=Flow")
    assert page.inner_text("#agreement").startswith("Ja.")
    flow = json.loads(stage.open("/flow.json").inner_text("body"))
    assert sum(flow["total"][:-1]) == len(sent)
    page.click("nav >> text=Døde breve")
    assert page.locator(".group").count() == 3
    page.click("nav >> text=Kontrakter")
    assert "sor.entity-changes.v1" in page.inner_text("main")


def test_a_search_finds_a_unit_by_each_of_its_keys(stage):
    place, page = stage.story.stays.place, stage.open("/units")
    for question in (place.sor_id, place.first["pNumber"], "brønder fod"):
        page.goto("/units")
        page.fill("input[name=question]", question)
        page.click("main button")
        page.wait_for_url(f"**/units/{place.sor_id}")
        assert "Registreret i BSR" in page.inner_text("#story")
    page.goto("/units")
    page.fill("input[name=question]", stage.story.stays.owner.first["cvr"])
    page.press("input[name=question]", "Enter")
    page.click(f"#found >> text={place.first['name']}")
    page.wait_for_url(f"**/units/{place.sor_id}")


def test_script_in_a_clinic_s_name_does_not_run(stage):
    page = stage.open(f"/units/{stage.story.scripted.place.sor_id}")
    assert page.inner_text("main h1") == SCRIPT
    assert page.title() != "taget"


def test_dead_letters_are_sent_once_more_step_by_step(stage):
    page = stage.signed_in("/dead-letters")
    group = page.locator(".group", has_text="unknown-type")
    group.locator("summary").click()
    assert "string(" in group.locator("pre").inner_text()
    assert MARK not in page.content()
    group.locator("button").click()
    page.wait_for_selector("[data-stage=tried]")
    assert (page.inner_text("#works"), page.inner_text("#superseded")) == ("1", "1")
    page.fill("input[name=why]", "Sorbro er opdateret")
    page.click("text=Send de første 5")
    page.wait_for_selector("[data-stage=sent]")
    assert "1 af 1 sendt" in page.inner_text("#progress")
    place = stage.story.stays.place.sor_id
    eventually(lambda: "sårpleje" in stage.open(f"/units/{place}").inner_text("main h1"), "the new name is not there")
    eventually(lambda: stage.worker.page("dead-letters.json")["groups"]["waiting"] == 5, "the letter still waits")
    events = apart(asyncio.run, _audit(stage.servers))
    assert {(each["operator"], each["why"]) for each in events} == {(OPERATOR, "Sorbro er opdateret")}


def test_without_javascript_everything_is_there_but_the_self_update(stage):
    page = stage.open(java_script_enabled=False)
    for name in ("Lukninger", "Enhed", "Flow", "Døde breve", "CVR", "Kontrakter"):
        page.click(f"nav >> text={name}")
        assert page.locator("main h1").count() == 1
    page.goto("/units")
    page.fill("input[name=question]", stage.story.stays.place.sor_id)
    page.click("main button")
    assert page.locator("#story li").count() > 0
    page.click("text=English")
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_view_has_a_serious_fault_for_those_who_see_hear_or_move_otherwise(stage, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = stage.signed_in("/")
    page.emulate_media(color_scheme=scheme)
    for path in (*_paths(stage), "/dead-letters/desk", "/sign-in"):
        page.goto(path)
        found = axe.Axe().run(page).response["violations"]
        serious = [each for each in found if each["impact"] in {"serious", "critical"}]
        assert not serious, (path, [(each["id"], [node["html"] for node in each["nodes"]]) for each in serious])


def test_a_picture_of_each_view_is_taken(stage):
    """To be looked at by people: var/screenshots."""
    page = stage.open()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for path in _paths(stage):
        page.goto(path)
        for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
            page.set_viewport_size(viewport)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, size)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                name = path.strip("/").split("/")[0] if "1" not in path else "story"
                page.screenshot(path=SCREENSHOTS / f"{name or 'now'}-{size}-{scheme}.png", full_page=True)


def test_a_late_closure_turns_the_state_red_by_itself_and_its_end_ends_that(stage):
    """A slip of somebody's hand: the topic refuses what is sent to it, so the closure cannot take effect (R25)."""
    page, place = stage.open(), stage.story.closes.place
    page.wait_for_selector("#state[data-severity=watch]")
    with refusing(stage.servers, Topic.DEREGISTRATIONS):
        apart(set_clock, stage.servers, "2023-04-01 00:05")
        page.wait_for_selector("#state[data-severity=bad]")
        assert "1 lukning er forsinket." in page.inner_text("#state h1")
        assert "Se hvorfor under Lukninger" in page.inner_text("#state")
        page.screenshot(path=SCREENSHOTS / "now-late.png")
        late = stage.open("/closures")
        assert place.first["name"] in late.inner_text("#overdue")
        assert "Partition" in late.inner_text("#overdue")
        late.screenshot(path=SCREENSHOTS / "closures-late.png")
    page.wait_for_selector("#state[data-severity=watch]")
    late.wait_for_selector(f"#done >> text={place.first['name']}")
    assert not late.locator("#overdue").count()


@contextmanager
def refusing(servers: str, topic: Topic) -> Iterator[None]:
    """As long as the block lasts the topic takes no record."""
    apart(asyncio.run, _set(servers, topic, {"max.message.bytes": "100"}))
    try:
        yield
    finally:
        apart(asyncio.run, _set(servers, topic, {}))


async def _set(servers: str, topic: Topic, config: dict[str, str]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        resource = ConfigResource(ConfigResourceType.TOPIC, topic.value, {**PLANS[topic].config, **config})
        (answer,) = await admin.alter_configs([resource])
        assert answer.resources[0][0] == 0, answer
    finally:
        await admin.close()


def apart(function, *given):
    """Call what runs a loop of its own: Playwright has one in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function, *given).result()


async def _audit(servers: str) -> list[dict]:
    return [json.loads(value or b"") async for _, _, value, _ in read_topics(Connection(servers), [Topic.AUDIT], 1)]


def _paths(stage: Stage) -> list[str]:
    return [path for _, path in VIEWS] + [f"/units/{stage.story.closed.place.sor_id}"]
