"""SOR XML 1.0 of our own against the elements, cardinalities and facets of its schema (notes/sor.md §1.2)."""

from __future__ import annotations

import io
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from adapters.samples.files import FileFormat, write
from support.sample_lives import FIRST_DAY, trees_of

MODEL = Path(__file__).resolve().parents[4].parent / "shared" / "data" / "sor" / "sor1_model.json"
NAMESPACE = "urn:oio:sundhedsstyrelsen:organisation:1.0.0"
ADDRESSES = {"PostalAddressInformation", "VisitingAddressInformation", "ActivityAddressInformation"}
SAME_AS = {
    "EntityName": "SorName",
    "ReplacesEntityCollection": "SorIdentifierCollection",
    "ReplacedByEntityCollection": "SorIdentifierCollection",
    **dict.fromkeys(ADDRESSES, "AddressInformation"),
}

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not MODEL.is_file(), reason=f"{MODEL.name} is not in ../shared/data/sor on this machine"),
]


@pytest.fixture(scope="module")
def model():
    return json.loads(MODEL.read_text(encoding="utf-8"))["elements"]


@pytest.fixture(scope="module")
def root():
    target = io.BytesIO()
    write(FileFormat.XML1, trees_of(5_000, seed=7), FIRST_DAY, target)
    return etree.fromstring(target.getvalue())


def test_elements_stand_in_the_order_and_number_of_the_schema(root, model):
    anomalies = 0
    for element in root.iter(f"{{{NAMESPACE}}}*"):
        name = etree.QName(element).localname
        children = [etree.QName(child).localname for child in element]
        rule = model.get(SAME_AS.get(name, name))
        if rule is None or "children" not in rule:
            continue
        if name == "HealthInstitutionEntity" and "HealthInstitutionEntity" in children:
            anomalies += 1  # an SI under an SI, which the schema has no room for
            children = [child for child in children if child != "HealthInstitutionEntity"]
        order = [child["name"].split(":")[-1] for child in rule["children"]]
        assert children == sorted(children, key=order.index), name
        counts = Counter(children)
        for child, local in zip(rule["children"], order, strict=True):
            most = float("inf") if child["max"] == "unbounded" else int(child["max"])
            assert child["min"] <= counts[local] <= most, (name, local)
    assert anomalies == 2


def test_texts_keep_to_the_facets_of_the_schema(root, model):
    for element in root.iter(f"{{{NAMESPACE}}}*"):
        name = etree.QName(element).localname
        facet = model.get(SAME_AS.get(name, name), {})
        text = element.text or ""
        if facet.get("base") == "xs:long":
            assert -(2**63) <= int(text) < 2**63, name
        elif facet.get("base") == "xs:date":
            assert date.fromisoformat(text).isoformat() == text, name
        elif facet.get("base") == "xs:boolean":
            assert text in {"true", "false"}, name
        elif facet.get("base") == "xs:string":
            assert facet["minLength"] <= len(text) <= facet["maxLength"], name
