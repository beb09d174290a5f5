"""A panel's microcontroller on a pty, as its firmware behaves: buttons that stay chosen, lights, answers, and its faults."""

import os
import select
import threading
import time
import tty
from pathlib import Path

from router import PATIENCE


class Panel:
    """The newer firmware; `legacy` speaks as the older ones did: CR LF, banners, RELEASE, no light of its own."""

    def __init__(self, link: Path, count: int = 10, legacy: bool = False, boot: float = 0.1, split: bool = False):
        self.link, self.count, self.legacy, self.boot, self.split = link, count, legacy, boot, split
        self.heard: list[str] = []
        self.changed = threading.Condition()
        self.lights: set[int] = set()
        self.selected: int | None = None
        self.is_mute = False
        self.answers_late = 0.0
        self.master = self.slave = None
        self.thread: threading.Thread | None = None
        # Its firmware says one line after the other; here answers and fingers are threads of their own.
        self.mouth = threading.Lock()
        self.plug()

    # The cable.

    def plug(self) -> None:
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        beside = self.link.with_suffix(".new")
        beside.symlink_to(os.ttyname(self.slave))
        beside.rename(self.link)
        self.is_plugged = True
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def unplug(self) -> None:
        self.is_plugged = False
        self.thread.join()
        self.link.unlink()
        os.close(self.slave)
        os.close(self.master)
        with self.changed:
            self.lights, self.selected = set(), None

    def reset(self) -> None:
        with self.changed:
            self.lights, self.selected = set(), None
        if self.legacy:
            self.say("Selection Panel 2.2.0", "Testing LEDs...", "Test complete")
        self.say("READY", "FW 2.2.0 (Proto 10 LEDs)" if self.legacy else "FW selection-panel v2.5.1")

    def _run(self) -> None:
        end = time.monotonic() + self.boot
        while time.monotonic() < end and self.is_plugged:
            time.sleep(0.02)
        if self.is_plugged:
            self.reset()
        rest = b""
        while self.is_plugged:
            ready, _, _ = select.select([self.master], [], [], 0.02)
            if not ready:
                continue
            try:
                rest += os.read(self.master, 4096)
            except OSError:
                continue
            *lines, rest = rest.replace(b"\r", b"\n").split(b"\n")
            for line in lines:
                if line:
                    self._take(line.decode("ascii", "replace"))

    # What it says.

    def say(self, *lines: str) -> None:
        for line in lines:
            self.raw(line.encode() + (b"\r\n" if self.legacy else b"\n"))

    def raw(self, data: bytes) -> None:
        pieces = [data[at:at + 1] for at in range(len(data))] if self.split else [data]
        with self.mouth:
            for piece in pieces:
                while piece:
                    try:
                        piece = piece[os.write(self.master, piece):]
                    except BlockingIOError:
                        time.sleep(0.001)
                if self.split:
                    time.sleep(0.0005)

    def press(self, button: int) -> None:
        """A finger; a button that is chosen already says nothing."""
        with self.changed:
            is_news = self.legacy or self.selected != button
            if not self.legacy:
                self.selected, self.lights = button, {button}
        if is_news:
            self.say(f"PRESS {button:03d}")
        if self.legacy:
            self.say(f"RELEASE {button:03d}")

    # What it hears.

    def _take(self, line: str) -> None:
        with self.changed:
            self.heard.append(line)
            self.changed.notify_all()
        if self.is_mute:
            return
        if self.answers_late:
            time.sleep(self.answers_late)
        self.say(*self._answer(line))
        with self.changed:
            self.changed.notify_all()

    def _answer(self, line: str) -> list[str]:
        word, _, number = line.partition(" ")
        first = 0 if self.legacy else 1
        if line == "PING":
            return ["PONG"]
        if line == "VERSION":
            return ["FW 2.2.0 (Proto 10 LEDs)", "OK"] if self.legacy else ["FW selection-panel v2.5.1"]
        if line == "STATUS":
            bits = "".join("1" if n in self.lights else "0" for n in reversed(range(self.count)))
            counts = ["BTNS " + "0" * self.count, "LEDS " + bits] if self.legacy else [f"BTNS {self.count}", f"LEDS {self.count}"]
            return [f"CURLED {self.selected or 0}", *counts, "HEAP 270000", "MODE PROTOTYPE", "OK"]
        if line == "LEDCLR":
            with self.changed:
                self.lights, self.selected = set(), None
            return ["OK"]
        if word == "LEDSET" and number.isdigit() and first <= int(number) < first + self.count:
            with self.changed:
                self.lights, self.selected = {int(number)}, int(number)
            return ["OK"]
        if word == "LEDSET":
            return ["ERROR Invalid LED index" if self.legacy else "ERROR INVALID_ID"]
        return ["ERROR Unknown command" if self.legacy else "ERROR UNKNOWN_CMD"]

    # What a test waits for.

    def wait(self, condition, what: str, seconds: float = 10) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, seconds * PATIENCE), f"{what}; lights {self.lights}, heard {self.heard[-8:]}"

    def wait_for_light(self, light: int | None, seconds: float = 10) -> None:
        wanted = set() if light is None else {light}
        self.wait(lambda: self.lights == wanted, f"the light {light} is not on alone", seconds)

    def wait_until_known(self) -> None:
        """The router has asked who it is and has put its lights right."""
        self.wait(lambda: any(line.startswith("LED") for line in self.heard), "nobody asked")

    def close(self) -> None:
        if self.is_plugged:
            self.unplug()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
