"""Records as a sender writes them who puts the whole CloudEvent into the value."""

from __future__ import annotations

import json
from typing import TypeVar

from contracts.records import InputRecord, OutputRecord

Record = TypeVar("Record", InputRecord, OutputRecord)


def structured(record: Record) -> Record:
    """The same event in structured mode."""
    attributes = {name.removeprefix("ce_"): raw.decode() for name, raw in record.headers if name.startswith("ce_")}
    event = attributes | {"data": json.loads(record.value or b"null")}
    headers = (("content-type", b"application/cloudevents+json"),)
    return record._replace(value=json.dumps(event).encode(), headers=headers)
