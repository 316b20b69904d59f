"""Decided, and not yet in the core on this branch: flip when it is."""

from __future__ import annotations

THIRD_ROUND = False
"""Decisions of 03:18. A trigger does not silence a later `already-triggered` on its occasion (but in yearly runs);
low-turnover exemptions are for private owners; a self-registration that ends an exemption is asked for its year."""
