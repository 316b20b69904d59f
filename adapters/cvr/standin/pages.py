"""The forms in which the stand-in answers: JSON, and pages as nginx writes them."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from aiohttp import web


def json(content: object, status: int = 200) -> web.Response:
    """Return a JSON answer."""
    return web.Response(body=orjson.dumps(content), status=status, content_type="application/json", charset="UTF-8")


def html(status: int, title: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return a page that says what is wrong."""
    page = (
        f"<html>\n<head><title>{title}</title></head>\n<body>\n<center><h1>{title}</h1></center>\n"
        "<hr><center>nginx</center>\n</body>\n</html>\n"
    )
    return web.Response(text=page, status=status, content_type="text/html", headers=headers)
