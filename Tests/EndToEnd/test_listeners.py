"""Listeners of one stream: frozen ones cost the others nothing."""

import socket
import time

import numpy as np
import phone
import sound
from documents_used import listening, receiver, to_web, tone_to_web
from router import eventually

ATTEMPTS = 3
PACKET_MS = 20
LARGEST_GAP_MS = PACKET_MS + 25


def test_ten_of_a_hundred_frozen_listeners_cost_the_others_nothing(start, load):
    router = start(to_web())
    phone_port, web_port = router.bound("phone")[1], router.bound("web")[1]
    for _ in range(ATTEMPTS):
        sender = load("send", "--ports", phone_port, "--counter", "--seconds", 16).begun()
        listeners = load(
            "listen", "--ports", web_port, "--count", 100, "--frozen", 10, "--warmup", 1, "--seconds", 12, "--counter")
        heard, sent = listeners.result(), sender.result()
        assert heard["closed"] == 0 and heard["breaks"] == 0 and heard["lostFrames"] == 0, heard
        # 12 s of 192,000 bytes each, up to what one packet more or less makes at the edges
        assert heard["bytesLeast"] > 0.98 * 12 * 192_000, heard
        if heard["gapMs"]["max"] <= LARGEST_GAP_MS:
            break
        # a generator that was late itself proves nothing: again
        busy = heard["ownLateMs"]["max"] + sent["ownLateMs"]["max"]
        assert busy > 5, heard
    assert heard["gapMs"]["max"] <= LARGEST_GAP_MS, heard
    eventually(lambda: router.stat("web", "router_http_stream_listeners") == 0, 10, "no listener left")


def test_a_frozen_listener_is_seen_and_continues_with_the_newest_sound(start):
    router = start(to_web(web={"whenFull": "skip"}))
    host, port = router.bound("web")
    frozen = phone.BareSocket(host, port)
    frozen.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    frozen.say("GET /stream.wav HTTP/1.0\r\nHost: x\r\n\r\n".replace("x", f"{host}:{port}")).read_head()
    sender, sent = phone.cast(*router.bound("phone"), 9)
    time.sleep(8)
    frozen.socket.settimeout(1)
    heard = bytearray(frozen.rest)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        try:
            heard += frozen.socket.recv(65536)
        except TimeoutError:
            break
    sender.wait()
    frozen.close()
    frames = sound.read(bytes(heard[44:]))
    newest = sent[int(7.5 * sound.RATE):]
    assert sound.longest_common(frames, newest) > 4_800, "what it hears at the end is not the newest sound"
    assert len(frames) < 8 * sound.RATE, "it was given all it had missed"


def test_silence_flows_while_nobody_sends(start):
    router = start(to_web())
    reader = phone.StreamReader(*router.bound("web"))
    began = time.monotonic()
    time.sleep(2)
    seconds = time.monotonic() - began
    body = reader.stop()
    assert body[:4] == b"RIFF" and body[8:16] == b"WAVEfmt " and body[36:40] == b"data"
    frames = reader.frames
    assert not frames.any()
    assert abs(len(frames) / sound.RATE - seconds) < 0.5


def test_heads_say_what_players_need(start):
    router = start(to_web())
    host, port = router.bound("web")
    with phone.BareSocket(host, port) as client:
        head = client.say(f"HEAD /stream.wav HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n").read_head()
        assert client.read_to_end() == b""
    assert " 200 " in head
    fields = head.lower()
    assert "content-type: audio/" in fields and "no-" in fields and "content-length" not in fields


def test_too_many_listeners_are_told_so(start):
    router = start(to_web(web={"maxListeners": 2}))
    readers = [phone.StreamReader(*router.bound("web")) for _ in range(3)]
    assert [" 200 " in reader.head for reader in readers] == [True, True, False]
    assert " 503 " in readers[2].head
    for reader in readers:
        reader.stop()


def test_two_listeners_that_come_at_different_times_hear_whole_frames(start):
    router = start(tone_to_web(levelDb=0))
    readers = []
    for _ in range(5):
        readers.append(phone.StreamReader(*router.bound("web")))
        time.sleep(0.13)
    time.sleep(1)
    for reader in readers:
        reader.stop()
        frames = reader.frames
        assert (frames[:, 0] == frames[:, 1]).all(), "left and right are not a pair: the body began inside a frame"
        middle = frames[len(frames) // 2:len(frames) // 2 + 16384, 0].astype(float)
        assert abs(sound.loudest_frequency(middle) - 1000) < 5


def test_two_rooms_and_one_page_share_one_process(start):
    nodes = {f"room{number}": receiver(f"Room {number}") for number in range(4)}
    nodes |= {f"web{number}": listening("http.stream") for number in range(4)}
    router = start({"nodes": nodes, "links": [f"room{number} -> web{number}" for number in range(4)]})
    readers = [phone.StreamReader(*router.bound(f"web{number}")) for number in range(4)]
    casts = [phone.cast(*router.bound(f"room{number}"), 2, seed=number) for number in range(4)]
    for sender, _ in casts:
        sender.wait()
    eventually(lambda: not router.streams(), 5, "the end of all streams")
    for reader, (_, sent) in zip(readers, casts):
        reader.stop()
        assert sound.same_frames(reader.frames, sent) == len(sent)


def test_a_mixer_lets_two_sources_be_heard_at_once(start):
    document = {
        "nodes": {
            "low": {"type": "tone", "frequencyHz": 500, "levelDb": -12},
            "high": {"type": "tone", "frequencyHz": 2000, "levelDb": -12},
            "mix": {"type": "mixer", "inputs": {"low": {}, "high": {"gainDb": -6}}},
            "web": listening("http.stream"),
        },
        "links": ["low -> mix.low", "high -> mix.high", "mix -> web"],
    }
    router = start(document)
    for _ in range(ATTEMPTS):
        reader = phone.StreamReader(*router.bound("web"))
        time.sleep(2)
        reader.stop()
        middle = reader.frames[sound.RATE // 2:sound.RATE // 2 + sound.RATE, 0].astype(float)
        spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
        rest = max(np.delete(spectrum, [*range(495, 506), *range(1995, 2006)]))
        if rest < spectrum[500] / 300:  # else the machine was busy: a hole in the sound, or a buffer that adapts
            break
    assert spectrum.argmax() == 500
    assert abs(20 * np.log10(spectrum[500] / spectrum[2000]) - 6) < 0.2
    assert rest < spectrum[500] / 300
