"""Where Sorbro and the rulebook differ and a fix is on its way (findings.md): the oracle goes along until then."""

from __future__ import annotations

CANDIDATES = ("closure", "new-cvr", "new-p-number")
"""Finding 5: occasions that make a fee a candidate for dispensation; closure alone is right."""
CLOSURE_TAKES_THE_LATE = True
"""Finding 8: a closure takes what registers late even where a departure came before it."""
LATE_UNDER_NEW_IDENTITY = True
"""Finding 7: a closed place that registers late does so under what its identity would be now."""
REPLACED_DECISIONS_REVIVE = True
"""Finding 11: a decision that another replaced counts anew when its message is repeated."""
RETURN_NEEDS_LATER_DAY = True
"""Finding 9: after a departure a place returns with a later registeredOn, not by a newer version alone."""
REFERENCES_COUNT_ONCE = True
"""Finding 10: a deletion request is lost if its reference came before with another scope."""
NULL_START_AT_CLOSURE = True
"""Finding 1: a place that does not say when treatment began owes the year of its closure whatever its registeredOn."""
