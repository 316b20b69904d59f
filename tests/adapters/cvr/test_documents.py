"""Documents from a file, for ``replay --cvr``."""

from datetime import date

import orjson
import pytest

from adapters.cvr.documents import DocumentStore, FileRegistry
from adapters.cvr.port import Found, InvalidNumber, NotFound
from adapters.cvr.reading import CvrShapeError
from adapters.cvr.sample import sample_company, sample_p_numbers, sample_production_unit
from contracts.danish_time import start_of_day
from contracts.identifiers import CvrNumber, PNumber
from support.cvr_service import cvr_numbers

CVR, OTHER_CVR = cvr_numbers(2)
P_NUMBER = next(sample_p_numbers())
START = date(2015, 1, 1)
COMPANY = sample_company(CVR, "Company", started=START, ended=date(2026, 6, 14))
UNIT = sample_production_unit(P_NUMBER, "Unit", cvr=CVR, started=START)


def write(path, *documents):
    path.write_bytes(b"\n".join(orjson.dumps(document) for document in documents) + b"\n\n")
    return path


def test_a_file_is_read_a_document_a_line(tmp_path):
    store = DocumentStore.from_jsonl(write(tmp_path / "cvr.jsonl", COMPANY, UNIT))
    assert (store.company(CVR), store.unit(P_NUMBER), len(store)) == (COMPANY, UNIT, 2)
    assert store.company(OTHER_CVR) is None
    assert list(store) == [COMPANY, UNIT]


@pytest.mark.parametrize("line", [b"{", b"[]", b"{}", b'{"Vrdeltagerperson":{}}', b'"\xff"'])
def test_a_bad_line_is_named(tmp_path, line):
    path = write(tmp_path / "cvr.jsonl", COMPANY)
    path.write_bytes(path.read_bytes() + line)
    with pytest.raises(CvrShapeError, match=r"cvr\.jsonl, line 3: not "):
        DocumentStore.from_jsonl(path)


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_the_newest_version_counts_wherever_it_stands(order):
    versions = [sample_company(CVR, f"v{v}", started=START, version=v) for v in order]
    assert FileRegistry(DocumentStore(versions)).find(CVR, START).fact.name == "v2"


def test_a_file_answers_as_of_the_day_asked():
    registry = FileRegistry(DocumentStore([COMPANY, UNIT]))
    assert registry.find(CVR, date(2026, 6, 14)).fact.status == "active"
    assert registry.find(CVR, date(2026, 6, 15)).fact.status == "ceased"
    assert isinstance(registry.find(P_NUMBER, START), Found)


def test_r2_r20_an_invalid_number_is_flagged_and_an_unknown_one_not_found():
    registry = FileRegistry(DocumentStore([{"Vrvirksomhed": {"cvrNummer": 88888881}}]))
    assert registry.find(CvrNumber("88888881"), START) == InvalidNumber()
    assert registry.find(PNumber("88888881"), START) == InvalidNumber()
    assert registry.find(OTHER_CVR, START) == NotFound(start_of_day(START))
    assert registry.find(P_NUMBER, START) == NotFound(start_of_day(START))
