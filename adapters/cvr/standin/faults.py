"""What can be wrong with the stand-in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Faults:
    """What is wrong with the stand-in; may be changed while it runs. Pages are HTML, as those of CVR's web server."""

    down: bool = False
    """HTTP 503 and a page, whatever is asked."""
    delay_seconds: float = 0.0
    """Every answer comes so much later."""
    hangs_up: bool = False
    """The connection is closed without an answer."""
    status: int | None = None
    """This status and a page, whatever is asked."""
    retry_after: str | None = None
    """The Retry-After header of `down` and `status`, in either of its forms."""
    redirects_to: str | None = None
    """HTTP 302 to this origin; the address is repeated with everything in it."""
    page: bool = False
    """HTTP 200 and a page, as of a proxy that asks for a login."""
    garbage: bool = False
    """HTTP 200 and JSON that breaks off."""
    timed_out: bool = False
    """Elasticsearch: a partial answer with HTTP 200 (§3.11). GraphQL: error HC0045."""
    failed_shards: int = 0
    """So many of Elasticsearch's six shards did not answer; HTTP 200 all the same (§3.11)."""
    poison: frozenset[str] = frozenset()
    """Numbers that make every question with one of them fail, with `poison_status`."""
    poison_status: int = 400
    """400, or 500 with an error that blames the question (§3.12)."""
