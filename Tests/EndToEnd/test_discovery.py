"""UDP discovery: both words, any case; one valid reply; nothing else is answered."""

import json
import socket

import pytest
from documents_used import receiver
from router import eventually


@pytest.fixture
def asking(start):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as spare:
        spare.bind(("127.0.0.1", 0))
        port = spare.getsockname()[1]
    nodes = {
        "one": receiver('Küche "oben" \\ links', discovery=f"127.0.0.1:{port}"),
        "two": receiver("Two", discovery=f"127.0.0.1:{port}"),
    }
    router = start({"nodes": nodes})
    for node in nodes:
        router.wait_for_state(node, "running")
    return router, port


def ask(port, words: bytes, seconds=0.5) -> list[bytes]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(seconds)
        asker.sendto(words, ("127.0.0.1", port))
        found = []
        try:
            while True:
                data, peer = asker.recvfrom(2048)
                assert peer[1] == port
                found.append(data)
        except TimeoutError:
            return found


def test_every_receiver_answers_both_words_in_any_case(asking):
    router, port = asking
    for words in (b"DISCOVER_AUDIOCAST", b"DISCOVER_ARIACAST", b"discover_audiocast\r\n", b"  Discover_AriaCast\0"):
        replies = ask(port, words)
        assert len(replies) == 2, words
        assert all(len(reply) <= 511 for reply in replies)
        told = {reply["port"]: reply for reply in map(json.loads, replies)}
        assert set(told) == {router.bound("one")[1], router.bound("two")[1]}
        for reply in told.values():
            assert reply["ip"] == "127.0.0.1" and isinstance(reply["port"], int)
            assert reply["samplerate"] == 48000 and reply["channels"] == 2
        assert told[router.bound("two")[1]]["server_name"] == "Two"


def test_names_are_clean_enough_for_the_plainest_parser(asking):
    _, port = asking
    text = b"".join(ask(port, b"DISCOVER_AUDIOCAST")).decode()
    assert "Küche" in text and "\\" not in text


def test_anything_else_is_met_with_silence(asking):
    _, port = asking
    for words in (b"", b"DISCOVER", b"DISCOVER_AUDIOCAST2", b"\xff" * 2000, b"x" * 60000):
        assert ask(port, words, 0.2) == []


def test_a_receiver_that_is_told_not_to_does_not_answer(start):
    router = start({"nodes": {"quiet": receiver("Quiet")}})
    eventually(lambda: router.node("quiet")["state"] == "running", 5)
    assert ask(router.bound("quiet")[1], b"DISCOVER_AUDIOCAST", 0.2) == []
