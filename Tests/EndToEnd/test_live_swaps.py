"""A transform is swapped, put in and taken out while sound passes: what arrives is what was sent, frame for frame."""

import os
import random
import threading
import time

import numpy as np
import pytest
import ramp
from admin_client import KeptAdmin
from documents_used import to_web
from router import eventually

SOAK = os.environ.get("SOAK") == "1"
SWAPS = 5_000 if SOAK else 200
# None of them changes a sample.
KINDS = [
    {"type": "gain"}, {"type": "meter"}, {"type": "delay", "delayMs": 0}, {"type": "resample", "sampleRate": 48_000}]


def through(*names) -> dict:
    """A phone that is heard through gains of those names."""
    document = to_web()
    document["nodes"] |= {name: {"type": "gain"} for name in names}
    document["links"] = [" -> ".join(["phone", *names, "web"])]
    return document


@pytest.mark.parametrize("crossfade", [0, 5, 20])
def test_swapping_a_transform_loses_repeats_and_silences_nothing(start, play, crossfade):
    router = start(through("t"))
    playing = play(router, "phone")
    admin = KeptAdmin(router.admin)
    chance = random.Random(crossfade)
    swaps, kind = SWAPS // 3 + 1, 0
    for number in range(swaps):
        kind = (kind + chance.randint(1, 3)) % 4
        answer = admin.put(f"nodes/t?crossfadeMs={crossfade}", KINDS[kind])
        assert answer.status == 200 and answer.json["applied"]["replaced"] == ["t"], answer
        # From faster than a packet and than the overlap to slower than both.
        time.sleep(chance.choice([0, 0.002, 0.01, 0.03, 0.06]))
    playing.check()
    assert router.streams()[0]["path"] == ["phone", "t", "web"]
    assert len(router.streams()) == 1
    print(f"{swaps} swaps with {crossfade} ms, {playing.ear.heard} frames heard")


def test_putting_in_and_taking_out_and_turning_round_loses_repeats_and_silences_nothing(start, play):
    router = start(through("a", "b", "c"))
    playing = play(router, "phone")
    admin = KeptAdmin(router.admin)
    chance = random.Random(7)
    for number in range(SWAPS):
        names = chance.sample(["a", "b", "c"], chance.randint(0, 3))
        chain = " -> ".join(["phone", *names, "web"])
        fade = chance.choice([0, 5, 20])
        answer = admin.patch(f"graph?crossfadeMs={fade}", {"links": [chain]}, match="*")
        assert answer.status == 200, answer
        assert router.streams()[0]["path"] == ["phone", *names, "web"]
        time.sleep(chance.choice([0, 0.01, 0.04]))
    playing.check()
    print(f"{SWAPS} changes of the chain, {playing.ear.heard} frames heard")


def test_the_ear_notices_what_a_late_transform_does(start, play):
    router = start(through("t"))
    playing = play(router, "phone")
    admin = KeptAdmin(router.admin)
    assert admin.put("nodes/t?crossfadeMs=0", {"type": "delay", "delayMs": 10}).status == 200
    eventually(lambda: playing.ear.account.silent, 10, "the silence before late sound")
    assert playing.ear.account.faults == {"silent": 480}


@pytest.mark.parametrize("damage, faults", [
    (lambda frames: frames, {}),
    (lambda frames: np.delete(frames, 500), {"lost": 1, "breaks": [(500, 2)]}),
    (lambda frames: np.insert(frames, 500, frames[499]), {"repeated": 1, "breaks": [(500, 0)]}),
    (lambda frames: np.insert(frames, 500, 0), {"silent": 1}),
    (lambda frames: np.delete(frames, range(960, 1920)), {"lost": 960, "breaks": [(960, 961)]}),
])
def test_the_account_of_a_damaged_ramp_names_the_damage(damage, faults):
    packets = ramp.packets(threading.Event())
    frames = np.concatenate([np.zeros(700, "<u4")] + [np.frombuffer(next(packets), "<u4") for _ in range(5)])
    damaged = np.concatenate([frames[:700], damage(frames[700:])]).astype("<u4").tobytes()
    for size in (1, 3_840, len(damaged)):
        account = ramp.Account()
        for at in range(0, len(damaged), size):
            account.take(damaged[at:at + size])
        assert account.faults == faults
