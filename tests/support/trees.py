"""Whole trees of every kind of owner (R18), as first versions: an owner, its institutions, its departments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from support.messages import ENTITY_TYPE, Json, address, cvr_number, entity, p_number, sor_id


class Unit:
    """One unit and the data of its first version."""

    def __init__(self, first: Json) -> None:
        self.first = first
        self.sor_id: str = first["sorId"]
        self.owner: str = first["ownerSorId"]

    def __repr__(self) -> str:
        return f"{self.first['sorType']} {self.sor_id} {self.first['name']}"


@dataclass(frozen=True)
class Tree:
    """An owner and its units, parents before children; `place` is the behandlingssted most tests are about."""

    owner: Unit
    units: tuple[Unit, ...]
    place: Unit

    @property
    def institution(self) -> Unit:
        return next(unit for unit in self.units if unit.first["sorType"] == "SI")

    @property
    def departments(self) -> tuple[Unit, ...]:
        return tuple(unit for unit in self.units if unit.first["sorType"] == "OE")

    @property
    def places(self) -> tuple[Unit, ...]:
        return tuple(unit for unit in self.units if unit.first["isTreatmentPlace"])


def owner(item: int, owner_type: str = "private", **changes: Any) -> Unit:
    """An IE. Private ones have the self-service as their channel, public ones SORUS."""
    identity = sor_id(item)
    defaults: Json = {
        "name": f"Ejer {item}",
        "cvr": cvr_number(item),
        "channel": "self-service" if owner_type == "private" else "sorus",
        "postal_address": address("Østergade"),
        "telephone": "29439846",
        "email": "klinik@example.dk",
        "website": "www.example.dk",
    }
    return Unit(
        entity(sor_id=identity, owner_sor_id=identity, sor_type="IE", owner_type=owner_type, **defaults | changes)
    )


def below(parent: Unit, item: int, sor_type: str = "SI", **changes: Any) -> Unit:
    """A unit right under `parent`, of the same owner and channel."""
    given: Json = {"name": f"Enhed {item}", "channel": parent.first["channel"]}
    return Unit(
        entity(
            sor_id=sor_id(item),
            owner_sor_id=parent.owner,
            parent_sor_id=parent.sor_id,
            sor_type=sor_type,
            **given | changes,
        )
    )


def private_clinic(item: int = 1000, **owner_changes: Any) -> Tree:
    """IE with CVR, SI that is the place, and one provider (OE) under it."""
    top = owner(item, **owner_changes)
    clinic = below(
        top,
        item + 1,
        name="Brønderslev fodterapi",
        entity_type=ENTITY_TYPE["clinic"],
        is_treatment_place=True,
        p_number=p_number(item),
        specialities=[{"code": "408443003", "kind": "main"}],
    )
    provider = below(clinic, item + 2, "OE", name="Ane Prøve", provider_id="001234")
    return Tree(top, (top, clinic, provider), clinic)


def owner_without_cvr(item: int = 2000) -> Tree:
    """A private person whom SDS created (R18); invoiced by e-mail (R37)."""
    tree = private_clinic(item, cvr=None, channel="sor-office")
    clinic = Unit(tree.place.first | {"pNumber": None})
    return Tree(tree.owner, (tree.owner, clinic, *tree.departments), clinic)


def municipality(item: int = 3000) -> Tree:
    """A municipality with one place."""
    return _public("municipality", item, entity_type="550621000005101")


def region(item: int = 4000) -> Tree:
    """A region with a hospital whose department is the place."""
    return _hospital(owner(item, "region"), item)


def regional_place(item: int = 7000, entity_type: str = "264361005") -> Tree:
    """A region's place that is no hospital unit: a sundhedscenter unless told otherwise (R18, categories 2–5)."""
    return _public("region", item, entity_type=entity_type)


def state(item: int = 6000) -> Tree:
    """The state with one place: a clinic in a prison."""
    return _public("state", item, entity_type="722173008")


def private_hospital(item: int = 5000) -> Tree:
    """A private owner whose SI is a hospital: its departments are the places (R18), the hospital pays (R37)."""
    return _hospital(owner(item, channel="sor-office"), item)


def wide_owner(size: int, item: int = 10_000, **owner_changes: Any) -> Tree:
    """A private owner with `size` places right under it (R11)."""
    top = owner(item, **owner_changes)
    places = [below(top, item + number, is_treatment_place=True) for number in range(1, size + 1)]
    return Tree(top, (top, *places), places[0])


def deep_owner(levels: int, item: int = 20_000) -> Tree:
    """A chain of `levels` units, one under the other, an SI under an SI among them; the lowest is the place (R11)."""
    units = [owner(item)]
    for level in range(1, levels):
        is_last = level == levels - 1
        units.append(below(units[-1], item + level, "SI" if level <= 2 else "OE", is_treatment_place=is_last))
    return Tree(units[0], tuple(units), units[-1])


def _public(owner_type: str, item: int, **changes: Any) -> Tree:
    top = owner(item, owner_type)
    place = below(top, item + 1, is_treatment_place=True, p_number=p_number(item), **changes)
    return Tree(top, (top, place), place)


def _hospital(top: Unit, item: int) -> Tree:
    hospital = below(top, item + 1, entity_type=ENTITY_TYPE["hospital"], p_number=p_number(item))
    departments = [
        below(hospital, item + number, "OE", entity_type=ENTITY_TYPE["department"], is_treatment_place=True)
        for number in (2, 3)
    ]
    return Tree(top, (top, hospital, *departments), departments[0])
