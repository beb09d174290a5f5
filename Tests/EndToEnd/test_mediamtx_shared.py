"""The monitor from end to end: a media server, Redis, a file, a second router that reads Redis, alerts, the machine."""

import json

import pytest

from media_server import MediaServer, scene, seed_records
from redis_server import RedisServer
from router import command, eventually
from test_mediamtx import SEED_KEYS, document, get, wait_for_data

KEY = "mediamtx:streams:latest"


@pytest.fixture
def media():
    server = MediaServer(scene("03-srt-pub-srt-reader")).start()
    yield server
    server.close()


@pytest.fixture
def redis(tmp_path):
    folder = tmp_path / "redis"
    folder.mkdir()
    server = RedisServer(folder).start()
    yield server
    server.kill()


def collector(media, redis, file) -> dict:
    graph = document(media)
    del graph["nodes"]["api"]
    graph["nodes"] |= {
        "store": {"type": "redis.sink", "url": redis.url, "key": KEY, "ttlSeconds": 60},
        "file": {"type": "json.file", "path": str(file)},
    }
    graph["links"] = ["poll -> sum -> store", "sum -> file"]
    return graph


def seed_part(records) -> list[dict]:
    return [{key: one[key] for key in SEED_KEYS if key in one} for one in records]


def test_one_look_writes_redis_and_the_file(media, redis, tmp_path):
    file = tmp_path / "streams.json"
    routes = tmp_path / "once.json"
    routes.write_text(json.dumps({"version": 1} | collector(media, redis, file)))
    status, said, problems = command("run", "--once", str(routes))
    assert status == 0 and said.splitlines()[-1] == f"{len(media.lists['paths'])} records", problems
    expected = seed_records(media.lists["paths"], media.lists["srtconns"])
    assert seed_part(json.loads(redis.ask("GET", KEY))) == expected
    assert seed_part(json.loads(file.read_text())) == expected
    assert 0 < int(redis.ask("TTL", KEY)) <= 60


def test_one_look_without_redis_fails_and_writes_the_file_all_the_same(media, redis, tmp_path):
    file = tmp_path / "streams.json"
    routes = tmp_path / "once.json"
    routes.write_text(json.dumps({"version": 1} | collector(media, redis, file)))
    redis.kill()
    status, _, problems = command("run", "--once", str(routes))
    assert status == 1 and "store" in problems
    assert len(json.loads(file.read_text())) == len(media.lists["paths"])


def test_a_second_router_reads_what_the_first_has_stored(media, redis, start, tmp_path):
    start(collector(media, redis, tmp_path / "streams.json"), folder="first")
    reader = {"nodes": {"api": {"type": "mediamtx.api", "listen": "127.0.0.1:0", "from": "redis", "redis": redis.url,
                                "intervalMs": 200}}, "links": []}
    router = start(reader, folder="second")
    records = wait_for_data(router)
    assert [one["name"] for one in records] == [one["name"] for one in media.lists["paths"]]
    assert seed_part(records) == seed_records(media.lists["paths"], media.lists["srtconns"])
    eventually(lambda: get(router, "/api/health")[0] == 200, 5, "fresh data")
    # The collector has nothing new to store: what is read is as old as it says.
    media.stop()
    eventually(lambda: get(router, "/api/health")[0] == 503, 5, "old data")
    media.start()
    eventually(lambda: get(router, "/api/health")[0] == 200, 10, "fresh data again")
    redis.kill()
    eventually(lambda: get(router, "/api/health")[0] == 503, 5, "old data without Redis")
    body = get(router, "/api/streams")[1]
    assert len(body["streams"]) == len(records) and not body["server"]["reachable"] and body["server"]["problem"]
    redis.start()
    eventually(lambda: get(router, "/api/health")[0] == 200, 40, "fresh data from a new Redis")


def test_alerts_and_the_machine_reach_the_api(media, start):
    graph = document(media)
    graph["nodes"] |= {
        "watch": {"type": "mediamtx.alerts", "rules": [
            {"name": "frozen", "when": "state", "is": "stalled", "forSeconds": 0}]},
        "machine": {"type": "host.metrics"},
    }
    graph["links"] += ["sum -> watch", "watch.alerts -> api.alerts", "watch.active -> api.alerts",
                       "machine -> api.host"]
    router = start(graph)
    wait_for_data(router)
    found = eventually(lambda: get(router, "/api/streams")[1].get("alerts"), 10, "an alert")
    assert found[0]["stream"] == "studio/cam1"
    assert get(router, "/api/streams")[1]["host"]["cores"] >= 1
    assert any(event["kind"] == "alert" for event in get(router, "/api/events")[1]["events"])
