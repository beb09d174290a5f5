"""Microphones at the running program: every rule of the protocol and every way to break it."""

import json
import os
import urllib.error
import urllib.request

import pytest

from microphones import Microphone, decoded, frame, handshake, payloads, sine
from router import eventually

DOCUMENT = {
    "nodes": {
        "mics": {"type": "adpcm.ingest", "listen": "127.0.0.1:0"},
        "decode": {"type": "adpcm.decoder"},
        "meter": {"type": "meter"},
        "end": {"type": "null"},
    },
    "links": ["mics -> decode -> meter -> end"],
}
BYE = (1000, "bye")
HEAD = (1008, "invalid audio frame")
GREETING = (1008, "invalid handshake")
SIZE = (1008, "frame payload size invalid")


@pytest.fixture
def mics(start):
    router = start(DOCUMENT)
    router.address = router.bound("mics")
    return router


def sent(address, messages, codec="adpcm", hello=None, path="/ws"):
    """Code and reason after a handshake and some messages."""
    one = Microphone(address, path)
    one.send(handshake(codec=codec) if hello is None else hello)
    try:
        for message in messages:
            one.send(message)
    except ConnectionError:
        return one.closed()
    return one.close()


def good(codec="adpcm", count=10):
    made = payloads(sine(seconds=0.02 * count), 160, codec)
    return [frame(number, one, codec) for number, one in enumerate(made)]


def changed(at, message, codec="adpcm"):
    messages = good(codec)
    messages[at] = message
    return messages


PAYLOAD = payloads(sine(seconds=0.02), 160, "adpcm")[0]

GREETINGS = {
    "a wrong magic": (handshake(magic=0x41445042), GREETING),
    "version 2": (handshake(version=2), GREETING),
    "header length 31": (handshake(length=31), GREETING),
    "31 bytes": (handshake()[:31], GREETING),
    "no handshake but a frame": (frame(0, PAYLOAD), GREETING),
    "codec 7": (handshake(codec=7), GREETING),
    "no channels": (handshake(channels=0), GREETING),
    "rate 0": (handshake(rate=0), GREETING),
    "eight bytes more": (handshake() + bytes(8), BYE),
}

FRAMES = {
    "the magic of the other codec": (good("pcm"), "adpcm", (1008, "frame codec mismatch")),
    "an unknown magic": (changed(3, frame(3, PAYLOAD, magic=0x58585858)), "adpcm", HEAD),
    "a length one too large": (changed(3, frame(3, PAYLOAD, length=85)), "adpcm", HEAD),
    "eleven bytes": (changed(3, frame(3, PAYLOAD)[:11]), "adpcm", HEAD),
    "a payload that is too large": (changed(3, frame(3, PAYLOAD + bytes(32))), "adpcm", SIZE),
    "an odd PCM payload": (changed(3, frame(3, bytes(319), "pcm"), "pcm"), "pcm", SIZE),
    "a step index of 89": (changed(3, frame(3, PAYLOAD[:2] + b"\x59" + PAYLOAD[3:])), "adpcm", BYE),
    "a gap": (good()[:5] + [frame(number, PAYLOAD) for number in range(10, 15)], "adpcm", BYE),
    "a frame twice": (good()[:6] + good()[5:], "adpcm", BYE),
    "numbers across the wrap": ([frame(0xFFFFFFFE + n, PAYLOAD) for n in range(6)], "adpcm", BYE),
    "no frames": ([], "adpcm", BYE),
    "a short last PCM frame": (good("pcm") + [frame(10, bytes(2), "pcm")], "pcm", BYE),
    "an empty PCM frame": (good("pcm") + [frame(10, b"", "pcm")], "pcm", BYE),
}


@pytest.mark.parametrize("name", GREETINGS)
def test_a_handshake_is_taken_or_refused_with_code_and_reason(mics, name):
    hello, expected = GREETINGS[name]
    assert sent(mics.address, [], hello=hello) == expected


@pytest.mark.parametrize("name", FRAMES)
def test_frames_are_taken_or_refused_with_code_and_reason(mics, name):
    messages, codec, expected = FRAMES[name]
    assert sent(mics.address, messages, codec) == expected
    eventually(lambda: mics.streams() == [], what="the end of the stream")


def test_text_is_refused_at_any_time(mics):
    for opened in (False, True):
        one = Microphone(mics.address)
        if opened:
            one.send(handshake())
            one.send(good()[0])
        one.send(b"hello", opcode=1)
        assert one.closed() == (1003, "binary required")


def test_a_message_larger_than_any_frame_is_1009(mics):
    one = Microphone(mics.address)
    one.send(handshake())
    try:
        one.send(bytes(2 << 20))
    except ConnectionError:
        pass
    assert one.closed()[0] == 1009


def test_a_dropped_connection_ends_its_stream_and_disturbs_nobody(mics):
    other = Microphone(mics.address)
    other.send(handshake(stream=2))
    one = Microphone(mics.address, "/ws/AA:BB")
    one.send(handshake())
    for message in good()[:5]:
        one.send(message)
    found = eventually(lambda: len(mics.streams()) == 2 and mics.streams(), what="two streams")
    assert {"AA_BB", "microphone 2"} == {stream["label"] for stream in found}
    one.drop()
    eventually(lambda: len(mics.streams()) == 1, what="the end of the dropped stream")
    for message in good():
        other.send(message)
    assert other.close() == BYE


def test_fragments_are_put_together(mics):
    one = Microphone(mics.address)
    one.send(handshake())
    for message in good():
        one.send(message[:7], final=False)
        one.send(message[7:50], opcode=0, final=False)
        one.send(message[50:], opcode=0)
    assert one.close() == BYE
    assert mics.metric("router_ingest_frames_total", node="mics") == 10


def test_what_is_heard_is_what_audioop_decodes(mics):
    """The node's own live body, read by a real HTTP client while the microphone sends."""
    one = Microphone(mics.address)
    one.send(handshake())
    stream = eventually(lambda: listing(mics)["streams"], what="the stream on the page")[0]
    body = urllib.request.urlopen(mics.url("mics", f"/listen/{stream['id']}.wav"), timeout=10)
    head = body.read(44)
    assert head[:4] == b"RIFF" and head[8:16] == b"WAVEfmt "
    made = payloads(sine(seconds=1), 160, "adpcm")
    for number, part in enumerate(made):
        one.send(frame(number, part))
    expected = decoded(made)
    assert body.read(len(expected)) == expected
    assert one.close() == BYE


def listing(router):
    return json.load(urllib.request.urlopen(router.url("mics", "/api/microphones"), timeout=5))


def test_tools_are_greeted_and_browsers_get_the_page(mics):
    def ask(path, accept="*/*", data=None, kind=None):
        headers = {"Accept": accept} | ({"Content-Type": kind} if kind else {})
        request = urllib.request.Request(mics.url("mics", path), headers=headers, data=data)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.read(), answer.headers["Content-Type"]
    assert ask("/")[0] == b"Hello World!"
    assert b"<!doctype html>" in ask("/", "text/html,*/*")[0]
    assert ask("/echo", data=b"\x00\x01abc", kind="application/x-thing") == (b"\x00\x01abc", "application/x-thing")
    for path in ("/ws", "/ws/abc", "/ws/echo"):
        with pytest.raises(urllib.error.HTTPError) as refusal:
            ask(path)
        assert refusal.value.code == 400 and refusal.value.read() == b""


def test_the_echo_sends_every_message_back(mics):
    one = Microphone(mics.address, "/ws/echo")
    one.send(b"caf\xc3\xa9", opcode=1)
    assert one.message() == (1, b"caf\xc3\xa9")
    one.send(b"\x00\x01", final=False)
    one.send(b"\x02", opcode=0)
    assert one.message() == (2, b"\x00\x01\x02")
    assert one.close(1001) == BYE


def test_500_connects_and_drops_leave_no_descriptor(mics):
    def descriptors():
        return len(os.listdir(f"/proc/{mics.pid}/fd"))
    assert sent(mics.address, good()) == BYE
    eventually(lambda: mics.metric("router_ingest_connected") == 0)
    before = descriptors()
    for number in range(500):
        one = Microphone(mics.address)
        if number % 3:
            one.send(handshake(stream=number)[:32 if number % 2 else 16])
        if number % 5 == 0:
            one.send(good()[0][:20], final=False)
        one.drop()
    eventually(lambda: mics.metric("router_ingest_connected") == 0, 20, "the end of all connections")
    eventually(lambda: descriptors() <= before, 10, f"descriptors back to {before} (now {descriptors()})")
    assert mics.streams() == []
    assert sent(mics.address, good()) == BYE
