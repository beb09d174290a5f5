"""Two machines on one cable: network namespaces with a veth pair between them, gone when the test ends. Needs root."""

import contextlib
import ctypes
import os
import subprocess
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
NEW_MOUNTS, NEW_NETWORK = 0x0002_0000, 0x4000_0000
PRIVATE, RECURSIVE, BIND = 1 << 18, 1 << 14, 1 << 12


def check(result: int):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Machine:
    """A network of its own. A thread that is inside makes its sockets and processes there."""

    def __init__(self):
        self.holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec sleep infinity"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        assert self.holder.stdout.readline() == "up\n"

    @contextlib.contextmanager
    def inside(self):
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/proc/{self.holder.pid}/ns/net", os.O_RDONLY)
        try:
            check(LIBC.setns(there, NEW_NETWORK))
            yield self
        finally:
            check(LIBC.setns(before, NEW_NETWORK))
            os.close(there)
            os.close(before)

    def ip(self, *arguments):
        with self.inside():
            subprocess.run(["ip", *map(str, arguments)], check=True, capture_output=True, timeout=10)

    def end(self):
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()


@contextlib.contextmanager
def cable(*addresses_there, here="10.77.0.1"):
    """Yields machine `here` with that address and machine `there` with those addresses."""
    one, two = Machine(), Machine()
    try:
        one.ip("link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", two.holder.pid)
        for machine, addresses in ((one, [here]), (two, addresses_there)):
            for address in addresses:
                machine.ip("address", "add", f"{address}/24", "dev", "cable")
            machine.ip("link", "set", "cable", "up")
        yield one, two
    finally:
        one.end()
        two.end()


def with_file(mine: Path, place: str):
    """For a child before it runs a program: there, `place` holds what `mine` does, for that program alone."""
    def prepare():
        check(LIBC.unshare(NEW_MOUNTS))
        check(LIBC.mount(b"none", b"/", None, PRIVATE | RECURSIVE, None))
        check(LIBC.mount(str(mine).encode(), place.encode(), None, BIND, None))

    return prepare
