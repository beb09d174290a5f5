"""Who may use the admin listener: token, login page with cookie, Host and Origin, guessing."""

import urllib.parse

import pytest
from admin_client import Admin
from documents_used import to_web
from playwright.sync_api import sync_playwright

TOKEN = "correct horse & battery ü"
FORM = "application/x-www-form-urlencoded"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}
from router import eventually


@pytest.fixture
def admin(start):
    router = start(to_web(admin={"listen": "127.0.0.1:0", "token": TOKEN}))
    admin = Admin(router.admin)
    admin.router = router
    return admin


def log_in(admin, token=TOKEN, **fields):
    return admin.post("/login", "token=" + urllib.parse.quote_plus(token), kind=FORM, fields=fields)


def cookie_of(answer) -> dict:
    return {"Cookie": answer.fields["Set-Cookie"].split(";")[0]}


def test_a_browser_without_a_session_is_sent_to_the_login_page(admin):
    answer = admin.get("/", fields=BROWSER)
    assert answer.status == 303 and answer.fields["Location"] == "/login"
    assert admin.get("/").status == 401
    page = admin.get("/login", fields={"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"})
    assert page.status == 200 and 'lang="de"' in page.text and "Anmelden" in page.text
    assert "Log in" in admin.get("/login").text
    policy = page.fields["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_a_session_opens_what_the_token_opens_and_ends_with_logout(admin):
    answer = log_in(admin)
    assert answer.status == 303 and answer.fields["Location"] == "/"
    field = answer.fields["Set-Cookie"]
    assert "HttpOnly" in field and "SameSite=Strict" in field and TOKEN not in urllib.parse.unquote_plus(field)
    session = cookie_of(answer)
    assert admin.get(fields=session).status == 200
    assert admin.put("nodes/extra", {"type": "null"}, fields=session).status == 200
    assert admin.get("/", fields=session | BROWSER).status == 200
    out = admin.post("/logout", fields=session)
    assert out.status == 303 and "Max-Age=0" in out.fields["Set-Cookie"]
    assert admin.get(fields=session).status == 401


def test_wrong_tokens_are_refused_and_guessing_is_slowed_down(admin):
    assert Admin(admin.base, TOKEN.encode().decode("latin-1")).get().status == 200
    for turn in range(10):
        answer = log_in(admin, f"guess {turn}")
        assert answer.status == 401 and "role=\"alert\"" in answer.text and "Set-Cookie" not in answer.fields
    answer = log_in(admin)
    assert answer.status == 429 and 1 <= int(answer.fields["Retry-After"]) <= 60
    bearer = Admin(admin.base, "guess").get()
    assert bearer.status == 429 and bearer.fields["Retry-After"]
    eventually(lambda: "wrong token" in admin.router.log, 5, "the words")
    assert "guess" not in admin.router.log


def test_another_host_or_origin_changes_nothing(admin):
    session = cookie_of(log_in(admin))
    for method, path, body in (
            ("PUT", "nodes/x", {"type": "null"}), ("PATCH", "graph", {}), ("DELETE", "nodes/web", None),
            ("POST", "graph/undo", None), ("POST", "/logout", None), ("DELETE", "streams/1", None),
            ("POST", "nodes/phone/actions/disconnect", {}), ("POST", "links", {"from": "phone", "to": "web"})):
        for fields in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}):
            answer = admin.call(method, path, body, match="*", fields=session | fields)
            if fields.get("Origin") == "null" and answer.status != 403:
                raise AssertionError((method, path, answer))
            assert answer.status == 403, (method, path, fields, answer)
    assert log_in(admin, Origin="http://evil.example").status == 403
    assert admin.get(fields=session | {"Host": "evil.example"}).status == 403
    assert admin.get(fields=session).json["revision"] == 1


def test_without_a_token_there_is_nothing_to_log_in_to(start):
    router = start(to_web())
    admin = Admin(router.admin)
    answer = admin.get("/login")
    assert answer.status == 303 and answer.fields["Location"] == "/"
    assert admin.get("/", fields=BROWSER).status == 200


def test_a_person_logs_in_with_a_browser(admin, tmp_path):
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for scheme, language, size in (("light", "en-GB", (1280, 800)), ("dark", "de-DE", (390, 844))):
            context = chromium.new_context(
                color_scheme=scheme, locale=language, viewport={"width": size[0], "height": size[1]})
            page = context.new_page()
            errors = []
            page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
            page.goto(admin.base + "/")
            assert page.url.endswith("/login")
            # Browsers give the focus with the first picture, not with the load.
            eventually(lambda: page.evaluate("document.activeElement.id") == "token", 5, "focus on the field")
            page.screenshot(path=tmp_path / f"login-{scheme}.png")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            page.keyboard.type("wrong")
            page.keyboard.press("Enter")
            page.get_by_role("alert").wait_for()
            page.screenshot(path=tmp_path / f"login-{scheme}-wrong.png")
            errors.clear()  # Chromium reports the 401 itself.
            page.locator("#token").fill(TOKEN)
            page.get_by_role("button").click()
            page.wait_for_url(admin.base + "/")
            assert page.evaluate("fetch('/api/v1/graph').then(answer => answer.status)") == 200
            assert page.evaluate("document.cookie") == ""
            assert not errors
            context.close()
        chromium.close()
