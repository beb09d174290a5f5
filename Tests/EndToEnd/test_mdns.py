"""avahi.advertiser with a real Avahi: seen by two browsers, goodbye, taken names, daemons that come and go."""

import asyncio
import json
import os
import signal
import socket
import time

import browser_mics
import numpy as np
import pytest
from avahi import Avahi, Browser
from documents_used import receiver
from router import eventually
from tcp_players import free_range

KEYS = {"version": "1.0", "samplerate": "48000", "channels": "2", "codecs": "PCM", "platform": "media-router"}


@pytest.fixture
def avahi():
    one = Avahi().start_bus()
    yield one
    one.close()


@pytest.fixture
def browser():
    one = Browser()
    yield one
    one.close()


def unique(name: str) -> str:
    """Other routers may be tested on this machine's loopback at the same time."""
    return f"{name} {os.getpid()}"


def udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as spare:
        spare.bind(("127.0.0.1", 0))
        return spare.getsockname()[1]


def document(*names, discovery=None) -> dict:
    """One receiver per name, all published."""
    asked = f"127.0.0.1:{discovery}" if discovery else False
    phones = {f"phone{number}": receiver(name, discovery=asked) for number, name in enumerate(names)}
    return {
        "nodes": phones | {"mdns": {"type": "avahi.advertiser"}},
        "links": [f"{phone}.service -> mdns" for phone in phones],
    }


def names_by_udp(port) -> set[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(0.3)
        asker.sendto(b"DISCOVER_AUDIOCAST", ("127.0.0.1", port))
        found = set()
        try:
            while True:
                found.add(json.loads(asker.recvfrom(2048)[0])["server_name"])
        except TimeoutError:
            return found


def wait_for(avahi, *names, seconds=15) -> dict:
    def all_there():
        found = avahi.browse()
        return found if set(names) <= set(found) else None

    return eventually(all_there, seconds, f"{names} in avahi-browse")


def test_pages_and_streams_of_browsers_are_published(start, avahi):
    """`_http._tcp` of the page for all the time it is there, `_pimic-audio._tcp` of a stream while it is heard."""
    avahi.start_daemon()
    name = unique("Bühne")
    router = start({
        "nodes": {
            "mic": {"type": "browser.mic", "listen": "127.0.0.1:0", "listenTls": False, "label": unique("Mics")},
            "ports": {"type": "tcp.stream", "host": "127.0.0.1", "firstPort": free_range()},
            "mdns": {"type": "avahi.advertiser"},
        },
        "links": ["mic -> ports", "mic.service -> mdns", "ports.service -> mdns"],
    }, env=avahi.env)

    port = router.bound("mic")[1]

    def page():
        return [one for one in avahi.browse("_http._tcp").values() if one["port"] == port]

    eventually(page, 15, "the page")

    async def run():
        async with browser_mics.Mic(router, browser_mics.HELLO | {"name": name}) as mic:
            await mic.play(np.zeros(48_000, "<i2"), realtime=True)
            return mic.words[0], await asyncio.to_thread(
                eventually, lambda: avahi.browse("_pimic-audio._tcp").get(name), 15, "the stream")

    begun, found = asyncio.run(run())
    assert found["port"] == begun["port"] and found["protocol"] == "IPv4"
    assert found["txt"]["stream"] == begun["streamId"] and begun["streamId"].startswith("stream_")
    assert found["txt"]["codec"] == "pcm" and found["txt"]["rate"] == "48000" and found["txt"]["channels"] == "1"
    eventually(lambda: name not in avahi.browse("_pimic-audio._tcp"), 15, "the stream's goodbye")
    router.stop()
    eventually(lambda: not page(), 15, "the page's goodbye")


def test_both_browsers_see_the_service_with_all_keys_and_its_goodbye(start, avahi, browser):
    avahi.start_daemon()
    name = unique("Küche = 1; oben")
    router = start(document(name), env=avahi.env)
    found = wait_for(avahi, name)[name]
    assert found["txt"] == KEYS | {"name": name}
    assert found["port"] == router.bound("phone0")[1] and found["protocol"] == "IPv4"
    seen = eventually(lambda: browser.seen.get(name), 10, "the service in zeroconf")
    assert seen == {"port": found["port"], "txt": KEYS | {"name": name}}
    assert router.stat("mdns", "router_mdns_services") == 1
    began = time.monotonic()
    assert router.stop() == 0
    assert time.monotonic() - began < 3
    eventually(lambda: name in browser.gone, 5, "the goodbye")
    eventually(lambda: name not in avahi.browse(), 5, "the end in avahi-browse")


def test_a_router_that_is_killed_is_taken_back_by_the_daemon(start, avahi, browser):
    avahi.start_daemon()
    name = unique("Killed")
    router = start(document(name), env=avahi.env)
    eventually(lambda: browser.seen.get(name), 15, "the service in zeroconf")
    router.stop(signal.SIGKILL)
    eventually(lambda: name in browser.gone, 5, "the goodbye")


def test_two_receivers_of_one_name_get_two_names_everywhere(start, avahi):
    avahi.start_daemon()
    name, port = unique("Twin"), udp_port()
    router = start(document(name, name, discovery=port), env=avahi.env)
    found = wait_for(avahi, name, f"{name} #2")
    assert {found[one]["port"] for one in (name, f"{name} #2")} == {router.bound(f"phone{n}")[1] for n in (0, 1)}
    assert found[f"{name} #2"]["txt"]["name"] == f"{name} #2"
    eventually(lambda: names_by_udp(port) == {name, f"{name} #2"}, 5, "both names by UDP")


def test_the_longest_names_and_odd_characters_survive_a_collision(start, avahi):
    avahi.start_daemon()
    wish, port = unique('"Wohn\\zimmer" é.;#') + " " + "ü" * 150, udp_port()
    router = start(document(wish, wish, discovery=port), env=avahi.env)
    told = eventually(lambda: (lambda names: names if len(names) == 2 else None)(names_by_udp(port)), 15, "two names")
    found = wait_for(avahi, *told)
    assert {found[name]["port"] for name in told} == {router.bound(f"phone{n}")[1] for n in (0, 1)}
    assert all(len(name.encode()) <= 63 and found[name]["txt"]["name"] == name for name in told)


def test_a_name_taken_on_another_machine_gives_another_one_also_by_udp(start, avahi, browser):
    avahi.start_daemon()
    name, port = unique("Taken"), udp_port()
    browser.offer(name)
    wait_for(avahi, name)
    router = start(document(name, discovery=port), env=avahi.env)
    found = wait_for(avahi, name, f"{name} #2")
    assert found[f"{name} #2"]["port"] == router.bound("phone0")[1]
    eventually(lambda: names_by_udp(port) == {f"{name} #2"}, 5, "the name in force by UDP")
    eventually(lambda: f'the name "{name}" is taken' in router.log, 5, "the words")
    assert router.stat("mdns", "router_mdns_renames_total") == 1


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_a_daemon_that_restarts_gets_everything_again(start, avahi, sign):
    avahi.start_daemon()
    name = unique("Again")
    router = start(document(name), env=avahi.env)
    wait_for(avahi, name)
    avahi.stop_daemon(sign)
    node = router.wait_for_state("mdns", "waiting")
    assert "Avahi" in node["reason"] and node["hint"] and node["nextTry"] is not None
    assert router.node("phone0")["state"] == "running"
    avahi.start_daemon()
    router.wait_for_state("mdns", "running", 40)
    wait_for(avahi, name)


def test_a_bus_that_restarts_is_found_again(start, avahi):
    avahi.start_daemon()
    name = unique("Bus")
    router = start(document(name), env=avahi.env)
    wait_for(avahi, name)
    avahi.stop_bus()
    router.wait_for_state("mdns", "waiting")
    avahi.stop_daemon()
    avahi.start_bus().start_daemon()
    router.wait_for_state("mdns", "running", 40)
    wait_for(avahi, name)


def test_without_a_daemon_the_node_waits_with_words_and_the_start_does_not(start, avahi):
    avahi.stop_bus()
    name, port = unique("Alone"), udp_port()
    router = start(document(name, discovery=port), env=avahi.env)
    assert router.ready_after < 2
    node = router.wait_for_state("mdns", "waiting")
    assert "Avahi" in node["reason"] and "avahi-daemon" in node["hint"]
    assert names_by_udp(port) == {name}
    eventually(lambda: router.log.count("no connection to the Avahi daemon") == 1, 5, "one line")
    avahi.start_bus().start_daemon()
    router.wait_for_state("mdns", "running", 40)
    wait_for(avahi, name)


def test_a_daemon_that_hangs_holds_up_neither_start_nor_stop(start, avahi):
    avahi.start_daemon()
    name = unique("Patient")
    eventually(lambda: "startup complete" in (avahi.folder / "daemon.log").read_text(), 10, "the daemon")
    avahi.daemon.send_signal(signal.SIGSTOP)
    router = start(document(name), env=avahi.env)
    assert router.ready_after < 3
    assert "does not answer" in router.wait_for_state("mdns", "waiting")["reason"]
    avahi.daemon.send_signal(signal.SIGCONT)
    router.wait_for_state("mdns", "running", 40)
    wait_for(avahi, name)
    avahi.daemon.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    assert router.stop() == 0
    assert time.monotonic() - began < 3


def test_a_daemon_that_lets_nobody_publish_is_named(start, avahi):
    avahi.start_daemon(closed=True)
    router = start(document(unique("Forbidden")), env=avahi.env)
    node = eventually(
        lambda: (lambda node: node if "lets nobody publish" in (node.get("reason") or "") else None)(
            router.node("mdns")), 15, "the refusal")
    assert "disable-user-service-publishing" in node["hint"]
