"""Microphones and phones into files on the built program: exact, rotated, whole after crashes and on full disks."""

import json
import os
import random
import re
import shutil
import subprocess
import threading
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest

import recordings
import router as program
from recordings import Sent, frames_in, recorded, samples_in, sidecar
from router import ROOT, eventually

SOAK = os.environ.get("SOAK") == "1"
DOCUMENT = {
    "nodes": {
        "mics": {"type": "adpcm.ingest", "listen": "127.0.0.1:0"},
        "raw": {"type": "frame.rotator", "directory": "data"},
        "decode": {"type": "adpcm.decoder"},
        "archive": {"type": "wav.rotator", "directory": "data"},
        "log": {"type": "event.log"},
    },
    "links": ["mics -> raw", "mics -> decode -> archive", "archive.files -> log", "raw.files -> mics.files"],
}


def document(**options) -> dict:
    changed = json.loads(json.dumps(DOCUMENT))
    for name in ("raw", "archive"):
        changed["nodes"][name] |= options
    return changed


def data(router) -> Path:
    return router.folder / "data"


@pytest.mark.parametrize("codec", ["adpcm", "pcm"])
def test_what_microphones_send_stands_in_files_frame_by_frame_and_sample_by_sample(start, codec):
    router = start(DOCUMENT)
    sent = Sent(1.5, codec)
    before = datetime.now(timezone.utc).replace(microsecond=0)
    for number, path in enumerate(["/ws", "/ws/AA:BB.cc%2F1", "/ws?hwid=door"]):
        assert sent.send(router.bound("mics"), path, stream=7 + number) == (1000, "bye"), (path, router.log)
    # The goodbye is answered when all is written: nothing has to be waited for.
    folders = ["", "AA_BB_cc2F1", "door"]
    assert re.fullmatch("stream_7", recorded(data(router), "bin")[0].stem[:8])
    for number, folder in enumerate(folders):
        (raw,) = [path for path in (data(router) / folder).glob("*.bin")]
        (wav,) = [path for path in (data(router) / folder).glob("*.wav")]
        assert b"".join(frames_in(raw)) == b"".join(sent.messages)
        assert samples_in(wav) == sent.decoded and wav.stat().st_size == 44 + len(sent.decoded)
        name = "_".join(["stream", str(7 + number), *([folder] if folder else [])])
        for path in (raw, wav):
            stamp = path.stem.removeprefix(name + "_")
            begun = datetime.strptime(stamp, "%Y%m%d_%H%M%S").replace(tzinfo=timezone.utc)
            assert before <= begun <= datetime.now(timezone.utc), path
            facts = sidecar(path)
            assert facts["reason"] == "closed" and facts["packets"] == len(sent.messages) and facts["gaps"] == 0
            assert (facts["firstSequence"], facts["lastSequence"]) == (0, len(sent.messages) - 1)
            assert facts["streamId"] == str(7 + number) and facts.get("hwid", "") == folder
            assert facts["size"] == path.stat().st_size and facts["sampleRate"] == recordings.RATE
            assert len(bytes.fromhex(facts["handshake"])) == 32 and facts["peer"].startswith("127.0.0.1:")
    assert recordings.opens_everywhere(wav) == len(sent.decoded) // 2
    events = [json.loads(found) for found in re.findall(r"value=(\{.*?\})\)", eventually(
        lambda: router.log if router.log.count('"reason":"closed"') == 3 else None, 5, "three events of files"))]
    assert {Path(event["path"]).parent for event in events} == {data(router) / folder for folder in folders}


def test_the_shipped_document_records_what_router_send_sends(start, tmp_path):
    text = (ROOT / "routes.json").read_text()
    text = re.sub(r'"0\.0\.0\.0:\d+"|"127\.0\.0\.1:8700"', '"127.0.0.1:0"', text)
    text = text.replace('"type": "ariacast.receiver",', '"type": "ariacast.receiver", "discovery": "127.0.0.1:0",')
    router = start(text)
    host, port = router.bound("mics")
    status, said, errors = program.command("send", f"ws://{host}:{port}/ws", folder=ROOT)
    assert status == 0, errors
    assert "500 frames" in said and "1 stream: 1000 bye" in said
    (raw,) = recorded(router.folder, "bin")
    (wav,) = recorded(router.folder, "wav")
    assert raw.parent == router.folder / "data/received" and raw.stem == wav.stem
    assert len(frames_in(raw)) == 500 and recordings.opens_everywhere(wav) == 160_000


def test_a_file_ends_in_time_also_when_nothing_comes_and_at_a_word(start):
    router = start(document(rotateSeconds=1))
    sent = Sent(0.2)
    one = sent.open(router.bound("mics"))
    for message in sent.messages[:3]:
        one.send(message)
    begun = time.monotonic()
    eventually(lambda: len(list(data(router).glob("*.json"))) == 2, 5, "finished files")
    assert time.monotonic() - begun > 0.9
    (wav,) = recorded(data(router), "wav")
    assert sidecar(wav)["reason"] == "rotated" and sidecar(wav)["packets"] == 3
    assert router.stat("archive", "router_recorder_open_files") == 0
    one.send(sent.messages[3])
    eventually(lambda: router.stat("archive", "router_recorder_open_files") == 1, 5, "an open file")
    status, body, _ = router.get("/api/v1/nodes/archive/actions/rotate", method="POST")
    assert status == 200 and json.loads(body)["rotated"] == 1
    eventually(lambda: len(list(data(router).glob("*.wav.json"))) == 2, 0.9, "a file finished by command")
    assert one.close() == (1000, "bye")
    assert b"".join(samples_in(path) for path in recorded(data(router), "wav")) == \
        sent.decoded[:4 * 2 * recordings.SAMPLES]


def test_a_wav_file_can_be_played_while_it_is_written(start):
    router = start(document(rotateSeconds=0))
    sent = Sent(4)
    one = sent.open(router.bound("mics"))
    begun, times = time.monotonic(), []
    for number, message in enumerate(sent.messages):
        time.sleep(max(0, begun + number * 0.02 - time.monotonic()))
        one.send(message)
        times.append(time.monotonic())
        if number % 25 == 24 and number > 60:
            (wav,) = recorded(data(router), "wav")
            old = sum(at < time.monotonic() - 1.6 for at in times) * 0.02
            heard = recordings.opens_everywhere(wav) / recordings.RATE
            assert old <= heard <= len(times) * 0.02, (old, heard, len(times))
    one.close()


def test_files_end_at_a_size_and_only_the_newest_are_kept(start):
    router = start(document(rotateBytes=10_000, keepFiles=5))
    sent = Sent(6)
    assert sent.send(router.bound("mics")) == (1000, "bye")
    eventually(lambda: len(recorded(data(router), "wav")) == 5, 5, "five files left")
    kept = recorded(data(router), "wav")
    assert all(path.stat().st_size <= 10_000 for path in kept)
    assert len(list(data(router).glob("*.wav.json"))) == 5
    assert sent.decoded.endswith(b"".join(map(samples_in, kept)))


def test_a_phone_is_recorded_bit_for_bit(start, play):
    import numpy as np
    nodes = {
        "phone": {"type": "ariacast.receiver", "listen": "127.0.0.1:0", "discovery": False, "name": "Kitchen Room"},
        "web": {"type": "http.stream", "listen": "127.0.0.1:0"},
        "archive": {"type": "wav.rotator", "directory": "data", "rotateSeconds": 1},
    }
    router = start({"nodes": nodes, "links": ["phone -> web", "phone -> archive"]})
    playing = play(router, "phone")
    eventually(lambda: len(list(data(router).glob("*.json"))) >= 3, 10, "three finished files")
    playing.check()
    files = recorded(data(router), "wav")[:3]
    heard = np.frombuffer(b"".join(map(samples_in, files)), "<u4")
    assert len(heard) > 3 * 47_000 and (np.diff(heard) == 1).all()
    assert files[0].name.startswith("stream_Kitchen-Room_") or files[0].name.startswith("stream_"), files[0]


def send_until_killed(address, sent, number, hwid):
    """Sends until the connection breaks, ten times as fast as sound."""
    one = sent.open(address, f"/ws/{hwid}", number)
    try:
        for message in sent.messages:
            one.send(message)
            time.sleep(0.002)
    except OSError:
        pass
    one.drop()


def test_killed_at_any_moment_every_file_is_whole(start):
    sent = [Sent(20, codec, 300 + 50 * number) for number, codec in enumerate(["adpcm", "pcm", "adpcm"])]
    chance = random.Random(5)
    router = start(document(rotateSeconds=0.5))
    for turn in range(100 if SOAK else 10):
        senders = [
            threading.Thread(target=send_until_killed, args=(router.bound("mics"), one, number, f"t{turn}-{number}"))
            for number, one in enumerate(sent)]
        for sender in senders:
            sender.start()
        time.sleep(chance.uniform(0.05, 1.5))
        router.kill()
        for sender in senders:
            sender.join(10)
        router.start()
        for number, one in enumerate(sent):
            folder = data(router) / f"t{turn}-{number}"
            raw = b"".join(frame for path in recorded(folder, "bin") for frame in frames_in(path))
            assert b"".join(one.messages).startswith(raw), (turn, number)
            waves = recorded(folder, "wav")
            assert one.decoded.startswith(b"".join(map(samples_in, waves))), (turn, number)
            for path in waves[-2:]:
                recordings.opens_everywhere(path)


def test_a_full_disk_is_said_and_recording_goes_on_when_there_is_room(start, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    router = start(
        document(directory=str(disk), rotateSeconds=0), prepare=recordings.with_a_small_disk(disk, "1m"))
    seen = Path(f"/proc/{router.pid}/root{disk}")
    sent = Sent(60, "pcm")
    one = sent.open(router.bound("mics"))
    for message in sent.messages:
        one.send(message)
    state = router.wait_for_state("archive", "waiting")
    assert "No space left" in state["reason"] and str(disk) in state["hint"]
    # The entrance goes on: nobody is held for a disk that takes nothing.
    assert Sent(0.5).send(router.bound("mics"), stream=2) == (1000, "bye")
    assert one.close() == (1000, "bye")
    written = b"".join(map(samples_in, recorded(seen, "wav")))
    raw = [frame for path in recorded(seen, "bin") for frame in frames_in(path)]
    assert len(written) > 200_000 and sent.decoded.startswith(written)
    assert len(raw) > 300 and b"".join(sent.messages).startswith(b"".join(raw))
    assert router.stat("archive", "router_recorder_dropped_frames_total:no-disk") > 0
    for path in seen.iterdir():
        path.unlink()
    router.wait_for_state("archive", "running", 40)
    router.wait_for_state("raw", "running", 40)
    late = Sent(1, frequency=700)
    assert late.send(router.bound("mics"), stream=3) == (1000, "bye")
    assert samples_in(recorded(seen, "wav")[-1]) == late.decoded


@pytest.fixture
def stalling(tmp_path):
    """A folder on a disk that hangs while the file `flag` exists."""
    library = tmp_path / "stalled-disk.so"
    subprocess.run(
        ["gcc", "-O2", "-shared", "-fPIC", "-o", str(library), str(ROOT / "Tests/Doubles/stalled-disk.c"), "-ldl"],
        check=True)
    folder, flag = tmp_path / "slow", tmp_path / "hangs"
    folder.mkdir()
    yield folder, flag, {"LD_PRELOAD": str(library), "STALL_FOLDER": str(folder), "STALL_FLAG": str(flag)}
    flag.unlink(missing_ok=True)


def test_a_disk_that_hangs_holds_its_senders_and_nobody_else(start, stalling):
    folder, flag, env = stalling
    changed = document(rotateSeconds=0, bufferSeconds=1)
    changed["nodes"]["raw"]["directory"] = str(folder)
    changed["nodes"]["others"] = {"type": "adpcm.ingest", "listen": "127.0.0.1:0"}
    changed["nodes"]["quick"] = {"type": "frame.rotator", "directory": "quick"}
    changed["links"].append("others -> quick")
    router = start(changed, env=env)
    slow, quick = Sent(30, "pcm"), Sent(5)
    one = slow.open(router.bound("mics"))
    one.send(slow.messages[0])
    eventually(lambda: list(folder.glob("*.bin")), 5, "a file")
    flag.touch()
    sender = threading.Thread(target=lambda: [one.send(message) for message in slow.messages[1:]])
    sender.start()
    eventually(lambda: router.stat("mics", "router_ingest_held") == 1, 5, "a held sender")
    begun = time.monotonic()
    for number in range(5):
        assert quick.send(router.bound("others"), stream=number) == (1000, "bye")
    assert time.monotonic() - begun < 4, "the others wait for a disk that is not theirs"
    assert len(recorded(router.folder / "quick", "bin")) == 5
    time.sleep(max(0, begun + 5 - time.monotonic()))
    flag.unlink()
    sender.join(20)
    assert one.close() == (1000, "bye")
    frames = [frame for path in recorded(folder, "bin") for frame in frames_in(path)]
    assert b"".join(frames) == b"".join(slow.messages)
    for name in ("raw", "archive", "quick"):
        assert router.stat(name, "router_recorder_dropped_frames_total:slow-disk") == 0, name


def test_a_crowd_in_real_time_loses_no_frame(start):
    count = 1_500 if SOAK else 200
    router = start(document(rotateSeconds=3))
    host, port = router.bound("mics")
    status, said, errors = program.command(
        "send", str(ROOT / "data/sine_pcm16.wav"), f"ws://{host}:{port}/ws", "--streams", str(count), "--hwid",
        "mic-{n}", "--realtime", "--json", seconds=60)
    assert status == 0, errors + said[-2000:]
    assert json.loads(said)["frames"] == 500 * count
    whole = samples_in(ROOT / "data/sine_pcm16.wav")
    payloads = recordings.microphones.payloads(whole, recordings.SAMPLES, "adpcm")
    frames = b"".join(recordings.microphones.frame(number, one) for number, one in enumerate(payloads))
    decoded = recordings.microphones.decoded(payloads)
    for number in range(count):
        folder = data(router) / f"mic-{number}"
        assert b"".join(path.read_bytes() for path in recorded(folder, "bin")) == frames, number
        assert b"".join(map(samples_in, recorded(folder, "wav"))) == decoded, number
    for name in ("raw", "archive"):
        for reason in ("slow-disk", "no-disk"):
            assert router.stat(name, f"router_recorder_dropped_frames_total:{reason}") == 0
    shutil.rmtree(data(router))


def test_a_folder_that_cannot_be_written_is_said_with_its_name(start):
    router = start(DOCUMENT)
    answer = json.loads(router.get("/api/v1/graph")[1])
    changed = answer["document"]
    changed["nodes"]["archive"]["directory"] = "/proc/nowhere"
    import urllib.request
    request = urllib.request.Request(
        router.admin + "/api/v1/graph", json.dumps(changed).encode(), {"Content-Type": "application/json", "If-Match": "*"},
        method="PUT")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    problem = json.loads(refused.value.read())
    assert "/proc/nowhere" in json.dumps(problem), problem
    assert Sent(0.2).send(router.bound("mics")) == (1000, "bye")
    assert len(recorded(data(router), "wav")) == 1


@pytest.mark.skipif(not SOAK, reason="4 GiB on the disk; make soak does it")
def test_a_file_grows_beyond_four_gibibytes(start, tmp_path):
    """Eight channels at 192 kHz, the same ten seconds again and again."""
    router = start(document(rotateSeconds=0, sidecar=True) | {"links": ["mics -> decode -> archive"]})
    source = tmp_path / "eight.wav"
    with recordings.wave.open(str(source), "wb") as out:
        out.setparams((8, 2, 192_000, 0, "NONE", ""))
        out.writeframes(os.urandom(2 * 8 * 192_000 * 2))
    host, port = router.bound("mics")
    sender = subprocess.Popen(
        [str(program.PROGRAM), "send", str(source), f"ws://{host}:{port}/ws", "--codec", "pcm", "--loop"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: recorded(data(router), "wav"), 5, "a file")
        (wav,) = recorded(data(router), "wav")
        eventually(lambda: wav.stat().st_size > 4.3 * 2**30, 240, "more than 4 GiB")
    finally:
        sender.terminate()
        sender.wait(10)
    eventually(lambda: list(data(router).glob("*.json")), 30, "a finished file")
    size = wav.stat().st_size
    head = wav.open("rb").read(136)
    assert head[:4] == b"RF64" and head[12:16] == b"ds64"
    assert int.from_bytes(head[20:28], "little") == size - 8
    assert int.from_bytes(head[36:44], "little") == (size - 104) // 16
    probe = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "stream=duration_ts,channels", "-of", "csv=p=0", str(wav)],
        capture_output=True, text=True, check=True)
    assert probe.stdout.strip() == f"8,{(size - 104) // 16}"
    shutil.rmtree(data(router))


@pytest.mark.skipif(not SOAK, reason="waits for 40 s; make soak does it")
def test_a_peer_that_answers_no_ping_is_dropped_and_its_files_are_finished(start):
    router = start(DOCUMENT)
    sent = Sent(1)
    one = sent.open(router.bound("mics"))
    for message in sent.messages:
        one.send(message)
    # It reads nothing, so it answers nothing; the connection stands.
    eventually(lambda: router.stat("mics", "router_ingest_connected") == 0, 40, "a dropped peer")
    (wav,) = recorded(data(router), "wav")
    eventually(lambda: Path(f"{wav}.json").exists(), 5, "a finished file")
    assert samples_in(wav) == sent.decoded
    one.drop()
