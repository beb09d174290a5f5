// Gets sound from microphones and screens, mixes it, and hands it on as frames.
const processing = ["echoCancellation", "noiseSuppression", "autoGainControl"];

export const canCapture = () => Boolean(navigator.mediaDevices?.getUserMedia && window.AudioWorkletNode);
export const canShare = () => Boolean(navigator.mediaDevices?.getDisplayMedia);

/** A failure with a word that the page can explain. */
export class CaptureFailure extends Error {
  constructor(name, message = name) {
    super(message);
    this.name = name;
  }
}

const microphone = (settings) => navigator.mediaDevices.getUserMedia({
  audio: {
    ...Object.fromEntries(processing.map((name) => [name, settings[name]])),
    channelCount: { ideal: settings.channels },
    ...(settings.device ? { deviceId: { exact: settings.device } } : {}),
  },
});

async function screen() {
  let stream;
  try {
    stream = await navigator.mediaDevices.getDisplayMedia({
      video: true, systemAudio: "include",
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, suppressLocalAudioPlayback: false },
    });
  } catch (error) {
    throw new CaptureFailure(error.name === "NotAllowedError" ? "display" : error.name, error.message);
  }
  if (stream.getAudioTracks().length) return stream;
  for (const track of stream.getTracks()) track.stop();
  throw new CaptureFailure("noAudio");
}

export class Capture {
  /** `onFrame({buffer, index, peaks, rms, isMuted})`, 50 times a second; `onEnded(isLast)` when a source goes away. */
  constructor({ onFrame, onEnded }) {
    Object.assign(this, { onFrame, onEnded, sources: new Map(), isOver: false });
  }

  /** Called from a click. Asks for everything, then begins. */
  async open(settings) {
    if (!canCapture()) throw new CaptureFailure("noSupport");
    const { source } = settings;
    try {
      // The screen first: its question needs the click.
      if (source !== "microphone") this.keep("system", await screen());
      if (source !== "system") this.keep("microphone", await microphone(settings));
      await this.wire(settings);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  keep(name, stream) {
    const entry = { stream };
    this.sources.set(name, entry);
    for (const track of stream.getAudioTracks()) track.addEventListener("ended", () => this.lose(name, entry));
  }

  async wire(settings) {
    // The rate of the device: what differs is converted by the router.
    this.context = new AudioContext({ latencyHint: "interactive" });
    await this.context.audioWorklet.addModule("/static/worklet.js");
    // Firefox starts no audio on a machine without any output, and says nothing.
    const wait = new Promise((_, fail) => setTimeout(() => fail(new CaptureFailure("noOutput")), 5000));
    await Promise.race([this.context.resume(), wait]);
    this.channels = this.sources.has("system") ? 2 : this.trackChannels();
    const { sampleRate } = this.context;
    const most = Math.floor(8192 / (2 * this.channels));
    this.frameSamples = Math.min(Math.round(sampleRate / 50), most);
    this.node = new AudioWorkletNode(this.context, "capture", {
      numberOfInputs: 1, numberOfOutputs: 1, channelCount: this.channels, channelCountMode: "explicit",
      processorOptions: {
        frameSamples: this.frameSamples, channels: this.channels, isFloat: settings.codec === "opus", isOpen: settings.isOpen,
      },
    });
    this.node.port.onmessage = ({ data }) => { if (!this.isOver) this.onFrame(data); };
    // Silent: connected so that it runs.
    this.node.connect(this.context.destination);
    for (const entry of this.sources.values()) this.plug(entry);
    this.context.addEventListener("statechange", () => this.wake());
  }

  trackChannels() {
    const count = this.sources.get("microphone")?.stream.getAudioTracks()[0]?.getSettings().channelCount ?? 1;
    return count >= 2 ? 2 : 1;
  }

  plug(entry) {
    entry.input = this.context.createMediaStreamSource(entry.stream);
    entry.gain = new GainNode(this.context, { gain: this.sources.size > 1 ? 0.7 : 1 });
    entry.input.connect(entry.gain).connect(this.node);
  }

  /** Another microphone, or other processing, without a new stream. */
  async changeMicrophone(settings) {
    const old = this.sources.get("microphone");
    if (!old || this.isOver) return;
    const stream = await microphone(settings);
    if (this.isOver) return stream.getTracks().forEach((track) => track.stop());
    this.keep("microphone", stream);
    this.plug(this.sources.get("microphone"));
    this.unplug(old);
  }

  unplug(entry) {
    entry.isGone = true;
    entry.gain?.disconnect();
    entry.input?.disconnect();
    for (const track of entry.stream.getTracks()) track.stop();
  }

  lose(name, entry) {
    if (this.isOver || entry.isGone) return;
    this.unplug(entry);
    this.sources.delete(name);
    for (const other of this.sources.values()) other.gain.gain.value = 1;
    this.onEnded(this.sources.size === 0);
  }

  /** Whether sound passes; the meter shows it anyway. */
  setOpen(isOpen) { this.node?.port.postMessage({ isOpen }); }

  /** A phone call or a locked screen may have put the context to sleep. */
  wake() {
    if (!this.isOver && this.context?.state !== "running") this.context?.resume().catch(() => {});
  }

  get sampleRate() { return this.context.sampleRate; }

  close() {
    this.isOver = true;
    for (const entry of this.sources.values()) this.unplug(entry);
    this.node?.port.postMessage({ isOver: true });
    this.node?.disconnect();
    this.context?.close().catch(() => {});
  }
}

/** Microphones there are; their names come with the permission. */
export async function microphones() {
  const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  return all.filter((device) => device.kind === "audioinput" && device.deviceId && device.deviceId !== "default");
}
