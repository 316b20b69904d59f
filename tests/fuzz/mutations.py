"""How files suffer: on the way, in a spreadsheet, in an editor, and by intent."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final

_PIECE: Final = re.compile(rb"<[^<>]*>|[^<>;,\r\n]+|[;,\r\n]+")
_TEXT: Final = re.compile(rb"(?<=>)[^<>\s][^<>]*(?=</)|(?<=;)[^<>;\r\n]*(?=;)")
_WORDS: Final = (
    b"<", b"</", b"/>", b'"', b'""', b'="', b";", b",", b"\r", b"\n", b"\0", b"\x1f", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe6",
    b"\xc3\xa6", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?pi?>", b"&amp;", b"&d;", b"&#0;", b"1,05780100001600E+15",
    b'<!DOCTYPE a [<!ENTITY d "dd">]>', b"InstitutionOwnerEntity", b"<OrganizationalUnitEntity>", b"PK\x03\x04", b"\x1f\x8b",
    b"9" * 400, b"<x>" * 300, b"IE", b"OE", b"22232009", b'<?xml version="1.0" encoding="utf-16"?>',
)  # fmt: skip

Mutation = Callable[[random.Random, bytes, bytes], bytes]
"""Of a file and another one it makes a third."""


def _flip(rng: random.Random, content: bytes, _other: bytes) -> bytes:
    damaged = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def _cut(rng: random.Random, content: bytes, _other: bytes) -> bytes:
    return content[: rng.randrange(len(content))]


def _drop(rng: random.Random, content: bytes, _other: bytes) -> bytes:
    at = rng.randrange(len(content))
    return content[:at] + content[at + rng.randint(1, 200) :]


def _insert(rng: random.Random, content: bytes, _other: bytes) -> bytes:
    at = rng.randrange(len(content))
    return content[:at] + rng.choice(_WORDS) * rng.choice((1, 1, 2, 50)) + content[at:]


def _splice(rng: random.Random, content: bytes, other: bytes) -> bytes:
    return content[: rng.randrange(len(content))] + other[rng.randrange(len(other)) :]


def _repeat(rng: random.Random, content: bytes, _other: bytes) -> bytes:
    at = rng.randrange(len(content))
    end = at + rng.randint(1, 2_000)
    return content[:end] + content[at:end] * rng.randint(1, 30) + content[end:]


def _shuffle_lines(rng: random.Random, content: bytes, _other: bytes) -> bytes:
    first, *rest = content.split(b"\n")
    rng.shuffle(rest)
    return b"\n".join([first, *rest])


def _swap_pieces(rng: random.Random, content: bytes, _other: bytes) -> bytes:
    pieces = _PIECE.findall(content) or [content]
    for _ in range(rng.randint(1, 6)):
        one, two = rng.randrange(len(pieces)), rng.randrange(len(pieces))
        pieces[one], pieces[two] = pieces[two], pieces[one]
    return b"".join(pieces)


def _swap_texts(rng: random.Random, content: bytes, _other: bytes) -> bytes:
    """Let what stands in two elements or cells change places, so that the file stays well-formed."""
    spans = [found.span() for found in _TEXT.finditer(content)]
    if len(spans) < 2:
        return content
    (begin, end), (second, last) = sorted(rng.sample(spans, 2))
    return content[:begin] + content[second:last] + content[end:second] + content[begin:end] + content[last:]


def _recode(rng: random.Random, content: bytes, _other: bytes) -> bytes:
    text = content.decode("utf-8", "replace") if rng.random() < 0.5 else content.decode("iso-8859-1")
    return text.encode(rng.choice(("utf-8", "iso-8859-1", "utf-16", "utf-7", "cp500")), "replace")


_ALL: Final[tuple[Mutation, ...]] = (
    _flip, _flip, _cut, _drop, _insert, _insert, _splice, _repeat, _shuffle_lines, _swap_pieces, _recode, *(8 * (_swap_texts,)),
)  # fmt: skip


def mutated(rng: random.Random, content: bytes, other: bytes) -> bytes:
    """Return `content` after one to four misfortunes."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 4))):
        content = rng.choice(_ALL)(rng, content or b"\n", other)
    return content
