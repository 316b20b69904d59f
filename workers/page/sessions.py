"""Who is signed in: a token known to few, a name for the audit trail, and a secret for each form."""

from __future__ import annotations

import hmac
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter, ValidationError

from contracts.redrives import OperatorName

if TYPE_CHECKING:
    from pydantic import SecretStr

LASTS_SECONDS: Final = 8 * 3600.0
"""One shift."""
_MOST: Final = 100
_MOST_ATTEMPTS: Final = 5
_ATTEMPTS_SECONDS: Final = 60.0
_NAME: Final[TypeAdapter[str]] = TypeAdapter(OperatorName)


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Session:
    """One person at one browser."""

    operator: str
    until: float
    form_secret: str = field(default_factory=_secret)

    def is_own(self, given: str) -> bool:
        """Whether a form carries this session's secret."""
        return hmac.compare_digest(self.form_secret.encode(), given.encode())


class TooOftenError(Exception):
    """So many wrong tokens that nobody may try for a while."""


class Sessions:
    """The sessions under way, in memory: a restart of the worker signs everybody out. Instants in seconds."""

    def __init__(self, token: SecretStr | None) -> None:
        self._token = token
        self._sessions: dict[str, Session] = {}
        self._wrong: deque[float] = deque(maxlen=_MOST_ATTEMPTS)

    @property
    def are_possible(self) -> bool:
        """Whether there is a token at all."""
        return self._token is not None

    def sign_in(self, token: str, operator: str, now: float) -> str | None:
        """The name of a new session; None for a wrong token or a name that is none. Raises `TooOftenError`."""
        if self._token is None:
            return None
        if len(self._wrong) == _MOST_ATTEMPTS and now - self._wrong[0] < _ATTEMPTS_SECONDS:
            raise TooOftenError
        if not hmac.compare_digest(self._token.get_secret_value().encode(), token.encode()):
            self._wrong.append(now)
            return None
        try:
            name = _NAME.validate_python(operator.strip())
        except ValidationError:
            return None
        self._forget(now)
        session = _secret()
        self._sessions[session] = Session(name, now + LASTS_SECONDS)
        return session

    def find(self, name: str | None, now: float) -> Session | None:
        """The session of that name, if it still lasts."""
        session = self._sessions.get(name or "")
        return session if session is not None and session.until > now else None

    def sign_out(self, name: str | None) -> None:
        """End a session."""
        self._sessions.pop(name or "", None)

    def _forget(self, now: float) -> None:
        """Drop what has ended, and the oldest where there are too many."""
        kept = [(name, each) for name, each in self._sessions.items() if each.until > now]
        self._sessions = dict(kept[-(_MOST - 1) :])
