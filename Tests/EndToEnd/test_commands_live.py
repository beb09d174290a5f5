"""The commands that speak to a running router: status, link, unlink, set, undo, redo, monitor, graph."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import time

import pytest
from documents_used import tone_to_web
from router import PROGRAM, command, eventually


def tell(router, *words, **options):
    """A command for that router; from an empty folder, so that no file here helps."""
    return command(*words, "--url", router.admin, folder=router.folder.parent, **options)


def documented(**more) -> dict:
    return tone_to_web() | {"nodes": tone_to_web()["nodes"] | {"level": {"type": "gain"}}} | more


def test_status_shows_what_runs(start):
    router = start(documented())
    status, out, err = tell(router, "status")
    assert status == 0 and not err and "revision 1  ready" in out
    assert re.search(r"tone +tone +running", out) and re.search(r"web +http\.stream +running +127\.0\.0\.1:\d+", out)
    shown = json.loads(tell(router, "status", "--json")[1])
    assert shown["ready"] is True and {node["id"] for node in shown["nodes"]} == {"tone", "web", "level"}


def test_nobody_there_is_status_1(tmp_path):
    with socket.socket() as spare:
        spare.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{spare.getsockname()[1]}"
    for words in (["status"], ["undo"], ["link", "a", "b"], ["set", "a", "b=1"], ["monitor"], ["graph"]):
        status, out, err = command(*words, "--url", url, folder=tmp_path)
        assert status == 1 and "no router answers" in err and not out, words


@pytest.mark.parametrize("words", [
    ["link", "a"], ["unlink"], ["set", "a"], ["set", "a", "gainDb"], ["undo", "x"], ["status", "--url", "ftp://x"],
    ["monitor", "--count", "0"],
])
def test_wrong_usage(words):
    status, out, err = command(*words)
    assert status == 2 and "usage:" in err and not out


def test_link_set_unlink_undo_redo(start):
    router = start("""// a house
{
  "version": 1,
  "admin": { "listen": "127.0.0.1:0" },
  "nodes": {
    "tone": { "type": "tone", "levelDb": -12.0 }, // steady
    "level": { "type": "gain" },
    "web": { "type": "http.stream", "listen": "127.0.0.1:0" },
  },
  "links": [ "tone -> web" ], // straight
}
""")
    first = router.file.read_text()
    status, out, err = tell(router, "unlink", "tone", "web")
    assert status == 0 and "revision 2: unlinked tone.audio->web.audio" in out, out + err
    assert tell(router, "link", "tone", "level")[0] == 0
    status, out, _ = tell(router, "link", "level.audio", "web.audio", "--json")
    assert status == 0 and json.loads(out)["revision"] == 4
    status, out, err = tell(router, "set", "level", "gainDb=-6", "label=My level")
    assert status == 0 and "updated level" in out, out + err
    text = router.file.read_text()
    assert '"level": { "type": "gain", "gainDb": -6, "label": "My level" },' in text
    assert "// a house" in text and "-12.0 }, // steady" in text and "// straight" in text
    assert [link["id"] for link in router.api("/graph")["links"]] == [
        "tone.audio->level.audio", "level.audio->web.audio"]
    for _ in range(4):
        assert tell(router, "undo")[0] == 0
    assert router.file.read_text() == first
    status, _, err = tell(router, "undo")
    assert status == 1 and "nothing to undo" in err
    for _ in range(4):
        assert tell(router, "redo")[0] == 0
    assert router.file.read_text() == text
    assert tell(router, "unlink", "level.audio->web.audio")[0] == 0


def test_dry_run_changes_nothing(start):
    router = start(documented())
    before = router.file.read_bytes()
    status, out, _ = tell(router, "set", "level", "gainDb=3", "--dry-run")
    assert status == 0 and out.startswith("would change: updated level")
    assert router.file.read_bytes() == before and router.api("/graph")["revision"] == 1


@pytest.mark.parametrize("words, said", [
    (["set", "level", "gainDb=4000"], "nodes.level.gainDb"), (["set", "level", "gainDB=3"], 'did you mean "gainDb"'),
    (["set", "levle", "gainDb=3"], 'did you mean "level"'), (["link", "tone", "wbe"], 'did you mean "web"'),
    (["link", "tone", "web"], "linked already"), (["unlink", "tone", "level"], "there is no link"),
])
def test_a_refusal_says_why_and_what_to_do(start, words, said):
    router = start(documented())
    status, out, err = tell(router, *words)
    assert status == 1 and said in err and not out, err
    assert router.api("/graph")["revision"] == 1


def test_a_fix_is_printed_and_mends(start):
    router = start(documented())
    _, _, err = tell(router, "set", "level", "gainDb=4000")
    fix = json.loads(re.search(r"fix: (\{.*\})", err)[1])
    value = fix["nodes"]["level"]["gainDb"]
    assert tell(router, "set", "level", f"gainDb={value}")[0] == 0


def test_status_tells_the_problems_of_the_saved_file(start):
    router = start(documented())
    good = router.file.read_text()
    router.file.write_text(good.replace('"gain"', '"gian"'))
    status, out, err = eventually(
        lambda: (lambda said: said if "gian" in said[2] else None)(tell(router, "status")), 10, "the report")
    assert status == 1 and "plays on" in out and "error: nodes.level.type" in err
    router.file.write_text(good)
    eventually(lambda: tell(router, "status")[0] == 0, 10, "the all-clear")


def test_graph_is_the_running_one_unless_a_file_is_named(start, tmp_path):
    router = start(documented())
    status, out, _ = tell(router, "graph", "--format", "dot")
    assert status == 0 and '"tone" -> "web"' in out and "level" in out
    assert "flowchart" in tell(router, "graph", "--format", "mermaid")[1]
    (tmp_path / "other.json").write_text('{"version": 1, "nodes": {"only": {"type": "tone"}}}')
    status, out, _ = tell(router, "graph", str(tmp_path / "other.json"))
    assert status == 0 and "only" in out and "web" not in out


def test_a_token_is_needed_where_there_is_one(start):
    router = start(documented(admin={"listen": "127.0.0.1:0", "token": "s3cret-of-the-house"}))
    status, _, err = tell(router, "status")
    assert status == 1 and "--token" in err
    assert tell(router, "status", "--token", "s3cret-of-the-house")[0] == 0
    assert tell(router, "status", env={"ROUTER_TOKEN": "s3cret-of-the-house"})[0] == 0
    assert tell(router, "set", "level", "gainDb=1", "--token", "wrong")[0] == 1


def test_tls_by_the_local_authority(start):
    router = start(documented(admin={"listen": "127.0.0.1:0", "tls": "auto"}), ready=False)
    url = eventually(lambda: (found := re.search(r"https://127\.0\.0\.1:\d+", router.log)) and found[0], 10, "the URL")
    authority = router.folder / ".router" / "authority.pem"
    eventually(lambda: command("status", "--url", url, "--ca", str(authority))[0] == 0, 10, "an answer")
    # In the folder of the document nothing has to be said; elsewhere nobody vouches.
    assert command("status", "--url", url, folder=router.folder)[0] == 0
    status, _, err = command("status", "--url", url, folder=router.folder.parent)
    assert status == 1 and "--ca" in err


def test_monitor_prints_lines_where_no_terminal_is(start):
    router = start(documented())
    status, out, err = tell(router, "monitor", "--count", "2", "--json")
    looks = [json.loads(line) for line in out.splitlines()]
    assert status == 0 and len(looks) == 2 and not err
    link = looks[-1]["links"][0]
    assert link["id"] == "tone.audio->web.audio" and 40 < link["packetsPerSecond"] < 60
    assert -13 < link["peakDb"] < -11
    status, out, _ = tell(router, "monitor", "--count", "1")
    assert status == 0 and "tone.audio->web.audio" in out and "packets/s" in out and "\x1b" not in out


class Screen:
    """A terminal of a given size with `router monitor` in it."""

    def __init__(self, router, columns, rows, **env):
        self.said = b""
        self.master, slave = pty.openpty()
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.resize(columns, rows)
        self.process = subprocess.Popen(
            [str(PROGRAM), "monitor", "--url", router.admin], stdin=slave, stdout=slave, stderr=slave,
            env=os.environ | {"TERM": "xterm"} | env)

    def resize(self, columns, rows):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds=0.1):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self.master], [], [], 0.02)[0]:
                self.said += os.read(self.master, 65536)
        return self.said.decode(errors="replace")

    def picture(self) -> list[str]:
        """The lines of the last whole picture, without colour."""
        pictures = self.read().split("\x1b[H")
        if len(pictures) < 3:
            return []
        return [re.sub(r"\x1b\[[0-9;]*[mKJ]", "", line) for line in pictures[-2].replace("\r", "").split("\n")]

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def screen():
    screens = []

    def open_screen(*arguments, **options):
        screens.append(Screen(*arguments, **options))
        return screens[-1]

    yield open_screen
    for one in screens:
        one.end()


def test_monitor_draws_live_and_quits(start, screen):
    router = start(documented())
    shown = screen(router, 100, 30, NO_COLOR="1")
    whole = re.compile(r"tone\.audio->web\.audio  █{15}\S{5}  -1[12]\.\d +[45]\d\.\d ")
    eventually(lambda: any(whole.match(line) for line in shown.picture()), 15, "a bar with its numbers")
    assert "\x1b[?1049h" in shown.read() and "\x1b[3" not in shown.read()
    shown.resize(50, 8)
    eventually(lambda: (lambda lines: lines and len(lines) <= 8 and max(map(len, lines)) <= 50)(shown.picture()), 10,
               "a smaller picture")
    os.write(shown.master, b"q")
    assert shown.process.wait(5) == 0
    assert shown.read(0.3).rstrip().endswith("\x1b[?1049l")
    assert termios.tcgetattr(shown.slave) == shown.before


def test_monitor_gives_the_terminal_back_on_a_signal_and_waits_for_the_router(start, screen):
    router = start(documented())
    shown = screen(router, 90, 24)
    eventually(lambda: "tone.audio->web.audio" in shown.read(), 15, "the table")
    assert "\x1b[3" in shown.read()
    router.stop()
    eventually(lambda: "no router answers" in shown.read(), 10, "the trouble")
    shown.process.send_signal(signal.SIGTERM)
    assert shown.process.wait(5) == 0
    assert termios.tcgetattr(shown.slave) == shown.before
