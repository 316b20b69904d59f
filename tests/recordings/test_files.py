"""Files of lines, packed and plain."""

from __future__ import annotations

import gzip

import pytest

from adapters.recordings import files
from adapters.recordings.files import FileError, LineFile, lines_of

LINES = ["first", "", "æøå ✓", "last"]
NAMES = ["lines.jsonl", "lines.jsonl.gz", "lines.jsonl.zst"]


def written(path, lines=LINES):
    with LineFile(path) as target:
        for line in lines:
            target.write(line)
    return path


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_is_read(tmp_path, name):
    path = written(tmp_path / name)
    assert [line.decode().removesuffix("\n") for line in lines_of(path)] == LINES


@pytest.mark.parametrize("name", NAMES)
def test_the_same_lines_give_the_same_bytes(tmp_path, name):
    (tmp_path / "again").mkdir()
    assert written(tmp_path / name).read_bytes() == written(tmp_path / "again" / name).read_bytes()


@pytest.mark.parametrize("name", NAMES[1:])
def test_a_file_is_read_by_what_it_is_and_not_by_its_name(tmp_path, name):
    path = written(tmp_path / name).rename(tmp_path / "renamed.jsonl")
    assert next(lines_of(path)) == b"first\n"


@pytest.mark.parametrize("name", NAMES[1:])
def test_packed_lines_are_smaller(tmp_path, name):
    assert written(tmp_path / name, ["the same line"] * 1000).stat().st_size < 1000


@pytest.mark.parametrize("name", NAMES[1:])
def test_a_file_that_is_cut_off_is_named(tmp_path, name):
    path = written(tmp_path / name, [str(number) for number in range(10_000)])
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FileError, match=f"{name} is cut off or damaged"):
        list(lines_of(path))


def test_a_packed_file_with_a_wrong_byte_in_it_is_named(tmp_path):
    path = tmp_path / "lines.gz"
    packed = bytearray(gzip.compress(bytes(range(256)) * 100, mtime=0))
    packed[40] ^= 0xFF
    path.write_bytes(packed)
    with pytest.raises(FileError, match="damaged"):
        list(lines_of(path))


def test_a_line_without_an_end_in_sight_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LONGEST_LINE", 100)
    with pytest.raises(FileError, match="line 2 is longer than 100 bytes"):
        list(lines_of(written(tmp_path / "lines", ["short", "x" * 200])))


def fails(path):
    with LineFile(path) as target:
        target.write("half of it")
        raise KeyError


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path):
    path = written(tmp_path / "lines", ["what was there"])
    with pytest.raises(KeyError):
        fails(path)
    assert path.read_text() == "what was there\n"
    assert [each.name for each in tmp_path.iterdir()] == ["lines"]


@pytest.mark.parametrize("name", NAMES)
def test_how_far_a_file_has_been_read_is_told_in_its_own_bytes(tmp_path, name):
    path, told = written(tmp_path / name, [str(number) * 50 for number in range(5000)]), []
    list(lines_of(path, told.append))
    assert told == sorted(told)
    assert told[-1] <= path.stat().st_size
    assert len(told) == 5
