"""From a view to HTML: templates that escape everything, in the language the reader has chosen."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from workers.explain.words.catalogue import LANGUAGES, Language
from workers.page.words.spoken import PageWords

if TYPE_CHECKING:
    from workers.page.sessions import Session

LANGUAGE_COOKIE: Final = "sorbro_language"
DEFAULT_LANGUAGE: Final[Language] = "da"
VIEWS: Final = (
    ("now", "/"),
    ("closures", "/closures"),
    ("unit", "/units"),
    ("flow", "/flow"),
    ("dead-letters", "/dead-letters"),
    ("cvr", "/cvr"),
    ("contracts", "/contracts"),
)


def language_of(request: web.Request) -> Language:
    """What the reader has chosen, or Danish."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return next((each for each in LANGUAGES if each == chosen), DEFAULT_LANGUAGE)


def page(
    request: web.Request, view: str, session: Session | None = None, *, status: int = 200, **given: Any
) -> web.Response:
    """The HTML of a view; what is given goes to its template."""
    language = language_of(request)
    text = (
        _environment()
        .get_template(f"{view}.html")
        .render(
            words=words_of(language),
            say=words_of(language).say,
            language=language,
            other_language=next(each for each in LANGUAGES if each != language),
            view=view,
            views=VIEWS,
            session=session,
            path=request.path if request.method == "GET" else "/",
            **given,
        )
    )
    return web.Response(text=text, content_type="text/html", status=status)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("workers.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def words_of(language: Language) -> PageWords:
    """The words of a language."""
    return PageWords(language)
