"""A sender is heard: on the sound card and at /stream.wav, bit for bit."""

import random
import subprocess

import phone
import sound
from documents_used import to_speaker_and_web, to_web
from router import eventually

UNDERRUNS = ("router_speaker_card_underruns_total", "router_speaker_stream_underruns_total")
CUTS = "router_speaker_trims_total"


def wait_until_played(router, card, frames):
    eventually(lambda: len(card.played) - sound.start_of(card.played) >= frames, 15, f"{frames} frames on the card")


def play_to_card(start, card, delays=None, seconds=5):
    """What was heard and sent, how often the program says it was broken, and whether it ever changed the speed."""
    router = start(to_speaker_and_web(), env=card.env)
    router.wait_for_state("speaker", "running")
    sender, sent = phone.cast(*router.bound("phone"), seconds, delays=delays)
    is_corrected = False
    while sender.thread.is_alive() or router.streams():
        sender.thread.join(0.1)
        is_corrected = is_corrected or router.stat("speaker", "router_speaker_drift_ppm") != 0
    assert sender.sent == seconds * 50
    counted = sum(router.stat("speaker", name) for name in (*UNDERRUNS, CUTS))
    if not counted:
        wait_until_played(router, card, len(sent) + 2 * sound.PACKET_FRAMES)
    counted = sum(router.stat("speaker", name) for name in (*UNDERRUNS, CUTS))
    assert router.stop() == 0
    return card.played, sent, counted, is_corrected


def check(heard, sent, counted, is_corrected, seconds):
    """Every break is one the program has counted; nothing else may differ while the speed is exactly 1.

    Three seconds after the first sound the buffer knows the jitter. If that asks for another delay, as it does on a busy
    machine, the speed changes and every frame from there on is computed."""
    found = sound.pieces(heard, sent)
    told = f"pieces {found[:9]}, counted {counted}, corrected {is_corrected}"
    if not counted:
        exact = min(seconds, 2.9) if is_corrected else seconds
        assert found[0][:2] == (0, 0) and found[0][2] >= exact * sound.RATE, told
    elif not is_corrected:
        assert len(found) - 1 <= counted, told
    else:
        assert found[0][2] >= sound.PACKET_FRAMES, told


def test_the_sound_card_plays_what_was_sent_bit_for_bit(start, card):
    heard, sent, counted, is_corrected = play_to_card(start, card)
    check(heard, sent, counted, is_corrected, 5)
    after = heard[sound.start_of(heard) + len(sent):]
    assert counted or not after.any(), "something is played after the end"


def test_jitter_below_the_buffer_makes_no_hole(start, card):
    shuffle = random.Random(7)
    delays = {number: shuffle.uniform(0, 0.020) for number in range(1, 250)}
    # exact until the buffer, which knows the jitter by then, moves to a shorter delay
    heard, sent, counted, is_corrected = play_to_card(start, card, delays=delays)
    check(heard, sent, counted, is_corrected, 2)
    loud = heard[sound.start_of(heard):][:int(4.5 * sound.RATE)].any(axis=1)
    assert counted or loud.all(), "silence inside the sound"


def test_a_stall_and_the_burst_after_it_cost_an_underrun_and_nothing_else(start, card):
    # 400 ms without a packet, then all that waited at once, as a phone on bad Wi-Fi does it
    stall = {number: max(0.0, 0.4 - (number - 100) * 0.02) for number in range(100, 120)}
    heard, sent, underruns, is_corrected = play_to_card(start, card, delays=stall, seconds=6)
    assert underruns >= 1
    found = sound.pieces(heard, sent)
    if underruns == 1:  # else the machine added its own
        assert found[0][2] >= 100 * sound.PACKET_FRAMES - 4800, found[:9]
    # sound comes back after it, exactly unless the buffer adapts
    if not is_corrected:
        assert any(there + frames > 190 * sound.PACKET_FRAMES for _, there, frames in found), found[:9]
    loud = heard[sound.start_of(heard) + 140 * sound.PACKET_FRAMES:].any(axis=1)
    assert loud.sum() > 2 * sound.RATE, "silence after the stall"


def listen_with(program, url, file):
    if program == "ffmpeg":
        command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", url, "-c", "copy", "-f", "s16le", "-t", "5", file]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL)
    pipe = f"curl -sN --max-time 20 '{url}' | sox --ignore-length -t wav - -t raw -e signed -b 16 '{file}' trim 0 5"
    return subprocess.Popen(["bash", "-c", pipe], stdin=subprocess.DEVNULL)


def test_ffmpeg_and_sox_hear_at_stream_wav_what_was_sent(start, tmp_path):
    router = start(to_web())
    files = {program: tmp_path / f"{program}.raw" for program in ("ffmpeg", "sox")}
    players = [listen_with(program, router.url("web", "/stream.wav"), str(file)) for program, file in files.items()]
    eventually(lambda: router.stat("web", "router_http_stream_listeners") == 2, 10, "two listeners")
    sender, sent = phone.cast(*router.bound("phone"), 6)
    sender.wait()
    for player in players:
        assert player.wait(20) == 0
    for program, file in files.items():
        heard = sound.read(file.read_bytes())
        same = sound.same_frames(heard, sent)
        assert same >= 3 * sound.RATE, f"{program}: only {same} frames are those that were sent"
        assert same == len(heard) - sound.start_of(heard), f"{program}: frame {same} differs"


def wait_until_heard(router, reader, sent):
    """Waits for the last frame at the listener. Where no packet came for half a second silence stands, as counted."""
    def last_frame():
        found = sound.pieces(reader.frames, sent)
        return found and found[-1][1] + found[-1][2] == len(sent)
    eventually(last_frame, 10, "the last frame at the listener")
    reader.stop()
    found = sound.pieces(reader.frames, sent)
    heard = reader.frames[sound.start_of(reader.frames):]
    for (here, there, frames), (next_here, next_there, _) in zip(found, found[1:]):
        assert next_there == there + frames, f"frames are lost or doubled: {found[:9]}"
        assert not heard[here + frames:next_here].any(), f"something else than silence: {found[:9]}"
    silence = found[-1][0] - found[-1][1]
    assert silence <= router.stat("web", "router_http_stream_silence_frames_total"), f"uncounted silence: {found[:9]}"
    assert silence == 0 or silence >= sound.RATE // 2, f"silence where no pause was: {found[:9]}"


def test_the_card_and_the_web_play_the_same_stream_at_once(start, card):
    router = start(to_speaker_and_web(), env=card.env)
    router.wait_for_state("speaker", "running")
    reader = phone.StreamReader(*router.bound("web"))
    sender, sent = phone.cast(*router.bound("phone"), 3)
    sender.wait()
    wait_until_played(router, card, len(sent) // 2)
    wait_until_heard(router, reader, sent)
    assert router.stop() == 0
    assert sound.longest_common(card.played, sent) >= 4_800


def test_a_new_session_never_hears_the_sound_of_the_one_before(start):
    router = start(to_web())
    reader = phone.StreamReader(*router.bound("web"))
    for seed in (1, 2):
        sender, sent = phone.cast(*router.bound("phone"), 1, seed=seed)
        sender.wait()
    eventually(lambda: not router.streams(), 5, "the end of both streams")
    reader.stop()
    heard = reader.frames
    first, second = sound.noise(1, 1), sound.noise(1, 2)
    begin = sound.start_of(heard)
    assert sound.same_frames(heard, first) == len(first)
    assert sound.same_frames(heard[begin + len(first):], second) == len(second)


def test_an_unplugged_card_waits_and_is_heard_again_when_it_is_back(start, card):
    router = start(to_speaker_and_web(), env=card.env)
    router.wait_for_state("speaker", "running")
    reader = phone.StreamReader(*router.bound("web"))
    sender, sent = phone.cast(*router.bound("phone"), 12)
    eventually(lambda: sound.start_of(card.played) < len(card.played), 5, "sound on the card")
    card.unplug()
    node = router.wait_for_state("speaker", "waiting", 5)
    assert "card" in node["reason"]
    before = len(card.played)
    card.plug()
    router.wait_for_state("speaker", "running", 8)
    is_corrected = False
    while sender.thread.is_alive():
        sender.thread.join(0.2)
        is_corrected = is_corrected or router.stat("speaker", "router_speaker_drift_ppm") != 0
    assert sender.sent == 600, "the sender was disturbed"
    wait_until_heard(router, reader, sent)
    assert router.stop() == 0
    # everything since the card is back: by now it has played silence for a while, on a busy machine for many seconds
    again = card.played[before:]
    assert again.any(axis=1).sum() > sound.RATE, "no sound after the card came back"
    assert is_corrected or sound.longest_common(again, sent) > 4_800
