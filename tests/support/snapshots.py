"""Snapshot files written by hand, a unit at a time, and what came of reading them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO, RawIOBase
from itertools import chain, repeat

from adapters.sor_files import Damaged, SnapshotEntity, open_snapshot, read_snapshot
from adapters.sor_files import sor2_csv_columns as columns
from contracts.identifiers import SorId

GLN = "5790002401473"
IE, SI, OE, OE2 = (str(SorId.of_item(item)) for item in (900001, 900002, 900003, 900004))

HEAD = """<?xml version="1.0" encoding="utf-8"?>
<SorTree xmlns="urn:oio:nsi:2.0.0" xmlns:sor1="urn:oio:sundhedsstyrelsen:organisation:1.0.0" xmlns:a="urn:address"
 xmlns:cvr="urn:cvr"><sor1:CreatedAtTime>2019-04-12T01:00:29+02:00</sor1:CreatedAtTime>"""
TAIL = "</SorTree>"
STATUS = "<sor1:SorStatus><sor1:FromDate>2018-12-21</sor1:FromDate></sor1:SorStatus>"
ADDRESS = """<a:AddressPostal><a:StreetName>Ågade</a:StreetName><a:StreetBuildingIdentifier>1 B</a:StreetBuildingIdentifier>
<a:FloorIdentifier>2</a:FloorIdentifier><a:SuiteIdentifier>tv</a:SuiteIdentifier><a:PostCodeIdentifier>0999</a:PostCodeIdentifier>
<a:DistrictName>København C</a:DistrictName><a:CountryIdentificationCode>DK</a:CountryIdentificationCode></a:AddressPostal>
<a:MunicipalityCode>0101</a:MunicipalityCode><a:RegionCode>1084</a:RegionCode>"""
LOCATION = f"""<EanLocationCodeEntity><sor1:EanLocationCode>{GLN}</sor1:EanLocationCode>
<SystemSupplierIdentifier>162</SystemSupplierIdentifier><SystemTypeIdentifier>225</SystemTypeIdentifier>
<CommunicationSupplierIdentifier>41000035001</CommunicationSupplierIdentifier><a:RegionCode>1081</a:RegionCode>
<sor1:SorStatus><sor1:FromDate>1999-01-01</sor1:FromDate></sor1:SorStatus></EanLocationCodeEntity>"""
INHERITED = (
    "<EanLocationCodeOption><EntityInheritanceIndicator>true</EntityInheritanceIndicator></EanLocationCodeOption>"
)


def owner(sor_id=IE, fields="", under="", kind="550891000005100"):
    return f"""<InstitutionOwnerEntity><InstitutionOwner><sor1:SorIdentifier>{sor_id}</sor1:SorIdentifier>
<sor1:EntityName>Ejer</sor1:EntityName><EntityTypeIdentifier>{kind}</EntityTypeIdentifier>{fields}</InstitutionOwner>
{under}</InstitutionOwnerEntity>"""


def institution(sor_id=SI, fields="", under="", kind="554061000005105"):
    return f"""<HealthInstitutionEntity><HealthInstitution><SorIdentifier>{sor_id}</SorIdentifier>
<sor1:EntityName>Klinik</sor1:EntityName><EntityTypeIdentifier>{kind}</EntityTypeIdentifier>{fields}</HealthInstitution>
{under}</HealthInstitutionEntity>"""


def unit(sor_id=OE, fields="", under="", kind="255203001"):
    return f"""<OrganizationalUnitEntity><OrganizationalUnit><sor1:SorIdentifier>{sor_id}</sor1:SorIdentifier>
<sor1:EntityName>Behandler</sor1:EntityName><EntityTypeIdentifier>{kind}</EntityTypeIdentifier>{fields}</OrganizationalUnit>
{under}</OrganizationalUnitEntity>"""


def xml(body: str, *, head: str = HEAD, tail: str = TAIL) -> bytes:
    return (head + body + tail).encode("utf-8-sig")


def read(content: bytes) -> list[SnapshotEntity | Damaged]:
    """Read a snapshot whole."""
    return list(read_snapshot(BytesIO(content)))


def entities(items: Iterable[object]) -> list[SnapshotEntity]:
    return [item for item in items if isinstance(item, SnapshotEntity)]


def damage(items: Iterable[object]) -> list[tuple[str, str, bool]]:
    """Id, reason, and whether the unit is kept, of what is damaged."""
    return [(item.sor_id, item.reason, item.unit_kept) for item in items if isinstance(item, Damaged)]


def fingerprints(content: bytes) -> dict[str, bytes]:
    with open_snapshot(BytesIO(content)) as snapshot:
        return {unit.sor_id: unit.fingerprint for unit in snapshot.units() if not isinstance(unit, Damaged)}


def changed(before: bytes, after: bytes) -> set[str]:
    """Which units of two snapshots have another fingerprint in the second."""
    old, new = fingerprints(before), fingerprints(after)
    return {sor_id for sor_id in new if old.get(sor_id) != new[sor_id]}


def sor2(*rows: dict[str, str], header: Iterable[str] = columns.ALL, end: str = "\r\n") -> bytes:
    """Write rows as they are, cell by cell, with nothing quoted."""
    names = tuple(header)
    lines = [names, *(tuple(row.get(name, "") for name in names) for row in rows)]
    return "".join(";".join(line) + end for line in lines).encode("utf-8-sig")


def sor2_row(sor_id: str, sor_type: str, parent: str = "", **cells: str) -> dict[str, str]:
    """A row with its ids as ``="…"``."""
    above = {columns.PARENT: f'="{parent}"'} if parent else {}
    return {columns.SOR_ID: f'="{sor_id}"', columns.SOR_TYPE: sor_type, columns.NAME: "Navn", **above, **cells}


class Pipe(RawIOBase):
    """What cannot be rewound: the pieces one after the other. `given` counts the bytes."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self._left = b""
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        self._left = self._left or next(self._pieces, b"")
        piece, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(piece)] = piece
        self.given += len(piece)
        return len(piece)


def endless(begin: bytes, piece: bytes) -> Pipe:
    """A file that begins well and never ends."""
    return Pipe(chain((begin,), repeat(piece * (1 + 65536 // len(piece)))))
