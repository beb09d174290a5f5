"""MP3 from the encoder to players nobody here wrote."""

import json
import re
import subprocess
import time
import urllib.request

import mp3
import numpy as np
import phone
import pytest
import sound
from documents_used import receiver, to_mp3
from router import eventually
from test_foreign_clients import PLAY, run


def listen(router, seconds, fields="") -> tuple[str, bytes]:
    """Head and body of so many seconds."""
    reader = phone.StreamReader(*router.bound("web"), path="/stream.mp3", fields=fields)
    time.sleep(seconds)
    return reader.head, reader.stop()


def started(start, *arguments, **options):
    """A router whose encoder is under way: before that the body is silence of 128 kbit/s."""
    router = start(to_mp3(*arguments, **options))
    eventually(lambda: router.stat("mp3", "router_mp3_encoder_frames_total") > 10, 10, "MP3 frames")
    return router


def assert_tone(samples, rate=sound.RATE, level=-12.0):
    """LAME lowers the level by 0.45 dB up to 160 kbit/s and by 0.27 above, so that decoders need not clip."""
    frequency, height = mp3.tone(samples[:, 0], rate)
    assert abs(frequency - 1000) < 1, f"{frequency} Hz"
    assert level - 0.5 < height < level + 0.05, f"{height} dB"


def test_ffmpeg_hears_the_tone(start):
    router = start(to_mp3())
    status, output, said = run(
        "ffmpeg", "-v", "error", "-i", router.url("web", "/stream.mp3"), "-t", "3", "-f", "f32le", "-ac", "2", "-")
    assert status == 0 and not said, said
    heard = np.frombuffer(output, "<f4").reshape(-1, 2)
    assert len(heard) >= 2.9 * sound.RATE
    assert_tone(heard[sound.RATE // 2:])


@pytest.mark.parametrize("kbps", [64, 80, 96, 112, 128, 160, 192, 224, 256, 320])
def test_every_frame_has_the_bit_rate_asked_for(start, kbps):
    router = started(start, encoder={"bitrateKbps": kbps})
    began = time.monotonic()
    _, body = listen(router, 1.5)
    seconds = time.monotonic() - began
    found = mp3.frames(body)
    assert {(bitrate, rate) for bitrate, rate, _ in found} == {(kbps, 48_000)}
    assert abs(len(found) * mp3.SAMPLES / 48_000 - seconds) < 0.5
    heard = mp3.decode(mp3.whole(body))
    assert_tone(heard[4_800:])


def test_variable_bit_rate_is_heard_too(start):
    router = started(start, encoder={"vbr": 2})
    _, body = listen(router, 2)
    assert_tone(mp3.decode(mp3.whole(body))[4_800:])
    file = router.folder / "vbr.mp3"
    file.write_bytes(mp3.whole(body))
    said = json.loads(run("ffprobe", "-v", "error", "-of", "json", "-show_streams", str(file))[1])
    assert said["streams"][0]["codec_name"] == "mp3" and said["streams"][0]["sample_rate"] == "48000"


@pytest.mark.parametrize("rate,channels", [(44_100, 2), (32_000, 1)])
def test_other_rates_and_mono(start, rate, channels):
    form = {"sampleRate": rate, "channels": channels}
    router = started(start, encoder=form | {"bitrateKbps": 128}, web=form)
    _, body = listen(router, 2)
    heard = mp3.decode(mp3.whole(body), channels)
    assert_tone(heard[rate // 10:], rate)


def test_who_comes_late_decodes_from_the_first_byte(start):
    router = started(start, encoder={"bitrateKbps": 128})
    readers = []
    for _ in range(12):
        readers.append(phone.StreamReader(*router.bound("web"), path="/stream.mp3"))
        time.sleep(0.057)
    time.sleep(1)
    for reader in readers:
        heard = mp3.decode(mp3.whole(reader.stop()))
        # From the second frame on: the first one's beginning overlaps with what the listener has not got.
        assert_tone(heard[2 * mp3.SAMPLES:])
        # No click: a tone of this level moves by at most 0.033 from sample to sample.
        assert np.abs(np.diff(heard[:, 0])).max() < 0.04


def test_silence_is_decoded_while_nobody_sends(start):
    router = start(to_mp3(source=receiver()))
    began = time.monotonic()
    _, body = listen(router, 2)
    seconds = time.monotonic() - began
    heard = mp3.decode(mp3.whole(body))
    assert not heard.any() and abs(len(heard) / sound.RATE - seconds) < 0.4


def test_casts_and_pauses_are_one_body(start):
    router = start(to_mp3(source=receiver()))
    reader = phone.StreamReader(*router.bound("web"), path="/stream.mp3")
    began = time.monotonic()
    time.sleep(0.5)
    beat = np.sin(2 * np.pi * 1000 * np.arange(sound.RATE) / sound.RATE) * 8_000
    packets = sound.packets(np.repeat(beat.astype(np.int16)[:, None], 2, axis=1))
    for _ in range(2):
        phone.Phone(*router.bound("source"), packets).start().wait()
        eventually(lambda: not router.streams(), 5, "the end of the stream")
        time.sleep(0.5)
    seconds = time.monotonic() - began
    heard = mp3.decode(mp3.whole(reader.stop()))
    assert abs(len(heard) / sound.RATE - seconds) < 0.5
    loud = np.abs(heard[:, 0]) > 0.1
    edges = np.flatnonzero(np.diff(np.convolve(loud, np.ones(960), "same") > 0))
    assert len(edges) == 4, edges
    for begin, end in ((edges[0], edges[1]), (edges[2], edges[3])):
        assert abs((end - begin) / sound.RATE - 1) < 0.15
        frequency, _ = mp3.tone(heard[begin + 4_800:end - 4_800, 0])
        assert abs(frequency - 1000) < 1


def test_heads_ranges_and_old_players(start):
    router = start(to_mp3())
    url = router.url("web", "/stream.mp3")
    status, head, _ = run("curl", "-sI", url)
    text = head.decode().lower()
    assert status == 0 and " 200 " in text and "content-type: audio/mpeg\r\n" in text
    assert "icy-name: web\r\n" in text and "icy-metaint" not in text and "content-length" not in text
    for arguments in (["--http1.0"], ["--http1.1"], ["-H", "Range: bytes=0-"], ["-H", "Range: bytes=0-1"]):
        status, body, _ = run("curl", "-sNf", *arguments, "--max-time", "2", url)
        assert status == 28 and len(mp3.frames(body)) > 50, arguments
    done = subprocess.run(
        ["timeout", "2", "wget", "-q", "-O", "-", url], capture_output=True, stdin=subprocess.DEVNULL, timeout=20)
    assert len(mp3.frames(done.stdout)) > 50


def test_a_player_that_asks_gets_room_for_titles(start):
    router = start(to_mp3(web={"name": "Küche"}))
    head, body = listen(router, 3, fields="Icy-MetaData: 1\r\n")
    assert "icy-metaint: 16000\r\n" in head + "\r\n" and "icy-name: Küche" in head.encode("latin-1").decode()
    data, told = mp3.titles(body, 16_000)
    assert told == [] or told == [""]
    assert len(mp3.frames(data)) > 100
    _, plain = listen(router, 1)
    assert mp3.frames(plain)


def test_players_are_told_what_the_phone_plays(start):
    document = to_mp3(source=receiver())
    document["links"].append("source.metadata -> web.metadata")
    router = start(document)
    host, port = router.bound("source")
    beat = np.sin(2 * np.pi * 1000 * np.arange(8 * sound.RATE) / sound.RATE) * 8_000
    packets = sound.packets(np.repeat(beat.astype(np.int16)[:, None], 2, axis=1))
    cast = phone.Phone(host, port, packets).start()

    def play(title):
        body = json.dumps({"title": title, "artist": "Zoë O'Hara", "isPlaying": True}).encode()
        call = urllib.request.Request(f"http://{host}:{port}/metadata", body, {"Content-Type": "application/json"})
        assert urllib.request.urlopen(call, timeout=5).status == 200

    play("First; 'one'")
    url = router.url("web", "/stream.mp3")
    reader = phone.StreamReader(*router.bound("web"), path="/stream.mp3", fields="Icy-MetaData: 1\r\n")
    time.sleep(2)
    status, said, _ = run("ffprobe", "-v", "error", "-of", "json", "-show_format", url)
    tags = json.loads(said)["format"]["tags"]
    assert status == 0 and tags["icy-name"] == "web"
    play("Second")
    time.sleep(3)
    data, told = mp3.titles(reader.stop(), 16_000)
    assert told == ["Zoë O’Hara - First; ’one’", "Zoë O’Hara - Second"]
    assert_tone(mp3.decode(mp3.whole(data))[sound.RATE:], level=-12.25)
    # What ffmpeg's own reader of titles makes of it, as mpv shows it.
    _, said, _ = run(
        "mpv", "--no-config", "--no-video", "--ao=null", "--untimed", "--length=2", url)
    assert "icy-title: Zoë O’Hara - Second\n" in said.decode()
    cast.wait()


def test_titles_stand_at_their_place_over_tls_too(start):
    router = start(to_mp3(encoder={"bitrateKbps": 320}, web={"tls": "auto"}))
    status, body, _ = run(
        "curl", "-skN", "--max-time", "4", "-H", "Icy-MetaData: 1", router.url("web", "/stream.mp3", "https"))
    assert status == 28
    data, _ = mp3.titles(body, 16_000)
    assert len(body) > len(data) > 100_000
    assert_tone(mp3.decode(mp3.whole(data))[sound.RATE:])


def test_mpv_plays_it(start):
    router = start(to_mp3())
    file = router.folder / "mpv.wav"
    status, said, errors = run(
        "mpv", "--no-config", "--no-video", "--ao=pcm", f"--ao-pcm-file={file}", "--length=2",
        "--term-playing-msg=name=${metadata/icy-name}", router.url("web", "/stream.mp3"))
    assert status == 0 and b"name=web" in said, said.decode() + errors
    converted = run("ffmpeg", "-v", "error", "-i", str(file), "-f", "f32le", "-ac", "2", "-ar", "48000", "-")[1]
    heard = np.frombuffer(converted, "<f4").reshape(-1, 2)
    assert_tone(heard[len(heard) // 4:])


def test_chromium_plays_it(start):
    from playwright.sync_api import sync_playwright

    router = start(to_mp3())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", headless=True,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"])
        try:
            page = browser.new_page()
            page.goto(router.url("web", "/nothing"))  # any page of this origin, so that its sound may be analysed
            found = page.evaluate(PLAY, router.url("web", "/stream.mp3"))
        finally:
            browser.close()
    assert found["error"] is None and found["time"] > 1, found
    assert abs(found["loudest"] - 1000) < 10 and found["level"] > -60, found


def processor_seconds(pid) -> float:
    """Of all threads of a process, as the scheduler counted them."""
    lines = run("sh", "-c", f"cat /proc/{pid}/task/*/schedstat")[1].decode().splitlines()
    return sum(int(line.split()[0]) for line in lines) / 1e9


def test_encoding_costs_little(start):
    router = start(to_mp3())
    time.sleep(1)
    frames, cpu = router.stat("mp3", "router_mp3_encoder_frames_total"), processor_seconds(router.pid)
    time.sleep(5)
    frames = router.stat("mp3", "router_mp3_encoder_frames_total") - frames
    cpu = processor_seconds(router.pid) - cpu
    per_frame = cpu / frames * 1e6
    print(f"\n{per_frame:.0f} us of CPU per MP3 frame of 24 ms, {cpu / 5 * 100:.1f} % of a core")
    assert frames > 180 and per_frame < 2_400, f"{per_frame:.0f} us per frame"


def test_a_wrong_link_is_refused_with_the_node_that_helps(start):
    from router import command

    document = {
        "version": 1,
        "nodes": {"tone": {"type": "tone"}, "web": {"type": "http.stream", "path": "/stream.mp3"}},
        "links": ["tone -> web"],
    }
    router = start(to_mp3())
    file = router.folder / "wrong.json"
    file.write_text(json.dumps(document))
    status, out, err = command("check", str(file))
    assert status == 1 and re.search(r"mp3\.encoder", out + err), out + err
