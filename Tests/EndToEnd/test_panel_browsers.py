"""The panel's page: real Chromium, pages of the first servers, the old interface, clients that misbehave."""

import json
import socket
import time

import pytest

from panel_media import fill, png, write_wav
from panel_pages import COUNT, OldPage, ask, document, heard, moments, number, opened, press, ready, status, wait
from router import command, eventually


@pytest.fixture
def panel(start, tmp_path):
    """A router with a panel of four slots: three have sounds of 1 s, the last one of 8 s."""
    media = tmp_path / "router" / "media"
    fill(media, range(1, COUNT + 1))
    write_wav(media / f"{COUNT:03}.wav", 8)
    router = start(document())
    eventually(lambda: status(router)["media_missing"] == 0, 5, "all media")
    return router


@pytest.fixture(scope="module")
def careful(chromium):
    """Chromium as people have it: no sound before a first touch."""
    browser = chromium.browser_type.launch(executable_path="/usr/bin/chromium", headless=True, args=["--no-sandbox"])
    yield browser
    browser.close()


# The page


def test_a_press_is_seen_and_heard_and_ends(panel, chromium):
    page = ready(chromium, panel)
    assert page.inner_text("#name") == "Museum"
    press(panel, 2)
    wait(page, "document.querySelector('#number').textContent === '002'")
    eventually(lambda: heard(page) > 0.3, 5, "sound")
    assert page.evaluate("document.querySelector('#picture').naturalWidth") == 240
    assert status(panel)["current_button"] == 2
    wait(page, "Number(document.querySelector('#progress').ariaValueNow) > 40")
    wait(page, "!document.querySelector('#idle').hidden")
    eventually(lambda: status(panel)["current_button"] is None, 3, "the end")
    assert "From press to sound" in page.inner_text("#latency")
    assert page.errors == []
    page.context.close()


def test_the_screen_stays_awake_while_the_sound_is_on(panel, careful):
    page = opened(careful, panel)
    page.click("#unlock")
    page.wait_for_selector("#unlock-box", state="hidden")
    page.keyboard.press("d")
    wait(page, """[...document.querySelectorAll('#facts div')]
        .find((one) => one.firstChild.textContent === 'Screen stays on').lastChild.textContent === 'yes'""")
    assert page.errors == []
    page.context.close()


def test_without_a_touch_there_is_no_sound_and_nobody_waits_for_it(panel, careful):
    page = opened(careful, panel)
    page.wait_for_selector("#unlock-box", state="visible")
    wait(page, "document.querySelector('#preload').hidden && document.querySelector('#mosaic').childElementCount > 0")
    press(panel, 4)
    wait(page, "document.querySelector('#number').textContent === '004'")
    assert page.inner_text("#play-hint") == "sound is off" and heard(page) == 0
    ask(panel, "/test/stop")
    wait(page, "!document.querySelector('#idle').hidden")
    page.click("#unlock")
    page.wait_for_selector("#unlock-box", state="hidden")
    press(panel, 4)
    eventually(lambda: heard(page) > 0.3, 5, "sound")
    assert page.errors == []
    page.context.close()


def test_who_turns_the_sound_on_in_the_middle_joins_in(panel, careful, chromium):
    first = ready(chromium, panel)
    second = opened(careful, panel)
    second.wait_for_selector("#unlock-box", state="visible")
    press(panel, 4)
    eventually(lambda: heard(first) > 1.5, 8, "sound")
    second.keyboard.press("Space")
    eventually(lambda: heard(second) > 1.5, 5, "sound")
    assert abs(heard(first) - heard(second)) < 0.7
    first.context.close()
    second.context.close()


def test_a_page_loaded_again_in_the_middle_goes_on_where_the_others_are(panel, chromium):
    page = ready(chromium, panel)
    press(panel, 4)
    eventually(lambda: heard(page) > 1.5, 8, "sound")
    page.reload()
    eventually(lambda: heard(page) > 1.5, 8, "the sound goes on")
    assert status(panel)["current_button"] == 4
    assert number(page) == "004"
    eventually(lambda: status(panel)["current_button"] is None, 10, "the end")
    page.context.close()


def test_a_play_heard_of_before_the_browser_said_that_it_may_sound(panel, chromium):
    page = ready(chromium, panel)
    press(panel, 4)
    eventually(lambda: heard(page) > 0.2, 8, "sound")
    # A busy machine: the first question for the sound is answered late.
    page.add_init_script("""
        const play = HTMLMediaElement.prototype.play;
        HTMLMediaElement.prototype.play = async function () {
            HTMLMediaElement.prototype.play = play;
            await new Promise((resolve) => setTimeout(resolve, 1000));
            return play.call(this);
        };""")
    page.reload()
    eventually(lambda: heard(page) > 1.2, 8, "the sound goes on")
    assert not page.is_visible("#unlock-box")
    page.context.close()


def test_the_last_of_two_ends_the_play(panel, chromium):
    pages = [ready(chromium, panel) for _ in range(2)]
    press(panel, 4)
    for page in pages:
        eventually(lambda: heard(page) > 0.2, 5, "sound")
    pages[0].keyboard.press("Space")
    eventually(lambda: number(pages[1]) == "", 10, "the end of one")
    assert status(panel)["current_button"] == 4
    assert pages[0].inner_text("#play-hint") == "paused"
    pages[0].keyboard.press("Space")
    eventually(lambda: status(panel)["current_button"] is None, 10, "the end of both")
    for page in pages:
        page.context.close()


def test_the_page_outlives_the_router(start, tmp_path, chromium):
    fill(tmp_path / "router" / "media", range(1, COUNT + 1))
    first = start(document())
    host, port = first.bound("screens")
    page = ready(chromium, first)
    assert first.stop() == 0
    wait(page, "document.querySelector('#state-text').textContent.startsWith('No connection')")
    second = start(document(listen=f"{host}:{port}"))
    wait(page, "document.querySelector('#state-text').textContent === 'Ready'", 20)
    press(second, 3)
    eventually(lambda: heard(page) > 0.2, 5, "sound")
    page.context.close()


def test_a_line_that_breaks_for_a_moment_does_not_end_the_play(panel, chromium):
    context = chromium.new_context(locale="en-US")
    page = context.new_page()
    lines = []

    def between(line):
        lines.append((line, line.connect_to_server()))

    page.route_web_socket("**/ws", between)
    page.goto(panel.url("screens", "/"))
    wait(page, "document.querySelector('#state-text').textContent === 'Ready'")
    wait(page, "document.querySelector('#mosaic').childElementCount > 0")
    press(panel, 4)
    eventually(lambda: heard(page) > 0.5, 8, "sound")
    for end in lines[0]:
        end.close()
    last = 0
    for _ in moments(2.5):
        now = heard(page)
        assert now >= last, "the sound goes on"
        last = now
        assert status(panel)["current_button"] == 4
    assert len(lines) == 2
    # What goes between is moved while the page is asked.
    eventually(lambda: heard(page) == 0 and status(panel)["current_button"] is None, 8, "the end is told on the new line")
    context.close()


def test_keys_alone_choose_pause_stop_and_show(panel, chromium):
    page = ready(chromium, panel)
    for key in ("0", "0", "4", "Enter"):
        page.keyboard.press(key)
    eventually(lambda: heard(page) > 0.2, 5, "sound")
    page.keyboard.press("Space")
    wait(page, "document.querySelector('audio').paused")
    page.keyboard.press("s")
    wait(page, "!document.querySelector('#idle').hidden")
    page.keyboard.press("b")
    assert page.locator("#slots button").count() == COUNT
    page.keyboard.press("Tab")
    page.locator("#slots button").nth(1).press("Enter")
    eventually(lambda: number(page) == "002", 5, "number 2")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+d")
    assert page.is_visible("#details") and "play 002" in page.inner_text("#log")
    assert page.errors == []
    page.context.close()


def test_a_missing_sound_fails_at_once_and_a_missing_picture_is_a_number(panel, chromium):
    media = panel.folder / "media"
    (media / "001.wav").unlink()
    (media / "002.png").unlink()
    (media / "003.wav").write_bytes(b"RIFF....WAVE but nothing in it")
    eventually(lambda: status(panel)["media_missing"] == 2, 5, "two missing")
    page = ready(chromium, panel)
    press(panel, 2)
    eventually(lambda: heard(page) > 0.1, 5, "sound")
    assert page.is_visible("#big-number") and page.inner_text("#big-number") == "002"
    for slot in (1, 3):
        press(panel, slot)
        wait(page, f"document.querySelector('#number').textContent === '00{slot}'")
        eventually(lambda: status(panel)["current_button"] is None, 5, "the failure is told")
    page.context.close()


def test_a_kiosk_shows_nothing_but_the_stage(panel, chromium):
    page = ready(chromium, panel, "/?kiosk&lang=de", viewport={"width": 1920, "height": 1080})
    assert not page.is_visible("header") and "Taste wählen" in page.inner_text("#idle")
    press(panel, 4)
    eventually(lambda: heard(page) > 0.1, 5, "sound")
    assert not page.is_visible("#pause") and page.is_visible("#number")
    page.context.close()


def test_a_silent_screen_shows_and_does_not_count(panel, chromium):
    page = opened(chromium, panel, "/?silent")
    wait(page, "document.querySelector('#state-text').textContent === 'Ready'")
    old = OldPage(panel)
    press(panel, 1)
    old.plays()
    wait(page, "document.querySelector('#number').textContent === '001'")
    time.sleep(0.6)
    old.ended(1)
    eventually(lambda: status(panel)["current_button"] is None, 5, "the end")
    old.close()
    page.context.close()


@pytest.mark.parametrize("locale, scheme, size", [
    ("en-US", "light", (1280, 800)), ("de-DE", "dark", (390, 844)), ("de-DE", "light", (844, 390)),
    ("en-US", "dark", (1920, 1080)), ("en-US", "light", (320, 568)),
])
def test_axe_finds_nothing_and_nothing_is_cut_off(panel, chromium, locale, scheme, size):
    from axe_playwright_python.sync_playwright import Axe

    page = ready(chromium, panel, locale=locale, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True,
                 viewport={"width": size[0], "height": size[1]})

    def check(what):
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], what
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), what

    check("idle")
    press(panel, 4)
    eventually(lambda: heard(page) > 0.1, 5, "sound")
    check("playing")
    bar = page.locator("#bar").bounding_box()
    assert bar["y"] + bar["height"] <= size[1]
    page.evaluate("document.querySelector('#open-buttons').click()")
    check("buttons")
    page.evaluate("document.querySelector('#buttons').close()")
    page.evaluate("document.querySelector('#open-details').click()")
    check("details")
    assert page.evaluate("document.documentElement.lang") == locale[:2]
    page.context.close()


def test_whoever_wants_less_motion_or_more_contrast_gets_it(panel, chromium):
    page = ready(chromium, panel, reduced_motion="reduce", contrast="more")
    style = "getComputedStyle(document.querySelector('{}')).{}"
    assert page.evaluate(style.format(".pulse", "animationName")) == "none"
    assert page.evaluate(style.format("#mosaic", "display")) == "none"
    page.emulate_media(reduced_motion="no-preference", contrast="no-preference")
    assert page.evaluate(style.format(".pulse", "animationName")) == "breathe"
    assert page.evaluate(style.format("#mosaic", "display")) == "grid"
    page.context.close()


def test_options_change_under_the_eyes_of_a_page(panel, chromium):
    page = ready(chromium, panel)
    press(panel, 4)
    eventually(lambda: heard(page) > 0.2, 5, "sound")
    assert command("set", "screens", "name=Hall", "mediaCount=3", "--url", panel.admin)[0] == 0
    wait(page, "document.querySelector('#name').textContent === 'Hall'")
    assert status(panel)["num_media"] == 3 and heard(page) > 0.2
    assert ask(panel, "/test/play/4")[:2] == (400, b"ERROR: ID muss 1-3 sein")
    page.context.close()


# Pages of the first servers


def test_an_old_page_is_told_what_it_knows_and_nothing_else(panel):
    page = OldPage(panel)
    press(panel, 3)
    play = page.plays()
    assert play["id"] == 3 and isinstance(play["play"], int)
    assert page.is_quiet()
    page.socket.send('{"type":"ping"}')
    assert page.is_quiet()
    time.sleep(0.6)
    page.ended(3)
    eventually(lambda: status(panel)["current_button"] is None, 3, "the end")
    late = OldPage(panel)
    press(panel, 1)
    page.plays(), late.plays()
    newest = OldPage(panel)
    assert newest.is_quiet()
    for one in (page, late, newest):
        one.close()


def test_a_burst_arrives_whole_and_in_order(panel):
    pages = [OldPage(panel) for _ in range(3)]
    wanted = [1 + index % COUNT for index in range(50)]
    for slot in wanted:
        press(panel, slot)
    for page in pages:
        assert [page.plays()["id"] for _ in wanted] == wanted
        page.close()


def test_a_late_end_of_the_play_before_changes_nothing(panel):
    page = OldPage(panel)
    for _ in range(2):
        press(panel, 4)
        page.plays()
        time.sleep(0.3)
    # Of 8 s it can have heard 0.3: this is about the play before.
    page.ended(4)
    for _ in moments(0.5):
        assert status(panel)["current_button"] == 4
    time.sleep(4)
    page.ended(4)
    eventually(lambda: status(panel)["current_button"] is None, 3, "the end")
    page.close()


@pytest.mark.parametrize("text", [
    "[1]", "3", "true", '"x"', "null", "{", "", "{}", '{"type":"ended"}', '{"type":"ended","id":"3"}',
    '{"type":"ended","id":2.5}', '{"type":"ended","id":true}', '{"type":"hello","unlocked":7}', '{"type":[]}',
    "[" * 5000, b"\x00\xff\xfe", '{"type":"ended","id":99999999999999999999999}',
])
def test_messages_of_any_shape_are_survived(panel, text):
    page = OldPage(panel)
    page.socket.send(text)
    press(panel, 1)
    assert page.plays()["id"] == 1
    page.close()


def test_a_flood_of_messages_costs_the_others_nothing(panel):
    from websockets.exceptions import ConnectionClosed

    page, flood = OldPage(panel), OldPage(panel)
    try:
        for _ in range(20_000):
            flood.socket.send('{"type":"ended","id":1}')
    except ConnectionClosed as closed:
        assert closed.rcvd.code == 1008
    press(panel, 1)
    assert page.plays()["id"] == 1
    page.close()
    flood.close()


def test_a_page_that_never_reads_costs_the_others_nothing(panel):
    frozen = []
    host, port = panel.bound("screens")
    for _ in range(5):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.connect((host, port))
        one.sendall((f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
        assert b"101" in one.recv(12)
        frozen.append(one)
    page = OldPage(panel)
    for index in range(300):
        press(panel, 1 + index % COUNT)
        assert page.plays()["id"] == 1 + index % COUNT
    for one in frozen:
        one.close()
    page.close()


def test_a_dashboard_of_ones_own_is_served(start, tmp_path):
    own = tmp_path / "router" / "dashboard"
    (own / "static" / "js").mkdir(parents=True)
    (own / "index.html").write_text("<!doctype html><title>mine</title>")
    (own / "static" / "js" / "app.js").write_text("1")
    (own / "style.css").write_text("p {}")
    router = start(document(page="dashboard"))
    assert b"mine" in ask(router, "/")[1]
    code, body, fields = ask(router, "/static/js/app.js?v=2.5.1")
    assert (code, body) == (200, b"1") and "javascript" in fields["Content-Type"]
    assert ask(router, "/static/style.css")[1] == b"p {}"
    assert ask(router, "/static/../routes.json")[0] in (400, 404)


# The interface


def test_status_and_health_say_what_is_missing(panel):
    found = status(panel)
    assert list(found)[:10] == [
        "version", "mode", "num_media", "current_button", "ws_clients", "serial_connected", "serial_port",
        "media_missing", "missing_files", "esp32_local_led"]
    assert found["mode"] == "prototype" and found["num_media"] == COUNT
    assert ask(panel, "/health")[0] == 200
    (panel.folder / "media" / "002.wav").write_bytes(b"")
    (panel.folder / "media" / "003.png").unlink()
    eventually(lambda: status(panel)["media_missing"] == 2, 5, "two missing")
    assert status(panel)["missing_files"] == ["002.wav (leer)", "003.jpg"]
    code, body, _ = ask(panel, "/health")
    assert code == 503 and json.loads(body) == {"status": "degraded", "serial": True, "media_complete": False}


def test_a_panel_counted_from_zero_has_the_first_fields(start, tmp_path):
    fill(tmp_path / "router" / "media", range(0, 2))
    router = start(document(count=2, base=0))
    page = OldPage(router)
    press(router, 0)
    assert page.plays()["id"] == 0
    found = status(router)
    assert found["current_id"] == 0 and found["current_button"] == 0
    assert ask(router, "/test/play/2")[:2] == (400, b"ERROR: ID muss 0-1 sein")
    assert ask(router, "/test/play/x")[:2] == (400, b"ERROR: Ungueltige ID")
    page.close()


def test_media_answer_ranges_tags_and_nothing_outside(panel):
    whole = (panel.folder / "media" / "001.wav").read_bytes()
    code, body, fields = ask(panel, "/media/001.wav")
    assert (code, body, fields["Content-Type"], fields["Cache-Control"]) == (200, whole, "audio/wav", "no-cache")
    tag = fields["ETag"]
    assert ask(panel, "/media/001.wav", If_None_Match=tag)[0] == 304
    code, body, fields = ask(panel, "/media/001.wav", Range="bytes=10-19")
    assert (code, body) == (206, whole[10:20]) and fields["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert ask(panel, "/media/001.wav", Range="bytes=-5")[1] == whole[-5:]
    assert ask(panel, "/media/001.wav", Range=f"bytes={len(whole)}-")[0] == 416
    code, body, fields = ask(panel, "/media/001.wav", "HEAD")
    assert (code, body, int(fields["Content-Length"])) == (200, b"", len(whole))
    code, _, fields = ask(panel, "/media/001.wav", "POST", b"x")
    assert code == 405 and "GET" in fields["Allow"]
    version = json.loads(ask(panel, "/api/media")[1])["slots"][0]["sound"]["version"]
    assert "immutable" in ask(panel, f"/media/001.wav?v={version}")[2]["Cache-Control"]
    assert ask(panel, "/media/001.wav?v=other")[2]["Cache-Control"] == "no-cache"
    # The names that old pages know.
    code, _, fields = ask(panel, "/media/001.jpg")
    assert code == 200 and fields["Content-Type"] == "image/png"
    assert ask(panel, "/media/001.mp3")[2]["Content-Type"] == "audio/wav"


@pytest.mark.parametrize("path", [
    "/media/../routes.json", "/media/%2e%2e/routes.json", "/media/..%2froutes.json", "/media/%2e%2e%2froutes.json",
    "/media//etc/passwd", "/media/", "/media", "/media/.", "/media/link.jpg", "/media/way/routes.json", "/media/%00",
    "/media/001.wav%00.jpg", "/media/.hidden", "/media/..\\routes.json", "/page/../routes.json", "/static/routes.json",
])
def test_no_path_leads_out(panel, path):
    media = panel.folder / "media"
    (media / "link.jpg").symlink_to(panel.file)
    (media / "way").symlink_to(panel.folder)
    (media / ".hidden").write_text("x")
    host, port = panel.bound("screens")
    with socket.create_connection((host, port), 5) as one:
        one.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while part := one.recv(65536):
            answer += part
    assert answer.split(b" ", 2)[1] in (b"400", b"404"), answer[:200]
    assert b"panel.browsers" not in answer


def test_the_check_warns_where_nodes_differ(tmp_path):
    text = document()
    text["nodes"]["policy"]["mediaCount"] = 100
    file = tmp_path / "routes.json"
    file.write_text(json.dumps({"version": 1} | text))
    code, _, said = command("check", str(file), folder=tmp_path)
    assert code == 0 and 'is 4 here, but 100 in the linked node "policy"' in said


# Media


def test_a_file_that_is_put_there_is_found_by_every_page(panel, chromium):
    page = ready(chromium, panel)
    before = page.evaluate("performance.getEntriesByType('resource').length")
    (panel.folder / "media" / "002.png").write_bytes(png(5, 100, 50))
    wait(page, f"performance.getEntriesByType('resource').length > {before}")
    wait(page, "document.querySelector('#preload').hidden")
    press(panel, 2)
    wait(page, "document.querySelector('#picture').naturalWidth === 100")
    page.context.close()
