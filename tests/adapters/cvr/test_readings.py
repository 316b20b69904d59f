"""From the documents of an answer to readings: what cannot be read, and what is odd."""

from adapters.cvr.readings import answer_from, read
from support.cvr_service import cvr_numbers
from support.cvr_services import CVR, OTHER_CVR, P_NUMBER, START, TODAY, company, counted, dated, unit


def noticed(document):
    """What is odd in a document."""
    notes = []
    read(document, TODAY, notes.append)
    return notes


def test_ordinary_documents_have_nothing_odd():
    assert noticed(company()) == noticed(unit()) == []


def test_an_unheard_of_status_is_odd_and_no_status_is_not():
    assert noticed(company(virksomhedsstatus=[dated(START, status="Splinterny")])) == ["unknown-status"]
    silent = company(virksomhedsstatus=[], livsforloeb=[])
    silent["Vrvirksomhed"]["virksomhedMetadata"]["sammensatStatus"] = None
    assert read(silent, TODAY).fact.status == "unknown"
    assert noticed(silent) == []


def test_each_list_with_two_open_entries_is_odd_once():
    twice = [dated(START, navn=name) for name in "AB"]
    assert noticed(company(navne=twice)) == ["several-open"]
    owners = [dated(START, cvrNummer=int(CVR)), dated(START, cvrNummer=int(OTHER_CVR))]
    assert noticed(unit(navne=twice, virksomhedsrelation=owners)) == ["several-open"] * 2


def test_past_and_coming_entries_are_not_open():
    names = [dated(START, TODAY, navn="Now"), dated(TODAY.replace(day=16), navn="Next")]
    assert noticed(company(navne=names)) == []


def test_a_company_may_have_many_units():
    assert noticed(company(penheder=[dated(START, pNummer=n) for n in (1, 2)])) == []


def test_oddities_are_counted_unless_somebody_else_takes_note():
    before = counted("several-open")
    odd = company(navne=[dated(START, navn=name) for name in "AB"])
    read(odd, TODAY, lambda _: None)
    assert counted("several-open") == before
    read(odd, TODAY)
    assert counted("several-open") == before + 1


def test_a_document_that_cannot_be_read_keeps_only_its_own_number_out():
    numbers = cvr_numbers(3)
    answer = answer_from({numbers[0]: company(), numbers[1]: {"Vrdeltagerperson": {}}}, numbers, TODAY)
    assert list(answer.readings) == [numbers[0]]
    assert answer.defect == "CVR sent 1 unreadable document(s)"


def test_a_defect_that_is_known_already_is_kept():
    assert answer_from({CVR: {}}, [CVR], TODAY, "cut").defect == "cut"


def test_what_nobody_asked_for_is_left_alone():
    assert answer_from({CVR: company(), P_NUMBER: unit()}, [P_NUMBER], TODAY).readings.keys() == {P_NUMBER}
