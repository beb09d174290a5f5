"""The programs that talk AriaCast, as scripts: each does what is known of the real one, in its order."""

import asyncio
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import aiohttp
from phone import BareSocket, frame

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8
SILENCE = bytes(3840)


class ArtworkServer:
    """What a phone serves at /artwork.jpg: one address, another picture with every track."""

    def __init__(self, host):
        self.picture = JPEG
        self.asked = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append((time.monotonic(), self.path))
                status, fields, body = 200, {"Content-Type": "image/jpeg"}, outer.picture
                if self.path == "/elsewhere":
                    status, fields, body = 302, {"Location": "/artwork.jpg"}, b""
                self.send_response(status)
                for name, value in (fields | {"Content-Length": str(len(body))}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = HTTPServer((host, 0), Handler)
        self.url = f"http://{host}:{self.server.server_port}/artwork.jpg"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class AndroidApp:
    """The Android app. `waits`: as before 1.1.6, nothing is sent before a greeting; `size`: bytes of 20 ms."""

    def __init__(self, host, port, ip, packets, waits=False, artwork=None):
        self.base, self.ip, self.packets, self.waits = f"http://{host}:{port}", ip, packets, waits
        self.artwork = artwork
        self.title = "One"
        self.is_playing = True
        self.executed = []
        self.statistics = []
        self.answers = []
        self.greeting = None
        self.failure = None
        self.began = threading.Event()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self.thread.start()
        assert self.began.wait(10), self.failure
        return self

    def stop(self):
        self.over.set()
        self.thread.join(15)
        assert not self.thread.is_alive() and self.failure is None, self.failure

    def _run(self):
        try:
            asyncio.run(self._cast())
        except BaseException as error:  # noqa: BLE001 - told by the test
            self.failure = repr(error)
        self.began.set()

    async def _cast(self):
        connector = aiohttp.TCPConnector(local_addr=(self.ip, 0))
        async with aiohttp.ClientSession(connector=connector) as session:
            parts = [asyncio.create_task(part) for part in (self._control(session), self._metadata(session))]
            if not self.waits:
                parts.append(asyncio.create_task(self._stats(session)))
            await self._audio(session, parts)
            for part in parts:
                part.cancel()
            for result in await asyncio.gather(*parts, return_exceptions=True):
                if isinstance(result, Exception) and not isinstance(result, asyncio.CancelledError):
                    raise result

    async def _audio(self, session, parts):
        async with session.ws_connect(self.base + "/audio", compress=15) as ws:
            assert not ws.compress
            if self.waits:
                self.greeting = json.loads(await ws.receive_str(timeout=3))
                assert self.greeting["status"] == "READY" or self.greeting["type"] == "handshake"
                parts.append(asyncio.create_task(self._stats(session)))
            self.began.set()
            began, number = time.monotonic(), 0
            while not self.over.is_set():
                await ws.send_bytes(self.packets[number] if number < len(self.packets) else bytes(len(self.packets[0])))
                number += 1
                await asyncio.sleep(max(0, began + number * 0.02 - time.monotonic()))

    async def _control(self, session):
        """Executes whatever carries an action, as the app does."""
        async with session.ws_connect(self.base + "/control", compress=15) as ws:
            self.control = ws
            async for message in ws:
                said = json.loads(message.data)
                if isinstance(said.get("action"), str):
                    action = said["action"].upper()
                    if action in ("PLAY", "PAUSE", "TOGGLE", "NEXT", "PREVIOUS", "STOP"):
                        self.executed.append(action)

    async def _stats(self, session):
        async with session.ws_connect(self.base + "/stats", compress=15) as ws:
            async for message in ws:
                self.statistics.append((time.monotonic(), json.loads(message.data)))

    async def _metadata(self, session):
        while True:
            data = {
                "title": self.title, "artist": "Somebody", "album": None, "artworkUrl": self.artwork,
                "durationMs": 200_000, "positionMs": 1_000 * len(self.answers), "isPlaying": self.is_playing,
            }
            async with session.post(self.base + "/metadata", json={"data": data}, timeout=aiohttp.ClientTimeout(5)) as answer:
                self.answers.append((answer.status, await answer.json()))
            await asyncio.sleep(1)


class GoDesktop:
    """The desktop client: one discovery request, dials in turn, drops TCP at the end."""

    def __init__(self, discovery_port, ip):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.settimeout(2)
            asker.sendto(b"DISCOVER_AUDIOCAST", ("127.0.0.1", discovery_port))
            found = json.loads(asker.recv(1024))
        assert isinstance(found["ip"], str) and isinstance(found["port"], int) and isinstance(found["server_name"], str)
        self.address = (found["ip"], found["port"])
        self.ip = ip
        self.audio = BareSocket(*self.address, from_host=ip)
        assert " 101 " in self.audio.upgrade("/audio")
        self.control = BareSocket(*self.address, from_host=ip)
        self.control_head = self.control.upgrade("/control")
        self.stats = BareSocket(*self.address, from_host=ip)
        self.stats_head = self.stats.upgrade("/stats")
        self.post(True)

    def post(self, is_playing):
        body = json.dumps({"data": {
            "title": "AriaCast", "artist": "Desktop Audio", "album": "", "artworkUrl": "", "durationMs": 0,
            "positionMs": 0, "isPlaying": is_playing}})
        with BareSocket(*self.address, from_host=self.ip) as poster:
            poster.say(f"POST /metadata HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                       f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}")
            self.answer = poster.read_to_end()

    def play(self, packets):
        began = time.monotonic()
        for number, packet in enumerate(packets):
            time.sleep(max(0.0, began + number * 0.02 - time.monotonic()))
            self.audio.say(frame(2, packet))

    def drop(self):
        self.post(False)
        for one in (self.audio, self.control, self.stats):
            one.close()


class PipeWireModule:
    """The PipeWire module: reads heads byte by byte, never reads /audio again, HTTP/1.0, searches texts for words."""

    def __init__(self, host, port, ip):
        self.host, self.port, self.ip = host, port, ip
        self.audio = self.open("/audio")
        opcode, text = self.audio.read_frame()
        assert opcode == 1 and b"READY" in text, "the first frame is not the greeting"
        self.control = self.open("/control")
        self.control.socket.settimeout(1)
        self.greeting = self.control.read_frame()
        self.stats = self.open("/stats")

    def open(self, path):
        one = BareSocket(self.host, self.port, from_host=self.ip)
        head = one.upgrade(path)
        assert len(head) + 4 <= 2047 and "101" in head
        return one

    def post(self, body: str) -> str:
        with BareSocket(self.host, self.port, from_host=self.ip, timeout=2) as poster:
            poster.say(f"POST /metadata HTTP/1.0\r\nHost: {self.host}:{self.port}\r\nContent-Type: application/json\r\n"
                       f"Content-Length: {len(body.encode())}\r\nConnection: close\r\n\r\n{body}")
            return poster.read_to_end().decode()

    def play(self, packets):
        began = time.monotonic()
        for number, packet in enumerate(packets):
            time.sleep(max(0.0, began + number * 0.02 - time.monotonic()))
            self.audio.say(frame(2, packet))

    def pause(self):
        """Three seconds of digital silence: everything is closed with an empty Close frame, then TCP."""
        for one in (self.audio, self.control, self.stats):
            one.say(frame(8))
            one.close()


class HomeAssistant:
    """The hub: persistent /control and /metadata with pings every 1.5 s; commands under both keys at once."""

    def __init__(self, host, port, ip):
        self.base, self.ip = f"http://{host}:{port}", ip
        self.wishes = []
        self.heard = []
        self.metadata = []
        self.lost = False
        self.over = threading.Event()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.thread.start()
        assert self.ready.wait(10)

    def want(self, **wish):
        self.wishes.append(wish)

    def stop(self):
        self.over.set()
        self.thread.join(10)
        assert not self.thread.is_alive()

    async def _run(self):
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=(self.ip, 0))) as session:
            control = await session.ws_connect(self.base + "/control", heartbeat=1.5)
            metadata = await session.ws_connect(self.base + "/metadata", heartbeat=1.5)
            readers = [asyncio.create_task(self._read(control, self.heard)),
                       asyncio.create_task(self._read(metadata, self.metadata))]
            self.ready.set()
            while not self.over.is_set():
                while self.wishes:
                    await control.send_json(self.wishes.pop(0))
                await asyncio.sleep(0.02)
            self.lost = control.closed or metadata.closed
            await control.close()
            await metadata.close()
            await asyncio.gather(*readers)

    async def _read(self, ws, into):
        async for message in ws:
            into.append(json.loads(message.data))
