"""Events out of the graph: into a real redis-server, into files on real disks, to a real HTTP receiver."""

import hashlib
import hmac
import json
import os
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from media_server import MediaServer, seed_records
from recordings import with_a_small_disk
from redis_server import RedisServer, free_port
from router import command, eventually


def document(sink: dict, **nodes) -> dict:
    """The machine's numbers, once a second, into one sink."""
    return {
        "nodes": {"machine": {"type": "host.metrics", "intervalSeconds": 1}, "sink": sink} | nodes,
        "links": ["machine -> sink"],
    }


def busy(sink: dict) -> dict:
    """Levels of a tone, many a second, into one sink."""
    return {
        "nodes": {"tone": {"type": "tone", "waveform": "noise"}, "meter": {"type": "meter", "intervalMs": 50}, "sink": sink},
        "links": ["tone -> meter", "meter.levels -> sink"],
    }


@pytest.fixture
def redis(tmp_path):
    """Starts redis-servers: redis(*options, tls=, password=)."""
    running = []

    def start(*options, **more) -> RedisServer:
        running.append(RedisServer(tmp_path / f"redis{len(running)}", *options, **more))
        return running[-1].start()

    yield start
    for one in running:
        one.kill()


def redis_sink(server: RedisServer, **options) -> dict:
    return {"type": "redis.sink", "url": server.url, "key": "machine:{event}"} | options


# Redis


def test_the_newest_event_stands_under_its_key_and_goes_in_time(start, redis):
    server = redis()
    router = start(document(redis_sink(server, ttlSeconds=100)))
    value = eventually(lambda: server.ask("GET", "machine:host"), 10, "the key")
    found = json.loads(value)
    assert found["memory"]["totalBytes"] > 1 << 20 and 0 <= found["cpuPercent"] <= 100
    assert 90 <= int(server.ask("TTL", "machine:host")) <= 100
    eventually(lambda: server.ask("GET", "machine:host") != value, 10, "another value")
    assert router.stat("sink", "router_redis_connections_total") == 1


def test_channels_and_streams_get_each_event(start, redis):
    server = redis()
    listener = subprocess.Popen(["redis-cli", "-p", str(server.port), "SUBSCRIBE", "c:host"], stdout=subprocess.PIPE,
                                text=True)
    try:
        for _ in range(3):
            listener.stdout.readline()
        both = document(redis_sink(server, key="c:{event}", mode="publish"),
                        history=redis_sink(server, key="h:{source}", mode="stream", maxLength=100))
        both["links"].append("machine -> history")
        start(both)
        words = [listener.stdout.readline().rstrip("\n") for _ in range(6)]
        assert words[0::3] == ["message"] * 2 and words[1::3] == ["c:host"] * 2
        assert json.loads(words[2])["time"] < json.loads(words[5])["time"]
        eventually(lambda: len(server.entries("h:machine.host")) > 1, 10, "entries")
        entries = server.entries("h:machine.host")
        assert entries[0]["event"] == "host" and entries[0]["source"] == "machine.host"
        assert json.loads(entries[0]["value"])["host"]
    finally:
        listener.kill()
        listener.wait()


def test_tls_and_a_password(start, redis):
    server = redis(tls=True, password="s3cret")
    router = start(document(redis_sink(server, password="s3cret", authority=str(server.files["ca"]))))
    eventually(lambda: server.ask("GET", "machine:host"), 10, "the key")
    assert "s3cret" not in router.log + json.dumps(router.api("/graph"))


@pytest.mark.parametrize("options, words, hint", [
    ({"password": "wrong"}, "refuses user or password", "password"),
    ({}, "asks for a password", "password"),
    ({"password": "s3cret", "url": "{url}/99"}, "has no database 99", "url"),
])
def test_a_server_that_does_not_let_in_is_said(start, redis, options, words, hint):
    server = redis(password="s3cret")
    options = {key: value.format(url=server.url) for key, value in options.items()}
    router = start(document(redis_sink(server) | options))
    state = router.wait_for_state("sink", "waiting")
    assert words in state["reason"] and hint in state["hint"], state


def test_a_certificate_nobody_vouches_for_is_refused(start, redis):
    router = start(document(redis_sink(redis(tls=True))))
    state = router.wait_for_state("sink", "waiting")
    assert "certificate refused" in state["reason"] and "authority" in state["hint"], state


def test_plain_words_on_a_tls_port_and_tls_on_a_plain_port_are_said(start, redis):
    secure, plain = redis(tls=True), redis()
    both = document({"type": "redis.sink", "url": secure.url.replace("rediss", "redis")},
                    other={"type": "redis.sink", "url": plain.url.replace("redis", "rediss")})
    both["links"].append("machine -> other")
    router = start(both)
    assert "rediss://" in router.wait_for_state("sink", "waiting")["hint"]
    assert "does the server speak TLS" in router.wait_for_state("other", "waiting")["hint"]


def test_a_server_that_is_not_there_at_the_start_comes_later(start, redis):
    server = redis()
    server.kill()
    router = start(document(redis_sink(server)))
    state = router.wait_for_state("sink", "waiting")
    assert "Connection refused" in state["reason"] and state["nextTry"], state
    server.start()
    eventually(lambda: server.ask("GET", "machine:host"), 20, "the key")
    assert router.node("sink")["state"] == "running"


def test_a_server_killed_in_mid_write_comes_back_and_no_event_is_missing(start, redis):
    """Another server that lives all the time knows what was told while this one was killed and started three times."""
    server, witness = redis("--appendonly", "yes", "--appendfsync", "always"), redis()
    graph = busy(redis_sink(server, key="h", mode="stream"))
    graph["nodes"]["witness"] = redis_sink(witness, key="h", mode="stream")
    graph["links"].append("meter.levels -> witness")
    router = start(graph)
    for _ in range(3):
        eventually(lambda: server.ask("XLEN", "h") not in ("", "0"), 20, "entries")
        server.kill()
        router.wait_for_state("sink", "waiting", 20)
        server.start()
        router.wait_for_state("sink", "running", 30)
    router.stop()
    told = [entry["value"] for entry in witness.entries("h")]
    kept = [entry["value"] for entry in server.entries("h")]
    assert len(told) > 20 and set(told) == set(kept), (len(told), len(kept))
    # One that was not answered may stand there twice, in its place or after those that were written with it.
    assert len(kept) - len(told) < 3 * 256
    first = list(dict.fromkeys(kept))
    assert first == list(dict.fromkeys(told))


def test_a_full_server_is_said_and_takes_the_newest_once_there_is_room(start, redis):
    server = redis("--maxmemory-policy", "noeviction")
    server.ask("CONFIG", "SET", "maxmemory", "100kb")
    assert server.ask("SET", "more", "x").startswith("OOM")
    router = start(document(redis_sink(server)))
    state = router.wait_for_state("sink", "waiting")
    assert "is full" in state["reason"] and "maxmemory" in state["hint"], state
    eventually(lambda: router.log.count("is full") == 1, 5, "one line")
    server.ask("CONFIG", "SET", "maxmemory", "0")
    eventually(lambda: server.ask("GET", "machine:host"), 30, "the key")
    assert router.wait_for_state("sink", "running")


def test_a_server_that_freezes_is_noticed(start, redis):
    server = redis()
    router = start(document(redis_sink(server)))
    eventually(lambda: server.ask("GET", "machine:host"), 10, "the key")
    server.pause()
    try:
        state = router.wait_for_state("sink", "waiting", 20)
        assert "no answer within 5 s" in state["reason"], state
    finally:
        server.resume()
    router.wait_for_state("sink", "running", 40)


def test_a_replica_and_a_key_of_another_type_are_said(start, redis):
    server = redis()
    server.ask("LPUSH", "h", "a list")
    router = start(document(redis_sink(server, key="h", mode="stream")))
    eventually(lambda: "WRONGTYPE" in router.log, 10, "the error")
    eventually(lambda: router.stat("sink", "router_redis_refused_total") > 1, 10, "a second refusal")
    eventually(lambda: router.log.count("WRONGTYPE") == 1, 5, "one line")
    assert router.node("sink")["state"] == "running"
    server.ask("REPLICAOF", "127.0.0.1", "1")
    assert "is a replica" in router.wait_for_state("sink", "waiting")["reason"]


def test_what_speaks_no_redis_is_found_out(start, receiver):
    router = start(document({"type": "redis.sink", "url": f"redis://127.0.0.1:{receiver.server_port}"}))
    assert "does not speak Redis" in router.wait_for_state("sink", "waiting")["reason"]


def test_levels_many_a_second_arrive_in_order(start, redis):
    server = redis()
    router = start(busy(redis_sink(server, key="levels", mode="stream")))
    eventually(lambda: int(server.ask("XLEN", "levels")) > 40, 20, "forty entries")
    assert router.stat("sink", "router_redis_dropped_total") == 0
    times = [entry["time"] for entry in server.entries("levels")]
    assert len(times) > 40 and times == sorted(times)


# Files


def test_a_file_is_whole_whenever_it_is_read(start):
    router = start(busy({"type": "json.file", "path": "out/levels.json"}))
    path = router.folder / "out/levels.json"
    eventually(path.exists, 10, "the file")
    seen, end = set(), time.monotonic() + 3
    while time.monotonic() < end:
        text = path.read_text()
        assert json.loads(text)["stream"] and text.endswith("}\n")
        seen.add(text)
    assert router.stat("sink", "router_file_written_total") >= len(seen) >= 1
    assert [one.name for one in path.parent.iterdir()] in (["levels.json"], ["levels.json", "levels.json.new"],
                                                          ["levels.json.new", "levels.json"])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_waited_for(start, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    router = start(document({"type": "json.file", "path": str(disk / "host.json")}),
                   prepare=with_a_small_disk(disk, "64k"))
    inside = lambda name: f"/proc/{router.pid}/root{disk}/{name}"  # noqa: E731
    eventually(lambda: os.path.exists(inside("host.json")), 10, "the file")
    with open(inside("ballast"), "wb", buffering=0) as ballast, pytest.raises(OSError):
        while True:
            ballast.write(b"x" * 4096)
    before = open(inside("host.json")).read()
    state = router.wait_for_state("sink", "waiting")
    assert "No space left" in state["reason"] and "the disk is full" in state["hint"], state
    assert open(inside("host.json")).read() == before and json.loads(before)
    os.unlink(inside("ballast"))
    router.wait_for_state("sink", "running", 20)
    eventually(lambda: open(inside("host.json")).read() != before, 10, "a new file")


def test_two_nodes_do_not_share_a_file(tmp_path):
    both = document({"type": "json.file", "path": "a.json"}, other={"type": "json.file", "path": "a.json"})
    file = tmp_path / "routes.json"
    file.write_text(json.dumps({"version": 1} | both))
    status, out, err = command("check", str(file))
    assert status == 1 and "belongs to node" in out + err


# Web hooks


class Receiver(ThreadingHTTPServer):
    """Keeps what is posted, and answers with the statuses it is told, then with 204."""

    def __init__(self):
        self.requests, self.answers = [], []
        super().__init__(("127.0.0.1", 0), ReceiverHandler)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook?token=t0ken"


class ReceiverHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), body))
        status, fields = self.server.answers.pop(0) if self.server.answers else (204, {})
        if status == "silent":
            time.sleep(3)
            status = 204
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def hook(receiver, **options) -> dict:
    return {"type": "webhook.sink", "url": receiver.url} | options


def test_events_are_posted_and_signed(start, receiver):
    router = start(document(hook(receiver, secret="key")))
    eventually(lambda: len(receiver.requests) > 1, 10, "requests")
    path, headers, body = receiver.requests[0]
    assert path == "/hook?token=t0ken" and headers["Content-Type"] == "application/json"
    found = json.loads(body)
    assert found["event"] == headers["X-Router-Event"] == "host" and found["source"] == "machine.host"
    assert found["value"]["memory"]
    stamp = headers["X-Router-Timestamp"]
    assert abs(int(stamp) - time.time()) < 60
    expected = hmac.new(b"key", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Router-Signature"] == f"sha256={expected}"
    assert receiver.requests[1][1]["X-Router-Delivery"] != headers["X-Router-Delivery"]
    assert "t0ken" not in router.log + json.dumps(router.api("/graph"))


def test_a_receiver_in_trouble_is_tried_again(start, receiver):
    receiver.answers = [(500, {}), (503, {"Retry-After": "1"})]
    router = start(document(hook(receiver)))
    eventually(lambda: router.stat("sink", "router_webhook_taken_total") > 0, 20, "an event that is taken")
    assert router.stat("sink", "router_webhook_retries_total") == 2
    router.wait_for_state("sink", "running")
    eventually(lambda: "answers with status 500" in router.log, 5, "the words")


def test_redirects_are_not_followed(start, receiver):
    elsewhere = Receiver()
    threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
    receiver.answers = [(302, {"Location": elsewhere.url}), (307, {"Location": elsewhere.url})]
    router = start(document(hook(receiver)))
    eventually(lambda: router.stat("sink", "router_webhook_taken_total") > 0, 20, "an event that is taken")
    elsewhere.shutdown()
    elsewhere.server_close()
    assert elsewhere.requests == [] and router.stat("sink", "router_webhook_refused_total") == 2


def test_a_receiver_that_says_nothing_is_given_up_in_time(start, receiver):
    receiver.answers = [("silent", {})]
    router = start(document(hook(receiver, timeoutSeconds=1)))
    state = router.wait_for_state("sink", "waiting")
    assert "does not take events" in state["reason"] and "timeoutSeconds" in state["hint"], state
    eventually(lambda: router.stat("sink", "router_webhook_taken_total") > 0, 20, "an event that is taken")


def test_a_receiver_that_is_away_gets_its_events_later(start):
    port = free_port()
    router = start(document({"type": "webhook.sink", "url": f"http://127.0.0.1:{port}/"}))
    router.wait_for_state("sink", "waiting")
    ReceiverHere = type("ReceiverHere", (ThreadingHTTPServer,), {"allow_reuse_address": True})
    server = ReceiverHere(("127.0.0.1", port), ReceiverHandler)
    server.requests, server.answers = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        eventually(lambda: server.requests, 20, "a request")
        router.wait_for_state("sink", "running")
    finally:
        server.shutdown()
        server.server_close()


# The machine


def test_the_machine_s_numbers_are_those_of_the_kernel(start):
    router = start(document({"type": "json.file", "path": "host.json"}))
    path = router.folder / "host.json"
    found = eventually(lambda: path.exists() and json.loads(path.read_text()), 10, "the file")
    total = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    assert found["memory"]["totalBytes"] == total * 1024
    assert found["cores"] == sum(line.startswith("cpu") for line in open("/proc/stat")) - 1
    disk = found["disks"][0]
    printed = subprocess.run(["df", "-B1", "--output=size", "/"], capture_output=True, text=True).stdout.split()
    assert disk["path"] == "/" and disk["totalBytes"] == int(printed[1])
    assert router.metric("router_host_memory_used_bytes", node="machine") > 0
    eventually(lambda: router.metric("router_host_cpu_percent", node="machine") > 0, 10, "a busy processor")


# Streams


@pytest.fixture
def media():
    server = MediaServer().start()
    yield server
    server.close()


def streams(media, sinks: dict, *links) -> dict:
    return {
        "nodes": {
            "poll": {"type": "mediamtx.poller", "url": media.url, "intervalMs": 200, "timeoutMs": 1000},
            "sum": {"type": "mediamtx.aggregator"},
        } | sinks,
        "links": ["poll -> sum", *links],
    }


def test_streams_reach_redis_and_a_file_in_the_first_collector_s_shape(start, redis, media):
    server = redis()
    expected = seed_records(media.lists["paths"], media.lists["srtconns"])
    router = start(streams(media, {
        "latest": {"type": "redis.sink", "url": server.url, "key": "mediamtx:streams:latest"},
        "each": {"type": "redis.sink", "url": server.url, "key": "mediamtx:stream:{name}", "ttlSeconds": 60},
        "file": {"type": "json.file", "path": "streams.json"},
    }, "sum -> latest", "sum -> each", "sum -> file"))

    def in_seed_shape(text):
        records = json.loads(text)
        return [{key: one[key] for key in wanted} for one, wanted in zip(records, expected)]

    assert in_seed_shape(eventually(lambda: server.ask("GET", "mediamtx:streams:latest"), 10, "the key")) == expected
    assert server.ask("TTL", "mediamtx:streams:latest") == "-1"
    file = router.folder / "streams.json"
    eventually(file.exists, 10, "the file")
    assert in_seed_shape(file.read_text()) == expected
    for one in expected:
        assert json.loads(server.ask("GET", f"mediamtx:stream:{one['name']}"))["name"] == one["name"]


def test_alerts_are_raised_and_cleared_once_each(start, redis, media, receiver):
    server = redis()
    (first, *_) = [one["name"] for one in media.lists["paths"]]
    rules = [
        {"name": "missing", "streams": first, "when": "state", "is": "offline", "forSeconds": 0.5,
         "severity": "critical"},
        {"name": "no news", "when": "ageSeconds", "above": 1.5, "forSeconds": 0},
    ]
    router = start(streams(media, {
        "rules": {"type": "mediamtx.alerts", "rules": rules},
        "hook": {"type": "webhook.sink", "url": receiver.url},
        "active": {"type": "redis.sink", "url": server.url, "key": "alerts"},
    }, "sum -> rules -> hook", "rules.active -> active"))

    def told():
        values = [json.loads(body)["value"] for _, _, body in receiver.requests]
        return [(one["what"], one["rule"], one.get("stream")) for one in values]

    eventually(lambda: server.ask("GET", "alerts") == "[]", 10, "an empty list")
    path = media.path(first)
    media.lists["paths"].remove(path)
    eventually(lambda: told() == [("raised", "missing", first)], 10, "the alert")
    (active,) = eventually(lambda: json.loads(server.ask("GET", "alerts")), 10, "a list of one")
    assert active["severity"] == "critical" and first in active["text"] and active["value"] == "offline"
    media.lists["paths"].append(path)
    eventually(lambda: told()[1:] == [("cleared", "missing", first)], 10, "its end")
    media.stop()
    eventually(lambda: told()[2:] == [("raised", "no news", None)], 10, "the second alert")
    assert router.metric("router_alerts_active") == 1
    media.start()
    eventually(lambda: told()[3:] == [("cleared", "no news", None)], 10, "its end")
    eventually(lambda: server.ask("GET", "alerts") == "[]", 10, "an empty list")
    assert len(told()) == 4 and router.stat("rules", "router_alerts_raised_total") == 2


def test_one_look_is_written_before_the_program_ends(tmp_path, redis, media):
    server = redis()
    file = tmp_path / "once.json"
    file.write_text(json.dumps({"version": 1, "admin": {"listen": "127.0.0.1:0"}} | streams(media, {
        "latest": {"type": "redis.sink", "url": server.url, "key": "mediamtx:streams:latest"},
        "file": {"type": "json.file", "path": "streams.json"},
    }, "sum -> latest", "sum -> file")))
    status, said, problems = command("run", "--once", str(file))
    assert status == 0, problems
    names = [one["name"] for one in media.lists["paths"]]
    assert [one["name"] for one in json.loads((tmp_path / "streams.json").read_text())] == names
    assert [one["name"] for one in json.loads(server.ask("GET", "mediamtx:streams:latest"))] == names
