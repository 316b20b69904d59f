"""One trace from SOR's message to the trigger, and from a day back to what announced it. The exporter is in memory."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from adapters.clock import SettableClock
from adapters.telemetry.tracing import OpenTelemetry
from contracts.cloudevents import traceparent_of
from contracts.topics import Topic
from support.scenario import Scenario, instant
from support.trees import owner_without_cvr, private_clinic, wide_owner
from support.work import broker_with, work

TREE = owner_without_cvr()
TRACE, SENDER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SENT = f"00-{TRACE}-{SENDER}-01"
EVENING = instant("2023-03-20 23:00")
PROCESS = f"process {Topic.ENTITY_CHANGES.value}"


@pytest.fixture
def exported():
    return InMemorySpanExporter()


@pytest.fixture
def tracing(exported):
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exported))
    return OpenTelemetry(provider)


def spans(exported, name):
    return [each for each in exported.get_finished_spans() if each.name == name]


def in_trace(broker, traceparent, topic=Topic.ENTITY_CHANGES):
    """SOR, or who else writes to the topic, sends its last message in this trace."""
    changes = broker.inputs[topic]
    changes[-1] = changes[-1]._replace(headers=(*changes[-1].headers, ("traceparent", traceparent.encode())))
    return broker


def place(span):
    return f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}"


def linked(span):
    return [place(link) for link in span.links]


def sent_in(broker, topic):
    """The trace and span that each message of a topic belongs to."""
    found = [traceparent_of(each.headers) for each in broker.committed if each.topic == topic]
    return [tuple(each.split("-")[1:3]) for each in found if each is not None]


def first_self_registered():
    """The place registers itself before SOR tells of it: SOR's message brings the trigger."""
    world = Scenario().at("2023-03-01 10:00")
    world.self_registers(TREE.place, invoice_email="klinik@example.dk")
    world.at("2023-03-01 10:05").sor(TREE.owner)
    world.sor(TREE.place)
    return world


def closing():
    world = first_self_registered()
    world.at("2023-03-02 10:00").sor(TREE.place, to_date="2023-03-20")
    return world


async def test_from_sors_message_to_the_trigger_it_is_one_trace(exported, tracing):
    broker = in_trace(broker_with(first_self_registered()), SENT)
    await work(broker, clock=SettableClock(EVENING), tracing=tracing)
    span = spans(exported, PROCESS)[-1]
    assert (place(span)[0], f"{span.parent.span_id:016x}") == (TRACE, SENDER)
    assert sent_in(broker, Topic.INVOICE_TRIGGERS) == [place(span)]
    assert span.kind is SpanKind.CONSUMER
    assert dict(span.attributes) == {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "sor.entity-changes.v1",
        "messaging.destination.partition.id": "0",
        "messaging.kafka.offset": 1,
        "sorbro.outcome": "applied",
    }


async def test_a_message_without_a_trace_begins_one(exported, tracing):
    broker = broker_with(first_self_registered())
    await work(broker, clock=SettableClock(EVENING), tracing=tracing)
    span = spans(exported, PROCESS)[-1]
    assert span.parent is None
    assert sent_in(broker, Topic.INVOICE_TRIGGERS) == [place(span)]


async def test_a_day_is_linked_to_the_message_that_announced_it_also_after_a_restart(exported, tracing):
    broker, clock = in_trace(broker_with(closing()), SENT), SettableClock(EVENING)
    await work(broker, clock=clock, tracing=tracing)
    announced = place(spans(exported, PROCESS)[-1])
    assert announced[0] == TRACE
    clock.set(instant("2023-03-21"))
    await work(broker, clock=clock, tracing=tracing)
    (day,) = spans(exported, "day has come")
    assert linked(day) == [announced]
    assert day.parent is None
    assert sent_in(broker, Topic.DEREGISTRATIONS) == [place(day)]


async def test_what_has_come_is_no_longer_kept(tracing):
    broker, clock = in_trace(broker_with(closing()), SENT), SettableClock(EVENING)
    await work(broker, clock=clock, tracing=tracing)
    kept = [dict(each.headers).get("traces") for each in broker.committed if each.topic == Topic.STATE]
    assert sum(TRACE in each.decode() for each in kept if each) == 1
    clock.set(instant("2023-03-21"))
    await work(broker, clock=clock, tracing=tracing)
    newest = {each.key: dict(each.headers) for each in broker.committed if each.topic == Topic.STATE}
    assert not any("traces" in headers for headers in newest.values())


async def test_a_transaction_given_up_shows_as_an_error_and_is_done_again_in_the_same_trace(exported, tracing):
    broker = in_trace(broker_with(first_self_registered()), SENT)
    broker.fail_at["send"] = 1
    await work(broker, clock=SettableClock(EVENING), tracing=tracing)
    tries = [each for each in spans(exported, PROCESS) if place(each)[0] == TRACE]
    assert [each.status.status_code for each in tries] == [StatusCode.ERROR, StatusCode.UNSET]
    assert sent_in(broker, Topic.INVOICE_TRIGGERS) == [place(tries[-1])]


@pytest.mark.parametrize("nonsense", ["hans@example.dk", f"00-{'0' * 32}-{SENDER}-01", SENT * 1000])
async def test_nonsense_for_a_trace_begins_one_of_our_own(exported, tracing, nonsense):
    broker = in_trace(broker_with(first_self_registered()), nonsense)
    await work(broker, clock=SettableClock(EVENING), tracing=tracing)
    span = spans(exported, PROCESS)[-1]
    assert span.parent is None
    assert sent_in(broker, Topic.INVOICE_TRIGGERS) == [place(span)]


async def test_a_record_that_cannot_be_used_has_a_span_in_its_senders_trace(exported, tracing):
    world = Scenario()
    world.send(Topic.ENTITY_CHANGES, b"no json", key="1")
    await work(in_trace(broker_with(world), SENT), tracing=tracing)
    (span,) = spans(exported, PROCESS)
    assert (place(span)[0], span.attributes["sorbro.outcome"]) == (TRACE, "refused")


async def test_a_question_to_cvr_belongs_to_the_trace_that_raised_it(exported, tracing):
    world = Scenario().at("2023-03-01 10:00")
    world.sor(private_clinic().owner)
    world.sor(private_clinic().place)
    broker = in_trace(broker_with(world), SENT)
    await work(broker, clock=SettableClock(EVENING), tracing=tracing)
    assert TRACE in {trace for trace, _ in sent_in(broker, Topic.CVR_REQUESTS)}


async def test_without_tracing_the_senders_trace_is_carried_through_and_nothing_is_kept():
    broker, clock = in_trace(broker_with(closing()), SENT), SettableClock(EVENING)
    await work(broker, clock=clock)
    assert (TRACE, SENDER) in sent_in(broker, Topic.REGISTRATIONS)
    assert not any("traces" in dict(each.headers) for each in broker.committed)


async def test_what_a_message_sets_off_beyond_its_own_step_is_linked_to_it_r11(exported, tracing, monkeypatch):
    monkeypatch.setattr("workers.decide.STEP", 2)
    world, tree = Scenario(), wide_owner(5)
    world.sor(tree)
    world.at("2023-02-02 10:00").sor(tree.owner, telephone="1")
    await work(in_trace(broker_with(world), SENT), clock=SettableClock(EVENING), tracing=tracing)
    set_off = place(spans(exported, PROCESS)[-1])
    assert set_off[0] == TRACE
    assert [linked(day) for day in spans(exported, "day has come")] == [[set_off]] * 2


async def test_a_yearly_run_is_linked_to_its_notice_r39(exported, tracing):
    world = Scenario().at("2023-03-01 10:00")
    world.registered(TREE)
    world.at("2023-03-02 10:00").fee_run(2023, "2023-03-03")
    broker, clock = in_trace(broker_with(world), SENT, Topic.NOTICES), SettableClock(EVENING)
    await work(broker, clock=clock, tracing=tracing)
    (run,) = spans(exported, "day has come")
    assert linked(run) == [(TRACE, SENDER)]
