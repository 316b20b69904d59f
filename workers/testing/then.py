"""What must have been sent since the clock was last set; a failure shows the unit's story."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from contracts.dead_letters import REASON
from contracts.topics import Topic
from workers.explain.words import Words
from workers.testing.messages import camel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contracts.records import OutputRecord
    from workers.testing.given import Unit
    from workers.testing.golden import GoldenFolder
    from workers.testing.messages import Json
    from workers.testing.world import VirtualWorld

__tracebackhide__ = True  # pytest shows the test's own line


class Then:
    """Each call finds one output that none has found before, and gives its data. Fields go by snake_case names."""

    def __init__(self, world: VirtualWorld, golden: GoldenFolder) -> None:
        self._world = world
        self._golden = golden
        self._found: set[int] = set()

    def forwarded(self, unit: Unit | str, **fields: object) -> Json:
        """BSR was told the SOR half of the record (R14–R17)."""
        return self._one("forwarded", "dk.bsr.registration.forwarded.v1", unit, fields)

    def registered(self, unit: Unit | str, **fields: object) -> Json:
        """BSR was told that both halves are there (R16)."""
        return self._one("registered", "dk.bsr.registration.forwarded.v1", unit, {"state": "registered"} | fields)

    def withdrawn(self, unit: Unit | str, **fields: object) -> Json:
        """BSR was told to forget the place (R14, R29)."""
        return self._one("withdrawn", "dk.bsr.registration.withdrawn.v1", unit, fields)

    def deregistered(self, unit: Unit | str, **fields: object) -> Json:
        """The registration ended (R25)."""
        return self._one("deregistered", "dk.bsr.deregistration.effective.v1", unit, fields)

    def invoiced(self, unit: Unit | str, year: int, **fields: object) -> Json:
        """The year's fee was triggered (R31, R39)."""
        return self._one("invoiced", "dk.stps.invoice.triggered.v1", unit, {"fee_year": year} | fields)

    def not_due(self, unit: Unit | str, year: int, **fields: object) -> Json:
        """The fee question was asked and nothing was due (R40)."""
        return self._one("not due", "dk.stps.invoice.not-due.v1", unit, {"fee_year": year} | fields)

    def deletion_requested(self, unit: Unit | str, **fields: object) -> Json:
        """SDS was told that the place asks to be deleted in SOR (R45)."""
        return self._one("deletion requested", "dk.sor.deletion.requested.v1", unit, fields)

    def refused(self, unit: Unit | str, *, reason: str) -> None:
        """A message on the unit, or one that nobody can read under its key, became a dead letter."""
        named = _sor_id(unit).encode()
        for number, output in self._open():
            is_its = named == output.key or named in _text(output)
            if is_its and output.topic == Topic.DEAD_LETTERS and _reason(output) == reason:
                self._found.add(number)
                return
        raise self._failure(f"refused ({reason})", unit)

    def waits(self, unit: Unit | str, reason: str) -> None:
        """The unit waits: for an "ancestor", a "tariff", "cvr", … (`workers.tree.waiting.Reason`)."""
        if reason not in {wait.reason for wait in self._world.story(_sor_id(unit)).present.waits}:
            raise self._failure(f"waits ({reason})", unit)

    def nothing_else(self) -> None:
        """Nothing was sent since the clock was last set but what has been found."""
        left = [output for _, output in self._open()]
        if left:
            raise self._failure("nothing else", left[0].key.decode() if left[0].key else "")

    def matches_golden(self, name: str) -> None:
        """All outputs since the beginning are those of the file ``golden/<name>`` beside the test.

        ``pytest --sorbro-update-golden`` writes it.
        """
        difference = self._golden.compare(name, self._world.outputs)
        if difference is not None:
            raise AssertionError("\n".join([difference.says, *self._story(difference.sor_id)]))

    def _one(self, what: str, ce_type: str, unit: Unit | str, fields: dict[str, object]) -> Json:
        wanted = {camel(name): value for name, value in fields.items()}
        near: list[Json] = []
        for number, output in self._open():
            if _type(output) != ce_type or output.key != _sor_id(unit).encode():
                continue
            said: Json = json.loads(_text(output))
            if all(name in said and said[name] == value for name, value in wanted.items()):
                self._found.add(number)
                return said
            near.append({name: said.get(name) for name in wanted})
        raise self._failure(f"{what} with {_listed(wanted)}" if wanted else what, unit, near)

    def _open(self) -> Iterator[tuple[int, OutputRecord]]:
        """Yield what was sent since the clock was last set and has not been found yet."""
        for number in range(self._world.chapter, len(self._world.outputs)):
            if number not in self._found:
                yield number, self._world.outputs[number]

    def _failure(self, what: str, unit: Unit | str, near: Sequence[Json] = ()) -> AssertionError:
        since = self._world.opened_at
        lines = [f"expected since {_english.instant(since)}: {what}" + (f", of {unit}" if unit else "")]
        lines += [f"  there is one with {_listed(each)}" for each in near]
        lines += ["", "sent since then and not found yet:"]
        lines += [f"  {line}" for line in map(_told, (output for _, output in self._open()))] or ["  nothing"]
        return AssertionError("\n".join([*lines, *self._story(_sor_id(unit))]))

    def _story(self, sor_id: str) -> list[str]:
        return ["", "the unit's story:", "", self._world.page(sor_id)] if sor_id else []


_english: Final = Words("en")


def _sor_id(unit: Unit | str) -> str:
    return unit if isinstance(unit, str) else unit.sor_id


def _type(output: OutputRecord) -> str:
    return dict(output.headers).get("ce_type", b"").decode() if output.topic != Topic.DEAD_LETTERS else "dead letter"


def _text(output: OutputRecord) -> bytes:
    return output.value or b""


def _reason(output: OutputRecord) -> str:
    return dict(output.headers)[REASON].decode()


def _told(output: OutputRecord) -> str:
    what = f"dead letter: {_reason(output)}" if output.topic == Topic.DEAD_LETTERS else _type(output)
    return f"{_english.instant(output.time)}  {what}  {(output.key or b'').decode()}"


def _listed(fields: Json) -> str:
    return ", ".join(f"{name} {value}" for name, value in fields.items())
