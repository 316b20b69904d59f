"""Opening a snapshot: its format by its content, packed or not, from a file or a pipe; and archives that mean harm."""

from __future__ import annotations

import gzip
import os
import zlib
from io import BufferedReader, BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

from adapters.sor_files import SnapshotError, SnapshotFormat, open_snapshot, read_snapshot
from support.snapshots import IE, OE, SI, Pipe, endless, entities, institution, owner, sor2, sor2_row, unit, xml

XML_2 = xml(owner(under=institution(under=unit())))
XML_1 = XML_2.replace(b"urn:oio:nsi:2.0.0", b"urn:oio:sundhedsstyrelsen:organisation:1.0.0")
SOR2 = sor2(sor2_row(IE, "IE"), sor2_row(SI, "SI", IE), sor2_row(OE, "OE", SI))
REGISTER = f"sor_id,sor_type,unit_type,name,cvr,parent_sor_id,gln\n{IE},IE,,i,,,\n{SI},SI,,s,,{IE},\n{OE},OE,,o,,{SI},\n".encode()
FORMATS = [
    (XML_1, SnapshotFormat.SOR_XML_1),
    (XML_2, SnapshotFormat.SOR_XML_2),
    (SOR2, SnapshotFormat.SOR2_CSV),
    (REGISTER, SnapshotFormat.REGISTER_CSV),
]


def zipped(*members: tuple[str, bytes], method: int = ZIP_DEFLATED) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def read_all(content: bytes) -> list[str]:
    with open_snapshot(BytesIO(content)) as snapshot:
        return [unit.sor_id for unit in snapshot.units()]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda content: zipped(("SorEntity_daily.csv", content))])
@pytest.mark.parametrize(("content", "expected"), FORMATS)
def test_every_format_is_told_by_its_content_packed_or_not_from_a_file_or_a_pipe(tmp_path, content, expected, pack):
    path = tmp_path / "a_name_that_says_nothing"
    path.write_bytes(pack(content))
    pipe = BufferedReader(Pipe([bytes((byte,)) for byte in pack(content)]))
    for source in (path, pipe):
        with open_snapshot(source) as snapshot:
            assert snapshot.format == expected
            assert [unit.sor_id for unit in snapshot.units()] == [IE, SI, OE]
            assert snapshot.position > 0
            assert snapshot.size == (path.stat().st_size if source is path else None)
    assert not pipe.closed, "who opened it closes it"


def test_a_real_pipe_is_read_from_where_it_stands():
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as target:
        target.write(XML_2)
    with os.fdopen(reading, "rb") as source:
        assert [unit.sor_id for unit in entities(read_snapshot(source))] == [IE, SI, OE]


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED])
def test_of_several_files_in_a_zip_the_one_that_looks_like_a_snapshot_is_read(method):
    others = [("readme.html", b"<html/>"), ("LocationsCode.csv", b"a;b\n"), ("folder/", b"")]
    assert read_all(zipped(*others, ("Sor.xml", XML_2), method=method)) == [IE, SI, OE]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (zipped(), "0 snapshots"),
        (zipped(("a.xml", XML_2), ("b.csv", SOR2)), "2 snapshots"),
        (zipped(("a.txt", b"a"), ("b.txt", b"b")), "0 snapshots"),
        (zipped(("a.txt", b"a")), "not a format that is read"),
        (zipped(("a.zip", zipped(("a.xml", XML_2)))), "an archive in an archive"),
        (zipped(("a.gz", gzip.compress(XML_2))), "an archive in an archive"),
        (gzip.compress(zipped(("a.xml", XML_2))), "not a format that is read"),
        (zipped(("a.xml", XML_2), method=ZIP_BZIP2), "unusual way"),
        (zipped(*((f"{nth}.txt", b"") for nth in range(1_001))), "1,001 files"),
        (zipped(("a.xml", XML_2))[:-10], "damaged zip archive"),
        (b"PK\x03\x04" + bytes(100), "damaged zip archive"),
        (b"", "not a format that is read"),
        (b"\x1f\x8b" + bytes(100), "damaged archive"),
    ],
)
def test_what_holds_no_snapshot_or_more_than_one_is_refused_saying_so(content, problem):
    for source in (BytesIO(content), BufferedReader(Pipe([content]))):
        with pytest.raises(SnapshotError, match=problem):
            read_snapshot(source)


def encrypted() -> bytes:
    content = bytearray(zipped(("a.xml", XML_2)))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def test_a_zip_whose_file_has_lost_its_name_is_read():
    assert read_all(zipped(("a.xml", XML_2)).replace(b"a.xml", b"\0.xml")) == [IE, SI, OE]


def test_an_encrypted_zip_is_refused_saying_so():
    with pytest.raises(SnapshotError, match="encrypted"):
        read_snapshot(BytesIO(encrypted()))


@pytest.mark.parametrize("content", [XML_2, SOR2])
def test_an_archive_whose_bytes_have_suffered_is_no_snapshot_r30(content):
    stored = bytearray(zipped(("a", content), method=ZIP_STORED))
    at = stored.index(IE.encode())
    stored[at] = ord("8")
    for packed in (bytes(stored), gzip.compress(content)[:-8] + bytes(8), gzip.compress(content)[:-4]):
        with pytest.raises(SnapshotError, match=r"damaged (zip )?archive"):
            list(read_snapshot(BytesIO(packed)))


def bomb(content: bytes) -> bytes:
    """256 MiB of blanks after what looks well."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    blanks = b" " * (1 << 20)
    return packer.compress(content) + b"".join(packer.compress(blanks) for _ in range(256)) + packer.flush()


@pytest.mark.parametrize("content", [XML_2.removesuffix(b"</SorTree>"), SOR2])
def test_an_archive_that_unpacks_to_far_more_than_was_packed_is_refused(content):
    with pytest.raises(SnapshotError, match=r"far more than|without a unit|far too long"):
        list(read_snapshot(BytesIO(bomb(content))))


def test_a_zip_without_end_through_a_pipe_is_refused(monkeypatch):
    monkeypatch.setattr("adapters.sor_files.packed._LARGEST_ARCHIVE", 1 << 20)
    pipe = endless(b"PK\x03\x04", bytes(65536))
    with pytest.raises(SnapshotError, match="zip archive of more than"):
        read_snapshot(BufferedReader(pipe))
    assert pipe.given < 2 << 20
