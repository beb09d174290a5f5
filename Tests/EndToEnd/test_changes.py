"""The writing half of the admin API: every row of its table, against the real program."""

import json
import re
import socket
import threading

import browser_mics
import microphones
import phone
import pytest
from admin_client import Admin, quoted
from documents_used import COMMENTED, to_web
from openapi_check import check_document, operations
from router import eventually


def saved(admin) -> str:
    return admin.router.file.read_text()


def links(admin) -> list[str]:
    return [link["id"] for link in admin.graph["links"]]


def test_the_whole_document_is_replaced(admin):
    first = admin.get()
    document = first.json["document"]
    document["nodes"]["m"] = {"type": "meter"}
    document["links"] = ["t -> m -> n"]
    del document["nodes"]["g"]
    answer = admin.put("graph", document, match=first.tag)
    assert answer.status == 200, answer
    body = answer.json
    assert body["revision"] == 2 and body["applied"]["added"] == ["m"] and body["applied"]["removed"] == ["g"]
    assert set(body["applied"]["kept"]) == {"t", "n"}
    assert set(body["linksAdded"]) == {"t.audio->m.audio", "m.audio->n.audio"}
    assert set(body["linksRemoved"]) == {"t.audio->g.audio", "g.audio->n.audio"}
    assert answer.tag == admin.tag != first.tag
    assert links(admin) == ["t.audio->m.audio", "m.audio->n.audio"]
    assert '"m"' in saved(admin) and "// the house" in saved(admin)


def test_a_patch_changes_what_it_names_and_keeps_comments(admin):
    answer = admin.patch(
        "graph", {"nodes": {"g": {"gainDb": -6}}}, match=admin.tag, kind="application/merge-patch+json")
    assert answer.status == 200, answer
    assert saved(admin) == COMMENTED.replace("-3", "-6")
    assert admin.router.node("g")["config"]["gainDb"] == -6
    backup = admin.router.file.with_name("routes.json.bak")
    assert backup.read_text() == COMMENTED


def test_one_node_is_made_changed_and_removed(admin):
    assert admin.put("nodes/d", {"type": "delay"}).json["applied"]["added"] == ["d"]
    assert admin.router.node("d")["state"] == "running"
    assert admin.patch("nodes/g", {"gainDb": -9, "label": "Leiser"}).status == 200
    node = admin.router.node("g")
    assert node["config"]["gainDb"] == -9 and node["label"] == "Leiser"
    assert admin.patch("nodes/g", {"label": None}).status == 200
    assert "label" not in admin.router.node("g")
    answer = admin.delete("nodes/g")
    assert answer.status == 200 and set(answer.json["removedLinks"]) == {"t.audio->g.audio", "g.audio->n.audio"}
    assert links(admin) == [] and {node["id"] for node in admin.graph["nodes"]} == {"t", "n", "d"}
    assert "/* a sine */" in saved(admin)
    for answer in (admin.patch("nodes/x", {}), admin.delete("nodes/x")):
        assert answer.status == 404 and "x" in answer.json["detail"]


def test_links_are_made_and_removed_and_chains_split(admin):
    answer = admin.post("links", {"from": "t", "to": "n"})
    assert answer.status == 200 and answer.json["link"] == "t.audio->n.audio", answer
    assert "t.audio->n.audio" in links(admin)
    assert admin.delete("links/" + quoted("t.audio->g.audio")).status == 200
    assert set(links(admin)) == {"g.audio->n.audio", "t.audio->n.audio"}
    assert admin.delete("links/" + quoted("t.audio->g.audio")).status == 404
    assert admin.post("links", {"from": "t"}).status == 422
    assert admin.post("links", {"from": "t", "to": "n"}).status == 422


def test_undo_and_redo_bring_the_exact_text_back(admin):
    assert admin.post("graph/undo").status == 409
    texts = [saved(admin)]
    for value in (-4, -5, -6):
        assert admin.patch("nodes/g", {"gainDb": value}).status == 200
        texts.append(saved(admin))
    for text in reversed(texts[:-1]):
        assert admin.post("graph/undo").status == 200
        assert saved(admin) == text
    assert not admin.graph["canUndo"] and admin.graph["canRedo"]
    for text in texts[1:]:
        assert admin.post("graph/redo").status == 200
        assert saved(admin) == text
    assert admin.post("graph/redo").status == 409
    assert admin.graph["revision"] == 10
    assert admin.post("graph/undo", match='"old"').status == 412


def test_a_dry_run_says_what_would_change_and_changes_nothing(admin):
    before = admin.get()
    text = saved(admin)
    answer = admin.patch("graph?dryRun=true", {"nodes": {"g": None}, "links": ["t -> n"]}, match=before.tag)
    assert answer.status == 200 and answer.json["applied"]["removed"] == ["g"] and answer.json["dryRun"]
    assert answer.json["revision"] == 1
    refused = admin.put("nodes/z?dryRun=true", {"type": "nosuch"})
    assert refused.status == 422 and refused.problems[0]["pointer"] == "/nodes/z/type"
    assert admin.tag == before.tag and saved(admin) == text and len(links(admin)) == 2
    assert admin.patch("nodes/g?dryRun=maybe", {}).status == 400
    assert admin.patch("nodes/g?crossfadeMs=21", {}).status == 400
    assert admin.patch("nodes/g?crossfadeMs=20", {"gainDb": -1}).status == 200


def test_a_revision_is_asked_for_and_a_stale_one_is_refused(admin):
    document = admin.graph["document"]
    assert admin.put("graph", document).status == 428
    assert admin.patch("graph", {}).status == 428
    old = admin.tag
    assert admin.put("graph?force=true", document).status == 200
    assert admin.patch("nodes/g", {"gainDb": 1}, match="*").status == 200
    for answer in (
            admin.put("graph", document, match=old), admin.patch("nodes/g", {"gainDb": 2}, match=old),
            admin.delete("nodes/g", match=old), admin.post("links", {"from": "t", "to": "n"}, match=old),
            admin.patch("nodes/g", {"gainDb": 2}, match=f"W/{admin.tag}")):
        assert answer.status == 412, answer
    assert admin.patch("nodes/g", {"gainDb": 3}, match=f'"other", {admin.tag}').status == 200
    assert admin.router.node("g")["config"]["gainDb"] == 3


def test_of_two_editors_with_one_revision_one_wins(admin):
    for turn in range(20):
        tag = admin.tag
        answers = []
        together = threading.Barrier(2)

        def edit(value):
            together.wait()
            answers.append(admin.patch("nodes/g", {"gainDb": value}, match=tag).status)

        editors = [threading.Thread(target=edit, args=(-turn - part / 4,)) for part in (1, 2)]
        for editor in editors:
            editor.start()
        for editor in editors:
            editor.join()
        assert sorted(answers) == [200, 412]
    assert admin.graph["revision"] == 21


def test_bodies_that_are_no_json_or_too_large_are_refused(admin):
    answer = admin.put("graph", '{\n  "nodes": {"a" 1}\n}', match="*")
    assert answer.status == 400 and answer.problems[0]["line"] == 2 and answer.problems[0]["column"] > 10
    assert "line 2" in answer.json["detail"]
    assert admin.patch("graph", "{} // comment", match="*").status == 400
    assert admin.patch("graph", "", match="*").status == 400
    for method, path in (("PUT", "graph"), ("PATCH", "graph"), ("POST", "links"), ("PUT", "nodes/g")):
        answer = admin.call(method, path, "{}", match="*", kind="text/plain")
        assert answer.status == 415 and answer.problems == [], answer
    assert admin.put("graph", " " * (4 << 20) + "{}", match="*").status == 413
    assert admin.graph["revision"] == 1


def test_a_refused_document_tells_every_problem_with_its_place(admin):
    text = '{"version": 1,\n "nodes": {"g": {"type": "gain", "gainDB": 1},\n  "T": {"type": "tone"}},\n "links": ["g -> x"]}'
    answer = admin.put("graph", text, match="*")
    assert answer.status == 422
    found = {problem["path"]: problem for problem in answer.problems}
    assert found["nodes.g.gainDB"]["line"] == 2 and found["nodes.g.gainDB"]["hint"] == 'did you mean "gainDb"?'
    assert found["nodes.g.gainDB"]["fix"] == {"nodes": {"g": {"gainDB": None, "gainDb": 1}}}
    assert found["nodes.T"]["fix"]["nodes"] == {"T": None, "t": {"type": "tone"}}
    assert found["links[0]"]["line"] == 4
    assert admin.graph["revision"] == 1


def test_fixes_can_be_applied_as_they_are(admin):
    for path, body in (("nodes/g", {"gainDb": 300}), ("nodes/g", {"mute": "true"}), ("nodes/g", {"muet": True})):
        problem = admin.patch(path, body).problems[0]
        assert admin.patch("graph", problem["fix"], match="*").status == 200, problem
    config = admin.router.node("g")["config"]
    assert config["gainDb"] == 40 and config["mute"] is True


def test_a_missing_converter_is_offered_as_a_patch(start):
    document = {
        "nodes": {"t": {"type": "tone"}, "e": {"type": "mp3.encoder"}, "m": {"type": "meter"}, "n": {"type": "null"}},
        "links": ["t -> m -> n"]}
    router = start(document)
    admin = Admin(router.admin)
    problem = admin.post("links", {"from": "e", "to": "n"})
    assert problem.status == 200
    answer = admin.post("links", {"from": "e", "to": "m"})
    assert answer.status == 422 and "mp3" in answer.problems[0]["message"]
    # Nothing here makes PCM of MP3, so there is nothing to offer.
    assert "fix" not in answer.problems[0]


def test_actions_are_done_and_unknown_ones_refused(start):
    router = start(to_web())
    admin = Admin(router.admin)
    sender, _ = phone.cast(*router.bound("phone"), 30)
    eventually(router.streams, 5, "the stream")
    answer = admin.post("nodes/phone/actions/disconnect", {})
    assert answer.status == 200 and answer.json == {"disconnected": 1}
    eventually(lambda: not router.streams(), 5, "the end of the stream")
    sender.wait(10)
    assert admin.post("nodes/phone/actions/dance").status == 404
    assert admin.post("nodes/phon/actions/disconnect").status == 404
    assert 'did you mean "phone"' in admin.post("nodes/phon/actions/disconnect").json["detail"]


def test_one_stream_is_disconnected(start):
    router = start(to_web())
    admin = Admin(router.admin)
    sender, _ = phone.cast(*router.bound("phone"), 30)
    (stream,) = eventually(router.streams, 5, "the stream")
    answer = admin.delete(f"streams/{stream['id']}")
    assert answer.status == 200 and answer.json == {"disconnected": stream["id"]}
    eventually(lambda: stream["id"] not in [one["id"] for one in router.streams()], 5, "the end of the stream")
    sender.wait(10)
    assert admin.delete(f"streams/{stream['id']}").status == 404
    assert admin.delete("streams/nonsense").status == 404


def test_a_sender_that_sends_nothing_is_disconnected_at_once(start):
    router = start({
        "nodes": {
            "phone": {"type": "ariacast.receiver", "listen": "127.0.0.1:0", "discovery": False},
            "mics": {"type": "adpcm.ingest", "listen": "127.0.0.1:0"},
            "mic": {"type": "browser.mic", "listen": "127.0.0.1:0", "listenTls": False},
            "nowhere": {"type": "null"},
        },
        "links": ["phone -> nowhere", "mics -> nowhere", "mic -> nowhere"],
    })
    admin = Admin(router.admin)
    ways = {
        "phone": ("/audio", None), "mics": ("/ws", microphones.handshake()),
        "mic": ("/ws/audio-stream", json.dumps(browser_mics.HELLO).encode()),
    }
    for node, (path, greeting) in ways.items():
        sender = microphones.Microphone(router.bound(node), path)
        if greeting:
            sender.send(greeting, 1 if path == "/ws/audio-stream" else 2)
        (stream,) = eventually(router.streams, 5, f"the stream of {node}")
        assert admin.delete(f"streams/{stream['id']}").status == 200
        assert sender.closed() == (1000, "disconnected"), node
        eventually(lambda: not router.streams(), 5, f"the end of the stream of {node}")
        # Nobody is kept from coming.
        again = microphones.Microphone(router.bound(node), path)
        assert again.refused is None, node
        again.drop()
        eventually(lambda: not router.streams(), 5, f"the end of the second stream of {node}")


def test_changes_are_told_as_events_with_replay(admin):
    host, port = admin.base.removeprefix("http://").split(":")
    reader = phone.StreamReader(host, int(port), "/api/v1/events?topics=graph", "")
    admin.patch("nodes/g", {"gainDb": -20})
    eventually(lambda: b'"applied"' in reader.body, 5, "the event")
    text = reader.stop().decode()
    data = json.loads(next(line for line in text.splitlines() if line.startswith("data:"))[5:])
    assert data["change"] == "applied" and data["revision"] == 2 and data["by"] == "api"
    assert "g" in data["applied"]["replaced"] + data["applied"]["updated"]
    again = phone.StreamReader(host, int(port), "/api/v1/events?topics=graph", "Last-Event-ID: 0\r\n")
    eventually(lambda: b'"applied"' in again.body, 5, "the replay")
    again.stop()


def test_log_levels_and_format_change_at_once(admin):
    assert admin.patch("graph", {"log": {"level": "debug", "format": "json"}}, match="*").status == 200
    assert admin.patch("nodes/g", {"gainDb": -2}).status == 200
    lines = eventually(
        lambda: [line for line in admin.router.log.splitlines() if line.startswith("{")], 5, "JSON lines")
    assert json.loads(lines[-1])["level"] in ("debug", "info")
    assert admin.patch("graph", {"log": {"level": "error", "format": None}}, match="*").status == 200
    before = admin.router.log.count("revision")
    assert admin.patch("nodes/g", {"gainDb": -1}).status == 200
    assert admin.router.log.count("revision") == before
    answer = admin.patch("graph", {"ioThreads": 2}, match="*")
    assert [warning["path"] for warning in answer.json["warnings"]] == ["ioThreads"]


def test_secrets_round_trip_as_placeholders(start):
    document = to_web(admin={"listen": "127.0.0.1:0", "token": "open-sesame"})
    router = start(document)
    admin = Admin(router.admin, "open-sesame")
    shown = admin.get()
    assert "open-sesame" not in shown.text and shown.json["document"]["admin"]["token"] == "••••••"
    whole = shown.json["document"] | {"log": {"level": "debug"}}
    assert admin.put("graph", whole, match=shown.tag).status == 200
    assert json.loads(router.file.read_text())["admin"]["token"] == "open-sesame"
    assert admin.patch("graph", {"admin": {"tokne": "open-it"}}, match="*").text.count("open-it") == 0
    assert admin.patch("graph", {"admin": {"token": "another"}}, match="*").status == 200
    assert admin.get().status == 401
    assert Admin(router.admin, "another").get().status == 200


def test_the_admin_listener_moves_while_it_is_in_use(start):
    router = start(COMMENTED)
    admin = Admin(router.admin)
    free = free_port()
    answer = admin.patch("graph", {"admin": {"listen": f"127.0.0.1:{free}"}}, match="*")
    assert answer.status == 200, answer
    moved = Admin(f"http://127.0.0.1:{free}")
    assert moved.graph["revision"] == 2
    with pytest.raises(OSError):
        admin.get()
    taken = listening()
    refused = moved.patch("graph", {"admin": {"listen": f"127.0.0.1:{taken.getsockname()[1]}"}}, match="*")
    taken.close()
    assert refused.status == 422 and refused.problems[0]["pointer"] == "/admin/listen"
    assert moved.graph["revision"] == 2
    assert moved.post("graph/undo").status == 200


def listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def free_port() -> int:
    with listening() as probe:
        return probe.getsockname()[1]


ROWS = """
    get /api/v1/graph, put /api/v1/graph, patch /api/v1/graph, put /api/v1/nodes/{id}, patch /api/v1/nodes/{id},
    delete /api/v1/nodes/{id}, post /api/v1/links, delete /api/v1/links/{id}, post /api/v1/graph/undo,
    post /api/v1/graph/redo, post /api/v1/nodes/{id}/actions/{name}, get /api/v1/types, get /api/v1/types/{name},
    get /api/v1/schema, get /api/v1/events, get /api/v1/streams, delete /api/v1/streams/{id}, get /health, get /ready,
    get /metrics, get /openapi.json, get /ca.crt, get /login, post /login, post /logout"""


def test_what_the_api_describes_is_what_it_does(admin):
    described = admin.get("/openapi.json").json
    check_document(described)
    assert {f"{method} {path}" for method, path, _ in operations(described)} >= set(re.split(r",\s+", ROWS.strip()))
    examples = {"{id}": "g", "{name}": "gain", "{file}": "login.css"}
    for method, path, operation in operations(described):
        url = path
        for name, value in examples.items():
            url = url.replace(name, value)
        if path.endswith("/events"):
            continue
        answer = admin.call(method.upper(), url + ("?dryRun=true" if method != "get" else ""), None)
        assert str(answer.status) in operation["responses"], (method, path, answer)
        kind = answer.fields["Content-Type"].split(";")[0] if answer.text else None
        assert kind in (None, *operation["responses"][str(answer.status)]["content"]), (method, path, answer)
