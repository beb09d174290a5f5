// Hears /listen in the browser: by an AudioWorklet where the page is secure, by a script processor on plain http,
// and as a last resort by an audio element on /stream.wav.

import { socketURL } from "./live.js";
import { SoundRing } from "./ring.js";

export class Player {
  /** @param changed called whenever `way`, `state` or `statistics` changed */
  constructor(element, changed) {
    this.element = element;
    this.changed = changed;
    this.way = "off"; // off, worklet, script, plain
    this.state = "off"; // off, connecting, open, blocked, none
    this.volume = 1;
    this.statistics = null;
    this.analyser = null;
    element.onerror = () => this.way === "plain" && this.stop("none");
  }

  get isOn() { return this.way !== "off"; }

  async start() {
    if (this.isOn) return;
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!Context) return this.startPlain();
    try {
      this.context = new Context({ latencyHint: "interactive", sampleRate: 48000 });
    } catch {
      this.context = new Context();
    }
    const context = this.context;
    this.way = context.audioWorklet ? "worklet" : "script";
    this.state = "connecting";
    this.changed();
    try {
      await this.build();
    } catch {
      // It was stopped, perhaps begun anew, meanwhile.
      if (this.context !== context) return;
      this.release();
      return this.startPlain();
    }
    if (this.context !== context) return;
    this.connect();
    await Promise.race([this.context.resume(), new Promise((done) => setTimeout(done, 1500))]);
    if (this.context === context && context.state !== "running") this.stop("blocked");
  }

  async build() {
    const context = this.context;
    this.gain = new GainNode(context, { gain: this.loudness });
    this.analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0.72, minDecibels: -85, maxDecibels: -15 });
    if (this.way === "worklet") {
      await context.audioWorklet.addModule("/dashboard/ring.js");
      if (this.context !== context) return;
      const node = new AudioWorkletNode(context, "sound-ring", { numberOfInputs: 0, outputChannelCount: [2] });
      node.port.onmessage = ({ data }) => this.report(data);
      this.feed = (data) => node.port.postMessage(data, data instanceof ArrayBuffer ? [data] : []);
      this.source = node;
    } else {
      const ring = new SoundRing(context.sampleRate);
      const node = context.createScriptProcessor(1024, 1, 2);
      node.onaudioprocess = ({ outputBuffer }) => ring.pull(outputBuffer.getChannelData(0), outputBuffer.getChannelData(1));
      this.timer = setInterval(() => this.report(ring.statistics), 500);
      this.feed = (data) => {
        if (data instanceof ArrayBuffer) ring.push(data);
        else if (data.rate) ring.format(data.rate, data.channels);
        else ring.reset();
      };
      this.source = node;
    }
    // The analyser hears the sound as it was sent, whatever this browser's own volume is.
    this.source.connect(this.analyser);
    this.source.connect(this.gain).connect(context.destination);
  }

  connect() {
    const socket = new WebSocket(socketURL("/listen"));
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onmessage = ({ data }) => {
      if (typeof data !== "string") return this.feed(data);
      const format = JSON.parse(data);
      this.feed({ rate: format.sample_rate, channels: format.channels });
      this.state = "open";
      this.wait = 500;
      this.changed();
    };
    socket.onclose = () => {
      if (socket !== this.socket) return;
      this.state = "connecting";
      this.changed();
      this.wait = Math.min((this.wait || 500) * 1.6, 8000);
      this.retry = setTimeout(() => this.connect(), this.wait);
    };
  }

  startPlain() {
    this.way = "plain";
    this.state = "connecting";
    this.element.src = `/stream.wav?${Date.now()}`;
    this.element.volume = this.loudness;
    this.element.onplaying = () => { this.state = "open"; this.changed(); };
    this.element.play().catch(() => this.stop("blocked"));
    this.changed();
  }

  stop(state = "off") {
    this.release();
    if (this.way === "plain") {
      this.way = "off";
      this.element.pause();
      this.element.removeAttribute("src");
      this.element.load();
    }
    this.way = "off";
    this.state = state;
    this.statistics = null;
    this.changed();
  }

  release() {
    clearTimeout(this.retry);
    clearInterval(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.source?.disconnect();
    this.context?.close();
    this.source = this.context = this.analyser = this.gain = null;
    this.feed = () => {};
  }

  /** 0 to 1 as the slider stands; the ear hears equal steps. */
  set loud(value) {
    this.volume = value;
    if (this.gain) this.gain.gain.setTargetAtTime(this.loudness, this.context.currentTime, 0.02);
    this.element.volume = this.loudness;
  }

  get loudness() { return this.volume ** 2; }

  report(statistics) {
    const output = this.context ? (this.context.outputLatency || this.context.baseLatency || 0) * 1000 : 0;
    this.statistics = { ...statistics, delayMs: statistics.bufferMs + output };
    this.changed();
  }
}
