"""Ogg as RFC 3533 writes it: pages read here, sound decoded by ffmpeg."""

import json
import subprocess
from dataclasses import dataclass

import numpy as np


@dataclass
class Page:
    first: bool
    last: bool
    granule: int
    serial: int
    number: int
    packets: list[bytes]


def pages(body: bytes) -> list[Page]:
    """Every whole page; raises where none begins. A cut last one is left out."""
    found, place = [], 0
    while place + 27 <= len(body):
        assert body[place:place + 5] == b"OggS\0", f"no page at {place}: {body[place:place + 8]!r}"
        segments = body[place + 26]
        lacing = body[place + 27:place + 27 + segments]
        size = 27 + segments + sum(lacing)
        if place + size > len(body) or len(lacing) < segments:
            break
        packets, packet, at = [], b"", place + 27 + segments
        for length in lacing:
            packet += body[at:at + length]
            at += length
            if length < 255:
                packets.append(packet)
                packet = b""
        assert not packet, "a packet that goes on in the next page"
        kind = body[place + 5]
        found.append(Page(
            bool(kind & 2), bool(kind & 4), int.from_bytes(body[place + 6:place + 14], "little"),
            int.from_bytes(body[place + 14:place + 18], "little"),
            int.from_bytes(body[place + 18:place + 22], "little"), packets))
        place += size
    return found


def whole(body: bytes) -> bytes:
    """Without a cut last page."""
    place = 0
    while place + 27 <= len(body):
        segments = body[place + 26]
        size = 27 + segments + sum(body[place + 27:place + 27 + segments])
        if place + size > len(body):
            break
        place += size
    return body[:place]


def decode(body: bytes, channels: int = 2) -> np.ndarray:
    """Frames x channels, -1 to 1; raises when ffmpeg has anything to say."""
    done = subprocess.run(
        ["ffmpeg", "-v", "warning", "-f", "ogg", "-i", "-", "-f", "f32le", "-ac", str(channels), "-"], input=body,
        capture_output=True, timeout=60)
    assert done.returncode == 0 and not done.stderr, done.stderr.decode()
    return np.frombuffer(done.stdout, "<f4").reshape(-1, channels)


def probe(file) -> dict:
    """What ffprobe says of the first stream."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-of", "json", "-show_streams", str(file)], capture_output=True, timeout=30)
    assert done.returncode == 0 and not done.stderr, done.stderr.decode()
    return json.loads(done.stdout)["streams"][0]
