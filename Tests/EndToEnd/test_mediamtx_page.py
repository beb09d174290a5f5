"""The monitor's page in Chromium, with a media server that replays recorded answers."""

import pytest

from media_server import MediaServer, scene
from router import eventually
from test_mediamtx import document

HOSTILE = ["<img src=x onerror=alert(1)>", "'\"><script>document.title='owned'</script>", "a" * 200, "уличная/камера",
           "{{7*7}} &lt;b&gt;", "__proto__"]


@pytest.fixture
def media():
    server = MediaServer(scene("05-mixed-protocols")).start()
    server.grow = {"studio/cam1": 250_000, "rtsp/cam2": 120_000, "live/cam3": 90_000, "remote/lossy": 160_000}
    yield server
    server.close()


def watched(start, server, **api):
    page = document(server, {"intervalMs": 500})
    page["nodes"]["api"] |= {"label": "Church"} | api
    return start(page)


def opened(chromium, router, **options):
    context = chromium.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda line: page.errors.append(line.text) if line.type in ("error", "warning") else None)
    page.goto(router.url("api", "/"))
    page.wait_for_selector(".card")
    return page


def wait(page, expression, seconds=10):
    """Until it is true in the page. Playwright's own way needs `eval`, which the page's policy forbids."""
    return eventually(lambda: page.evaluate(expression), seconds, expression)


def card(page, name):
    return page.locator(".card").filter(has=page.locator("h3", has_text=name))


def test_the_page_shows_streams_as_they_are(start, media, chromium):
    page = opened(chromium, watched(start, media), locale="en-US")
    assert page.inner_text("#name") == "Church" and "v1.20.1" in page.inner_text("#server")
    assert page.locator(".card").count() == 7
    states = page.evaluate("Object.fromEntries([...document.querySelectorAll('.card')].map(one => "
                           "[one.querySelector('h3').textContent, one.querySelector('.badge').textContent]))")
    assert states == {"live/cam3": "live", "notready": "offline", "pull-failing": "waiting",
                      "pulled-ondemand": "waiting", "remote/lossy": "live", "rtsp/cam2": "live", "studio/cam1": "live"}
    eventually(lambda: "Mbit/s" in card(page, "studio/cam1").locator(".in b").inner_text(), 5, "a rate")
    eventually(lambda: card(page, "studio/cam1").locator("svg path").count() > 0, 8, "a graph")
    assert "640×360" in card(page, "studio/cam1").inner_text()
    assert "1 reader (1 hls)" in card(page, "live/cam3").inner_text()
    assert "of the latency" in card(page, "remote/lossy").locator(".round").inner_text()
    card(page, "live/cam3").locator("summary").click()
    eventually(lambda: "Lavf/59.27.100" in card(page, "live/cam3").locator(".readers ul").inner_text(), 5, "the reader")
    assert page.errors == []


def test_streams_are_searched_filtered_and_listed(start, media, chromium):
    page = opened(chromium, watched(start, media), locale="en-US")
    page.fill("#search", "CAM")
    wait(page, "document.querySelectorAll('.card').length === 3")
    page.fill("#search", "")
    page.select_option("#filter", "waiting")
    eventually(
        lambda: page.locator(".card h3").all_inner_texts() == ["pull-failing", "pulled-ondemand"], 5, "streams that wait")
    page.select_option("#filter", "active")
    page.select_option("#view", "table")
    wait(page, "document.querySelectorAll('#rows tr').length === 4")
    assert page.locator(".card").count() == 0
    page.reload()
    wait(page, "document.querySelectorAll('#rows tr').length === 4")
    assert page.errors == []


def test_old_data_stays_dimmed_and_is_said_to_be_old(start, media, chromium):
    router = watched(start, media)
    page = opened(chromium, router, locale="en-US")
    media.faults["*"] = "error"
    wait(page, "document.body.classList.contains('old')")
    assert "Old data" in page.inner_text("#stale") and "internal" in page.inner_text("#stale")
    assert page.locator(".card").count() == 7
    media.faults.clear()
    wait(page, "!document.body.classList.contains('old') && document.querySelector('#stale').hidden", 15)
    assert "The server is back" in page.inner_text("#events")
    router.kill()
    wait(page, "document.body.classList.contains('old')")
    assert "The router does not answer" in page.inner_text("#stale") and page.locator(".card").count() == 7


def test_a_stream_that_stalls_or_goes_is_told(start, media, chromium):
    page = opened(chromium, watched(start, media), locale="en-US")
    eventually(lambda: "Mbit/s" in card(page, "rtsp/cam2").locator(".in b").inner_text(), 5, "a rate")
    media.grow = {"studio/cam1": 250_000}
    for name in ("rtsp/cam2", "live/cam3", "remote/lossy"):
        media.path(name)["inboundBytes"] += 10**8
    eventually(lambda: card(page, "rtsp/cam2").locator(".badge").inner_text() == "stalled", 8, "the stall")
    assert "rtsp/cam2: no bytes come" in page.inner_text("#alerts")
    media.lists["paths"] = [one for one in media.lists["paths"] if one["name"] != "rtsp/cam2"]
    eventually(lambda: card(page, "rtsp/cam2").count() == 0, 5, "the end")
    assert "rtsp/cam2: gone off air" in page.inner_text("#events")
    assert page.errors == []


def test_hostile_names_are_only_text(start, media, chromium):
    template = media.path("studio/cam1")
    media.lists["paths"] += [template | {"name": name} for name in HOSTILE]
    page = opened(chromium, watched(start, media, preview="http://127.0.0.1:1/{name}/"), locale="en-US")
    wait(page, f"document.querySelectorAll('.card').length === {7 + len(HOSTILE)}")
    assert set(HOSTILE) <= set(page.locator(".card h3").all_text_contents())
    assert page.evaluate("document.querySelectorAll('main img, main script').length") == 0
    assert page.evaluate("document.title") == "Church"
    page.select_option("#view", "table")
    wait(page, f"document.querySelectorAll('#rows tr').length === {7 + len(HOSTILE)}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.errors == []


@pytest.mark.parametrize("locale, scheme, size, view", [
    ("en-US", "light", (1280, 900), "cards"), ("de-DE", "dark", (1280, 900), "table"),
    ("de-DE", "light", (390, 844), "cards"), ("en-US", "dark", (390, 844), "table"),
    ("de-DE", "dark", (2560, 1440), "cards"),
])
def test_axe_finds_nothing_and_nothing_is_cut_off(start, media, chromium, locale, scheme, size, view):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(chromium, watched(start, media), locale=locale, color_scheme=scheme, reduced_motion="reduce",
                  bypass_csp=True, viewport={"width": size[0], "height": size[1]})
    page.select_option("#view", view)
    wait(page, "document.querySelectorAll('.card, #rows tr').length === 7")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.lang") == locale[:2]
