"""The one form in which an address of CVR is taken: scheme, host and perhaps a port."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit


def plain_origin(url: str) -> str:
    """Return `url` without a slash at its end; `ValueError`, without repeating it, for everything but an origin.

    Addresses are logged and shown, so credentials have settings of their own.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("the CVR url must be http://host or https://host")
    if "@" in parts.netloc:
        raise ValueError("the CVR url must not carry credentials: they have settings of their own")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("the CVR url must end with the host: the path has a setting of its own")
    if not _has_a_port_or_none(parts):
        raise ValueError("the CVR url has a port that is none")
    return url.rstrip("/")


def _has_a_port_or_none(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:  # whose text repeats it, and http://user:password looks like a host with a port
        return False
