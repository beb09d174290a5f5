"""Opus from the encoder to players nobody here wrote."""

import time

import mp3
import numpy as np
import ogg
import phone
import pytest
import sound
from admin_client import Admin
from documents_used import receiver
from router import eventually
from tcp_players import Listener, ports, to_tcp
from test_foreign_clients import run


def opus(**options) -> dict:
    return {"type": "opus.encoder"} | options


def listen(router, seconds) -> bytes:
    listener = Listener(ports(router)[0]).start()
    time.sleep(seconds)
    return ogg.whole(listener.stop())


def assert_tone(samples, level=-12.0):
    frequency, height = mp3.tone(samples[:, 0])
    assert abs(frequency - 1000) < 1, f"{frequency} Hz"
    assert abs(height - level) < 0.5, f"{height} dB"


@pytest.mark.parametrize("kbps", [64, 96, 128, 192, 320])
def test_the_tone_is_heard_and_the_bit_rate_is_the_one_asked_for(start, kbps):
    """Noise, because a tone needs less than it may have."""
    router = start(to_tcp(encoder=opus(bitrateKbps=kbps)))
    heard = ogg.decode(listen(router, 1.5))
    assert len(heard) > sound.RATE
    assert_tone(heard[4_800:])
    noise = start(to_tcp({"type": "tone", "waveform": "noise"}, opus(bitrateKbps=kbps)), folder="noise")
    packets = [packet for page in ogg.pages(listen(noise, 3))[2:] for packet in page.packets]
    measured = sum(map(len, packets)) * 8 / (len(packets) * 0.02) / 1000
    assert abs(measured / kbps - 1) < 0.1, f"{measured} kbit/s"


def test_pages_are_numbered_timed_and_small(start):
    router = start(to_tcp(encoder=opus()))
    found = ogg.pages(listen(router, 2))
    heads, live = found[:2], found[2:]
    assert heads[0].first and heads[0].packets[0][:8] == b"OpusHead" and len(heads[0].packets[0]) == 19
    assert heads[1].packets[0][:8] == b"OpusTags" and not any(page.first for page in found[1:])
    assert len({page.serial for page in found}) == 1
    for before, page in zip(live, live[1:]):
        assert page.number == before.number + 1 and page.granule == before.granule + 960
    assert len(live) > 80 and all(len(page.packets) == 1 for page in live)


def test_ffprobe_and_mpv_know_what_it_is(start):
    router = start(to_tcp(encoder=opus(pageMs=100)))
    port = ports(router)[0]
    for address in (f"http://127.0.0.1:{port}/", f"tcp://127.0.0.1:{port}"):
        said = ogg.probe(address)
        assert (said["codec_name"], said["sample_rate"], said["channels"]) == ("opus", "48000", 2)
    status, _, errors = run(
        "mpv", "--no-config", "--no-video", "--ao=null", "--length=1", f"http://127.0.0.1:{port}/stream.opus")
    assert status == 0, errors


def test_who_comes_late_decodes_from_the_first_byte(start):
    router = start(to_tcp(encoder=opus(bitrateKbps=128)))
    port = ports(router)[0]
    time.sleep(1)
    listeners = []
    for _ in range(12):
        listeners.append(Listener(port).start())
        time.sleep(0.057)
    time.sleep(1)
    for body in [listener.stop() for listener in listeners]:
        heard = ogg.decode(ogg.whole(body))
        assert len(heard) > sound.RATE // 2
        # The decoder needs a moment to learn what it has not heard.
        assert_tone(heard[4_800:])
        assert np.abs(np.diff(heard[4_800:, 0])).max() < 0.04


def test_the_last_page_says_where_the_sound_ends(start):
    router = start(to_tcp(receiver(), opus()))
    beat = np.sin(2 * np.pi * 1000 * np.arange(2 * sound.RATE + 480) / sound.RATE) * 8_000
    packets = sound.packets(np.repeat(beat.astype(np.int16)[:, None], 2, axis=1))
    sender = phone.Phone(*router.bound("source"), packets).start()
    listener = Listener(ports(router)[0]).start()
    sender.wait()
    assert listener.ended.wait(5), "the body goes on without a stream"
    pages = ogg.pages(listener.stop())
    assert pages[-1].last and pages[-1].granule == len(beat) + 312
    assert_tone(ogg.decode(bytes(listener.body))[4_800:-4_800], -12.25)
    eventually(lambda: not router.node("tcp")["addresses"], 5, "the port is free")


def test_the_graph_stands_when_everything_is_odd(start):
    """44.1 kHz mono, the smallest rate, the largest pages."""
    router = start(to_tcp(
        {"type": "tone", "frequencyHz": 1000, "levelDb": -12, "sampleRate": 44_100, "channels": 1},
        opus(bitrateKbps=24, pageMs=500, complexity=0)))
    heard = ogg.decode(listen(router, 3), channels=1)
    assert len(heard) > sound.RATE
    assert_tone(heard[9_600:])


def test_a_path_of_http_gives_out_opus_too(start, tmp_path):
    """Each stream is a body of its own; without one a player is told to come again."""
    router = start({
        "nodes": {
            "tone": {"type": "tone", "frequencyHz": 1000, "levelDb": -12},
            "opus": opus(bitrateKbps=96),
            "web": {"type": "http.stream", "listen": "127.0.0.1:0", "path": "/stream.opus"},
        },
        "links": ["tone -> opus -> web"],
    })
    address = router.url("web", "/stream.opus")
    eventually(lambda: run("curl", "-s", "-o", "/dev/null", "-m", "1", "-w", "%{http_code}", address)[1] == b"200", 5, "200")
    said = ogg.probe(address)
    assert (said["codec_name"], said["sample_rate"], said["channels"]) == ("opus", "48000", 2)
    for _ in range(2):
        body = tmp_path / "heard.opus"
        run("curl", "-s", "-m", "2", "-o", str(body), address)
        heard = ogg.decode(ogg.whole(body.read_bytes()))
        assert len(heard) > sound.RATE
        assert_tone(heard[4_800:])
    admin = Admin(router.admin)
    assert admin.delete("nodes/tone", match=admin.tag).status == 200
    eventually(lambda: run("curl", "-s", "-o", "/dev/null", "-m", "2", "-w", "%{http_code}", address)[1] == b"503", 5, "503")
