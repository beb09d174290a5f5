"""Clients nobody here wrote: curl, wrk, aiohttp, websockets, autobahn and Chromium."""

import asyncio
import re
import subprocess

import phone
import sound
from documents_used import to_web, tone_to_web
from router import eventually


def run(*arguments, seconds=30):
    done = subprocess.run(arguments, capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr.decode()


def test_curl_reads_the_stream_in_both_versions_of_http(start):
    router = start(tone_to_web())
    url = router.url("web", "/stream.wav")
    for version in ("--http1.0", "--http1.1"):
        status, body, _ = run("curl", "-sN", version, "--max-time", "2", url)
        assert status == 28, "the body ended before the time was up"
        frames = sound.read(body[44:])
        assert len(frames) > sound.RATE and (frames[:, 0] == frames[:, 1]).all()
    status, head, _ = run("curl", "-sI", url)
    assert status == 0 and b" 200 " in head and b"audio/" in head.lower()
    assert run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", router.url("web", "/nothing"))[1] == b"404"
    assert run("curl", "-s", "-X", "DELETE", "-o", "/dev/null", "-w", "%{http_code}", url)[1] == b"405"


def test_curl_keeps_one_connection_for_many_requests(start):
    router = start(to_web())
    status, _, said = run("curl", "-sv", *[router.admin + "/health"] * 3)
    assert status == 0 and len(re.findall("Re-using existing connection", said)) == 2


def test_wrk_gets_an_answer_to_every_request(start):
    router = start(to_web())
    status, output, _ = run("wrk", "-t1", "-c50", "-d3s", router.admin + "/health")
    text = output.decode()
    assert status == 0 and "Non-2xx" not in text and "Socket errors" not in text, text
    assert float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]) > 1_000, text


def heard_by(start, cast):
    """What is heard when `cast(host, port, packets)` sends two seconds of noise."""
    router = start(to_web())
    reader = phone.StreamReader(*router.bound("web"))
    sent = sound.noise(2)
    asyncio.run(asyncio.wait_for(cast(*router.bound("phone"), sound.packets(sent)), 20))
    eventually(lambda: not router.streams(), 5, "the end of the stream")
    reader.stop()
    assert sound.same_frames(reader.frames, sent) == len(sent)


def test_the_websockets_package_is_heard(start):
    import websockets

    async def cast(host, port, packets):
        async with websockets.connect(f"ws://{host}:{port}/audio") as ws:
            assert "READY" in await ws.recv()
            pace = phone.Pace()
            for packet in packets:
                await ws.send(packet)
                await asyncio.sleep(pace.left())
            await (await ws.ping())

    heard_by(start, cast)


def test_the_websockets_package_may_send_in_fragments(start):
    import websockets

    async def cast(host, port, packets):
        async with websockets.connect(f"ws://{host}:{port}/audio") as ws:
            await ws.recv()
            pace = phone.Pace()
            for packet in packets:
                await ws.send([packet[:1001], packet[1001:1002], b"", packet[1002:]])
                await asyncio.sleep(pace.left())

    heard_by(start, cast)


def test_aiohttp_is_heard(start):
    import aiohttp

    async def cast(host, port, packets):
        async with aiohttp.ClientSession() as session, session.ws_connect(f"ws://{host}:{port}/audio") as ws:
            assert "READY" in await ws.receive_str()
            pace = phone.Pace()
            for packet in packets:
                await ws.send_bytes(packet)
                await asyncio.sleep(pace.left())

    heard_by(start, cast)


def test_autobahn_is_heard(start):
    from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol

    async def cast(host, port, packets):
        finished = asyncio.get_running_loop().create_future()

        class Sender(WebSocketClientProtocol):
            def onMessage(self, payload, isBinary):
                assert not isBinary and b"READY" in payload
                self.task = asyncio.ensure_future(self.play())

            async def play(self):
                pace = phone.Pace()
                for packet in packets:
                    self.sendMessage(packet, isBinary=True)
                    await asyncio.sleep(pace.left())
                self.sendClose(1000, "done")

            def onClose(self, wasClean, code, reason):
                finished.set_result((wasClean, code))

        factory = WebSocketClientFactory(f"ws://{host}:{port}/audio")
        factory.protocol = Sender
        await asyncio.get_running_loop().create_connection(factory, host, port)
        assert await finished == (True, 1000)

    heard_by(start, cast)


PLAY = """
async (url) => {
  const audio = new Audio(url);
  const context = new AudioContext({sampleRate: 48000});
  const analyser = new AnalyserNode(context, {fftSize: 8192, smoothingTimeConstant: 0});
  context.createMediaElementSource(audio).connect(analyser).connect(context.destination);
  await context.resume();
  await audio.play();
  await new Promise(done => setTimeout(done, 2500));
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const loudest = bins.indexOf(Math.max(...bins)) * context.sampleRate / analyser.fftSize;
  return {time: audio.currentTime, error: audio.error && audio.error.message, loudest, level: Math.max(...bins)};
}
"""


def test_chromium_plays_the_stream(start):
    from playwright.sync_api import sync_playwright

    router = start(tone_to_web())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", headless=True,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"])
        try:
            page = browser.new_page()
            page.goto(router.url("web", "/nothing"))  # any page of this origin, so that its sound may be analysed
            found = page.evaluate(PLAY, router.url("web", "/stream.wav"))
        finally:
            browser.close()
    assert found["error"] is None and found["time"] > 1, found
    assert abs(found["loudest"] - 1000) < 10 and found["level"] > -60, found
