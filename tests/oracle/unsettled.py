"""Where Sorbro and the rulebook differ and a fix is on its way: the oracle goes along until then."""

from __future__ import annotations

REPLACED_DECISIONS_REVIVE = True
"""Finding 11: a decision that another replaced counts anew when its message is repeated."""
