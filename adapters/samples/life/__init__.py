"""A sample register's life: what opens, changes, moves and closes, night by night."""

from __future__ import annotations

from adapters.samples.life.life import Life, Night
from adapters.samples.life.scene import Change
from adapters.samples.life.standing import Standing

__all__ = ["Change", "Life", "Night", "Standing"]
