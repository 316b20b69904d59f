"""Whatever a document says, the rows Datafordeler would have of it say the same."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from adapters.cvr.datafordeler.documents import Rows, documents
from adapters.cvr.documents import DocumentStore
from adapters.cvr.readings import read
from adapters.cvr.sample import sample_address
from adapters.cvr.standin.rows import rows_of
from support.cvr_services import CVR, P_NUMBER, TODAY, company, dated, same_for_both, unit

DAY = timedelta(days=1)


def rows(document):
    """All rows of one document."""
    store = DocumentStore([document])
    entities = (
        "CVR_Virksomhed",
        "CVR_Produktionsenhed",
        "CVR_Navn",
        "CVR_Adressering",
        "CVR_Virksomhedsform",
        "CVR_Kreditoplysninger",
    )
    return Rows(*(list(rows_of(store, entity)) for entity in entities))


@st.composite
def histories(draw, *, most=3):
    """Periods one after the other, adjacent or with gaps, in any order; only the last may be open."""
    start = TODAY + draw(st.integers(-40, 10)) * DAY
    periods = []
    for _ in range(draw(st.integers(1, most))):
        end = start + draw(st.integers(0, 15)) * DAY
        periods.append((start, end))
        start = end + draw(st.integers(1, 5)) * DAY
    if draw(st.booleans()):
        periods[-1] = (periods[-1][0], None)
    return draw(st.permutations(periods))


days = st.integers(-45, 45).map(lambda offset: TODAY + offset * DAY)


@given(histories(), histories(), histories(), histories(), days)
def test_of_a_company(lives, names, addresses, statuses, today):
    words = ["NORMAL", "UNDER KONKURS", "Splinterny"]
    document = company(
        livsforloeb=[dated(*period) for period in lives],
        navne=[dated(*period, navn=f"Name {n}") for n, period in enumerate(names)],
        beliggenhedsadresse=[dated(*period, **sample_address(number=n + 1)) for n, period in enumerate(addresses)],
        virksomhedsstatus=[dated(*period, status=words[n]) for n, period in enumerate(statuses)],
    )
    document["Vrvirksomhed"]["virksomhedMetadata"] |= {"nyesteNavn": None, "nyesteBeliggenhedsadresse": None}
    ours, theirs = read(document, today), read(documents(rows(document), today)[CVR], today)
    assert same_for_both(theirs.fact) == same_for_both(ours.fact)


@given(histories(most=1), histories(), days)
def test_of_a_unit(lives, names, today):
    ((start, end),) = lives
    document = unit(
        livsforloeb=[dated(start, end)],
        navne=[dated(*period, navn=f"Name {n}") for n, period in enumerate(names)],
        virksomhedsrelation=[dated(start, end, cvrNummer=int(CVR))],
    )
    document["VrproduktionsEnhed"]["produktionsEnhedMetadata"]["nyesteNavn"] = None
    ours, theirs = read(document, today), read(documents(rows(document), today)[P_NUMBER], today)
    assert same_for_both(theirs.fact) == same_for_both(ours.fact)
    assert theirs.changes_on == ours.changes_on


@given(st.lists(st.integers(1, 30), min_size=1, max_size=4), st.booleans(), days)
def test_of_a_unit_that_moves(lengths, is_closed, today):
    owners, start = [], date(2026, 5, 1)
    for n, length in enumerate(lengths):
        end = start + length * DAY
        owners.append((start, end, 90000000 + n))
        start = end + DAY
    last = owners[-1][1] if is_closed else None
    owners[-1] = (owners[-1][0], last, owners[-1][2])
    document = unit(
        livsforloeb=[dated(owners[0][0], last)],
        virksomhedsrelation=[dated(first, end, cvrNummer=cvr) for first, end, cvr in owners[::-1]],
    )
    ours, theirs = read(document, today), read(documents(rows(document), today)[P_NUMBER], today)
    assert same_for_both(theirs.fact) == same_for_both(ours.fact)
    assert theirs.changes_on == ours.changes_on
