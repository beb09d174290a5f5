"""The comparison: an aiohttp server that greets, then reads and counts. usage: aiohttp_server.py PORT"""

import asyncio
import sys

import aiohttp
import uvloop
from aiohttp import web

READY = '{"status": "READY", "sample_rate": 48000, "channels": 2, "frame_size": 3840}'
total = 0


async def audio(request: web.Request) -> web.WebSocketResponse:
    global total
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    await socket.send_str(READY)
    async for message in socket:
        if message.type == aiohttp.WSMsgType.BINARY:
            total += len(message.data)
    return socket


async def main() -> None:
    app = web.Application()
    app.router.add_get("/audio", audio)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", int(sys.argv[1]), backlog=4096)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


uvloop.run(main())
