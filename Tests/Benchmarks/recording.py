"""Microphones into files: CPU of a stream that is checked, decoded and written, frame by frame and as WAV."""

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path

from measure import HERE, LOAD_CORE, ROOT, SERVER_CORE, Usage, our_router, settled, stop

DOCUMENT = {
    "nodes": {
        "mics": {"type": "adpcm.ingest", "listen": "127.0.0.1:0"},
        "raw": {"type": "frame.rotator", "directory": "data", "sidecar": False},
        "decode": {"type": "adpcm.decoder"},
        "archive": {"type": "wav.rotator", "directory": "data", "sidecar": False},
    },
    "links": ["mics -> raw", "mics -> decode -> archive"],
}


def send(port: int, count: int, seconds: float, pid: int) -> dict:
    """Real-time microphones of 16 kHz, 20 ms a frame."""
    client = subprocess.Popen(
        [str(ROOT / ".build/release/router"), "send", str(ROOT / "data/sine_pcm16.wav"), f"ws://127.0.0.1:{port}/ws",
         "--streams", str(count), "--realtime", "--json"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
        preexec_fn=settled(LOAD_CORE))
    time.sleep(3)
    usage = Usage(pid)
    time.sleep(min(seconds, 6))
    percent = usage.percent()
    summary = json.loads(client.communicate(timeout=60)[0])
    late = max(stream["latestMs"] for stream in summary["streams"])
    good = client.returncode == 0 and summary["frames"] == 500 * count
    return {"streams": count, "cpu": percent, "late": late, "good": good}


def ours(folder: Path, count: int, seconds: float) -> dict:
    with our_router(folder / f"recorder-{count}", DOCUMENT) as router:
        return send(router.bound("mics")[1], count, seconds, router.pid)


@contextlib.contextmanager
def python(folder: Path):
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, str(HERE / "recorder_server.py"), "0", str(folder)], stdout=subprocess.PIPE, text=True,
        stdin=subprocess.DEVNULL, preexec_fn=settled(SERVER_CORE))
    try:
        yield process.pid, int(process.stdout.readline())
    finally:
        stop(process)


def measure(folder: Path, counts: list[int], seconds: float) -> dict[str, list[dict]]:
    found = {"router": [], "picows + audioop": []}
    for count in counts:
        found["router"].append(ours(folder, count, seconds))
        with python(folder / f"python-{count}") as (pid, port):
            found["picows + audioop"].append(send(port, count, seconds, pid))
        for name, points in found.items():
            print(f"  {name}: {points[-1]}", flush=True)
    return found
