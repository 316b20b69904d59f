"""What holds for reading any CVR document, however odd (notes/cvr.md §3)."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from adapters.cvr.reading import FIELDS_READ, read_company, read_production_unit
from adapters.cvr.sample import (
    sample_address,
    sample_company,
    sample_cvr_numbers,
    sample_p_numbers,
    sample_production_unit,
)
from adapters.cvr.standin.query_language import narrowed

TODAY = date(2026, 6, 15)
CVR = next(sample_cvr_numbers())
P_NUMBER = next(sample_p_numbers())
START = date(2015, 3, 1)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [
    "livsforloeb",
    "navne",
    "beliggenhedsadresse",
    "postadresse",
    "virksomhedsstatus",
    "virksomhedsform",
]
entry_like = st.lists(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("periode", "navn", "status", "kommune", "postnummer", "etage", "cvrNummer", "sidstOpdateret"),
            json_values,
        ),
    ),
    max_size=3,
)


@given(
    st.dictionaries(
        st.sampled_from([*FIELDS, "virksomhedsrelation", "samtId", "stiftelsesDato"]),
        json_values | entry_like,
    ),
    json_values,
)
def test_no_content_makes_reading_raise(content, metadata):
    read_company({"Vrvirksomhed": {**content, "cvrNummer": int(CVR), "virksomhedMetadata": metadata}}, TODAY)
    read_production_unit(
        {"VrproduktionsEnhed": {**content, "pNummer": int(P_NUMBER), "produktionsEnhedMetadata": metadata}},
        TODAY,
    )


@given(st.sampled_from([START, date(2014, 1, 1), TODAY, date(2030, 1, 1)]), st.sampled_from([None, TODAY]))
def test_a_document_narrowed_to_the_fields_read_gives_the_same_fact(today, ended):
    whole = sample_company(CVR, "Whole ApS", started=START, ended=ended, address=sample_address())
    assert read_company(narrowed(whole, list(FIELDS_READ)), today) == read_company(whole, today)
    part = sample_production_unit(P_NUMBER, "Part", cvr=CVR, started=START, ended=ended)
    assert read_production_unit(narrowed(part, list(FIELDS_READ)), today) == read_production_unit(part, today)
