// The level in dBFS from -60 to 0: RMS as a bar, peak as a lighter one, the highest peak as a line that stays a while.
import { tenth, words } from "./words.js";

const floor = -60;
const marks = [-60, -40, -20, -6, 0];
const hold = 1500;
const fall = 20; // dB a second

export const decibels = (value) => (value > 0 ? 20 * Math.log10(value) : -Infinity);
export const readable = (value) => (value > -120 ? `${tenth.format(value).replace("-", "−")} dB` : "−∞ dB");
const colour = (value) => (value > -6 ? "#f56565" : value > -20 ? "#ff9800" : "#4caf50");

export class Meter {
  constructor(canvas, text, peakText) {
    Object.assign(this, { canvas, text, peakText, channels: [], spoken: 0, frame: 0, isDim: false });
    this.pen = canvas.getContext("2d");
    this.reset();
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  reset() {
    this.channels = [];
    this.window = [];
    this.last = { rms: -Infinity, peak: -Infinity };
    this.show();
    this.draw();
  }

  /** Peak and RMS of each channel of one frame, full scale 1. */
  take(peaks, rms, isMuted) {
    this.isDim = isMuted;
    const now = performance.now();
    this.channels = peaks.map((peak, index) => {
      const before = this.channels[index] ?? { rms: floor, peak: floor, held: floor, since: 0 };
      const level = decibels(peak);
      const sinks = ((now - (before.at ?? now)) / 1000) * fall;
      const isHigher = level >= before.held || now - before.since > hold;
      return {
        at: now, rms: Math.max(decibels(rms[index]), before.rms - sinks, floor), peak: Math.max(level, before.peak - sinks, floor),
        held: isHigher ? Math.max(level, floor) : before.held, since: isHigher ? now : before.since,
      };
    });
    // The number is of 300 ms, so that it can be read.
    this.window.push({ now, peak: Math.max(...peaks), square: Math.max(...rms) ** 2 });
    while (this.window[0].now < now - 300) this.window.shift();
    if (!this.frame) this.frame = requestAnimationFrame(() => this.draw());
    if (now - this.spoken > 200) this.show(now);
  }

  show(now = 0) {
    this.spoken = now;
    const all = this.window;
    const mean = all.length ? all.reduce((sum, one) => sum + one.square, 0) / all.length : 0;
    this.last = { rms: decibels(Math.sqrt(mean)), peak: decibels(Math.max(0, ...all.map((one) => one.peak))) };
    this.text.textContent = readable(this.last.rms);
    this.peakText.textContent = words.peak(readable(this.last.peak));
    this.canvas.setAttribute("aria-valuenow", Math.round(Math.max(floor, this.last.rms)));
    this.canvas.setAttribute("aria-valuetext", readable(this.last.rms));
  }

  draw() {
    this.frame = 0;
    const { canvas, pen } = this;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width) return;
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = "#232b38";
    pen.fillRect(0, 0, width, height);
    const edge = 14;
    const x = (value) => edge + ((Math.max(floor, Math.min(0, value)) - floor) / -floor) * (width - 2 * edge);
    this.drawGrid(x, height);
    const rows = this.channels.length || 1;
    const space = (height - 34) / rows;
    for (let row = 0; row < rows; row += 1) this.drawRow(this.channels[row], x, 12 + row * space, space - 5);
  }

  drawGrid(x, height) {
    const { pen } = this;
    pen.font = "11px system-ui, sans-serif";
    pen.textAlign = "center";
    for (const mark of marks) {
      pen.fillStyle = "#4a5568";
      pen.fillRect(Math.round(x(mark)), 8, 1, height - 28);
      pen.fillStyle = "#b8c2d0";
      pen.fillText(String(mark).replace("-", "−"), x(mark), height - 7);
    }
  }

  drawRow(channel, x, top, height) {
    const { pen } = this;
    const left = x(floor);
    const box = (from, to, style, alpha) => {
      pen.globalAlpha = alpha;
      pen.fillStyle = style;
      pen.fillRect(from, top, Math.max(0, to - from), height);
    };
    box(left, x(0), "#1a202b", 0.8);
    if (channel) {
      const paint = this.isDim ? () => "#8a94a3" : colour;
      // Zones keep their colours, so that one sees how near the end is.
      const zones = [[floor, -20], [-20, -6], [-6, 0]];
      for (const [from, to] of zones) {
        const tone = paint(to);
        if (channel.peak > from) box(x(from), x(Math.min(channel.peak, to)), tone, 0.4);
        if (channel.rms > from) box(x(from), x(Math.min(channel.rms, to)), tone, 1);
      }
      if (channel.held > floor) box(x(channel.held) - 1, x(channel.held) + 1, "#ffffff", 0.95);
    }
    pen.globalAlpha = 1;
  }
}
