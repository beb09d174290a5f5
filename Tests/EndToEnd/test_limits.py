"""What runs out: descriptors, the kernel's memory, places, patience. Whoever was there before does not notice."""

import contextlib
import errno
import os
import resource
import socket
import ssl
import subprocess
import threading
import time

import network
import phone
import pytest
import sound
from documents_used import to_web
from router import ROOT, eventually

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="makes network namespaces")


def few_descriptors(count):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


def cpu_seconds(router) -> float:
    fields = open(f"/proc/{router.pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def undisturbed(router, seconds):
    """A sender and a listener that came before the trouble; every frame must arrive."""
    reader = phone.StreamReader(*router.bound("web"))
    sender, sent = phone.cast(*router.bound("phone"), seconds)
    eventually(lambda: sender.sent > 5, 5, "sound")
    yield
    sender.wait()
    eventually(lambda: not router.streams(), 5, "the end of the stream")
    reader.stop()
    assert sound.same_frames(reader.frames, sent) == len(sent), "the good sender's sound was disturbed"


def is_ended(peer: socket.socket) -> bool:
    peer.settimeout(0.01)
    try:
        return peer.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionResetError:
        return True


def test_without_descriptors_connections_are_refused_and_nothing_spins(start):
    router = start(to_web(), prepare=few_descriptors(96))
    with undisturbed(router, 6), contextlib.ExitStack() as stack:
        address = router.bound("web")
        peers = [stack.enter_context(socket.create_connection(address, timeout=2)) for _ in range(150)]
        eventually(lambda: sum(map(is_ended, peers)) >= 150 - 96, 3, "refusals")
        kept = 150 - sum(map(is_ended, peers))
        assert 20 < kept < 96
        before = cpu_seconds(router)
        more = [stack.enter_context(socket.create_connection(address, timeout=2)) for _ in range(20)]
        eventually(lambda: all(map(is_ended, more)), 3, "the end of those that came later")
        time.sleep(1.5)
        assert cpu_seconds(router) - before < 0.3, "it spins"
        assert 150 - sum(map(is_ended, peers)) == kept, "those that were taken stay"
        for peer in peers:
            peer.close()
        eventually(lambda: can_ask(router), 3, "an answer once there is room")
    assert router.metric("router_web_refused_total", reason="no descriptor left") >= 150 - kept + 20


def test_it_takes_as_many_descriptors_as_it_may_have(start):
    router = start(to_web(), prepare=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 900)))
    with contextlib.ExitStack() as stack:
        address = router.bound("web")
        peers = [stack.enter_context(socket.create_connection(address, timeout=2)) for _ in range(300)]
        assert can_ask(router) and sum(map(is_ended, peers)) == 0
    assert router.metric("router_web_refused_total", reason="no descriptor left") == 0


def can_ask(router) -> bool:
    try:
        return router.get("/ready")[0] == 200
    except OSError:
        return False


@pytest.mark.parametrize("error", [errno.ENOBUFS, errno.ENOMEM])
def test_without_memory_for_sockets_it_rests_and_goes_on(start, tmp_path, error):
    library, full = tmp_path / "full-kernel.so", tmp_path / "full"
    source = ROOT / "Tests" / "Doubles" / "full-kernel.c"
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    router = start(to_web(), env={"LD_PRELOAD": str(library), "FULL_KERNEL": str(full)})
    calls = tmp_path / "full.calls"
    address = router.bound("web")
    with undisturbed(router, 4):
        (tmp_path / "new").write_text(f"{error:d}")
        (tmp_path / "new").rename(full)
        before = cpu_seconds(router)
        with phone.BareSocket(*address) as peer:
            peer.say("GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            eventually(calls.exists, 2, "a failed call")
            time.sleep(2)
            peer.socket.settimeout(0.01)
            with pytest.raises(TimeoutError):
                peer.socket.recv(1)
            asked, spent = calls.stat().st_size, cpu_seconds(router) - before
            full.unlink()
            began = time.monotonic()
            assert b" 404 " in peer.read_to_end(3)
            assert time.monotonic() - began < 1
        assert 10 <= asked <= 25, f"{asked} calls in two seconds: not once each 100 ms"
        assert spent < 0.4, "it spins"
    assert router.metric("router_web_refused_total", reason="no memory for sockets") == calls.stat().st_size


@as_root
def test_one_address_gets_its_share_and_this_machine_is_exempt(start):
    limits = {"connectionsPerAddress": 5}
    with network.cable("10.77.0.2", "10.77.0.3") as (here, there):
        with here.inside():
            router = start(to_web(web={"listen": "0.0.0.0:0", "limits": limits}))
            port = router.bound("web")[1]
        with contextlib.ExitStack() as stack:
            def ask(address, wanted, host="10.77.0.1"):
                peer = stack.enter_context(phone.BareSocket(host, port, from_host=address))
                head = peer.say(f"GET /stream.wav HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n").read_head()
                assert f" {wanted} " in head, (address, head)
                return peer

            with there.inside():
                first = [ask("10.77.0.2", 200) for _ in range(5)]
                refused = ask("10.77.0.2", 503)
                assert b"one address" in refused.read_to_end()
                refused.close()  # until then, and two seconds at most, it counts
                for _ in range(5):
                    ask("10.77.0.3", 200)
                ask("10.77.0.3", 503)
            with here.inside():
                for _ in range(20):
                    ask("127.0.0.1", 200, host="127.0.0.1")
                first[0].close()
                eventually(lambda: router.stat("web", "router_http_stream_listeners") == 29, 5, "the place that was left")
                assert router.metric(
                    "router_web_refused_total", reason="too many connections from one address") == 2
            with there.inside():
                ask("10.77.0.2", 200)
                ask("10.77.0.2", 503)


def ended_after(peer, seconds) -> tuple[bytes, float]:
    """What came, and when the end did."""
    began = time.monotonic()
    return peer.read_to_end(seconds), time.monotonic() - began


@pytest.mark.parametrize("way", ["Content-Length: 100\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n5\r\n{"])
def test_a_body_that_does_not_come_is_ended_with_408(start, way):
    router = start(to_web(phone={"limits": {"bodySeconds": 1}}))
    host, port = router.bound("phone")
    with phone.BareSocket(host, port) as peer:
        peer.say(f"POST /metadata HTTP/1.1\r\nHost: {host}:{port}\r\n{way}")
        answer, seconds = ended_after(peer, 5)
    assert answer.startswith(b"HTTP/1.1 408 ") and 0.9 < seconds < 2
    assert router.metric("router_web_refused_total", reason="body took too long") == 1


def test_a_body_that_drips_is_ended_all_the_same(start):
    router = start(to_web(phone={"limits": {"bodySeconds": 1}}))
    host, port = router.bound("phone")
    with phone.BareSocket(host, port) as peer:
        peer.say(f"POST /metadata HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 1000\r\n\r\n")
        began = time.monotonic()
        while not is_ended_or_answered(peer) and time.monotonic() - began < 5:
            peer.say("x")
        assert 0.9 < time.monotonic() - began < 2
        assert peer.read_to_end().startswith(b"HTTP/1.1 408 ")


def is_ended_or_answered(peer) -> bool:
    peer.socket.settimeout(0.1)
    with contextlib.suppress(TimeoutError):
        return peer.socket.recv(1, socket.MSG_PEEK) is not None
    return False


@pytest.mark.parametrize("secure", [False, True])
def test_a_head_that_does_not_come_is_ended_with_408(start, secure):
    more = {"tls": "auto"} if secure else {}
    router = start(to_web(web={"limits": {"headerSeconds": 1}} | more))
    host, port = router.bound("web")
    with phone.BareSocket(host, port) as half, phone.BareSocket(host, port) as silent:
        if secure:
            trust = ssl.create_default_context()
            trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
            half.socket = trust.wrap_socket(half.socket)
            silent.socket = trust.wrap_socket(silent.socket)
        half.say(f"GET /stream.wav HTTP/1.1\r\nHost: {host}:{port}\r\nUser")
        answer, seconds = ended_after(half, 5)
        assert answer.startswith(b"HTTP/1.1 408 ") and 0.8 < seconds < 2
        assert ended_after(silent, 5)[0] == b""
    assert router.metric("router_web_refused_total", reason="head took too long") == 1
    assert router.metric("router_web_refused_total", reason="no request in time") == 1


@pytest.mark.parametrize("secure", [False, True])
def test_two_of_twenty_frozen_listeners_cost_the_others_nothing(start, secure):
    router = start(to_web(web={"tls": "auto"} if secure else {}))
    host, port = router.bound("web")
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    listeners, bodies = [], [bytearray() for _ in range(20)]
    for _ in bodies:
        peer = phone.BareSocket(host, port)
        if secure:
            peer.socket = trust.wrap_socket(peer.socket)
        assert " 200 " in peer.say(f"GET /stream.wav HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n").read_head()
        listeners.append(peer)

    def read(peer, body):
        body += peer.rest
        with contextlib.suppress(OSError):
            while more := peer.socket.recv(1 << 16):
                body += more

    threads = [threading.Thread(target=read, args=pair) for pair in list(zip(listeners, bodies))[2:]]
    for thread in threads:
        thread.start()
    sender, sent = phone.cast(*router.bound("phone"), 8)
    sender.wait()
    eventually(lambda: not router.streams(), 5, "the end of the stream")
    assert sender.sent == 400
    assert router.metric("router_web_live_skipped_bytes_total") > 0, "nobody was frozen"
    time.sleep(0.3)
    for peer in listeners:
        with contextlib.suppress(OSError):
            peer.socket.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join(5)
    for peer in listeners:
        peer.close()
    for body in bodies[2:]:
        assert sound.same_frames(sound.read(bytes(body[44:])), sent) == len(sent)
