"""The page of the microphones in Chromium, with real streams and files."""

import threading
import time

import pytest

from recordings import Sent
from router import eventually

DOCUMENT = {
    "nodes": {
        "mics": {"type": "adpcm.ingest", "listen": "127.0.0.1:0", "label": "Stable"},
        "raw": {"type": "frame.rotator", "directory": "data"},
    },
    "links": ["mics -> raw", "raw.files -> mics.files"],
}


@pytest.fixture
def stable(start):
    """A router with a microphone that sends for as long as the test looks, and a file of another."""
    router = start(DOCUMENT)
    assert Sent(1).send(router.bound("mics"), "/ws/door", stream=3) == (1000, "bye")
    sent, stop = Sent(60), threading.Event()
    one = sent.open(router.bound("mics"), "/ws/kitchen", stream=7)

    def play():
        begun = time.monotonic()
        for number, message in enumerate(sent.messages):
            if stop.wait(max(0, begun + number * 0.02 - time.monotonic())):
                return
            if number != 100:
                one.send(message)

    sender = threading.Thread(target=play)
    sender.start()
    yield router
    stop.set()
    sender.join(5)
    one.close()


def opened(chromium, router, **options):
    context = chromium.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda line: page.errors.append(line.text) if line.type in ("error", "warning") else None)
    host, port = router.bound("mics")
    page.goto(f"http://{host}:{port}/")
    page.wait_for_selector(".card")
    return page


def wait(page, expression):
    """Until it is true in the page. Playwright's own way needs `eval`, which the page's policy forbids."""
    eventually(lambda: page.evaluate(expression), 10, expression)


def test_the_page_shows_who_sends_and_what_was_written(stable, chromium):
    page = opened(chromium, stable, locale="en-US")
    assert page.inner_text("#name") == "Stable"
    card = page.locator(".card")
    assert card.count() == 1 and "kitchen" in card.inner_text() and "ADPCM" in card.inner_text()
    # The sender leaves out one number: a gap appears while one looks.
    wait(page, "[...document.querySelectorAll('.card dt')].some(dt => dt.textContent === 'Gaps' && dt.nextElementSibling?.textContent === '1')")
    level = page.evaluate("document.querySelector('.card meter').value")
    assert -12 < level < -6, level
    wait(page, "document.querySelector('#files')?.textContent.includes('stream_3_door_')")
    assert page.errors == []


def test_a_stream_is_heard_in_the_browser(stable, chromium):
    page = opened(chromium, stable, locale="en-US")
    page.click(".card .listen")
    wait(page, "[...document.querySelectorAll('.card audio')].some(one => one.currentTime > 0.5 && !one.error)")
    assert page.errors == []


@pytest.mark.parametrize("locale, scheme, size", [
    ("en-US", "light", (1280, 900)), ("de-DE", "dark", (1280, 900)), ("de-DE", "light", (390, 844)),
    ("en-US", "dark", (390, 844)),
])
def test_axe_finds_nothing_and_nothing_is_cut_off(stable, chromium, locale, scheme, size):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(chromium, stable, locale=locale, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True,
                  viewport={"width": size[0], "height": size[1]})
    wait(page, "document.querySelector('#files')?.textContent.includes('stream_3_door_')")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.lang") == locale[:2]
