"""Processes to measure: started on one core, watched by their process id, ended at the end."""

import contextlib
import json
import os
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "Tests" / "EndToEnd"))

import router as program  # noqa: E402

SERVER_CORE, LOAD_CORE = 0, 1


def settled(core=None, goes_first=True, realtime=os.environ.get("BENCH_REALTIME") == "1"):
    """What a child does before it becomes the program: many descriptors, its core, and, as root, before others."""
    def prepare():
        limit = min(65536, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        if core is not None and (os.cpu_count() or 1) > core:
            os.sched_setaffinity(0, {core})
        if not goes_first:
            return
        with contextlib.suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, -20)
            if realtime:
                os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    return prepare


def cpu_seconds(pid: int) -> float:
    """CPU time of all threads so far, from the scheduler."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def memory_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


class Usage:
    """Share of a core a process uses between `begin` and `end`."""

    def __init__(self, pid: int):
        self.pid = pid
        self.begin()

    def begin(self):
        self.cpu, self.time = cpu_seconds(self.pid), time.monotonic()

    def percent(self) -> float:
        return 100 * (cpu_seconds(self.pid) - self.cpu) / (time.monotonic() - self.time)


def build_load(folder: Path) -> Path:
    binary = folder / "load"
    sources = [str(file) for file in sorted((HERE / "load").glob("*.c"))]
    subprocess.run(["gcc", "-O2", "-o", str(binary), *sources], check=True)
    return binary


class Load:
    def __init__(self, binary: Path, *arguments, core=LOAD_CORE, goes_first=True):
        self.process = subprocess.Popen(
            [str(binary), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            stdin=subprocess.DEVNULL, preexec_fn=settled(core, goes_first))

    def begun(self) -> "Load":
        line = self.process.stdout.readline()
        if "begun" not in line:
            raise RuntimeError(line + self.process.stderr.read())
        return self

    def result(self) -> dict:
        output, errors = self.process.communicate(timeout=300)
        if self.process.returncode != 0:
            raise RuntimeError(errors)
        return json.loads(output.splitlines()[-1])


def stop(process: subprocess.Popen):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def our_router(folder: Path, document: dict, core=SERVER_CORE, **how):
    """The router with that document; on one core unless core is None. `how`: as in settled."""
    one = program.Router(folder, document)
    try:
        yield one.start(prepare=settled(core, **how))
    finally:
        if one.process:
            stop(one.process)


@contextlib.contextmanager
def python_server(name: str, core=SERVER_CORE):
    """A comparison server; yields process id and port."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / f"{name}_server.py"), "0"], stdout=subprocess.PIPE, text=True,
        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=settled(core))
    try:
        yield process.pid, int(process.stdout.readline())
    finally:
        stop(process)


def free_port() -> int:
    with socket.socket() as spare:
        spare.bind(("127.0.0.1", 0))
        return spare.getsockname()[1]
