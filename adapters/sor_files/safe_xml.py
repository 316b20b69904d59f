"""Reading XML that others wrote: a stream of events, bounded memory, nothing fetched and nothing expanded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Final, Literal, cast

from lxml import etree

from adapters.sor_files.source import Source

Element = etree._Element  # noqa: SLF001  the only name lxml has for it
Event = tuple[Literal["start", "end"], Element]

_CHUNK: Final = 1 << 16
MOST_BETWEEN: Final = 1 << 20
"""Bytes between two elements that are looked for. A unit takes 2 KB; a tree in memory up to thirty times its bytes."""


def local_name(element: Element) -> str:
    """Return the element's name without its namespace."""
    return _without_namespace(element.tag)


@lru_cache(maxsize=1_000)
def _without_namespace(tag: str) -> str:
    return tag[tag.rfind("}") + 1 :]


def children(element: Element, *names: str) -> Iterator[Element]:
    """Yield the children with any of these local names."""
    return element.iterchildren(*_in_any_namespace(names))


@cache
def _in_any_namespace(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{{*}}{name}" for name in names)


def text(element: Element | None, *names: str) -> str | None:
    """Return what stands in the first child with any of these local names, None where there is none or nothing."""
    found = next(children(element, *names), None) if element is not None else None
    return ((found.text or "").strip() or None) if found is not None else None


def root_of(source: Source) -> tuple[Element, bytes]:
    """Return the root element, and the bytes that were taken to see it.

    Raises `SnapshotError` for what is not XML, and for any document type declaration: SOR files have none, and every
    entity trick needs one.
    """
    parser = _parser(None)
    taken = bytearray()
    while len(taken) < MOST_BETWEEN and (chunk := source.read(_CHUNK)):
        taken += chunk
        for _, root in _fed(parser, chunk, source):
            if root.getroottree().docinfo.internalDTD is not None:
                raise source.error("has a document type declaration, which no SOR file has")
            return root, bytes(taken)
    raise source.error("no XML element where one should begin")


def events(source: Source, head: bytes, names: Iterable[str]) -> Iterator[Event]:
    """Yield start and end of the elements with these local names, in `head` and the rest of the source.

    Raises `SnapshotError` for a file that is not well-formed to its end, or has too much between two of them.
    """
    parser = _parser(names)
    chunk, quiet = head, 0
    while chunk:
        quiet += len(chunk)
        for event in _fed(parser, chunk, source):
            quiet = 0
            yield event
        if quiet > MOST_BETWEEN:
            raise source.error(f"more than {MOST_BETWEEN >> 20} MiB without a unit; no SOR file is like that")
        chunk = source.read(_CHUNK)
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        raise source.error(f"not well-formed XML: it breaks off at line {error.lineno}; fetch it again") from error


def forget_before(element: Element, parent: Element) -> None:
    """Free what stands before `element` under its `parent`."""
    parent.text = None
    while element.getprevious() is not None:
        del parent[0]


def _parser(names: Iterable[str] | None) -> etree.XMLPullParser:
    return etree.XMLPullParser(
        events=("start", "end"),
        tag=None if names is None else _in_any_namespace(tuple(names)),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _fed(parser: etree.XMLPullParser, chunk: bytes, source: Source) -> Iterator[Event]:
    try:
        parser.feed(chunk)
    except etree.XMLSyntaxError as error:
        raise source.error(f"not well-formed XML at line {error.lineno}; fetch it again") from error
    return cast("Iterator[Event]", parser.read_events())
