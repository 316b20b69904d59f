"""What a scenario sent, ready to be asked about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts.topics import MESSAGES, Topic

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.records import OutputRecord
    from support.trees import Unit


@dataclass(frozen=True)
class Output:
    """One output record; `output["closesOn"]` reads its data."""

    record: OutputRecord

    @property
    def topic(self) -> str:
        return str(self.record.topic)

    @property
    def key(self) -> str:
        return (self.record.key or b"").decode()

    @property
    def time(self) -> datetime:
        """The virtual instant it was decided at, in UTC."""
        return self.record.time

    @property
    def headers(self) -> dict[str, str]:
        return {name: value.decode() for name, value in self.record.headers}

    @property
    def type(self) -> str:
        return self.headers["ce_type"]

    @property
    def holds_its_contract(self) -> bool:
        """Whether a reader finds what was written. A dead letter holds what somebody else wrote."""
        if self.topic == Topic.DEAD_LETTERS:
            return True
        value = self.record.value or b""
        return MESSAGES[Topic(self.topic)][self.type].from_json(value).to_json() == value

    @property
    def value(self) -> dict[str, Any]:
        """What is said, without the explanation of why."""
        parsed: dict[str, Any] = json.loads(self.record.value or b"null")
        return {name: value for name, value in parsed.items() if name != "explanation"}

    @property
    def explanation(self) -> dict[str, Any]:
        """Why it is said (R50)."""
        parsed: dict[str, Any] = json.loads(self.record.value or b"null")["explanation"]
        return parsed

    def __getitem__(self, field: str) -> Any:
        return self.value[field]

    def __repr__(self) -> str:
        return (
            f"<{self.headers.get('ce_type') or self.topic} at {self.time:%Y-%m-%d %H:%M}Z {self.record.value!r:.400}>"
        )


class Outputs(list[Output]):
    """Outputs in the order of their emission. Each question may be narrowed to one unit."""

    def forwards(self, unit: Unit | None = None) -> Outputs:
        return self._of("dk.bsr.registration.forwarded.v1", unit)

    def withdrawals(self, unit: Unit | None = None) -> Outputs:
        return self._of("dk.bsr.registration.withdrawn.v1", unit)

    def deregistrations(self, unit: Unit | None = None) -> Outputs:
        return self._of("dk.bsr.deregistration.effective.v1", unit)

    def triggers(self, unit: Unit | None = None) -> Outputs:
        return self._of("dk.stps.invoice.triggered.v1", unit)

    def not_due(self, unit: Unit | None = None) -> Outputs:
        return self._of("dk.stps.invoice.not-due.v1", unit)

    def fee_decisions(self, unit: Unit | None = None) -> Outputs:
        """Triggers and not-due decisions, in their order (R40)."""
        return self._of("dk.stps.invoice.", unit)

    def dead_letters(self) -> Outputs:
        return Outputs(each for each in self if each.topic == "sor-bsr.dead-letters.v1")

    @property
    def reasons(self) -> list[str]:
        """Of the dead letters, in order."""
        return [each.headers["dlq.reason"] for each in self.dead_letters()]

    @property
    def one(self) -> Output:
        """The only one there is."""
        assert len(self) == 1, f"expected exactly one output, got {len(self)}: {list(self)}"
        return self[0]

    @property
    def last(self) -> Output:
        assert self, "expected an output, got none"
        return self[-1]

    def values(self, field: str) -> list[Any]:
        return [each[field] for each in self]

    def __add__(self, other: list[Output]) -> Outputs:  # type: ignore[override]  # always two of our own
        return Outputs([*self, *other])

    def _of(self, ce_type_start: str, unit: Unit | None) -> Outputs:
        return Outputs(
            each
            for each in self
            if each.headers.get("ce_type", "").startswith(ce_type_start)
            and each.topic != "sor-bsr.dead-letters.v1"
            and (unit is None or each.key == unit.sor_id)
        )
