"""Senders: CPU per sender, and how many one core takes with no packet later than 100 ms."""

import time
from pathlib import Path

from measure import LOAD_CORE, SERVER_CORE, Load, Usage, our_router, python_server

LATE_MS = 100
PACKETS_PER_SECOND = 50
# A generator that is later than this itself measures the machine, not the server.
GENERATOR_LATE_MS = 20
# What one core can send. Of larger crowds the rest is sent from the server's core, in the time the server leaves free.
CROWD_OF_ONE_CORE = 2000


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
    shares = [(min(count, CROWD_OF_ONE_CORE), LOAD_CORE, 0), (count - CROWD_OF_ONE_CORE, SERVER_CORE, CROWD_OF_ONE_CORE)]
    runs = []
    for share, core, first in shares[: 2 if count > CROWD_OF_ONE_CORE else 1]:
        file = folder / f"ports-{core}.txt"
        file.write_text(" ".join(map(str, ports[first:first + share] if len(ports) > 1 else ports)))
        # The second one lets the server go first.
        runs.append(Load(load, "send", "--port-file", file, "--count", share, "--seconds", seconds + 3,
                         "--ping-every", 50, core=core, goes_first=core == LOAD_CORE).begun())
    time.sleep(1)
    usage = Usage(pid)
    time.sleep(seconds)
    percent = usage.percent()
    results = [run.result() for run in runs]

    def worst(what: str, quantile: str) -> float:
        return max(result[what].get(quantile, 0) for result in results)

    latest = max(worst("pongMs", "max"), worst("blockedMs", "max"))
    lost = sum(result["lost"] for result in results)
    packets = sum(result["packets"] for result in results)
    return {
        "senders": count, "cpu": percent, "lost": lost, "p50": worst("pongMs", "p50"),
        "p999": worst("pongMs", "p999"), "latest": latest, "generator": worst("ownLateMs", "max"),
        "sent": packets / (count * PACKETS_PER_SECOND * (seconds + 3)),
        "good": lost == 0 and latest <= LATE_MS and all(result["pongMs"]["count"] > 0 for result in results),
        "busy": worst("ownLateMs", "p999") > GENERATOR_LATE_MS,
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
