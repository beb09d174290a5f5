"""Changes that fail at the start leave everything as it was; what is missing makes only the new node wait."""

import copy
import os
import random
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest
import sound
import soundcard
from admin_client import Admin, KeptAdmin
from documents_used import listening, receiver, to_web
from ramp import RampEar
from router import eventually

SOAK = os.environ.get("SOAK") == "1"
NOBODY = 65534


def as_nobody():
    """In the child, before it becomes the router: an ordinary user without any right of root."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


@pytest.fixture
def nobodys():
    """A folder of an ordinary user, with a key in it that he may not read."""
    if os.geteuid() != 0:
        pytest.skip("only root can start the router as somebody else")
    folder = Path(tempfile.mkdtemp(prefix="router-of-nobody-"))
    closed = folder / "closed"
    closed.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x",
         "-keyout", closed / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)
    (folder / "cert.pem").chmod(0o644)
    closed.chmod(0o700)
    os.chown(folder, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder)


def lasting(admin) -> tuple:
    """All of the graph but what counts on by itself."""
    answer = admin.get()
    graph = answer.json
    for entry in graph["nodes"] + graph["links"] + graph["streams"]:
        entry.pop("stats", None)
    return answer.tag, graph


def test_what_cannot_start_is_refused_with_node_and_reason(start, play, nobodys, taken):
    home = nobodys / "home"
    (home / ".router").mkdir(parents=True, mode=0o700)
    os.chown(home, NOBODY, NOBODY)
    router = start(to_web(), folder=home, prepare=as_nobody)
    playing = play(router, "phone")
    admin = KeptAdmin(router.admin)
    chance = random.Random(33)
    key = {"cert": str(nobodys / "cert.pem"), "key": str(nobodys / "closed" / "key.pem")}
    causes = [
        (listening("http.stream", listen=f"127.0.0.1:{taken}"), f"port {taken} is taken"),
        (receiver("New", listen=f"127.0.0.1:{taken}"), f"port {taken} is taken"),
        (listening("http.stream", listen="127.0.0.1:80"), "127.0.0.1:80: Permission denied"),
        (receiver("New", listen="127.0.0.1:443"), "127.0.0.1:443: Permission denied"),
        (listening("http.stream", tls=key), "Permission denied"),
        (receiver("New", tls=key), "Permission denied"),
        (listening("http.stream", tls="auto"), ".router"),
        (listening("http.stream", listen="203.0.113.7:8090"), "203.0.113.7"),
        ({"type": "wav.rotator", "directory": str(nobodys / "closed" / "sound")}, "Permission denied"),
    ]
    before, text = lasting(admin), router.file.read_bytes()
    for number in range(1_000 if SOAK else 100):
        node, cause = copy.deepcopy(chance.choice(causes))
        document = copy.deepcopy(before[1]["document"])
        document["nodes"]["new"] = node
        if chance.random() < 0.7:
            document["nodes"] |= {"g": {"type": "gain"}, "other": listening("http.stream", path="/other.wav")}
            document["links"] = ["phone -> g -> web", "phone -> other"]
        fade = chance.choice([0, 5, 20])
        answer = admin.put(f"graph?crossfadeMs={fade}", document, match="*")
        assert answer.status == 422, (number, node, answer)
        (problem,) = answer.problems
        assert problem["pointer"] == "/nodes/new" and cause in problem["message"], (node, problem)
        assert lasting(admin) == before, number
        assert router.file.read_bytes() == text, number
    playing.check()
    assert not router.file.with_name("routes.json.new").exists()


def test_a_running_node_keeps_what_its_successor_cannot_get(start, play, taken):
    router = start(to_web())
    playing = play(router, "phone")
    admin = Admin(router.admin)
    before, text = lasting(admin), router.file.read_bytes()
    for name in ("phone", "web"):
        answer = admin.patch(f"nodes/{name}", {"listen": f"127.0.0.1:{taken}"})
        assert answer.status == 422 and answer.problems[0]["path"] == f"nodes.{name}", answer
        assert lasting(admin) == before and router.file.read_bytes() == text
    # Successors that could run, in a change that cannot be: they give back what they got.
    document = copy.deepcopy(before[1]["document"])
    document["nodes"]["new"] = listening("http.stream", listen=f"127.0.0.1:{taken}")
    for name in ("phone", "web"):
        document["nodes"][name]["listen"] = "127.0.0.2:0"
    for _ in range(10):
        answer = admin.put("graph", document, match="*")
        assert answer.status == 422 and [problem["path"] for problem in answer.problems] == ["nodes.new"], answer
        assert lasting(admin) == before and router.file.read_bytes() == text
    assert 'node="new"' not in router.get("/metrics")[1]
    playing.check()


def test_a_hundred_missing_devices_are_accepted_and_wait(start, play):
    router = start(to_web())
    playing = play(router, "phone")
    admin = KeptAdmin(router.admin)
    for number in range(20):
        answer = admin.put(f"nodes/one-{number}", {"type": "alsa.sink", "device": f"nosuch-{number}"})
        assert answer.status == 200 and answer.json["applied"]["added"] == [f"one-{number}"]
    document = admin.graph["document"]
    more = {f"many-{number}": {"type": "alsa.sink", "device": f"missing-{number}"} for number in range(80)}
    document["nodes"] |= more
    document["links"] = [*document["links"], *(f"phone -> {name}" for name in more)]
    assert admin.put("graph", document, match="*").status == 200
    nodes = [node for node in admin.graph["nodes"] if node["type"] == "alsa.sink"]
    assert len(nodes) == 100
    for node in nodes:
        assert node["state"] == "waiting" and node["config"]["device"] in node["reason"] and node["nextTry"], node
    playing.check()
    for name in list(more):
        del document["nodes"][name]
    document["links"] = ["phone -> web"]
    assert admin.put("graph", document, match="*").status == 200
    assert len(admin.graph["nodes"]) == 22
    playing.check()


def test_of_two_editors_that_race_exactly_one_wins_each_round(start, play):
    router = start(to_web())
    playing = play(router, "phone")
    admins = [KeptAdmin(router.admin), KeptAdmin(router.admin)]
    won = [0, 0]
    for turn in range(1_000 if SOAK else 100):
        seen = admins[0].get()
        together, answers = threading.Barrier(2), [None, None]

        def edit(editor):
            document = copy.deepcopy(seen.json["document"])
            document["nodes"]["g"] = {"type": "gain", "label": f"editor {editor}", "gainDb": 0}
            document["links"] = ["phone -> g -> web"] if (turn + editor) % 2 else ["phone -> web"]
            document["nodes"][f"mine-{editor}"] = {"type": "null", "label": str(turn)}
            together.wait(10)
            answers[editor] = (document, admins[editor].put("graph", document, match=seen.tag))

        editors = [threading.Thread(target=edit, args=(editor,)) for editor in (0, 1)]
        for editor in editors:
            editor.start()
        for editor in editors:
            editor.join(20)
        statuses = [answer.status for _, answer in answers]
        assert sorted(statuses) == [200, 412], (turn, answers)
        winner = statuses.index(200)
        won[winner] += 1
        after = admins[0].get()
        assert after.tag == answers[winner][1].tag
        assert after.json["document"]["nodes"] == answers[winner][0]["nodes"], turn
    playing.check()
    print(f"won: {won}")


@pytest.fixture
def lone_card(tmp_path, double):
    """A card that one program opens at a time, as a real one."""
    return soundcard.SoundCard(tmp_path / "lone", double, alone=True)


def card_sink(**options) -> dict:
    return {"type": "alsa.sink", "device": "card", "mixer": False} | options


def to_card(name: str, node: dict) -> dict:
    document = to_web()
    document["nodes"][name] = node
    document["links"] = ["phone -> web", f"phone -> {name}"]
    return document


def test_a_card_is_handed_over_in_one_transaction_and_given_back_on_failure(start, play, lone_card):
    router = start(to_card("a", card_sink()), env=lone_card.env)
    router.wait_for_state("a", "running")
    playing = play(router, "phone")
    admin = Admin(router.admin)

    def plays():
        known = len(lone_card.played)
        eventually(lambda: len(lone_card.played) > known + sound.RATE // 4, 10, "sound on the card")

    plays()
    over = to_card("b", card_sink(periodMs=20)) | {"version": 1, "admin": {"listen": "127.0.0.1:0"}}
    # The file cannot be saved: that is found when a has already let go.
    blocked = router.file.with_name("routes.json.new")
    (blocked / "in-the-way").mkdir(parents=True)
    for _ in range(5):
        before = lasting(admin)
        answer = admin.put("graph", over, match="*")
        assert answer.status == 500, answer
        assert lasting(admin) == before and router.node("a")["state"] == "running"
        plays()
    (blocked / "in-the-way").rmdir()
    blocked.rmdir()
    for turn in range(6):
        name, gone = ("b", "a") if turn % 2 == 0 else ("a", "b")
        answer = admin.put("graph", over | to_card(name, card_sink(periodMs=20 - 10 * (turn % 2))), match="*")
        assert answer.status == 200 and answer.json["applied"]["added"] == [name], answer
        assert answer.json["applied"]["removed"] == [gone]
        assert router.node(name)["state"] == "running"
        plays()
    playing.check()


def test_a_card_that_plays_is_not_given_up_for_one_that_is_missing(start, play, lone_card):
    router = start(to_card("a", card_sink()), env=lone_card.env)
    router.wait_for_state("a", "running")
    playing = play(router, "phone")
    admin = Admin(router.admin)
    before = lasting(admin)
    missing = {"device": "nosuch"}
    answer = admin.patch("nodes/a", missing)
    assert answer.status == 409 and answer.problems[0]["path"] == "nodes.a", answer
    assert "nosuch" in answer.problems[0]["message"]
    assert lasting(admin) == before
    known = len(lone_card.played)
    eventually(lambda: len(lone_card.played) > known + sound.RATE // 4, 10, "sound on the card")
    assert admin.patch("nodes/a?force=true", missing).status == 200
    assert router.node("a")["state"] == "waiting"
    assert admin.post("graph/undo").status == 200
    router.wait_for_state("a", "running")
    playing.check()


def test_a_port_is_handed_over_and_given_back_on_failure(start, play):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    document = to_web()
    document["nodes"]["other"] = listening("http.stream", listen=f"127.0.0.1:{port}", path="/other.wav")
    document["links"].append("phone -> other")
    router = start(document)
    playing = play(router, "phone")
    admin = Admin(router.admin)

    def is_open(host) -> bool:
        try:
            socket.create_connection((host, port), timeout=2).close()
        except OSError:
            return False
        return True

    # 0.0.0.0 needs all addresses of the port; a foreign process has one of them.
    with socket.create_server(("127.0.0.2", port)):
        before = lasting(admin)
        answer = admin.patch("nodes/other", {"listen": f"0.0.0.0:{port}"})
        assert answer.status == 422 and answer.problems[0]["path"] == "nodes.other", answer
        assert "is taken" in answer.problems[0]["message"]
        assert lasting(admin) == before and is_open("127.0.0.1")
        ear = RampEar("127.0.0.1", port, "/other.wav")
        eventually(lambda: ear.heard > sound.RATE // 4, 10, "the ramp at the port that was given back")
        ear.stop()
        assert ear.account.faults == {}
    for host in ("0.0.0.0", "127.0.0.1", "0.0.0.0"):
        answer = admin.patch("nodes/other", {"listen": f"{host}:{port}"})
        assert answer.status == 200 and answer.json["applied"]["replaced"] == ["other"], answer
        assert is_open("127.0.0.1") and is_open("127.0.0.3") == (host == "0.0.0.0")
    # One node's port becomes another's.
    document = admin.graph["document"]
    document["nodes"]["new"] = document["nodes"].pop("other") | {"bufferSeconds": 3}
    document["links"] = ["phone -> web", "phone -> new"]
    assert admin.put("graph", document, match="*").json["applied"]["removed"] == ["other"]
    assert is_open("127.0.0.1") and router.node("new")["state"] == "running"
    playing.check()
