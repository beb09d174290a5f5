"""The browser microphone's page in Chromium, with a real capture of a fake device."""

import os
import socket
import subprocess
import time
import urllib.request
import wave

import numpy as np
import pytest

import browser_mics as mics
from router import eventually
from tcp_players import free_range, ports

LOOPBACK = {
    "nodes": {
        "mic": {"type": "browser.mic", "listen": "127.0.0.1:0", "listenTls": "127.0.0.1:0", "label": "Studio"},
        "archive": {"type": "wav.rotator", "directory": "archive", "rotateSeconds": 600},
    },
    "links": ["mic -> archive"],
}
FAKE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


@pytest.fixture(scope="module")
def tone(tmp_path_factory):
    return mics.tone_file(tmp_path_factory.mktemp("tone") / "tone.wav")


@pytest.fixture(scope="module")
def launch():
    """Starts browsers: launch(switches …, env=). Afterwards they are gone."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = []

        def launch(*switches, env=None):
            running.append(playwright.chromium.launch(
                executable_path="/usr/bin/chromium", headless=True, env=os.environ | (env or {}),
                args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required", *switches]))
            return running[-1]

        yield launch
        for browser in running:
            browser.close()


@pytest.fixture(scope="module")
def toned(launch, tone):
    """A browser whose microphone hears 1000 Hz at -20 dBFS."""
    return launch(*FAKE, f"--use-file-for-fake-audio-capture={tone}")


def secure_port(router) -> int:
    return mics.get(router, "/api/config")["config"]["https_port"]


def opened(browser, router, url=None, before="", **options):
    """A page; `before` runs in it before its own scripts do."""
    context = browser.new_context(**({"locale": "en-US", "ignore_https_errors": True} | options))
    page = context.new_page()
    page.add_init_script(before)
    page.set_default_timeout(10_000)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda line: page.errors.append(line.text) if line.type in ("error", "warning") else None)
    page.goto(url or router.url("mic", "/"))
    page.wait_for_selector("#link[data-state=good]", state="attached")
    return page


def wait(page, expression, seconds=10):
    """Until it is true in the page. Playwright's own way needs `eval`, which the page's policy forbids."""
    eventually(lambda: page.evaluate(expression), seconds, expression)


def on_air(page):
    wait(page, "document.body.dataset.phase === 'live'")


def go_on_air(page):
    page.click("#startStopBtn")
    on_air(page)


def decibels(page) -> float:
    return float(page.inner_text("#dbValue").replace("−", "-").replace(",", ".").split()[0].replace("∞", "inf"))


def recording(router, count=1):
    return mics.wav(mics.finished(router.folder / "archive", count)[-1])


def is_the_tone(samples, rate, level=-23.0, within=0.5):
    """A second from where the sound begins, in blocks of whole periods.

    On a busy machine the browser's fake device begins late and misses some blocks: silence, said by no one.
    """
    begin = np.argmax(np.abs(samples[:, 0].astype(int)) > 100) + rate // 10
    second = samples[begin:begin + rate, 0]
    assert len(second) > rate / 2, len(second)
    frequency, _ = mics.peak_of(second, rate)
    block = rate // 50
    levels = [mics.peak_of(second[at:at + block], rate)[1] for at in range(0, len(second) - block + 1, block)]
    good = np.abs(np.array(levels) - level) < within
    assert abs(frequency - 1000) < 2 and good.mean() > 0.5, (frequency, levels)


def test_the_beeps_of_the_fake_device_are_recorded(start, launch):
    """Chromium's own fake device beeps twice a second or once; between the beeps it is silent."""
    router = start(LOOPBACK)
    page = opened(launch(*FAKE), router)
    go_on_air(page)
    time.sleep(4)
    page.click("#startStopBtn")
    wait(page, "document.body.dataset.phase === 'idle'")
    samples, rate = recording(router)
    loud = np.abs(samples[:, 0].astype(int)) > 3000
    assert len(samples) > 3 * rate
    beeps = np.flatnonzero(np.diff(np.flatnonzero(loud)) > rate // 10)
    assert 2 <= len(beeps) + 1 <= 12 and loud.mean() < 0.3


@pytest.mark.parametrize("codec", ["pcm16", "opus"])
def test_a_tone_is_recorded_with_its_frequency_and_level(start, toned, codec):
    router = start(LOOPBACK)
    page = opened(toned, router)
    page.click("summary")
    page.check(f'input[name="codec"][value="{codec}"]', force=True)
    page.check('input[name="bitrate"][value="192"]', force=True)
    page.fill("#streamName", "Test tone")
    go_on_air(page)
    [stream] = mics.streams(router)
    assert stream["codec"] == codec and stream["bitrate"] == 192 and stream["name"] == "Test tone"
    time.sleep(2.5)
    # Page, recording and router agree on the level within half a decibel.
    eventually(lambda: abs(decibels(page) + 23.0) < 0.5, 5, "the level in the page")
    page.click("#startStopBtn")
    assert router.metric("router_mic_lost_total") == 0 and router.metric("router_mic_restarts_total") == 0
    is_the_tone(*recording(router))
    assert page.errors == []


def test_over_https_a_browser_that_trusts_the_router_sends(start, launch, tone, tmp_path):
    """The authority from /ca.crt goes into Chromium's own store; no certificate error is overridden."""
    router = start(LOOPBACK)
    url = f"https://127.0.0.1:{secure_port(router)}/"
    stranger = launch(*FAKE).new_context().new_page()
    with pytest.raises(Exception, match="ERR_CERT_AUTHORITY_INVALID"):
        stranger.goto(url)
    authority = tmp_path / "ca.crt"
    authority.write_bytes(urllib.request.urlopen(router.url("mic", "/ca.crt"), timeout=5).read())
    store = tmp_path / ".pki" / "nssdb"
    store.mkdir(parents=True)
    subprocess.run(["certutil", "-d", f"sql:{store}", "-N", "--empty-password"], check=True)
    subprocess.run(
        ["certutil", "-d", f"sql:{store}", "-A", "-t", "C,,", "-n", "router", "-i", str(authority)], check=True)
    browser = launch(*FAKE, f"--use-file-for-fake-audio-capture={tone}", env={"HOME": str(tmp_path)})
    page = opened(browser, router, url, ignore_https_errors=False)
    assert page.evaluate("isSecureContext")
    go_on_air(page)
    time.sleep(2)
    page.click("#startStopBtn")
    is_the_tone(*recording(router))
    assert page.errors == []


def test_over_https_with_the_warning_overridden(start, toned):
    router = start(LOOPBACK)
    page = opened(toned, router, f"https://127.0.0.1:{secure_port(router)}/")
    go_on_air(page)
    time.sleep(2)
    page.click("#startStopBtn")
    is_the_tone(*recording(router))
    assert page.errors == []


def test_a_refused_microphone_is_explained(start, launch):
    router = start(LOOPBACK)
    browser = launch("--use-fake-device-for-media-stream", "--deny-permission-prompts")
    for locale, words in (("en-US", "The microphone was refused"), ("de-DE", "Das Mikrofon wurde nicht erlaubt")):
        page = opened(browser, router, locale=locale)
        page.click("#startStopBtn")
        wait(page, "!document.getElementById('problem').hidden")
        assert words in page.inner_text("#problem")
        assert page.get_attribute("body", "data-phase") == "idle"
    assert mics.streams(router) == []


def test_a_browser_that_starts_no_audio_is_explained(start, toned):
    """Firefox on a machine without any output: the context stays suspended, and nobody says why."""
    router = start(LOOPBACK)
    page = opened(toned, router, before="AudioContext.prototype.resume = () => new Promise(() => {});")
    page.click("#startStopBtn")
    wait(page, "!document.getElementById('problem').hidden")
    assert "does not start its audio" in page.inner_text("#problem")
    assert page.get_attribute("body", "data-phase") == "idle" and mics.streams(router) == []
    assert page.errors == []


def test_mute_is_silence_and_the_list_says_so(start, toned):
    router = start(LOOPBACK)
    page = opened(toned, router)
    go_on_air(page)
    time.sleep(2.5)
    page.click("#mute")
    eventually(lambda: mics.streams(router)[0]["muted"], 5, "muted")
    assert page.inner_text("#on-air") == "Muted" and abs(decibels(page) + 23.0) < 0.5
    time.sleep(1.5)
    page.click("#mute")
    eventually(lambda: not mics.streams(router)[0]["muted"], 5, "not muted")
    time.sleep(0.5)
    page.click("#startStopBtn")
    samples, rate = recording(router)
    quiet = np.abs(samples[:, 0].astype(int)) == 0
    runs = np.diff(np.flatnonzero(np.concatenate([[True], ~quiet, [True]])))
    assert runs.max() > rate
    is_the_tone(samples, rate)


def test_push_to_talk_with_button_and_space_bar(start, toned):
    router = start(LOOPBACK)
    page = opened(toned, router)
    page.check("#pushToTalk", force=True)
    go_on_air(page)
    eventually(lambda: mics.streams(router)[0]["muted"], 5, "silence before one talks")
    box = page.locator("#talk").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    eventually(lambda: not mics.streams(router)[0]["muted"], 5, "talking")
    assert page.inner_text("#talk") == "Talking …"
    page.mouse.up()
    eventually(lambda: mics.streams(router)[0]["muted"], 5, "silence again")
    page.keyboard.down("Space")
    eventually(lambda: not mics.streams(router)[0]["muted"], 5, "talking by the space bar")
    page.keyboard.up("Space")
    eventually(lambda: mics.streams(router)[0]["muted"], 5, "silence after the space bar")
    # The space bar types where one types.
    page.click("summary")
    assert page.get_attribute("body", "data-phase") == "live"


def test_a_cut_line_keeps_the_stream(start, toned):
    router = start(LOOPBACK)
    line = mics.Line(router)
    page = opened(toned, router, line.url)
    go_on_air(page)
    time.sleep(1)
    [before] = mics.streams(router)
    for cuts in (1, 2):
        line.cut()
        eventually(lambda: router.metric("router_mic_resumed_total") == cuts, 10, "the page goes on")
        on_air(page)
        time.sleep(0.7)
    [after] = mics.streams(router)
    assert after["id"] == before["id"] and after["state"] == "live"
    page.click("#startStopBtn")
    samples, rate = recording(router)
    assert len(mics.recorded(router.folder / "archive")) == 1 and len(samples) > 2 * rate
    is_the_tone(samples, rate, within=3)
    line.close()


def test_another_browser_sees_the_level_and_listens_in(start, toned):
    router = start(LOOPBACK)
    sender = opened(toned, router)
    sender.fill("#streamName", "Kitchen")
    go_on_air(sender)
    other = opened(toned, router)
    other.wait_for_selector(".stream")
    assert other.inner_text(".stream h3") == "Kitchen"
    wait(other, "Math.abs(Number(document.querySelector('.bar i').style.getPropertyValue('--level')) - 37 / 60) < 0.02")
    other.click(".stream .listen")
    eventually(lambda: mics.streams(router)[0]["listeners"] == 1, 5, "one listener")
    other.click(".stream .listen")
    eventually(lambda: mics.streams(router)[0]["listeners"] == 0, 5, "no listener")
    other.click(".stream .stop")
    wait(sender, "document.body.dataset.phase === 'idle'")
    assert "somebody else" in sender.inner_text("#problem")
    assert other.errors == []


def test_a_listener_hears_the_page_soon(start, launch, tmp_path):
    """From the moment the page sends a frame of 20 ms until a player at the TCP port has all of it."""
    noise = np.random.default_rng(5).integers(-8000, 8000, 48_000 * 10).astype("<i2")
    with wave.open(str(tmp_path / "noise.wav"), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes(noise.tobytes())
    browser = launch(*FAKE, f"--use-file-for-fake-audio-capture={tmp_path / 'noise.wav'}")
    router = start(LOOPBACK | {
        "nodes": LOOPBACK["nodes"] | {
            "ports": {"type": "tcp.stream", "host": "127.0.0.1", "firstPort": free_range(), "format": "raw"}},
        "links": ["mic -> ports"],
    })
    page = opened(browser, router, before="""
        const send = WebSocket.prototype.send;
        window.sentFrames = [];
        WebSocket.prototype.send = function (data) {
            if (typeof data !== "string") {
                const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength);
                const head = [...bytes.slice(16, 48)].map((one) => one.toString(16).padStart(2, "0")).join("");
                window.sentFrames.push([performance.timeOrigin + performance.now(), head, bytes.length - 16]);
            }
            return send.call(this, data);
        };""")
    go_on_air(page)
    heard, came = bytearray(), []
    with socket.create_connection(("127.0.0.1", ports(router, "ports")[0]), 5) as player:
        end = time.monotonic() + 5
        while time.monotonic() < end:
            heard += player.recv(65_536)
            came.append((len(heard), time.time() * 1000))
    late = []
    for sent, head, size in page.evaluate("window.sentFrames"):
        if (at := heard.find(bytes.fromhex(head))) >= 0 and at + size <= len(heard):
            late.append(next(time for count, time in came if count >= at + size) - sent)
    late.sort()
    assert len(late) > 150
    print(f"page to TCP player: median {late[len(late) // 2]:.1f} ms, p99 {late[len(late) * 99 // 100]:.1f} ms")
    # The frame itself holds the 20 ms before it was sent; the player gets a first burst of what was there.
    assert late[len(late) // 2] < 50


@pytest.mark.parametrize("source", ["system", "both"])
def test_system_sound_and_the_mix_are_sent(start, toned, source):
    """Headless Chromium's fake screen plays the same file. Mixed, each comes at 0.7 and in whatever phase: 2.9 dB more at
    most."""
    router = start(LOOPBACK)
    page = opened(toned, router)
    page.check(f'input[name="audioSource"][value="{source}"]', force=True)
    assert "Share audio" in page.inner_text("#source-hint")
    assert page.is_hidden("#device-field") == (source == "system")
    go_on_air(page)
    [stream] = mics.streams(router)
    assert stream["audio_source"] == source and stream["channels"] == 2
    time.sleep(2.5)
    page.click("#startStopBtn")
    samples, rate = recording(router)
    assert len(samples) > 1.5 * rate
    if source == "system":
        is_the_tone(samples, rate)
    else:
        frequency, db = mics.peak_of(samples[rate // 2:rate // 2 + rate, 0], rate)
        assert abs(frequency - 1000) < 2 and db < -19.6, (frequency, db)
    assert page.errors == []


def test_a_screen_that_is_not_shared_is_explained(start, toned):
    """The browser's answers that a person would have to give, given by the page's own functions."""
    router = start(LOOPBACK)
    for fake, words in (
        ("() => Promise.reject(new DOMException('no', 'NotAllowedError'))", "Sharing was refused"),
        ("async () => { const canvas = document.createElement('canvas'); canvas.getContext('2d'); return canvas.captureStream(1); }",
         "No sound was shared"),
    ):
        page = opened(toned, router)
        page.evaluate(f"() => {{ navigator.mediaDevices.getDisplayMedia = {fake}; }}")
        page.check('input[name="audioSource"][value="system"]', force=True)
        page.click("#startStopBtn")
        wait(page, "!document.getElementById('problem').hidden")
        assert words in page.inner_text("#problem")
    assert mics.streams(router) == []


def test_hostile_names_are_only_names(start, toned):
    router = start(LOOPBACK)
    evil = '<img src=x onerror=alert(1)>"\'`${1}'
    mics.post(router, "/api/stream/start", {"name": evil, "audioSource": "<b>x</b>"})
    page = opened(toned, router)
    page.on("dialog", lambda dialog: page.errors.append("a dialog opened"))
    page.wait_for_selector(".stream")
    assert page.inner_text(".stream h3") == evil
    assert page.evaluate("document.querySelectorAll('.stream img, .stream b').length") == 0
    assert page.errors == []


def test_the_qr_code_is_read_by_another_program(start, toned, tmp_path):
    router = start(LOOPBACK)
    page = opened(toned, router)
    page.wait_for_selector("#qr path", state="attached")
    shown = page.inner_text("#join-link")
    picture = tmp_path / "code.png"
    page.locator("#qr").screenshot(path=picture)

    def read():
        done = subprocess.run(["zbarimg", "-q", "--raw", str(picture)], capture_output=True, text=True, timeout=20)
        return done.stdout.rstrip("\n")

    assert read() == shown and shown.startswith("http")
    # Every size of code there is, full to the last byte.
    for length in (1, 17, 18, 32, 33, 53, 78, 106, 107, 134):
        text = "x" * length
        rows = page.evaluate(f"import('/static/qr.js').then(({{ qr }}) => qr({text!r}))")
        grid = np.pad(np.array(rows, dtype=bool), 4).repeat(6, 0).repeat(6, 1)
        picture.write_bytes(f"P5 {len(grid)} {len(grid)} 255\n".encode() + np.where(grid, 0, 255).astype("u1").tobytes())
        assert read() == text
    assert page.evaluate(f"import('/static/qr.js').then(({{ qr }}) => qr({'x' * 135!r}))") is None


@pytest.mark.parametrize("locale, scheme, size", [
    ("en-US", "light", (1280, 900)), ("de-DE", "dark", (1280, 900)), ("de-DE", "light", (390, 844)),
    ("en-US", "dark", (390, 844)), ("de-DE", "light", (320, 640)),
])
def test_axe_finds_nothing_and_nothing_is_cut_off(start, toned, locale, scheme, size):
    from axe_playwright_python.sync_playwright import Axe

    router = start(LOOPBACK)
    mics.post(router, "/api/stream/start", {"name": "A name as long as names may be, fifty characters."})
    page = opened(toned, router, locale=locale, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True,
                  viewport={"width": size[0], "height": size[1]})

    def look():
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.click("summary")
    look()
    go_on_air(page)
    look()
    assert page.evaluate("document.documentElement.lang") == locale[:2]


def test_on_plain_http_of_a_network_the_page_shows_the_way(start, launch):
    """A name that is no loopback name, led to loopback: to Chromium an insecure origin."""
    router = start(LOOPBACK)
    name = socket.gethostname().split(".")[0] + ".local"
    page = opened(
        launch(*FAKE, f"--host-resolver-rules=MAP {name} 127.0.0.1"), router,
        f"http://{name}:{router.bound('mic')[1]}/", locale="de-DE")
    assert not page.evaluate("isSecureContext")
    assert page.is_visible("#insecure") and page.is_hidden("#studio")
    assert page.get_attribute("#secure-link", "href") == f"https://{name}:{secure_port(router)}/"
    assert page.evaluate("fetch('/ca.crt').then((answer) => answer.text())").startswith("-----BEGIN CERTIFICATE")
    page.click("#secure-link")
    eventually(lambda: page.evaluate("isSecureContext && Boolean(document.querySelector('#studio'))"), 10, "the studio")
    assert page.is_visible("#studio") and page.is_hidden("#insecure")


def test_everything_can_be_done_with_the_keyboard(start, toned):
    router = start(LOOPBACK)
    page = opened(toned, router)
    page.focus("#startStopBtn")
    page.keyboard.press("Enter")
    on_air(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "mute"
    page.keyboard.press("Enter")
    eventually(lambda: mics.streams(router)[0]["muted"], 5, "muted by keyboard")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    eventually(lambda: mics.streams(router) == [], 5, "stopped by keyboard")
