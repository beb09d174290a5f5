"""What the decoder makes of frames is what sox and ffmpeg, which nobody here wrote, make of the same nibbles."""

import random
import struct
import subprocess

import pytest

import microphones
import recordings
from recordings import RATE, SAMPLES, Sent, recorded, samples_in

DOCUMENT = {
    "nodes": {
        "mics": {"type": "adpcm.ingest", "listen": "127.0.0.1:0"},
        "decode": {"type": "adpcm.decoder"},
        "archive": {"type": "wav.rotator", "directory": "data"},
    },
    "links": ["mics -> decode -> archive"],
}
SWAPPED = bytes((byte & 15) << 4 | byte >> 4 for byte in range(256))


def noise(seconds: int) -> bytes:
    chance = random.Random(9)
    return struct.pack(f"<{RATE * seconds}h", *(chance.randint(-32768, 32767) for _ in range(RATE * seconds)))


def by_sox(payloads, folder) -> bytes:
    """The frames as blocks of a WAV file: the lower half of a byte first, and the state as one more sample."""
    block = len(payloads[0])
    head = struct.pack("<HHIIHHHH", 0x11, 1, RATE, RATE * block // (SAMPLES + 1), block, 4, 2, SAMPLES + 1)
    data = b"".join(one[:4] + one[4:].translate(SWAPPED) for one in payloads)
    body = (b"WAVEfmt " + struct.pack("<I", len(head)) + head + b"fact"
            + struct.pack("<II", 4, len(payloads) * (SAMPLES + 1)) + b"data" + struct.pack("<I", len(data)) + data)
    file = folder / "blocks.wav"
    file.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    raw = subprocess.run(
        ["sox", "-V1", file, "-t", "raw", "-e", "signed", "-b", "16", "-"], capture_output=True, check=True).stdout
    step = 2 * (SAMPLES + 1)
    return b"".join(raw[at + 2:at + step] for at in range(0, len(raw), step))


def by_ffmpeg(payloads, folder) -> bytes:
    """All nibbles in a row: the states only say where the predictor is anyway."""
    data = b"".join(one[4:] for one in payloads)
    file = folder / "nibbles.kvag"
    file.write_bytes(b"KVAG" + struct.pack("<IIH", len(data), RATE, 0) + data)
    return subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "kvag", "-i", file, "-f", "s16le", "-"], capture_output=True, check=True,
        stdin=subprocess.DEVNULL).stdout


@pytest.mark.parametrize("sound", ["tone", "noise"])
@pytest.mark.parametrize("oracle", [by_sox, by_ffmpeg])
def test_decoded_sound_is_that_of_other_decoders(start, tmp_path, sound, oracle):
    sent = Sent()
    pcm = recordings.tone(2) if sound == "tone" else noise(2)
    sent.payloads = microphones.payloads(pcm, SAMPLES, "adpcm")
    sent.messages = [microphones.frame(number, one) for number, one in enumerate(sent.payloads)]
    router = start(DOCUMENT)
    assert sent.send(router.bound("mics")) == (1000, "bye")
    (wav,) = recorded(router.folder / "data", "wav")
    ours, others = samples_in(wav), oracle(sent.payloads, tmp_path)
    assert len(ours) == len(pcm) and others[:len(ours)] == ours
