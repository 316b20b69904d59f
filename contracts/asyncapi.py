"""The AsyncAPI 3.0 document, made from the topic catalogue: one channel a topic, one message a `ce_type`."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

from contracts import dead_letter_message, event_headers
from contracts.channels import CHANNELS, Action, Channel
from contracts.json_schemas import DIALECT, in_wire_words, schema_file
from contracts.topics import MESSAGES, PLANS, Topic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contracts.wire import Message

Examples = dict[str, list[tuple[str, Any]]]
"""For each `ce_type` its examples, as scenario and data."""

_BINDINGS: Final = "0.5.0"
_DEAD_LETTER: Final = "dead-letter"
_INFO: Final = {
    "title": "Sorbro",
    "version": "1.0.0",
    "description": "The bridge between SOR and the Behandlingsstedsregister, from Sorbro's point of view: it receives "
    "what SOR and STPS say and sends what BSR, STPS and SOR need to know.\n\n"
    "CloudEvents 1.0 over Kafka in binary mode: the attributes are headers and the value is the data alone. On input "
    "structured mode (`content-type: application/cloudevents+json`) is read too. `traceparent` is carried through.\n\n"
    "JSON is camelCase; amounts are decimal strings in kroner; dates are Danish civil days `YYYY-MM-DD`; instants are "
    "RFC 3339 in UTC. Unknown fields are ignored. Read outputs with `isolation.level=read_committed`: then each effect "
    "is there exactly once; otherwise at least once, with the same `ce_id`.\n\n"
    "All input topics have the same number of partitions. Channels marked `x-internal` are Sorbro talking to itself; "
    "its state and the demo's clock are not described here at all.",
}


def document(examples: Examples) -> dict[str, Any]:
    """Return the whole document; `examples` are shown with their messages."""
    messages = {
        ce_type: _message(topic, ce_type, model, examples.get(ce_type, []))
        for topic, types in MESSAGES.items()
        for ce_type, model in types.items()
    }
    return {
        "asyncapi": "3.0.0",
        "info": _INFO,
        "defaultContentType": "application/json",
        "channels": {topic.value: _channel(topic, channel) for topic, channel in CHANNELS.items()},
        "operations": {
            f"{action}{channel.title[0].upper()}{channel.title[1:]}": _operation(action, topic, channel)
            for topic, channel in CHANNELS.items()
            for action in channel.actions
        },
        "components": {
            "schemas": {"inputHeaders": event_headers.INPUT, "outputHeaders": event_headers.OUTPUT},
            "messages": messages | {_DEAD_LETTER: dead_letter_message.MESSAGE},
        },
    }


def _types(topic: Topic) -> Sequence[str]:
    return [_DEAD_LETTER] if topic is Topic.DEAD_LETTERS else list(MESSAGES[topic])


def _channel(topic: Topic, channel: Channel) -> dict[str, Any]:
    config = PLANS[topic].config
    described = {
        "address": topic.value,
        "title": channel.title,
        "summary": channel.summary,
        "description": f"Key: {channel.key}. {_kept(config)}",
        "messages": {ce_type: {"$ref": f"#/components/messages/{ce_type}"} for ce_type in _types(topic)},
        "bindings": {
            "kafka": {
                "topic": topic.value,
                "topicConfiguration": {
                    name: [text] if name == "cleanup.policy" else int(text) for name, text in config.items()
                },
                "bindingVersion": _BINDINGS,
            }
        },
    }
    return described | ({"x-internal": True} if channel.internal else {})


def _kept(config: Mapping[str, str]) -> str:
    if config.get("cleanup.policy") == "compact":
        return "Compacted: the last record of each key is kept, so a new reader finds the present state."
    if config.get("retention.ms") == "-1":
        return "Kept without limit: nothing is deleted by age."
    raise ValueError(f"say for people how a topic with {dict(config)} is kept")


def _operation(action: Action, topic: Topic, channel: Channel) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.value}"},
        "summary": channel.summary,
        "messages": [{"$ref": f"#/channels/{topic.value}/messages/{ce_type}"} for ce_type in _types(topic)],
    }


def _message(topic: Topic, ce_type: str, model: type[Message], examples: list[tuple[str, Any]]) -> dict[str, Any]:
    way = "output" if "send" in CHANNELS[topic].actions else "input"
    about = in_wire_words(inspect.getdoc(model) or "")
    return {
        "name": ce_type,
        "title": model.__name__,
        "summary": about.split("\n\n", 1)[0].replace("\n", " "),
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "allOf": [{"$ref": f"#/components/schemas/{way}Headers"}],
            "properties": {"ce_type": {"const": ce_type}},
        },
        "payload": {
            "schemaFormat": f"application/schema+json;version={DIALECT}",
            "schema": {"$ref": f"./{schema_file(ce_type)}"},
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": CHANNELS[topic].key},
                "bindingVersion": _BINDINGS,
            }
        },
        "examples": [{"name": scenario, "payload": data} for scenario, data in examples],
    }
