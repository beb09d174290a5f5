"""The router as a service: what it tells the manager that started it, and `router service` with doubles of systemd's programs."""

import json
import os
import signal
import socket
import stat
import time

import pytest
from router import command, eventually

QUIET = {"nodes": {"tone": {"type": "tone"}, "end": {"type": "null"}}, "links": ["tone -> end"]}


class Manager:
    """The socket that systemd would listen on."""

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + path[1:] if path.startswith("@") else path)

    def next(self, seconds=5) -> str:
        self.socket.settimeout(seconds)
        return self.socket.recv(4096).decode()

    def close(self):
        self.socket.close()


@pytest.fixture(params=["file", "abstract"])
def manager(request, tmp_path):
    manager = Manager(str(tmp_path / "notify") if request.param == "file" else f"@media-router-test-{os.getpid()}")
    yield manager
    manager.close()


def test_the_manager_is_told_ready_alive_reloading_and_stopping(start, manager):
    router = start(QUIET, env={"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "400000"})
    assert manager.next() == "READY=1"
    began = time.monotonic()
    for _ in range(5):
        assert manager.next() == "WATCHDOG=1"
    assert 0.7 < time.monotonic() - began < 3
    router.process.send_signal(signal.SIGHUP)
    heard = [manager.next() for _ in range(8)]
    assert [word for word in heard if word != "WATCHDOG=1"] == ["RELOADING=1", "READY=1"]
    assert router.stop() == 0
    while (word := manager.next()) != "STOPPING=1":
        assert word == "WATCHDOG=1"


def test_a_watchdog_for_another_process_is_not_fed(start, tmp_path):
    manager = Manager(str(tmp_path / "notify"))
    start(QUIET, env={"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "100000", "WATCHDOG_PID": "1"})
    assert manager.next() == "READY=1"
    with pytest.raises(TimeoutError):
        manager.next(0.5)
    manager.close()


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    """Doubles in PATH that write down how they were called, and answer with the status in `status`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    calls = tmp_path / "calls"
    for name in ("systemctl", "journalctl", "useradd"):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {calls}\nexit $(cat {tmp_path}/status 2>/dev/null || echo 0)\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return lambda: calls.read_text().splitlines() if calls.exists() else []


@pytest.mark.parametrize("words, called", [
    (["start"], "systemctl start media-router"), (["stop"], "systemctl stop media-router"),
    (["restart"], "systemctl restart media-router"), (["status"], "systemctl status --no-pager media-router"),
    (["logs"], "journalctl -u media-router -n 50 --no-pager"), (["logs", "-f"], "journalctl -u media-router -n 50 --no-pager -f"),
])
def test_actions_are_systemds(systemd, tmp_path, words, called):
    assert command("service", *words)[0] == 0
    assert systemd() == [called]
    (tmp_path / "status").write_text("3")
    assert command("service", *words)[0] == 1


def test_installed_and_uninstalled_below_a_folder(systemd, tmp_path):
    root = tmp_path / "root"
    document = tmp_path / "mine.json"
    document.write_text(json.dumps({"version": 1} | QUIET))
    status, _, errors = command("service", "install", str(document), "--root", str(root))
    assert status == 0, errors
    assert systemd() == ["systemctl daemon-reload", "systemctl enable --now media-router"]
    program, unit = root / "usr/local/bin/media-router", root / "etc/systemd/system/media-router.service"
    assert stat.S_IMODE(program.stat().st_mode) == 0o755
    assert "ExecStart=/usr/local/bin/media-router run" in unit.read_text() and "/usr/bin/media-router" not in unit.read_text()
    kept = root / "var/lib/media-router/routes.json"
    assert kept.read_text() == document.read_text()
    # A second time: the program is new, the document is not.
    kept.write_text("{}")
    assert command("service", "install", str(document), "--root", str(root))[0] == 0
    assert kept.read_text() == "{}"
    assert command("service", "uninstall", "--root", str(root))[0] == 0
    assert not program.exists() and not unit.exists() and kept.exists()


def test_a_document_that_is_wrong_is_not_installed(systemd, tmp_path):
    (tmp_path / "bad.json").write_text('{"version": 1, "nodes": {"a": {"type": "tne"}}}')
    status, _, errors = command("service", "install", str(tmp_path / "bad.json"), "--root", str(tmp_path / "root"))
    assert status == 1 and "tone" in errors
    assert systemd() == [] and not (tmp_path / "root").exists()


def test_network_lists_ports_and_the_lines_that_open_them(tmp_path):
    file = tmp_path / "routes.json"
    file.write_text(json.dumps({"version": 1, "nodes": {
        "phone": {"type": "ariacast.receiver", "listen": "0.0.0.0:13000", "discovery": "0.0.0.0:13001"},
        "own": {"type": "http.stream", "listen": "127.0.0.1:13002"},
        "off": {"type": "http.stream", "listen": "0.0.0.0:13003", "disabled": True},
        "ports": {"type": "tcp.stream", "firstPort": 13100, "fallbackPort": 13200, "portCount": 5}}}))
    status, out, errors = command("service", "network", str(file))
    assert status == 0, errors
    for line in ("13000/tcp  phone", "13001/udp  phone", "13100:13104/tcp  ports", "13200:13204/tcp  ports",
                 "sudo ufw allow from 192.168.0.0/16 to any port 13001 proto udp"):
        assert line in out
    assert "13002" not in out and "13003" not in out
    ports = json.loads(command("service", "network", str(file), "--json")[1])["ports"]
    assert [(port["first"], port["protocol"]) for port in ports] == [
        (13000, "tcp"), (13001, "udp"), (13100, "tcp"), (13200, "tcp")]


def test_an_action_that_is_none_is_wrong_usage():
    status, _, errors = command("service", "strat")
    assert status == 2 and 'did you mean "start"' in errors
