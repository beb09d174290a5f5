"""A MediaMTX that is none: a real HTTP server on loopback that replays recorded answers, pages them, checks who asks, and
misbehaves in every way a real one was seen to."""

import asyncio
import base64
import copy
import json
import random
import subprocess
import threading
import time

from aiohttp import web

from router import ROOT

RECORDED = ROOT / "Tests" / "Fixtures" / "mediamtx"
LISTS = ["srtconns", "rtspsessions", "rtspssessions", "rtspconns", "rtmpconns", "rtmpsconns", "webrtcsessions",
         "hlssessions", "hlsmuxers", "moqsessions"]
# What counts on while somebody publishes.
COUNTERS = ["inboundBytes", "bytesReceived", "packetsReceived", "packetsReceivedUnique"]


def recorded(name):
    return json.loads((RECORDED / f"{name}.json").read_text())


def scene(name) -> dict:
    """List name to items of a recorded scene; a list that was not recorded is not offered."""
    found = {}
    for one in ["paths", *LISTS]:
        file = RECORDED / f"{name}.{one}-list.json"
        if file.exists():
            found[one] = json.loads(file.read_text())["items"]
    return found


def seed_records(paths, srtconns) -> list[dict]:
    """What the first collector makes of two answers, the join by id in place of the path's name."""
    records = []
    for path in paths:
        source = path.get("source") or {}
        record = {
            "name": path.get("name"), "sourceType": source.get("type", "unknown"), "tracks": path.get("tracks") or [],
            "bytesReceived": path.get("bytesReceived", 0), "readers": len(path.get("readers") or []),
        }
        found = next((one for one in srtconns if one["id"] == source.get("id")), None)
        if source.get("type") == "srtConn" and found:
            record |= {"rtt": found["msRTT"], "recvRateMbps": found["mbpsReceiveRate"],
                       "linkCapacityMbps": found["mbpsLinkCapacity"]}
        records.append(record)
    return records


class MediaServer:
    """Runs in a thread of its own. `lists` may be changed at any time."""

    def __init__(self, lists=None, info=None, tls=None):
        self.lists = copy.deepcopy(lists if lists is not None else scene("05-mixed-protocols"))
        self.info = {"version": "v1.20.1", "started": "2026-11-20T15:09:26.37322012Z"} if info is None else info
        # List name, or "*", to what goes wrong: a name of `_misbehave`.
        self.faults = {}
        # The Authorization that is let in; None lets everybody in.
        self.wanted = None
        # Path to bytes a second that its publisher sends.
        self.grow = {}
        self.largest_page = 10**9
        self.requests = []
        self.connections = set()
        self.tls = tls
        self.port = 0
        self._began = time.monotonic()
        self._loop = asyncio.new_event_loop()
        self._runner = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    # ---- Life

    def start(self) -> "MediaServer":
        self._run(self._start())
        return self

    def stop(self):
        """Nobody listens any more; the port is kept for `start`."""
        if self._runner:
            self._run(self._runner.cleanup())
            self._runner = None

    def close(self):
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def let_in(self, user, password):
        self.wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def asked(self, name) -> int:
        return sum(1 for path, _ in self.requests if path == f"/v3/{name}" or path == f"/v3/{name}/list")

    def path(self, name) -> dict:
        return next(one for one in self.lists["paths"] if one["name"] == name)

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(15)

    async def _start(self):
        application = web.Application()
        application.router.add_route("*", "/{any:.*}", self._answer)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1, keepalive_timeout=30)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self.tls)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]

    # ---- Answers

    async def _answer(self, request):
        self.requests.append((request.path, dict(request.query)))
        self.connections.add(request.transport.get_extra_info("peername"))
        parts = request.path.strip("/").split("/")
        name = parts[1] if len(parts) > 1 else ""
        if self.wanted and request.headers.get("Authorization") != self.wanted:
            return await self._refuse(request)
        fault = self.faults.get(name) or self.faults.get("*")
        if fault:
            return await self._misbehave(fault, name, request)
        if parts[:2] == ["v3", "info"]:
            return web.json_response(self.info) if self.info else await self._misbehave("missing", name, request)
        if parts[0] != "v3" or parts[-1] != "list" or name not in self.lists:
            return await self._misbehave("missing", name, request)
        return web.json_response(self._page(name, request))

    async def _refuse(self, request):
        fields = {}
        if "Authorization" in request.headers:
            await asyncio.sleep(self.faults.get("delay", random.uniform(0, 0.3)))
        else:
            fields["WWW-Authenticate"] = 'Basic realm="mediamtx"'
        return web.json_response({"status": "error", "error": "authentication error"}, status=401, headers=fields)

    def _page(self, name, request):
        items = self._grown(name)
        size = min(int(request.query.get("itemsPerPage", 100)), self.largest_page)
        page = int(request.query.get("page", 0))
        count = -(-len(items) // size)
        return {"itemCount": len(items), "pageCount": count, "items": items[page * size:(page + 1) * size]}

    def _grown(self, name):
        if not self.grow or name not in ("paths", "srtconns"):
            return self.lists[name]
        now = time.monotonic() - self._began
        sources = {(path.get("source") or {}).get("id"): path["name"] for path in self.lists["paths"]}
        grown = []
        for item in self.lists[name]:
            rate = self.grow.get(item["name"] if name == "paths" else sources.get(item["id"]), 0)
            item = dict(item)
            for key in COUNTERS:
                if rate and key in item:
                    item[key] += int(rate * now) // (1 if "ytes" in key else 1316)
            grown.append(item)
        return grown

    async def _misbehave(self, fault, name, request):
        whole = json.dumps(self._page(name, request) if name in self.lists else self.info).encode()
        match fault:
            case "hang":
                await asyncio.sleep(60)
            case "half":
                # A proxy that gives up: the length is right, the text is not.
                return web.Response(body=whole[: len(whole) // 2], content_type="application/json")
            case "cut":
                # The connection ends in the midst of the answer.
                response = web.StreamResponse(headers={"Content-Length": str(len(whole))})
                await response.prepare(request)
                await response.write(whole[: len(whole) // 2])
                request.transport.abort()
                return response
            case "null":
                return web.json_response({"itemCount": 0, "pageCount": 0, "items": None})
            case "html":
                return web.Response(text="<html>It works!</html>", content_type="text/html")
            case "error":
                return web.json_response({"status": "error", "error": "internal"}, status=500)
            case "types":
                return web.json_response({"itemCount": "x", "pageCount": [], "items": [
                    {"name": 5}, {"name": "odd", "ready": "yes", "source": [], "readers": {"a": 1}, "tracks": "H264",
                                  "bytesReceived": "many", "inboundBytes": -5}, None, 7, []]})
            case "missing":
                return web.Response(status=404, text="404 page not found", content_type="text/plain")
        raise AssertionError(f"no fault {fault}")


def certificate(folder):
    """A self-signed certificate for 127.0.0.1: (certificate, key)."""
    files = folder / "media.crt", folder / "media.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(files[1]), "-out",
         str(files[0])], check=True, capture_output=True)
    return files
