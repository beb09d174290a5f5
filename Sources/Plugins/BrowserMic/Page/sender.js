// Carries frames to the router over a WebSocket, and comes back when the connection breaks.
const headBytes = 16;
const flags = { discontinuity: 1, muted: 2, last: 4 };

/** Whether this browser can make Opus packets itself. */
export async function canOpus(sampleRate = 48000, numberOfChannels = 2) {
  if (!("AudioEncoder" in window)) return false;
  try {
    return (await AudioEncoder.isConfigSupported({ codec: "opus", sampleRate, numberOfChannels, bitrate: 128000 })).supported;
  } catch {
    return false;
  }
}

export class Sender {
  /** `hello` is the start message without its type; `on` has started, stopped, away, stats. */
  constructor(hello, on) {
    Object.assign(this, { hello, on, isOver: false, isLive: false, hasLeftOut: false, sequence: 0, tries: 0, sent: 0 });
    // 200 ms.
    this.most = hello.codec === "opus" ? 8000 : Math.round(hello.sampleRate * hello.channels * 2 * 0.2);
    this.packets = 0;
    if (hello.codec === "opus") this.prepareEncoder();
    this.connect();
  }

  // MARK: Connection

  connect() {
    if (this.isOver) return;
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/audio-stream`);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    const patience = setTimeout(() => socket.close(), 8000);
    socket.addEventListener("open", () => {
      clearTimeout(patience);
      socket.send(JSON.stringify({ type: "start", proto: 1, ...this.hello, ...this.identity }));
    });
    socket.addEventListener("message", ({ data }) => { if (typeof data === "string") this.hear(JSON.parse(data)); });
    socket.addEventListener("close", () => {
      clearTimeout(patience);
      if (socket === this.socket) this.lose();
    });
  }

  hear(word) {
    if (word.type === "started") {
      const isKnown = Boolean(this.identity);
      this.identity = { streamId: word.streamId, token: word.token };
      Object.assign(this, { isLive: true, tries: 0 });
      this.on.started(word, isKnown);
    } else if (word.type === "stats") {
      this.on.stats(word);
    } else if (word.type === "error") {
      this.end(() => this.on.refused(word));
    } else if (word.type === "stopped" && word.reason !== "stopping") {
      this.end(() => this.on.stopped(word.reason));
    }
  }

  lose() {
    this.isLive = false;
    this.hasLeftOut = true;
    if (this.isOver) return;
    this.on.away();
    const wait = Math.min(5000, 250 * 2 ** this.tries) * (0.75 + Math.random() / 2);
    this.tries += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), wait);
  }

  /** The network is back: no need to wait. */
  hurry() {
    if (this.isOver || this.isLive || this.socket.readyState < WebSocket.CLOSING) return;
    clearTimeout(this.timer);
    this.connect();
  }

  end(tell) {
    this.isOver = true;
    this.isLive = false;
    clearTimeout(this.timer);
    if (this.encoder?.state === "configured") this.encoder.close();
    tell?.();
  }

  stop() {
    const { socket } = this;
    this.end();
    if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"stop"}');
    setTimeout(() => socket.close(1000), 300);
  }

  // MARK: Frames

  /** Takes a frame of the capture: PCM with room for the head, or floats for the encoder. */
  take({ buffer, index, isMuted }) {
    if (this.isOver) return;
    if (this.hello.codec === "opus") this.encode(buffer, isMuted);
    else this.send(buffer, 0, index, isMuted);
  }

  send(buffer, codec, index, isMuted) {
    if (!this.isLive || this.socket.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount > this.most) {
      this.hasLeftOut = true;
      return;
    }
    const head = new DataView(buffer, 0, headBytes);
    head.setUint8(0, 1);
    head.setUint8(1, codec);
    head.setUint16(2, (this.hasLeftOut ? flags.discontinuity : 0) | (isMuted ? flags.muted : 0), true);
    head.setUint32(4, this.sequence, true);
    head.setBigUint64(8, BigInt(index), true);
    this.sequence = (this.sequence + 1) >>> 0;
    this.hasLeftOut = false;
    this.sent += buffer.byteLength;
    this.socket.send(buffer);
  }

  // MARK: Opus

  prepareEncoder() {
    const { sampleRate, channels, bitrate } = this.hello;
    this.mutes = [];
    this.encoder = new AudioEncoder({
      output: (chunk) => this.pack(chunk),
      error: (error) => this.end(() => this.on.refused({ error: error.message })),
    });
    this.encoder.configure({
      codec: "opus", sampleRate, numberOfChannels: channels, bitrate: bitrate * 1000, opus: { frameDuration: 20000 },
    });
    this.clock = 0;
  }

  encode(buffer, isMuted) {
    const { sampleRate, channels } = this.hello;
    const numberOfFrames = buffer.byteLength / (4 * channels);
    const data = new AudioData({
      format: "f32-planar", sampleRate, numberOfChannels: channels, numberOfFrames,
      timestamp: Math.round((this.clock * 1e6) / sampleRate), data: buffer,
    });
    this.clock += numberOfFrames;
    this.isMuted = isMuted;
    this.encoder.encode(data);
    data.close();
  }

  pack(chunk) {
    if (chunk.byteLength > 1500) return;
    const buffer = new ArrayBuffer(headBytes + chunk.byteLength);
    chunk.copyTo(new Uint8Array(buffer, headBytes));
    // 20 ms, in the 48 kHz that Opus counts in.
    const frames = chunk.duration ? Math.round((chunk.duration * 48) / 1000) : 960;
    this.send(buffer, 1, this.packets, this.isMuted);
    this.packets += frames;
  }
}
