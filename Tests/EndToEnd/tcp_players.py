"""Players of tcp.stream: plain TCP, as netcat listens, and where a router's streams are."""

import socket
import threading

from router import eventually


def to_tcp(source=None, encoder=None, **options) -> dict:
    """A tone, or another source, that is heard at a port of its own; by way of an encoder if there is one."""
    nodes = {"source": source or {"type": "tone", "frequencyHz": 1000, "levelDb": -12}}
    if encoder:
        nodes["encoder"] = encoder
    nodes["tcp"] = {"type": "tcp.stream", "host": "127.0.0.1", "firstPort": free_range()} | options
    return {"nodes": nodes, "links": [" -> ".join(nodes)]}


def free_range() -> int:
    """Where ports are likely to be free; tcp.stream itself finds out by binding."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return min(probe.getsockname()[1], 65_000)


def ports(router, node="tcp", count=1) -> list[int]:
    """The ports of a node's streams, once there are so many."""
    def bound():
        addresses = router.node(node)["addresses"]
        return addresses if len(addresses) == count else None

    return [int(address.rsplit(":", 1)[1]) for address in eventually(bound, 10, f"{count} ports of {node}")]


class Listener:
    """Connects, says nothing, and keeps what comes."""

    def __init__(self, port, host="127.0.0.1", half_close=False, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(10)
        self.socket.connect((host, port))
        if half_close:
            self.socket.shutdown(socket.SHUT_WR)
        self.body = bytearray()
        self.ended = threading.Event()
        self.stopping = False
        self.thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> "Listener":
        self.thread.start()
        return self

    def _run(self):
        try:
            while not self.stopping and (more := self.socket.recv(1 << 16)):
                self.body += more
        except OSError:
            pass
        self.ended.set()

    def stop(self) -> bytes:
        self.stopping = True
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        if self.thread.is_alive():
            self.thread.join(5)
        self.socket.close()
        return bytes(self.body)
