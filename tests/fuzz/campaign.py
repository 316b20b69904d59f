"""Reading damaged files, one after the other, and judging what comes of each."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader, BytesIO
from typing import Final

from adapters.sor_files import Damaged, Reading, SnapshotEntity, SnapshotError, open_snapshot
from fuzz.mutations import mutated
from fuzz.seeds import seeds
from support.snapshots import Pipe

_PATIENCE: Final = 20
"""Seconds that a file of some kilobytes may take, on a machine that is busy with other things."""


class SlowError(BaseException):
    """A file took too long; no `Exception`, so that nothing takes it for its own."""


@dataclass
class Verdict:
    """What came of the files so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        files = sum(self.outcomes[each] for each in ("read whole", "refused")) + len(self.faults)
        counts = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(self.outcomes.items()))
        return f"{files:,} files: {counts}, {len(self.faults)} faults"


def play(seed: int, verdict: Verdict) -> None:
    """Damage one file as `seed` has it, read it, and note what came of it."""
    rng = random.Random(seed)  # noqa: S311  chance that can be repeated
    files = seeds()
    name = rng.choice(sorted(files))
    content = mutated(rng, files[name], files[rng.choice(sorted(files))])
    source = BytesIO(content) if rng.random() < 0.7 else BufferedReader(Pipe([content]))
    try:
        with _patience():
            _read(source, verdict)
    except SnapshotError:
        verdict.outcomes["refused"] += 1
    except (Exception, SlowError) as error:  # noqa: BLE001  whatever it is, it is the finding
        verdict.faults.append(f"seed {seed} ({name}): {type(error).__name__}: {error}")
    else:
        verdict.outcomes["read whole"] += 1


def _read(source: BytesIO | BufferedReader, verdict: Verdict) -> None:
    taken: set[str] = set()
    with open_snapshot(source) as snapshot:
        for unit in snapshot.units():
            if isinstance(unit, Damaged):
                verdict.outcomes["damaged units"] += 1
                continue
            assert len(unit.fingerprint) == 16
            reading = unit.read()
            assert isinstance(reading, Reading)
            assert reading.entity is not None or reading.damage, "a unit that is not taken says why"
            _judge(reading.entity, taken)
            verdict.outcomes["units" if reading.entity is not None else "damaged units"] += 1


def _judge(entity: SnapshotEntity | None, taken: set[str]) -> None:
    """Check what every reader promises of what it gives, whatever was done to the file."""
    if entity is not None:
        assert entity.sor_id not in taken, "no id twice"
        assert (entity.parent_sor_id is None) == (entity.sor_type == "IE")
        assert (entity.sor_id == entity.owner_sor_id) == (entity.sor_type == "IE")
        taken.add(entity.sor_id)


@contextmanager
def _patience() -> Iterator[None]:
    def too_slow(_number: int, _frame: object) -> None:
        raise SlowError(f"more than {_PATIENCE} s")

    before = signal.signal(signal.SIGALRM, too_slow)
    signal.alarm(_PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def minutes_of(seed: int, minutes: float, verdict: Verdict) -> int:
    """Play seeds from `seed` on for so long; return the first that was not played."""
    end = time.monotonic() + 60 * minutes
    while time.monotonic() < end:
        play(seed, verdict)
        seed += 1
    return seed
