"""What the tests share: routers that end with the test, the sound card double, the load generator."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import admin_client  # noqa: E402
import documents_used  # noqa: E402
import playing  # noqa: E402
import router as program  # noqa: E402
import soundcard  # noqa: E402


@pytest.fixture
def start(tmp_path):
    """Starts routers: start(document, env=, arguments=, folder=, ready=, prepare=). Afterwards all are gone, and none crashed."""
    running = []

    def start(document, env=None, arguments=(), folder="router", ready=True, prepare=None):
        one = program.Router(tmp_path / folder, document, env, tuple(arguments))
        running.append(one)
        return one.start(ready, prepare)

    yield start
    problems = []
    for one in running:
        if one.process is None:
            continue
        status = one.process.poll()
        if status is None:
            try:
                status = one.stop(signal.SIGTERM)
            except AssertionError as error:
                problems.append(str(error))
            else:
                if status != 0:
                    problems.append(f"ended with status {status}:\n{one.log[-3000:]}")
        elif status < 0 and status != -signal.SIGKILL:
            problems.append(f"ended by signal {-status}:\n{one.log[-3000:]}")
        one.kill()
    assert not problems, "\n".join(problems)


@pytest.fixture
def admin(start):
    """The admin API of a router that runs a document with comments."""
    router = start(documents_used.COMMENTED)
    admin = admin_client.Admin(router.admin)
    admin.router = router
    return admin


@pytest.fixture(scope="session")
def double(tmp_path_factory):
    return soundcard.build_double(tmp_path_factory.mktemp("double"))


@pytest.fixture
def card(tmp_path, double):
    return soundcard.SoundCard(tmp_path / "card", double)


@pytest.fixture
def play():
    """Plays the ramp: play(router, *receivers), heard at node "web". Afterwards nobody sends or listens."""
    running = []

    def play(router, *receivers):
        running.append(playing.Playing(router, *receivers))
        return running[-1]

    yield play
    for one in running:
        one.stop()


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", headless=True,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"])
        yield browser
        browser.close()


@pytest.fixture
def taken():
    """A port that a foreign process holds."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        yield holder.getsockname()[1]


@pytest.fixture(scope="session")
def load(tmp_path_factory):
    """Starts the load generator: load("listen", "--ports", "1234", ...); .result() waits and returns its last line."""
    folder = program.ROOT / "Tests" / "Benchmarks" / "load"
    binary = tmp_path_factory.mktemp("load") / "load"
    sources = [str(file) for file in sorted(folder.glob("*.c"))]
    subprocess.run(["gcc", "-O2", "-o", str(binary), *sources], check=True)
    running = []

    class Load:
        def __init__(self, *arguments):
            self.process = subprocess.Popen(
                [str(binary), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                stdin=subprocess.DEVNULL)
            running.append(self.process)

        def begun(self) -> "Load":
            """Waits until every connection stands."""
            line = self.process.stdout.readline()
            assert "begun" in line, line + self.process.stderr.read()
            return self

        def result(self, seconds=120) -> dict:
            output, errors = self.process.communicate(timeout=seconds)
            assert self.process.returncode == 0, errors
            return json.loads(output.splitlines()[-1])

    yield Load
    for process in running:
        if process.poll() is None:
            process.kill()
            process.wait()
