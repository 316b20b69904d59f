"""How much goes wrong in one seed's campaign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Plan:
    """How often each kind of episode comes, in two lanes that run side by side.

    A long campaign is many seeds rather than a long plan: the longer a story, the longer every restore.
    """

    # What happens to the workers.
    kills: int = 12
    random_kills: int = 2
    zombies: int = 3
    joins: int = 1
    full_disks: int = 1
    expired_offsets: int = 1
    clock_jumps: int = 2
    # What happens around them.
    broker_kills: int = 3
    network: int = 9
    cvr: int = 2
    refusals: int = 1


FULL: Final = Plan()
QUICK: Final = Plan(kills=6, random_kills=1, zombies=1, clock_jumps=1, broker_kills=1, network=4, cvr=1)
