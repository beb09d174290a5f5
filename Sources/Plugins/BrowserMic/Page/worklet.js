// Runs on the audio thread: cuts the sound into frames, measures it, fades it in and out, converts it.
class Capture extends AudioWorkletProcessor {
  constructor({ processorOptions: { frameSamples, channels, isFloat, isOpen } }) {
    super();
    Object.assign(this, { frameSamples, channels, isFloat });
    // 5 ms from silence to sound and back.
    this.step = 1 / (0.005 * sampleRate);
    this.target = isOpen ? 1 : 0;
    this.gain = this.target;
    this.index = 0;
    this.isOver = false;
    this.port.onmessage = ({ data }) => {
      if (data.isOver) this.isOver = true;
      else this.target = data.isOpen ? 1 : 0;
    };
    this.begin();
  }

  begin() {
    this.filled = 0;
    this.isHeard = false;
    this.peaks = new Array(this.channels).fill(0);
    this.squares = new Array(this.channels).fill(0);
    const size = this.frameSamples * this.channels;
    // 16 bytes of head come before the samples.
    this.buffer = new ArrayBuffer(this.isFloat ? 4 * size : 16 + 2 * size);
    this.samples = this.isFloat ? new Float32Array(this.buffer) : new Int16Array(this.buffer, 16);
  }

  put(frame, channel, value) {
    const size = Math.abs(value);
    if (size > this.peaks[channel]) this.peaks[channel] = size;
    this.squares[channel] += value * value;
    const out = value * this.gain;
    if (this.isFloat) this.samples[channel * this.frameSamples + frame] = out;
    else this.samples[frame * this.channels + channel] = Math.max(-32768, Math.min(32767, Math.round(out * 32768)));
  }

  flush() {
    const { peaks, squares, buffer, index, isHeard, frameSamples } = this;
    const rms = squares.map((sum) => Math.sqrt(sum / frameSamples));
    this.port.postMessage({ buffer, index, peaks, rms, isMuted: !isHeard }, [buffer]);
    this.index += frameSamples;
    this.begin();
  }

  process([input]) {
    const count = input[0]?.length ?? 128;
    for (let at = 0; at < count; at += 1) {
      if (this.gain !== this.target) {
        const distance = this.target - this.gain;
        this.gain += Math.sign(distance) * Math.min(this.step, Math.abs(distance));
      }
      if (this.gain > 0) this.isHeard = true;
      for (let channel = 0; channel < this.channels; channel += 1) {
        this.put(this.filled, channel, (input[channel] ?? input[0])?.[at] ?? 0);
      }
      this.filled += 1;
      if (this.filled === this.frameSamples) this.flush();
    }
    return !this.isOver;
  }
}
registerProcessor("capture", Capture);
