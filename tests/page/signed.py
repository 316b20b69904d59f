"""Signing in as an operator would, and the secret that each of their forms carries."""

from __future__ import annotations

import re

from page.stage import TOKEN

OPERATOR = "Maren Prøve"


async def sign_in(client, token: str = TOKEN, operator: str = OPERATOR):
    """The answer to the form, redirects followed."""
    return await client.post("/sign-in", data={"token": token, "operator": operator})


async def secret_of(client) -> str:
    """The secret of the session's forms."""
    text = await (await client.get("/dead-letters")).text()
    found = re.search(r'name="secret" value="([^"]+)"', text)
    assert found is not None
    return found[1]
