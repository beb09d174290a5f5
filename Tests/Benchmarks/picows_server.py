"""The comparison: a picows server that greets, then reads and counts. usage: picows_server.py PORT"""

import asyncio
import sys

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

READY = b'{"status": "READY", "sample_rate": 48000, "channels": 2, "frame_size": 3840}'
total = 0


class Counter(WSListener):
    def on_ws_connected(self, transport: WSTransport) -> None:
        transport.send(WSMsgType.TEXT, READY)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        global total
        if frame.msg_type == WSMsgType.BINARY:
            total += len(frame.get_payload_as_memoryview())
        elif frame.msg_type == WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code(), frame.get_close_message())
            transport.disconnect()


def accept(request: WSUpgradeRequest) -> Counter:
    return Counter()


async def main() -> None:
    server = await ws_create_server(accept, "127.0.0.1", int(sys.argv[1]), backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


uvloop.run(main())
