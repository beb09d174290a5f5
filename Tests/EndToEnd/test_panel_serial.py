"""A panel on a real pty: buttons, lights, sounds in the graph, and everything that goes wrong with a cable."""

import math
import re
import struct
import time
import wave

import pytest

from esp32 import Panel
from router import eventually

RATE = 48_000


def sound(path, seconds: float, hertz: int) -> list[int]:
    samples = [int(9_000 * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(int(RATE * seconds))]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return samples


@pytest.fixture
def media(tmp_path):
    folder = tmp_path / "media"
    folder.mkdir()
    for slot in range(1, 11):
        sound(folder / f"{slot:03d}.wav", 30 if slot < 9 else 0.4, 200 + 50 * slot)
    (folder / "008.wav").write_bytes(b"RIFF and then nothing of use")
    return folder


@pytest.fixture
def panel(tmp_path):
    with Panel(tmp_path / "panel-esp32") as panel:
        yield panel


def document(panel, media, base=1, player=True):
    common = {"media": str(media), "mediaCount": 10, "base": base}
    nodes = {
        "panel": {"type": "panel.serial", "device": str(panel.link)},
        "choose": {"type": "panel.selector"} | common,
        "log": {"type": "event.log"},
    }
    links = ["panel.presses -> choose.presses", "choose.leds -> panel.leds", "choose.playback -> log",
             "panel.presses -> log", "panel.status -> log"]
    if player:
        nodes |= {"player": {"type": "media.player", "channels": 1, "lingerSeconds": 0.2} | common,
                  "file": {"type": "wav.rotator", "directory": "heard", "rotateSeconds": 0}}
        links += ["choose.playback -> player.playback", "player.ended -> choose.ended", "player.ended -> log",
                  "player -> file"]
    return {"nodes": nodes, "links": links}


def told(router, name: str) -> list[str]:
    """The values of events of one name, as the log has them."""
    return re.findall(rf"\b{name}\b.*?value=(.*)$", router.log, re.M)


def plays(router) -> list[int]:
    return [int(slot) for slot in re.findall(r'action\W+play\b.*?slot\W+(\d+)', "\n".join(told(router, "playback")))]


def presses(router) -> list[int]:
    return [int(slot) for slot in re.findall(r'slot\W+(\d+)', "\n".join(told(router, "press")))]


def count(router, name: str) -> int:
    """The sum of a metric over all nodes."""
    return sum(int(value) for value in re.findall(rf"^{name}{{.*}} (\d+)$", router.get("/metrics")[1], re.M))


def node(router, name):
    return next(one for one in router.api("/graph")["nodes"] if one["id"] == name)


def test_a_press_is_heard_and_its_light_goes_out_with_the_sound(start, panel, media):
    router = start(document(panel, media))
    panel.wait_until_known()
    began = time.monotonic()
    panel.press(10)
    panel.wait(lambda: "LEDSET 010" in panel.heard, "the button's light was not set")
    panel.wait_for_light(None)
    took = time.monotonic() - began
    assert 0.4 <= took < 1.2, took
    eventually(lambda: any("ended" in line for line in told(router, "ended")), what="the end")
    # What the graph got is the file, bit for bit.
    recorded = eventually(lambda: [f for f in (router.folder / "heard").rglob("*.wav")
                                   if f.stat().st_size > 1000 and f.with_suffix(".wav.json").exists()
                                   or list(f.parent.glob(f.name + "*.json"))], what="a recording")[0]
    with wave.open(str(recorded)) as heard, wave.open(str(media / "010.wav")) as given:
        frames, wanted = heard.readframes(heard.getnframes()), given.readframes(given.getnframes())
    assert frames[:len(wanted)] == wanted
    assert not any(frames[len(wanted):]), "after the sound there is silence"


def test_the_newest_press_wins_and_lights(start, panel, media):
    router = start(document(panel, media))
    panel.wait_until_known()
    panel.press(3)
    panel.wait(lambda: "LEDSET 003" in panel.heard, "no light")
    panel.press(5)
    panel.wait(lambda: panel.heard[-1] == "LEDSET 005", "no second light")
    panel.wait_for_light(5)
    eventually(lambda: plays(router) == [3, 5], 5, "the plays")
    panel.press(9)
    panel.wait(lambda: "LEDSET 009" in panel.heard, "no third light")
    panel.wait_for_light(None)
    panel.press(9)
    eventually(lambda: plays(router) == [3, 5, 9, 9], what="the same button once more")


def test_a_sound_that_cannot_be_played_leaves_no_button_dead(start, panel, media):
    router = start(document(panel, media))
    panel.wait_until_known()
    (media / "007.wav").unlink()
    for button, words in ((8, "cannot be played"), (7, "there is no sound")):
        before = panel.heard.count("LEDCLR")
        panel.press(button)
        # It may be over before its light was asked for.
        panel.wait(lambda: panel.heard.count("LEDCLR") > before, "the light was not put off")
        panel.wait_for_light(None)
        eventually(lambda: words in router.log, 5, "the words")


def test_nobody_plays_and_the_light_goes_out_behind_the_sound(start, panel, media):
    settings = document(panel, media, player=False)
    settings["nodes"]["choose"]["marginSeconds"] = 0.2
    start(settings)
    panel.wait_until_known()
    began = time.monotonic()
    panel.press(10)
    panel.wait(lambda: "LEDSET 010" in panel.heard, "no light")
    panel.wait_for_light(None)
    assert 0.6 <= time.monotonic() - began < 1.5


def test_a_panel_that_is_pulled_out_comes_back_as_it_should_be(start, panel, media):
    router = start(document(panel, media))
    panel.wait_until_known()
    panel.press(4)
    panel.wait(lambda: "LEDSET 004" in panel.heard, "no light")
    panel.unplug()
    state = eventually(lambda: node(router, "panel")["state"] == "waiting" and node(router, "panel"), what="waiting")
    assert "gone" in state["reason"] or "no device" in state["reason"] or "there is no" in state["reason"]
    panel.heard.clear()
    panel.plug()
    # What plays goes on, and its light is put right.
    panel.wait_for_light(4, seconds=8)
    eventually(lambda: node(router, "panel")["state"] == "running", what="running")
    panel.press(5)
    eventually(lambda: plays(router) == [4, 5], what="the press after the replug")


def test_a_reset_in_the_middle_of_a_play(start, panel, media):
    start(document(panel, media))
    panel.wait_until_known()
    panel.press(6)
    panel.wait(lambda: "LEDSET 006" in panel.heard, "no light")
    panel.reset()
    panel.wait_for_light(6)


@pytest.mark.parametrize("late", [0, 0.05])
def test_lines_in_pieces_junk_and_answers_that_come_late(start, tmp_path, media, late):
    with Panel(tmp_path / "panel-esp32", split=True) as panel:
        panel.answers_late = late
        router = start(document(panel, media))
        panel.wait_until_known()
        panel.raw(b"PRE")
        panel.say("x" * 70, ">>> PRESS 003", "PRESS 0x3", "PRESS", "press 004", "003")
        panel.raw(b"\xff\xfe\x00\r\n" + b"y" * 5_000 + b"\n")
        panel.press(2)
        eventually(lambda: plays(router) == [2], what="the press between the junk")
        assert presses(router) == [2]


def test_a_thousand_presses_in_one_go(start, panel, media):
    router = start(document(panel, media))
    panel.wait_until_known()
    buttons = [1 + n % 7 for n in range(1_000)]
    panel.raw("".join(f"PRESS {button:03d}\n" for button in buttons).encode())
    eventually(lambda: count(router, "router_panel_plays_total") == 1_000, 20, "a thousand plays")
    assert count(router, "router_panel_presses_total") == 1_000
    panel.wait_for_light(buttons[-1])
    eventually(lambda: count(router, "router_panel_connected") == 1)


def test_buttons_that_have_no_slot_do_not_stay_lit(start, panel, media):
    settings = document(panel, media)
    for name in ("choose", "player"):
        settings["nodes"][name]["mediaCount"] = 5
    router = start(settings)
    panel.wait_until_known()
    panel.press(2)
    panel.wait(lambda: "LEDSET 002" in panel.heard, "no light")
    panel.press(7)
    panel.wait_for_light(2)
    eventually(lambda: plays(router) == [2], 5, "the plays")


def test_the_older_firmware(start, tmp_path, media):
    sound(media / "000.wav", 0.4, 300)
    with Panel(tmp_path / "panel-esp32", legacy=True) as panel:
        router = start(document(panel, media, base=0))
        panel.wait_until_known()
        panel.press(0)
        panel.wait(lambda: "LEDSET 000" in panel.heard, "no light")
        panel.wait_for_light(None)
        eventually(lambda: plays(router) == [0], 5, "the play")
        assert any("2.2.0" in line for line in told(router, "panelStatus"))


def test_a_silent_device_is_said_and_tried_again(start, tmp_path, media):
    with Panel(tmp_path / "panel-esp32", boot=3600) as panel:
        router = start(document(panel, media))
        state = eventually(
            lambda: node(router, "panel")["state"] == "waiting" and node(router, "panel"), 10, "waiting")
        assert "no panel answers" in state["reason"]


def test_wildcards_find_the_device_and_two_routers_do_not_share_it(start, panel, media):
    settings = document(panel, media, player=False)
    settings["nodes"]["panel"]["device"] = str(panel.link.parent / "panel-esp*")
    first = start(settings)
    panel.wait_until_known()
    assert str(panel.link) in told(first, "panelStatus")[-1]
    settings["nodes"]["panel"]["device"] = str(panel.link)
    second = start(settings, folder="second")
    state = eventually(lambda: node(second, "panel")["state"] == "waiting" and node(second, "panel"), what="waiting")
    assert "another program has" in state["reason"]
    panel.press(3)
    eventually(lambda: plays(first) == [3], what="the first router's press")
