"""Browsers that are microphones: Chromium with a fake device, and WebSockets by hand."""

import asyncio
import contextlib
import json
import socket
import struct
import threading
import urllib.request
import wave
from pathlib import Path

import aiohttp
import numpy as np

from router import eventually

RATE = 48_000
FRAME = 960
HELLO = {
    "type": "start", "proto": 1, "name": "Tester", "audioSource": "microphone", "codec": "pcm16", "sampleRate": RATE,
    "channels": 1, "frameSamples": FRAME, "bitrate": 128, "port": None,
}


def tone_file(path: Path, frequency=1000.0, db=-20.0, seconds=10, rate=48_000) -> Path:
    """A tone for Chromium's fake microphone, which plays it again and again: whole periods fill the file."""
    samples = np.sin(2 * np.pi * frequency * np.arange(rate * seconds) / rate) * 10 ** (db / 20) * 32767
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(np.round(samples).astype("<i2").tobytes())
    return path


class Line:
    """A stretch of network in front of a router that can be cut."""

    def __init__(self, router):
        self.target = router.bound("mic")
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}/"
        self.pairs = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.server.accept()
                far = socket.create_connection(self.target)
                self.pairs.append((near, far))
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)

    def cut(self):
        """Every connection ends without a word."""
        pairs, self.pairs = self.pairs, []
        for one in (end for pair in pairs for end in pair):
            with contextlib.suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.shutdown(socket.SHUT_RDWR)
                one.close()

    def close(self):
        self.server.close()
        self.cut()


def peak_of(samples: np.ndarray, rate: int) -> tuple[float, float]:
    """The loudest frequency in Hz, and the RMS in dBFS."""
    samples = samples.astype(float) / 32768
    window = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    rms = np.sqrt((samples**2).mean())
    return float(np.argmax(window) * rate / len(samples)), float(20 * np.log10(max(rms, 1e-9)))


def wav(path: Path) -> tuple[np.ndarray, int]:
    """Frames x channels, and the rate."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return samples.reshape(-1, file.getnchannels()), file.getframerate()


def frame(sequence, payload, index=None, codec=0, flags=0, version=1) -> bytes:
    where = sequence * FRAME if index is None else index
    return struct.pack("<BBHIQ", version, codec, flags, sequence & 0xFFFFFFFF, where) + payload


def get(router, path, node="mic"):
    with urllib.request.urlopen(router.url(node, path), timeout=5) as answer:
        return json.loads(answer.read())


def post(router, path, body, headers=None):
    request = urllib.request.Request(
        router.url("mic", path), data=body if isinstance(body, bytes) else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"} | (headers or {}), method="POST")
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.loads(answer.read())


def streams(router) -> list[dict]:
    return get(router, "/api/streams")["streams"]


class Mic:
    """One browser by hand: `async with Mic(router) as mic`."""

    def __init__(self, router, hello=None, headers=None):
        self.url = router.url("mic", "/ws/audio-stream", "ws")
        self.hello = hello
        self.headers = headers or {}
        self.words = []

    async def __aenter__(self):
        self.session = aiohttp.ClientSession()
        self.socket = await self.session.ws_connect(self.url, headers=self.headers, max_msg_size=1 << 20)
        if self.hello is not None:
            await self.say(self.hello)
            await self.hear("started")
        return self

    async def __aexit__(self, *_):
        with contextlib.suppress(Exception):
            await self.socket.close()
        await self.session.close()

    async def say(self, word):
        await self.socket.send_str(word if isinstance(word, str) else json.dumps(word))

    async def hear(self, kind, seconds=5):
        """The next word of that kind."""
        async with asyncio.timeout(seconds):
            while True:
                message = await self.socket.receive()
                assert message.type == aiohttp.WSMsgType.TEXT, (kind, message, self.socket.close_code)
                self.words.append(json.loads(message.data))
                if self.words[-1]["type"] == kind:
                    return self.words[-1]

    async def closed(self, seconds=5) -> int:
        """The code it is closed with."""
        async with asyncio.timeout(seconds):
            while True:
                message = await self.socket.receive()
                if message.type == aiohttp.WSMsgType.TEXT:
                    self.words.append(json.loads(message.data))
                elif message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED):
                    return self.socket.close_code

    async def play(self, samples: np.ndarray, first=0, realtime=False):
        """Sends mono samples as 20 ms frames, four times faster than sound; returns the number of the next one."""
        began, number = asyncio.get_running_loop().time(), first
        for at in range(0, len(samples), FRAME):
            # A recorder's buffer holds two seconds.
            due = began + (number - first) * (0.02 if realtime else 0.005)
            await asyncio.sleep(max(0, due - asyncio.get_running_loop().time()))
            await self.socket.send_bytes(frame(number, samples[at:at + FRAME].astype("<i2").tobytes()))
            number += 1
        return number


def recorded(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.wav"))


def finished(folder: Path, count=1) -> list[Path]:
    """Recordings that are finished: their sidecars stand beside them."""
    return eventually(
        lambda: (lambda found: found if len(found) >= count else None)(
            [file for file in recorded(folder) if file.with_name(file.name + ".json").exists()]),
        10, f"{count} recordings")
