#!/usr/bin/python3
"""Measures the router beside what a user would otherwise run, and rewrites the tables of docs/benchmarks.md.

usage: run.py [senders] [listeners] [start] [hop] [rewire] [decode] [record] [press] [collect]

Without names: all of them. The page shows each part as it was measured last.
BENCH_SECONDS says how long each point is measured (10); BENCH_REALTIME=1 gives real-time priority on a busy machine.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import collecting
import decoding
import listeners
import page
import presses
import recording
import rewiring
import senders
from measure import ROOT, Usage, build_load, memory_mib, our_router

SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
IDLE = {
    "nodes": {
        "phone": {"type": "ariacast.receiver", "listen": "127.0.0.1:0", "discovery": "127.0.0.1:0"},
        "speaker": {"type": "alsa.sink", "device": "default"},
        "web": {"type": "http.stream", "listen": "127.0.0.1:0"},
    },
    "links": ["phone -> speaker", "phone -> web"],
}


def bench_senders(load: Path, folder: Path) -> dict:
    print("CPU per sender", flush=True)
    each = senders.per_sender(load, folder, [1, 10, 100, 1000], SECONDS)
    print("Senders per core", flush=True)
    return {"each": each, "most": senders.most(load, folder, [1500, 2000, 2500, 3000, 3500, 4000], SECONDS)}


def bench_listeners(load: Path, folder: Path) -> dict:
    print("Listeners per machine", flush=True)
    return listeners.most(load, folder, [100, 500, 1000, 1500, 2000], SECONDS)


def bench_start(load: Path, folder: Path) -> dict:
    print("Start and idle", flush=True)
    times = []
    for number in range(20):
        with our_router(folder / f"start-{number}", IDLE, core=None) as router:
            times.append(router.ready_after * 1000)
    found = {"ready": statistics.median(times), "readyWorst": max(times)}
    for name, document in (("idle", IDLE), ("shipped", (ROOT / "routes.json").read_text())):
        with our_router(folder / name, document, core=None) as router:
            time.sleep(5)
            usage = Usage(router.pid)
            time.sleep(max(10.0, SECONDS))
            found[name] = {"cpu": usage.percent(), "memory": memory_mib(router.pid), "nodes": len(router.api("/graph")["nodes"])}
    print(f"  {found}", flush=True)
    return found


def bench_hop(load: Path, folder: Path) -> dict:
    print("Hop", flush=True)
    swift = os.environ.get("SWIFT", "swift")
    subprocess.run([swift, "build", "-c", "release", "--product", "bench-hop", "-q"], cwd=ROOT, check=True)
    output = subprocess.run([ROOT / ".build/release/bench-hop"], capture_output=True, text=True, check=True).stdout
    print(f"  {output.strip()}", flush=True)
    return json.loads(output)


def bench_rewire(load: Path, folder: Path) -> dict:
    print("Changing the graph", flush=True)
    return rewiring.measure(folder, SECONDS)


def bench_decode(load: Path, folder: Path) -> dict:
    print("Decoding", flush=True)
    return decoding.measure(folder)


def bench_record(load: Path, folder: Path) -> dict:
    print("Microphones into files", flush=True)
    return recording.measure(folder, [100, 500, 1000, 1500], SECONDS)


def bench_press(load: Path, folder: Path) -> dict:
    print("A press to the last of fifty browsers", flush=True)
    return presses.measure(load, folder, 50, round(200 * SECONDS))


def bench_collect(load: Path, folder: Path) -> dict:
    print("Streams of a media server into Redis", flush=True)
    return collecting.measure(folder, [10, 100, 1000], SECONDS)


PARTS = {
    "senders": bench_senders, "listeners": bench_listeners, "start": bench_start, "hop": bench_hop,
    "rewire": bench_rewire,
    "decode": bench_decode, "record": bench_record, "press": bench_press, "collect": bench_collect,
}
KEPT = ROOT / ".build" / "benchmarks.json"


def main() -> int:
    names = sys.argv[1:] or list(PARTS)
    if not set(names) <= set(PARTS):
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        load = build_load(Path(folder))
        found = {name: PARTS[name](load, Path(folder)) for name in names}
    if KEPT.exists():
        found = json.loads(KEPT.read_text()) | found
    KEPT.write_text(json.dumps(found, indent=1))
    if set(PARTS) <= set(found):
        page.rewrite(found, SECONDS)
        print("docs/benchmarks.md is rewritten", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
