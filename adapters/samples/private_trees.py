"""Private owners: clinics with their providers, and hospitals with their departments (R18)."""

from __future__ import annotations

from typing import Any

from adapters.samples.danish_names import CLINIC_KINDS, ClinicKind
from adapters.samples.tree_builder import TreeBuilder, type_code
from adapters.sor_files.entity import SnapshotEntity, Speciality
from contracts.addresses import Address

SPECIALITIES: tuple[str, ...] = (
    "394582007", "394585009", "394579002", "394609007", "394594003", "394801008", "394604002", "394587001",
    "394537008", "394810000", "394591006", "394577000",
)  # fmt: skip
"""Codes of `contracts.code_lists.specialities` that specialists and hospital departments commonly have."""
_GENERAL_PRACTICE, _DENTISTRY, _ORTHODONTICS = "408443003", "394812008", "394608004"
_WITH_PROVIDER_ID = {type_code(label) for label in ("almen lægepraksis", "speciallægepraksis", "tandlægepraksis")}
_SHARES = [each.share for each in CLINIC_KINDS]
_UNITS_WITH_SECOND_CLINIC = 6
_PROVIDER = "255203001"
"""The entity type seen on real providers (behandlere); its label is not published (notes/sor.md §1.7)."""
_HOSPITALS = ("Åhøj", "Møllebæk", "Strandparken", "Kildehus")
_ODD_NAMES = (
    "Ældreteamet {name} & Søn",
    '"{name}" v/{person}',
    "{name}; {person} <fast vikar>",
    "Klinikfællesskabet {name} – også lørdag, søndag og på helligdage",
)
"""Whatever a file format has to write with care; the last is cut at SOR's longest name."""
_ONE_ODD_NAME_IN = 40
_ONE_REPLACES_IN = 60


def plant_clinic(builder: TreeBuilder, size: int, *, has_cvr: bool = True) -> None:
    """Plant one owner with `size` units: IE, SI and an OE (provider) for each more; big ones have two SIs."""
    rng, town = builder.rng, builder.town()
    kind = a_kind(builder)
    address = builder.address(town)
    person = builder.person()
    name = _name(builder, kind, address, person)
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
            plant_provider(builder, clinic)


def plant_provider(builder: TreeBuilder, clinic: SnapshotEntity) -> None:
    """Plant a provider (behandler); those of doctors and dentists have a ydernummer, often with leading zeros."""
    number: dict[str, Any] = {}
    if clinic.entity_type in _WITH_PROVIDER_ID:
        number["provider_id"] = f"{builder.rng.randint(1_000, 199_999):06}"
    builder.unit(clinic, builder.person(), **{"entity_type": _PROVIDER, **number})


def a_kind(builder: TreeBuilder) -> ClinicKind:
    """Choose a kind of clinic, common ones more often."""
    return builder.rng.choices(CLINIC_KINDS, weights=_SHARES)[0]


def plant_private_hospital(builder: TreeBuilder, size: int) -> None:
    """Plant a private hospital: its departments, and not the SI, are the places (R18)."""
    town = builder.town()
    name = f"Privathospitalet {builder.rng.choice(_HOSPITALS)} {town.city}"
    owner = builder.owner(f"{name} A/S", "privat", town, **builder.contact(name))
    hospital = builder.institution(owner, name, "hospital", shak=str(builder.rng.randint(1000, 9999)))
    for number in range(size - 2):
        plant_department(builder, hospital, f"Afdeling {number + 1}")


def plant_department(builder: TreeBuilder, parent: SnapshotEntity, name: str) -> SnapshotEntity:
    """Plant a hospital department that treats patients, with a main and at times a secondary speciality."""
    main, *others = builder.rng.sample(SPECIALITIES, builder.rng.choice([1, 1, 2, 3]))
    specialities = (Speciality(main, "main"), *(Speciality(code, "secondary") for code in others))
    return builder.unit(parent, name, "klinisk enhed", is_treatment_place=True, specialities=specialities)


def _plant_clinic_site(
    builder: TreeBuilder, owner: SnapshotEntity, kind: ClinicKind, name: str, *, moved: bool
) -> SnapshotEntity:
    # Most sites inherit the owner's address (R8); a second one has its own.
    fields: dict[str, Any] = {"visiting_address": builder.address(builder.town())} if moved else {}
    if builder.rng.randrange(_ONE_REPLACES_IN) == 0:
        fields["replaces"] = (builder.numbers.sor_id(),)  # long closed, so no file holds it any more
    return builder.institution(
        owner,
        name,
        kind.entity_type,
        is_treatment_place=True,
        specialities=specialities_of(builder, kind),
        **fields,
    )


def specialities_of(builder: TreeBuilder, kind: ClinicKind) -> tuple[Speciality, ...]:
    """Return the specialities that a clinic of this kind has; only doctors' and dentists' have any (R15 item 10)."""
    rng = builder.rng
    if kind.entity_type == "almen lægepraksis":
        return (Speciality(_GENERAL_PRACTICE, "main"),)
    if kind.entity_type == "speciallægepraksis":
        return (Speciality(rng.choice(SPECIALITIES), "main"),)
    if kind.entity_type == "tandlægepraksis":
        orthodontics = (Speciality(_ORTHODONTICS, "secondary"),) if rng.randint(1, 6) == 1 else ()
        return (Speciality(_DENTISTRY, "main"), *orthodontics)
    return ()


def _name(builder: TreeBuilder, kind: ClinicKind, address: Address, person: str) -> str:
    name = builder.rng.choice(kind.names).format(street=address.street, city=address.city, person=person)
    if builder.rng.randrange(_ONE_ODD_NAME_IN) == 0:
        return builder.rng.choice(_ODD_NAMES).format(name=name, person=person)
    return name
