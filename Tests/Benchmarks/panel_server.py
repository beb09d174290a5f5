"""The comparison: aiohttp on uvloop doing what a panel's server does: lines from the serial device, the light back, stop and
play to every browser. usage: panel_server.py PORT DEVICE"""

import asyncio
import json
import os
import sys
import tty

import uvloop
from aiohttp import web

browsers: set[web.WebSocketResponse] = set()
device = os.open(sys.argv[2], os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
tty.setraw(device)
rest = b""
tasks: set[asyncio.Task] = set()


async def play(slot: int) -> None:
    os.write(device, f"LEDSET {slot:03d}\n".encode())
    for message in ({"type": "stop"}, {"type": "play", "id": slot}):
        text = json.dumps(message)
        await asyncio.gather(*(browser.send_str(text) for browser in browsers))


def read() -> None:
    global rest
    *lines, rest = (rest + os.read(device, 4096)).split(b"\n")
    for line in lines:
        if line.startswith(b"PRESS "):
            task = asyncio.create_task(play(int(line[6:])))
            tasks.add(task)
            task.add_done_callback(tasks.discard)


async def browse(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    browsers.add(socket)
    try:
        async for _ in socket:
            pass
    finally:
        browsers.discard(socket)
    return socket


async def main() -> None:
    asyncio.get_running_loop().add_reader(device, read)
    app = web.Application()
    app.router.add_get("/ws", browse)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", int(sys.argv[1]))
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


uvloop.run(main())
