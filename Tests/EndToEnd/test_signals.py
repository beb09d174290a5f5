"""SIGTERM and SIGINT: goodbye, and exit status 0 within three seconds."""

import contextlib
import os
import signal
import socket
import time

import phone
import pytest
from documents_used import to_speaker_and_web, to_web
from phone import BareSocket, frame
from router import eventually


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_status_0_and_says_goodbye(start, sign):
    router = start(to_web())
    host, port = router.bound("phone")
    reader = phone.StreamReader(*router.bound("web"))
    with BareSocket(host, port) as sender:
        sender.upgrade()
        sender.say(frame(2, b"\x01" * 3840))
        eventually(lambda: router.streams(), 5, "the stream")
        began = time.monotonic()
        router.process.send_signal(sign)
        code = sender.close_code()
        sender.say(frame(8, b"\x03\xe9"))
        assert router.process.wait(4) == 0
        assert time.monotonic() - began < 3
    assert code == 1001
    assert reader.ended.wait(2), "the listener's body did not end"
    reader.stop()


def test_peers_that_do_not_answer_do_not_hold_it_up(start, card):
    router = start(to_speaker_and_web(), env=card.env)
    router.wait_for_state("speaker", "running")
    host, port = router.bound("phone")
    frozen = BareSocket(*router.bound("web"))
    frozen.say(f"GET /stream.wav HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n")
    with BareSocket(host, port) as sender:
        sender.upgrade()
        sender.say(frame(2, b"\x01" * 3840))
        began = time.monotonic()
        assert router.stop(signal.SIGTERM) == 0
        assert time.monotonic() - began < 3
    frozen.close()


def test_nothing_new_is_accepted_once_it_stops(start):
    router = start(to_web())
    host, port = router.bound("phone")
    assert router.stop() == 0
    with contextlib.closing(socket.socket()) as late:
        with pytest.raises(ConnectionRefusedError):
            late.connect((host, port))


def test_starts_and_stops_are_all_clean(start):
    count = 100 if os.environ.get("SOAK") == "1" else 10
    for number in range(count):
        router = start(to_web(), folder=f"round-{number}")
        assert router.stop() == 0
        assert "error" not in router.log.lower(), router.log
