"""Records of CSV: what the csv module would find, in either encoding, and no further than a record may go."""

from __future__ import annotations

import csv
from contextlib import ExitStack
from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.sor_files import SnapshotError
from adapters.sor_files.csv_lines import LONGEST, MOST_LINES, CsvLines
from adapters.sor_files.csv_snapshot import text_of
from adapters.sor_files.source import open_source


def records(content: bytes, delimiter: str = ";") -> list[list[str]]:
    with ExitStack() as resources:
        lines = CsvLines(open_source(BytesIO(content), resources), delimiter)
        found = [(separator, record) for _, separator, some in lines.records() for record in some if record]
        return [[text_of(cell) for cell in record.split(separator)] for separator, record in found]


QUOTED_NUMBER = '"=""698471000016005"""'
pieces = st.sampled_from(
    [*'";=\n\n1aå ', "\r\n", '""', ';"', '";', '="1"', '"=""', '"""', QUOTED_NUMBER, f";{QUOTED_NUMBER};"]
)


@given(st.lists(pieces, max_size=40).map("".join))
@example(f'{QUOTED_NUMBER};a\n"x;{QUOTED_NUMBER};";b\n')
@example(f'"a\n{QUOTED_NUMBER}\n";b\n')
@example(f"a;{QUOTED_NUMBER}b\n")
@example('a"b;""\n')
def test_every_record_is_what_the_csv_module_finds(text):
    lines = [f"{line}\n" for line in text.split("\n")]
    try:
        expected = [row for row in csv.reader(lines, delimiter=";", strict=True) if row not in ([], [""])]
    except csv.Error:
        with pytest.raises(SnapshotError, match="not CSV"):
            records("".join(lines).encode())
    else:
        found = records("".join(lines).encode())
        assert found == [[text_of(cell.encode()) for cell in row] for row in expected]


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("\ufeffSø\n".encode(), [["Sø"]]),
        ("Ligeud\nSø\n".encode(), [["Ligeud"], ["Sø"]]),
        ("Ligeud\nSø\nÅ\n".encode("iso-8859-1"), [["Ligeud"], ["Sø"], ["Å"]]),
        # What follows would be UTF-8 too; the first byte that matters has decided.
        ("ø\n".encode("iso-8859-1") + "ø\n".encode(), [["ø"], ["Ã¸"]]),
    ],
)
def test_the_encoding_is_told_by_the_first_byte_that_is_not_ascii(content, names):
    assert records(content) == names


@pytest.mark.parametrize("between", [b"", b"x\n" * 100_000])
def test_a_byte_that_is_not_utf8_after_one_that_is_breaks_the_file(between):
    content = "Sø\n".encode() + between + "Sø\n".encode("iso-8859-1")
    line = 2 + between.count(b"\n")
    with pytest.raises(SnapshotError, match=rf"line {line} is not UTF-8"):
        records(content)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a;b\na\0;b\n", "line 2 holds a NUL"),
        (b"a;b\na;b\na", "line 3 has no end: the file breaks off there"),
        (b'a;b\n"a;b\n', "line 3 or the one before is not CSV"),
        (b'a;b\n"a"x;b\n', "line 3 or the one before is not CSV"),
        (b"a;b\na\rb;b\n", "line 3 or the one before is not CSV"),
        (b'a;b\n"a";\x1f\n', "holds a control character"),
        (b'a;b\n"' + b"x" * 200_000 + b'"\n', "field larger than field limit"),
        (b'a;b\n"' + b"x\n" * LONGEST, "a quotation mark is not closed|field larger"),
        (b"a;b\n" + b"x" * 2 * LONGEST, "line 2 is far too long"),
        (b"\n" * (MOST_LINES + 70_000), "may have"),
    ],
)
def test_what_is_no_csv_is_refused_with_its_line(content, problem):
    with pytest.raises(SnapshotError, match=problem):
        records(content)
