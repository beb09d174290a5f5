"""The admin listener: health, metrics and the GET routes."""

import json
import re

import phone
from documents_used import receiver, to_speaker_and_web, to_web, tone_to_web
from router import command, eventually

LINE = re.compile(
    r"[a-zA-Z_:][a-zA-Z0-9_:]*"
    r"(\{([a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\n]|\\[\\\"n])*\",?)*\})? "
    r"([-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?Inf|NaN)( [0-9]+)?")


def test_health_and_ready(start):
    router = start(to_web())
    for path in ("/health", "/ready"):
        status, body, fields = router.get(path)
        assert status == 200, body
    assert router.get("/health", method="HEAD")[:2] == (200, "")


def test_metrics_are_prometheus_text(start):
    router = start(to_speaker_and_web(device="nosuchcard"))
    sender, _ = phone.cast(*router.bound("phone"), 1)
    sender.wait()
    status, body, fields = router.get("/metrics")
    assert status == 200 and fields["Content-Type"].startswith("text/plain")
    typed, families = {}, set()
    for line in body.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert kind in ("counter", "gauge", "histogram", "summary") and name not in typed, line
            typed[name] = kind
        elif line.startswith("#") or not line:
            assert line.startswith("# HELP ") or not line, line
        else:
            assert LINE.fullmatch(line), line
            families.add(re.split(r"[{ ]", line)[0])
    for name in families:
        base = re.sub(r"_(bucket|sum|count)$", "", name)
        assert name in typed or base in typed, f"{name} has no type"
    assert body.endswith("\n") and len(families) > 5
    series = [line.rsplit(" ", 1)[0] for line in body.splitlines() if line and not line.startswith("#")]
    assert len(series) == len(set(series)), "a series twice"


def test_the_graph_shows_nodes_links_and_streams(start):
    router = start(to_web())
    sender, _ = phone.cast(*router.bound("phone"), 2)
    eventually(lambda: router.streams(), 5, "the stream")
    status, body, fields = router.get("/api/v1/graph")
    graph = json.loads(body)
    sender.wait()
    assert status == 200 and fields["Content-Type"].startswith("application/json")
    assert str(graph["revision"]) in fields["ETag"]
    nodes = {node["id"]: node for node in graph["nodes"]}
    assert set(nodes) == {"phone", "web"}
    assert nodes["phone"]["type"] == "ariacast.receiver" and nodes["phone"]["state"] == "running"
    assert nodes["phone"]["config"]["name"] == "Test Room"
    assert {port["name"] for port in nodes["phone"]["ports"]} >= {"audio", "service"}
    (link,) = graph["links"]
    assert link["id"] == "phone.audio->web.audio" and link["kind"] == "audio"
    assert (link["from"], link["to"]) == ("phone.audio", "web.audio")
    (stream,) = graph["streams"]
    assert stream["node"] == "phone" and stream["path"]


def test_types_are_listed_with_ports_and_options(start):
    router = start(to_web())
    types = {entry["name"]: entry for entry in router.api("/types")}
    expected = {
        "tone", "gain", "mixer", "resample", "meter", "delay", "null", "event.log", "ariacast.receiver", "http.stream",
        "alsa.sink", "alsa.source"}
    assert set(types) >= expected
    gain = router.api("/types/gain")
    options = {option["name"]: option for option in gain["options"]}
    assert {"gainDb", "mute"} <= set(options)
    assert options["gainDb"]["unit"] == "dB" and options["gainDb"]["description"]
    assert router.get("/api/v1/types/nosuch")[0] == 404


def test_the_schema_accepts_what_the_router_accepts(start):
    import jsonschema

    router = start(tone_to_web())
    schema = router.api("/schema")
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert not list(validator.iter_errors(json.loads(router.file.read_text())))
    wrong = {"version": 1, "nodes": {"a": {"type": "gain", "gainDB": 1}}}
    assert list(validator.iter_errors(wrong))
    assert json.loads(command("schema")[1]) == schema


def test_unknown_paths_and_methods_are_refused_as_problems(start):
    router = start(to_web())
    status, body, fields = router.get("/api/v1/nothing")
    assert status == 404
    assert fields["Content-Type"].startswith("application/problem+json") and json.loads(body)["title"]
    status, _, fields = router.get("/health", method="POST")
    assert status == 405 and "GET" in fields["Allow"]


def test_secrets_do_not_leave_the_router(start):
    secret = "correct-horse-battery"
    document = to_web(admin={"listen": "127.0.0.1:0", "token": "$ROUTER_TEST_TOKEN"})
    document["nodes"]["room"] = receiver("Room", token=secret)
    router = start(document, env={"ROUTER_TEST_TOKEN": "env-" + secret})
    for path in ("/api/v1/graph", "/metrics", "/api/v1/types"):
        for headers in ({}, {"Authorization": f"Bearer env-{secret}"}):
            assert secret not in router.get(path, headers=headers)[1]
    assert secret not in router.log


def test_a_stream_s_counters_add_up(start):
    router = start(to_web())
    sender, _ = phone.cast(*router.bound("phone"), 2)
    sender.wait()
    eventually(lambda: not router.streams(), 5, "the end of the stream")
    assert router.metric("router_ariacast_messages_total", node="phone") == 100
    (link,) = router.api("/graph")["links"]
    assert link["stats"]["packets"] == 100 and link["stats"]["frames"] == 96_000


def test_events_are_pushed_and_replayed(start):
    router = start(to_web())
    host, port = router.admin.removeprefix("http://").split(":")

    def read_events(fields=""):
        reader = phone.StreamReader(host, int(port), "/api/v1/events", fields)
        assert " 200 " in reader.head and "text/event-stream" in reader.head
        return reader

    def ids(reader):
        return [int(number) for number in re.findall(rb"^id: ?(\d+)", bytes(reader.body), re.M)]

    reader = read_events()
    sender, _ = phone.cast(*router.bound("phone"), 1)
    sender.wait()
    eventually(lambda: b'"closed"' in reader.body, 5, "the event of the stream's end")
    text = reader.stop().decode()
    assert "event: stream" in text and '"opened"' in text
    seen = ids(reader)
    assert seen == sorted(set(seen))
    again = read_events(f"Last-Event-ID: {seen[0]}\r\n")
    eventually(lambda: len(ids(again)) >= len(seen) - 1, 5, "the replay")
    again.stop()
    assert ids(again)[:len(seen) - 1] == seen[1:]


def test_a_token_is_asked_for_once_there_is_one(start):
    router = start(to_web(admin={"listen": "127.0.0.1:0", "token": "sesame"}))
    assert router.get("/health")[0] == 200
    assert router.get("/api/v1/graph")[0] == 401
    assert router.get("/api/v1/graph", headers={"Authorization": "Bearer wrong"})[0] == 401
    assert router.get("/api/v1/graph", headers={"Authorization": "Bearer sesame"})[0] == 200


def test_an_open_admin_listener_without_a_token_is_refused(start):
    router = start(to_web(admin={"listen": "0.0.0.0:0"}), ready=False)
    assert router.process.wait(10) == 1
    eventually(lambda: "admin.token" in router.log, 5, "the words")


def test_the_log_may_be_json_lines(start):
    router = start(to_web(log={"format": "json", "level": "debug"}), ready=False)
    router.admin = eventually(lambda: router._find_admin(), 10, "the admin address")
    router.wait_for_state("phone", "running")
    assert router.stop() == 0
    lines = [json.loads(line) for line in router.log.splitlines()]
    assert len(lines) > 3 and all({"level", "message"} <= set(line) for line in lines)


def test_web_only_disables_the_sound_card(start, card):
    router = start(to_speaker_and_web(), env=card.env, arguments=["--web-only"])
    assert router.node("speaker")["state"] == "disabled"
    assert router.node("phone")["state"] == "running"
    assert not card.file.exists()
