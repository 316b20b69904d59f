"""SOR2 CSV, `SorEntity_daily.csv`: a unit a row, UTF-8 with BOM, semicolons, decimal commas (notes/sor.md §1.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from adapters.samples.danish_places import REGIONS
from adapters.samples.files.inheritance import resolved
from adapters.samples.files.map_points import map_point, metres
from adapters.samples.tree_builder import Tree
from adapters.sor_files import sor2_csv_columns as columns
from adapters.sor_files.entity import SnapshotEntity
from contracts.addresses import Address
from contracts.code_lists import entity_type_label, speciality_label
from contracts.identifiers import SorId
from contracts.sor_entities import OwnerType

_LINE_END: Final = "\r\n"
_NEEDS_QUOTES: Final = re.compile(r'[;"\r\n]')
_OWNER_LABELS: Final[Mapping[OwnerType | None, str]] = {
    "private": "privat",
    "municipality": "kommune",
    "region": "region",
    "state": "stat",
    None: "",
}


def csv_text(trees: Iterable[Tree], day: date) -> Iterator[str]:
    """Yield the file of `day` row by row, one tree in memory at a time."""
    yield ";".join(columns.ALL) + _LINE_END
    for tree in trees:
        units = {unit.sor_id: unit for unit in resolved(tree)}
        for unit in units.values():
            cells = _unit(unit, units) | _addresses(unit, day)
            yield ";".join(cells.get(column) or "" for column in columns.ALL) + _LINE_END


def _unit(unit: SnapshotEntity, units: Mapping[SorId, SnapshotEntity]) -> dict[str, str]:
    owner, institution = units[unit.owner_sor_id], _institution(unit, units)
    return {
        columns.SOR_ID: _id(unit.sor_id),
        columns.SOR_TYPE: unit.sor_type,
        columns.PARENT: _id(unit.parent_sor_id),
        columns.NAME: _cell(unit.name),
        columns.TYPE_CODE: unit.entity_type or "",
        columns.TYPE_LABEL: _type_label(unit),
        columns.OWNER: _id(owner.sor_id),
        columns.OWNER_NAME: _cell(owner.name),
        columns.OWNER_TYPE_LABEL: _OWNER_LABELS[owner.owner_type],
        columns.CVR: owner.cvr or "",
        columns.INSTITUTION: _id(institution.sor_id if institution is not None else None),
        columns.INSTITUTION_NAME: _cell(institution.name) if institution is not None else "",
        columns.INSTITUTION_TYPE_LABEL: _type_label(institution) if institution is not None else "",
        columns.P_NUMBER: unit.p_number or "",
        columns.SHAK: _cell(unit.shak),
        columns.PROVIDER_ID: _cell(unit.provider_id),
        columns.FIRST_FROM: _day(unit.first_from_date),
        columns.FROM: _day(unit.from_date),
        columns.TO: _day(unit.to_date),
        columns.UPDATED: _day(unit.updated_on),
        columns.TELEPHONE: _cell(unit.telephone),
        columns.WEBSITE: _cell(unit.website),
        columns.EMAIL: _cell(unit.email),
        columns.REPLACES: " ".join(unit.replaces),
        columns.REPLACED_BY: " ".join(unit.replaced_by),
        **_specialities(unit),
        **_location_number(unit),
    }


def _specialities(unit: SnapshotEntity) -> dict[str, str]:
    cells: dict[str, str] = {}
    for (code, label), speciality in zip(columns.SPECIALITIES, unit.specialities, strict=False):
        cells[code] = speciality.code
        cells[label] = _cell(speciality_label(speciality.code))
    return cells


def _location_number(unit: SnapshotEntity) -> dict[str, str]:
    number = unit.location_number
    if number is None:
        return {}
    return {
        columns.GLN: number.gln,
        columns.GLN_INHERITED: "true" if number.inherited else "false",
        columns.GLN_REGION_CODE: number.region or "",
        columns.GLN_REGION_NAME: REGIONS.get(number.region or "", ""),
        columns.GLN_SYSTEM: number.edi_system or "",
        columns.GLN_SUPPLIER: number.system_supplier or "",
        columns.GLN_OPERATOR: number.network_operator or "",
    }


def _addresses(unit: SnapshotEntity, day: date) -> dict[str, str]:
    addresses = (unit.postal_address, unit.visiting_address, unit.activity_address)
    cells: dict[str, str] = {}
    for name, address in zip(columns.ADDRESSES, addresses, strict=True):
        if address is not None:
            parts = _address(address, unit.sor_id, day)
            cells |= {f"{name}{part}": text for part, text in zip(columns.ADDRESS_PARTS, parts, strict=True)}
    return cells


def _address(address: Address, of: SorId, day: date) -> tuple[str, ...]:
    """Return the parts in the order of the columns."""
    point = map_point(address, of, day)
    return (
        _cell(address.street),
        _cell(address.number),
        _cell(address.floor),
        _cell(address.door),
        "",
        _cell(address.postcode),
        _cell(address.city),
        address.municipality_code or "",
        point.region_code if point is not None else "",
        address.country_code or "",
        _measure(point.easting_mm) if point is not None else "",
        _measure(point.northing_mm) if point is not None else "",
    )


def _institution(unit: SnapshotEntity, units: Mapping[SorId, SnapshotEntity]) -> SnapshotEntity | None:
    """Return the SI that the unit is, or stands under."""
    climbing: SnapshotEntity | None = unit
    while climbing is not None and climbing.sor_type != "SI":
        climbing = units.get(climbing.parent_sor_id) if climbing.parent_sor_id is not None else None
    return climbing


def _type_label(unit: SnapshotEntity) -> str:
    return _OWNER_LABELS[unit.owner_type] or _cell(entity_type_label(unit.entity_type or ""))


def _id(sor_id: SorId | None) -> str:
    """Write it so that a spreadsheet takes it for text."""
    return f'="{sor_id}"' if sor_id is not None else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


def _measure(millimetres: int) -> str:
    return metres(millimetres).replace(".", ",")


def _cell(text: str | None) -> str:
    if text is None or not _NEEDS_QUOTES.search(text):
        return text or ""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
