"""A media server's streams into Redis: CPU, and how long an answer takes until it is stored."""

import json
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from measure import HERE, LOAD_CORE, SERVER_CORE, Usage, memory_mib, our_router, settled, stop

import media_server
from redis_server import RedisServer

KEY = "mediamtx:streams:latest"


class Scene(media_server.MediaServer):
    """So many SRT publishers. The first path's bytes are the milliseconds at which the answer was made."""

    def __init__(self, count: int):
        one = media_server.recorded("02b-srt-pub-steady.paths-list")["items"]
        path = next(item for item in one if item["source"] and item["source"]["type"] == "srtConn")
        connection = media_server.recorded("02b-srt-pub-steady.srtconns-list")["items"][0]
        super().__init__({
            "paths": [path | {"name": f"house/cam{number}", "source": {"type": "srtConn", "id": f"id-{number}"}}
                      for number in range(count)],
            "srtconns": [connection | {"id": f"id-{number}", "path": f"house/cam{number}"} for number in range(count)],
        })

    def _page(self, name, request):
        if name == "paths":
            now = int(time.time() * 1000)
            self.lists["paths"][0] |= {"inboundBytes": now, "bytesReceived": now}
        return super()._page(name, request)


def watch(store: RedisServer, pid: int, seconds: float) -> dict:
    """CPU over whole looks, and the time from the answer to Redis."""
    def stored() -> int:
        found = re.search(r'"bytesReceived": ?(\d+)', store.ask("GETRANGE", KEY, "0", "400"))
        return int(found[1]) if found else 0

    while not stored():
        time.sleep(0.05)
    usage, last, late = Usage(pid), stored(), []
    end = time.monotonic() + max(20.0, seconds)
    while time.monotonic() < end:
        value = stored()
        if value != last:
            late.append(time.time() * 1000 - value)
            last = value
        time.sleep(0.02)
    return {"cpu": usage.percent(), "late": statistics.median(late), "memory": memory_mib(pid)}


def ours(folder: Path, scene: Scene, store: RedisServer, seconds: float) -> dict:
    document = {
        "nodes": {
            "poll": {"type": "mediamtx.poller", "url": scene.url}, "sum": {"type": "mediamtx.aggregator"},
            "store": {"type": "redis.sink", "url": store.url, "key": KEY},
        },
        "links": ["poll -> sum -> store"],
    }
    with our_router(folder, document) as router:
        return watch(store, router.pid, seconds)


def python(scene: Scene, store: RedisServer, seconds: float) -> dict:
    process = subprocess.Popen(
        [sys.executable, str(HERE / "collector_server.py"), scene.url, str(store.port)], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, text=True, preexec_fn=settled(SERVER_CORE))
    try:
        process.stdout.readline()
        return watch(store, process.pid, seconds)
    finally:
        stop(process)


def measure(folder: Path, counts: list[int], seconds: float) -> list[dict]:
    found = []
    for count in counts:
        scene = Scene(count).start()
        place = folder / f"redis-{count}"
        place.mkdir()
        store = RedisServer(place).start()
        try:
            point = {"paths": count, "router": ours(folder / f"collect-{count}", scene, store, seconds)}
            store.ask("DEL", KEY)
            point["python"] = python(scene, store, seconds)
        finally:
            scene.close()
            store.kill()
        print(f"  {json.dumps(point)}", flush=True)
        found.append(point)
    return found
