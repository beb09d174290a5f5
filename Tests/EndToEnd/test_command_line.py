"""The commands beside `run`, and wrong documents."""

import json
import re
import socket

import documents
import jsonschema
import phone
import pytest
import sound
from documents_used import to_web
from router import PROGRAM, ROOT, command, eventually

ROUTES = str(ROOT / "routes.json")


def test_version_is_one_line():
    status, out, err = command("version")
    assert status == 0 and re.search(r"\d+\.\d+\.\d+", out) and len(out.splitlines()) == 1 and not err
    assert json.loads(command("version", "--json")[1])


def test_help_is_everywhere():
    names = "run check types schema graph status link unlink set undo redo monitor send discover version".split()
    for words in ([], *([name] for name in names)):
        status, out, _ = command(*words, "--help")
        assert status == 0 and "router" in out, words
    assert "check" in command("--help")[1] and "send" in command("--help")[1]


@pytest.mark.parametrize("words", [
    ["nosuch"], ["version", "a"], ["run", "a.json", "b.json"], ["types", "--nosuch"], ["graph", "--format", "png"],
    ["send", "--codec", "mp3"], ["run", "--nosuch"],
])
def test_wrong_usage_is_status_2_and_goes_to_stderr(words):
    status, out, err = command(*words)
    assert status == 2 and err and not out


def test_check_accepts_what_is_shipped():
    for file in documents.files():
        status, out, err = command("check", str(file))
        assert status == 0, out + err


def test_types_names_every_type_and_describes_one():
    status, out, _ = command("types")
    assert status == 0 and "ariacast.receiver" in out and "http.stream" in out
    status, out, _ = command("types", "http.stream")
    assert status == 0 and "path" in out and "/stream.wav" in out and "8090" in out
    listed = json.loads(command("types", "--json")[1])
    assert {"name", "ports", "options"} <= set(listed[0])
    status, out, err = command("types", "http.strem")
    assert status == 1 and "http.stream" in err and not out


def test_the_schema_fits_the_shipped_document():
    schema = json.loads(command("schema")[1])
    jsonschema.Draft202012Validator.check_schema(schema)
    graph = json.loads(command("graph", ROUTES, "--format", "json")[1])
    assert {node["id"] for node in graph["nodes"]} >= {"phone", "speaker", "web"}


def test_graph_draws_in_every_form():
    status, out, _ = command("graph", ROUTES, "--format", "dot")
    assert status == 0 and out.startswith("digraph") and out.rstrip().endswith("}")
    status, out, _ = command("graph", ROUTES, "--format", "mermaid")
    assert status == 0 and re.match(r"(graph|flowchart) ", out)
    status, out, _ = command("graph", ROUTES, "--format", "text")
    assert status == 0 and "phone" in out and "speaker" in out


def write(tmp_path, text) -> str:
    file = tmp_path / "routes.json"
    file.write_text(text)
    return str(file)


BROKEN = """{
  "version": 1,
  "nodes": {
    "phone": { "type": "ariacast.reciever", "name": "Kitchen" },
    "web": { "type": "http.stream", "listen": "127.0.0.1:%d", "maxListener": 5 },
    "quiet": { "type": "gain", "gainDb": 4000 },
  },
  "links": [ "phone -> web", "web -> nowhere" ]
}
"""


def test_every_problem_is_said_with_its_place_and_fix(tmp_path):
    file = write(tmp_path, BROKEN % 18090)
    status, out, err = command("check", file, folder=tmp_path)
    assert status == 1
    said = out + err
    for line, words in ((4, "ariacast.receiver"), (5, "maxListeners"), (6, "gainDb"), (8, "nowhere")):
        assert re.search(rf"routes\.json:{line}:\d+: error: .*{re.escape(words)}", said), (words, said)


def test_a_wrong_document_starts_nothing(tmp_path):
    with socket.socket() as spare:
        spare.bind(("127.0.0.1", 0))
        port = spare.getsockname()[1]
    file = write(tmp_path, BROKEN % port)
    status, out, err = command("run", file, folder=tmp_path)
    assert status == 1 and "routes.json:4:" in err + out
    with socket.socket() as late, pytest.raises(ConnectionRefusedError):
        late.connect(("127.0.0.1", port))
    assert [file.name for file in tmp_path.iterdir()] == ["routes.json"]


@pytest.mark.parametrize("text, words", [
    ("", "1:1"), ("{", "routes.json:1:"), ("[]", "object"), ('{"version": 2, "nodes": {}}', "version"),
    ("\xff\xfe", "routes.json:1:"), ("{" * 10_000, "routes.json:1:"),
])
def test_files_that_are_no_document_are_refused(tmp_path, text, words):
    status, out, err = command("check", write(tmp_path, text), folder=tmp_path)
    assert status == 1 and words in out + err


def test_a_file_that_is_not_there_is_named(tmp_path):
    for words in (["check"], ["run"], ["graph"]):
        status, _, err = command(*words, str(tmp_path / "missing.json"))
        assert status == 1 and "missing.json" in err


def test_send_casts_a_wav_file(start, tmp_path):
    import wave

    sent = sound.noise(2)
    file = tmp_path / "noise.wav"
    with wave.open(str(file), "wb") as wav:
        wav.setnchannels(2)
        wav.setsampwidth(2)
        wav.setframerate(48_000)
        wav.writeframes(sent.tobytes())
    router = start(to_web())
    reader = phone.StreamReader(*router.bound("web"))
    host, port = router.bound("phone")
    status, out, err = command("send", str(file), f"ws://{host}:{port}/audio", "--codec", "ariacast")
    assert status == 0, out + err
    eventually(lambda: not router.streams(), 5, "the end of the stream")
    reader.stop()
    assert sound.same_frames(reader.frames, sent) == len(sent)


def test_send_says_what_is_wrong(tmp_path):
    with socket.socket() as spare:
        spare.bind(("127.0.0.1", 0))
        port = spare.getsockname()[1]
    wav = tmp_path / "broken.wav"
    wav.write_bytes(b"RIFFnot really")
    status, _, err = command("send", str(wav), f"ws://127.0.0.1:{port}/audio", "--codec", "ariacast")
    assert status == 1 and "broken.wav" in err


def test_colour_only_on_a_terminal():
    for words in (["--help"], ["types"], ["check", ROUTES]):
        _, out, err = command(*words)
        assert "\x1b" not in out + err


def test_the_program_stands_alone():
    """The Swift runtime is inside; of libraries only Debian's are asked for."""
    import subprocess

    libraries = subprocess.run(["ldd", str(PROGRAM)], capture_output=True, text=True).stdout
    assert "libswift" not in libraries and "not found" not in libraries
