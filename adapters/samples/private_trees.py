"""Private owners: clinics with their providers, and hospitals with their departments (R18)."""

from __future__ import annotations

from typing import Any

from adapters.samples.danish_names import CLINIC_KINDS, ClinicKind
from adapters.samples.tree_builder import TreeBuilder
from adapters.sor_files.entity import SnapshotEntity, Speciality

SPECIALITIES: tuple[str, ...] = (
    "394582007", "394585009", "394579002", "394609007", "394594003", "394801008", "394604002", "394587001",
    "394537008", "394810000", "394591006", "394577000",
)  # fmt: skip
"""Codes of `contracts.code_lists.specialities` that specialists and hospital departments commonly have."""
_GENERAL_PRACTICE, _DENTISTRY, _ORTHODONTICS = "408443003", "394812008", "394608004"
_WITH_PROVIDER_ID = {"almen lægepraksis", "speciallægepraksis", "tandlægepraksis"}
_UNITS_WITH_SECOND_CLINIC = 6
_PROVIDER = "255203001"
"""The entity type seen on real providers (behandlere); its label is not published (notes/sor.md §1.7)."""


def plant_clinic(builder: TreeBuilder, size: int, *, has_cvr: bool = True) -> None:
    """Plant one owner with `size` units: IE, SI and an OE (provider) for each more; big ones have two SIs."""
    rng, town = builder.rng, builder.town()
    kind = rng.choices(CLINIC_KINDS, weights=[each.share for each in CLINIC_KINDS])[0]
    address = builder.address(town)
    person = builder.person()
    name = rng.choice(kind.names).format(street=address.street, city=town.city, person=person)
    company = rng.choice([f"{name} ApS", f"{name} I/S", name]) if has_cvr else person
    own_number: dict[str, Any] = {}
    if rng.choice([True, False]):
        own_number["location_number"] = builder.own_location_number(town)
    owner = builder.owner(
        company,
        "privat",
        town,
        has_cvr=has_cvr,
        **{"postal_address": address, **builder.contact(name), **own_number},
    )
    left = size - 1
    sites = 2 if size >= _UNITS_WITH_SECOND_CLINIC else min(left, 1)
    for number in range(sites):
        site_town = town if number == 0 else builder.town()
        site_name = name if number == 0 else f"{name}, {site_town.city}"
        clinic = _plant_clinic_site(builder, owner, kind, site_name, moved=number > 0)
        providers = (left - sites) // sites + (1 if number < (left - sites) % sites else 0)
        for _ in range(providers):
            builder.unit(clinic, builder.person(), **_provider(builder, kind))


def plant_private_hospital(builder: TreeBuilder, size: int) -> None:
    """Plant a private hospital: its departments, and not the SI, are the places (R18)."""
    town = builder.town()
    name = f"Privathospitalet {builder.rng.choice(['Åhøj', 'Møllebæk', 'Strandparken', 'Kildehus'])} {town.city}"
    owner = builder.owner(f"{name} A/S", "privat", town, **builder.contact(name))
    hospital = builder.institution(owner, name, "hospital", shak=str(builder.rng.randint(1000, 9999)))
    for number in range(size - 2):
        plant_department(builder, hospital, f"Afdeling {number + 1}")


def plant_department(builder: TreeBuilder, parent: SnapshotEntity, name: str) -> SnapshotEntity:
    """Plant a hospital department that treats patients, with a main and at times a secondary speciality."""
    main, secondary = builder.rng.sample(SPECIALITIES, 2)
    specialities = [Speciality(main, "main"), Speciality(secondary, "secondary")]
    count = builder.rng.choice([1, 1, 2])
    return builder.unit(
        parent, name, "klinisk enhed", is_treatment_place=True, specialities=tuple(specialities[:count])
    )


def _plant_clinic_site(
    builder: TreeBuilder, owner: SnapshotEntity, kind: ClinicKind, name: str, *, moved: bool
) -> SnapshotEntity:
    # Most sites inherit the owner's address (R8); a second one has its own.
    fields = {"visiting_address": builder.address(builder.town())} if moved else {}
    return builder.institution(
        owner,
        name,
        kind.entity_type,
        is_treatment_place=True,
        specialities=_specialities(builder, kind),
        **fields,
    )


def _specialities(builder: TreeBuilder, kind: ClinicKind) -> tuple[Speciality, ...]:
    rng = builder.rng
    if kind.entity_type == "almen lægepraksis":
        return (Speciality(_GENERAL_PRACTICE, "main"),)
    if kind.entity_type == "speciallægepraksis":
        return (Speciality(rng.choice(SPECIALITIES), "main"),)
    if kind.entity_type == "tandlægepraksis":
        orthodontics = (Speciality(_ORTHODONTICS, "secondary"),) if rng.randint(1, 6) == 1 else ()
        return (Speciality(_DENTISTRY, "main"), *orthodontics)
    return ()


def _provider(builder: TreeBuilder, kind: ClinicKind) -> dict[str, str]:
    if kind.entity_type not in _WITH_PROVIDER_ID:
        return {"entity_type": _PROVIDER}
    return {"entity_type": _PROVIDER, "provider_id": f"{builder.rng.randint(1_000, 199_999):06}"}
