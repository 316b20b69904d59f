"""A small history of the register, by chance: what SOR, BSR and STPS say, with doubles, disorder and rubbish among it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from contracts.records import InputRecord
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from support.outputs import Outputs
from support.scenario import Scenario, instant
from support.trees import Tree, Unit, private_clinic

TARIFFS = TariffTable.load()
END = instant("2025-01-01")
"""When the clock has the last day of every history behind it."""
_BEGIN = instant("2023-02-01 09:00")
_AROUND_MIDNIGHT = frozenset({20, 21, 22, 23, 0})
"""Hours of UTC, in summer and in winter."""
_INPUTS = (Topic.ENTITY_CHANGES, Topic.SELF_REGISTRATIONS, Topic.NOTICES, Topic.CVR_FACTS)


@dataclass(frozen=True)
class Arrival:
    """A record, and when it reaches the broker: not before its own timestamp, perhaps later."""

    at: datetime
    record: InputRecord


@dataclass(frozen=True)
class Story:
    """One history."""

    arrivals: list[Arrival]
    is_calm: bool
    """Whether the workers finish each message before the next."""
    clocks_jump: bool
    """Whether workers' clocks may be wrong. Only in calm ones: else nobody can tell what came before what."""


def tell(rng: Random) -> Story:
    """Two or three owners with a clinic each, registered, and then a few things that happen to them."""
    is_calm = rng.random() < 0.5
    clocks_jump = is_calm and rng.random() < 0.5
    teller = _Teller(
        rng,
        latest=timedelta(days=9) if is_calm else timedelta(minutes=20),
        # A run started on its own day is held at the instant it is heard of (R39): only a calm history knows which.
        days_to_run=(0, 3, 20) if is_calm and not clocks_jump else (3, 20),
    )
    for clinic in teller.clinics:
        teller.happens(minutes=5)
        teller.registers(clinic)
    for _ in range(rng.randint(3, 9)):
        teller.happens(minutes=rng.choice((0, 0, 7, 60, 24 * 60, 10 * 24 * 60)))
        rng.choice(
            (
                teller.edit,
                teller.edit,
                teller.closing,
                teller.closing,
                teller.undoes,
                teller.self_registration,
                teller.move,
                teller.fee_run,
                teller.repeats,
                teller.stale,
                teller.rubbish,
            )
        )()
    return Story(teller.arrivals, is_calm, clocks_jump)


class _Writing(Scenario):
    """A scenario that only writes its records down."""

    def play(self, record: InputRecord) -> Outputs:
        self.records.append(record)
        return Outputs()


class _Teller:
    def __init__(self, rng: Random, latest: timedelta, days_to_run: tuple[int, ...]) -> None:
        self._rng = rng
        self._latest = latest
        self._days_to_run = days_to_run
        self._world = _Writing(tariffs=TARIFFS).at(_BEGIN)
        self._number = 0
        self.clinics = [private_clinic(1000 + 10 * number) for number in rng.sample(range(40), rng.choice((2, 2, 3)))]
        self._homes = {clinic.place.sor_id: clinic.owner for clinic in self.clinics}
        self.arrivals: list[Arrival] = []

    def happens(self, minutes: int) -> None:
        """Time passes. Nobody writes around a Danish midnight, so that a clock a little wrong is right about the day."""
        now = self._world.now + timedelta(minutes=minutes + self._rng.randint(0, 3))
        self._world.at(now + timedelta(hours=6) if now.hour in _AROUND_MIDNIGHT else now)

    def registers(self, clinic: Tree) -> None:
        self._world.sor(clinic.owner)
        self._world.sor(clinic.place)
        if self._rng.random() < 0.85:
            self._world.self_registers(clinic.place)
        self._arrive()

    def edit(self) -> None:
        unit = self._rng.choice([self._clinic().place, self._clinic().owner])
        self._sor(unit, telephone=str(self._rng.randint(1, 9)))

    def closing(self) -> None:
        unit = self._rng.choice([self._clinic().place, self._clinic().place, self._clinic().owner])
        last_day = self._world.now.date() + timedelta(days=self._rng.choice((1, 8, 9, 40)))
        if self._rng.random() < 0.2:
            last_day -= timedelta(days=20)
        channel = self._rng.choice(("sor-office", "self-service"))
        self._sor(unit, to_date=last_day.isoformat(), channel=channel)

    def undoes(self) -> None:
        self._sor(self._clinic().place, to_date=None)

    def self_registration(self) -> None:
        self._world.self_registers(self._clinic().place, category=self._rng.choice("45"))
        self._arrive()

    def move(self) -> None:
        clinic, other = self._clinic(), self._clinic()
        if self._homes[clinic.place.sor_id] is not other.owner:
            self._world.moves(clinic.place, other.owner)
            self._homes[clinic.place.sor_id] = other.owner
            self._arrive()

    def fee_run(self) -> None:
        day = self._world.now.date() + timedelta(days=self._rng.choice(self._days_to_run))
        self._world.fee_run(day.year, day.isoformat())
        self._arrive()

    def repeats(self) -> None:
        """A message once more: at once or much later, with its old timestamp or a new one."""
        again = self._rng.choice(self.arrivals[-6:]).record
        stamp = again.timestamp if self._is_near(again.timestamp) and self._rng.random() < 0.5 else self._world.now
        self._world.play(again._replace(timestamp=stamp))
        self._arrive()

    def stale(self) -> None:
        """Two versions of one unit in the wrong order."""
        unit = self._clinic().place
        self._world.sor(unit, name="Først")
        self._world.sor(unit, name="Siden")
        self._world.records.reverse()
        self._arrive()

    def rubbish(self) -> None:
        self._number += 1
        key = self._rng.choice((None, self._clinic().owner.sor_id))
        self._world.send(self._rng.choice(_INPUTS), b"no message %d" % self._number, key=key)
        self._arrive()

    def _sor(self, unit: Unit, **changes: object) -> None:
        self._world.sor(unit, **changes)
        self._arrive()

    def _clinic(self) -> Tree:
        return self._rng.choice(self.clinics)

    def _is_near(self, timestamp: datetime) -> bool:
        return self._world.now - timestamp <= self._latest

    def _arrive(self) -> None:
        """Put down what was written, some of it with a sender's clock that is slow."""
        for record in self._world.records:
            slow = timedelta(seconds=self._rng.choice((0, 0, 0, 1, 60, 900)))
            stamp = min(record.timestamp, max(record.timestamp - slow, _BEGIN))
            self.arrivals.append(Arrival(self._world.now, record._replace(timestamp=stamp)))
        self._world.records.clear()
