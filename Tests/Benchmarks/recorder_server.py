"""The comparison: picows, audioop and wave doing what a microphones' entrance does: handshake, sequence, decode, WAV and
frames into files. usage: recorder_server.py PORT FOLDER"""

import asyncio
import audioop
import struct
import sys
import wave

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

folder = sys.argv[2]
streams = 0


class Recorder(WSListener):
    def on_ws_connected(self, transport: WSTransport) -> None:
        self.rate, self.expected, self.gaps = 0, None, 0

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.BINARY:
            message = frame.get_payload_as_bytes()
            if self.rate:
                self.take(message)
            else:
                self.begin(message)
        elif frame.msg_type == WSMsgType.CLOSE:
            self.wav.close()
            self.raw.close()
            transport.send_close(1000, b"bye")
            transport.disconnect()

    def begin(self, message: bytes) -> None:
        global streams
        magic, _, _, stream, self.rate, channels = struct.unpack_from("<IHHIIH", message)
        assert magic == 0x41445043
        streams += 1
        self.raw = open(f"{folder}/{streams}.bin", "wb")
        self.wav = wave.open(f"{folder}/{streams}.wav", "wb")
        self.wav.setparams((channels, 2, self.rate, 0, "NONE", ""))

    def take(self, message: bytes) -> None:
        magic, length, sequence = struct.unpack_from("<III", message)
        assert length == len(message) - 12
        if self.expected is not None and sequence != self.expected:
            self.gaps += 1
        self.expected = sequence + 1 & 0xFFFFFFFF
        predictor, index = struct.unpack_from("<hB", message, 12)
        self.raw.write(message)
        self.wav.writeframesraw(audioop.adpcm2lin(message[16:], 2, (predictor, index))[0])


def accept(request: WSUpgradeRequest) -> Recorder:
    return Recorder()


async def main() -> None:
    server = await ws_create_server(accept, "127.0.0.1", int(sys.argv[1]), backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


uvloop.run(main())
