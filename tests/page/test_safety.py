"""Without the token nothing can be changed; wrong hosts, forged forms and over-long input are harmless."""

import pytest

from page.signed import OPERATOR, secret_of, sign_in
from page.stage import TOKEN
from workers.page.safety import is_allowed_host, is_own_form
from workers.page.sessions import LASTS_SECONDS, Sessions, TooOftenError

GROUP = {
    "reason": "contract-violation",
    "ceType": "dk.sor.entity.changed.v1",
    "topic": "sor.entity-changes.v1",
    "day": "2023-03-14",
}
CHANGES = ["/dead-letters/try", "/dead-letters/send", "/dead-letters/stop", "/sign-out"]


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io:6066", "", "[::1", "a b"])
async def test_a_page_under_another_name_is_not_answered(client, host):
    answer = await client.get("/now.json", headers={"Host": host})
    assert answer.status in {400, 421}
    assert "severity" not in await answer.text()


@pytest.mark.parametrize("host", ["localhost:6066", "127.0.0.1:1", "[::1]:6066", "LOCALHOST"])
def test_own_names_are_answered_on_any_port(host):
    assert is_allowed_host(host, {"localhost", "127.0.0.1", "[::1]"})


@pytest.mark.parametrize("path", ["/", "/now.json", "/static/page.js", "/nothing", "/sign-in"])
async def test_no_answer_may_be_framed_or_run_foreign_script(client, path):
    headers = (await client.get(path)).headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", CHANGES)
async def test_nothing_changes_without_signing_in(client, drawer, path):
    assert (await client.post(path, data=GROUP | {"secret": "x", "why": "y"})).status == 403
    assert drawer.orders == []


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize("secret", ["", "x", "æ" * 43])
async def test_a_form_without_the_session_s_secret_is_forged(client, drawer, path, secret):
    await sign_in(client)
    assert (await client.post(path, data=GROUP | {"secret": secret, "why": "y"})).status == 403
    assert drawer.orders == []


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
async def test_a_form_from_another_site_is_forged_even_with_the_secret(client, headers):
    await sign_in(client)
    fields = GROUP | {"secret": await secret_of(client)}
    assert (await client.post("/dead-letters/try", data=fields, headers=headers)).status == 403


def test_a_form_of_our_own_is_not_forged():
    assert is_own_form({"Origin": "http://localhost:6066", "Host": "localhost:6066", "Sec-Fetch-Site": "same-origin"})


async def test_without_a_token_nobody_can_sign_in(open_page):
    client = await open_page(token=None)
    assert "SORBRO_PAGE_TOKEN" in await (await client.get("/sign-in")).text()
    assert (await sign_in(client, token="")).status == 403


async def test_signing_in_gives_a_cookie_no_script_can_read(client):
    answer = await client.post("/sign-in", data={"token": TOKEN, "operator": OPERATOR}, allow_redirects=False)
    cookie = answer.cookies["sorbro_session"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    assert TOKEN not in cookie.value


@pytest.mark.parametrize("operator", ["", "maren@example.dk", "a\nb", "x" * 81])
async def test_a_name_for_the_audit_trail_is_one_line_and_no_address_r49(client, operator):
    assert (await sign_in(client, operator=operator)).status == 403


async def test_a_wrong_token_is_refused_and_guessing_stopped(client):
    for _ in range(5):
        assert "passer ikke" in await (await sign_in(client, token="forkert")).text()  # noqa: S106
    assert "Vent et minut" in await (await sign_in(client)).text()


def test_guessing_may_go_on_after_a_minute_and_a_session_ends_with_the_shift(monkeypatch):
    sessions = Sessions(_secret())
    for _ in range(5):
        assert sessions.sign_in("forkert", OPERATOR, 0.0) is None
    with pytest.raises(TooOftenError):
        sessions.sign_in(TOKEN, OPERATOR, 59.0)
    name = sessions.sign_in(TOKEN, OPERATOR, 61.0)
    assert sessions.find(name, 61.0 + LASTS_SECONDS - 1) is not None
    assert sessions.find(name, 61.0 + LASTS_SECONDS) is None


def test_sessions_are_bounded():
    sessions = Sessions(_secret())
    names = [sessions.sign_in(TOKEN, OPERATOR, float(number)) for number in range(300)]
    assert len(sessions._sessions) <= 100
    assert sessions.find(names[-1], 300.0) is not None


async def test_signing_out_ends_the_session(client):
    await sign_in(client)
    secret = await secret_of(client)
    assert (await client.post("/sign-out", data={"secret": secret})).url.path == "/"
    assert (await client.post("/dead-letters/stop", data={"secret": secret})).status == 403


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/a\nb"]
)
async def test_the_language_switch_leads_nowhere_else(client, back):
    answer = await client.get("/language/en", params={"back": back}, allow_redirects=False)
    assert answer.headers["Location"] == "/"


async def test_over_long_input_is_refused_in_words(client):
    assert (await client.get("/closures?day=" + "9" * 600)).status == 414
    answer = await client.post("/units", data={"question": "x" * 10_000})
    assert answer.status == 413
    assert "for langt" in await answer.text()


@pytest.mark.parametrize("path", ["/closures?day=2023-02-31", "/closures?day=x", "/closures?day=9999-12-31"])
async def test_a_day_that_is_none_is_no_day(client, path):
    assert (await client.get(path)).status == 200


@pytest.mark.parametrize(
    "path", ["/units/1", "/units/11111111111111111", "/../etc/passwd", "/static/../server.py", "/x"]
)
async def test_what_is_not_there_is_not_there(client, path):
    assert (await client.get(path)).status == 404


async def test_a_choice_that_can_be_no_group_is_refused(client):
    await sign_in(client)
    fields = GROUP | {"secret": await secret_of(client), "reason": "<script>"}
    assert (await client.post("/dead-letters/try", data=fields)).status == 404


def _secret():
    from pydantic import SecretStr

    return SecretStr(TOKEN)
