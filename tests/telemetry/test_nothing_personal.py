"""R49: marked personal values in every field that can hold them, and all logs, metrics, spans and probes searched."""

from __future__ import annotations

import asyncio
import json
import logging
from copy import deepcopy
from itertools import count

import orjson
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import generate_latest
from structlog.testing import capture_logs

from adapters.clock import SettableClock
from adapters.telemetry.catalogue import REGISTRY
from adapters.telemetry.tracing import OpenTelemetry
from contracts import dead_letters as headers
from contracts.cvr_facts import CompanyFact
from contracts.publish import read_examples
from contracts.topics import MESSAGES, WORKER_INPUTS, Topic
from support.scenario import Scenario, instant
from support.trees import owner_without_cvr, private_clinic
from support.work import broker_with, work
from workers.app.health import alive, ready, started
from workers.app.prospect_keeper import ProspectKeeper
from workers.app.reporter import LogAndMetrics
from workers.enrichment.answers import answer_record
from workers.stream import world as stream

MARK = "Jens Maerke"
"""In every value that was made up to be found; with an address of his, it looks like a person's whole name."""
AUTHORISATION = "LPN3W"
PERSONAL = (MARK, "@", AUTHORISATION)
FROM_OUTSIDE = [topic for topic in WORKER_INPUTS if topic not in {Topic.TRANSFERS, Topic.FEE_RUNS}]
TYPES = {ce_type: topic for topic in FROM_OUTSIDE for ce_type in MESSAGES[topic]}
EVENING = instant("2023-03-20 23:00")
NEXT_DAY = instant("2023-03-21 10:00")


def marked(number):
    return f"{MARK} {number} <jens{number}@maerke.example>"


def leaves(value, path=()):
    """The way to each single value."""
    if isinstance(value, dict | list) and value:
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(each, (*path, key))
    else:
        yield path


def with_leaf(data, path, value):
    copy = deepcopy(data)
    *way, last = path
    holder = copy
    for step in way:
        holder = holder[step]
    holder[last] = value
    return copy


class Listening:
    """Everything that is told while the loop works on a story."""

    def __init__(self, caplog):
        caplog.set_level(logging.DEBUG)
        self._caplog = caplog
        self._spans = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self._spans))
        self.tracing = OpenTelemetry(provider)
        self.events = []

    async def hear(self, world, *clocks, **options):
        broker = broker_with(world)
        with capture_logs() as logs:
            for clock in clocks or (NEXT_DAY,):
                await work(broker, clock=SettableClock(clock), flood_limit=100_000, tracing=self.tracing, **options)
            self.events += logs
        return broker

    @property
    def told(self):
        """All of it as text."""
        return "\n".join(
            [
                *(orjson.dumps(each, default=str).decode() for each in self.events),
                self._caplog.text,
                generate_latest(REGISTRY).decode(),
                *(span.to_json() for span in self._spans.get_finished_spans()),
            ]
        )


@pytest.fixture
def listening(caplog):
    return Listening(caplog)


def assert_nothing_personal(text):
    assert [line for line in text.splitlines() if any(each in line for each in PERSONAL)] == []


async def test_a_place_with_people_in_it_opens_pays_and_closes_without_a_word_about_them_r49(listening):
    tree, number = owner_without_cvr(), count()
    mail = {"email": "jens@maerke.example"}
    where = {"visiting_address": None}
    world = Scenario().at("2023-03-01 10:00")
    for unit in tree.units:
        world.sor(unit, name=marked(next(number)), telephone=MARK, website=MARK, **mail, **where)
    physician = {"authorisationId": AUTHORISATION, "name": MARK}
    said = {"responsible_physician": physician, "owner_authorisation_id": AUTHORISATION, "reference_id": MARK}
    world.self_registers(tree.place, invoice_email="jens@maerke.example", **said)
    world.at("2025-03-01 10:00").registered(private_clinic(), **said)  # no tariff: parked
    world.notice(
        *("exemption.notified", tree.place),
        kind="temporary-event",
        cvr=None,
        authorisation_ids=[AUTHORISATION],
        event={"name": MARK, "address": MARK, "from": "2025-06-01", "to": "2025-06-02"},
        owner_cvrs=[],
        professions=[MARK],
        notified_on="2025-03-01",
    )
    world.at("2025-03-02 10:00").sor(tree.place, to_date="2025-03-20")
    broker = await listening.hear(world, instant("2025-03-20 12:00"), instant("2025-03-22"))
    sent = b"".join(each.value or b"" for each in broker.sent()).decode()
    assert "jens@maerke.example" in sent, "the trigger itself names the recipient"
    assert {"fee triggered", "deregistered", "turn committed"} <= {each["event"] for each in listening.events}
    assert_nothing_personal(listening.told)


async def test_whatever_field_a_person_is_written_into_the_dead_letter_says_where_and_not_who_r49(listening):
    world, number = Scenario(), count()
    for ce_type, topic in TYPES.items():
        for _, data in read_examples().get(ce_type, ()):
            for path in leaves(data):
                value = with_leaf(data, path, marked(next(number)))
                world.send(topic, value, key=str(data.get("ownerSorId")), ce_type=ce_type)
            world.send(topic, data | {MARK: MARK}, key=MARK, ce_type=ce_type)
            world.send(topic, json.dumps(data)[:-1].encode() + MARK.encode(), key=MARK, ce_type=ce_type)
    everywhere = dict.fromkeys(("ce_type", "ce_id", "ce_subject", "traceparent", "tracestate", MARK), MARK)
    world.send(
        Topic.ENTITY_CHANGES,
        MARK.encode(),
        key=MARK,
        headers=[(name, text.encode()) for name, text in everywhere.items()],
    )
    broker = await listening.hear(world)
    letters = [dict(each.headers) for each in broker.sent() if each.topic == Topic.DEAD_LETTERS]
    assert len(letters) > 150
    ours = (
        each[name].decode() for each in letters for name in (headers.REASON, headers.DETAIL, headers.CONNECT_MESSAGE)
    )
    assert_nothing_personal("\n".join(ours))
    assert_nothing_personal(listening.told)


async def test_a_failure_in_the_middle_of_a_record_shows_its_place_and_not_the_record_r49(listening, monkeypatch):
    decide, failed = stream.decide, []

    def stumbles(state, event, now, tariffs):
        if not failed:
            failed.append(state)
            raise ValueError(f"cannot read {marked(0)}")
        return decide(state, event, now, tariffs)

    world = Scenario().at("2023-03-01 10:00")
    world.registered(private_clinic())
    monkeypatch.setattr(stream, "decide", stumbles)
    await listening.hear(world)
    (failure,) = (each for each in listening.events if each["event"].startswith("partition failed"))
    assert failure["error"].startswith("ValueError in stumbles, ")
    assert_nothing_personal(listening.told)


async def test_what_cvr_says_of_a_one_man_company_is_not_told_r49(listening):
    clinic = private_clinic()
    world = Scenario().at("2023-03-01 10:00")
    world.registered(clinic)
    world.sor(clinic.place, p_number=None)
    cvr = clinic.owner.first["cvr"]
    fact = CompanyFact(cvr=cvr, name=MARK, status="active")
    answer = answer_record(clinic.owner.sor_id, cvr, fact, instant("2023-03-01 11:00"))
    world.play(answer.as_input())
    broker = await listening.hear(world)
    assert MARK in b"".join(each.value or b"" for each in broker.sent()).decode()
    assert_nothing_personal(listening.told)


async def test_the_probes_and_what_is_to_come_name_nobody_r49(listening):
    clinic = private_clinic()
    world = Scenario().at("2023-03-01 10:00")
    world.sor(clinic.place, name=MARK)
    reporter = LogAndMetrics(SettableClock(EVENING))
    reporter.assign([0])
    await ProspectKeeper(lambda: {0: world.world}, SettableClock(EVENING)).look()
    now = asyncio.get_running_loop().time()
    assert_nothing_personal(
        json.dumps([each.body for each in (started(reporter), ready(reporter), alive(reporter, now))])
    )
    assert_nothing_personal(listening.told)


def test_every_input_type_has_an_example_to_mark():
    assert set(TYPES) <= set(read_examples())
