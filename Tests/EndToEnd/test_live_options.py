"""Options that change while sound plays: nobody is disconnected, and not a sample is lost."""

import json
import socket
import time
import urllib.error
import urllib.request

import mp3
import numpy as np
import phone
import pytest
import sound
from admin_client import Admin
from documents_used import listening, receiver, to_mp3, to_speaker_and_web
from router import eventually

SECONDS = 12
SPARE = "198.51.100.0/24"

CHANGES = [
    ("phone", {"name": "Küche"}),
    ("phone", {"takeOver": "never"}),
    ("phone", {"maxVolume": 40}),
    ("phone", {"artworkHosts": ["i.scdn.co"]}),
    ("phone", {"token": "open sesame"}),
    ("phone", {"limits": {"connections": 50, "headerSeconds": 3, "idleSeconds": 1, "writeSeconds": 1}}),
    ("phone", {"allow": [SPARE]}),
    ("phone", {"allow": ["127.0.0.0/8"]}),
    ("phone", {"discovery": "127.0.0.1:0"}),
    ("phone", {"discovery": False}),
    ("web", {"name": "Radio"}),
    ("web", {"path": "/radio.wav"}),
    ("web", {"bufferSeconds": 9}),
    ("web", {"bufferSeconds": 0.5}),
    ("web", {"maxListeners": 1}),
    ("web", {"whenFull": "disconnect"}),
    ("web", {"limits": {"connections": 7, "idleSeconds": 1, "writeSeconds": 2}}),
    ("web", {"allow": [SPARE]}),
    ("page", {"name": "Haus", "maxListeners": 3}),
    ("page", {"token": "open sesame"}),
    ("page", {"allow": [SPARE]}),
    ("loud", {"gainDb": -20}),
    ("loud", {"mute": True}),
    ("loud", {"mute": False, "gainDb": 6}),
    ("meter", {"intervalMs": 50}),
]


def graph() -> dict:
    return {
        "nodes": {
            "phone": receiver(), "web": listening("http.stream"), "page": listening("ariacast.dashboard"),
            "loud": {"type": "gain"}, "meter": {"type": "meter"}, "end": {"type": "null"},
        },
        "links": ["phone -> web", "phone -> page", "phone -> loud -> meter -> end", "phone.service -> page.service"],
    }


def change(admin, node, patch) -> dict:
    answer = admin.patch(f"nodes/{node}", patch)
    assert answer.status == 200, (node, patch, answer)
    return answer.json["applied"]


def status(url) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_every_live_option_changes_while_a_phone_is_heard_bit_for_bit(start):
    router = start(graph())
    admin = Admin(router.admin)
    host, port = router.bound("phone")
    readers = [phone.StreamReader(*router.bound("web")), phone.StreamReader(host, port)]
    page = phone.BareSocket(*router.bound("page"))
    assert "101" in page.upgrade("/listen").splitlines()[0]
    sender, sent = phone.cast(host, port, SECONDS)
    assert sender.greeted.wait(5) and sender.refused is None
    done = 0
    while sender.thread.is_alive() and sender.sent < (SECONDS - 1) * 50:
        node, patch = CHANGES[done % len(CHANGES)]
        applied = change(admin, node, patch)
        assert applied["replaced"] == applied["added"] == applied["removed"] == [], (node, patch, applied)
        if done < len(CHANGES):
            assert applied["updated"] == [node], (node, patch, applied)
        done += 1
        time.sleep(0.1)
    sender.wait()
    assert done > len(CHANGES), f"only {done} changes"
    assert sender.sent == SECONDS * 50 and sender.close_code == 1000
    for reader in readers:
        # A listener hears silence before the cast and after it: a second more than the sound holds all of it.
        enough = 44 + sent.nbytes + 48_000 * 4
        eventually(lambda: len(reader.body) > enough and not reader.ended.is_set(), 10, "the whole sound")
        heard = reader.frames
        assert not reader.ended.is_set(), "a listener was sent away"
        assert sound.same_frames(heard, sent) == len(sent), f"after {done} changes"
        reader.stop()
    assert router.metric("router_ariacast_sessions_total") == 1
    assert page.read_frame()[0] == 1, "the greeting of /listen"
    assert page.read_frame() == (2, sent[:sound.PACKET_FRAMES].tobytes())
    page.close()


def test_who_may_connect_changes_for_those_who_come_and_not_for_those_who_are_there(start):
    router = start(graph())
    admin = Admin(router.admin)
    host, port = router.bound("phone")
    sender, sent = phone.cast(host, port, 4)
    assert sender.greeted.wait(5)
    change(admin, "phone", {"allow": [SPARE], "takeOver": "newest"})
    assert status(f"http://{host}:{port}/api/metadata") == 403
    second, _ = phone.cast(host, port, 0.1)
    assert second.wait().refused == 403
    web = router.url("web", "/stream.wav")
    change(admin, "web", {"path": "/radio.wav"})
    assert status(web) == 404
    sender.wait()
    assert sender.sent == 200 and sender.close_code == 1000
    change(admin, "phone", {"allow": ["127.0.0.1"]})
    assert status(f"http://{host}:{port}/api/metadata") == 200
    third, _ = phone.cast(host, port, 0.1)
    assert third.wait().refused is None and third.sent == 5


def test_a_renamed_receiver_is_found_by_its_new_name_while_it_plays(start):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as spare:
        spare.bind(("127.0.0.1", 0))
        port = spare.getsockname()[1]

    def found(at=port) -> list[str]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.settimeout(0.5)
            asker.sendto(b"DISCOVER_AUDIOCAST", ("127.0.0.1", at))
            try:
                return [json.loads(asker.recv(2048))["server_name"]]
            except (TimeoutError, ConnectionRefusedError):
                return []

    router = start({"nodes": {"phone": receiver("Living Room", discovery=f"127.0.0.1:{port}")}})
    admin = Admin(router.admin)
    assert found() == ["Living Room"]
    sender, _ = phone.cast(*router.bound("phone"), 3)
    assert sender.greeted.wait(5)
    change(admin, "phone", {"name": "Küche"})
    assert found() == ["Küche"]
    before = admin.graph["revision"]
    refused = admin.patch("nodes/phone", {"discovery": "192.0.2.1:12888"})
    assert refused.status in (409, 422) and "192.0.2.1" in refused.text, refused
    assert refused.problems[0]["path"] == "nodes.phone"
    assert admin.graph["revision"] == before and found() == ["Küche"]
    change(admin, "phone", {"discovery": False})
    assert found() == []
    sender.wait()
    assert sender.sent == 150 and sender.close_code == 1000


def test_a_page_asks_for_the_token_of_the_moment(start):
    router = start(graph())
    admin = Admin(router.admin)

    def press(token=None) -> int:
        fields = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        request = urllib.request.Request(
            router.url("page", "/api/command"), data=b'{"action":"play"}', headers=fields, method="POST")
        return status(request)

    assert press() == 200
    change(admin, "page", {"token": "one"})
    assert (press(), press("one"), press("two")) == (401, 200, 401)
    change(admin, "page", {"token": "two"})
    assert (press("one"), press("two")) == (401, 200)
    change(admin, "page", {"token": None})
    assert press() == 200


def test_paths_change_hands_in_one_transaction(start):
    nodes = {name: listening("http.stream", path=f"/{name}.wav", name=name) for name in ("a", "b")}
    with socket.socket() as spare:
        spare.bind(("127.0.0.1", 0))
        port = spare.getsockname()[1]
    for node in nodes.values():
        node["listen"] = f"127.0.0.1:{port}"
    router = start({"nodes": nodes})
    admin = Admin(router.admin)

    def station(path) -> str | None:
        reader = phone.BareSocket("127.0.0.1", port)
        head = reader.say(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").read_head()
        reader.close()
        return next((line[10:] for line in head.splitlines() if line.lower().startswith("icy-name:")), None)

    assert [station("/a.wav"), station("/b.wav")] == ["a", "b"]
    answer = admin.patch("graph", {"nodes": {"a": {"path": "/b.wav"}, "b": {"path": "/a.wav"}}}, match="*")
    assert answer.status == 200, answer
    assert sorted(answer.json["applied"]["replaced"]) == ["a", "b"]
    assert [station("/a.wav"), station("/b.wav")] == ["b", "a"]
    answer = admin.patch("graph", {"nodes": {"a": {"path": "/c.wav"}}}, match="*")
    assert answer.json["applied"]["updated"] == ["a"]
    assert [station("/a.wav"), station("/b.wav"), station("/c.wav")] == ["b", None, "a"]


def test_the_speaker_plays_on_while_its_options_change(start, card):
    router = start(to_speaker_and_web(), env=card.env)
    admin = Admin(router.admin)
    router.wait_for_state("speaker", "running")
    sender, _ = phone.cast(*router.bound("phone"), 4)
    assert sender.greeted.wait(5)
    openings = router.stat("speaker", "router_speaker_openings_total")
    for patch in ({"latencyMs": 60}, {"combine": "newest"}, {"mixer": False}, {"latencyMs": 500, "combine": "mix"}):
        assert change(admin, "speaker", patch)["updated"] == ["speaker"]
        time.sleep(0.3)
    sender.wait()
    assert sender.sent == 200 and sender.close_code == 1000
    assert router.stat("speaker", "router_speaker_openings_total") == openings == 1
    eventually(lambda: len(card.played) - sound.start_of(card.played) >= 3 * sound.RATE, 10, "3 s on the card")


@pytest.mark.parametrize("patch", [{"bitrateKbps": 96}, {"vbr": 4}], ids=str)
def test_another_bit_rate_is_heard_in_the_same_body(start, patch):
    router = start(to_mp3(encoder={"bitrateKbps": 320}))
    admin = Admin(router.admin)
    reader = phone.StreamReader(*router.bound("web"), path="/stream.mp3")
    eventually(lambda: len(reader.body) > 80_000, 15, "2 s of MP3")
    for turn in range(6):
        applied = change(admin, "mp3", patch if turn % 2 == 0 else {"bitrateKbps": 320, "vbr": False})
        assert applied["replaced"] == ["mp3"] and applied["kept"] == ["source", "web"], applied
        time.sleep(0.7)
    assert not reader.ended.is_set(), "the listener was sent away"
    body = mp3.whole(reader.stop())
    rates = {bitrate for bitrate, _, _ in mp3.frames(body)}
    assert 320 in rates and (96 in rates if "bitrateKbps" in patch else len(rates) > 1), rates
    heard = mp3.decode(body)[:, 0]
    # Without the first and last tenth of a second: the decoder begins and the body is cut there.
    inner = heard[4_800:len(heard) // 480 * 480 - 4_800]
    pauses = quiet_runs(inner)
    print("pauses at the seams, in ms:", pauses)
    # A new encoder begins with its own delay, and the last block of the old one is filled up.
    assert len(pauses) <= 6 and max(pauses, default=0) <= 60, pauses
    assert abs(mp3.tone(inner)[0] - 1000) < 1


def quiet_runs(samples) -> list[int]:
    """Lengths in ms of the pauses, in steps of 5 ms."""
    loudness = np.sqrt((samples[:len(samples) // 240 * 240].reshape(-1, 240) ** 2).mean(axis=1))
    quiet = np.concatenate(([0], loudness < 0.3 * np.median(loudness), [0])).astype(np.int8)
    edges = np.flatnonzero(np.diff(quiet))
    return [int(length) * 5 for length in edges[1::2] - edges[::2]]
