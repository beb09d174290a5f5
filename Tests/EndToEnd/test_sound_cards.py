"""What a card records, and its volume control, through the real alsa-lib."""

import asyncio
import json
import re

import aiohttp
import numpy as np
import phone
import pytest
import sound
from documents_used import listening, to_speaker_and_web
from phone import Phone
from router import eventually


def test_what_a_card_records_is_heard_at_stream_wav_frame_by_frame(start, card):
    document = {
        "nodes": {
            "line": {"type": "alsa.source", "device": "card", "periodMs": 50},
            "web": listening("http.stream"),
        },
        "links": ["line -> web"],
    }
    router = start(document, env=card.env)
    router.wait_for_state("line", "running")
    reader = phone.StreamReader(*router.bound("web"))
    eventually(lambda: len(reader.frames) >= 4 * sound.RATE, 20, "four seconds of sound")
    reader.stop()
    overruns = router.stat("line", "router_capture_card_overruns_total")
    assert router.stop() == 0
    heard = reader.frames
    heard = heard[sound.start_of(heard):].astype(int)
    assert (heard[:, 0] == heard[:, 1]).all()
    wrong = np.flatnonzero(np.diff(heard[:, 0]) % 16_384 != 1)
    # where the program says the card ran over, a gap may stand: one place, whatever its edges
    places = len(wrong[:1]) + np.count_nonzero(np.diff(wrong) > sound.RATE // 2)
    assert places <= overruns, f"frames missing, doubled or out of order at {wrong[:9]}, {overruns} overruns counted"
    assert len(heard) > 2 * sound.RATE


def test_the_cards_volume_control_is_watched_and_put_back(start, card):
    card.give_mixer(75, True)
    document = {
        "nodes": {"speaker": {"type": "alsa.sink", "device": "card"}, "log": {"type": "event.log"}},
        "links": ["speaker.volumeState -> log"],
    }
    router = start(document, env=card.env)
    eventually(lambda: '"percent":51.' in router.log, 5, "the loudness the card has")
    card.amixer("sset", "Master", "100%", "mute")
    eventually(lambda: '{"percent":100,"isMuted":true}' in router.log, 5, "what amixer did")
    assert router.stop() == 0
    card.amixer("sset", "Master", "10%", "unmute")
    again = start(document, env=card.env)
    eventually(lambda: "[100%]" in card.amixer() and "[off]" in card.amixer(), 5, "the loudness of the last life")
    state = json.loads((again.folder / "state.json").read_text())
    assert state["speaker"]["volume"] == {"percent": 100, "isMuted": True}
    assert again.stop() == 0


@pytest.mark.parametrize("way", ["a request", "a WebSocket"])
@pytest.mark.parametrize("percent", [50, 25])
def test_a_volume_command_turns_the_linked_speaker(start, card, way, percent):
    router = play_with_volume(start, card)
    turn(router, percent, way)
    gain = (percent / 100) ** 3
    last = eventually(lambda: tail(card.played, gain), 5, f"the last sound of the card at {gain} of what was sent")
    assert abs(last / LEVEL - gain) < 0.001
    turn(router, 100, way)
    eventually(lambda: tail(card.played, 1), 5, "every sample as it was sent")
    loudness = np.unique(np.abs(card.played[sound.start_of(card.played):]))
    assert loudness.max() == LEVEL, "louder than what was sent"
    assert len(loudness) > 100, "the loudness jumps where it should glide"


@pytest.mark.parametrize("percent", [50, 25])
def test_a_volume_command_turns_the_cards_own_control(start, card, percent):
    card.give_mixer(100, True)
    router = play_with_volume(start, card)
    turn(router, percent, "a request")
    # 60 dB below full at 0 %; in between the third power of the percentage, stretched so that it ends there
    root = 0.1 + percent / 100 * 0.9
    wanted = 60 * np.log10(root)
    eventually(
        lambda: abs(float(re.search(r"\[(-?[\d.]+)dB\]", card.amixer())[1]) - wanted) <= 0.6, 5, f"{wanted} dB at the card")
    turned = len(card.played)
    eventually(lambda: len(card.played) > turned + sound.RATE // 5, 5, "the sound after that")
    assert tail(card.played, 1), "the samples stay as they were sent: the card makes them softer"
    turn(router, 100, "a WebSocket")
    eventually(lambda: "[100%]" in card.amixer() and "[0.00dB]" in card.amixer(), 5, "the card at full loudness")


LEVEL = 20_000


def play_with_volume(start, card):
    """A phone plays a constant on a card whose volume it turns; it plays for longer than the test."""
    document = to_speaker_and_web()
    document["links"].append("phone.volume -> speaker.volume")
    router = start(document, env=card.env)
    router.wait_for_state("speaker", "running")
    steady = np.full((30 * sound.RATE, 2), LEVEL, np.int16)
    Phone(*router.bound("phone"), sound.packets(steady)).start()
    eventually(lambda: tail(card.played, 1), 10, "what was sent, on the card")
    return router


def turn(router, percent, way):
    """Says volume_set to the phone's receiver."""
    command = {"command": "volume_set", "level": percent}

    async def say():
        async with aiohttp.ClientSession() as session:
            if way == "a request":
                async with session.post(router.url("phone", "/api/command"), json=command) as answer:
                    assert answer.status == 200
                return
            async with session.ws_connect(router.url("phone", "/control")) as ws:
                await ws.send_json(command)
                while (await ws.receive_json(timeout=5)).get("command") != "volume_set":
                    pass

    asyncio.run(say())


def tail(heard, gain):
    """The mean of the last 50 ms when they are all within one step of LEVEL times `gain`, else None."""
    last = heard[-sound.RATE // 20:].astype(int)
    is_there = len(last) == sound.RATE // 20 and (np.abs(last - LEVEL * gain) <= 1).all()
    return float(last.mean()) if is_there else None
