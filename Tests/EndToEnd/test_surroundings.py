"""What is missing around a router is not an error of its document: the node waits and says for what."""

import contextlib
import signal
import socket
import time

import phone
import sound
from documents_used import listening, receiver, to_speaker_and_web, to_web
from router import eventually


@contextlib.contextmanager
def taken_port():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_without_the_sound_card_the_speaker_waits_says_so_once_and_the_rest_plays(start):
    router = start(to_speaker_and_web(device="nosuchcard"))
    node = router.wait_for_state("speaker", "waiting")
    assert "nosuchcard" in node["reason"]
    assert node.get("nextTry") is not None
    reader = phone.StreamReader(*router.bound("web"))
    sender, sent = phone.cast(*router.bound("phone"), 3)
    sender.wait()
    eventually(lambda: not router.streams(), 5, "the end of the stream")
    reader.stop()
    assert sound.same_frames(reader.frames, sent) == len(sent)
    said = [line for line in router.log.splitlines() if "nosuchcard" in line]
    assert len(said) == 1, said


def test_a_taken_port_makes_its_node_wait_until_it_is_free(start):
    with taken_port() as port:
        document = to_web()
        document["nodes"]["second"] = receiver("Second", listen=f"127.0.0.1:{port}")
        router = start(document)
        node = router.wait_for_state("second", "waiting")
        assert f"127.0.0.1:{port}" in node["reason"] and "taken" in node["reason"] and node["hint"]
        assert router.node("phone")["state"] == "running"
    router.wait_for_state("second", "running", 40)
    assert router.bound("second")[1] == port


def test_an_address_that_is_not_ours_is_named(start):
    document = to_web()
    document["nodes"]["far"] = receiver("Far", listen="192.0.2.1:1234")
    router = start(document)
    assert "192.0.2.1:1234" in router.wait_for_state("far", "waiting")["reason"]


def test_a_taken_admin_port_ends_the_start(start):
    with taken_port() as port:
        router = start(to_web(admin={"listen": f"127.0.0.1:{port}"}), ready=False)
        assert router.process.wait(10) == 1
        assert f"127.0.0.1:{port}" in router.log


def test_an_essential_node_that_waits_makes_the_router_not_ready(start):
    document = to_speaker_and_web(device="nosuchcard")
    document["nodes"]["speaker"]["essential"] = True
    router = start(document, ready=False)
    router.admin = eventually(router._find_admin, 10, "the admin address")
    router.wait_for_state("speaker", "waiting")
    assert router.get("/ready")[0] == 503
    assert router.get("/health")[0] == 200


def test_two_nodes_share_a_port(start):
    with taken_port() as port:
        pass
    document = {
        "nodes": {
            "one": listening("http.stream", path="/one.wav") | {"listen": f"127.0.0.1:{port}"},
            "two": listening("http.stream", path="/two.wav") | {"listen": f"127.0.0.1:{port}"},
        }
    }
    router = start(document)
    for path in ("/one.wav", "/two.wav"):
        reader = phone.StreamReader("127.0.0.1", port, path)
        assert " 200 " in reader.head
        reader.stop()
    assert router.bound("one") == router.bound("two")


def test_killed_and_started_again_it_serves_on_the_same_ports(start):
    with taken_port() as port:
        pass
    document = to_web()
    document["nodes"]["phone"]["listen"] = f"127.0.0.1:{port}"
    router = start(document)
    sender, _ = phone.cast("127.0.0.1", port, 3)
    eventually(lambda: sender.sent > 10, 5, "sound")
    router.stop(signal.SIGKILL)
    sender.wait()
    router.start()
    router.wait_for_state("phone", "running")
    reader = phone.StreamReader(*router.bound("web"))
    sender, sent = phone.cast("127.0.0.1", port, 1)
    sender.wait()
    time.sleep(0.2)
    reader.stop()
    assert sound.same_frames(reader.frames, sent) == len(sent)
