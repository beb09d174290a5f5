"""A panel as it stands in a museum: buttons on a pty, the selector, browsers and the graph's own player, all of it real."""

import json

import pytest

from esp32 import Panel
from panel_media import fill, write_wav
from panel_pages import OldPage, heard, number, plays, ready
from router import eventually


@pytest.fixture
def panel(tmp_path):
    with Panel(tmp_path / "panel-esp32") as panel:
        yield panel


@pytest.fixture
def museum(start, tmp_path, panel):
    """Slots 1 to 4, of 1 s each, the last of 8 s."""
    media = tmp_path / "router" / "media"
    fill(media, range(1, 5))
    write_wav(media / "004.wav", 8)
    common = {"media": "media", "mediaCount": 4, "base": 1}
    router = start({
        "nodes": {
            "panel": {"type": "panel.serial", "device": str(panel.link)},
            "choose": {"type": "panel.selector"} | common,
            "screens": {"type": "panel.browsers", "listen": "127.0.0.1:0", "leaveSeconds": 0.5} | common,
            "plays": {"type": "json.file", "path": "plays.json"},
        },
        "links": ["panel.presses -> choose.presses", "screens.presses -> choose.presses", "choose.leds -> panel.leds",
                  "choose.playback -> screens.playback", "screens.ended -> choose.ended",
                  "panel.status -> screens.status", "choose.playback -> plays"],
    })
    panel.wait_until_known()
    return router


def test_a_button_is_heard_in_the_browser_and_lit_until_its_end(museum, panel, chromium):
    page = ready(chromium, museum)
    panel.press(2)
    panel.wait_for_light(2)
    eventually(lambda: plays(page, "002", 0.2), 5, "sound and number")
    panel.wait_for_light(None)
    written = json.loads((museum.folder / "plays.json").read_text())
    assert written["action"] == "play" and written["slot"] == 2
    # The button is not dead.
    panel.press(2)
    eventually(lambda: plays(page, "002", 0.1), 5, "the same button once more")
    assert page.errors == []
    page.context.close()


def test_of_two_browsers_the_last_one_puts_the_light_off(museum, panel, chromium):
    pages = [ready(chromium, museum) for _ in range(2)]
    panel.press(4)
    for page in pages:
        eventually(lambda: heard(page) > 0.2, 5, "sound")
    pages[0].context.close()
    assert panel.lights == {4}
    panel.wait_for_light(None, seconds=15)
    assert number(pages[1]) == ""
    panel.press(4)
    eventually(lambda: heard(pages[1]) > 0.2, 5, "sound")
    # The last who plays it leaves.
    pages[1].context.close()
    panel.wait_for_light(None, seconds=3)


def test_loaded_again_and_replugged_in_the_middle(museum, panel, chromium):
    page = ready(chromium, museum)
    panel.press(4)
    eventually(lambda: heard(page) > 0.5, 5, "sound")
    page.reload()
    eventually(lambda: heard(page) > 0.5, 8, "the sound goes on")
    assert panel.lights == {4}
    panel.unplug()
    panel.plug()
    panel.wait_for_light(4)
    panel.wait_for_light(None, seconds=15)
    page.context.close()


def test_an_old_page_beside_a_new_one(museum, panel, chromium):
    page = ready(chromium, museum)
    old = OldPage(museum)
    panel.press(3)
    old.plays()
    eventually(lambda: heard(page) > 0.1, 5, "sound")
    eventually(lambda: number(page) == "", 5, "the new page's end")
    assert panel.lights == {3}, "the old page plays on"
    old.ended(3)
    panel.wait_for_light(None)
    old.close()
    page.context.close()


def test_a_press_on_the_page_lights_the_button(museum, panel, chromium):
    page = ready(chromium, museum)
    for key in ("0", "0", "1", "Enter"):
        page.keyboard.press(key)
    panel.wait_for_light(1)
    panel.wait_for_light(None)
    page.context.close()
