"""Reading XML that others wrote: a stream of events, bounded memory, nothing fetched and nothing expanded."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Final, Literal, cast

from lxml import etree

from adapters.sor_files.source import Source

Element = etree._Element  # noqa: SLF001  the only name lxml has for it
Event = tuple[Literal["start", "end"], Element, bytes | None]
"""What happened to which element; and, where it can be told, the bytes of the file since the event before."""

_CHUNK: Final = 1 << 16
MOST_BETWEEN: Final = 1 << 20
"""Bytes between two elements that are looked for. A unit takes 2 KB; a tree in memory up to thirty times its bytes."""
_LONGEST_TAG: Final = 200
_BYTEWISE: Final = frozenset({"UTF-8", "ISO-8859-1", "US-ASCII", "WINDOWS-1252"})
"""Encodings in which the bytes of ASCII mean nothing else."""


def local_name(element: Element) -> str:
    """Return the element's name without its namespace."""
    return _without_namespace(element.tag)


@lru_cache(maxsize=1_000)
def _without_namespace(tag: str) -> str:
    return tag[tag.rfind("}") + 1 :]


class Parts:
    """The children of an element by their local names, the first of each; of no element none."""

    __slots__ = ("_by_name",)

    def __init__(self, element: Element | None) -> None:
        self._by_name: dict[str, Element] = {}
        for child in element if element is not None else ():
            self._by_name.setdefault(local_name(child), child)

    def child(self, *names: str) -> Element | None:
        """Return the child with any of these names."""
        return next((self._by_name[name] for name in names if name in self._by_name), None)

    def text(self, *names: str) -> str | None:
        """Return what stands in the child with any of these names, None where there is none or nothing."""
        found = self.child(*names)
        return ((found.text or "").strip() or None) if found is not None else None

    def parts(self, *names: str) -> Parts:
        """Return the parts of the child with any of these names."""
        return Parts(self.child(*names))


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


def events(source: Source, head: bytes, root: Element, names: Collection[str], ending: bytes) -> Iterator[Event]:
    """Yield start and end of the elements with these local names, in `head` and the rest of the source.

    All their tags end with `ending`. Raises `SnapshotError` for a file that is not well-formed to its end, or has too
    much between two of them.
    """
    parser = _parser(names)
    is_bytewise = (root.getroottree().docinfo.encoding or "UTF-8").upper() in _BYTEWISE
    since, begins_after_event = b"", False
    for piece in _pieces(source, head, ending):
        since += piece
        found = _fed(parser, piece, source)
        if not found:
            if len(since) > MOST_BETWEEN:
                raise source.error(f"more than {MOST_BETWEEN >> 20} MiB without a unit; no SOR file is like that")
            continue
        ends_with_event = is_bytewise and len(found) == 1 and _ends_with(since, *found[0])
        for kind, element in found:
            yield kind, element, since if begins_after_event and ends_with_event else None
        since, begins_after_event = b"", ends_with_event
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        raise source.error(f"not well-formed XML: it breaks off at line {error.lineno}; fetch it again") from error


def _pieces(source: Source, head: bytes, ending: bytes) -> Iterator[bytes]:
    """Cut the source after each `ending`, so that the parser tells of a tag before more is read than the tag."""
    held, chunk = b"", head
    while chunk:
        held += chunk
        begin = 0
        while end := held.find(ending, begin) + 1:
            end += len(ending) - 1
            yield held[begin:end]
            begin = end
        held = held[begin:]
        if len(held) >= _CHUNK:
            yield held
            held = b""
        chunk = source.read(_CHUNK)
    if held:
        yield held


def _ends_with(since: bytes, kind: str, element: Element) -> bool:
    """Whether the tag of an event is the last thing in these bytes, for certain.

    Where nothing can hide one, every ``<`` begins a tag, and one that has neither attributes nor blanks is whole.
    """
    if (b"!" in since and b"<!" in since) or (b"?" in since and b"<?" in since):
        return False
    tag = since[since.rfind(b"<") :]
    return len(tag) < _LONGEST_TAG and _is_tag(tag, kind, element.tag)


@lru_cache(maxsize=1_000)
def _is_tag(text: bytes, kind: str, tag: str) -> bool:
    mark, name = ("</" if kind == "end" else "<"), re.escape(_without_namespace(tag))
    return re.fullmatch(rf"{mark}(?:[\w.-]+:)?{name}>".encode(), text) is not None


def forget_before(element: Element, parent: Element) -> None:
    """Free what stands before `element` under its `parent`."""
    parent.text = None
    while element.getprevious() is not None:
        del parent[0]


def _parser(names: Iterable[str] | None) -> etree.XMLPullParser:
    return etree.XMLPullParser(
        events=("start", "end"),
        tag=None if names is None else [f"{{*}}{name}" for name in names],
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _fed(parser: etree.XMLPullParser, piece: bytes, source: Source) -> list[tuple[Literal["start", "end"], Element]]:
    try:
        parser.feed(piece)
    except etree.XMLSyntaxError as error:
        raise source.error(f"not well-formed XML at line {error.lineno}; fetch it again") from error
    return cast("list[tuple[Literal['start', 'end'], Element]]", list(parser.read_events()))
