"""Reading XML that others wrote: a stream of events, bounded memory, nothing fetched and nothing expanded."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from operator import itemgetter
from typing import Final, Literal, cast

from lxml import etree

from adapters.sor_files.source import Source

Element = etree._Element  # noqa: SLF001  the only name lxml has for it
_Told = tuple[Literal["start", "end"], Element]
Event = tuple[str, str, Element, bytes | None]
"""``start`` or ``end``; the local name of the element; the element; and, where it can be told, what stands in the file
between the tag of the event before and this one's."""

_KIND: Final = itemgetter(0)
_CHUNK: Final = 1 << 16
MOST_BETWEEN: Final = 1 << 20
"""Bytes between two elements that are looked for. A unit takes 2 KB; a tree in memory up to thirty times its bytes."""
_LONGEST_HIDING: Final = 4
"""Bytes of what hides tags that can stand at the end of a piece without being seen."""
_HIDING: Final = re.compile(rb"<[!?]")
"""What begins a comment, a CDATA section, a processing instruction."""
_RENAMING: Final = b"xmlns"
"""What gives prefixes another meaning."""
_ROOT: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\s[^<>]*\?>)?\s*<[^<>!?]*>")
"""The declaration, and the root's tag."""
_DECLARED: Final = re.compile(rb"""<\?xml\s[^<>]*?\sencoding\s*=\s*["']([A-Za-z][\w.-]*)["']""", re.ASCII)
_BYTEWISE: Final = frozenset({"UTF-8", "ISO-8859-1", "US-ASCII", "WINDOWS-1252"})
"""Encodings in which the bytes of ASCII mean nothing else."""


def local_name(element: Element) -> str:
    """Return the element's name without its namespace."""
    return _without_namespace(element.tag)


@lru_cache(maxsize=1_000)
def _without_namespace(tag: str) -> str:
    return tag[tag.rfind("}") + 1 :]


def first_child(element: Element, *names: str) -> Element | None:
    """Return the first child with any of these local names; quicker than `Parts` for who asks for one or two."""
    return next(element.iterchildren(*_in_any_namespace(names)), None)


@cache
def _in_any_namespace(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{{*}}{name}" for name in names)


def text_of(element: Element | None) -> str | None:
    """Return what stands in the element, None where there is none or nothing."""
    return ((element.text or "").strip() or None) if element is not None else None


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
        return text_of(self.child(*names))

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


def encoding_of(head: bytes) -> str:
    """Return the encoding in which a file that begins with `head` is read, other than UTF-16, by its own word.

    The parser does not tell before it has read the file to its end.
    """
    declared = _DECLARED.match(head)
    return declared[1].decode().upper() if declared is not None else "UTF-8"


def events(source: Source, head: bytes, root: Element, names: Collection[str], ending: bytes) -> Iterator[Event]:
    """Yield start and end of the elements of these names in the root's namespace, in `head` and the rest of the source.

    All the names end with `ending`. Raises `SnapshotError` for a file that is not well-formed to its end, or has too
    much between two of them.
    """
    namespace = root.nsmap[root.prefix]
    parser, tags = _parser([f"{{{namespace}}}{name}" for name in names]), _Tags(root, encoding_of(head), names, ending)
    since, begins_after_event = b"", False
    for piece in _pieces(source, head, ending):
        found = _fed(parser, piece, source)
        told, rest = tags.within(since, piece)
        # Whatever is found in the bytes the parser tells of too. So if there are as many, they are the same.
        if list(map(_KIND, found)) == list(map(_KIND, told)):
            for (_, element), (kind, name, between) in zip(found, told, strict=True):
                yield kind, name, element, between if begins_after_event else None
                begins_after_event = True
            since = rest
        else:
            for kind, element in found:
                yield kind, local_name(element), element, None
            since, begins_after_event = b"", False
        if len(since) > MOST_BETWEEN:
            raise source.error(f"more than {MOST_BETWEEN >> 20} MiB without a unit; no SOR file is like that")
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        raise source.error(f"not well-formed XML: it breaks off at line {error.lineno}; fetch it again") from error


class _Tags:
    """Finds tags in the bytes of a file by their text: those with the root's prefix, no attributes, no blanks."""

    def __init__(self, root: Element, encoding: str, names: Collection[str], ending: bytes) -> None:
        self._is_open = encoding in _BYTEWISE
        """Whether what looks like a tag is one: there is nothing in the file that could hide one."""
        self._ending = ending
        prefix = f"{root.prefix}:" if root.prefix is not None else ""
        self._kinds: dict[bytes, tuple[str, str]] = {}
        """Kind and name, by all of the tag but its ending."""
        for name in names:
            written = f"{prefix}{name}>".encode().removesuffix(ending)
            self._kinds |= {b"<" + written: ("start", name), b"</" + written: ("end", name)}
        self._is_first = True
        self._last = b""

    def within(self, since: bytes, piece: bytes) -> tuple[list[tuple[str, str, bytes]], bytes]:
        """Return kind and name of each tag in `piece`, and what stands before it; and what stands after the last.

        What stands before the first begins with `since`. Where it is not sure what is a tag there are none.
        """
        begins = _ROOT.match(piece) if self._is_first else None
        self._is_first = False
        looked_at = self._last + piece[begins.end() if begins is not None else 0 :]
        # A single byte is looked for much faster than two, and few files have either.
        may_hide = b"!" in looked_at or b"?" in looked_at
        if _RENAMING in looked_at or (may_hide and _HIDING.search(looked_at) is not None):
            self._is_open = False
        self._last = piece[-_LONGEST_HIDING:]
        if not self._is_open:
            return [], since + piece
        *parts, rest = piece.split(self._ending)
        found: list[tuple[str, str, bytes]] = []
        for part in parts:
            begin = part.rfind(b"<")
            kind = self._kinds.get(part[begin:]) if begin >= 0 else None
            if kind is not None:
                found.append((*kind, since + part[:begin] if since else part[:begin]))
                since = b""
            else:
                since += part + self._ending
        return found, since + rest


def _pieces(source: Source, head: bytes, ending: bytes) -> Iterator[bytes]:
    """Cut the source after an `ending`, so that no tag that has it is cut in two."""
    held, chunk = b"", head
    while chunk:
        held += chunk
        cut = held.rfind(ending) + len(ending)
        if cut < len(ending):
            cut = len(held) if len(held) >= _CHUNK else 0
        if cut:
            yield held[:cut]
            held = held[cut:]
        chunk = source.read(_CHUNK)
    if held:
        yield held


def forget_before(element: Element, parent: Element) -> None:
    """Free what stands before `element` under its `parent`."""
    while element.getprevious() is not None:
        del parent[0]


def _parser(tags: Collection[str] | None) -> etree.XMLPullParser:
    return etree.XMLPullParser(
        events=("start", "end"),
        tag=tags,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_blank_text=True,
        remove_comments=True,
        remove_pis=True,
    )


def _fed(parser: etree.XMLPullParser, piece: bytes, source: Source) -> list[_Told]:
    try:
        parser.feed(piece)
    except etree.XMLSyntaxError as error:
        raise source.error(f"not well-formed XML at line {error.lineno}; fetch it again") from error
    return cast("list[_Told]", list(parser.read_events()))
