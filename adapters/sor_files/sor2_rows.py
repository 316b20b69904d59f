"""One row of SOR2 CSV to its fields. Coordinates, AdditionalAddressInfo and the addresses' regions are not kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, Literal

from pydantic import ValidationError

from adapters.sor_files import sor2_csv_columns as names
from adapters.sor_files.civil_dates import civil_date
from adapters.sor_files.csv_layout import Row
from adapters.sor_files.entity import Damaged, LocationNumber, SnapshotEntity, Speciality
from adapters.sor_files.port import Reading
from adapters.sor_files.treatment_places import is_place_by_entity_type
from adapters.sor_files.unreadable import Fault, UnreadableError, readable_ids, relative, sor_id
from contracts.addresses import Address
from contracts.code_lists import entity_type_code, owner_type_of, speciality_code
from contracts.identifiers import CvrNumber, Gln, PNumber, SorId
from contracts.sor_entities import OwnerType

_YES: Final = frozenset({"true", "1", "ja"})
_ADDRESS: Final[Mapping[str, str]] = {
    "street": "StreetName", "number": "StreetBuildingId", "floor": "FloorId", "door": "SuiteId",
    "postcode": "PostCodeId", "city": "DistrictName", "municipality_code": "MunicipalityCode",
    "country_code": "CountryCode",
}  # fmt: skip
"""The parts of an address that are kept, and their columns."""
_REGIONS: Final[Mapping[str, str]] = {
    "nordjylland": "1081", "midtjylland": "1082", "syddanmark": "1083", "hovedstaden": "1084", "sjælland": "1085",
}  # fmt: skip
"""The codes of the regions (kms:RegionCode, notes/sor.md §1.3), by what follows "Region" in their names."""


def read_row(row: Row) -> Reading:
    """Return the row as an entity; see `FileUnit.read`."""
    faults: list[Fault] = []
    try:
        entity = _entity(row, _Cells(row.cells), faults)
    except UnreadableError as error:
        return Reading(None, (Damaged(row.sor_id, error.reason, f"{row.where}, column {error.field}"),))
    return Reading(
        entity,
        tuple(Damaged(row.sor_id, reason, f"{row.where}, column {field}", unit_kept=True) for reason, field in faults),
    )


class _Cells:
    """The cells of a row by column; None where there is nothing in it, or no such column."""

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def __getitem__(self, column: str) -> str | None:
        return self._texts.get(column) or None


def _entity(row: Row, cells: _Cells, faults: list[Fault]) -> SnapshotEntity:
    identifier = sor_id(row.sor_id, names.SOR_ID)
    name = cells[names.NAME]
    if name is None:
        raise UnreadableError("unreadable", names.NAME)
    if row.sor_type == "IE" and cells[names.PARENT] not in {None, row.sor_id}:
        raise UnreadableError("unreadable", f"{names.PARENT}: an owner stands at the top")
    if cells[names.OWNER] not in {None, row.owner}:
        faults.append(("owner-differs-from-tree", names.OWNER))
    if row.cvr_differs:
        faults.append(("cvr-differs-from-owner", names.CVR))
    entity_type = _code_or_label(cells, names.TYPE_CODE, names.TYPE_LABEL, entity_type_code, faults)
    type_is_unknown = entity_type is None and cells[names.TYPE_LABEL] is not None
    cvr, p_number = cells[names.CVR], cells[names.P_NUMBER]
    return SnapshotEntity(
        sor_id=identifier,
        sor_type=row.sor_type,
        owner_sor_id=identifier if row.parent is None else relative(row.owner),
        parent_sor_id=None if row.parent is None else relative(row.parent),
        name=name,
        entity_type=entity_type,
        type_is_unknown=type_is_unknown,
        owner_type=_owner_type(cells, faults) if row.sor_type == "IE" else None,
        is_treatment_place=is_place_by_entity_type(
            row.sor_type, entity_type, in_hospital=row.in_hospital, has_children=row.has_children
        ),
        mark_is_unknown=type_is_unknown and not row.in_hospital,
        cvr=CvrNumber.parse(cvr) if row.sor_type == "IE" and cvr is not None else None,
        p_number=PNumber.parse(p_number) if p_number is not None else None,
        from_date=_date(cells, names.FROM),
        first_from_date=_date(cells, names.FIRST_FROM),
        to_date=_date(cells, names.TO),
        updated_on=_date(cells, names.UPDATED),
        postal_address=_address(cells, names.ADDRESSES[0]),
        visiting_address=_address(cells, names.ADDRESSES[1]),
        activity_address=_address(cells, names.ADDRESSES[2]),
        telephone=cells[names.TELEPHONE],
        email=cells[names.EMAIL],
        website=cells[names.WEBSITE],
        specialities=_specialities(cells, faults),
        provider_id=cells[names.PROVIDER_ID],
        shak=cells[names.SHAK],
        location_number=_location_number(cells, row.parents_gln, faults),
        replaces=_sor_ids(cells, names.REPLACES, faults),
        replaced_by=_sor_ids(cells, names.REPLACED_BY, faults),
    )


def _code_or_label(
    cells: _Cells, code: str, label: str, code_of: Callable[[str], str | None], faults: list[Fault]
) -> str | None:
    """Return the code of what `cells` name by code or by Danish label."""
    text = cells[label]
    found = cells[code] or (code_of(text) if text is not None else None)
    if found is None and text is not None:
        faults.append(("unknown-label", label))
    return found


def _owner_type(cells: _Cells, faults: list[Fault]) -> OwnerType | None:
    texts = (cells[names.TYPE_CODE], cells[names.TYPE_LABEL], cells[names.OWNER_TYPE_LABEL])
    found = next((kind for kind in map(owner_type_of, filter(None, texts)) if kind is not None), None)
    if found is None:
        faults.append(("unknown-owner-type", names.TYPE_LABEL))
    return found


def _date(cells: _Cells, column: str) -> date | None:
    text = cells[column]
    try:
        return civil_date(text) if text is not None else None
    except ValueError as error:
        raise UnreadableError("unreadable", column) from error


def _address(cells: _Cells, which: str) -> Address | None:
    parts = {field: cells[which + column] for field, column in _ADDRESS.items()}
    if not any(parts.values()):
        return None
    try:
        return Address(**parts)
    except ValidationError as error:
        raise UnreadableError("unreadable", which) from error


def _specialities(cells: _Cells, faults: list[Fault]) -> tuple[Speciality, ...]:
    filled = [columns for columns in names.SPECIALITIES if any(cells[column] for column in columns)]
    found: dict[str, Literal["main", "secondary"]] = {}
    for nth, (code, label) in enumerate(filled):
        read = _code_or_label(cells, code, label, speciality_code, faults)
        if read is not None:  # one that cannot be read does not make the next one the main one
            found.setdefault(read, "secondary" if nth else "main")
    return tuple(Speciality(code, kind) for code, kind in found.items())


def _location_number(cells: _Cells, parents_gln: str | None, faults: list[Fault]) -> LocationNumber | None:
    """Read the lokationsnummer; where the file does not say whether it is inherited, the parent's own number is [D]."""
    text = cells[names.GLN]
    if text is None:
        return None
    try:
        gln = Gln.parse(text)
    except ValueError:
        faults.append(("invalid-location-number", names.GLN))
        return None
    indicator = cells[names.GLN_INHERITED]
    region = (cells[names.GLN_REGION_NAME] or "").casefold().removeprefix("region ")
    return LocationNumber(
        gln=gln,
        inherited=text == parents_gln if indicator is None else indicator.casefold() in _YES,
        region=cells[names.GLN_REGION_CODE] or _REGIONS.get(region),
        edi_system=cells[names.GLN_SYSTEM],
        system_supplier=cells[names.GLN_SUPPLIER],
        network_operator=cells[names.GLN_OPERATOR],
    )


def _sor_ids(cells: _Cells, column: str, faults: list[Fault]) -> tuple[SorId, ...]:
    return readable_ids((cells[column] or "").split(), column, faults)
