"""Push to talk over music: the shipped example, measured on the sound card; and a browser to every way out."""

import asyncio
import json
import re
import threading
import time

import browser_mics as mics
import mp3
import numpy as np
import ogg
import phone
import sound
from router import ROOT, eventually
from tcp_players import Listener, free_range, ports

MUSIC, VOICE = 440, 1_320


def example() -> dict:
    """examples/talk-over.json on private ports."""
    text = re.sub(r"^\s*//.*$", "", (ROOT / "examples" / "talk-over.json").read_text(), flags=re.M)
    document = json.loads(re.sub(r",(\s*[}\]])", r"\1", text))
    nodes = document["nodes"]
    nodes["music"] |= {"listen": "127.0.0.1:0", "discovery": False}
    nodes["mic"] |= {"listen": "127.0.0.1:0", "listenTls": False}
    nodes["speaker"]["device"] = "card"
    return document | {"admin": {"listen": "127.0.0.1:0"}}


def tone(frequency, seconds, db=-12.0) -> np.ndarray:
    turns = frequency * np.arange(round(seconds * sound.RATE)) / sound.RATE
    return (np.sin(2 * np.pi * turns) * 32_767 * 10 ** (db / 20)).astype(np.int16)


def levels(heard: np.ndarray, frequency: int, piece=2_400) -> np.ndarray:
    """The level of one frequency in each 50 ms, in dB; both tones have whole turns in it."""
    count = len(heard) // piece
    parts = heard[:count * piece].reshape(count, piece) / 32_768
    turns = np.exp(-2j * np.pi * frequency * np.arange(piece) / sound.RATE)
    return 20 * np.log10(np.abs(parts @ turns) * 2 / piece + 1e-6)


class Talking(threading.Thread):
    """A browser that sends samples as they would be spoken, with a bit rate it asked for."""

    def __init__(self, router, samples, **wishes):
        super().__init__(daemon=True)
        self.router, self.samples, self.wishes = router, samples, wishes
        self.failure = None
        self.start()

    def run(self):
        async def talk():
            async with mics.Mic(self.router, mics.HELLO | self.wishes) as mic:
                await mic.play(self.samples, realtime=True)
                await mic.say({"type": "stop"})
                await mic.hear("stopped")

        try:
            asyncio.run(talk())
        except BaseException as error:
            self.failure = error

    def wait(self):
        self.join(60)
        assert self.failure is None, repr(self.failure)


def test_a_browser_lowers_the_music_while_it_is_spoken_to(start, card):
    router = start(example(), env=card.env)
    music = np.repeat(tone(MUSIC, 12)[:, None], 2, axis=1)
    player = phone.Phone(*router.bound("music"), sound.packets(music)).start()
    eventually(lambda: sound.start_of(card.played) < len(card.played), 10, "music on the card")
    time.sleep(2)
    # The button is held for three seconds; before and behind that the page sends silence.
    pressed = np.concatenate([np.zeros(sound.RATE, np.int16), tone(VOICE, 3), np.zeros(2 * sound.RATE, np.int16)])
    Talking(router, pressed).wait()
    player.wait()
    heard = card.played[:, 0]
    heard = heard[sound.start_of(card.played):]
    spoken, played = levels(heard, VOICE), levels(heard, MUSIC)
    during = np.flatnonzero(spoken > -20)
    assert 24 <= len(during) <= 64, f"{len(during)} pieces of 50 ms with voice"
    before, after = played[8:during[0] - 8], played[during[-1] + 48:during[-1] + 72]
    lowered = played[during[12]:during[-12]]
    # A busy machine stops a sender here and there: then pieces have no tone, or one that is caught up with, and so higher.
    before, after, lowered = (np.percentile(pieces, 75) for pieces in (before, after, lowered))
    assert abs(before + 12) < 0.5 and abs(after + 12) < 0.5, (before, after)
    assert 17 < before - lowered < 19, f"lowered by {before - lowered} dB"


def test_a_browser_is_heard_at_the_end_of_every_way(start):
    router = start({
        "nodes": {
            "mic": {"type": "browser.mic", "listen": "127.0.0.1:0", "listenTls": False},
            "mp3": {"type": "mp3.encoder", "bitrateKbps": "stream"},
            "opus": {"type": "opus.encoder", "bitrateKbps": "stream"},
            "tcp": {"type": "tcp.stream", "host": "127.0.0.1", "firstPort": free_range()},
        },
        "links": ["mic -> tcp", "mic -> mp3 -> tcp", "mic -> opus -> tcp"],
    })
    talking = Talking(router, tone(1_000, 6), bitrate=96)
    found = {}
    for port in ports(router, count=3):
        found[port] = Listener(port).start()
    [stream] = mics.streams(router)
    assert stream["port"] in found
    talking.wait()
    for listener in found.values():
        assert listener.ended.wait(5)
    kinds = {bytes(one.body[:4]): one.stop() for one in found.values()}
    wav, opus = kinds.pop(b"RIFF"), kinds.pop(b"OggS")
    [frames] = kinds.values()
    heard = {
        "wav": np.frombuffer(wav[44:len(wav) // 2 * 2], "<i2") / 32_768, "opus": ogg.decode(opus, 1)[:, 0],
        "mp3": mp3.decode(mp3.whole(frames))[:, 0],
    }
    for name, samples in heard.items():
        frequency, level = mp3.tone(samples[9_600:-9_600])
        assert abs(frequency - 1_000) < 1 and abs(level + 12) < 0.6, f"{name}: {frequency} Hz, {level} dB"
    # What the page asked for.
    assert {kbps for kbps, _, _ in mp3.frames(frames)} == {96}
    assert ogg.pages(opus)[-1].last
