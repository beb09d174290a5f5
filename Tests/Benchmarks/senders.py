"""Senders: CPU per sender, and how many one core takes with no packet later than 100 ms."""

import time
from pathlib import Path

from measure import Load, Usage, our_router, python_server

LATE_MS = 100
# A generator that is later than this itself measures the machine, not the server.
GENERATOR_LATE_MS = 20


def document(count: int) -> dict:
    """As many speakers as senders, without discovery, all counted by one sink."""
    nodes = {
        f"phone{number}": {"type": "ariacast.receiver", "listen": "127.0.0.1:0", "discovery": False,
                           "name": f"Room {number}"}
        for number in range(count)
    }
    return {
        "nodes": nodes | {"count": {"type": "null"}},
        "links": [f"{name} -> count" for name in nodes],
    }


def ports_of(router, count: int) -> list[int]:
    found = {node["id"]: node["addresses"] for node in router.api("/graph")["nodes"]}
    return [int(found[f"phone{number}"][0].rsplit(":", 1)[1]) for number in range(count)]


def measure(load: Path, pid: int, ports: list[int], count: int, seconds: float, folder: Path) -> dict:
    file = folder / "ports.txt"
    file.write_text(" ".join(map(str, ports)))
    run = Load(load, "send", "--port-file", file, "--count", count, "--seconds", seconds + 2).begun()
    time.sleep(1)
    usage = Usage(pid)
    time.sleep(seconds)
    percent = usage.percent()
    result = run.result()
    latest = max(result["pongMs"].get("max", 0), result["blockedMs"].get("max", 0))
    return {
        "senders": count, "cpu": percent, "lost": result["lost"], "p50": result["pongMs"].get("p50", 0),
        "p999": result["pongMs"].get("p999", 0), "latest": latest, "generator": result["ownLateMs"].get("max", 0),
        "good": result["lost"] == 0 and latest <= LATE_MS and result["pongMs"]["count"] > 0,
        "busy": result["ownLateMs"].get("p999", 0) > GENERATOR_LATE_MS,
    }


def with_ours(load: Path, count: int, seconds: float, folder: Path) -> dict:
    with our_router(folder / f"router-{count}", document(count)) as router:
        return measure(load, router.pid, ports_of(router, count), count, seconds, folder)


def with_python(name: str):
    def run(load: Path, count: int, seconds: float, folder: Path) -> dict:
        with python_server(name) as (pid, port):
            return measure(load, pid, [port], count, seconds, folder)
    return run


SERVERS = {"router": with_ours, "aiohttp": with_python("aiohttp"), "picows": with_python("picows")}


def per_sender(load: Path, folder: Path, counts: list[int], seconds: float) -> dict[str, list[dict]]:
    """CPU of each server at each count, servers taking turns."""
    found = {name: [] for name in SERVERS}
    for count in counts:
        for name, run in SERVERS.items():
            found[name].append(run(load, count, seconds, folder))
            print(f"  {name:8} {found[name][-1]}", flush=True)
    return found


def most(load: Path, folder: Path, steps: list[int], seconds: float) -> dict[str, list[dict]]:
    """Each server at more and more senders until a packet is late."""
    found = {name: [] for name in SERVERS}
    for name, run in SERVERS.items():
        for count in steps:
            found[name].append(run(load, count, seconds, folder))
            print(f"  {name:8} {found[name][-1]}", flush=True)
            if not found[name][-1]["good"]:
                break
    return found
