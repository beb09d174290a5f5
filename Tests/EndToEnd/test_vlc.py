"""VLC, the player most people have, on the streams; without a window and without a sound card."""

import os
import subprocess

import mp3
import numpy as np
import pytest
import sound
from documents_used import to_mp3, tone_to_web
from router import eventually


def play(url, file, seconds):
    """Runs cvlc for so many seconds of the stream; what it plays is in the file, as 16-bit stereo of 48 kHz."""
    file.parent.chmod(0o777)
    convert = f"#transcode{{acodec=s16l,channels=2,samplerate=48000}}:std{{access=file,mux=wav,dst={file}}}"
    home = file.parent
    # VLC does not run as root.
    other = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    return subprocess.run(
        ["cvlc", "--no-one-instance", "-I", "dummy", "--no-dbus", "--network-caching=300", f"--run-time={seconds}",
         "--sout", convert, url, "vlc://quit"],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, cwd=home,
        env=os.environ | {"HOME": str(home), "XDG_RUNTIME_DIR": str(home)}, **other)


@pytest.mark.parametrize("kind", ["wav", "mp3"])
def test_vlc_plays_the_stream(start, tmp_path_factory, kind):
    router = start(tone_to_web() if kind == "wav" else to_mp3())
    if kind == "mp3":
        eventually(lambda: router.stat("mp3", "router_mp3_encoder_frames_total") > 10, 10, "MP3 frames")
    file = tmp_path_factory.mktemp("vlc") / "played.wav"
    for folder in (file.parent, *file.parent.parents):
        if folder.stat().st_mode & 0o011 != 0o011:
            folder.chmod(folder.stat().st_mode | 0o011)
    done = play(router.url("web", f"/stream.{kind}"), file, 4)
    assert file.exists(), done.stderr[-2000:]
    frames = sound.read(file.read_bytes()[44:])
    assert len(frames) > 2 * sound.RATE, done.stderr[-2000:]
    middle = frames[len(frames) // 4:len(frames) // 4 + sound.RATE].astype(np.float32) / 32768
    frequency, level = mp3.tone(middle[:, 0], sound.RATE)
    assert abs(frequency - 1000) < 1 and -12.6 < level < -11.9, (frequency, level)
    eventually(lambda: router.stat("web", "router_http_stream_listeners") == 0, 5, "the end of the listener")
