"""What a card records, and its volume control, through the real alsa-lib."""

import json

import numpy as np
import phone
import sound
from documents_used import listening
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
