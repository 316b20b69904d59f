"""One seed's campaign: what is to go wrong, in an order that the seed draws, while the senders go on."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from faults.brokers import BrokerFaults
from faults.network import NetworkFaults
from faults.plan import Plan
from faults.stage import Stage, at_rest, settled, stage
from faults.verifier import Verdict
from faults.workforce import Workforce

WORKERS: Final = 3
_DAY_SECONDS: Final = 0.5

Episode = Callable[[], Awaitable[None]]


@dataclass
class Outcome:
    """What a campaign did and what came of it."""

    seed: int
    verdict: Verdict
    faults: Counter[str]
    steps: Counter[str]
    late_produce: Counter[int]
    recoveries: list[float] = field(default_factory=list)
    seconds: float = 0.0
    days: int = 0


async def campaign(seed: int, plan: Plan, folder: Path, say: Callable[[str], None]) -> Outcome:
    """Play one seed to its verdict."""
    began = time.monotonic()
    rng = random.Random(seed)  # noqa: S311  # a campaign, not a secret
    async with stage(folder, seed, workers=WORKERS, units=3000) as scene:
        say(f"seed {seed}: three brokers after {time.monotonic() - began:.0f} s; everything in {folder}")
        told: Counter[str] = Counter()

        def count(kind: str, text: str) -> None:
            told[kind] += 1
            say(f"{time.monotonic() - began:6.1f} s  {kind}: {text}")

        force = Workforce(scene, random.Random(rng.random()), count)  # noqa: S311
        network = NetworkFaults(scene, random.Random(rng.random()), count)  # noqa: S311
        brokers = BrokerFaults(scene, random.Random(rng.random()), count)  # noqa: S311
        await force.gather()
        telling = asyncio.create_task(_tell(scene))
        try:
            await asyncio.gather(
                _play(_shuffled(rng, force.episodes(plan))),
                _play(_shuffled(rng, [*brokers.episodes(plan), *network.episodes(plan)])),
            )
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        say(f"{time.monotonic() - began:6.1f} s  quiet: {scene.inputs} records in {scene.day}; settling")
        await network.calm()
        await force.calm()
        await scene.announce(scene.day)  # the last word of the senders may have been cut off
        await settled(scene, lambda text: say(f"          {text}"))
        for worker in scene.workers:
            await asyncio.to_thread(worker.leave)
        verdict = await at_rest(scene)
        return Outcome(
            seed,
            verdict,
            told,
            force.steps,
            scene.network.late_produce,
            force.recoveries,
            time.monotonic() - began,
            scene.days,
        )


async def _tell(scene: Stage) -> None:
    while True:
        await scene.tell_a_day()
        await asyncio.sleep(_DAY_SECONDS)


async def _play(episodes: Iterable[Episode]) -> None:
    for episode in episodes:
        await episode()


def _shuffled(rng: random.Random, episodes: list[Episode]) -> list[Episode]:
    rng.shuffle(episodes)
    return episodes
