"""A CVR service of our own making: it knows what it is told, fails when it is told, and counts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from adapters.cvr.sample import sample_cvr_numbers, sample_p_numbers
from adapters.cvr.service import Answer, Number, Reading
from contracts.cvr_facts import CompanyFact, ProductionUnitFact
from contracts.identifiers import CvrNumber

START = datetime(2026, 6, 15, 8, tzinfo=UTC)


def cvr_numbers(count: int) -> list[CvrNumber]:
    return list(islice(sample_cvr_numbers(), count))


def p_numbers(count: int):
    return list(islice(sample_p_numbers(), count))


def reading(number: Number, name: str = "Prøve ApS", **changes) -> Reading:
    """What the service says of a number it knows."""
    if isinstance(number, CvrNumber):
        return Reading(CompanyFact(cvr=number, name=name, status="active"), **changes)
    return Reading(ProductionUnitFact(p_number=number, cvr=None, name=name, status="active"), **changes)


class LoopClock:
    """Wall time that passes as the loop's does."""

    def now(self) -> datetime:
        return START + timedelta(seconds=asyncio.get_running_loop().time())

    def latest(self) -> datetime:
        return self.now()


class FakeService:
    """Knows every number but those in `unknown`; `told` overrides. `fault` runs before each answer and may raise."""

    def __init__(self, *, batch_size: int = 200, seconds: float = 0.05) -> None:
        self.batch_size = batch_size
        self.seconds = seconds
        self.unknown: set[Number] = set()
        self.told: dict[Number, Reading] = {}
        self.fault: Callable[[Sequence[Number]], object] = lambda _: None
        self.asked: list[tuple[float, tuple[Number, ...]]] = []
        self.in_the_air = 0
        self.most_in_the_air = 0

    @property
    def calls(self) -> int:
        return len(self.asked)

    @property
    def questions(self) -> list[tuple[Number, ...]]:
        return [numbers for _, numbers in self.asked]

    async def ask(self, numbers: Sequence[Number], today: date) -> Answer:
        assert 1 <= len(numbers) <= self.batch_size
        assert len(set(numbers)) == len(numbers)
        assert all(number.is_valid for number in numbers)
        self.asked.append((asyncio.get_running_loop().time(), tuple(numbers)))
        self.in_the_air += 1
        self.most_in_the_air = max(self.most_in_the_air, self.in_the_air)
        try:
            await asyncio.sleep(self.seconds)
            answer = self.fault(numbers)
            return answer if isinstance(answer, Answer) else self.answer(numbers)
        finally:
            self.in_the_air -= 1

    def answer(self, numbers: Sequence[Number]) -> Answer:
        """The whole truth about the numbers."""
        known = [number for number in numbers if number not in self.unknown]
        return Answer({number: self.told.get(number) or reading(number) for number in known})


def failing(*failures):
    """A fault that raises these one after the other, and then nothing."""
    left = list(failures)

    def fault(_numbers):
        if left:
            raise left.pop(0)

    return fault


def always(failure):
    """A fault that raises this every time."""

    def fault(_numbers):
        raise failure

    return fault
