"""Writes what other systems read of the contracts: the JSON Schemas and the AsyncAPI document.

``python -m contracts.publish`` after every change to a model, the catalogue or an example; a test compares.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from contracts import asyncapi
from contracts.json_schemas import schema_file, schema_of
from contracts.topics import MESSAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).parent
_EXAMPLES: Final = ROOT / "examples"


def published() -> Mapping[str, str]:
    """The text of every published file, by its path below ``contracts/``."""
    files = {
        schema_file(ce_type): _json(schema_of(ce_type, model))
        for types in MESSAGES.values()
        for ce_type, model in types.items()
    }
    return files | {"asyncapi.json": _json(asyncapi.document(read_examples()))}


def read_examples() -> asyncapi.Examples:
    """The committed examples, ``examples/<ce_type>/<scenario>.json``, in the order of their names."""
    examples: asyncapi.Examples = defaultdict(list)
    for file in sorted(_EXAMPLES.glob("*/*.json")):
        examples[file.parent.name].append((file.stem, json.loads(file.read_text(encoding="utf-8"))))
    return dict(examples)


def main() -> None:
    """Write them all, and remove the schemas of messages that are no more."""
    files = published()
    for orphan in (path for path in (ROOT / "schemas").glob("*") if f"schemas/{path.name}" not in files):
        orphan.unlink()
    for name, text in files.items():
        path = ROOT / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _json(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
