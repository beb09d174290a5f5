"""The graph is changed at random and under way while a ramp plays: no frame of what is not touched is lost."""

import contextlib
import json
import os
import re
import time
from collections import Counter

from admin_client import KeptAdmin
from router import eventually
from storm import Storm, first_graph

SOAK = os.environ.get("SOAK") == "1"
PER_SECOND = 50


def descriptors(router) -> list[str]:
    """What the process has open, without the numbers."""
    folder = f"/proc/{router.pid}/fd"
    found = []
    for name in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):
            found.append(re.sub(r"\d+", "", os.readlink(f"{folder}/{name}")))
    return sorted(found)


def more_than(before: list[str], now: list[str]) -> Counter:
    return Counter(now) - Counter(before)


def run(admin: KeptAdmin, storm: Storm, count: int) -> tuple[Counter, list[float]]:
    """Does that many transactions at the pace; after each the graph must be the model's."""
    first = admin.get()
    tags = {"now": first.tag, "old": '"long.ago"', "*": "*", None: None}
    revision = first.json["revision"]
    done, times = Counter(), []
    begun = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, begun + number / PER_SECOND - time.monotonic()))
        step = storm.step()
        asked = time.monotonic()
        answer = admin.call(step.method, step.path, step.body, match=tags[step.match])
        times.append(time.monotonic() - asked)
        assert answer.status in step.statuses, (number, step, answer)
        if answer.status == 200:
            storm.accepted(step)
            revision += 1
        elif step.culprit:
            assert any(step.culprit in problem["path"].split(".") for problem in answer.problems), (step, answer)
        shown = admin.get()
        tags["now"] = shown.tag
        assert storm.graph.difference(shown.json) == [], (number, step, answer)
        assert shown.json["revision"] == revision, (number, step, answer)
        done[f"{step.name} {answer.status}"] += 1
    return done, times


def test_a_storm_of_transactions_leaves_the_untouched_path_whole(start, play, taken):
    router = start(first_graph().document())
    playing = play(router, "phone", "busy")
    admin = KeptAdmin(router.admin)
    admin.get()
    before = descriptors(router)
    storm = Storm(20, taken)
    begun = time.monotonic()
    done, times = run(admin, storm, 20_000 if SOAK else 1_000)
    seconds = time.monotonic() - begun
    playing.check()
    times.sort()
    print(f"{len(times)} transactions in {seconds:.1f} s, answered in {1000 * times[len(times) // 2]:.1f} ms (median), "
          f"{1000 * times[len(times) * 99 // 100]:.1f} ms (99 %), {1000 * times[-1]:.1f} ms (longest); "
          f"{playing.ear.heard} frames heard; {dict(done.most_common())}")
    kinds = {name.rsplit(" ", 1)[0] for name in done}
    assert {"put graph", "put node", "undo", "cannot start", "cannot start among others", "stale"} <= kinds
    assert json.loads(router.file.read_text())["nodes"] == storm.graph.nodes
    # What came with the storm goes with it.
    assert admin.put("graph", first_graph().document(), match="*").status == 200
    eventually(lambda: not more_than(before, descriptors(router)), 15, f"the end of what the storm opened: {before}")
    names = {"phone", "web", "busy"}
    assert {node["id"] for node in admin.graph["nodes"]} == names
    assert not [line for line in router.get("/metrics")[1].splitlines() if 'node="n' in line or 'node="m' in line]
    playing.check()
