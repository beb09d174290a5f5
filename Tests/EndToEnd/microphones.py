"""Microphones as devices are: sockets that speak the protocol of `adpcm.ingest`, rightly or wrongly."""

import audioop
import base64
import math
import os
import socket
import struct
import time

CODECS = {"pcm": 0, "adpcm": 1}
MAGIC = {"pcm": 0x464D4350, "adpcm": 0x41445046}


def sine(rate=8_000, seconds=0.5, frequency=440) -> bytes:
    count = int(rate * seconds)
    return struct.pack(f"<{count}h", *(int(12_000 * math.sin(2 * math.pi * frequency * n / rate)) for n in range(count)))


def payloads(pcm: bytes, samples: int, codec: str) -> list[bytes]:
    """The payloads of mono sound, the last one short."""
    parts = [pcm[at:at + 2 * samples] for at in range(0, len(pcm), 2 * samples)]
    if codec == "pcm":
        return parts
    made, state = [], (0, 0)
    for part in parts:
        head = struct.pack("<hBB", *state, 0)
        body, state = audioop.lin2adpcm(part, 2, state)
        made.append(head + body)
    return made


def decoded(frames: list[bytes]) -> bytes:
    """What CPython's audioop makes of ADPCM payloads."""
    return b"".join(audioop.adpcm2lin(one[4:], 2, struct.unpack("<hB", one[:3]))[0] for one in frames)


def handshake(stream=1, rate=8_000, channels=1, codec="adpcm", samples=160, magic=0x41445043, version=1, length=32,
              reserved=0) -> bytes:
    number = CODECS.get(codec, codec)
    return struct.pack("<IHHIIHHHHQ", magic, version, length, stream, rate, channels, number, samples, reserved,
                       int(time.time() * 1000))


def frame(sequence: int, payload: bytes, codec="adpcm", magic=None, length=None) -> bytes:
    head = struct.pack("<III", MAGIC[codec] if magic is None else magic, len(payload) if length is None else length,
                       sequence & 0xFFFFFFFF)
    return head + payload


class Microphone:
    """One WebSocket. `refused` is the HTTP status instead of the 101, if there is one."""

    def __init__(self, address: tuple[str, int], path="/ws", timeout=10):
        self.socket = socket.create_connection(address, timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((
            f"GET {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
        self.buffer = b""
        head = self._until(b"\r\n\r\n")
        status = int(head.split(b" ")[1])
        self.refused = None if status == 101 else status

    def send(self, data: bytes, opcode=2, final=True):
        mask = os.urandom(4)
        count = len(data)
        if count < 126:
            head = struct.pack(">BB", final << 7 | opcode, 0x80 | count)
        elif count < 65_536:
            head = struct.pack(">BBH", final << 7 | opcode, 0xFE, count)
        else:
            head = struct.pack(">BBQ", final << 7 | opcode, 0xFF, count)
        key = (mask * (count // 4 + 1))[:count]
        masked = (int.from_bytes(data, "big") ^ int.from_bytes(key, "big")).to_bytes(count, "big")
        self.socket.sendall(head + mask + masked)

    def message(self) -> tuple[int, bytes]:
        """The next frame's opcode and payload; pings are answered. Opcode -1: the connection is gone."""
        while True:
            try:
                first, second = self._exactly(2)
                count = second & 127
                if count == 126:
                    count = struct.unpack(">H", self._exactly(2))[0]
                elif count == 127:
                    count = struct.unpack(">Q", self._exactly(8))[0]
                data = self._exactly(count)
            except ConnectionError:
                return -1, b""
            if first & 15 == 9:
                self.send(data, 10)
            else:
                return first & 15, data

    def close(self, code=1000) -> tuple[int, str]:
        """Says goodbye and returns the answer; an earlier refusal comes back instead."""
        try:
            self.send(struct.pack(">H", code), 8)
        except ConnectionError:
            pass
        return self.closed()

    def closed(self) -> tuple[int, str]:
        """Code and reason by which the router closes; 1006 without."""
        opcode, data = self.message()
        while opcode not in (8, -1):
            opcode, data = self.message()
        self.drop()
        return (struct.unpack(">H", data[:2])[0], data[2:].decode()) if len(data) >= 2 else (1005 if opcode == 8 else 1006, "")

    def drop(self):
        self.socket.close()

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.buffer:
            self._more()
        at = self.buffer.index(mark) + len(mark)
        found, self.buffer = self.buffer[:at], self.buffer[at:]
        return found

    def _exactly(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self._more()
        found, self.buffer = self.buffer[:count], self.buffer[count:]
        return found

    def _more(self):
        part = self.socket.recv(65_536)
        if not part:
            raise ConnectionResetError("the router closed")
        self.buffer += part
