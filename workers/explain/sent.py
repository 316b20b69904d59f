"""From an output record to an event of the story."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError

from contracts import dead_letters
from contracts.dead_letters import DeadLetterReason
from contracts.deregistrations import DeregistrationEffective, SorDeletionRequested
from contracts.invoice_triggers import InvoiceNotDue, InvoiceTriggered
from contracts.registrations import RegistrationForwarded, RegistrationWithdrawn
from contracts.topics import MESSAGES, Topic
from workers.explain import changes, outputs
from workers.explain.inputs import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.records import InputRecord
    from contracts.wire import Message
    from workers.explain.outputs import OutputEvent

OUTPUTS: Final = frozenset(
    {
        Topic.REGISTRATIONS.value,
        Topic.DEREGISTRATIONS.value,
        Topic.INVOICE_TRIGGERS.value,
        Topic.DELETION_REQUESTS.value,
        Topic.DEAD_LETTERS.value,
    }
)
"""The topics others read."""

_ORIGIN: Final = (dead_letters.CONNECT_TOPIC, dead_letters.CONNECT_PARTITION, dead_letters.CONNECT_OFFSET)
_Alike = outputs.Withdrawn | outputs.Deregistered | outputs.Invoiced | outputs.NotDue
_ALIKE: Final[Mapping[type[Message], type[_Alike]]] = {
    RegistrationWithdrawn: outputs.Withdrawn,
    DeregistrationEffective: outputs.Deregistered,
    InvoiceTriggered: outputs.Invoiced,
    InvoiceNotDue: outputs.NotDue,
}
"""Messages that are told by fields of the same names."""
_OWN: Final = frozenset({"kind"})


class ExplainError(RuntimeError):
    """The story cannot be told; the message says what to do."""


class Speaker:
    """Turns outputs into events; it remembers the last record forwarded, to say what a new one changes."""

    def __init__(self) -> None:
        self._record: RegistrationForwarded | None = None

    def event(self, record: InputRecord, *, is_on_record: bool) -> OutputEvent:
        """The output as an event. Raises `ExplainError` for one that this release does not know."""
        place = Place(topic=record.topic, partition=record.partition, offset=record.offset) if is_on_record else None
        base = {"at": record.timestamp, "place": place, "topic": record.topic}
        headers = _texts(record)
        try:
            if record.topic == Topic.DEAD_LETTERS:
                return _dead_letter(record, headers, base)
            message = MESSAGES[Topic(record.topic)][headers["ce_type"]].from_json(record.value or b"")
        except (ValidationError, KeyError) as error:
            raise ExplainError(
                f"{record.topic}[{record.partition}]@{record.offset} is not an output that this release knows: "
                "explain it with the release that wrote it, or a newer one"
            ) from error
        base |= {
            "id": headers.get("ce_id", ""),
            "caused_by": headers.get("ce_causationid", ""),
            "why": getattr(message, "explanation", None),
        }
        return self._forwarded(message, base) if isinstance(message, RegistrationForwarded) else _other(message, base)

    def _forwarded(self, message: RegistrationForwarded, base: dict[str, Any]) -> outputs.Forwarded:
        before, self._record = self._record, message
        return outputs.Forwarded(
            **base,
            registration_id=message.registration_id,
            state=message.state,
            is_first=before is None,
            enrichment=message.enrichment,
            closes_on=message.closes_on,
            changes=changes.of_record(before, message),
            discrepancies=tuple(each.field for each in message.discrepancies),
        )


def origin_of(dead_letter: InputRecord) -> str:
    """Where the record lies that became a dead letter: its topic, partition and offset."""
    headers = _texts(dead_letter)
    return "/".join(headers.get(name, "") for name in _ORIGIN)


def _texts(record: InputRecord) -> dict[str, str]:
    return {name: value.decode("utf-8", "replace") for name, value in record.headers}


def _dead_letter(record: InputRecord, headers: dict[str, str], base: dict[str, Any]) -> outputs.DeadLetter:
    return outputs.DeadLetter(
        **base,
        id=origin_of(record),
        caused_by=headers.get("ce_id", ""),
        why=None,
        reason=TypeAdapter(DeadLetterReason).validate_python(headers.get(dead_letters.REASON)),
        detail=headers.get(dead_letters.DETAIL, ""),
    )


def _other(message: Message, base: dict[str, Any]) -> OutputEvent:
    if isinstance(message, SorDeletionRequested):
        return outputs.DeletionRequested(**base, reference_number=message.reference_number)
    if isinstance(message, InvoiceTriggered):
        recipient = message.recipient
        base |= {"channel": recipient.channel, "billed_sor_id": recipient.billed_sor_id}
    for kind, model in _ALIKE.items():
        if isinstance(message, kind):
            names = {each.name for each in fields(model)} - base.keys() - _OWN
            return model(**base, **{name: getattr(message, name) for name in names})
    raise TypeError(f"{type(message).__name__} is no output")
