"""The built program, started on private ports in a folder of its own and stopped by its process id."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = Path(os.environ.get("ROUTER", ROOT / ".build" / "release" / "router"))


# How often longer than usual something may take: a machine that builds or tests much else beside this is slow.
PATIENCE = float(os.environ.get("PATIENCE", "3"))


def eventually(question, seconds=10.0, what="it"):
    """Asks until the answer is true, and returns that answer. `seconds`: on a quiet machine."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {seconds * PATIENCE:g} s; last answer: {answer!r}")
        time.sleep(0.02)


def command(*arguments, folder=None, seconds=20, env=None):
    """Runs the program once; returns status, stdout and stderr."""
    done = subprocess.run(
        [str(PROGRAM), *arguments], cwd=folder, capture_output=True, text=True, timeout=seconds,
        stdin=subprocess.DEVNULL, env=(os.environ | env) if env else None)
    return done.returncode, done.stdout, done.stderr


class Router:
    """One running router."""

    def __init__(self, folder: Path, document: dict | str, env: dict | None = None, arguments: tuple = ()):
        self.folder = folder
        self.file = folder / "routes.json"
        folder.mkdir(parents=True, exist_ok=True)
        if isinstance(document, dict):
            document = json.dumps({"version": 1, "admin": {"listen": "127.0.0.1:0"}} | document, indent=2)
        self.file.write_text(document)
        self.env = os.environ | {"NO_COLOR": "1"} | (env or {})
        self.arguments = arguments
        self.process = None
        self.admin = None
        self.ready_after = None
        self._output = folder / "output.txt"

    def start(self, ready=True, prepare=None) -> "Router":
        """Starts the program and waits until it is ready. `prepare` runs in the child before the program does."""
        with self._output.open("wb") as output:
            began = time.monotonic()
            self.process = subprocess.Popen(
                [str(PROGRAM), "run", str(self.file), *self.arguments], stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, env=self.env, cwd=self.folder, preexec_fn=prepare)
        if ready:
            self.admin = eventually(self._find_admin, 10, "the line with the admin address")
            eventually(self._is_ready, 10, "/ready")
            self.ready_after = time.monotonic() - began
        return self

    def _find_admin(self):
        assert self.process.poll() is None, f"the router ended with {self.process.returncode}:\n{self.log}"
        found = re.search(r"admin\b.*?(https?)?(?:://)?((?:127\.0\.0\.1|\[::1\]):\d+)", self.log)
        return found and f"http://{found[2]}"

    def _is_ready(self):
        assert self.process.poll() is None, f"the router ended with {self.process.returncode}:\n{self.log}"
        return self.get("/ready")[0] == 200

    @property
    def log(self) -> str:
        return self._output.read_text(errors="replace")

    @property
    def pid(self) -> int:
        return self.process.pid

    def get(self, path, headers=None, method="GET", timeout=5):
        """Status, body as text, header fields of a request to the admin listener."""
        request = urllib.request.Request(self.admin + path, headers=headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.read().decode(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), dict(error.headers)

    def api(self, path):
        status, body, _ = self.get("/api/v1" + path)
        assert status == 200, f"{path}: {status} {body}"
        return json.loads(body)

    def node(self, name) -> dict:
        return next(node for node in self.api("/graph")["nodes"] if node["id"] == name)

    def stat(self, name, metric) -> float:
        """One of a node's numbers."""
        return self.node(name)["stats"].get(metric, 0)

    def streams(self) -> list[dict]:
        return self.api("/streams")["streams"]

    def wait_for_state(self, name, state, seconds=10) -> dict:
        return eventually(
            lambda: (lambda node: node if node["state"] == state else None)(self.node(name)), seconds,
            f"state {state} of {name} (now {self.node(name)})")

    def bound(self, name) -> tuple[str, int]:
        """Host and port a node really listens at."""
        addresses = eventually(lambda: self.node(name)["addresses"], 5, f"an address of {name}")
        host, port = addresses[0].rsplit(":", 1)
        return host.strip("[]"), int(port)

    def url(self, name, path="", scheme="http") -> str:
        host, port = self.bound(name)
        return f"{scheme}://{host}:{port}{path}"

    def metrics(self) -> dict:
        """Metric name with labels, as Prometheus prints it, to value."""
        found = {}
        for line in self.get("/metrics")[1].splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                found[name] = float(value)
        return found

    def metric(self, name, **labels) -> float:
        """Sum of all series of that name that carry these labels."""
        total = 0.0
        for series, value in self.metrics().items():
            base, _, rest = series.partition("{")
            if base == name and all(f'{key}="{label}"' in rest for key, label in labels.items()):
                total += value
        return total

    def stop(self, sign=signal.SIGTERM, seconds=5) -> int:
        """Sends a signal and returns the exit status; a router that does not end is killed and fails the test."""
        if self.process.poll() is None:
            self.process.send_signal(sign)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the router did not end within {seconds} s of {sign!r}:\n{self.log[-3000:]}")

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
