"""Where Sorbro and the rulebook differ and a fix is on its way (findings.md): the oracle goes along until then."""

from __future__ import annotations

NULL_START_AT_CLOSURE = True
"""Finding 1: a place that does not say when treatment began owes the year of its closure whatever its registeredOn."""
