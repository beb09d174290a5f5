"""tcp.stream with players nobody here wrote, on real sockets."""

import ctypes
import os
import selectors
import socket
import time

import mp3
import network
import numpy as np
import ogg
import phone
import pytest
import sound
from admin_client import Admin
from documents_used import receiver
from router import PATIENCE, eventually
from tcp_players import Listener, ports, to_tcp
from test_foreign_clients import run

DROP_FROM_BOUNDING_SET, BIND_LOW_PORTS = 24, 10


def assert_tone(samples, level=-12.0, slack=0.1):
    frequency, height = mp3.tone(samples)
    assert abs(frequency - 1000) < 1, f"{frequency} Hz"
    assert abs(height - level) < slack, f"{height} dB"


def test_plain_tcp_gets_an_endless_wav(start):
    router = start(to_tcp())
    port = ports(router)[0]
    began = time.monotonic()
    silent, half = Listener(port).start(), Listener(port, half_close=True).start()
    eventually(lambda: half.body, 1, "sound for who ends its half")
    eventually(lambda: silent.body, 1, "sound for who says nothing")
    assert time.monotonic() - began > 0.15, "a peer has a moment to say GET"
    for listener in (silent, half):
        eventually(lambda: len(listener.body) > 4 * 0.9 * sound.RATE + 44, 1, "a second of sound")
        body = listener.stop()
        assert body[:4] == b"RIFF" and body[8:16] == b"WAVEfmt " and body[36:44] == b"data\xff\xff\xff\xff"
        heard = sound.read(body[44:])
        assert_tone(heard[:, 0] / 32_768)
        # Nothing lost, nothing doubled: the tone has 48 frames a turn.
        assert np.abs(heard[48:].astype(int) - heard[:-48]).max() <= 1


def test_http_and_tcp_players_share_the_port(start):
    router = start(to_tcp())
    port = ports(router)[0]
    for address in (f"tcp://127.0.0.1:{port}", f"http://127.0.0.1:{port}/", f"http://127.0.0.1:{port}/any.wav?x=1"):
        status, output, said = run(
            "ffmpeg", "-v", "error", "-i", address, "-t", "2", "-f", "f32le", "-ac", "2", "-")
        assert status == 0 and not said, said
        heard = np.frombuffer(output, "<f4").reshape(-1, 2)
        assert len(heard) > 1.9 * sound.RATE
        assert_tone(heard[:, 0])
    for version in ("--http1.0", "--http1.1"):
        status, body, _ = run("curl", "-sN", version, "--max-time", "1.5", f"http://127.0.0.1:{port}/")
        assert status == 28 and body[:4] == b"RIFF"
        assert_tone(sound.read(body[44:])[:, 0] / 32_768)
    status, head, _ = run("curl", "-sI", f"http://127.0.0.1:{port}/")
    assert status == 0 and b" 200 " in head and b"audio/wav" in head.lower()
    status, _, errors = run("mpv", "--no-config", "--no-video", "--ao=null", "--length=1", f"http://127.0.0.1:{port}/")
    assert status == 0, errors


def test_raw_has_no_head(start):
    router = start(to_tcp({"type": "tone", "frequencyHz": 1000, "levelDb": -12, "channels": 1}, format="raw"))
    port = ports(router)[0]
    status, output, said = run(
        "ffmpeg", "-v", "error", "-f", "s16le", "-ar", "48000", "-ac", "1", "-i", f"tcp://127.0.0.1:{port}", "-t", "1",
        "-f", "f32le", "-")
    assert status == 0 and not said, said
    assert_tone(np.frombuffer(output, "<f4"))


def test_mp3_goes_out_as_it_comes(start):
    router = start(to_tcp(encoder={"type": "mp3.encoder", "bitrateKbps": 128}))
    port = ports(router)[0]
    for address in (f"tcp://127.0.0.1:{port}", f"http://127.0.0.1:{port}/"):
        assert ogg.probe(address)["codec_name"] == "mp3"
    listener = Listener(port).start()
    time.sleep(1.5)
    assert_tone(mp3.decode(mp3.whole(listener.stop()))[2_400:, 0], slack=0.6)


def test_each_stream_has_a_port_and_gives_it_back(start):
    phones = {f"phone{number}": receiver(f"Phone {number}") for number in range(3)}
    router = start({
        "nodes": phones | {"tcp": to_tcp()["nodes"]["tcp"], "log": {"type": "event.log"}},
        "links": [f"{name} -> tcp" for name in phones] + ["tcp.service -> log"],
    })
    assert router.node("tcp")["addresses"] == []
    senders = []
    for number, name in enumerate(phones):
        sent = sound.noise(1.5 + number, seed=number)
        senders.append((phone.Phone(*router.bound(name), sound.packets(sent)).start(), sent))
        ports(router, count=number + 1)
    numbers = ports(router, count=3)
    listeners = [Listener(port).start() for port in numbers]
    for (sender, sent), listener in zip(senders, listeners):
        sender.wait()
        assert listener.ended.wait(5), "the listener is hung up on when its stream ends"
        heard = sound.pieces(sound.read(bytes(listener.body[44:])), sent)
        assert sum(frames for _, _, frames in heard) > 0.5 * sound.RATE, heard
        assert len(heard) == 1, f"{len(heard)} pieces"
    eventually(lambda: router.node("tcp")["addresses"] == [], 5, "all ports free")
    for port in numbers:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 2)
    eventually(lambda: router.log.count("_pimic-audio._tcp") >= 3, 5, "three lines")


def test_a_port_that_another_program_has_is_passed_over(start, taken):
    router = start(to_tcp(firstPort=taken))
    assert ports(router)[0] > taken
    full = start(to_tcp(firstPort=taken, portCount=1), folder="full")
    eventually(lambda: full.stat("tcp", "router_tcp_stream_refused_total") == 1, 10, "a stream without a port")
    text = full.get("/api/v1/graph")[1]
    assert f"no port from {taken} to {taken}" in text


@pytest.mark.skipif(os.geteuid() != 0, reason="makes network namespaces")
@pytest.mark.parametrize("may_bind", [True, False])
def test_port_420_is_the_first_where_that_is_allowed(start, may_bind):
    def prepare():
        if not may_bind:
            assert ctypes.CDLL(None).prctl(DROP_FROM_BOUNDING_SET, BIND_LOW_PORTS, 0, 0, 0) == 0

    document = to_tcp()
    del document["nodes"]["tcp"]["firstPort"]
    machine = network.Machine()
    try:
        with machine.inside():
            router = start(document, prepare=prepare)
            assert ports(router) == [420 if may_bind else 9_420]
            listener = Listener(ports(router)[0]).start()
            eventually(lambda: len(listener.body) > 10_000, 5, "sound")
            listener.stop()
            assert ("may not listen on port 420" in router.log) == (not may_bind)
            router.stop()
    finally:
        machine.end()


def test_ten_frozen_listeners_of_a_hundred_cost_the_others_nothing(start):
    router = start(to_tcp(bufferSeconds=0.5))
    port = ports(router)[0]
    frozen = [Listener(port, receive_buffer=4_096) for _ in range(10)]
    moving, chooser = [], selectors.DefaultSelector()
    for _ in range(90):
        one = Listener(port)
        one.socket.setblocking(False)
        chooser.register(one.socket, selectors.EVENT_READ, one)
        moving.append(one)
    end = time.monotonic() + 6 * PATIENCE
    while time.monotonic() < end and any(len(one.body) < 4 * 5.1 * sound.RATE for one in moving):
        for key, _ in chooser.select(0.2):
            key.data.body += key.data.socket.recv(1 << 16)
    assert router.stat("tcp", "router_tcp_stream_listeners") == 100
    for one in moving:
        heard = sound.read(bytes(one.body[44:]))
        assert len(heard) > 5 * sound.RATE, f"{len(heard) / sound.RATE} s"
        assert np.abs(heard[48:].astype(int) - heard[:-48]).max() <= 1, "sound is missing"
        one.stop()
    assert router.metric("router_web_live_skipped_bytes_total") > 0, "the frozen ones missed something"
    for one in frozen:
        one.stop()
    eventually(lambda: router.stat("tcp", "router_tcp_stream_listeners") == 0, 5, "nobody listens")


def test_more_listeners_than_there_may_be_are_told_so(start):
    router = start(to_tcp(maxListeners=2))
    port = ports(router)[0]
    kept = [Listener(port).start() for _ in range(2)]
    eventually(lambda: all(one.body for one in kept), 5, "sound")
    status, _, _ = run("curl", "-sf", f"http://127.0.0.1:{port}/")
    assert status == 22
    third = Listener(port).start()
    assert third.ended.wait(5) and not third.body
    third.stop()
    for one in kept:
        one.stop()


def test_options_change_while_listeners_listen(start):
    router = start(to_tcp())
    listener = Listener(ports(router)[0]).start()
    eventually(lambda: listener.body, 5, "sound")
    answer = Admin(router.admin).call("PATCH", "nodes/tcp", {"format": "raw", "bufferSeconds": 1, "maxListeners": 1})
    assert answer.status == 200, answer
    size = len(listener.body)
    eventually(lambda: len(listener.body) > size + 100_000, 5, "sound goes on")
    heard = sound.read(listener.stop()[44:])
    assert np.abs(heard[48:].astype(int) - heard[:-48]).max() <= 1
