"""The browser microphone's protocol and API against the built program, with sockets by hand."""

import asyncio
import contextlib
import http.client
import json
import random
import time
import urllib.error
import urllib.request

import aiohttp
import numpy as np
import pytest

import browser_mics as mics
from router import eventually


def document(**more):
    return {
        "nodes": {
            "mic": {"type": "browser.mic", "listen": "127.0.0.1:0", "listenTls": False} | more,
            "archive": {"type": "wav.rotator", "directory": "archive", "rotateSeconds": 600},
        },
        "links": ["mic -> archive"],
    }


@pytest.fixture
def router(start):
    return start(document())


def noise(frames, seed=3):
    return np.random.default_rng(seed).integers(-20_000, 20_000, frames * mics.FRAME).astype("<i2")


def test_sound_arrives_bit_for_bit(router):
    sent = noise(400)

    async def run():
        async with mics.Mic(router, mics.HELLO) as mic:
            await mic.play(sent)
            await mic.say({"type": "stop"})
            assert (await mic.hear("stopped"))["reason"] == "requested"
            assert await mic.closed() == 1000

    asyncio.run(run())
    [file] = mics.finished(router.folder / "archive")
    heard, rate = mics.wav(file)
    assert rate == mics.RATE and np.array_equal(heard[:, 0], sent)
    assert mics.streams(router) == []


def test_the_stream_says_what_was_asked_for(router):
    async def run():
        async with mics.Mic(router, mics.HELLO | {"bitrate": 9999, "name": "  Stage \u202e\n1 ", "port": 4711}) as mic:
            assert mic.words[0]["bitrate"] == 320
            [stream] = mics.streams(router)
            assert stream["name"] == "Stage 1" and stream["bitrate"] == 320 and stream["client_ip"] == "127.0.0.1"
            assert stream["is_active"] is True and stream["state"] == "live" and stream["port"] == 4711
            [path] = router.streams()
            assert path["label"] == "Stage 1" and path["format"].startswith("pcm s16le 48000 Hz 1 ch"), path

    asyncio.run(run())
    eventually(lambda: mics.streams(router) == [], 5, "the end of the stream")


def test_sound_left_out_is_silence_and_a_broken_connection_goes_on(router):
    sound = noise(20)

    async def run():
        async with mics.Mic(router, mics.HELLO) as mic:
            known = mic.words[0]
            await mic.play(sound)
            await asyncio.sleep(0.2)
            # No close frame: the line is cut.
            mic.socket._response.connection.transport.abort()
        eventually(lambda: mics.streams(router)[0]["state"] == "away", 5, "a stream that waits")
        again = mics.HELLO | {"streamId": known["streamId"], "token": known["token"]}
        async with mics.Mic(router, again) as mic:
            assert mic.words[0]["streamId"] == known["streamId"] and mic.words[0]["resumed"] is True
            await mic.play(sound, first=25)
            await mic.say({"type": "stop"})
            await mic.closed()

    asyncio.run(run())
    [file] = mics.finished(router.folder / "archive")
    heard, _ = mics.wav(file)
    quiet = np.zeros(5 * mics.FRAME, "<i2")
    assert np.array_equal(heard[:, 0], np.concatenate([sound, quiet, sound]))


@pytest.mark.parametrize("message, code", [
    (b"\x01\x00\x00", 1008), (mics.frame(0, b"\0\0", version=2), 1008), (mics.frame(0, b"\0\0", codec=1), 1008),
    (mics.frame(0, b"\0\0\0"), 1008), (mics.frame(0, bytes(8194)), 1008), (mics.frame(0, bytes(20_000)), 1009),
    (mics.frame(0, b""), 1008), (mics.frame(0, b"\0\0", index=2**64 - 1), 1008), ("no json", 1007), ("[]", 1007),
    ("x" * 5000, 1009), ({"type": "start"}, 1008),
], ids=str)
def test_what_is_wrong_is_closed_with_its_code(router, message, code):
    async def run():
        async with mics.Mic(router, mics.HELLO) as mic:
            if isinstance(message, bytes):
                await mic.socket.send_bytes(message)
            else:
                await mic.say(message)
            assert await mic.closed() == code

    asyncio.run(run())
    eventually(lambda: mics.streams(router) == [], 5, "the end of the stream")
    assert mics.get(router, "/health")["status"] == "healthy"


@pytest.mark.parametrize("change, word", [
    ({"codec": "mp3"}, "codec"), ({"sampleRate": 1}, "sampleRate"), ({"channels": 7}, "channels"),
    ({"bitrate": "128"}, "bitrate"), ({"proto": 2}, "proto"), ({"audioSource": "camera"}, "audioSource"),
    ({"port": 0}, "port"),
])
def test_a_wrong_start_is_explained(router, change, word):
    async def run():
        async with mics.Mic(router) as mic:
            await mic.say(mics.HELLO | change)
            assert (await mic.hear("error"))["code"] == word
            assert await mic.closed() == 1008

    asyncio.run(run())


def test_floods_and_random_bytes_do_no_harm(router):
    async def run():
        async with mics.Mic(router, mics.HELLO) as mic:
            with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                for number in range(1500):
                    await mic.socket.send_bytes(mics.frame(number, bytes(1920)))
            assert await mic.closed() == 1008
        dice = random.Random(5)
        for _ in range(60):
            async with mics.Mic(router, mics.HELLO) as mic:
                for number in range(20):
                    length = dice.randrange(60)
                    data = bytearray(mics.frame(number, dice.randbytes(length + length % 2)))
                    if dice.random() < 0.3:
                        data[dice.randrange(len(data))] = dice.randrange(256)
                    with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                        await mic.socket.send_bytes(bytes(data))

    asyncio.run(run())
    eventually(lambda: mics.streams(router) == [], 15, "the end of all streams")


def test_a_thousand_opens_and_closes_leave_nothing(router):
    async def run():
        for _ in range(20):
            await asyncio.gather(*(one() for _ in range(50)))

    async def one():
        async with mics.Mic(router, mics.HELLO) as mic:
            await mic.socket.send_bytes(mics.frame(0, bytes(1920)))
            await mic.say({"type": "stop"})
            await mic.closed()

    router_before = router.metric("router_mic_streams_total")
    asyncio.run(run())
    assert router.metric("router_mic_streams_total") - router_before == 1000
    eventually(lambda: router.metric("router_mic_connected") == 0, 5, "no connection left")
    assert mics.streams(router) == [] and router.streams() == []


def test_silence_ends_a_stream_with_1001(router):
    async def run():
        async with mics.Mic(router, mics.HELLO) as mic:
            await mic.play(noise(5))
            began = time.monotonic()
            assert await mic.closed(15) == 1001
            assert 9 < time.monotonic() - began < 12.5

    asyncio.run(run())


def test_the_old_api_keeps_its_shapes(router):
    config = mics.get(router, "/api/config")
    assert config["success"] is True and config["config"]["default_stream_port"] == 420
    assert {"web_port", "max_bitrate", "min_bitrate", "sample_rate", "channels", "chunk_size"} <= config["config"].keys()
    health = mics.get(router, "/health")
    assert health["status"] == "healthy" and "success" not in health
    assert mics.get(router, "/api/network")["success"] is True
    started = mics.post(router, "/api/stream/start", {"bitrate": 1, "audioSource": "system", "name": "Old"})
    assert started["success"] is True and started["config"]["bitrate"] == 64 and started["streamId"].startswith("stream_")
    assert mics.post(router, "/api/audio/level", {"streamId": started["streamId"], "level": 1, "db": None}) == {"success": True}
    assert mics.post(router, "/api/audio/level", {"streamId": "nobody"}) == {"success": True}
    assert mics.post(router, "/api/stream/stop", {"streamId": "nobody"}) == {"success": False, "error": "Stream not found"}
    assert mics.post(router, "/api/stream/stop", b"") == {"success": False, "error": "Empty request body"}
    assert mics.post(router, "/api/stream/stop", {"streamId": started["streamId"]})["success"] is True
    assert mics.get(router, "/api/streams") == {"success": True, "streams": [], "totalStreams": 0}


def test_a_reservation_is_taken_up_by_its_token_alone(router):
    started = mics.post(router, "/api/stream/start", {"name": "Reserved"})

    async def run():
        async with mics.Mic(router, mics.HELLO | {"streamId": started["streamId"], "token": "x"}) as mic:
            assert mic.words[0]["streamId"] != started["streamId"]
        async with mics.Mic(router, mics.HELLO | {"streamId": started["streamId"], "token": started["token"]}) as mic:
            assert mic.words[0]["streamId"] == started["streamId"]
            assert [one["name"] for one in mics.streams(router) if one["state"] == "live"].count("Reserved") == 1

    asyncio.run(run())


def test_stopping_somebody_else_needs_the_token(start):
    router = start(document(token="secret"))

    async def run():
        async with mics.Mic(router, mics.HELLO) as mic:
            stream = mic.words[0]["streamId"]
            for headers in ({}, {"Authorization": "Bearer wrong"}):
                answer = mics.post(router, "/api/stream/stop", {"streamId": stream, "token": "x"}, headers)
                assert answer["success"] is False and "token" in answer["error"]
            # No answer anywhere tells the stream's own secret.
            assert mic.words[0]["token"] not in json.dumps(mics.streams(router))
            assert mics.post(router, "/api/stream/stop", {"streamId": stream}, {"Authorization": "Bearer secret"})["success"]
            assert (await mic.hear("stopped"))["reason"] == "stopped"

    asyncio.run(run())


def test_pages_of_other_sites_neither_stream_nor_stop(router):
    async def run():
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with mics.Mic(router, mics.HELLO, {"Origin": "http://evil.example"}):
                pass
        assert refused.value.status == 403

    asyncio.run(run())
    for path in ("/api/stream/start", "/api/stream/stop"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            mics.post(router, path, {}, {"Origin": "http://evil.example"})
        assert refused.value.code == 403


@pytest.mark.parametrize("path", [
    "/static/../routes.json", "/static/%2e%2e/routes.json", "/static/..%2froutes.json", "/static/mic.html",
    "/static/", "/static/mic.js/../../routes.json", "//etc/passwd", "/api/system/update", "/listen/nobody.wav",
])
def test_there_is_nothing_beside_the_page(router, path):
    host, port = router.bound("mic")
    line = http.client.HTTPConnection(host, port, timeout=5)
    line.putrequest("GET", path, skip_host=False)
    line.endheaders()
    assert line.getresponse().status in (400, 404)
    line.close()


def test_nobody_updates_the_program_over_http(router):
    with pytest.raises(urllib.error.HTTPError) as refused:
        mics.post(router, "/api/system/update", {})
    assert refused.value.code in (404, 405)


async def events(router, began, is_last):
    """What /api/events tells until that was the last; `began` is set with the first."""
    found = []
    async with aiohttp.ClientSession() as session, session.get(router.url("mic", "/api/events")) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        async with asyncio.timeout(30):
            async for line in answer.content:
                if line.startswith(b"data:"):
                    found.append(json.loads(line[5:]))
                    began.set()
                    if is_last(found):
                        return found
    return found


def test_events_tell_configuration_streams_and_levels(router):
    tone = np.round(np.sin(2 * np.pi * 1000 * np.arange(96_000) / 48_000) * 3276.7)

    def is_over(found):
        lists = [word["streams"] for word in found if word["type"] == "streams"]
        return any(lists) and lists[-1] == []

    async def run():
        began = asyncio.Event()
        listening = asyncio.create_task(events(router, began, is_over))
        await began.wait()
        first = time.monotonic()
        async with mics.Mic(router, mics.HELLO) as mic:
            await mic.play(tone, realtime=True)
        return await listening, time.monotonic() - first

    told, seconds = asyncio.run(run())
    kinds = [word["type"] for word in told]
    assert kinds[:3] == ["config", "heartbeat", "streams"] and told[2]["streams"] == []
    lists = [word["streams"] for word in told if word["type"] == "streams"]
    assert any(one and one[0]["name"] == "Tester" for one in lists)
    levels = [word for word in told if word["type"] == "level"]
    assert 3 <= len(levels) <= 8 * seconds
    # The last one may look at a part without sound.
    for word in levels[:-1]:
        assert abs(word["db"] + 23.01) < 0.1 and abs(word["peak"] + 20) < 0.1


def test_who_listens_hears_what_is_sent(router):
    sent = noise(100)

    async def run():
        async with mics.Mic(router, mics.HELLO) as mic:
            url = router.url("mic", f"/listen/{mic.words[0]['streamId']}.wav")
            async with aiohttp.ClientSession() as session, session.get(url) as answer:
                assert answer.status == 200 and answer.headers["Content-Type"] == "audio/wav"
                head = await answer.content.readexactly(44)
                assert head[:4] == b"RIFF" and head[36:40] == b"data"
                await mic.play(sent, realtime=True)
                heard = b""
                async with asyncio.timeout(5):
                    while len(heard) < len(sent) * 2 - 20 * 1920:
                        heard += await answer.content.readany()
        # A listener begins where it comes in: what it gets from there on is what was sent.
        assert heard[:4000] in sent.tobytes() and sent.tobytes().find(heard[:4000]) % 2 == 0
        at = sent.tobytes().find(heard[:4000])
        assert sent.tobytes()[at:at + len(heard)] == heard

    asyncio.run(run())


def test_a_rewire_keeps_the_browser(router):
    sound = noise(50)

    async def run():
        async with mics.Mic(router, mics.HELLO) as mic:
            await mic.play(sound)
            changed = json.loads(router.file.read_text())
            changed["nodes"]["mic"]["maxBitrateKbps"] = 256
            router.file.write_text(json.dumps(changed))
            async with asyncio.timeout(5):
                while mics.get(router, "/api/config")["config"]["max_bitrate"] != 256:
                    await asyncio.sleep(0.05)
            await mic.play(sound, first=50)
            await mic.say({"type": "stop"})
            assert await mic.closed() == 1000

    asyncio.run(run())
    [file] = mics.finished(router.folder / "archive")
    assert np.array_equal(mics.wav(file)[0][:, 0], np.concatenate([sound, sound]))


def test_sixty_seconds_are_complete(router):
    """Every message of a minute at its own pace arrives, and no other."""
    sent = noise(3000, seed=9)

    async def run():
        async with mics.Mic(router, mics.HELLO) as mic:
            await mic.play(sent, realtime=True)
            await mic.say({"type": "stop"})
            await mic.closed()

    asyncio.run(run())
    assert router.metric("router_mic_messages_total") == 3000 and router.metric("router_mic_lost_total") == 0
    [file] = mics.finished(router.folder / "archive")
    assert np.array_equal(mics.wav(file)[0][:, 0], sent)


def test_a_port_of_its_own_hears_the_browser_soon(start):
    """From the browser's message to a listener of the TCP port, at the pace of sound."""
    both = document()
    both["nodes"]["ports"] = {"type": "tcp.stream", "host": "127.0.0.1", "firstPort": 42_000, "format": "raw"}
    both["links"] = ["mic -> ports"]
    router = start(both)
    late = []

    async def run():
        async with mics.Mic(router, mics.HELLO) as mic:
            port = mic.words[0]["port"]
            assert mic.words[0]["urls"]["tcp"].endswith(f":{port}") and mics.streams(router)[0]["port"] == port
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            clock = asyncio.get_running_loop().time
            sent = {}

            async def listen():
                while True:
                    heard = await reader.readexactly(1920)
                    number = int.from_bytes(heard[:2], "little")
                    if number in sent:
                        late.append(clock() - sent[number])

            listening = asyncio.create_task(listen())
            began = clock()
            for number in range(1, 251):
                await asyncio.sleep(max(0, began + number * 0.02 - clock()))
                sent[number] = clock()
                await mic.socket.send_bytes(mics.frame(number, number.to_bytes(2, "little") * mics.FRAME))
            await asyncio.sleep(0.3)
            listening.cancel()
            writer.close()

    asyncio.run(run())
    late.sort()
    print(f"latency to a TCP listener: median {late[len(late) // 2] * 1e3:.1f} ms, p99 {late[int(len(late) * 0.99)] * 1e3:.1f} ms")
    assert len(late) > 200 and late[len(late) // 2] < 0.05
