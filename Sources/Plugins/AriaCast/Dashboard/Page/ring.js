// Sound between the network and the loudspeaker: a ring with a delay that adapts and a clock that follows the sender's.
// Loaded twice: as a module of an AudioWorklet, and by the page where there is no worklet (plain http).

const CAPACITY = 1 << 18; // frames, 5.4 s at 48 kHz
const FIRST_TARGET = 0.09; // seconds kept in hand at the start
const LOWEST_TARGET = 0.06;
const HIGHEST_TARGET = 0.6;
const MOST_SKEW = 0.004; // the rate may be bent by so much, 7 cents: nobody hears it

export class SoundRing {
  constructor(outputRate) {
    this.outputRate = outputRate;
    this.inputRate = 48000;
    this.channels = 2;
    this.left = new Float32Array(CAPACITY);
    this.right = new Float32Array(CAPACITY);
    this.target = FIRST_TARGET;
    this.underruns = 0;
    this.skips = 0;
    this.packets = 0;
    this.reset();
  }

  reset() {
    this.head = 0; // frames written so far
    this.position = 0; // frames read so far, with a fraction
    this.isFilling = true;
    this.gain = 0; // ramps, so that neither a start nor an underrun clicks
    this.skew = 0;
    this.error = 0; // smoothed: seconds in hand above the target
    this.calm = 0; // seconds since the last underrun
  }

  format(inputRate, channels) {
    if (inputRate === this.inputRate && channels === this.channels) return;
    this.inputRate = inputRate;
    this.channels = channels;
    this.reset();
  }

  get seconds() { return (this.head - this.position) / this.inputRate; }

  /** 16-bit little-endian samples, interleaved. */
  push(buffer) {
    const view = new DataView(buffer);
    const frames = Math.floor(buffer.byteLength / 2 / this.channels);
    this.packets += 1;
    for (let frame = 0; frame < frames; frame += 1) {
      const at = (this.head + frame) & (CAPACITY - 1);
      const byte = frame * this.channels * 2;
      this.left[at] = view.getInt16(byte, true) / 32768;
      this.right[at] = this.channels > 1 ? view.getInt16(byte + 2, true) / 32768 : this.left[at];
    }
    this.head += frames;
    // A burst after a stall: go on near the newest sound instead of staying late for ever.
    if (this.seconds > this.target + 0.4) this.trim();
  }

  /** Leaves out what is too old; the sound fades in again. */
  trim() {
    this.position = this.head - Math.round(this.target * this.inputRate);
    this.gain = 0;
    this.error = 0;
    this.skips += 1;
  }

  /** Fills both channels; silence where there is nothing. */
  pull(left, right) {
    const count = left.length;
    const span = count / this.outputRate;
    if (this.isFilling && this.seconds >= this.target) {
      this.isFilling = false;
      this.error = 0;
    }
    if (this.isFilling) {
      left.fill(0);
      right.fill(0);
      return;
    }
    this.follow(span);
    const step = (this.inputRate / this.outputRate) * (1 + this.skew);
    const ramp = 1 / (0.005 * this.outputRate);
    const mask = CAPACITY - 1;
    for (let index = 0; index < count; index += 1) {
      const whole = Math.floor(this.position);
      const rest = this.head - whole;
      if (rest < 4) {
        left.fill(0, index);
        right.fill(0, index);
        this.starve();
        return;
      }
      const fraction = this.position - whole;
      // The last frames in hand fade out: an underrun is a pause, not a click.
      const wanted = Math.min(1, (rest - 4) / (0.003 * this.inputRate));
      this.gain += Math.max(-ramp * 2, Math.min(ramp, wanted - this.gain));
      left[index] = this.gain * hermite(this.left, whole, fraction, mask);
      right[index] = this.gain * hermite(this.right, whole, fraction, mask);
      this.position += step;
    }
  }

  /** Bends the rate by what the smoothed surplus asks for, and lowers the target slowly while all is well. */
  follow(span) {
    this.calm += span;
    const weight = Math.min(1, span / 2);
    this.error += (this.seconds - this.target - this.error) * weight;
    if (this.error > 0.08) this.trim();
    const idle = Math.abs(this.error) < 0.004;
    const wanted = idle ? 0 : Math.max(-MOST_SKEW, Math.min(MOST_SKEW, this.error * 0.05));
    this.skew += (wanted - this.skew) * weight;
    if (this.calm > 20 && this.target > LOWEST_TARGET) this.target = Math.max(LOWEST_TARGET, this.target - span * 0.0005);
  }

  starve() {
    this.isFilling = true;
    this.gain = 0;
    this.skew = 0;
    this.underruns += 1;
    if (this.calm < 60) this.target = Math.min(HIGHEST_TARGET, this.target + 0.03);
    this.calm = 0;
  }

  get statistics() {
    return {
      bufferMs: Math.max(0, this.seconds * 1000), targetMs: this.target * 1000, underruns: this.underruns,
      skips: this.skips, packets: this.packets, driftPpm: this.skew * 1e6, isFilling: this.isFilling,
    };
  }
}

/** Four-point, third-order interpolation; exact where the fraction is 0. */
function hermite(samples, whole, fraction, mask) {
  const b = samples[whole & mask];
  if (fraction === 0) return b;
  const a = samples[(whole - 1) & mask];
  const c = samples[(whole + 1) & mask];
  const d = samples[(whole + 2) & mask];
  const slope = (c - a) / 2;
  const second = a - b * 2.5 + c * 2 - d / 2;
  const third = (d - a) / 2 + (b - c) * 1.5;
  return ((third * fraction + second) * fraction + slope) * fraction + b;
}

if (typeof registerProcessor === "function") {
  registerProcessor("sound-ring", class extends AudioWorkletProcessor {
    constructor() {
      super();
      this.ring = new SoundRing(sampleRate);
      this.sinceReport = 0;
      this.port.onmessage = ({ data }) => {
        if (data instanceof ArrayBuffer) this.ring.push(data);
        else if (data.rate) this.ring.format(data.rate, data.channels);
        else if (data.reset) this.ring.reset();
      };
    }

    process(_, [output]) {
      this.ring.pull(output[0], output[1] || output[0]);
      this.sinceReport += output[0].length;
      if (this.sinceReport >= sampleRate / 2) {
        this.sinceReport = 0;
        this.port.postMessage(this.ring.statistics);
      }
      return true;
    }
  });
}
