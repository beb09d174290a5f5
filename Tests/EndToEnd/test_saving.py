"""What is on disk and when: saved changes, kill -9, edits by others, damaged documents."""

import http.client
import json
import os
import random
import re
import signal
import threading
import time

import pytest
from admin_client import Admin
from documents_used import COMMENTED
from mutations import damage_text, damage_value
from router import eventually

SOAK = os.environ.get("SOAK") == "1"


def value_in(text: str) -> int | None:
    """The gain of a whole document; None of anything else."""
    found = re.fullmatch(re.escape(COMMENTED).replace(r"\-3", r"(-?\d+)"), text)
    return int(found[1]) if found else None


def test_killed_at_any_moment_the_file_is_old_or_new_and_200_means_on_disk(start, tmp_path):
    chance = random.Random(4)
    rounds = 200 if SOAK else 40
    written, chance = 0, random.Random(4)
    for turn in range(rounds):
        router = start(COMMENTED, folder=f"storm-{turn}")
        admin = Admin(router.admin)
        state = {"answered": -3, "sent": -3, "writes": 0}

        def storm():
            value = state["answered"]
            while True:
                value = value - 1 if value > -120 else -4
                state["sent"] = value
                try:
                    status = admin.patch("nodes/g", {"gainDb": value}, timeout=5).status
                except (OSError, http.client.HTTPException):
                    return
                assert status == 200
                state["answered"] = value
                state["writes"] += 1

        writer = threading.Thread(target=storm)
        writer.start()
        time.sleep(chance.uniform(0.0, 0.08))
        os.kill(router.pid, signal.SIGKILL)
        router.process.wait()
        writer.join(10)
        on_disk = value_in(router.file.read_text())
        assert on_disk in (state["answered"], state["sent"]), (turn, on_disk, state)
        written += state["writes"]
        if turn % 10 == 0:
            start(router.file.read_text(), folder=f"again-{turn}").stop()
    assert written > rounds, "the storm was a calm"


def test_a_saved_edit_is_applied_and_comments_of_both_survive(admin):
    file = admin.router.file
    file.write_text(COMMENTED.replace("-3", "-12").replace("// quieter", "// much quieter"))
    eventually(lambda: admin.graph["revision"] == 2, 5, "the edit")
    assert admin.router.node("g")["config"]["gainDb"] == -12
    assert admin.patch("nodes/t", {"label": "Sine"}).status == 200
    assert "// much quieter" in file.read_text() and "Sine" in file.read_text()
    assert admin.post("graph/undo").status == 200 and admin.post("graph/undo").status == 200
    assert file.read_text() == COMMENTED


def test_an_editor_that_renames_over_the_file_is_seen(admin):
    file = admin.router.file
    beside = file.with_name(".routes.json.swp")
    beside.write_text(COMMENTED.replace("-3", "-7"))
    beside.rename(file)
    eventually(lambda: admin.router.node("g")["config"]["gainDb"] == -7, 5, "the edit")
    file.unlink()
    time.sleep(0.5)
    assert admin.router.node("g")["config"]["gainDb"] == -7
    file.write_text(COMMENTED.replace("-3", "-8"))
    eventually(lambda: admin.router.node("g")["config"]["gainDb"] == -8, 5, "the edit")


def test_an_invalid_edit_is_reported_and_the_graph_plays_on(admin):
    file = admin.router.file
    wrong = COMMENTED.replace('"gainDb"', '"gainDB"').replace('"null"', '"nul"')
    file.write_text(wrong)
    problems = eventually(lambda: admin.graph["documentProblems"], 5, "the problems")
    assert {problem["path"] for problem in problems} == {"nodes.g.gainDB", "nodes.n.type"}
    assert all(problem["line"] and problem["column"] and problem["fix"] for problem in problems)
    graph = admin.graph
    assert graph["revision"] == 1 and all(node["state"] == "running" for node in graph["nodes"])
    for line in ("routes.json:7:28: error: nodes.g.gainDB: unknown key", "routes.json:8:20: error: nodes.n.type"):
        eventually(lambda: line in admin.router.log, 5, line)
    eventually(lambda: "plays on" in admin.router.log, 5, "the words")
    assert file.read_text() == wrong
    packets = graph["links"][0]["stats"]["packets"]
    eventually(lambda: admin.graph["links"][0]["stats"]["packets"] > packets, 5, "more packets")
    file.write_text(COMMENTED.replace("-3", "-9"))
    eventually(lambda: admin.graph["revision"] == 2, 5, "the right edit")
    assert admin.graph["documentProblems"] == []


def test_a_change_over_an_invalid_edit_keeps_that_as_the_backup(admin):
    file = admin.router.file
    wrong = COMMENTED.replace('"gainDb"', '"gainDB"')
    file.write_text(wrong)
    eventually(lambda: admin.graph["documentProblems"], 5, "the problems")
    assert admin.patch("nodes/g", {"gainDb": -4}).status == 200
    assert value_in(file.read_text()) == -4
    assert file.with_name("routes.json.bak").read_text() == wrong
    assert admin.graph["documentProblems"] == []


def test_what_somebody_saved_a_moment_ago_makes_a_change_stale(admin):
    tag = admin.tag
    admin.router.file.write_text(COMMENTED.replace("-3", "-11"))
    assert admin.patch("nodes/g", {"mute": True}, match=tag).status == 412
    assert admin.patch("nodes/g", {"mute": True}, match=admin.tag).status == 200
    assert admin.router.node("g")["config"] == {"type": "gain", "gainDb": -11, "mute": True}


def test_sighup_reads_the_document_again(admin):
    os.kill(admin.router.pid, signal.SIGHUP)
    eventually(lambda: "plays already" in admin.router.log, 5, "the answer to the signal")
    admin.router.file.write_text("{")
    eventually(lambda: admin.graph["documentProblems"], 5, "the problems")
    admin.router.file.write_text(COMMENTED.replace("-3", "-5"))
    os.kill(admin.router.pid, signal.SIGHUP)
    eventually(lambda: admin.graph["revision"] == 2, 5, "the edit")
    assert admin.graph["documentProblems"] == []


def test_without_saving_the_file_stays(start):
    router = start(COMMENTED, arguments=["--no-save"])
    admin = Admin(router.admin)
    assert admin.patch("nodes/g", {"gainDb": -30}).status == 200
    assert router.node("g")["config"]["gainDb"] == -30
    assert router.file.read_text() == COMMENTED and not router.file.with_name("routes.json.bak").exists()
    assert admin.post("graph/undo").status == 200
    router.file.write_text(COMMENTED.replace("-3", "-31"))
    eventually(lambda: router.node("g")["config"]["gainDb"] == -31, 5, "the edit")


def test_what_cannot_be_saved_is_refused_and_changes_nothing(admin):
    folder = admin.router.folder
    blocked = folder / "routes.json.new"
    blocked.mkdir()
    (blocked / "in-the-way").touch()
    before = admin.get()
    answer = admin.patch("nodes/g", {"gainDb": -30})
    assert answer.status == 500 and "routes.json" in answer.problems[0]["message"], answer
    after = admin.get()
    assert after.tag == before.tag and after.json["document"] == before.json["document"]
    assert admin.router.file.read_text() == COMMENTED
    (blocked / "in-the-way").unlink()
    blocked.rmdir()
    assert admin.patch("nodes/g", {"gainDb": -30}).status == 200


def test_what_plays_and_could_not_be_put_in_its_place_is_said_and_saved_with_the_next_change(admin):
    file = admin.router.file
    file.unlink()
    (file / "in the way").mkdir(parents=True)
    before = admin.graph["revision"]
    answer = admin.patch("nodes/g", {"gainDb": -7})
    assert answer.status == 500 and "plays, but is not saved" in answer.text, answer
    assert admin.graph["revision"] == before + 1
    assert admin.router.node("g")["config"]["gainDb"] == -7
    assert "plays, but is not saved" in admin.router.log
    assert not file.with_name("routes.json.new").exists()
    (file / "in the way").rmdir()
    file.rmdir()
    assert admin.patch("nodes/t", {"levelDb": -20}).status == 200
    saved = file.read_text()
    assert '"gainDb": -7' in saved and '"levelDb": -20' in saved and "// the house" in saved


def test_damaged_documents_through_the_api_leave_it_alive_and_right(admin):
    chance = random.Random(11)
    document = admin.graph["document"]
    rounds = 10_000 if SOAK else 500
    accepted = 0
    for turn in range(rounds):
        before = admin.get() if turn % 20 == 0 else before
        text = turn % 2 == 0
        body = damage_text(json.dumps(document, indent=1), chance) if text else damage_value(document, chance)
        answer = admin.put("graph?dryRun=true", body, match="*")
        assert answer.status in (200, 400, 422), (body, answer)
        if answer.status != 200:
            real = admin.put("graph", body, match="*")
            assert real.status == answer.status and real.problems, (body, real)
        else:
            accepted += 1
        if turn % 20 == 19:
            after = admin.get()
            assert (after.tag, after.json["document"]) == (before.tag, before.json["document"])
    assert accepted < rounds / 2 and admin.router.file.read_text() == COMMENTED
    assert all(node["state"] == "running" for node in admin.graph["nodes"])


def test_damaged_files_leave_it_alive_and_right(admin):
    chance = random.Random(12)
    file = admin.router.file
    # What comes before stays, or a lucky hit would move the admin listener away from the test.
    head, mark, tail = COMMENTED.partition('"nodes"')
    tail = mark + tail
    rounds = 10_000 if SOAK else 40
    for turn in range(rounds):
        file.write_bytes(head.encode() + damage_text(tail, chance))
        os.kill(admin.router.pid, signal.SIGHUP)
        if turn % 10 == 0:
            assert admin.router.process.poll() is None
            assert admin.get("/health").status == 200
    file.write_text(COMMENTED.replace("-3", "-21"))
    eventually(lambda: admin.router.node("g")["config"].get("gainDb") == -21, 10, "the whole document")
    assert all(node["state"] == "running" for node in admin.graph["nodes"])
