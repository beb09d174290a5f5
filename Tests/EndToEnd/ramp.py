"""Sound whose frames count themselves, and an ear that notices every frame that is missing, doubled or silent."""

import itertools
import threading

import numpy as np
import sound
from phone import Phone, StreamReader

# Both halves differ from 0, so that no frame is silent.
FIRST = 1 << 16 | 1
HEADER_BYTES = 44


def packets(ended: threading.Event):
    """Packets of 20 ms: frame n is the number n, its low half left and its high half right."""
    for first in itertools.count(FIRST, sound.PACKET_FRAMES):
        if ended.is_set():
            return
        yield np.arange(first, first + sound.PACKET_FRAMES, dtype="<u4").tobytes()


class RampSender(Phone):
    """A phone that sends the ramp until it is told to stop."""

    def __init__(self, host, port):
        self._ended = threading.Event()
        super().__init__(host, port, packets(self._ended))

    def start(self) -> "RampSender":
        super().start()
        assert self.greeted.wait(10) and self.refused is None, f"the sender was refused: {self.refused}"
        return self

    @property
    def is_connected(self) -> bool:
        """The one connection it opened still stands."""
        return self.thread.is_alive()

    def stop(self):
        self._ended.set()
        self.wait(10)


class Account:
    """What was heard of a ramp, frame by frame, from the first that was not silent on."""

    def __init__(self):
        self.heard = self.lost = self.repeated = self.wrong = self.silent = 0
        # Frames heard before the break, and the step there.
        self.breaks: list[tuple[int, int]] = []
        self._last = None
        self._rest = b""

    def take(self, data: bytes):
        data = self._rest + data
        whole = len(data) // 4 * 4
        self._rest = data[whole:]
        frames = np.frombuffer(data[:whole], "<u4").astype(np.int64)
        loud = frames[frames != 0]
        if self._last is None:
            if not len(loud):
                return
            frames = frames[np.argmax(frames != 0):]
            self._last = int(loud[0]) - 1
        self.silent += len(frames) - len(loud)
        steps = np.diff(loud, prepend=self._last)
        for at in np.flatnonzero(steps != 1):
            self._note(self.heard + int(at), int(steps[at]))
        self.heard += len(loud)
        if len(loud):
            self._last = int(loud[-1])

    def _note(self, at: int, step: int):
        self.breaks.append((at, step))
        if 1 < step < 1 << 24:
            self.lost += step - 1
        elif -1 << 24 < step < 1:
            self.repeated += 1 - step
        else:
            self.wrong += 1

    @property
    def faults(self) -> dict:
        """Empty when every frame was heard once, in order, without a silent one between."""
        counts = {"lost": self.lost, "repeated": self.repeated, "wrong": self.wrong, "silent": self.silent}
        return {name: count for name, count in counts.items() if count} | (
            {"breaks": self.breaks[:8]} if self.breaks else {})


class RampEar(StreamReader):
    """Listens to a live body and keeps the account of it, not the sound."""

    def __init__(self, host, port, path="/stream.wav"):
        self.account = Account()
        super().__init__(host, port, path)
        assert " 200 " in self.head, self.head

    def _run(self):
        head = bytes(self.body)
        try:
            while len(head) < HEADER_BYTES:
                head += self.socket.socket.recv(HEADER_BYTES)
            self.account.take(head[HEADER_BYTES:])
            while not self.stopping and (more := self.socket.socket.recv(1 << 16)):
                self.account.take(more)
        except OSError:
            pass
        self.ended.set()

    @property
    def heard(self) -> int:
        return self.account.heard
