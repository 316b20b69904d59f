"""The survivors somebody has looked at, each with the reason why it may live (`survivors.toml`)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True)
class Reviewed:
    """A mutant by where it stands and what it changes; numbers would shift with every edit."""

    place: str
    change: str
    reason: str


def reviewed_survivors() -> list[Reviewed]:
    """The list as it stands."""
    entries = tomllib.loads(LIST.read_text()).get("survivor", [])
    return [Reviewed(entry["place"], entry["change"].strip("\n"), entry["reason"]) for entry in entries]
