"""JSON Schema 2020-12 of every message, made from the models so that the two cannot drift apart.

A schema is as strict as its model and no stricter: unknown fields pass, for adding optional ones is how contracts
grow. What JSON Schema cannot say (check digits, the shape of the tree) the model says alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter
from pydantic.alias_generators import to_camel
from pydantic.json_schema import GenerateJsonSchema

if TYPE_CHECKING:
    from contracts.wire import Message

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema_file(ce_type: str) -> str:
    """The file of a message's schema, below ``contracts/``."""
    return f"schemas/{ce_type}.schema.json"


def schema_of(ce_type: str, model: type[Message]) -> dict[str, Any]:
    """Return the JSON Schema of `model` as the message `ce_type`.

    The reader's side of the model: what Sorbro requires of an input, and what a reader may rely on in an output.
    """
    generated = TypeAdapter(model).json_schema(schema_generator=_PlainTitles)
    head = {"$schema": DIALECT, "$id": f"urn:dk:sorbro:schema:{ce_type}", "title": ce_type, "description": ""}
    described: dict[str, Any] = _in_wire_words(generated)
    return head | described | {"title": ce_type}


def in_wire_words(docstring: str) -> str:
    """`docstring` for people who see the JSON and not the code: camelCase field names, single backticks."""
    return re.sub(r"`+([^`]+)`+", lambda match: f"`{_wire_name(match[1])}`", docstring)


def _wire_name(text: str) -> str:
    return to_camel(text) if re.fullmatch(r"[a-z]+(_[a-z]+)+", text) else text


class _PlainTitles(GenerateJsonSchema):
    """Leaves out the titles pydantic makes up of field names ("Ownersorid"); the types' own titles stay."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  # pydantic's signature
        return False


def _in_wire_words(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            name: in_wire_words(value) if name == "description" and isinstance(value, str) else _in_wire_words(value)
            for name, value in node.items()
        }
    return [_in_wire_words(item) for item in node] if isinstance(node, list) else node
