"""XML that means harm, breaks off or is another format; and memory (R30)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from adapters.sor_files import SnapshotError, read_snapshot
from contracts.identifiers import SorId

IE, SI = SorId.of_item(900001), SorId.of_item(900002)
HEAD = """<?xml version="1.0" encoding="utf-8"?><SorTree xmlns="urn:oio:nsi:2.0.0">"""


def write(tmp_path: Path, body: str, *, head: str = HEAD, tail: str = "</SorTree>") -> Path:
    path = tmp_path / "sor.xml"
    path.write_text(head + body + tail, encoding="utf-8-sig")
    return path


def owner(sor_id=IE, fields="", under=""):
    return f"""<InstitutionOwnerEntity><InstitutionOwner><SorIdentifier>{sor_id}</SorIdentifier>
<EntityName>Ejer</EntityName>{fields}<EntityTypeIdentifier>550891000005100</EntityTypeIdentifier></InstitutionOwner>
{under}</InstitutionOwnerEntity>"""


def institution(sor_id, fields):
    return f"""<HealthInstitutionEntity><HealthInstitution><SorIdentifier>{sor_id}</SorIdentifier>
<EntityName>Klinik</EntityName>{fields}</HealthInstitution></HealthInstitutionEntity>"""


LAUGHS = """<?xml version="1.0"?><!DOCTYPE SorTree [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>"""


@pytest.mark.parametrize(
    "head",
    [
        LAUGHS,
        '<!DOCTYPE SorTree [<!ENTITY d SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE SorTree SYSTEM "http://127.0.0.1:9/sor.dtd">',
        '<!DOCTYPE SorTree [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p.dtd"> %p;]>',
    ],
)
def test_entities_and_doctypes_are_refused(tmp_path, head):
    body = owner().replace("Ejer", "&d;" if "ENTITY d" in head else "Ejer")
    with pytest.raises(SnapshotError):
        list(read_snapshot(write(tmp_path, body, head=head + HEAD.split("?>", 1)[1])))


def test_a_doctype_beyond_a_long_comment_is_refused(tmp_path):
    head = f"<!--{'x' * 100_000}-->" + LAUGHS.split("?>", 1)[1] + HEAD.split("?>", 1)[1]
    with pytest.raises(SnapshotError, match="document type"):
        read_snapshot(write(tmp_path, owner(), head=head))


def test_a_file_that_breaks_off_raises_and_is_no_snapshot_r30(tmp_path):
    reader = read_snapshot(write(tmp_path, owner() + owner(SI) + "<InstitutionOwnerEntity>", tail=""))
    with pytest.raises(SnapshotError, match="not well-formed"):
        list(reader)


@pytest.mark.parametrize(
    "content",
    [
        '<SorTree xmlns="urn:oio:sundhedsstyrelsen:organisation:3.0.0"/>',
        '<Other xmlns="urn:oio:nsi:2.0.0"/>',
        "<SorTree/>",
    ],
)
def test_other_xml_is_refused_saying_which_formats_are_read(tmp_path, content):
    path = tmp_path / "sor.xml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SnapshotError, match=r"namespace of version 1\.0 or 2\.0"):
        read_snapshot(path)


PEAK = """
import re, sys
from pathlib import Path
from adapters.sor_files import read_snapshot
units = sum(1 for _ in read_snapshot(Path(sys.argv[1])))
print(units, re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's account of a process's memory")
def test_memory_does_not_grow_with_the_file(tmp_path):
    def units_and_peak_kilobytes(owners: int) -> tuple[int, int]:
        # A process of its own: the parser's memory is not Python's, so only the peak of the process shows it.
        ids = (SorId.of_item(item) for item in range(1_000_000, 1_000_000 + 2 * owners))
        filler = f"<Unknown>{'<x>y</x>' * 1_000}</Unknown>"
        body = "".join(owner(a, filler, institution(b, filler)) for a, b in zip(ids, ids, strict=True))
        path = write(tmp_path, body)
        done = subprocess.run([sys.executable, "-c", PEAK, path], capture_output=True, text=True, check=True)
        units, peak = done.stdout.split()
        return int(units), int(peak)

    few, peak_of_few = units_and_peak_kilobytes(5)
    many, peak_of_many = units_and_peak_kilobytes(500)
    assert (few, many) == (10, 1000)
    assert peak_of_many - peak_of_few < 8 * 1024, "8 MB of XML is more than 100 MB as a tree"
