"""Every known AriaCast program, as a script, against the built router."""

import asyncio
import json
import socket
import ssl
import threading
import time

import aiohttp
import phone
import pytest
import sound
from admin_client import Admin
from cast_clients import JPEG, AndroidApp, ArtworkServer, GoDesktop, HomeAssistant, PipeWireModule
from documents_used import listening, receiver, to_web
from phone import BareSocket, frame
from router import eventually

PHONE, DESKTOP, HUB, PAGE = "127.0.0.21", "127.0.0.22", "127.0.0.23", "127.0.0.24"


def spare_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as spare:
        spare.bind(("127.0.0.1", 0))
        return spare.getsockname()[1]


def logged(**receiver_options):
    """A receiver whose events are in the log, and that is heard at /stream.wav of another node."""
    return {
        "nodes": {
            "phone": receiver(**receiver_options), "web": listening("http.stream"), "events": {"type": "event.log"},
        },
        "links": ["phone -> web", "phone.transport -> events", "phone.volume -> events", "phone.metadata -> events"],
    }


def get_json(url):
    async def ask():
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            assert answer.status == 200
            return await answer.json()

    return asyncio.run(ask())


def request(method, url, ip=PAGE, **more):
    """Status, fields and body of one request from an address of its own."""

    async def ask():
        connector = aiohttp.TCPConnector(local_addr=(ip, 0))
        async with aiohttp.ClientSession(connector=connector) as session:
            async with session.request(method, url, allow_redirects=False, **more) as answer:
                return answer.status, dict(answer.headers), await answer.read()

    return asyncio.run(ask())


def test_the_android_app_of_today(start):
    router = start(logged())
    host, port = router.bound("phone")
    artwork = ArtworkServer(PHONE)
    sent = sound.noise(2)
    reader = phone.StreamReader(*router.bound("web"))
    app = AndroidApp(host, port, PHONE, sound.packets(sent), artwork=artwork.url).start()
    url = router.url("phone")
    try:
        eventually(lambda: len(app.statistics) >= 4, 10, "four statistics")
        times = [at for at, _ in app.statistics]
        # The first comes at once, the others with the second.
        assert times[1] - times[0] < 2 and all(0.5 < b - a < 2 for a, b in zip(times[1:], times[2:]))
        assert set(app.statistics[-1][1]) == {
            "receivedFrames", "playedCallbacks", "underruns", "overruns", "queuedFrames", "bufferedFrames",
            "droppedFrames", "bufferLevel"}
        eventually(lambda: app.statistics[-1][1]["receivedFrames"] > 50, 5, "received frames")
        assert all(answer == (200, {"success": True}) for answer in app.answers)
        # the picture: fetched from the phone, under both paths
        for path in ("/artwork", "/image/artwork"):
            found = eventually(
                lambda: (lambda got: got if got[0] == 200 else None)(request("GET", url + path)), 5, path)
            assert found[1]["Content-Type"] == "image/jpeg" and found[2] == JPEG
        asked = len(artwork.asked)
        time.sleep(1.5)
        assert len(artwork.asked) == asked, "the picture is fetched again though the track is the same"
        artwork.picture = JPEG + b"two"
        app.title = "Two"
        eventually(lambda: request("GET", url + "/artwork")[2] == artwork.picture, 5, "the picture of the next track")
        metadata = get_json(url + "/api/metadata")
        assert metadata["title"] == "Two" and metadata["is_playing"] is True and metadata["album"] is None
        assert metadata["artwork_url"].startswith("/artwork?v=")
        # a controller in both dialects: each command reaches the app once
        status, _, body = request("POST", url + "/api/command", json={"action": "pause"})
        assert status == 200 and json.loads(body)["delivered"] == 1
        status, _, body = request("POST", url + "/api/command", json={"action": "seek", "position_ms": 90_000})
        assert status == 200 and "action" not in json.loads(body)
        eventually(lambda: app.executed == ["PAUSE"], 5, "the pause")
    finally:
        app.stop()
        artwork.stop()
    reader.stop()
    assert sound.longest_common(reader.frames, sent) > 48_000
    eventually(lambda: "transport" in router.log and '"action":"pause"' in router.log.replace(" ", "").replace('\\"', '"'), 5, 'the words')


def test_older_android_apps_wait_for_the_greeting_and_one_sends_44_khz(start):
    router = start(to_web())
    host, port = router.bound("phone")
    for size in (3840, 3528):
        app = AndroidApp(host, port, PHONE, sound.packets(sound.noise(3), size), waits=True).start()
        rate = 48_000 if size == 3840 else 44_100
        # One of 44.1 kHz takes the place of the announced one: for a moment there is none.
        eventually(lambda: any(f"{rate} Hz" in one["format"] for one in router.streams()), 5, f"a stream of {rate} Hz")
        eventually(lambda: len(app.statistics) > 1 and app.statistics[-1][1]["receivedFrames"] > 20, 5, "statistics")
        app.stop()
        eventually(lambda: not router.streams(), 5, "the end of the stream")


def test_the_go_desktop_client(start):
    discovery = spare_udp_port()
    router = start(to_web(phone={"discovery": f"127.0.0.1:{discovery}"}))
    router.wait_for_state("phone", "running")
    reader = phone.StreamReader(*router.bound("web"))
    began = time.monotonic()
    client = GoDesktop(discovery, DESKTOP)
    assert time.monotonic() - began < 2
    assert " 101 " in client.control_head and " 101 " in client.stats_head
    assert b" 200 " in client.answer.split(b"\r\n")[0]
    sent = sound.noise(2)
    client.play(sound.packets(sent))
    assert get_json(router.url("phone", "/api/metadata"))["title"] == "AriaCast"
    client.drop()
    eventually(lambda: not router.streams(), 5, "the end of the stream")
    assert get_json(router.url("phone", "/api/metadata"))["is_playing"] is False
    reader.stop()
    assert sound.same_frames(reader.frames, sent) == len(sent)


def test_the_pipewire_module(start):
    router = start(to_web())
    host, port = router.bound("phone")
    both = ('{"data":{"title":"%s","artist":"B","duration_ms":5000,"durationMs":5000,"position_ms":0,"positionMs":0,'
            '"is_playing":false,"isPlaying":false,"artwork_url":"","artworkUrl":""}}')
    sent = sound.noise(1)
    for turn in range(3):
        module = PipeWireModule(host, port, DESKTOP)
        assert json.loads(module.greeting[1])["status"] == "READY"
        assert module.post(both % "Song").startswith("HTTP/1.")
        # it does not escape quotes
        answer = module.post(both % 'The "Song"')
        assert " 400 " in answer.split("\r\n")[0], answer
        module.play(sound.packets(sent))
        request("POST", router.url("phone", "/api/command"), json={"command": "volume_set", "level": 40 + turn})
        module.pause()
        # the next one is let in at once, and nothing is forgotten
        metadata = get_json(router.url("phone", "/api/metadata"))
        assert metadata["title"] == "Song" and metadata["duration_ms"] == 5000
    with BareSocket(host, port, from_host=PAGE) as controller:
        controller.upgrade("/control")
        assert json.loads(controller.read_frame()[1])["current_volume"] == 42


def test_the_microcontroller(start):
    router = start(to_web())
    host, port = router.bound("phone")
    for _ in range(2):
        with BareSocket(host, port, from_host=PHONE, timeout=3) as board:
            head = board.upgrade("/audio", Sec_WebSocket_Protocol="arduino", Origin="file://")
            assert "sec-websocket-protocol: arduino" in head.lower()
            assert b"READY" in board.read_frame()[1]
            for _ in range(10):
                board.say(frame(2, bytes(3840)))
                time.sleep(0.06)
            status, _, _ = request(
                "POST", router.url("phone", "/metadata"), ip=PHONE, json={"title": "Line In", "is_playing": True})
            assert status == 200
            board.reset()
        eventually(lambda: not router.streams(), 5, "the end of the stream")


def test_the_home_assistant_hub(start):
    router = start(logged())
    host, port = router.bound("phone")
    app = AndroidApp(host, port, PHONE, sound.packets(sound.noise(1)), waits=True).start()
    hub = HomeAssistant(host, port, HUB)
    try:
        eventually(lambda: hub.metadata and hub.metadata[-1]["data"]["title"] == "One", 5, "the title")
        assert hub.heard[0]["status"] == "READY" and hub.heard[0]["volume_available"] is True
        hub.want(command="next", action="next")
        eventually(lambda: app.executed, 5, "the command")
        hub.want(command="volume", action="volume", direction="down")
        eventually(lambda: any(said.get("level") == 95 for said in hub.heard), 5, "the volume")
        time.sleep(4)
        assert app.executed == ["NEXT"], "one press is one command"
        assert not hub.lost, "a ping was not answered in time"
    finally:
        hub.stop()
        app.stop()


def test_a_volume_is_kept_across_restarts_and_announced(start):
    document = logged(maxVolume=90)
    router = start(document)

    async def turn():
        base = router.url("phone")
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(base + "/control") as one, session.ws_connect(base + "/control") as other:
                assert (await one.receive_json(timeout=5))["current_volume"] == 90
                await other.receive_json(timeout=5)
                await one.send_json({"command": "volume_set", "level": "55.4"})
                reply = await one.receive_json(timeout=5)
                assert reply == {"command": "volume_set", "level": 55, "muted": False, "success": True}
                assert await other.receive_json(timeout=5) == {"command": "volume", "level": 55, "muted": False}
                await one.send_json([1, 2])
                assert "error" in await one.receive_json(timeout=5)
                await one.send_str("{")
                assert (await one.receive_json(timeout=5))["error"] == "Invalid JSON"
                await one.send_json({"command": "volume", "direction": "get"})
                assert (await one.receive_json(timeout=5))["level"] == 55

    async def look(router, node):
        async with aiohttp.ClientSession() as session, session.ws_connect(router.url(node, "/control")) as ws:
            return await ws.receive_json(timeout=5)

    asyncio.run(turn())
    assert router.stop() == 0
    again = start(document)
    assert asyncio.run(look(again, "phone"))["current_volume"] == 55
    # Nor does it get lost when the node is called something else.
    admin = Admin(again.admin)
    renamed = json.loads(json.dumps(admin.graph["document"]).replace('"phone', '"kitchen'))
    assert admin.put("graph", renamed, match=admin.tag).status == 200
    assert asyncio.run(look(again, "kitchen"))["current_volume"] == 55
    assert again.stop() == 0
    assert asyncio.run(look(start(renamed), "kitchen"))["current_volume"] == 55


def test_artwork_that_points_elsewhere_is_not_fetched(start):
    router = start(to_web())
    url = router.url("phone")
    other = ArtworkServer(DESKTOP)
    own = ArtworkServer(PHONE)
    try:
        for wish in (other.url, own.url.replace("artwork.jpg", "elsewhere"), router.admin + "/api/v1/graph",
                     own.url.replace("http://", "http://x@")):
            request("POST", url + "/metadata", ip=PHONE, json={"artworkUrl": wish, "title": wish})
            time.sleep(0.5)
            assert request("GET", url + "/artwork")[0] == 404, wish
        assert other.asked == [] and [path for _, path in own.asked] == ["/elsewhere"]
        own.picture = JPEG + bytes((4 << 20) + 1 - len(JPEG))
        request("POST", url + "/metadata", ip=PHONE, json={"artworkUrl": own.url, "title": "too large"})
        eventually(lambda: len(own.asked) == 2, 5, "the fetch")
        time.sleep(0.5)
        assert request("GET", url + "/artwork")[0] == 404
        own.picture = own.picture[:4 << 20]
        request("POST", url + "/metadata", ip=PHONE, json={"artworkUrl": own.url, "title": "largest"})
        eventually(lambda: request("GET", url + "/artwork")[2] == own.picture, 5, "the largest picture")
    finally:
        other.stop()
        own.stop()


def test_strangers_pages_are_refused_and_our_own_are_not(start):
    router = start(to_web())
    url = router.url("phone")
    for method, path in (("POST", "/api/command"), ("POST", "/metadata"), ("OPTIONS", "/api/command")):
        status, _, _ = request(method, url + path, headers={"Origin": "http://evil.example"}, json={"action": "play"})
        assert status == 403, (method, path)
    own = {"Origin": "http://127.0.0.1:8090", "Access-Control-Request-Method": "POST"}
    status, fields, _ = request("OPTIONS", url + "/api/command", headers=own)
    assert status == 204 and fields["Access-Control-Allow-Origin"] == own["Origin"]
    assert request("POST", url + "/api/command", headers=own, json={"action": "dance"})[0] == 400
    assert request("GET", url + "/api/command")[0] == 405
    assert request("GET", url + "/control")[0] == 426


def test_floods_on_control_and_metadata_leave_the_sound_alone(start):
    router = start(to_web())
    host, port = router.bound("phone")
    reader = phone.StreamReader(*router.bound("web"))
    sender, sent = phone.cast(host, port, 3, from_host=PHONE)

    async def flood(path, text):
        async with aiohttp.ClientSession() as session, session.ws_connect(router.url("phone", path)) as ws:
            end = time.monotonic() + 2
            count = answered = 0

            async def read():
                nonlocal answered
                async for _ in ws:
                    answered += 1

            reading = asyncio.create_task(read())
            while time.monotonic() < end:
                await ws.send_str(text)
                count += 1
                if count % 50 == 0:
                    await asyncio.sleep(0.005)
            while answered < count:
                await asyncio.sleep(0.02)
            reading.cancel()
            return count

    async def both():
        return await asyncio.wait_for(asyncio.gather(
            flood("/control", '{"command":"volume","direction":"get"}'), flood("/metadata", '{"type":"get"}')), 20)

    counts = asyncio.run(both())
    sender.wait()
    eventually(lambda: not router.streams(), 5, "the end of the stream")
    reader.stop()
    assert min(counts) > 500
    # The sender is a thread beside the floods: while a busy machine stops it for a second, listeners hear silence.
    heard = reader.frames[sound.start_of(reader.frames):]
    pieces = sound.pieces(reader.frames, sent)
    assert sum(count for _, _, count in pieces) == len(sent), pieces
    for (here, _, count), (after, _, _) in zip(pieces, pieces[1:]):
        assert not heard[here + count:after].any(), pieces


def test_the_stream_port_is_heard_by_listen_and_stream_wav(start):
    router = start({"nodes": {"phone": receiver()}, "links": []})
    host, port = router.bound("phone")
    reader = phone.StreamReader(host, port)

    async def listen():
        async with aiohttp.ClientSession() as session, session.ws_connect(router.url("phone", "/listen")) as ws:
            first = await ws.receive_json(timeout=5)
            assert first["sample_rate"] == 48_000 and first["channels"] == 2
            sender, sent = phone.cast(host, port, 2, from_host=PHONE)
            heard = bytearray()
            delays = 0
            while sender.thread.is_alive():
                message = await ws.receive(timeout=5)
                assert message.type == aiohttp.WSMsgType.BINARY and len(message.data) % 4 == 0
                heard += message.data
                delays += len(message.data) == 3840
            for _ in range(20):
                heard += (await ws.receive(timeout=5)).data
            assert delays > 90
            return heard, sent

    heard, sent = asyncio.run(listen())
    assert sound.same_frames(sound.read(bytes(heard)), sent) == len(sent)
    reader.stop()
    assert reader.body.startswith(b"RIFF\xff\xff\xff\xffWAVE")
    assert sound.same_frames(reader.frames, sent) == len(sent)


@pytest.mark.parametrize("tls", [False, True])
def test_a_listener_that_stops_reading_misses_whole_packets(start, tls):
    router = start({"nodes": {"phone": receiver(tls="auto" if tls else False)}, "links": []})
    host, port = router.bound("phone")
    packets = sound.packets(sound.noise(8))
    numbers = {packet: number for number, packet in enumerate(packets)}
    listener = BareSocket(host, port, timeout=10)
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        listener.socket = context.wrap_socket(listener.socket)
    assert " 101 " in listener.upgrade("/listen")
    assert json.loads(listener.read_frame()[1])["sample_rate"] == 48_000

    async def cast():
        connector = aiohttp.TCPConnector(ssl=False)
        async with aiohttp.ClientSession(connector=connector) as session:
            async with session.ws_connect(f"{'https' if tls else 'http'}://{host}:{port}/audio") as ws:
                await ws.receive()
                began = time.monotonic()
                for number, packet in enumerate(packets):
                    await asyncio.sleep(max(0, began + number * 0.02 - time.monotonic()))
                    await ws.send_bytes(packet)
                    if number == 250:
                        reading.set()
                await asyncio.sleep(0.5)

    heard, reading = [], threading.Event()
    sender = threading.Thread(target=lambda: asyncio.run(cast()), daemon=True)
    sender.start()
    assert reading.wait(20)
    end = time.monotonic() + 8
    while (not heard or heard[-1] < len(packets) - 2) and time.monotonic() < end:
        opcode, payload = listener.read_frame()
        assert opcode == 2 and len(payload) % 4 == 0
        if payload in numbers:
            heard.append(numbers[payload])
        else:
            assert not any(payload), "a message that is neither a packet nor silence"
    sender.join(10)
    listener.close()
    assert heard == sorted(set(heard)) and heard[-1] >= len(packets) - 2, heard[-5:]
    assert 50 < len(heard) < len(packets)


PAGE_SCRIPT = """
async (base) => {
  const found = {};
  const socket = new WebSocket(base.replace("http", "ws") + "/listen");
  socket.binaryType = "arraybuffer";
  const messages = [];
  await new Promise(done => { socket.onmessage = event => { messages.push(event.data); if (messages.length > 10) done(); }; });
  socket.close();
  found.config = JSON.parse(messages[0]);
  found.sizes = messages.slice(1).map(message => message.byteLength);
  found.metadata = await (await fetch(base + "/api/metadata")).json();
  const answer = await fetch(base + "/api/command", {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({action: "next"})});
  found.command = await answer.json();
  const control = new WebSocket(base.replace("http", "ws") + "/control");
  found.greeting = JSON.parse(await new Promise(done => { control.onmessage = event => done(event.data); }));
  const image = new Image();
  image.src = base + found.metadata.artwork_url;
  found.image = await new Promise(done => { image.onload = () => done("loaded"); image.onerror = () => done("broken"); });
  const audio = new Audio(base + "/stream.wav");
  audio.muted = true;
  await audio.play();
  await new Promise(done => setTimeout(done, 1500));
  found.time = audio.currentTime;
  return found;
}
"""

# One red pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100"
    "18dd8db00000000049454e44ae426082")


def test_a_browser_page_of_another_port(start):
    from playwright.sync_api import sync_playwright

    router = start(to_web())
    host, port = router.bound("phone")
    artwork = ArtworkServer(PHONE)
    artwork.picture = PNG
    app = AndroidApp(host, port, PHONE, sound.packets(sound.noise(1)), artwork=artwork.url).start()
    url = router.url("phone")
    try:
        eventually(lambda: request("GET", url + "/artwork")[0] == 200, 5, "the picture")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", headless=True,
                args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"])
            try:
                page = browser.new_page()
                page.goto(router.url("web", "/nothing"))
                found = page.evaluate(PAGE_SCRIPT, url)
            finally:
                browser.close()
        assert found["config"]["sample_rate"] == 48_000 and all(size % 4 == 0 for size in found["sizes"])
        assert found["metadata"]["title"] == "One" and found["image"] == "loaded", found
        assert found["command"] == {"command": "next", "success": True, "delivered": 1}
        assert found["greeting"]["status"] == "READY" and found["time"] > 0.5
        eventually(lambda: app.executed == ["NEXT"], 5, "the command")
    finally:
        app.stop()
        artwork.stop()
