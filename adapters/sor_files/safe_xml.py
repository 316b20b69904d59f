"""Reading XML that others wrote: a stream of events, bounded memory, nothing fetched and nothing expanded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, cast

from lxml import etree

from adapters.sor_files.errors import SnapshotError

Event = tuple[Literal["start", "end"], etree._Element]  # noqa: SLF001  the only name lxml has for its elements


def events(path: Path, names: Iterable[str] | None = None) -> Iterator[Event]:
    """Yield start and end events of the elements in the file at `path`, or only of those named in `names`.

    Raises `SnapshotError` for a file that is not well-formed to its end, and for any document type
    declaration: SOR files have none, and every entity trick needs one.
    """
    with path.open("rb") as file:
        parsed = etree.iterparse(
            file,
            events=("start", "end"),
            tag=None if names is None else [f"{{*}}{name}" for name in names],
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            for number, (event, element) in enumerate(parsed):
                if number == 0 and element.getroottree().docinfo.doctype:
                    raise SnapshotError(f"{path}: has a document type declaration, which no SOR file has")
                yield cast("Event", (event, element))
        except etree.XMLSyntaxError as error:
            raise SnapshotError(f"{path}: not well-formed XML at line {error.lineno}") from error


def root_name(path: Path) -> tuple[str | None, str]:
    """Return namespace and local name of the root element. Raises `SnapshotError` as `events` does."""
    for _, element in events(path):
        name = etree.QName(element)
        return name.namespace, name.localname
    raise SnapshotError(f"{path}: no XML element")


def forget(element: etree._Element) -> None:
    """Free what `element` and the siblings before it hold; call it at the element's end, when it is read."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
