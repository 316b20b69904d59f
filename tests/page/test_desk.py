"""Dead letters are sent once more step by step: tried, a few, the rest, with a stop; each order has a name and a why."""

import asyncio

import pytest
from lxml import html

from adapters.kafka.port import LogError
from contracts.redrives import Chosen
from page.signed import OPERATOR, secret_of, sign_in
from page.test_safety import GROUP
from workers.page.desk import A_FEW, Desk


@pytest.fixture
async def signed(client):
    await sign_in(client)
    secret = await secret_of(client)

    async def post(path, **fields):
        return await client.post(f"/dead-letters/{path}", data={"secret": secret, **fields})

    return post


async def settled(client, *stages):
    """The desk once it has come to one of these stages."""
    async with asyncio.timeout(5):
        while True:
            view = await (await client.get("/dead-letters.json")).json()
            if view["desk"] is not None and view["desk"]["stage"] in stages:
                return view["desk"]
            await asyncio.sleep(0)


async def test_tried_then_a_few_then_the_rest(client, signed, drawer):
    await signed("try", **GROUP)
    desk = await settled(client, "tried")
    assert (desk["tried"]["works"], desk["tried"]["failing"], desk["tried"]["superseded"]) == (
        10,
        {"contract-violation": 1},
        1,
    )
    await signed("send", which="few", why="rettet i dag", pace="20")
    assert (await settled(client, "sent"))["sent"]["sent"] == A_FEW
    await signed("send", which="rest", why="rettet i dag", pace="7,5")
    await settled(client, "sent")
    assert [(each.operator, each.why, each.first, each.per_second) for each in drawer.orders] == [
        (OPERATOR, "rettet i dag", A_FEW, 20.0),
        (OPERATOR, "rettet i dag", None, 7.5),
    ]


async def test_trying_sends_nothing(client, signed, drawer):
    await signed("try", **GROUP)
    await settled(client, "tried")
    assert drawer.orders == []


@pytest.mark.parametrize(
    "fields",
    [
        {"which": "rest", "why": "x", "pace": "20"},  # a few come first
        {"which": "few", "why": "", "pace": "20"},
        {"which": "few", "why": "skriv til maren@example.dk", "pace": "20"},
        {"which": "few", "why": "x" * 301, "pace": "20"},
        {"which": "few", "why": "x", "pace": "0"},
        {"which": "few", "why": "x", "pace": "1e9"},
        {"which": "few", "why": "x", "pace": "nan"},
        {"which": "few", "why": "x", "pace": "hurtigt"},
    ],
)
async def test_an_order_that_is_not_in_order_is_refused_in_words(client, signed, drawer, fields):
    await signed("try", **GROUP)
    await settled(client, "tried")
    answer = await signed("send", **fields)
    assert answer.status == 409
    assert html.document_fromstring(await answer.text()).xpath("//*[@role='alert']")
    assert drawer.orders == []


async def test_nothing_is_sent_that_was_not_tried(client, signed, drawer):
    assert (await signed("send", which="few", why="x", pace="1")).status == 409
    assert drawer.orders == []


async def test_stopped_in_the_middle(client, signed, drawer):
    await signed("try", **GROUP)
    await settled(client, "tried")
    drawer.gate.clear()
    await signed("send", which="few", why="x", pace="1")
    assert (await signed("try", **GROUP)).status == 409
    await signed("stop")
    drawer.gate.set()
    assert (await settled(client, "stopped"))["sent"]["sent"] == 0


async def test_what_goes_wrong_is_told_with_what_to_do(client, signed, drawer):
    drawer.error = LogError("the brokers did not take the records: run it again")
    await signed("try", **GROUP)
    assert (await settled(client, "failed"))["error"] == str(drawer.error)


async def test_of_an_unforeseen_error_only_its_kind_is_told_r49(client, signed, drawer):
    drawer.error = ValueError("hemmelig")
    await signed("try", **GROUP)
    assert (await settled(client, "failed"))["error"] == "ValueError"


async def test_everybody_sees_what_is_on_the_desk_and_only_who_is_signed_in_the_buttons(client, signed, open_page):
    await signed("try", **GROUP)
    await settled(client, "tried")
    client.session.cookie_jar.clear()
    page = html.document_fromstring(await (await client.get("/dead-letters/desk")).text())
    assert OPERATOR in page.text_content()
    assert not page.xpath("//main//form")


async def test_closing_does_not_wait_for_what_sends_nothing():
    """A dry run may hang on brokers that do not answer; the page's end must not."""

    class Hanging:
        async def dry_run(self, chosen):
            await asyncio.Event().wait()

        send = None

    desk = Desk(Hanging())
    desk.try_out(Chosen(reason="unparsable"), "Vagthavende")
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await desk.close()
