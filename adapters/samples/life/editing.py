"""What changes on a unit that stays where it is: contact, address, name, what it treats, and its numbers."""

from __future__ import annotations

from adapters.samples.danish_places import TOWN_AT
from adapters.samples.life.scene import Scene
from adapters.samples.private_trees import SPECIALITIES, a_kind, specialities_of
from adapters.samples.tree_builder import LONGEST_NAME, type_code
from adapters.sor_files.entity import SnapshotEntity, Speciality

_TREATS_NOBODY = "konsulentvirksomhed"
"""A type that BSR has no unit type for."""
_NEW_NAMES = ("Klinikken {street}", "{city} Sundhedshus & Klinik", "Sundhed i {city}", "Huset {street}")


def edit(scene: Scene) -> None:
    """Change one thing that people change often. A unit that is closing is edited too."""
    unit = scene.standing.any_unit(scene.rng)
    kinds = (_telephone, _telephone, _telephone, _address, _name, _speciality)
    scene.rng.choice(kinds)(scene, unit)


def change_type(scene: Scene) -> None:
    """Make a clinic one of another kind; one that had lost its mark has it again (R14)."""
    unit = scene.find(scene.is_clinic)
    kind = a_kind(scene.builder)
    if unit is not None and unit.entity_type != type_code(kind.entity_type):
        scene.revise(
            unit,
            entity_type=type_code(kind.entity_type),
            is_treatment_place=True,
            specialities=specialities_of(scene.builder, kind),
        )


def lose_mark(scene: Scene) -> None:
    """Make a clinic treat nobody any more: no file says so but by its type (R14)."""
    unit = scene.find(lambda unit: unit.is_treatment_place and scene.is_clinic(unit))
    if unit is not None:
        scene.revise(unit, entity_type=type_code(_TREATS_NOBODY), is_treatment_place=False, specialities=())


def change_cvr(scene: Scene) -> None:
    """Make a private owner another company: its places are other registrations from then on (R4)."""
    unit = scene.find(lambda unit: unit.owner_type == "private" and unit.cvr is not None)
    if unit is not None:
        scene.revise(unit, cvr=scene.builder.numbers.cvr())


def change_p_number(scene: Scene) -> None:
    """Give an institution another P number: for a public one a new registration (R5)."""
    unit = scene.find(lambda unit: unit.p_number is not None)
    if unit is not None:
        scene.revise(unit, p_number=scene.builder.numbers.p_number())


def _telephone(scene: Scene, unit: SnapshotEntity) -> None:
    scene.revise(unit, telephone=scene.builder.telephone())


def _address(scene: Scene, unit: SnapshotEntity) -> None:
    """Move within the town: the owner's postal address, from which others have theirs, else the visiting address."""
    old = unit.visiting_address or unit.postal_address
    town = TOWN_AT.get(old.postcode or "") if old is not None else None
    field = "postal_address" if unit.sor_type == "IE" else "visiting_address"
    scene.revise(unit, **{field: scene.builder.address(town or scene.builder.town())})


def _name(scene: Scene, unit: SnapshotEntity) -> None:
    address = scene.builder.address(scene.builder.town())
    name = scene.rng.choice(_NEW_NAMES).format(street=address.street, city=address.city)
    scene.revise(unit, name=name[:LONGEST_NAME])


def _speciality(scene: Scene, unit: SnapshotEntity) -> None:
    """Change the secondary specialities of a unit that has a main one."""
    if unit.specialities:
        main, *others = unit.specialities
        codes = {main.code, *(each.code for each in others)}
        new = scene.rng.choice([code for code in SPECIALITIES if code not in codes])
        scene.revise(unit, specialities=(main, Speciality(new, "secondary")))
