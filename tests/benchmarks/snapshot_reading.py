"""`python -m benchmarks.snapshot_reading`: a night's snapshot read and compared, beside a bare read of the same file.

Bare is lxml's iterparse that counts elements, and the csv module that counts rows. Ours finds every
unit, looks its fingerprint up among those of the night before, and reads the one in a hundred that has changed. They take
turns, each time in a process of its own; the medians count, by the clock and (in brackets) by CPU time. Peak memory is the process's, fingerprints included.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from xml.sax.saxutils import escape

from click import echo
from lxml import etree

from adapters.samples import generate_register
from adapters.sor_files import Damaged, SnapshotEntity, open_snapshot
from adapters.sor_files import sor2_csv_columns as columns
from contracts.addresses import Address

Measure = Callable[[Path, Mapping[str, bytes]], int]
_CHANGED: Final = 100
"""One unit in so many."""
_HEAD: Final = """<?xml version="1.0" encoding="utf-8"?>
<SorTree xmlns:cpr="urn:cpr" xmlns:cvr="urn:cvr" xmlns:xkom="urn:xkom" xmlns:dkcc="urn:dkcc" xmlns:kms="urn:kms"
 xmlns:sor1="urn:oio:sundhedsstyrelsen:organisation:1.0.0" xmlns="urn:oio:nsi:2.0.0">
<sor1:SnapshotDate>2026-11-22</sor1:SnapshotDate>
"""
_TAGS: Final = {"IE": "InstitutionOwner", "SI": "HealthInstitution", "OE": "OrganizationalUnit"}


def bare_xml(path: Path, _known: Mapping[str, bytes]) -> int:
    """Count the elements."""
    return sum(1 for _ in etree.iterparse(str(path)))


def forgetting_xml(path: Path, _known: Mapping[str, bytes]) -> int:
    """Count the elements, and empty each when it has been counted, so that memory lasts."""
    count = 0
    for _, element in etree.iterparse(str(path)):
        element.clear()
        count += 1
    return count


def bare_csv(path: Path, _known: Mapping[str, bytes]) -> int:
    """Count the rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.reader(file, delimiter=";"))


def ours(path: Path, known: Mapping[str, bytes]) -> int:
    """Compare the night with the one before; count what has changed, and can be read."""
    changed = 0
    with open_snapshot(path) as snapshot:
        for unit in snapshot.units():
            if not isinstance(unit, Damaged) and known.get(unit.sor_id) != unit.fingerprint:
                changed += unit.read().entity is not None
    return changed


def fingerprints(path: Path) -> dict[str, bytes]:
    """What is known of a night."""
    with open_snapshot(path) as snapshot:
        return {unit.sor_id: unit.fingerprint for unit in snapshot.units() if not isinstance(unit, Damaged)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.snapshot_reading", description=__doc__)
    parser.add_argument("--units", type=int, default=160_000)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    units = generate_register(given.units, 7).entities
    with TemporaryDirectory() as name:
        folder = Path(name)
        formats: tuple[tuple[str, Callable[[Iterable[SnapshotEntity]], Iterator[str]], dict[str, Measure]], ...] = (
            ("SOR XML 2.0", _xml, {"bare read": bare_xml, "forgetting": forgetting_xml}),
            ("SOR2 CSV", _sor2, {"bare read": bare_csv}),
        )
        for kind, write, bare in formats:
            nights = []
            for night in ("before", "now"):
                nights.append(folder / f"{kind} {night}")
                nights[-1].write_text("".join(write(_edited(units) if night == "now" else units)), encoding="utf-8")
            size = nights[1].stat().st_size / 1e6
            echo(f"{kind}: {given.units:,} units, {size:,.0f} MB, one unit in {_CHANGED} changed")
            _report(bare, *nights, times=given.times)


def _edited(units: Iterable[SnapshotEntity]) -> list[SnapshotEntity]:
    return [replace(unit, name=f"{unit.name} 2") if nth % _CHANGED == 0 else unit for nth, unit in enumerate(units)]


def _report(bare: Mapping[str, Measure], before: Path, now: Path, *, times: int) -> None:
    measures = {**bare, "ours": ours}
    taken: dict[str, list[tuple[float, float, int]]] = {name: [] for name in measures}
    for _ in range(times):
        for name, measure in measures.items():
            taken[name].append(_in_a_process(measure, before, now))
    echo(f"{'':12}{'seconds':>9}{'CPU s':>8}{'peak RSS':>12}{'ours runs at':>17}   all")
    middle = {name: [statistics.median(column) for column in zip(*each, strict=True)] for name, each in taken.items()}
    for name, each in taken.items():
        seconds, cpu, _ = middle[name]
        peak = max(size for _, _, size in each) / 1e6
        share = f"{100 * seconds / middle['ours'][0]:.0f} % ({100 * cpu / middle['ours'][1]:.0f} %)"
        every = ", ".join(f"{seconds:.2f}" for seconds, _, _ in each)
        echo(f"{name:12}{seconds:>9.2f}{cpu:>8.2f}{peak:>9,.0f} MB{share:>17}   ({every} s)")


def _in_a_process(measure: Measure, before: Path, now: Path) -> tuple[float, float, int]:
    fresh = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[tuple[float, float, int]] = fresh.Queue()
    process = fresh.Process(target=_timed, args=(measure, before, now, answers))
    process.start()
    answer = answers.get(timeout=1800)
    process.join()
    return answer


def _timed(measure: Measure, before: Path, now: Path, answers: multiprocessing.Queue[tuple[float, float, int]]) -> None:
    known = fingerprints(before) if measure is ours else {}
    started, worked = time.perf_counter(), time.process_time()
    count = measure(now, known)
    taken = time.perf_counter() - started, time.process_time() - worked
    assert count
    answers.put((*taken, _peak()))


def _peak() -> int:
    """Bytes that this process had in memory at most; unlike getrusage it does not count what it was forked from."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])


def _xml(units: Iterable[SnapshotEntity]) -> Iterator[str]:
    below: defaultdict[str | None, list[SnapshotEntity]] = defaultdict(list)
    for unit in units:
        below[unit.parent_sor_id].append(unit)

    def branch(unit: SnapshotEntity) -> Iterator[str]:
        tag = _TAGS[unit.sor_type]
        yield f"<{tag}Entity>\n<{tag}>\n{''.join(_elements(unit))}</{tag}>\n"
        for child in below[unit.sor_id]:
            yield from branch(child)
        yield f"</{tag}Entity>\n"

    yield _HEAD
    for owner in below[None]:
        yield from branch(owner)
    yield "</SorTree>\n"


def _elements(unit: SnapshotEntity) -> Iterator[str]:
    yield _element("sor1:SorIdentifier", unit.sor_id)
    yield _element("sor1:EntityName", unit.name)
    yield _element("EntityTypeIdentifier", unit.entity_type)
    if unit.location_number is not None and unit.location_number.inherited:
        yield "<EanLocationCodeOption><EntityInheritanceIndicator>true</EntityInheritanceIndicator></EanLocationCodeOption>\n"
    elif unit.location_number is not None:
        number = unit.location_number
        yield "<EanLocationCodeEntity>\n" + _element("sor1:EanLocationCode", number.gln)
        yield _element("SystemSupplierIdentifier", number.system_supplier)
        yield _element("SystemTypeIdentifier", number.edi_system)
        yield _element("CommunicationSupplierIdentifier", number.network_operator)
        yield _element("kms:RegionCode", number.region) + "</EanLocationCodeEntity>\n"
    for kind, address in (("Postal", unit.postal_address), ("Visiting", unit.visiting_address)):
        if address is not None:
            yield f"<{kind}AddressInformation>\n{''.join(_address(address))}</{kind}AddressInformation>\n"
    yield "<sor1:VirtualAddressInformation>\n" + _element("xkom:EmailAddressIdentifier", unit.email)
    yield _element("sor1:Website", unit.website) + _element("sor1:TelephoneNumberIdentifier", unit.telephone)
    yield "</sor1:VirtualAddressInformation>\n<sor1:SorStatus>\n" + _element("sor1:FromDate", unit.from_date)
    yield _element("sor1:UpdatedAt", unit.updated_on) + _element("sor1:FirstFromDate", unit.first_from_date)
    yield "</sor1:SorStatus>\n" + _element("cvr:CVRnumberIdentifier", unit.cvr)
    yield _element("cvr:ProductionUnitIdentifier", unit.p_number)


def _address(address: Address) -> Iterator[str]:
    yield "<xkom:AddressPostal>\n" + _element("dkcc:StreetName", address.street)
    yield _element("dkcc:StreetBuildingIdentifier", address.number) + _element("dkcc:FloorIdentifier", address.floor)
    yield _element("dkcc:SuiteIdentifier", address.door) + _element("dkcc:PostCodeIdentifier", address.postcode)
    yield _element("dkcc:DistrictName", address.city) + _element("dkcc:CountryIdentificationCode", address.country_code)
    yield "</xkom:AddressPostal>\n" + _element("cpr:MunicipalityCode", address.municipality_code)


def _element(tag: str, value: object) -> str:
    return f"<{tag}>{escape(str(value))}</{tag}>\n" if value is not None else ""


def _sor2(units: Iterable[SnapshotEntity]) -> Iterator[str]:
    yield ";".join(columns.ALL) + "\r\n"
    owners: dict[str, SnapshotEntity] = {}
    for unit in units:
        owner = owners.setdefault(unit.owner_sor_id, unit)
        cells = {
            columns.SOR_ID: f'="{unit.sor_id}"',
            columns.SOR_TYPE: unit.sor_type,
            columns.PARENT: f'="{unit.parent_sor_id}"' if unit.parent_sor_id else "",
            columns.NAME: unit.name,
            columns.TYPE_CODE: unit.entity_type,
            columns.OWNER: f'="{owner.sor_id}"',
            columns.OWNER_NAME: owner.name,
            columns.CVR: owner.cvr,
            columns.P_NUMBER: unit.p_number,
            columns.FIRST_FROM: unit.first_from_date,
            columns.FROM: unit.from_date,
            columns.UPDATED: unit.updated_on,
            columns.TELEPHONE: unit.telephone,
            columns.WEBSITE: unit.website,
            columns.EMAIL: unit.email,
        }
        # The CSV does not show what is inherited: every row has its addresses (R8).
        postal = unit.postal_address or owner.postal_address
        for which, address in zip(columns.ADDRESSES, (postal, unit.visiting_address or postal, postal), strict=True):
            if address is not None:
                cells |= {f"{which}StreetName": address.street, f"{which}StreetBuildingId": address.number}
                cells |= {f"{which}PostCodeId": address.postcode, f"{which}DistrictName": address.city}
                cells |= {f"{which}MunicipalityCode": address.municipality_code, f"{which}CountryCode": "DK"}
                cells |= {
                    f"{which}CoordETRS89z32EMeasure": "557481,680",
                    f"{which}CoordETRS89z32NMeasure": "6347032,450",
                }
        if unit.location_number is not None:
            cells |= {
                columns.GLN: unit.location_number.gln,
                columns.GLN_INHERITED: str(unit.location_number.inherited).lower(),
            }
        yield ";".join(str(cells.get(column) or "") for column in columns.ALL) + "\r\n"


if __name__ == "__main__":
    main()
