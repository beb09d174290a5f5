"""Small pictures and sounds, made up for tests of the panel."""

import math
import struct
import subprocess
import wave
import zlib
from pathlib import Path

COLOURS = [(214, 75, 60), (38, 110, 160), (235, 180, 60), (60, 140, 90), (130, 70, 160), (230, 120, 150)]


def png(number: int, width=480, height=320) -> bytes:
    """A picture with a colour and stripes of its own."""
    red, green, blue = COLOURS[number % len(COLOURS)]
    rows = []
    for y in range(height):
        row = bytearray([0])
        for x in range(width):
            wave_ = 0.75 + 0.25 * math.sin((x + y * (1 + number % 3)) / 23)
            light = wave_ * (1.1 - 0.4 * y / height)
            row += bytes(min(255, int(part * light)) for part in (red, green, blue))
        rows.append(bytes(row))

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"".join(rows)))
            + chunk(b"IEND", b""))


def write_wav(path: Path, seconds: float, frequency=440.0, rate=16_000):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        count = int(seconds * rate)
        file.writeframes(struct.pack(f"<{count}h", *(
            int(9_000 * math.sin(2 * math.pi * frequency * n / rate)) for n in range(count))))


def convert(source: Path, target: Path):
    """To another format, by ffmpeg."""
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-i", str(source), str(target)], check=True)


def fill(folder: Path, slots: range, seconds=1.0):
    """A picture and a sound for every slot."""
    folder.mkdir(parents=True, exist_ok=True)
    for slot in slots:
        (folder / f"{slot:03}.png").write_bytes(png(slot, 240, 160))
        write_wav(folder / f"{slot:03}.wav", seconds, 300 + 40 * slot)
