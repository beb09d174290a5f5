"""The panel's pages in a browser, and pages of the first servers as bare sockets."""

import json
import time
import urllib.error
import urllib.request

from router import eventually
from websockets.sync.client import connect

COUNT = 4


def document(count=COUNT, base=1, **screens) -> dict:
    """Browsers and the policy that feeds them."""
    panel = {"mediaCount": count, "base": base}
    return {
        "nodes": {
            "screens": {"type": "panel.browsers", "listen": "127.0.0.1:0", "label": "Museum"} | panel | screens,
            "policy": {"type": "panel.selector"} | panel,
        },
        "links": ["screens.presses -> policy.presses", "policy.playback -> screens.playback", "screens.ended -> policy.ended"],
    }


def ask(router, path, method="GET", body=None, **headers):
    """Status, body, header fields."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(router.url("screens", path), data=body, headers=names, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read(), dict(error.headers)


def status(router) -> dict:
    return json.loads(ask(router, "/status")[1])


def press(router, slot):
    assert ask(router, f"/test/play/{slot}")[0] == 200


class OldPage:
    """What the first dashboards did: take stop and play, say when a sound has ended, and nothing of themselves."""

    def __init__(self, router):
        before = status(router)["ws_clients"]
        self.socket = connect(router.url("screens", "/ws", scheme="ws"), open_timeout=5).__enter__()
        eventually(lambda: status(router)["ws_clients"] > before, 5, "a browser more")

    def next(self, seconds=5) -> dict:
        return json.loads(self.socket.recv(timeout=seconds))

    def plays(self, seconds=5) -> dict:
        """The next play; a stop came before it."""
        before = None
        while True:
            message = self.next(seconds)
            if message["type"] == "play":
                assert before and before["type"] == "stop"
                return message
            before = message

    def ended(self, slot):
        self.socket.send(json.dumps({"type": "ended", "id": slot}))

    def is_quiet(self, seconds=0.4) -> bool:
        try:
            self.next(seconds)
        except TimeoutError:
            return True
        return False

    def close(self):
        self.socket.close()


def opened(browser, router, path="/", **options):
    """A page; `errors` holds what its console complains of."""
    context = browser.new_context(**({"locale": "en-US"} | options))
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda line: page.errors.append(line.text) if line.type in ("error", "warning") else None)
    page.goto(router.url("screens", path))
    return page


def wait(page, expression, seconds=10):
    """Until it is true in the page. Playwright's own way needs `eval`, which the page's policy forbids."""
    return eventually(lambda: page.evaluate(expression), seconds, expression)


def ready(browser, router, path="/", **options):
    """A page that has its sound and its media."""
    page = opened(browser, router, path, **options)
    wait(page, "document.querySelector('#state-text').textContent.match(/^(Ready|Bereit)$/) !== null")
    wait(page, "document.querySelector('#preload').hidden && document.querySelector('#mosaic').childElementCount > 0")
    return page


def number(page) -> str:
    return heard_as(page)[1]


def heard(page) -> float:
    """Seconds of sound so far; 0 where none plays."""
    return heard_as(page)[0]


def heard_as(page) -> tuple[float, str]:
    """Seconds of sound so far, and the number that is shown, at one moment."""
    return tuple(page.evaluate("""() => {
      const [sound, shown] = [document.querySelector('audio'), document.querySelector('#playing')?.checkVisibility()];
      return [sound.paused ? 0 : sound.currentTime, shown ? document.querySelector('#number').innerText : ''];
    }"""))


def plays(page, slot: str, seconds: float) -> bool:
    """Whether more than that of it is heard, and its number is shown."""
    at, shown = heard_as(page)
    return at > seconds and shown == slot


def moments(seconds):
    """Some times between now and then."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.05)
