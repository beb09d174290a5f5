"""Listeners of one PCM stream at full rate: ours beside Icecast."""

from pathlib import Path

from icecast import PASSWORD, icecast
from measure import Load, Usage, our_router

BYTES_PER_SECOND = 192_000
DOCUMENT = {
    "nodes": {
        "phone": {"type": "ariacast.receiver", "listen": "127.0.0.1:0", "discovery": False, "name": "Room"},
        "web": {"type": "http.stream", "listen": "127.0.0.1:0", "maxListeners": 5000},
    },
    "links": ["phone -> web"],
}


def measure(pid: int, load: Path, send: list, listen: list, count: int, seconds: float) -> dict:
    source = Load(load, "send", *send, "--counter", "--ping-every", 0, "--seconds", seconds + 120, core=None).begun()
    try:
        run = Load(
            load, "listen", *listen, "--count", count, "--warmup", 3, "--seconds", seconds, "--counter", core=None)
        run.begun()
        usage = Usage(pid)
        result = run.result()
        percent = usage.percent()
    finally:
        source.process.kill()
        source.process.communicate()
    share = result["bytesLeast"] / (BYTES_PER_SECOND * seconds)
    return {
        "listeners": count, "cpu": percent, "closed": result["closed"], "breaks": result["breaks"],
        "least": share, "gap": result["gapMs"].get("max", 0), "generator": result["ownLateMs"].get("max", 0),
        "good": result["closed"] == 0 and result["breaks"] == 0 and share > 0.98,
    }


def with_ours(load: Path, count: int, seconds: float, folder: Path) -> dict:
    with our_router(folder / f"listeners-{count}", DOCUMENT, core=None) as router:
        phone, web = router.bound("phone")[1], router.bound("web")[1]
        return measure(router.pid, load, ["--ports", phone], ["--ports", web], count, seconds)


def with_icecast(load: Path, count: int, seconds: float, folder: Path) -> dict:
    with icecast(folder / f"icecast-{count}") as (pid, port):
        mount = ["--ports", port, "--path", "/stream.wav", "--source", f"source:{PASSWORD}"]
        return measure(pid, load, mount, mount, count, seconds)


SERVERS = {"router": with_ours, "icecast2": with_icecast}


def most(load: Path, folder: Path, steps: list[int], seconds: float) -> dict[str, list[dict]]:
    found = {name: [] for name in SERVERS}
    for count in steps:
        for name, run in SERVERS.items():
            if found[name] and not found[name][-1]["good"]:
                continue
            found[name].append(run(load, count, seconds, folder))
            print(f"  {name:8} {found[name][-1]}", flush=True)
    return found
