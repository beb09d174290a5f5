"""udp.announcer on real networks: three machines, two cables."""

import contextlib
import json
import os
import socket
import time

import network
import pytest
from admin_client import Admin
from router import eventually

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="makes network namespaces")
PORT = 6_970


@contextlib.contextmanager
def two_cables():
    """A router's machine in two networks, and one machine in each."""
    middle, left, right = machines = [network.Machine() for _ in range(3)]
    try:
        for name, other, net in (("left", left, "10.77.1"), ("right", right, "10.77.2")):
            middle.ip("link", "add", name, "type", "veth", "peer", "name", "cable", "netns", other.holder.pid)
            middle.ip("address", "add", f"{net}.1/24", "broadcast", "+", "dev", name)
            middle.ip("link", "set", name, "up")
            other.ip("address", "add", f"{net}.2/24", "broadcast", "+", "dev", "cable")
            other.ip("link", "set", "cable", "up")
        yield middle, left, right
    finally:
        for machine in machines:
            machine.end()


class Ear:
    """Hears every datagram that reaches the port on one machine."""

    def __init__(self, machine):
        with machine.inside():
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind(("", PORT))
        self.socket.setblocking(False)
        self.heard = []

    def listen(self) -> list[dict]:
        with contextlib.suppress(BlockingIOError):
            while True:
                data, peer = self.socket.recvfrom(65_536)
                self.heard.append(json.loads(data) | {"from": peer[0], "bytes": len(data), "at": time.monotonic()})
        return self.heard


def document(**options) -> dict:
    return {
        "nodes": {
            "tone": {"type": "tone", "frequencyHz": 1000},
            "tcp": {"type": "tcp.stream"},
            "announce": {"type": "udp.announcer", "intervalSeconds": 3} | options,
        },
        "links": ["tone -> tcp", "tcp.service -> announce"],
    }


def test_every_network_hears_once_what_there_is(start):
    with two_cables() as (middle, left, right):
        ears = [Ear(left), Ear(right)]
        with middle.inside():
            router = start(document())
            eventually(lambda: ears[0].listen() and ears[0].heard[-1]["active_streams"] == 1, 10, "the stream")
            count = len(ears[0].listen())
            eventually(lambda: len(ears[0].listen()) >= count + 2, 10, "two more by the clock")
            times = [one["at"] for one in ears[0].heard[-2:]]
            assert 2.7 < times[1] - times[0] < 3.5

            # A change is told at once, at most a second behind the one before.
            changed = time.monotonic()
            link = next(one["id"] for one in router.api("/graph")["links"] if one["to"].startswith("tcp"))
            answer = Admin(router.admin).call("DELETE", f"links/{link.replace('>', '%3E')}")
            assert answer.status == 200, answer
            eventually(lambda: ears[0].listen()[-1]["active_streams"] == 0, 5, "the change")
            assert ears[0].heard[-1]["at"] - changed < 1.5
            router.stop()
            eventually(lambda: ears[0].listen()[-1].get("bye"), 5, "the goodbye")
            eventually(lambda: ears[1].listen()[-1].get("bye"), 5, "the goodbye on the other side")

        for ear, net in zip(ears, ("10.77.1", "10.77.2")):
            with_stream = [one for one in ear.heard if one["active_streams"] == 1]
            for one in ear.heard:
                assert one["type"] == "pimic-audio-service" and one["port"] == 6_969 and one["bytes"] < 1_400
                assert one["from"] == f"{net}.1" and one["url"] == f"http://{net}.1:6969"
                assert one["stream_ports"] == list(range(420, 520))
                assert one["hostname"] == socket.gethostname().split(".")[0]
                assert abs(one["timestamp"] - time.time()) < 60 and one["tls"] is False
            assert with_stream[0]["streams"] == [
                {"id": with_stream[0]["streams"][0]["id"], "name": with_stream[0]["streams"][0]["name"], "port": 420,
                 "codec": "pcm", "rate": 48_000, "channels": 2}]
            assert len({one["id"] for one in ear.heard}) == 1
            # One copy each time: no two within the gap.
            gaps = [after["timestamp"] - before["timestamp"] for before, after in zip(ear.heard, ear.heard[1:])]
            assert all(gap > 0.9 for gap in gaps[:-1]), gaps
        assert len(ears[0].heard) == len(ears[1].heard)


def test_the_stream_that_is_announced_can_be_heard_from_there(start):
    with two_cables() as (middle, left, _):
        ear = Ear(left)
        with middle.inside():
            router = start(document())
            eventually(lambda: ear.listen() and ear.heard[-1]["active_streams"] == 1, 10, "the stream")
        one = ear.heard[-1]
        with left.inside(), socket.create_connection((one["from"], one["streams"][0]["port"]), 5) as player:
            assert player.recv(4) == b"RIFF"
        with middle.inside():
            router.stop()


def test_a_machine_without_network_announces_to_itself(start):
    machine = network.Machine()
    try:
        ear = Ear(machine)
        with machine.inside():
            router = start(document())
            eventually(lambda: ear.listen() and ear.heard[-1]["active_streams"] == 1, 10, "the stream")
            assert ear.heard[-1]["url"] == "http://127.0.0.1:6969"
            router.stop()
    finally:
        machine.end()


def test_its_id_stays_across_restarts(start):
    machine = network.Machine()
    try:
        ear = Ear(machine)
        with machine.inside():
            for _ in range(2):
                router = start(document())
                eventually(lambda: ear.listen() and not ear.heard[-1].get("bye"), 10, "an announcement")
                router.stop()
                eventually(lambda: ear.listen()[-1].get("bye"), 5, "the goodbye")
        assert len({one["id"] for one in ear.heard}) == 1
    finally:
        machine.end()
