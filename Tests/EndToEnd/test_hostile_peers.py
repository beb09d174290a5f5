"""Hostile and broken peers are refused as the standards say, and a good sender does not notice them."""

import contextlib
import os
import socket
import threading
import time

import network
import phone
import pytest
import sound
from documents_used import to_web
from phone import BareSocket, frame
from router import eventually

LIMITS = {"headerSeconds": 1.5, "headerBytes": 8192}


@pytest.fixture
def scene(start):
    """A router, and a good sender whose listener must hear every frame whatever the test does."""
    router = start(to_web(phone={"limits": LIMITS}))
    reader = phone.StreamReader(*router.bound("web"))
    sender, sent = phone.cast(*router.bound("phone"), 4)
    eventually(lambda: sender.sent > 5, 5, "sound")
    yield router
    sender.wait()
    assert sender.sent == 200
    eventually(lambda: not router.streams(), 5, "the end of the stream")
    reader.stop()
    assert sound.same_frames(reader.frames, sent) == len(sent), "the good sender's sound was disturbed"


def answer_to(router, request: str | bytes, node="phone") -> str:
    with BareSocket(*router.bound(node)) as peer:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            peer.say(request)
        return peer.read_to_end().decode("latin-1")


def host_of(router, node="phone"):
    return "%s:%d" % router.bound(node)


def test_malformed_upgrades_are_refused_by_status(scene):
    host, port = scene.bound("phone")
    cases = [
        ({"Sec_WebSocket_Version": "12"}, "426"),
        ({"Sec_WebSocket_Key": None}, "400"),
        ({"Sec_WebSocket_Key": "c2hvcnQ="}, "400"),
        ({"Sec_WebSocket_Version": None}, "4"),
        ({"Upgrade": None}, "4"),
        ({"Connection": "close"}, "4"),
    ]
    for fields, status in cases:
        with BareSocket(host, port) as peer:
            head = peer.upgrade(**fields)
            assert head.split(" ")[1].startswith(status), (fields, head)
    with BareSocket(host, port) as peer:
        assert " 404 " in peer.upgrade("/nothing")
    with BareSocket(host, port) as peer:
        assert " 403 " in peer.upgrade(Origin="http://evil.example")


def test_malformed_requests_are_refused_by_status(scene):
    host = host_of(scene)
    good = f"Host: {host}\r\n"
    cases = {
        "GET /x HTTP/1.1\r\n\r\n": "400",
        f"GET /x HTTP/1.1\r\n{good}{good}\r\n": "400",
        f"GET /x HTTP/3.0\r\n{good}\r\n": "505",
        f"GET /x HTTP/1.1\r\n{good}A: b\r\n folded\r\n\r\n": "400",
        f"GET /x HTTP/1.1\r\n{good}A : b\r\n\r\n": "400",
        f"POST /x HTTP/1.1\r\n{good}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab": "400",
        f"POST /x HTTP/1.1\r\n{good}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": "400",
        f"GET /{'a' * 20000} HTTP/1.1\r\n{good}\r\n": "414",
        f"GET /x HTTP/1.1\r\n{good}A: {'b' * 20000}\r\n\r\n": "431",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\x00" * 40: None,
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n": None,
        "\x00\x01\x02 garbage \xff\r\n\r\n": "400",
    }
    for request, status in cases.items():
        answer = answer_to(scene, request.encode("latin-1"))
        if status:
            assert answer.startswith(f"HTTP/1.1 {status} "), (request[:60], answer[:200])


def test_broken_frames_are_closed_with_the_right_code(start):
    router = start(to_web())
    host, port = router.bound("phone")
    cases = [
        (frame(2, b"\x01" * 4, masked=False), 1002, "not masked"),
        (frame(2, b"\x01" * 4, rsv=4), 1002, "a reserved bit"),
        (frame(3, b"\x01"), 1002, "a reserved opcode"),
        (frame(0, b"\x01"), 1002, "a continuation of nothing"),
        (frame(9, b"\x01" * 126), 1002, "a ping of 126 bytes"),
        (frame(9, b"\x01", fin=False), 1002, "a ping in parts"),
        (frame(8, b"\x03"), 1002, "a close of one byte"),
        (frame(8, b"\x03\xed"), 1002, "a close with 1005"),
        (frame(1, b"\xff\xfe"), 1007, "a text that is not UTF-8"),
        (b"\x82\xff" + b"\x80" + b"\x00" * 7 + b"mask", 1002, "a length above 2^63"),
        (frame(2, b"", length=1 << 31), 1009, "two gigabytes announced"),
        (frame(2, b"\x01" * 4, fin=False) + frame(2, b"\x01"), 1002, "a message inside a message"),
    ]
    for data, code, name in cases:
        with BareSocket(host, port) as peer:
            assert " 101 " in peer.upgrade(), name
            peer.say(data)
            assert peer.close_code() == code, name


def test_half_a_header_for_ever_is_ended(scene):
    host, port = scene.bound("phone")
    with contextlib.ExitStack() as stack:
        peers = [stack.enter_context(BareSocket(host, port)) for _ in range(50)]
        for peer in peers:
            peer.say(f"GET /audio HTTP/1.1\r\nHost: {host}:{port}\r\nUpg")
        began = time.monotonic()
        for peer in peers:
            answer = peer.read_to_end(6)
            assert answer == b"" or b" 408 " in answer
        assert time.monotonic() - began < 5


def test_a_header_that_comes_byte_by_byte_is_ended_all_the_same(scene):
    host, port = scene.bound("phone")
    with BareSocket(host, port) as peer:
        began = time.monotonic()
        with contextlib.suppress(OSError):
            for byte in f"GET /audio HTTP/1.1\r\nHost: {host}:{port}\r\nX: {'y' * 200}":
                peer.say(byte)
                time.sleep(0.05)
                peer.socket.settimeout(0.001)
                with contextlib.suppress(TimeoutError):
                    if peer.socket.recv(1000) == b"":
                        break
                peer.socket.settimeout(5)
        assert time.monotonic() - began < 5


def test_a_flood_of_connections_disturbs_nobody(scene):
    host, port = scene.bound("phone")
    end = time.monotonic() + 2

    def flood(from_host):
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                peer = BareSocket(host, port, from_host=from_host)
                peer.say(os.urandom(64) if end % 2 else b"GET / HTTP/1.1\r\n")
                peer.reset()

    threads = [threading.Thread(target=flood, args=(f"127.0.0.{10 + n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert scene.get("/ready")[0] == 200


def test_many_idle_connections_disturb_nobody_and_go_away(scene):
    host, port = scene.bound("phone")
    peers = []
    with contextlib.suppress(OSError):
        for _ in range(500):
            peers.append(socket.create_connection((host, port), timeout=2))
    assert len(peers) == 500
    time.sleep(2.5)
    gone = 0
    for peer in peers:
        peer.settimeout(2)
        with contextlib.suppress(OSError):
            while peer.recv(4096):
                pass
            gone += 1
        peer.close()
    assert gone == 500


def test_more_connections_than_allowed_are_turned_away(start):
    router = start(to_web(web={"limits": {"connections": 5}}))
    host, port = router.bound("web")
    readers = [phone.StreamReader(host, port) for _ in range(5)]
    assert all(" 200 " in reader.head for reader in readers)
    with BareSocket(host, port) as one_more:
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            head = one_more.say(f"GET /stream.wav HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n").read_head()
            assert head == "" or " 503 " in head
    for reader in readers:
        reader.stop()
    again = eventually(lambda: (lambda r: r if " 200 " in r.head else None)(phone.StreamReader(host, port)), 5)
    again.stop()


def test_refusals_are_counted_and_the_log_stays_short(scene):
    before = len(scene.log)
    for _ in range(300):
        answer_to(scene, "GARBAGE\r\n\r\n")
    assert len(scene.log) - before < 20_000
    assert scene.metric("router_web_refused_total") >= 300


def test_other_networks_are_answered_403(start):
    router = start(to_web(web={"allow": ["127.0.0.1/32"]}))
    host, port = router.bound("web")
    with BareSocket(host, port, from_host="127.0.0.5") as stranger:
        assert " 403 " in stranger.say(f"GET /stream.wav HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n").read_head()
    reader = phone.StreamReader(host, port)
    assert " 200 " in reader.head
    reader.stop()


def test_pages_refuse_names_that_are_not_ours(start):
    router = start(to_web())
    status, _, _ = router.get("/api/v1/graph", headers={"Host": "evil.example"})
    assert status in (400, 403, 421)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs mounts of its own")
def test_pages_are_served_under_the_names_of_the_local_domain(start, tmp_path):
    (tmp_path / "resolv.conf").write_text("# of the router\nnameserver 192.0.2.1\nsearch fritz.box lan.example\n")
    router = start(to_web(), prepare=network.with_file(tmp_path / "resolv.conf", "/etc/resolv.conf"))
    host = socket.gethostname().partition(".")[0]

    def status(name):
        return router.get("/api/v1/graph", headers={"Host": name})[0]

    for name in (host, f"{host}.local", f"{host}.fritz.box:8700", f"{host.upper()}.Fritz.Box.", f"{host}.lan.example"):
        assert status(name) == 200, name
    for name in ("fritz.box", f"{host}.example", f"other{host}.fritz.box", f"{host}.fritz.box.evil.example"):
        assert status(name) == 403, name
