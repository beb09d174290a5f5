"""Decoding IMA ADPCM: millions of samples a second of ours, audioop, sox and ffmpeg, on tones, noise and random bytes."""

import audioop
import math
import os
import random
import struct
import subprocess
import time
from pathlib import Path

from measure import ROOT

RATE, SAMPLES = 48_000, 960
PAYLOAD = 4 + SAMPLES // 2
SHORT, LONG = 10, 130
SWAPPED = bytes((byte & 15) << 4 | byte >> 4 for byte in range(256))


def tone() -> bytes:
    return struct.pack(f"<{RATE}h", *(int(16_000 * math.sin(2 * math.pi * 1000 * n / RATE)) for n in range(RATE)))


def noise() -> bytes:
    chance = random.Random(1)
    return struct.pack(f"<{RATE}h", *(chance.randint(-32768, 32767) for _ in range(RATE)))


def encoded(pcm: bytes) -> list[bytes]:
    frames, state = [], (0, 0)
    for at in range(0, len(pcm), 2 * SAMPLES):
        head = struct.pack("<hBB", *state, 0)
        body, state = audioop.lin2adpcm(pcm[at:at + 2 * SAMPLES], 2, state)
        frames.append(head + body)
    return frames


def arbitrary() -> list[bytes]:
    chance = random.Random(2)
    return [struct.pack("<hBB", chance.randint(-32768, 32767), chance.randint(0, 88), 0) + chance.randbytes(SAMPLES // 2)
            for _ in range(RATE // SAMPLES)]


def best(body, count=5) -> float:
    times = []
    for _ in range(count):
        began = time.perf_counter()
        body()
        times.append(time.perf_counter() - began)
    return min(times)


def by_audioop(frames: list[bytes]) -> float:
    many = frames * LONG

    def decode():
        for frame in many:
            audioop.adpcm2lin(frame[4:], 2, (frame[0] | frame[1] << 8 if frame[1] < 128 else (frame[0] | frame[1] << 8) - 65536,
                                             frame[2]))
    return len(many) * SAMPLES / best(decode) / 1e6


def wav(frames: list[bytes], path: Path):
    """IMA ADPCM as WAV has it: the same states, the lower half of a byte first, one more sample a block."""
    block = PAYLOAD
    data = b"".join(frame[:4] + frame[4:].translate(SWAPPED) for frame in frames)
    head = struct.pack("<HHIIHHHH", 0x11, 1, RATE, RATE * block // (SAMPLES + 1), block, 4, 2, SAMPLES + 1)
    fact = struct.pack("<I", len(frames) * (SAMPLES + 1))
    body = (b"WAVEfmt " + struct.pack("<I", len(head)) + head + b"fact" + struct.pack("<I", 4) + fact
            + b"data" + struct.pack("<I", len(data)) + data)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)


def kvag(frames: list[bytes], path: Path):
    data = b"".join(frame[4:] for frame in frames)
    path.write_bytes(b"KVAG" + struct.pack("<IIH", len(data), RATE, 0) + data)


def by_program(frames, folder: Path, write, suffix: str, command) -> float:
    """A program's steady speed: a long file less a short one, so that its start does not count."""
    times = []
    for length in (SHORT, LONG):
        path = folder / f"{length}{suffix}"
        write(frames * length * 10, path)
        times.append(best(lambda: subprocess.run(command(path), check=True, capture_output=True), 3))
    return (LONG - SHORT) * 10 * len(frames) * SAMPLES / (times[1] - times[0]) / 1e6


def measure(folder: Path) -> dict[str, dict[str, float]]:
    swift = os.environ.get("SWIFT", "swift")
    subprocess.run([swift, "build", "-c", "release", "--product", "bench-decode", "-q"], cwd=ROOT, check=True)
    found = {}
    for name, frames in {"tone": encoded(tone()), "noise": encoded(noise()), "random bytes": arbitrary()}.items():
        raw = folder / "frames"
        raw.write_bytes(b"".join(frames * LONG))
        ours = subprocess.run(
            [ROOT / ".build/release/bench-decode", raw, str(PAYLOAD)], capture_output=True, text=True, check=True).stdout
        found[name] = {
            "router": float(ours), "audioop": by_audioop(frames),
            "sox": by_program(frames, folder, wav, ".wav", lambda path: ["sox", "-V0", path, "-n"]),
            "ffmpeg": by_program(frames, folder, kvag, ".kvag", lambda path: [
                "ffmpeg", "-v", "error", "-threads", "1", "-f", "kvag", "-i", path, "-f", "null", "-"]),
        }
        print(f"  {name}: {found[name]}", flush=True)
    return found
