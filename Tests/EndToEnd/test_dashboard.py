"""The dashboard in a real browser: heard, seen, pressed, and used without eyes or mouse."""

import asyncio
import json
import os
import re
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import aiohttp
import network
import numpy as np
import phone
import pytest
import sound
from documents_used import listening, receiver
from router import eventually

LINKS = [
    "phone.audio -> dashboard.audio", "phone.metadata -> dashboard.metadata",
    "phone.transport -> dashboard.transport", "phone.volume -> dashboard.volumeState",
    "phone.service -> dashboard.service", "dashboard.control -> phone.control",
]


def speaker(**dashboard) -> dict:
    return {
        "nodes": {"phone": receiver("Living Room"), "dashboard": listening("ariacast.dashboard", **dashboard)},
        "links": LINKS,
    }


def tone() -> dict:
    return {
        "nodes": {
            "tone": {"type": "tone", "frequencyHz": 1000, "levelDb": -12},
            "dashboard": listening("ariacast.dashboard"),
        },
        "links": ["tone -> dashboard"],
    }


def wait(page, expression, seconds=10):
    """Until it is true in the page. Playwright's own way needs `eval`, which the page's policy forbids."""
    eventually(lambda: page.evaluate(expression), seconds, expression)


@contextmanager
def opened(chromium, router, script=None, **options):
    """The dashboard's page, connected. What it asked of others, and what it complained about, must be nothing."""
    context = chromium.new_context(**{"locale": "en-US", "viewport": {"width": 1440, "height": 900}} | options)
    page = context.new_page()
    own = router.url("dashboard")
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url.replace("ws", "http", 1)))
    page.on("pageerror", lambda error: errors.append(str(error)))
    if script:
        page.add_init_script(script)
    page.goto(own + "/")
    wait(page, "globalThis.ariacast?.state.page === 'open' && ariacast.state.network")
    yield page
    context.close()
    assert [url for url in asked if not url.startswith(own)] == [] and errors == []


def post(router, **fields):
    request = urllib.request.Request(
        router.url("phone", "/metadata"), json.dumps({"data": fields}).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert answer.status == 200


HEAR = """
async () => {
  const player = ariacast.player;
  const ear = new AnalyserNode(player.context, {fftSize: 32768});
  player.source.connect(ear);
  await new Promise(done => setTimeout(done, 2500));
  const samples = new Float32Array(ear.fftSize);
  ear.getFloatTimeDomainData(samples);
  return {samples: [...samples], rate: player.context.sampleRate, way: player.way, ...player.statistics};
}
"""


def whole(page) -> dict:
    """What is heard, when no millisecond of it is missing: a browser that has no time for its sound plays silence."""
    for _ in range(8):
        heard = page.evaluate(HEAR)
        samples = np.array(heard["samples"])[: len(heard["samples"]) // 48 * 48]
        if np.abs(samples).reshape(-1, 48).max(axis=1).min() > 0.05:
            break
    return heard


NO_WORKLET = "Object.defineProperty(BaseAudioContext.prototype, 'audioWorklet', {value: undefined})"


@pytest.mark.parametrize("way, script", [("worklet", None), ("script", NO_WORKLET)])
def test_a_tone_is_heard_in_the_browser_at_its_own_frequency(start, chromium, way, script):
    router = start(tone())
    with opened(chromium, router, script) as page:
        page.click("#listen")
        wait(page, "ariacast.player.statistics && !ariacast.player.statistics.isFilling", 15)
        heard = whole(page)
        assert heard["way"] == way
        samples = np.array(heard["samples"])
        assert abs(sound.loudest_frequency(samples, heard["rate"]) - 1000) < 5
        assert 0.1 < np.abs(samples).max() < 0.4
        assert heard["packets"] > 50 and heard["targetMs"] <= 600
        assert router.metric("router_dashboard_listeners", node="dashboard") <= 1
        page.click("#listen")
        wait(page, "!ariacast.player.isOn && ariacast.player.source === null")


# Plays ten minutes at once: 20 ms packets of a sender whose clock is off, arriving up to `jitter` seconds late, against
# a sound card that asks for 128 frames at a time.
SIMULATE = """
async ([ppm, jitter]) => {
  const { SoundRing } = await import("/dashboard/ring.js");
  const ring = new SoundRing(48000);
  const packet = new ArrayBuffer(3840);
  const samples = new Int16Array(packet).fill(8000);
  const [left, right] = [new Float32Array(128), new Float32Array(128)];
  let [seed, sent, arrives, quiet] = [1, 0, 0, 0];
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let played = 0; played < 600 * 48000; played += 128) {
    const now = played / 48000;
    while (arrives <= now) {
      ring.push(packet);
      sent += 1;
      arrives = Math.max(arrives, sent * 0.02 / (1 + ppm * 1e-6) + random() * jitter);
    }
    ring.pull(left, right);
    if (now > 30 && left[0] < 0.2) quiet += 1;
  }
  return {...ring.statistics, quiet};
}
"""


@pytest.mark.parametrize("ppm", [-300, 0, 300])
@pytest.mark.parametrize("jitter", [0.005, 0.04])
def test_the_browsers_ring_follows_a_clock_that_is_off(start, chromium, ppm, jitter):
    router = start(tone())
    with opened(chromium, router) as page:
        found = page.evaluate(SIMULATE, [ppm, jitter])
    assert found["underruns"] == 0 and found["skips"] == 0 and found["quiet"] == 0, found
    assert 20 < found["bufferMs"] < 130, found
    assert abs(found["driftPpm"] - ppm) < 400, found


def test_listen_carries_the_senders_frames_bit_for_bit(start):
    router = start(speaker())
    sent = sound.noise(1)

    async def hear():
        heard = bytearray()
        async with aiohttp.ClientSession() as session, session.ws_connect(router.url("dashboard", "/listen")) as ws:
            greeting = await ws.receive_json()
            cast = phone.Phone(*router.bound("phone"), sound.packets(sent)).start()
            while len(heard) < sent.nbytes:
                heard += (await ws.receive(5)).data
            await asyncio.to_thread(cast.wait)
        return greeting, heard

    # In a thread of its own: the browser of the other tests keeps a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        greeting, heard = thread.submit(asyncio.run, hear()).result(30)
    assert (greeting["sample_rate"], greeting["channels"]) == (48_000, 2)
    assert bytes(heard) == sent.tobytes()


def turn(router, level):
    """A controller turns the speaker. One that nobody ever turned tells no loudness."""
    async def once():
        async with aiohttp.ClientSession() as session, session.ws_connect(router.url("phone", "/control")) as ws:
            await ws.send_json({"command": "volume_set", "level": level})
            while (await ws.receive_json(timeout=5)).get("command") != "volume_set":
                pass

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, once()).result(10)


def test_metadata_are_shown_as_text_and_buttons_reach_the_sender(start, chromium):
    router = start(speaker())
    turn(router, 70)
    quiet = np.ones((48_000 * 60, 2), dtype=np.int16) * 3_000
    cast = phone.Phone(*router.bound("phone"), sound.packets(quiet)).start()
    cast.greeted.wait(5)
    evil = '<img src=x onerror="document.title=1"> & "Röyksopp"'
    with phone.BareSocket(*router.bound("phone")) as control, opened(chromium, router) as page:
        assert " 101 " in control.upgrade("/control")
        post(router, title=evil, artist="Somebody", durationMs=200_000, positionMs=61_000, isPlaying=True)
        wait(page, "document.getElementById('title').textContent.includes('Röyksopp')")
        assert page.inner_text("#title") == evil and page.locator("#title img").count() == 0
        assert evil in page.text_content("#announce")
        assert page.inner_text("#elapsed").startswith("1:0") and page.inner_text("#total") == "3:20"
        wait(page, "document.getElementById('status-text').textContent === 'Playing'")
        page.get_by_role("button", name="Pause", exact=True).click()
        page.get_by_role("button", name="Next track").press("Enter")
        page.locator("#seek").fill("90000")
        page.locator("#volume").fill("40")
        wait(page, "ariacast.state.volume?.percent === 40")
        eventually(lambda: page.locator("#log li", has_text="Command: Seek").count(), 5, "the line in the log")
        said = []
        while "seek" not in said:
            message = json.loads(control.read_frame()[1])
            said.append(message.get("action"))
        assert [word for word in said if word] == ["pause", "next", "seek"]
        assert cast.thread.is_alive()


def test_a_sender_that_sends_only_zeros_is_said_to_be_silent(start, chromium):
    router = start(speaker())
    nothing = np.zeros((48_000 * 14, 2), dtype=np.int16)
    cast = phone.Phone(*router.bound("phone"), sound.packets(nothing)).start()
    with opened(chromium, router, locale="de-DE") as page:
        page.wait_for_selector("#senders li[data-condition=silent]", timeout=20_000)
        assert "nur Nullen" in page.inner_text("#senders")
        assert page.inner_text("#status-text") == "Verbunden, aber still"
    cast.wait()


@pytest.mark.parametrize("locale, scheme, size", [
    ("en-US", "light", (1440, 900)), ("de-DE", "dark", (1440, 900)), ("de-DE", "light", (390, 844)),
    ("en-US", "dark", (390, 844)),
])
def test_axe_finds_nothing_and_nothing_is_cut_off(start, chromium, locale, scheme, size):
    from axe_playwright_python.sync_playwright import Axe

    router = start(speaker())
    with opened(chromium, router, locale=locale,
                color_scheme=scheme, reduced_motion="reduce", viewport={"width": size[0], "height": size[1]},
                bypass_csp=True) as page:
        post(router, title="A rather long title of a piece of music", artist="An Orchestra", album="An Album",
             durationMs=200_000, positionMs=61_000, isPlaying=True)
        wait(page, "document.getElementById('total').textContent === '3:20'")
        for dialog in (False, True):
            if dialog:
                page.click("#settings-open")
            found = Axe().run(page).response["violations"]
            assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("document.documentElement.lang") == locale[:2]


def test_what_is_set_is_kept_and_the_settings_close(start, chromium):
    router = start(speaker())
    with opened(chromium, router) as page:
        for name in ("power", "autoplay"):
            page.click("#settings-open")
            was = page.locator(f"#{name}").is_checked()
            page.locator(f"label:has(#{name})").click()
            assert page.locator(f"#{name}").is_checked() is not was
            page.click('#settings button[value="close"]')
            wait(page, "!document.getElementById('settings').open")
        page.click("#settings-open")
        page.mouse.click(3, 3)
        wait(page, "!document.getElementById('settings').open")


def test_everything_is_reached_by_keyboard_and_the_language_can_be_chosen(start, chromium):
    router = start(speaker())
    with opened(chromium, router) as page:
        assert page.locator("#volume-row").is_hidden(), "nobody has turned the speaker yet"
        turn(router, 70)
        wait(page, "ariacast.state.volume?.percent === 70")
        reached = []
        for _ in range(14):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
        wanted = ["skip", "settings-open", "previous", "play", "stop", "next", "mute", "volume", "listen", "own-volume"]
        assert [name for name in reached if name in wanted] == wanted
        page.focus("#settings-open")
        page.keyboard.press("Enter")
        page.select_option("#language", "de")
        page.select_option("#theme", "dark")
        page.keyboard.press("Escape")
        assert page.inner_text("#hear-heading") == "Hier mithören"
        page.reload()
        wait(page, "document.documentElement.lang === 'de'")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(11, 13, 20)"


def test_the_token_is_asked_for_and_a_page_elsewhere_is_refused(start, chromium):
    router = start(speaker(token="open sesame"))
    with opened(chromium, router, viewport={"width": 360, "height": 780}, locale="de-DE") as page:
        assert page.locator("#play").is_disabled()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.fill("#token", "wrong")
        page.keyboard.press("Enter")
        page.wait_for_selector("#notice:not([hidden])")
        page.fill("#token", "open sesame")
        page.keyboard.press("Enter")
        page.wait_for_selector("#token-form", state="hidden")
        assert page.locator("#play").is_enabled()
    for path in ("/api/live", "/control", "/listen", "/metadata"):
        with phone.BareSocket(*router.bound("dashboard")) as stranger:
            assert " 403 " in stranger.upgrade(path, Origin="http://elsewhere.example").splitlines()[0] + " "


@pytest.mark.skipif(os.geteuid() != 0, reason="makes network namespaces")
@pytest.mark.parametrize("admin", [None, "from admin"])
def test_another_machine_reads_only_until_it_gives_the_token(start, admin, tmp_path):
    from playwright.sync_api import sync_playwright

    document = speaker(listen="0.0.0.0:0")
    document["admin"] = {"listen": "127.0.0.1:0"} | ({"token": admin} if admin else {})
    with network.cable("10.77.0.2") as (here, there):
        with here.inside():
            router = start(document, ready=admin is None)
            port = eventually(lambda: re.search(r"the page is at http://0\.0\.0\.0:(\d+)", router.log), 10, "the page")[1]

        def visit():
            with there.inside(), sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path="/usr/bin/chromium", headless=True, args=["--no-sandbox"])
                page = browser.new_page(locale="en-US")
                page.goto(f"http://10.77.0.1:{port}/")
                wait(page, "globalThis.ariacast?.state.page === 'open' && ariacast.state.network")
                assert page.locator("#play").is_disabled() and page.locator("#next").is_disabled()
                if admin:
                    assert page.locator("#read-only").is_hidden()
                    assert page.inner_text("label[for=token]").startswith("Read only: enter the token")
                    page.fill("#token", admin)
                    page.keyboard.press("Enter")
                    page.wait_for_selector("#token-form", state="hidden")
                    assert page.locator("#play").is_enabled()
                else:
                    assert page.locator("#token-form").is_hidden()
                    assert page.inner_text("#read-only").startswith("Read only: no token is set")
                page.screenshot(path=str(tmp_path / "page.png"))
                browser.close()

        def command(path, machine, host, **fields):
            head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
            with machine.inside(), phone.BareSocket(host, port) as peer:
                peer.say(f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 17\r\n{head}\r\n"
                         '{"action":"next"}')
                return peer.read_head().split(" ")[1]

        with ThreadPoolExecutor(1) as thread:
            thread.submit(visit).result(60)
        assert command("/api/command", there, "10.77.0.1") == ("401" if admin else "403")
        assert command("/api/command", here, "127.0.0.1") == ("401" if admin else "200")
        assert command("/api/command", there, "10.77.0.1", Authorization="Bearer from admin") == (
            "200" if admin else "403")
        assert command("/api/command", here, "127.0.0.1", Origin="http://elsewhere.example") == "403"


def test_the_page_comes_back_when_the_router_does(start, chromium):
    router = start(speaker())
    host, port = router.bound("dashboard")
    with opened(chromium, router) as page:
        router.stop()
        wait(page, "ariacast.state.page === 'lost'")
        assert "Trying again" in page.inner_text("#status-text")
        document = speaker()
        document["nodes"]["dashboard"]["listen"] = f"{host}:{port}"
        start(document, folder="again")
        wait(page, "ariacast.state.page === 'open'", 20)
