"""The AsyncAPI document: every topic with a contract and no other, and references that lead somewhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import get_args
from uuid import UUID

import pytest

from contracts import dead_letters
from contracts.channels import CHANNELS
from contracts.cloudevents import binary_headers
from contracts.dead_letters import DeadLetterReason
from contracts.publish import ROOT, read_examples
from contracts.topics import MESSAGES, PLANS, Topic

DOCUMENT = json.loads((ROOT / "asyncapi.json").read_text(encoding="utf-8"))
MESSAGE_COMPONENTS = DOCUMENT["components"]["messages"]
OWN_FILES = {Topic.STATE, Topic.DEMO_CLOCK}

WAYS = {  # contracts.md, "Topics"
    "sor.entity-changes.v1": {"receive"},
    "bsr.self-registrations.v1": {"receive"},
    "stps.notices.v1": {"receive"},
    "bsr.registrations.v1": {"send"},
    "bsr.deregistrations.v1": {"send"},
    "stps.invoice-triggers.v1": {"send"},
    "sor.deletion-requests.v1": {"send"},
    "sor-bsr.dead-letters.v1": {"send"},
}


def references(node):
    if isinstance(node, dict):
        yield from ([node["$ref"]] if isinstance(node.get("$ref"), str) else [])
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from references(item)


def resolve(reference):
    node = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def test_every_topic_with_a_contract_is_a_channel_and_nothing_else_is():
    assert set(DOCUMENT["channels"]) == {topic.value for topic in Topic} - OWN_FILES
    assert set(CHANNELS) == set(MESSAGES) | {Topic.DEAD_LETTERS}
    assert all(channel["address"] == name for name, channel in DOCUMENT["channels"].items())


def test_topics_others_see_run_the_way_the_contract_says_and_the_rest_is_internal():
    ways = {name: set() for name in DOCUMENT["channels"]}
    for operation in DOCUMENT["operations"].values():
        ways[operation["channel"]["$ref"].removeprefix("#/channels/")].add(operation["action"])
    internal = {name for name, channel in DOCUMENT["channels"].items() if channel.get("x-internal")}
    assert {name: way for name, way in ways.items() if name not in internal} == WAYS
    assert internal == {f"sorbro.{name}.v1" for name in ("cvr-requests", "cvr-facts", "transfers", "fee-runs", "audit")}


@pytest.mark.parametrize("topic", MESSAGES)
def test_channel_carries_exactly_its_types(topic):
    assert set(DOCUMENT["channels"][topic.value]["messages"]) == set(MESSAGES[topic])


def test_every_reference_leads_somewhere():
    found = list(references(DOCUMENT))
    assert found
    for reference in found:
        if reference.startswith("#/"):
            assert resolve(reference)
        else:
            assert (ROOT / reference).resolve().is_file(), reference


def test_operations_speak_of_messages_of_their_own_channel():
    for operation in DOCUMENT["operations"].values():
        channel = operation["channel"]["$ref"]
        assert {each["$ref"] for each in operation["messages"]} == {
            f"{channel}/messages/{ce_type}" for ce_type in resolve(channel)["messages"]
        }


@pytest.mark.parametrize("name", DOCUMENT["channels"])
def test_channel_says_how_the_broker_keeps_it(name):
    kafka = DOCUMENT["channels"][name]["bindings"]["kafka"]
    config = {
        option: value[0] if isinstance(value, list) else str(value)
        for option, value in kafka["topicConfiguration"].items()
    }
    assert config == dict(PLANS[Topic(name)].config)
    assert DOCUMENT["channels"][name]["description"].startswith("Key: ")


def test_messages_bind_their_headers_and_show_the_committed_examples():
    examples = read_examples()
    for ce_type, message in MESSAGE_COMPONENTS.items():
        if ce_type != "dead-letter":
            assert message["headers"]["properties"]["ce_type"] == {"const": ce_type}
            assert message["payload"]["schema"] == {"$ref": f"./schemas/{ce_type}.schema.json"}
            shown = [(each["name"], each["payload"]) for each in message["examples"]]
            assert shown == examples[ce_type]


def test_output_headers_are_those_sorbro_writes():
    written = binary_headers(
        ce_id=UUID(int=0),
        ce_type="dk.bsr.registration.withdrawn.v1",
        time=datetime(2025, 1, 1, tzinfo=UTC),
        subject="",
        causation="",
        traceparent="00-0-0-00",
    )
    headers = DOCUMENT["components"]["schemas"]["outputHeaders"]
    assert {name for name, _ in written} == set(headers["properties"])
    assert set(headers["properties"]) - set(headers["required"]) == {"traceparent"}


def test_dead_letter_has_all_our_headers_and_the_closed_list_of_reasons():
    headers = MESSAGE_COMPONENTS["dead-letter"]["headers"]
    assert set(headers["properties"]) == dead_letters.OURS
    assert set(headers["required"]) == dead_letters.OURS - {dead_letters.LEFT_OUT}
    assert headers["properties"]["dlq.reason"]["enum"] == list(get_args(DeadLetterReason))


def test_shape_is_asyncapi_3():
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(DOCUMENT["info"])
    assert set(DOCUMENT) == {"asyncapi", "info", "defaultContentType", "channels", "operations", "components"}
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in {"send", "receive"}
