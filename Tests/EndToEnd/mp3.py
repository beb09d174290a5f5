"""MP3 as a player sees it: frame headers read here, sound decoded by ffmpeg, titles taken out of the body."""

import subprocess

import numpy as np
import sound

BITRATES = [None, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
SAMPLE_RATES = [44_100, 48_000, 32_000]
SAMPLES = 1_152


def frames(body: bytes) -> list[tuple[int, int, int]]:
    """Bit rate in kbit/s, sample rate and length of every frame; raises where none begins. A cut last one is left out."""
    found, place = [], 0
    while place + 4 <= len(body):
        head = int.from_bytes(body[place:place + 4], "big")
        assert head >> 17 == 0x7FFD, f"no MPEG-1 Layer III frame at {place} of {len(body)}: {head:08x}"
        bitrate, rate = BITRATES[head >> 12 & 15], SAMPLE_RATES[head >> 10 & 3]
        length = 144_000 * bitrate // rate + (head >> 9 & 1)
        if place + length <= len(body):
            found.append((bitrate, rate, length))
        place += length
    return found


def whole(body: bytes) -> bytes:
    """Without a cut last frame."""
    return body[:sum(length for _, _, length in frames(body))]


def decode(body: bytes, channels: int = 2) -> np.ndarray:
    """Frames x channels, -1 to 1; raises when ffmpeg has anything to say."""
    done = subprocess.run(
        ["ffmpeg", "-v", "warning", "-f", "mp3", "-i", "-", "-f", "f32le", "-ac", str(channels), "-"], input=body,
        capture_output=True, timeout=60)
    said = [line for line in done.stderr.decode().splitlines() if "Estimating duration" not in line]
    assert done.returncode == 0 and not said, said
    return np.frombuffer(done.stdout, "<f4").reshape(-1, channels)


def tone(samples: np.ndarray, rate: int = sound.RATE) -> tuple[float, float]:
    """Frequency in Hz and level in dB of the strongest line, interpolated between the lines of the spectrum."""
    window = np.hanning(len(samples))
    spectrum = np.abs(np.fft.rfft(samples * window))
    peak = int(spectrum[1:-1].argmax()) + 1
    left, middle, right = np.log(spectrum[peak - 1:peak + 2] + 1e-12)
    shift = (left - right) / (2 * (left - 2 * middle + right))
    height = np.exp(middle - (left - right) * shift / 4)
    return (peak + shift) * rate / len(samples), 20 * np.log10(height * 2 / window.sum())


def titles(body: bytes, interval: int) -> tuple[bytes, list[str]]:
    """The body without titles, and every title that was told."""
    data, told, place = b"", [], 0
    while place < len(body):
        data += body[place:place + interval]
        place += interval
        if place >= len(body):
            break
        size = body[place] * 16
        text = body[place + 1:place + 1 + size].rstrip(b"\0").decode()
        if size and place + 1 + size <= len(body):
            assert text.startswith("StreamTitle='") and text.endswith("';"), text
            told.append(text[13:-2])
        place += 1 + size
    return data, told
