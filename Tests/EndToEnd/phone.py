"""Senders: a phone as aiohttp plays it, and a WebSocket client of bare sockets for everything a library refuses to do."""

import asyncio
import base64
import os
import socket
import struct
import threading
import time

import aiohttp
import sound


class Phone:
    """An AriaCast sender on aiohttp, in a thread of its own: 50 packets a second on an absolute schedule."""

    def __init__(self, host, port, data: list[bytes], from_host=None, delays=None, hold_open=0.0, interval=0.02):
        self.url = f"http://{host}:{port}/audio"
        self.data = data
        self.from_host = from_host
        self.delays = delays or {}
        self.hold_open = hold_open
        self.interval = interval
        self.greeting = None
        self.refused = None
        self.close_code = None
        self.sent = 0
        self.greeted = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> "Phone":
        self.thread.start()
        return self

    def wait(self, seconds=60) -> "Phone":
        self.thread.join(seconds)
        assert not self.thread.is_alive(), "the phone did not finish"
        return self

    def _run(self):
        try:
            asyncio.run(self._cast())
        finally:
            self.greeted.set()

    async def _cast(self):
        connector = aiohttp.TCPConnector(local_addr=(self.from_host, 0)) if self.from_host else None
        async with aiohttp.ClientSession(connector=connector) as session:
            try:
                ws = await session.ws_connect(self.url, autoping=True)
            except aiohttp.WSServerHandshakeError as error:
                self.refused = error.status
                return
            message = await ws.receive(3)
            self.greeting = message.data if message.type == aiohttp.WSMsgType.TEXT else repr(message)
            self.greeted.set()
            reader = asyncio.create_task(self._read(ws))
            await self._send(ws)
            if self.hold_open:
                await asyncio.wait([reader], timeout=self.hold_open)
            if not ws.closed:
                await ws.close()
            await reader
            self.close_code = ws.close_code

    async def _read(self, ws):
        async for _ in ws:
            pass

    async def _send(self, ws):
        began = time.monotonic()
        for number, packet in enumerate(self.data):
            due = began + number * self.interval + self.delays.get(number, 0.0)
            wait = due - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            if ws.closed:
                return
            try:
                await ws.send_bytes(packet)
            except ConnectionError:
                return
            self.sent += 1


class Pace:
    """A packet each 15 ms, a quarter faster than it is played; who was held up makes up for it."""

    def __init__(self):
        self.due = time.monotonic()

    def left(self) -> float:
        """Seconds until the next packet."""
        self.due += 0.015
        return max(0, self.due - time.monotonic())


class BareSocket:
    """A TCP connection that says exactly what it is told to."""

    def __init__(self, host, port, from_host=None, timeout=5.0):
        self.host, self.port = host, port
        self.socket = socket.create_connection(
            (host, port), timeout=timeout, source_address=(from_host, 0) if from_host else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Ends the connection with RST: no Close frame, no FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def say(self, data: bytes | str) -> "BareSocket":
        self.socket.sendall(data.encode() if isinstance(data, str) else data)
        return self

    def read_head(self) -> str:
        while b"\r\n\r\n" not in self.rest:
            more = self.socket.recv(4096)
            if not more:
                break
            self.rest += more
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        return head.decode("latin-1")

    def read(self, count: int) -> bytes:
        while len(self.rest) < count:
            more = self.socket.recv(65536)
            if not more:
                break
            self.rest += more
        found, self.rest = self.rest[:count], self.rest[count:]
        return found

    def read_to_end(self, seconds=5.0) -> bytes:
        """Everything until the peer closes; raises when it does not."""
        self.socket.settimeout(seconds)
        found, self.rest = self.rest, b""
        try:
            while more := self.socket.recv(65536):
                found += more
        except ConnectionResetError:
            pass
        return found

    def upgrade(self, path="/audio", **fields) -> str:
        """Sends a WebSocket upgrade; a field set to None is left out. Returns the answer's head."""
        key = base64.b64encode(os.urandom(16)).decode()
        head = {
            "Host": f"{self.host}:{self.port}", "Upgrade": "websocket", "Connection": "Upgrade",
            "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13",
        } | {name.replace("_", "-"): value for name, value in fields.items()}
        lines = [f"GET {path} HTTP/1.1"] + [f"{name}: {value}" for name, value in head.items() if value is not None]
        return self.say("\r\n".join(lines) + "\r\n\r\n").read_head()

    def read_frame(self) -> tuple[int, bytes]:
        """Opcode and payload of the next frame from the server; (-1, b"") at the end."""
        head = self.read(2)
        if len(head) < 2:
            return -1, b""
        length = head[1] & 127
        if length == 126:
            length = struct.unpack(">H", self.read(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self.read(8))[0]
        return head[0] & 15, self.read(length)

    def close_code(self) -> int | None:
        """Reads on until the server's Close frame; None when the connection ends without one."""
        while True:
            try:
                opcode, payload = self.read_frame()
            except (ConnectionResetError, BrokenPipeError):
                return None
            if opcode == 8:
                return struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005
            if opcode == -1:
                return None


def frame(opcode: int, payload: bytes = b"", masked=True, fin=True, rsv=0, length=None) -> bytes:
    """One frame as a client sends it, or wrong in exactly one way. `length` overrides what the header says."""
    said = len(payload) if length is None else length
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    mark = 0x80 if masked else 0
    if said < 126:
        head = struct.pack("BB", first, mark | said)
    elif said < 65536:
        head = struct.pack(">BBH", first, mark | 126, said)
    else:
        head = struct.pack(">BBQ", first, mark | 127, said)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    repeated = (mask * (len(payload) // 4 + 1))[: len(payload)]
    mixed = (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(payload), "big")
    return head + mask + mixed


def cast(host, port, seconds, seed=1, **more) -> tuple[Phone, "sound.np.ndarray"]:
    """A phone that plays noise; and the noise."""
    sent = sound.noise(seconds, seed)
    return Phone(host, port, sound.packets(sent), **more).start(), sent


class StreamReader:
    """Reads an endless HTTP body in a thread and keeps it."""

    def __init__(self, host, port, path="/stream.wav", fields=""):
        self.socket = BareSocket(host, port)
        self.head = self.socket.say(f"GET {path} HTTP/1.0\r\nHost: {host}:{port}\r\n{fields}\r\n").read_head()
        self.body = bytearray(self.socket.rest)
        self.ended = threading.Event()
        self.stopping = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            while not self.stopping and (more := self.socket.socket.recv(1 << 16)):
                self.body += more
        except OSError:
            pass
        self.ended.set()

    def stop(self) -> bytes:
        self.stopping = True
        try:
            self.socket.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.thread.join(5)
        self.socket.close()
        return bytes(self.body)

    @property
    def frames(self) -> "sound.np.ndarray":
        """What was heard, without the WAV header."""
        return sound.read(bytes(self.body[44:]))
