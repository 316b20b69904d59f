"""Small files of every format, all of them well, to be damaged."""

from __future__ import annotations

import gzip
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from adapters.sor_files import sor2_csv_columns as columns
from contracts.identifiers import SorId
from support.snapshots import (
    ADDRESS,
    GLN,
    IE,
    INHERITED,
    LOCATION,
    OE,
    OE2,
    SI,
    STATUS,
    institution,
    owner,
    sor2,
    sor2_row,
    unit,
    xml,
)  # fmt: skip

_FIELDS: Final = f"{STATUS}<PostalAddressInformation>{ADDRESS}</PostalAddressInformation>"
_SECOND: Final = str(SorId.of_item(900005))
_TREES: Final = owner(
    fields=f"{LOCATION}{STATUS}<cvr:CVRnumberIdentifier>35095748</cvr:CVRnumberIdentifier>",
    under=institution(
        fields=_FIELDS + INHERITED, kind="22232009", under=unit(fields=INHERITED, under=unit(OE2, fields=_FIELDS))
    ),
) + owner(_SECOND, fields=_FIELDS)
_CELLS: Final = {
    columns.CVR: "35095748",
    columns.FROM: "2018-12-21",
    "PostalAddressStreetName": "Ågade",
    columns.GLN: GLN,
}


def _zipped(content: bytes, method: int) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", method) as archive:
        for name, body in (("readme.txt", b"hej"), ("snapshot", content)):
            member = ZipInfo(name)  # of a fixed day: a seed damages the same bytes tomorrow
            member.compress_type = method
            archive.writestr(member, body)
    return target.getvalue()


def seeds() -> dict[str, bytes]:
    """Return the files by a name for each."""
    xml_2 = xml(_TREES)
    version_1 = {
        b"urn:oio:nsi:2.0.0": b"urn:oio:sundhedsstyrelsen:organisation:1.0.0",
        b"EntityTypeIdentifier": b"UnitType",
    }
    xml_1 = xml_2
    for newer, older in version_1.items():
        xml_1 = xml_1.replace(newer, older)
    csv = sor2(
        sor2_row(OE2, "OE", OE, **_CELLS),
        sor2_row(IE, "IE", **_CELLS),
        sor2_row(SI, "SI", IE, **_CELLS, **{columns.TYPE_CODE: "22232009"}),
        sor2_row(OE, "OE", SI, **_CELLS),
    )
    register = "sor_id,sor_type,unit_type,name,cvr,parent_sor_id,gln\n" + "".join(
        f'{sor_id},{kind},,"Navn, æøå",35095748,{parent},{GLN}\n'
        for sor_id, kind, parent in ((OE, "OE", SI), (IE, "IE", ""), (SI, "SI", IE))
    )
    return {
        "SOR XML 1.0": xml_1,
        "SOR XML 2.0": xml_2,
        "SOR XML 2.0 in ISO-8859-1": xml(_TREES)
        .decode("utf-8-sig")
        .replace("utf-8", "iso-8859-1", 1)
        .encode("iso-8859-1"),
        "SOR2 CSV": csv,
        "SOR2 CSV in ISO-8859-1": csv.decode("utf-8-sig").encode("iso-8859-1"),
        "register CSV": register.encode(),
        "SOR XML 2.0 in zip": _zipped(xml_2, ZIP_DEFLATED),
        "SOR2 CSV in zip, stored": _zipped(csv, ZIP_STORED),
        "SOR2 CSV in gzip": gzip.compress(csv, mtime=0),
    }
