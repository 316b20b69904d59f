"""Sample registers that have begun to live."""

from __future__ import annotations

from datetime import date

from adapters.samples import sample_trees
from adapters.samples.life import Life
from adapters.samples.pending import with_pending

FIRST_DAY = date(2023, 1, 1)


def trees_of(units, seed):
    """A register as its first file shows it, on `FIRST_DAY`."""
    return list(with_pending(sample_trees(units, seed, FIRST_DAY), FIRST_DAY, seed))


def begun(units, seed):
    """A life whose register has been taken in."""
    life = Life(FIRST_DAY, seed)
    assert sum(len(tree) for tree in life.settle(trees_of(units, seed))) == units
    return life


def units_of(trees):
    """All units by id."""
    return {unit.sor_id: unit for tree in trees for unit in tree}
