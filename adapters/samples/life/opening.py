"""What is new: clinics with their owner, providers and departments, and institutions that take over from others."""

from __future__ import annotations

from datetime import timedelta

from adapters.samples.life.closing import announce
from adapters.samples.life.scene import Scene
from adapters.samples.private_trees import plant_clinic, plant_department, plant_private_hospital, plant_provider
from adapters.samples.register import private_tree_size
from adapters.sor_files.treatment_places import HOSPITAL

_ONE_HOSPITAL_IN = 80
_SMALL_HOSPITAL = 5
_HANDED_OVER_WITHIN = (7, 40)


def open_a_clinic(scene: Scene) -> None:
    """Bring in a private owner with its tree, mostly three units at once (notes/sor.md §4.2)."""
    if scene.rng.randrange(_ONE_HOSPITAL_IN) == 0:
        plant_private_hospital(scene.builder, _SMALL_HOSPITAL)
    else:
        plant_clinic(scene.builder, private_tree_size(scene.rng))
    scene.bring_in()


def add_a_unit(scene: Scene) -> None:
    """Bring in a provider or, in a hospital, a department. Under what is closing it closes with it (R23)."""
    place = scene.standing.any_unit(scene.rng)
    closes_too_soon = place.to_date is not None and place.to_date < scene.latest_birth
    if place.sor_type != "SI" or not scene.is_private(place) or closes_too_soon:
        return
    if place.entity_type == HOSPITAL:
        plant_department(scene.builder, place, f"Afdeling {scene.rng.randint(20, 99)}")
    else:
        plant_provider(scene.builder, place)
    scene.bring_in(place.to_date)


def hand_over(scene: Scene) -> None:
    """Let an institution close, and another of the same owner come in its stead; each names the other."""
    old = scene.find(scene.is_clinic)
    owner = scene.owner_of(old) if old is not None else None
    if old is None or owner is None or owner.to_date is not None:
        return
    scene.builder.go_on_under(owner)
    new = scene.builder.institution(
        owner,
        f"{old.name} 2",
        None,
        entity_type=old.entity_type,
        is_treatment_place=old.is_treatment_place,
        specialities=old.specialities,
        replaces=(old.sor_id,),
    )
    scene.bring_in()
    old = scene.revise(old, replaced_by=(new.sor_id,))
    announce(scene, old, scene.today + timedelta(days=scene.rng.randint(*_HANDED_OVER_WITHIN)))
