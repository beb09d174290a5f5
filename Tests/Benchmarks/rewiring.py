"""Changes of a graph that plays: how long they take and what is lost, beside JACK2 on its dummy driver."""

import contextlib
import json
import os
import subprocess
import time
from pathlib import Path

from measure import HERE, program, settled, stop

# From Tests/EndToEnd, which measure makes known.
from admin_client import KeptAdmin
from documents_used import to_web
from playing import Playing

NODES = 100
PAUSE = 0.02
KINDS = ("none", "beside", "link", "node")
PERIOD_FRAMES = 1024


def hundred_nodes() -> dict:
    """Two nodes of the ramp, a node to put between them, and 97 more: chains of gains that a tone goes through."""
    document = to_web()
    document["nodes"] |= {"gain": {"type": "gain"}, "tone": {"type": "tone"}}
    rest = [f"g{number}" for number in range(NODES - len(document["nodes"]))]
    document["nodes"] |= {name: {"type": "gain", "gainDb": -1} for name in rest}
    document["links"] += [" -> ".join(["tone", *rest[at:at + 8]]) for at in range(0, len(rest), 8)]
    return document


def patches(kind: str, document: dict) -> list[dict]:
    """What is asked by turns; each is one transaction."""
    links = document["links"]
    through = [link for link in links if link != "phone -> web"] + ["phone -> gain -> web"]
    return {
        "none": [{}, {}],
        "beside": [{"links": [*links, "tone -> gain"]}, {"links": links}],
        "link": [{"links": through}, {"links": links}],
        "node": [{"nodes": {"new": {"type": "gain"}}, "links": [link.replace("gain", "new") for link in through]},
                 {"nodes": {"new": None}, "links": links}],
    }[kind]


def percentiles(times: list[float]) -> dict:
    times = sorted(times)
    return {"p50": times[len(times) // 2], "p99": times[len(times) * 99 // 100], "longest": times[-1]}


def timing(answer) -> dict:
    """The parts of Server-Timing, in milliseconds."""
    parts = (part.strip().split(";dur=") for part in answer.fields["Server-Timing"].split(","))
    return {name: float(value) for name, value in parts}


def edit(admin: KeptAdmin, playing: Playing, document: dict, kind: str, count: int) -> dict:
    """That many transactions, at the pace; times in milliseconds."""
    before, heard = dict(playing.ear.account.faults), playing.ear.heard
    outside, inside = [], []
    for turn in range(count):
        if kind != "none":
            began = time.monotonic()
            answer = admin.patch("graph?crossfadeMs=5", patches(kind, document)[turn % 2], match="*")
            outside.append(1000 * (time.monotonic() - began))
            if answer.status != 200:
                raise RuntimeError(str(answer))
            parts = timing(answer)
            inside.append(parts["rewire"] + parts["save"])
        time.sleep(PAUSE)
    time.sleep(0.5)
    faults = playing.ear.account.faults
    lost = {name: faults.get(name, 0) - before.get(name, 0) for name in ("lost", "repeated", "silent", "wrong")}
    found = {"edits": len(outside), "heard": playing.ear.heard - heard} | lost
    return found | ({"outside": percentiles(outside), "inside": percentiles(inside)} if outside else {})


def ours(folder: Path, saves: bool, count: int) -> dict:
    document = hundred_nodes()
    one = program.Router(folder, document, arguments=() if saves else ("--no-save",))
    try:
        one.start(prepare=settled())
        playing = Playing(one, "phone")
        admin = KeptAdmin(one.admin)
        found = {kind: edit(admin, playing, document, kind, count) for kind in KINDS}
        if not all(sender.is_connected for sender in playing.senders):
            raise RuntimeError("the sender was disconnected")
        playing.stop()
        return found
    finally:
        if one.process:
            stop(one.process)


@contextlib.contextmanager
def jack_server(folder: Path):
    """A JACK server of our own; yields the environment its clients need."""
    env = os.environ | {"JACK_DEFAULT_SERVER": f"bench-{os.getpid()}", "JACK_NO_AUDIO_RESERVATION": "1"}
    with (folder / "jackd.txt").open("wb") as output:
        server = subprocess.Popen(
            ["jackd", "-n", env["JACK_DEFAULT_SERVER"], "-d", "dummy", "-r", "48000", "-p", str(PERIOD_FRAMES)],
            env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield env
        finally:
            stop(server)


def jack(folder: Path, count: int) -> dict:
    binary = folder / "edits"
    subprocess.run(
        ["gcc", "-O2", "-o", str(binary), str(HERE / "jack" / "edits.c"), "-ljack", "-lm"], check=True)
    found = {}
    with jack_server(folder) as env:
        for kind, order in [("none", "overlap"), ("beside", "overlap"), *(
                (kind, order) for kind in ("link", "node") for order in ("overlap", "break"))]:
            command = [str(binary), kind, order, str(count), str(1000 * PAUSE)]
            done = None
            for _ in range(50):
                done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600)
                if done.returncode == 0 or "no JACK server" not in done.stderr:
                    break
                time.sleep(0.1)
            if done.returncode != 0:
                raise RuntimeError(done.stderr + (folder / "jackd.txt").read_text(errors="replace"))
            found[f"{kind}, {order}"] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(folder: Path, seconds: float) -> dict:
    """Router with and without saving, then JACK2, one after the other on the same machine."""
    count = max(20, round(20 * seconds))
    found = {}
    for name, saves in (("saved", True), ("unsaved", False)):
        found[name] = ours(folder / name, saves, count)
        print(f"  router, {name}: {found[name]}", flush=True)
    found["jack"] = jack(folder, count)
    print(f"  JACK2: {found['jack']}", flush=True)
    return found
