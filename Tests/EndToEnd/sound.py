"""Sound whose every frame can be told apart, and what became of it."""

import numpy as np

RATE = 48_000
PACKET_FRAMES = 960
PACKET_BYTES = 3_840


def noise(seconds: float, seed: int = 1) -> np.ndarray:
    """16-bit stereo noise, frames x 2; no frame is silent, so that its first frame can be found."""
    frames = round(seconds * RATE)
    samples = np.random.default_rng(seed).integers(-20_000, 20_000, (frames, 2), dtype=np.int16)
    samples[(samples == 0).all(axis=1)] = 1
    return samples


def packets(sound: np.ndarray, size: int = PACKET_BYTES) -> list[bytes]:
    data = sound.astype("<i2").tobytes()
    return [data[at:at + size] for at in range(0, len(data), size)]


def read(data: bytes) -> np.ndarray:
    """Frames of 16-bit stereo bytes; a cut last frame is left out."""
    return np.frombuffer(data[: len(data) // 4 * 4], "<i2").reshape(-1, 2)


def start_of(heard: np.ndarray) -> int:
    """The first frame that is not silent; the length when all is silent."""
    loud = np.flatnonzero(heard.any(axis=1))
    return int(loud[0]) if len(loud) else len(heard)


def same_frames(heard: np.ndarray, sent: np.ndarray) -> int:
    """How many frames, from the first that is not silent on, are those that were sent."""
    heard = heard[start_of(heard):]
    length = min(len(heard), len(sent))
    differ = np.flatnonzero((heard[:length] != sent[:length]).any(axis=1))
    return int(differ[0]) if len(differ) else length


def pieces(heard: np.ndarray, sent: np.ndarray) -> list[tuple[int, int, int]]:
    """What of `sent` is heard, in order: (place in what is heard from its first sound on, place in what was sent, frames).

    One piece as long as `sent` is a perfect copy; between two pieces frames were lost, doubled, or silence stands."""
    heard = heard[start_of(heard):]
    pattern = 4
    places = {sent[at:at + pattern].tobytes(): at for at in range(len(sent) - pattern + 1)}
    found, here, there = [], 0, 0
    while here < len(heard) and there < len(sent):
        length = min(len(heard) - here, len(sent) - there)
        differ = np.flatnonzero((heard[here:here + length] != sent[there:there + length]).any(axis=1))
        same = int(differ[0]) if len(differ) else length
        if same:
            found.append((here, there, same))
        here, there = here + same, there + same
        while here + pattern <= len(heard) and there < len(sent):
            known = places.get(heard[here:here + pattern].tobytes())
            if known is not None:
                there = known
                break
            here += 1
        else:
            break
    return found


def longest_common(heard: np.ndarray, sent: np.ndarray) -> int:
    """Length of the longest run of sent frames, at one shift, anywhere in what was heard."""
    places: dict[bytes, int] = {}
    step = 64
    for at in range(0, len(sent) - 4, step):
        places[sent[at:at + 4].tobytes()] = at
    raw = np.ascontiguousarray(heard).tobytes()
    shifts = set()
    for at in range(0, len(heard) - 4):
        found = places.get(raw[at * 4:at * 4 + 16])
        if found is not None:
            shifts.add(found - at)
    best = 0
    for shift in shifts:
        begin, end = max(0, -shift), min(len(heard), len(sent) - shift)
        same = (heard[begin:end] == sent[begin + shift:end + shift]).all(axis=1)
        edges = np.flatnonzero(np.diff(np.concatenate(([0], same.astype(np.int8), [0]))))
        if len(edges):
            best = max(best, int((edges[1::2] - edges[::2]).max()))
    return best


def loudest_frequency(samples: np.ndarray, rate: int = RATE) -> float:
    """Frequency in Hz of the strongest line of one channel."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax() * rate / len(samples))
