"""A button's press to the last of the browsers that are told: one panel on a pty, one selector, one page.

Servers and load run at a real-time priority, as the installed service may: what the machine's own threads do in between
is not the server's.
"""

import json
import statistics
import subprocess
import sys
from pathlib import Path

from measure import HERE, LOAD_CORE, SERVER_CORE, our_router, settled, stop


class Presses:
    """The panel and its browsers, on one core."""

    def __init__(self, load: Path, folder: Path, clients: int, presses: int):
        self.link = folder / "panel"
        folder.mkdir()
        self.process = subprocess.Popen(
            [str(load), "press", str(self.link), str(clients), str(presses)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=settled(LOAD_CORE, realtime=True))
        assert "begun" in self.process.stdout.readline()

    def run(self, port: int) -> dict:
        output, errors = self.process.communicate(f"{port}\n", timeout=300)
        if self.process.returncode != 0:
            raise RuntimeError(errors)
        return json.loads(output)


def ours(load: Path, folder: Path, clients: int, presses: int) -> dict:
    panel = Presses(load, folder / "panel-router", clients, presses)
    document = {
        "nodes": {
            "panel": {"type": "panel.serial", "device": str(panel.link)},
            "choose": {"type": "panel.selector"},
            "page": {"type": "panel.browsers", "listen": "127.0.0.1:0"},
        },
        "links": ["panel.presses -> choose.presses", "choose.leds -> panel.leds",
                  "choose.playback -> page.playback", "page.ended -> choose.ended"],
    }
    with our_router(folder / "panel", document, realtime=True) as router:
        return panel.run(router.bound("page")[1])


def other(load: Path, folder: Path, clients: int, presses: int, name: str) -> dict:
    """A server of another program, which prints its port."""
    panel = Presses(load, folder / f"panel-{name}", clients, presses)
    program = {
        "aiohttp": [sys.executable, str(HERE / "panel_server.py"), "0", str(panel.link)],
        "C": [str(load), "floor", str(panel.link)],
    }[name]
    server = subprocess.Popen(
        program, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
        preexec_fn=settled(SERVER_CORE, realtime=True))
    try:
        return panel.run(int(server.stdout.readline()))
    finally:
        stop(server)


ROUNDS = 3


def measure(load: Path, folder: Path, clients: int, presses: int) -> dict[str, dict]:
    """In turns; of each number the median of the rounds, of the longest the longest."""
    rounds = {"router": [], "aiohttp": [], "C": []}
    for turn in range(ROUNDS):
        for name, found in rounds.items():
            place = folder / str(turn)
            place.mkdir(exist_ok=True)
            found.append(ours(load, place, clients, presses) if name == "router" else
                         other(load, place, clients, presses, name))
            print(f"  {name:8} {found[-1]}", flush=True)
    return {name: {end: typical([one[end] for one in found]) for end in found[0]} for name, found in rounds.items()}


def typical(rounds: list[dict]) -> dict:
    return {key: (max if key == "max" else statistics.median)(one[key] for one in rounds) for key in rounds[0]}
