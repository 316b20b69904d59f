"""The register CSV: one unit a row, any order, parents by id (the form of ``medcom_eer_sor_orgs.csv``).

Rows of children stand before their parents' in real files, so the rows are held (about half a kilobyte each)
and only the entities are streamed, parents first.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from adapters.sor_files.entity import Damaged, DamageReason, SnapshotEntity
from adapters.sor_files.errors import SnapshotError
from adapters.sor_files.register_rows import REQUIRED_COLUMNS, RegisterRow, location_number, owner_type, parse_row
from adapters.sor_files.treatment_places import is_place_by_shape
from contracts.code_lists import entity_type_code
from contracts.identifiers import CvrNumber
from contracts.sor_entities import SorType


def is_register_csv(head: bytes) -> bool:
    """Whether a file that begins with `head` has the columns of the register CSV."""
    header = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", "replace")
    return set(REQUIRED_COLUMNS) <= {column.strip().strip('"') for column in header.split(",")}


def read_register_csv(path: Path) -> Iterator[SnapshotEntity | Damaged]:
    """Yield every row as an entity, or as `Damaged`; parents before children, otherwise in file order.

    Raises `SnapshotError` when the file is not UTF-8 CSV to its end.
    """
    rows: dict[str, RegisterRow] = {}
    unusable: set[str] = set()
    for item in _rows(path):
        if isinstance(item, Damaged):
            unusable.add(item.sor_id)
            yield item
        elif item.sor_id in rows:
            yield Damaged(item.sor_id, "duplicate", item.where)
        else:
            rows[item.sor_id] = item
    children: defaultdict[str, list[RegisterRow]] = defaultdict(list)
    for row in rows.values():
        children[row.parent].append(row)
    reached: set[str] = set()
    for row in rows.values():
        if row.sor_type == "IE":
            yield from _tree(row, children, reached)
    yield from _unreached(rows, reached, unusable)


def _rows(path: Path) -> Iterator[RegisterRow | Damaged]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        try:
            for cells in reader:
                yield parse_row(cells, f"line {reader.line_num}")
        except (csv.Error, UnicodeDecodeError) as error:
            raise SnapshotError(f"{path}: not UTF-8 CSV after line {reader.line_num}") from error


def _tree(
    owner: RegisterRow, children: dict[str, list[RegisterRow]], reached: set[str]
) -> Iterator[SnapshotEntity | Damaged]:
    """Walk one owner's tree, parents first. A stack and not recursion: depth is the file's, not ours."""
    pending: list[tuple[RegisterRow, RegisterRow | None]] = [(owner, None)]
    while pending:
        row, parent = pending.pop()
        reached.add(row.sor_id)
        under = children.get(row.sor_id, [])
        pending.extend((child, row) for child in reversed(under))
        yield from _entity(row, parent, owner, {child.sor_type for child in under})


def _entity(
    row: RegisterRow, parent: RegisterRow | None, owner: RegisterRow, child_types: set[SorType]
) -> Iterator[SnapshotEntity | Damaged]:
    entity_type = entity_type_code(row.unit_type) if row.unit_type else None
    if row.unit_type and entity_type is None:
        yield Damaged(row.sor_id, "unknown-label", row.where, unit_kept=True)
    if row.cvr != owner.cvr:
        yield Damaged(row.sor_id, "cvr-differs-from-owner", row.where, unit_kept=True)
    number = location_number(row, parent)
    if row.gln and number is None:
        yield Damaged(row.sor_id, "invalid-location-number", row.where, unit_kept=True)
    is_owner = parent is None
    kind = owner_type(row) if is_owner else None
    if is_owner and kind is None:
        yield Damaged(row.sor_id, "unknown-owner-type", row.where, unit_kept=True)
    yield SnapshotEntity(
        sor_id=row.sor_id,
        sor_type=row.sor_type,
        owner_sor_id=owner.sor_id,
        parent_sor_id=parent.sor_id if parent else None,
        name=row.name,
        entity_type=entity_type,
        owner_type=kind,
        is_treatment_place=is_place_by_shape(
            row.sor_type, has_children=bool(child_types), has_oe_children="OE" in child_types
        ),
        cvr=CvrNumber.parse(row.cvr) if is_owner and row.cvr else None,
        location_number=number,
    )


def _unreached(rows: dict[str, RegisterRow], reached: set[str], unusable: set[str]) -> Iterator[Damaged]:
    """Say of every row that hangs under no owner why; each is climbed over once, however long the chain."""
    reasons: dict[str, DamageReason] = {}
    for row in rows.values():
        if row.sor_id in reached:
            continue
        path: dict[str, None] = {}
        above: str = row.sor_id
        while above in rows and above not in reasons and above not in path:
            path[above] = None
            above = rows[above].parent
        in_cycle = above in path or reasons.get(above) == "cycle"
        for sor_id in path:
            parent = rows[sor_id].parent
            under_damage = parent in rows or parent in unusable
            reasons[sor_id] = "cycle" if in_cycle else "parent-damaged" if under_damage else "missing-parent"
        yield Damaged(row.sor_id, reasons[row.sor_id], row.where)
