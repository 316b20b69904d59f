"""XML that means harm, breaks off or is another format; and memory (R30)."""

from __future__ import annotations

import subprocess
import sys
from io import BufferedReader, BytesIO
from pathlib import Path

import pytest

from adapters.sor_files import SnapshotError, read_snapshot
from contracts.identifiers import SorId
from support.snapshots import HEAD, SI, endless, institution, owner, read, xml

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
def test_entities_and_doctypes_are_refused(head):
    body = owner().replace("Ejer", "&d;" if "ENTITY d" in head else "Ejer")
    with pytest.raises(SnapshotError):
        read(xml(body, head=head + HEAD.split("?>", 1)[1]))


def test_a_doctype_beyond_a_long_comment_is_refused():
    head = f"<!--{'x' * 100_000}-->" + LAUGHS.split("?>", 1)[1] + HEAD.split("?>", 1)[1]
    with pytest.raises(SnapshotError, match="document type"):
        read(xml(owner(), head=head))


def test_a_file_that_breaks_off_raises_and_is_no_snapshot_r30():
    content = xml(owner() + owner(SI) + "<InstitutionOwnerEntity>", tail="")
    with pytest.raises(SnapshotError, match="not well-formed"):
        read(content)


@pytest.mark.parametrize(
    "content",
    [
        '<SorTree xmlns="urn:oio:sundhedsstyrelsen:organisation:3.0.0"/>',
        '<Other xmlns="urn:oio:nsi:2.0.0"/>',
        "<SorTree/>",
        "<undeclared:SorTree/>",
    ],
)
def test_other_xml_is_refused_saying_which_formats_are_read(content):
    with pytest.raises(SnapshotError, match=r"namespace of version 1\.0 or 2\.0"):
        read(content.encode())


BRANCH = "<InstitutionOwnerEntity>"


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        pytest.param("", "<x/>", id="elements outside units"),
        pytest.param("", " ", id="blanks"),
        pytest.param("", "<!--comment-->", id="comments"),
        pytest.param("", "<?target pi?>", id="processing instructions"),
        pytest.param(BRANCH, "<InstitutionOwner/>", id="units of one branch"),
        pytest.param(BRANCH + "<InstitutionOwner>", "<x/>", id="children of one unit"),
        pytest.param(BRANCH + "<InstitutionOwner>", "<x>", id="depth in one unit"),
        pytest.param(BRANCH + "<InstitutionOwner><EntityName>", "navn", id="text of one element"),
        pytest.param(BRANCH + "<InstitutionOwner><EntityName>", "&#230;", id="characters by number"),
        pytest.param(BRANCH + "<InstitutionOwner><EntityName><![CDATA[", "navn", id="a CDATA section"),
        pytest.param(BRANCH + '<InstitutionOwner a="', "navn", id="an attribute"),
        pytest.param(BRANCH + "<InstitutionOwner ", "navn", id="a name"),
        pytest.param("", BRANCH, id="branches in branches"),
        pytest.param("", f"<J>{BRANCH}</InstitutionOwnerEntity></J>", id="branches where none belong"),
    ],
)
def test_what_never_ends_is_refused_soon(begin, piece):
    pipe = endless((HEAD + begin).encode(), piece.encode())
    with pytest.raises(SnapshotError):
        list(read_snapshot(BufferedReader(pipe)))
    assert pipe.given < 3 << 20


def test_attributes_and_names_without_end_before_the_root_are_refused_soon():
    pipe = endless(b"<SorTree ", b"navn")
    with pytest.raises(SnapshotError):
        read_snapshot(BufferedReader(pipe))
    assert pipe.given < 3 << 20


def test_more_units_than_sor_has_ids_are_refused(monkeypatch):
    monkeypatch.setattr("adapters.sor_files.sor_xml.MOST_UNITS", 10)
    body = "".join(owner(SorId.of_item(item)) for item in range(900_000, 900_011))
    with pytest.raises(SnapshotError, match="more than 10 units"):
        list(read_snapshot(BytesIO(xml(body))))


def test_an_id_as_long_as_a_book_is_cut_short_in_the_report_and_not_kept():
    (item, below) = read_snapshot(BytesIO(xml(owner("9" * 100_000, under=institution(SI, "")))))
    assert (item.sor_id, item.reason) == ("9" * 40, "invalid-identifier")
    assert (below.sor_id, below.reason) == (SI, "parent-damaged")


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
        path = tmp_path / "sor.xml"
        path.write_bytes(xml(body))
        done = subprocess.run([sys.executable, "-c", PEAK, path], capture_output=True, text=True, check=True)
        units, peak = done.stdout.split()
        return int(units), int(peak)

    few, peak_of_few = units_and_peak_kilobytes(5)
    many, peak_of_many = units_and_peak_kilobytes(500)
    assert (few, many) == (10, 1000)
    assert peak_of_many - peak_of_few < 8 * 1024, "8 MB of XML is more than 100 MB as a tree"
