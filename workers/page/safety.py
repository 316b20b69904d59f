"""Who may ask, and what a browser may do with the answer: hosts, headers, lengths, forged forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from aiohttp import hdrs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
LARGEST_FORM: Final = 8 * 1024
"""Bytes."""
LONGEST_PATH: Final = 500


def allowed_hosts(names: str) -> frozenset[str]:
    """The names in a list divided by commas."""
    return frozenset(name.strip().lower() for name in names.split(",") if name.strip())


def is_allowed_host(host: str | None, allowed: Collection[str]) -> bool:
    """Whether a ``Host`` header names us: a page of somebody's own, under a name that leads here, must not read us."""
    if not host:
        return False
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name is not None and (name in allowed or f"[{name}]" in allowed)


def is_own_form(headers: Mapping[str, str]) -> bool:
    """Whether a form comes from a page of ours, as far as the browser says where it comes from."""
    site = headers.get("Sec-Fetch-Site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    origin = headers.get(hdrs.ORIGIN)
    if origin is None:
        return True
    return origin != "null" and urlsplit(origin).netloc.lower() == headers.get(hdrs.HOST, "").lower()
