"""A sender is heard: on the sound card and at /stream.wav, bit for bit."""

import random
import subprocess

import phone
import sound
from documents_used import to_speaker_and_web, to_web
from router import eventually

ATTEMPTS = 3
UNDERRUNS = ("router_speaker_card_underruns_total", "router_speaker_stream_underruns_total")


def wait_until_played(router, card, frames):
    eventually(lambda: len(card.played) - sound.start_of(card.played) >= frames, 15, f"{frames} frames on the card")


def play_to_card(start, card, number, delays=None, seconds=5):
    router = start(to_speaker_and_web(), env=card.env, folder=f"router-{number}")
    router.wait_for_state("speaker", "running")
    sender, sent = phone.cast(*router.bound("phone"), seconds, seed=number, delays=delays)
    sender.wait()
    assert sender.sent == seconds * 50
    eventually(lambda: not router.streams(), 15, "the end of the stream")
    wait_until_played(router, card, len(sent) + 2 * sound.PACKET_FRAMES)
    underruns = sum(router.stat("speaker", name) for name in UNDERRUNS)
    assert router.stop() == 0
    return card.played, sent, underruns


def attempts(start, card, exact_seconds, **options):
    """Plays until so much is heard exactly: on a busy machine a packet may come late, and the buffer has to adapt."""
    for number in range(1, ATTEMPTS + 1):
        if card.file.exists():
            card.file.unlink()
        heard, sent, underruns = play_to_card(start, card, number, **options)
        same = sound.same_frames(heard, sent)
        if same >= exact_seconds * sound.RATE and not underruns:
            return heard, sent
        print(f"attempt {number}: {same} of {len(sent)} frames exact, {underruns} underruns")
    raise AssertionError(f"{same} frames are exact, {underruns} underruns in the last of {ATTEMPTS} attempts")


def test_the_sound_card_plays_what_was_sent_bit_for_bit(start, card):
    heard, sent = attempts(start, card, exact_seconds=5)
    assert sound.same_frames(heard, sent) == len(sent)
    after = heard[sound.start_of(heard) + len(sent):]
    assert not after.any(), "something is played after the end"


def test_jitter_below_the_buffer_makes_no_hole(start, card):
    shuffle = random.Random(7)
    delays = {number: shuffle.uniform(0, 0.020) for number in range(1, 250)}
    # exact until the buffer, which knows the jitter by then, moves to a shorter delay
    heard, sent = attempts(start, card, exact_seconds=2, delays=delays)
    loud = heard[sound.start_of(heard):][:int(4.5 * sound.RATE)].any(axis=1)
    assert loud.all(), "silence inside the sound"


def test_a_stall_and_the_burst_after_it_cost_an_underrun_and_nothing_else(start, card):
    # 400 ms without a packet, then all that waited at once, as a phone on bad Wi-Fi does it
    stall = {number: max(0.0, 0.4 - (number - 100) * 0.02) for number in range(100, 120)}
    heard, sent, underruns = play_to_card(start, card, 1, delays=stall, seconds=6)
    assert underruns >= 1
    # what came before the stall is whole, and sound comes back after it
    assert sound.same_frames(heard, sent) >= 100 * sound.PACKET_FRAMES - 4800
    assert sound.longest_common(heard, sent[140 * sound.PACKET_FRAMES:]) > 48_000


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


def test_the_card_and_the_web_play_the_same_stream_at_once(start, card):
    router = start(to_speaker_and_web(), env=card.env)
    router.wait_for_state("speaker", "running")
    reader = phone.StreamReader(*router.bound("web"))
    sender, sent = phone.cast(*router.bound("phone"), 3)
    sender.wait()
    wait_until_played(router, card, len(sent) // 2)
    reader.stop()
    assert sound.same_frames(reader.frames, sent) == len(sent)
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
    eventually(lambda: sender.sent >= 550, 15, "the sender's end")
    sender.wait()
    reader.stop()
    assert sender.sent == 600, "the sender was disturbed"
    assert sound.same_frames(reader.frames, sent) == len(sent), "the other branch lost something"
    assert router.stop() == 0
    again = card.played
    assert len(again) > 0 and sound.longest_common(again[-6 * sound.RATE:], sent) > 4_800, before
