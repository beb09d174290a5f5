// What the eye sees of the sound: a spectrum while this browser listens, the history of the level while it does not.

const BARS = 128; // fewer where there is no room
const HISTORY = 160; // a tenth of a second each
const FLOOR = -60;

const share = (decibels) => Math.max(0, Math.min(1, (decibels - FLOOR) / -FLOOR));

export class Scope {
  constructor(canvas) {
    this.canvas = canvas;
    this.brush = canvas.getContext("2d");
    this.history = [];
    this.levels = [FLOOR, FLOOR, FLOOR, FLOOR];
    this.peaks = [0, 0];
    this.shown = [0, 0];
    this.analyser = null;
    this.loudness = 0; // 0 to 1, for the background
    this.lastLevel = 0;
    this.lastDraw = 0;
    this.recolor();
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  recolor() {
    const style = getComputedStyle(document.documentElement);
    this.colors = ["--accent", "--accent-2"].map((name) => style.getPropertyValue(name).trim());
    this.isFresh = true;
  }

  resize() {
    const ratio = Math.min(2, devicePixelRatio || 1);
    this.canvas.width = Math.round(this.canvas.clientWidth * ratio);
    this.canvas.height = Math.round(this.canvas.clientHeight * ratio);
    this.recolor();
  }

  /** Peak and RMS of left and right, in decibels, ten times a second. */
  level(values) {
    this.levels = values;
    this.lastLevel = performance.now();
    this.history.push(share(Math.max(values[1], values[3]) + 6));
    if (this.history.length > HISTORY) this.history.shift();
    this.isFresh = true;
  }

  /** One picture; at most 30 a second. @returns whether it moved on */
  draw(now) {
    if (now - this.lastDraw < 32) return false;
    this.lastDraw = now;
    if (now - this.lastLevel > 400) this.fade(now);
    this.follow();
    if (this.analyser) this.drawSpectrum();
    else if (this.isFresh) this.drawHistory();
    this.isFresh = false;
    return true;
  }

  /** Nobody sends: the level falls, the history runs out. */
  fade(now) {
    this.levels = this.levels.map(() => FLOOR);
    if (!this.history.some((value) => value > 0)) return;
    if (now - (this.lastFade || 0) < 100) return;
    this.lastFade = now;
    this.history.push(0);
    if (this.history.length > HISTORY) this.history.shift();
    this.isFresh = true;
  }

  follow() {
    for (const side of [0, 1]) {
      const wanted = share(this.levels[side * 2 + 1]);
      this.shown[side] += (wanted - this.shown[side]) * (wanted > this.shown[side] ? 0.6 : 0.25);
      this.peaks[side] = Math.max(share(this.levels[side * 2]), this.peaks[side] - 0.008);
    }
    this.loudness += (Math.max(...this.shown) - this.loudness) * 0.3;
  }

  gradient(height) {
    const gradient = this.brush.createLinearGradient(0, height, 0, 0);
    gradient.addColorStop(0, this.colors[0]);
    gradient.addColorStop(1, this.colors[1]);
    return gradient;
  }

  drawSpectrum() {
    const { width, height } = this.canvas;
    const bins = this.bins ||= new Uint8Array(this.analyser.frequencyBinCount);
    this.analyser.getByteFrequencyData(bins);
    const nyquist = this.analyser.context.sampleRate / 2;
    this.brush.clearRect(0, 0, width, height);
    this.brush.fillStyle = this.gradient(height);
    const count = Math.min(BARS, Math.floor(this.canvas.clientWidth / 4));
    const step = width / count;
    for (let bar = 0; bar < count; bar += 1) {
      const from = binAt(bar / count, nyquist, bins.length);
      const to = binAt((bar + 1) / count, nyquist, bins.length);
      let top = 0;
      for (let bin = Math.ceil(from); bin < to; bin += 1) top = Math.max(top, bins[bin] || 0);
      const low = Math.floor(from); // narrower than a bin: between two of them
      if (to - from <= 1) top = bins[low] + (bins[low + 1] - bins[low]) * (from - low);
      const tall = Math.max(2, (top / 255) * height);
      this.brush.beginPath();
      this.brush.roundRect(bar * step + step * 0.14, height - tall, step * 0.72, tall, step * 0.3);
      this.brush.fill();
    }
  }

  drawHistory() {
    const { width, height } = this.canvas;
    this.brush.clearRect(0, 0, width, height);
    this.brush.fillStyle = this.gradient(height);
    const shown = Math.min(HISTORY, Math.floor(this.canvas.clientWidth / 5));
    const step = width / shown;
    const missing = shown - this.history.length;
    for (let index = 0; index < shown; index += 1) {
      const value = this.history[index - missing] ?? 0;
      const tall = Math.max(2, value * height * 0.94);
      this.brush.globalAlpha = 0.35 + 0.65 * (index / shown);
      this.brush.beginPath();
      this.brush.roundRect(index * step + step * 0.16, (height - tall) / 2, step * 0.68, tall, step * 0.3);
      this.brush.fill();
    }
    this.brush.globalAlpha = 1;
  }
}

/** 40 Hz to 18 kHz, each octave equally wide. */
function binAt(place, nyquist, bins) {
  return (40 * (18000 / 40) ** place / nyquist) * bins;
}
