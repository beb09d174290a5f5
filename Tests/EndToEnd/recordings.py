"""What recorders should have written, and what they have."""

import ctypes
import json
import os
import struct
import subprocess
import wave
from pathlib import Path

import microphones

RATE, SAMPLES = 16_000, 320


def tone(seconds: float, frequency=440) -> bytes:
    return microphones.sine(RATE, seconds, frequency)


def frames_in(path: Path) -> list[bytes]:
    """The frames of a `.bin` file, heads included; nothing may be left over."""
    data, found, at = path.read_bytes(), [], 0
    while at < len(data):
        magic, length, _ = struct.unpack("<III", data[at:at + 12])
        assert magic in microphones.MAGIC.values(), (path, at)
        found.append(data[at:at + 12 + length])
        assert len(found[-1]) == 12 + length, f"{path} ends within a frame"
        at += 12 + length
    return found


def samples_in(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        return file.readframes(file.getnframes())


def recorded(folder: Path, ending: str) -> list[Path]:
    """Files of one kind, in the order they were begun."""
    def order(path):
        parts = path.stem.split("_")
        number = int(parts.pop()) if len(parts[-1]) < 6 else 1
        return parts[-2:], number
    return sorted((path for path in folder.rglob(f"*.{ending}")), key=order)


def sidecar(path: Path) -> dict:
    return json.loads(Path(f"{path}.json").read_text())


def opens_everywhere(path: Path) -> int:
    """Frames that sox finds; ffmpeg must find as many. The file may grow meanwhile."""
    def frames() -> int:
        sox = subprocess.run(["soxi", "-s", str(path)], capture_output=True, text=True)
        assert sox.returncode == 0, f"sox: {path}: {sox.stderr}"
        return int(sox.stdout)

    before = frames()
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(path), "-f", "s16le", "-"], capture_output=True, stdin=subprocess.DEVNULL)
    assert raw.returncode == 0 and raw.stderr == b"", f"ffmpeg: {path}: {raw.stderr.decode()}"
    found, after = len(raw.stdout) // 2, frames()
    assert before <= found <= after, (before, found, after)
    return before


class Sent:
    """One microphone's sound as it goes over the wire, and what becomes of it."""

    def __init__(self, seconds=1.0, codec="adpcm", frequency=440):
        self.codec = codec
        self.payloads = microphones.payloads(tone(seconds, frequency), SAMPLES, codec)
        self.messages = [microphones.frame(number, one, codec) for number, one in enumerate(self.payloads)]
        self.decoded = b"".join(self.payloads) if codec == "pcm" else microphones.decoded(self.payloads)

    def hello(self, stream=1) -> bytes:
        return microphones.handshake(stream, RATE, codec=self.codec, samples=SAMPLES)

    def open(self, address, path="/ws", stream=1) -> microphones.Microphone:
        one = microphones.Microphone(address, path)
        one.send(self.hello(stream))
        return one

    def send(self, address, path="/ws", stream=1) -> tuple[int, str]:
        one = self.open(address, path, stream)
        for message in self.messages:
            one.send(message)
        return one.close()


def with_a_small_disk(folder: Path, size: str):
    """What a child does before it becomes the router: `folder` is a disk of that size, seen by the child alone."""
    def prepare():
        libc = ctypes.CDLL(None, use_errno=True)
        steps = [
            libc.unshare(0x20000),
            libc.mount(b"none", b"/", None, 0x4000 | 0x40000, None),
            libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, f"size={size}".encode()),
        ]
        if any(steps):
            os._exit(99)
    return prepare
