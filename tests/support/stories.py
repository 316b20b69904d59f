"""Stories made by chance, for property tests: what two senders say of a few places, each in its own order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from support.trees import Tree, Unit, private_clinic, private_hospital

if TYPE_CHECKING:
    from support.outputs import Outputs
    from support.scenario import Scenario

TREES: tuple[Tree, ...] = (private_clinic(), private_hospital())
UNITS: tuple[Unit, ...] = tuple(unit for tree in TREES for unit in tree.units)
PLACES: tuple[Unit, ...] = tuple(place for tree in TREES for place in tree.places)


@dataclass(frozen=True)
class Said:
    """One message of one sender."""

    by: str
    unit: Unit
    changes: tuple[tuple[str, Any], ...] = ()

    def tell(self, world: Scenario) -> Outputs:
        send = world.sor if self.by == "sor" else world.self_registers
        return send(self.unit, **dict(self.changes))


def _said(by: str, units: tuple[Unit, ...], **choices: st.SearchStrategy[Any]) -> st.SearchStrategy[Said]:
    changes = st.one_of(*(st.tuples(st.tuples(st.just(name), values)) for name, values in choices.items()))
    return st.builds(Said, st.just(by), st.sampled_from(units), changes)


EDITS = _said(
    "sor",
    UNITS,
    name=st.sampled_from(["Nyt navn", "Andet navn"]),
    telephone=st.sampled_from([None, "1", "2"]),
    status=st.sampled_from(["requested", "approved"]),
)
CLOSURES = _said("sor", UNITS, to_date=st.sampled_from([None, "2023-02-01", "2023-06-30", "2023-12-31", "2024-03-31"]))
PAST_CLOSURES = st.builds(
    Said,
    st.just("sor"),
    st.sampled_from(UNITS),
    st.just((("to_date", "2022-11-30"), ("channel", "sor-office"))),
)
MARKS = _said("sor", PLACES, is_treatment_place=st.booleans())
SELF_REGISTRATIONS = _said(
    "self", PLACES, reference_id=st.sampled_from([None, "a", "b"]), category=st.sampled_from(["4", "5"])
)
ARRIVALS: list[Said] = [Said("sor", unit) for unit in UNITS]


def interleaved(*streams: list[Said]) -> st.SearchStrategy[list[Said]]:
    """Every way to merge the streams that keeps the order of each."""
    tickets = [number for number, stream in enumerate(streams) for _ in stream]

    def deal(order: list[int]) -> list[Said]:
        left = [iter(stream) for stream in streams]
        return [next(left[number]) for number in order]

    return st.permutations(tickets).map(deal)
