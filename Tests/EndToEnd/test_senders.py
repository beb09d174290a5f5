"""Several senders, dead senders, and senders as they are found in the wild."""

import json
import time

import numpy as np
import phone
import sound
from documents_used import receiver, to_web
from phone import BareSocket, Phone, frame
from router import eventually

OTHER = "127.0.0.2"


def streams(router):
    return router.streams()


def test_the_first_frame_is_the_union_of_every_greeting(start):
    router = start(to_web())
    with BareSocket(*router.bound("phone")) as peer:
        head = peer.upgrade()
        assert " 101 " in head and len(head) < 2000
        opcode, text = peer.read_frame()
    assert opcode == 1
    greeting = json.loads(text)
    expected = {
        "status": "READY", "type": "handshake", "sample_rate": 48000, "channels": 2, "frame_size": 3840,
        "sample_width": 2, "sampleRate": 48000, "frameSize": 3840, "sampleWidth": 2,
    }
    assert greeting == greeting | expected


def test_a_second_sender_is_refused_with_403_while_the_first_plays(start):
    router = start(to_web())
    host, port = router.bound("phone")
    reader = phone.StreamReader(*router.bound("web"))
    first, sent = phone.cast(host, port, 2)
    first.greeted.wait(5)
    eventually(lambda: first.sent > 10, 5, "sound of the first")
    second = Phone(host, port, [], from_host=OTHER).start().wait()
    assert second.refused == 403
    first.wait()
    reader.stop()
    assert sound.same_frames(reader.frames, sent) == len(sent)
    third = Phone(host, port, [], from_host=OTHER).start().wait()
    assert third.refused is None and "READY" in third.greeting


def test_the_same_phone_takes_its_own_place(start):
    router = start(to_web())
    host, port = router.bound("phone")
    first, _ = phone.cast(host, port, 5, seed=1)
    eventually(lambda: first.sent > 10, 5, "sound of the first")
    second, sent = phone.cast(host, port, 2, seed=2)
    second.wait()
    assert second.refused is None and second.sent == 100
    first.wait()
    assert first.sent < 250, "the first was not disconnected"


def test_a_dead_sender_gives_way_after_three_seconds(start):
    router = start(to_web())
    host, port = router.bound("phone")
    with BareSocket(host, port) as dead:
        dead.upgrade()
        dead.say(frame(2, b"\x01" * 3840))
        assert Phone(host, port, [], from_host=OTHER).start().wait().refused == 403
        time.sleep(3.2)
        newcomer, sent = phone.cast(host, port, 1, from_host=OTHER)
        newcomer.wait()
        assert newcomer.refused is None and newcomer.sent == 50


def test_newest_and_never_are_policies_to_choose(start):
    router = start({"nodes": {"new": receiver(takeOver="newest"), "first": receiver(takeOver="never")}})
    for node, refused in (("new", None), ("first", 403)):
        host, port = router.bound(node)
        first, _ = phone.cast(host, port, 3)
        eventually(lambda: first.sent > 5, 5, "sound of the first")
        second = Phone(host, port, [], from_host=OTHER).start().wait()
        assert second.refused == refused, node
        first.wait()


def test_a_desktop_client_that_drops_tcp_without_a_close_frame_frees_the_place(start):
    router = start(to_web())
    host, port = router.bound("phone")
    for end in ("close", "reset"):
        client = BareSocket(host, port)
        client.upgrade()
        for _ in range(5):
            client.say(frame(2, bytes([1]) * 3840))
        eventually(lambda: streams(router), 5, "the stream")
        getattr(client, end)()
        eventually(lambda: not streams(router), 5, f"the end of the stream after {end}")
        another = Phone(host, port, [], from_host=OTHER).start().wait()
        assert another.refused is None


def test_a_sender_that_never_reads_and_never_answers_pings_is_kept(start):
    router = start(to_web())
    host, port = router.bound("phone")
    reader = phone.StreamReader(*router.bound("web"))
    with BareSocket(host, port) as module:
        # the header is read byte by byte, at most 2047 bytes, then nothing is ever read again
        assert " 101 " in module.upgrade()
        sent = sound.noise(4)
        began = time.monotonic()
        for number, packet in enumerate(sound.packets(sent)):
            time.sleep(max(0.0, began + number * 0.02 - time.monotonic()))
            module.say(frame(2, packet))
        module.say(frame(8))
    eventually(lambda: not streams(router), 5, "the end of the stream")
    reader.stop()
    assert sound.same_frames(reader.frames, sent) == len(sent)


def test_a_microcontroller_with_its_subprotocol_and_odd_origin_is_welcome(start):
    router = start(to_web())
    with BareSocket(*router.bound("phone")) as board:
        head = board.upgrade(Sec_WebSocket_Protocol="arduino", Origin="file://")
        assert " 101 " in head
        assert "sec-websocket-protocol: arduino" in head.lower()
        assert b"READY" in board.read_frame()[1]


def test_the_app_that_sends_44_khz_is_heard_at_its_own_rate(start):
    router = start(to_web())
    host, port = router.bound("phone")
    reader = phone.StreamReader(*router.bound("web"))
    # 3 s of 1000 Hz at 44,100 Hz, in packets of 3528 bytes: taken for 48 kHz it would be 1088 Hz
    time_axis = np.arange(3 * 44_100) / 44_100
    tone = np.repeat((8000 * np.sin(2 * np.pi * 1000 * time_axis)).astype(np.int16)[:, None], 2, axis=1)
    Phone(host, port, sound.packets(tone, 3528)).start().wait()
    eventually(lambda: not streams(router), 5, "the end of the stream")
    reader.stop()
    heard = reader.frames
    heard = heard[sound.start_of(heard):]
    assert len(heard) > 2 * 48_000
    middle = heard[24_000:24_000 + 65_536, 0].astype(float)
    assert abs(sound.loudest_frequency(middle) - 1000) < 2


def test_messages_of_any_size_make_the_same_stream(start):
    router = start(to_web())
    reader = phone.StreamReader(*router.bound("web"))
    sent = sound.noise(2)
    data = sent.tobytes()
    sizes, at, cut = [4, 400, 3836, 3844, 7680, 12, 3840], 0, []
    while at < len(data):
        size = sizes[len(cut) % len(sizes)]
        cut.append(data[at:at + size])
        at += size
    Phone(*router.bound("phone"), cut, interval=2 / len(cut)).start().wait()
    eventually(lambda: not streams(router), 5, "the end of the stream")
    reader.stop()
    assert sound.same_frames(reader.frames, sent) == len(sent)


def test_odd_messages_texts_and_compression_offers_change_nothing(start):
    router = start(to_web())
    host, port = router.bound("phone")
    reader = phone.StreamReader(*router.bound("web"))
    sent = sound.noise(1)
    with BareSocket(host, port) as client:
        head = client.upgrade(Sec_WebSocket_Extensions="permessage-deflate; client_max_window_bits")
        assert "permessage-deflate" not in head.lower()
        pace = phone.Pace()
        for number, packet in enumerate(sound.packets(sent)):
            client.say(frame(2, packet))
            if number % 10 == 0:
                client.say(frame(2, b"\x05" * 3841)).say(frame(1, b'{"hello": 1}')).say(frame(9, b"x"))
            time.sleep(pace.left())
        client.say(frame(8, b"\x03\xe8"))
        assert client.close_code() == 1000
    eventually(lambda: not streams(router), 5, "the end of the stream")
    reader.stop()
    assert sound.same_frames(reader.frames, sent) == len(sent)


def test_an_http_1_0_client_that_closes_is_answered(start):
    router = start(to_web())
    with BareSocket(*router.bound("phone")) as module:
        module.say("POST /metadata HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        answer = module.read_to_end().decode()
    assert answer.startswith("HTTP/1."), answer


def test_the_router_shows_who_is_connected(start):
    router = start(to_web())
    host, port = router.bound("phone")
    sender, _ = phone.cast(host, port, 2)
    found = eventually(lambda: streams(router), 5, "the stream")
    sender.wait()
    (stream,) = found
    assert stream["node"] == "phone" and stream["peer"].startswith("127.0.0.1:")
    assert stream["format"] == "pcm s16le 48000 Hz 2 ch"
