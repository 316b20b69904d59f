"""Equal fingerprints, equal entities: whatever a unit takes from elsewhere is in its fingerprint, and nothing else is."""

from __future__ import annotations

import pytest

from adapters.sor_files import sor2_csv_columns as columns
from contracts.identifiers import SorId
from support.snapshots import (
    GLN,
    HEAD,
    IE,
    INHERITED,
    LOCATION,
    OE,
    OE2,
    SI,
    changed,
    fingerprints,
    institution,
    owner,
    sor2,
    sor2_row,
    unit,
    xml,
)

CVR = "<cvr:CVRnumberIdentifier>{}</cvr:CVRnumberIdentifier>"
OTHER = str(SorId.of_item(900009))


def tree(owner_fields="", fields="", kind="554061000005105", leaf=INHERITED, below="", sor_id=IE):
    departments = unit(fields=leaf, under=below)
    return xml(owner(sor_id, owner_fields, institution(fields=fields + INHERITED, kind=kind, under=departments)))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(tree(), tree(), set(), id="nothing"),
        pytest.param(tree(), tree(leaf=""), {OE}, id="its own content"),
        pytest.param(tree(), tree(sor_id=OTHER), {OTHER, SI, OE}, id="the owner's id"),
        pytest.param(
            tree(), tree(CVR.format("35095748")), {IE}, id="the owner's CVR number, which others do not mention"
        ),
        pytest.param(
            tree(CVR.format("35095748"), leaf=CVR.format("35095748")),
            tree(CVR.format("11111111"), leaf=CVR.format("35095748")),
            {IE, OE},
            id="the owner's CVR number, which a unit mentions (R3)",
        ),
        pytest.param(tree(), tree(LOCATION), {IE, SI, OE}, id="a lokationsnummer that is inherited (R47)"),
        pytest.param(
            tree(LOCATION, leaf=""),
            tree(LOCATION.replace("1081", "1084"), leaf=""),
            {IE, SI},
            id="its region, for heirs",
        ),
        pytest.param(
            tree(LOCATION), tree(LOCATION.replace("225", "226")), {IE}, id="of a lokationsnummer what nobody inherits"
        ),
        pytest.param(tree(), tree(fields="<a:X>1</a:X>"), {SI}, id="a parent's own affairs"),
        pytest.param(tree(), tree(kind="550621000005101"), {SI}, id="a parent's type, outside hospitals"),
        pytest.param(tree(), tree(kind="22232009"), {SI, OE}, id="a hospital around it (R18)"),
        pytest.param(tree(), tree(below=unit(OE2)), {OE2}, id="a child, outside hospitals"),
        pytest.param(
            tree(kind="22232009"), tree(kind="22232009", below=unit(OE2)), {OE, OE2}, id="a child, in a hospital (R18)"
        ),
        pytest.param(
            tree(),
            xml(owner(under=institution(fields=INHERITED) + institution(OE2, under=unit(fields=INHERITED)))),
            {OE, OE2},
            id="another parent",
        ),
    ],
)
def test_a_unit_of_xml_changes_with(before, after, expected):
    assert changed(before, after) == expected


TAG = "<HealthInstitutionEntity>"
WITH_ATTRIBUTE = {TAG: '<HealthInstitutionEntity a="1">'}


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param(WITH_ATTRIBUTE, id="a tag with an attribute"),
        pytest.param({TAG: "<HealthInstitutionEntity >"}, id="a tag with a blank"),
        pytest.param(
            WITH_ATTRIBUTE | {"</HealthInstitution>": f"</HealthInstitution><!--{TAG}-->"}, id="a tag in a comment"
        ),
        pytest.param(
            WITH_ATTRIBUTE | {"</HealthInstitution>": f"</HealthInstitution><!--{TAG}--><?x ?>"},
            id="and an instruction",
        ),
        pytest.param({"Ejer": f"<![CDATA[{TAG}]]>"}, id="a tag in a CDATA section"),
        pytest.param({"InstitutionOwnerEntity>": "b:InstitutionOwnerEntity>"}, id="a prefix"),
        pytest.param(
            {"</HealthInstitution>": f'<other xmlns="urn:x">{TAG}{TAG.replace("<", "</")}</other></HealthInstitution>'},
            id="a name from another namespace",
        ),
        pytest.param({"Entity>": "Entity\n>"}, id="a line's end in every tag"),
    ],
)
@pytest.mark.parametrize("declaration", ['<?xml version="1.0" encoding="utf-8"?>', ""])
def test_what_makes_tags_hard_to_find_in_the_file_hides_no_change(declaration, edits):
    def written(name: str) -> bytes:
        body = owner(under=institution(under=unit())).replace("Klinik", name)
        for plain, odd in edits.items():
            body = body.replace(plain, odd)
        root = HEAD.partition("?>")[2].lstrip().replace("<SorTree ", '<SorTree xmlns:b="urn:oio:nsi:2.0.0" ')
        return (declaration + root + body + "</SorTree>").encode()

    assert set(fingerprints(written("Før"))) == {IE, SI, OE}
    assert changed(written("Før"), written("Nu")) == {SI}
    assert changed(written("Før"), written("Før")) == set()


def test_bytes_that_are_read_as_other_letters_are_other_units():
    """A file that named the wrong encoding, and names the right one the next night."""
    right = xml(owner(under=institution())).removeprefix(b"\xef\xbb\xbf")
    wrong = right.replace(b'"utf-8"', b'"iso-8859-1"')
    assert changed(wrong, right) == {IE, SI}
    assert changed(wrong, b"\xef\xbb\xbf" + wrong) == {IE, SI}
    assert changed(right, right.replace(b'"utf-8"', b"'UTF-8'")) == set()


def rows(header=columns.ALL, *, below=False, **cells):
    """An owner, a clinic and a provider; a keyword like ``SI_EntityName`` sets a cell."""
    made = [sor2_row(IE, "IE"), sor2_row(SI, "SI", IE), sor2_row(OE, "OE", SI)]
    made += [sor2_row(OE2, "OE", OE)] if below else []
    for name, text in cells.items():
        which, _, column = name.partition("_")
        for row in made:
            if which in {row[columns.SOR_TYPE], "ALL"}:
                row[column] = text
    return sor2(*made, header=header)


WITHOUT_MARK = [column for column in columns.ALL if column != columns.GLN_INHERITED]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(rows(), rows(), set(), id="nothing"),
        pytest.param(rows(), rows(OE_EntityName="Nyt"), {OE}, id="its own content"),
        pytest.param(
            rows(ALL_InstitutionOwnerEntityName="Før"), rows(ALL_InstitutionOwnerEntityName="Nu"), {IE}, id="the owner's name"
        ),
        pytest.param(
            rows(ALL_InstitutionOwnerCvrNumberId="35095748"), rows(ALL_InstitutionOwnerCvrNumberId="11111111"), {IE},
            id="the owner's CVR number, the same on every row",
        ),
        pytest.param(
            rows(ALL_InstitutionOwnerCvrNumberId="35095748"),
            rows(ALL_InstitutionOwnerCvrNumberId="35095748", IE_InstitutionOwnerCvrNumberId="11111111"),
            {IE, SI, OE}, id="a CVR number that is not the owner's any more (R3)",
        ),
        pytest.param(rows(), rows(SI_EntityTypeId="22232009"), {SI, OE}, id="a hospital around it (R18)"),
        pytest.param(rows(), rows(below=True), {OE2}, id="a child, outside hospitals"),
        pytest.param(
            rows(SI_EntityTypeId="22232009"), rows(SI_EntityTypeId="22232009", below=True), {OE, OE2},
            id="a child, in a hospital (R18)",
        ),
        pytest.param(
            rows(WITHOUT_MARK, SI_EanLocationCode=GLN), rows(WITHOUT_MARK, ALL_EanLocationCode=GLN), {IE, SI, OE},
            id="the parent's lokationsnummer, where no mark says what is inherited (R47)",
        ),
        pytest.param(rows(), rows(tuple(reversed(columns.ALL))), {IE, SI, OE}, id="columns in another order"),
        pytest.param(rows(), rows((*columns.ALL, "OrganizationalLevelCode")), {IE, SI, OE}, id="another column"),
        pytest.param(
            rows((*columns.ALL, "New"), ALL_New="1"), rows((*columns.ALL, "New"), ALL_New="2"), set(), id="an unknown column"
        ),
        pytest.param(
            rows().replace(f'="{OE}"'.encode(), OE.encode()), rows(), {OE}, id="how its row is written"
        ),
    ],
)  # fmt: skip
def test_a_row_changes_with(before, after, expected):
    assert changed(before, after) == expected


REGISTER = "sor_id,sor_type,unit_type,name,cvr,parent_sor_id,gln,sources\n"


def test_a_row_of_the_register_csv_changes_with_its_cells_its_place_in_the_tree_and_what_it_inherits():
    lines = [f"{IE},IE,privat,i,35095748,,{GLN},x", f"{SI},SI,,s,35095748,{IE},{GLN},x", f"{OE},OE,,o,35095748,{SI},,x"]

    def written(*rows: str) -> bytes:
        return (REGISTER + "".join(f"{row}\n" for row in rows)).encode()

    before = written(*lines)
    assert changed(before, written(*(line.replace(",x", ",y") for line in lines))) == set()
    assert changed(before, written(*(line.replace("35095748", "11111111") for line in lines))) == {IE}
    assert changed(before, written(lines[0].replace(GLN, ""), *lines[1:])) == {IE, SI}
    assert changed(before, written(*lines, f"{OE2},OE,,p,35095748,{OE},,x")) == {OE, OE2}
