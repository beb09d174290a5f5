"""The monitor of a media server against a server that replays recorded answers and faults."""

import json
import ssl
import time

import pytest

import media_server
from media_server import MediaServer, scene, seed_records
from router import command, eventually

SEED_KEYS = ["name", "sourceType", "tracks", "bytesReceived", "readers", "rtt", "recvRateMbps", "linkCapacityMbps"]
RELEASES = ["05-mixed-protocols", "03-srt-pub-srt-reader", "v1.16.3-02-srt-pub-reader-rtsp-hls",
            "v1.13.1-02-srt-pub-reader-rtsp-hls", "01-idle", "v1.13.1-01-idle", "v1.16.3-01-idle"]


@pytest.fixture
def media():
    """Starts media servers: media(lists, **more). Afterwards they are gone."""
    running = []

    def start(*arguments, **more):
        running.append(MediaServer(*arguments, **more))
        return running[-1].start()

    yield start
    for one in running:
        one.close()


def document(server, poll=None, **sum) -> dict:
    return {
        "nodes": {
            "poll": {"type": "mediamtx.poller", "url": server.url, "intervalMs": 200, "timeoutMs": 1000} | (poll or {}),
            "sum": {"type": "mediamtx.aggregator", "stallSeconds": 1} | sum,
            "api": {"type": "mediamtx.api", "listen": "127.0.0.1:0"},
        },
        "links": ["poll -> sum -> api", "sum.changes -> api.changes", "sum.server -> api.server"],
    }


def get(router, path):
    """Status, parsed body, header fields of the monitor's API."""
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(router.url("api", path), timeout=5) as answer:
            return answer.status, json.loads(answer.read()), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read()), error.headers


def latest(router):
    return get(router, "/api/streams/latest")[1]


def wait_for_data(router):
    return eventually(lambda: (lambda found: found if isinstance(found, list) else None)(latest(router)), 10, "data")


def once(tmp_path, server, poll=None, arguments=(), seconds=20):
    file = tmp_path / "once.json"
    file.write_text(json.dumps({"version": 1, "admin": {"listen": "127.0.0.1:0"}} | document(server, poll)))
    return command("run", "--once", *arguments, str(file), seconds=seconds)


# ---- Records

@pytest.mark.parametrize("name", RELEASES)
def test_the_records_of_three_releases_are_those_of_the_first_collector(media, tmp_path, name):
    lists = scene(name)
    status, said, problems = once(tmp_path, media(lists), arguments=["--json"])
    assert status == 0, problems
    records = json.loads(said)
    expected = seed_records(lists["paths"], lists.get("srtconns", []))
    assert [{key: one[key] for key in SEED_KEYS if key in one} for one in records] == expected
    for record, wanted in zip(records, expected):
        assert list(record)[: len(wanted)] == [key for key in SEED_KEYS if key in wanted]


def test_one_look_prints_the_records_and_their_count(media, tmp_path):
    server = media()
    status, said, problems = once(tmp_path, server)
    lines = said.splitlines()
    assert status == 0 and lines[-1] == "7 records", problems
    assert [json.loads(line)["name"] for line in lines[:-1]] == [one["name"] for one in server.lists["paths"]]
    assert server.asked("paths") == 1 and server.asked("srtconns") == 1 and len(server.connections) == 1


def test_one_look_at_nobody_fails(media, tmp_path):
    server = media()
    server.stop()
    status, said, problems = once(tmp_path, server)
    assert status == 1 and "0 records" in said and "connect" in problems


def test_one_look_without_anything_that_polls_fails(tmp_path):
    file = tmp_path / "none.json"
    file.write_text('{"version": 1, "nodes": {"tone": {"type": "tone"}}}')
    status, _, problems = command("run", "--once", str(file))
    assert status == 1 and "polls" in problems


# ---- Ways to the server

def test_all_pages_are_read(media, start):
    lists = {"paths": [{"name": f"path{number:03}", "ready": False, "source": None, "tracks": [], "readers": [],
                        "bytesReceived": number} for number in range(130)]}
    server = media(lists)
    server.largest_page = 50
    router = start(document(server))
    assert [one["name"] for one in wait_for_data(router)] == [one["name"] for one in lists["paths"]]
    pages = [int(query["page"]) for path, query in server.requests if path == "/v3/paths/list"]
    assert pages[:3] == [0, 1, 2]


def test_one_connection_serves_every_look(media, start):
    server = media()
    start(document(server))
    eventually(lambda: server.asked("paths") >= 8, 10, "eight looks")
    assert len(server.connections) == 1


def test_looks_do_not_pile_up_behind_a_slow_server(media, start):
    server = media()
    server.faults["srtconns"] = "hang"
    router = start(document(server, {"timeoutMs": 700}))
    eventually(lambda: server.asked("paths") >= 3, 10, "three looks")
    assert router.stat("poll", "router_mediamtx_skipped_looks_total") >= 6
    assert server.asked("srtconns") <= server.asked("paths")


def test_basic_and_bearer_credentials(media, tmp_path):
    server = media()
    server.let_in("viewer", "pass: ü")
    assert once(tmp_path, server, {"user": "viewer", "password": "pass: ü"})[0] == 0
    server.wanted = "Bearer some.token"
    assert once(tmp_path, server, {"token": "some.token"})[0] == 0
    status, said, problems = once(tmp_path, server, {"token": "another"})
    assert status == 1 and "0 records" in said and "credentials" in problems and "another" not in problems


def test_a_refusal_that_takes_four_seconds_is_a_refusal(media, tmp_path):
    server = media()
    server.let_in("viewer", "right")
    server.faults["delay"] = 4
    status, _, problems = once(tmp_path, server, {"user": "viewer", "password": "wrong", "timeoutMs": 5000})
    assert status == 1 and "credentials" in problems and "no answer" not in problems


def test_tls_is_checked(media, tmp_path):
    certificate, key = media_server.certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = media(tls=context)
    assert once(tmp_path, server)[0] == 1
    assert once(tmp_path, server, {"authorities": certificate.name})[0] == 0
    assert once(tmp_path, server, {"trustAnyCertificate": True})[0] == 0


# ---- Faults

@pytest.mark.parametrize("fault", ["half", "cut", "html", "error", "hang", "missing"])
def test_old_data_stays_and_is_said_to_be_old_while_the_server_misbehaves(media, start, fault):
    server = media()
    router = start(document(server, {"timeoutMs": 400}))
    before = wait_for_data(router)
    assert get(router, "/api/health")[0] == 200
    server.faults["paths"] = fault
    eventually(lambda: get(router, "/api/health")[0] == 503, 5, "503")
    status, body, fields = get(router, "/api/health")
    assert body["status"] == "stale" and body["ageMs"] > 600 and body["problem"]
    assert fields["X-Data-State"] == "stale"
    assert [one["name"] for one in latest(router)] == [one["name"] for one in before]
    state = router.node("poll")
    assert state["state"] in ("waiting", "starting") and state.get("reason", "x")
    server.faults.clear()
    eventually(lambda: get(router, "/api/health")[0] == 200, 10, "200")
    changes = [event["change"] for event in get(router, "/api/events")[1]["events"]]
    assert [one for one in changes if one.startswith("server")] == ["serverBack", "serverLost"]


def test_a_server_that_goes_and_comes_back(media, start):
    server = media()
    router = start(document(server))
    wait_for_data(router)
    server.stop()
    eventually(lambda: get(router, "/api/health")[0] == 503, 5, "503")
    assert router.wait_for_state("poll", "waiting")["reason"]
    server.start()
    eventually(lambda: get(router, "/api/health")[0] == 200, 8, "200")


def test_before_the_first_data_there_is_none(media, start):
    server = media()
    server.stop()
    router = start(document(server))
    assert get(router, "/api/streams/latest")[:2] == (200, {"error": "no data"})
    status, body, _ = get(router, "/api/streams")
    assert (status, body["data"], body["collectedAt"], body["streams"]) == (200, "none", None, [])
    assert get(router, "/api/health")[0] == 503


@pytest.mark.parametrize("fault", ["half", "error", "hang", "html", "cut"])
def test_a_list_that_fails_spoils_no_other(media, start, fault):
    server = media()
    router = start(document(server, {"timeoutMs": 400}))
    wait_for_data(router)
    server.faults["srtconns"] = fault

    def judged():
        one = get(router, "/api/streams/studio/cam1")[1]["stream"]
        return one if one["srt"]["data"] == "stale" else None

    record = eventually(judged, 5, "old SRT numbers")
    assert "rtt" not in record and record["srt"]["rttMs"] > 0 and record["publisher"]["data"] == "stale"
    assert get(router, "/api/health")[0] == 200
    sources = get(router, "/api/streams")[1]["server"]["sources"]
    assert sources["paths"]["data"] == "fresh" and sources["srtconns"]["data"] == "stale"
    eventually(lambda: get(router, "/api/streams")[1]["server"]["sources"]["rtspsessions"]["data"] == "fresh", 5,
               "the other lists")


def test_a_protocol_that_is_disabled_is_absent_and_no_fault(media, start):
    server = media()
    del server.lists["srtconns"]
    router = start(document(server))
    record = next(one for one in wait_for_data(router) if one["name"] == "studio/cam1")
    assert "rtt" not in record and record["srt"] == {"data": "absent"} and record["state"] == "live"
    assert get(router, "/api/health")[0] == 200


def test_lists_of_null_and_of_wrong_types_are_taken_for_what_they_are_worth(media, start):
    server = media()
    router = start(document(server))
    wait_for_data(router)
    server.faults["paths"] = "null"
    eventually(lambda: latest(router) == [], 5, "an empty list")
    server.faults["paths"] = "types"
    record = eventually(lambda: latest(router), 5, "the odd path")[0]
    assert {key: record[key] for key in SEED_KEYS if key in record} == {
        "name": "odd", "sourceType": "unknown", "tracks": [], "bytesReceived": 0, "readers": 0}
    assert record["state"] == "live" or record["state"] == "offline"


def test_a_publisher_that_left_between_two_answers(media, start):
    server = media(scene("03-srt-pub-srt-reader"))
    for one in server.lists["srtconns"]:
        if one["state"] == "publish":
            one["id"] = "another"
    router = start(document(server))
    record = next(one for one in wait_for_data(router) if one["name"] == "studio/cam1")
    assert "rtt" not in record and record["sourceType"] == "srtConn" and record["srt"] == {"data": "absent"}


def test_a_hundred_thousand_paths(media, tmp_path):
    lists = {"paths": [{"name": f"house/room{number}", "ready": False, "available": False, "online": False,
                        "source": None, "tracks": [], "tracks2": [], "readers": [], "inboundBytes": number,
                        "bytesReceived": number} for number in range(100_000)]}
    server = media(lists)
    status, said, problems = once(tmp_path, server, {"timeoutMs": 20_000}, seconds=120)
    assert status == 0, problems
    lines = said.splitlines()
    assert lines[-1] == "100000 records" and len(lines) == 100_001
    assert json.loads(lines[-2])["bytesReceived"] == 99_999


# ---- From look to look

def test_rates_stalls_and_replaced_publishers(media, start):
    server = media(scene("03-srt-pub-srt-reader"))
    server.grow = {"studio/cam1": 250_000}
    router = start(document(server))

    def record():
        return get(router, "/api/streams/studio%2Fcam1")[1].get("stream", {})

    eventually(lambda: 1.8 < record().get("inMbit5s", 0) < 2.2, 10, "2 Mbit/s")
    assert record()["state"] == "live" and record()["readersByType"] == {"srt": 1}
    server.grow = {"studio/cam1": 1e-9}
    server.path("studio/cam1")["inboundBytes"] += 10**9
    eventually(lambda: record()["state"] == "stalled", 8, "the stall")
    server.path("studio/cam1")["source"]["id"] = "00000000-0000-4000-8000-000000000001"
    server.path("studio/cam1")["inboundBytes"] = 10
    server.grow = {"studio/cam1": 250_000}
    eventually(lambda: record()["state"] == "live", 8, "the new publisher")
    assert 0 <= record().get("inMbit5s", 0) < 50
    path = server.path("studio/cam1")
    path |= {"ready": False, "available": False, "online": False, "source": None, "inboundBytes": 0, "readers": []}
    eventually(lambda: record()["state"] == "offline", 8, "the end")
    changes = [event["change"] for event in reversed(get(router, "/api/events")[1]["events"])]
    assert changes == ["stalled", "publisherChanged", "resumed", "down"]
    points = get(router, "/api/history?name=studio/cam1&seconds=60")[1]["points"]
    assert len(points["time"]) == len(points["inMbit"]) > 5 and max(one or 0 for one in points["inMbit"]) > 1


# ---- The API

def test_the_api_answers_for_what_it_has(media, start):
    server = media()
    router = start(document(server))
    wait_for_data(router)
    status, body, fields = get(router, "/api/streams")
    assert status == 200 and body["data"] == "fresh" and body["server"]["version"] == "v1.20.1"
    assert len(body["streams"]) == 7 and int(fields["X-Data-Age-Ms"]) == pytest.approx(body["ageMs"], abs=50)
    assert get(router, "/api/streams/studio/cam1")[1]["stream"]["name"] == "studio/cam1"
    assert get(router, "/api/streams/nowhere")[0] == 404
    assert get(router, "/api/history?seconds=x")[0] == 400 and get(router, "/api/events?limit=0")[0] == 400
    assert get(router, "/api/history?name=nowhere")[0] == 404
    everything = get(router, "/api/history?seconds=3600")[1]["streams"]
    assert "studio/cam1" in everything and "notready" not in everything
    assert get(router, "/api/settings")[1]["name"] == "api"


def test_prometheus_reads_the_streams(media, start):
    import urllib.request

    server = media()
    server.grow = {"studio/cam1": 125_000}
    router = start(document(server))
    wait_for_data(router)

    def text():
        return urllib.request.urlopen(router.url("api", "/metrics"), timeout=5).read().decode()

    assert "mediamtx_up 1" in text()
    assert 'mediamtx_stream_state{name="studio/cam1",state="live"} 1' in text()
    assert 'mediamtx_stream_readers{name="live/cam3"} 1' in text()
    eventually(lambda: 'mediamtx_stream_in_bits_per_second{name="studio/cam1"}' in text(), 5, "a rate")


def test_a_websocket_gets_everything_then_a_message_per_look(media, start):
    from websockets.sync.client import connect

    server = media()
    server.grow = {"studio/cam1": 125_000}
    router = start(document(server, stallSeconds=60))
    wait_for_data(router)
    with connect(router.url("api", "/ws", "ws"), proxy=None) as socket:
        first = json.loads(socket.recv(5))
        assert first["type"] == "snapshot" and len(first["streams"]) == 7 and first["data"] == "fresh"
        looks = [message for message in (json.loads(socket.recv(5)) for _ in range(12)) if message["type"] == "look"]
        assert len(looks) >= 4
        changed = [{one["name"] for one in look["changed"]} for look in looks[1:]]
        assert all("studio/cam1" in names and "notready" not in names for names in changed)
        assert any("bytesReceived" in one for look in looks for one in look["changed"])
        server.lists["paths"] = [one for one in server.lists["paths"] if one["name"] != "live/cam3"]
        end = time.monotonic() + 5
        told = []
        while time.monotonic() < end and not ("gone" in told and "down" in told):
            message = json.loads(socket.recv(5))
            if message["type"] == "look" and message["gone"] == ["live/cam3"]:
                told.append("gone")
            if message["type"] == "event" and message["event"].get("stream") == "live/cam3":
                told.append(message["event"]["change"])
        assert set(told) == {"gone", "down"}


def test_a_websocket_that_does_not_read_is_dropped_and_others_go_on(media, start):
    import socket as sockets

    from websockets.sync.client import connect

    name = "x" * 300
    lists = {"paths": [{"name": f"{name}{number}", "ready": True, "source": {"type": "rtspSource", "id": ""},
                        "tracks": [], "readers": [], "bytesReceived": 1, "readyTime": None}
                       for number in range(1500)]}
    server = media(lists)
    server.grow = {one["name"]: 10_000 for one in lists["paths"]}
    router = start(document(server))
    wait_for_data(router)
    host, port = router.bound("api")
    with sockets.socket() as frozen:
        frozen.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        frozen.connect((host, port))
        frozen.sendall((f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
        with connect(router.url("api", "/ws", "ws"), proxy=None, max_size=None) as reading:
            end = time.monotonic() + 20
            while router.stat("api", "router_mediamtx_dropped_watchers_total") < 1 and time.monotonic() < end:
                assert reading.recv(5)
            assert router.stat("api", "router_mediamtx_dropped_watchers_total") == 1
            for _ in range(3):
                assert reading.recv(5)
