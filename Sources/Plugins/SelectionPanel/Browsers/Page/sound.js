// The one sound element: unlocked once, used for every play.

/** A tenth of a second of nothing, to ask the browser whether sound is allowed. */
function silence() {
  const [rate, frames] = [8000, 800];
  const view = new DataView(new ArrayBuffer(44 + frames));
  const text = (at, word) => [...word].forEach((sign, index) => view.setUint8(at + index, sign.charCodeAt(0)));
  text(0, "RIFF"); view.setUint32(4, 36 + frames, true); text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, rate, true); view.setUint32(28, rate, true); view.setUint16(32, 1, true); view.setUint16(34, 8, true);
  text(36, "data"); view.setUint32(40, frames, true);
  new Uint8Array(view.buffer, 44).fill(128);
  return URL.createObjectURL(new Blob([view.buffer], { type: "audio/wav" }));
}

export class Sound {
  /** @param over called with "ended" or "failed" and the play it belongs to */
  constructor(element, over) {
    Object.assign(this, { element, over, isUnlocked: false, trials: 0, play: null });
    element.addEventListener("ended", () => this.finish("ended"));
    element.addEventListener("error", () => this.finish("failed"));
  }

  /** Whether the browser lets sound out. Call it from within a click, or to try. */
  async unlock() {
    if (this.isUnlocked) return true;
    this.quiet ??= silence();
    this.trials += 1;
    try {
      this.element.src = this.quiet;
      await this.element.play();
      this.element.pause();
      this.isUnlocked = true;
    } catch {
      this.isUnlocked = false;
    }
    this.trials -= 1;
    return this.isUnlocked;
  }

  /**
   * Plays from `offset` seconds on; what played before is dropped.
   * @returns the moment sound came out; undefined if it did not
   */
  async start(play, url, offset) {
    const element = this.element;
    this.play = play;
    element.src = url;
    try {
      if (offset > 0) await this.skip(offset, play);
      if (this.play !== play) return undefined;
      const sounding = new Promise((resolve) => element.addEventListener("playing", () => resolve(performance.now()), { once: true }));
      await element.play();
      const at = await sounding;
      return this.play === play ? at : undefined;
    } catch (error) {
      if (this.play !== play) return undefined;
      if (error.name === "NotAllowedError") this.isUnlocked = false;
      this.finish("failed");
      return undefined;
    }
  }

  async skip(offset, play) {
    const element = this.element;
    if (element.readyState < 1) await new Promise((resolve) => {
      element.addEventListener("loadedmetadata", resolve, { once: true });
      element.addEventListener("error", resolve, { once: true });
    });
    if (this.play !== play) return;
    if (offset >= element.duration) this.finish("ended");
    else element.currentTime = offset;
  }

  finish(how) {
    const play = this.play;
    if (!play) return;
    this.play = null;
    this.over(how, play);
  }

  stop() {
    this.play = null;
    // A page that joins in the middle hears of the play while it still asks for the sound.
    if (this.trials > 0) return;
    this.element.pause();
    this.element.removeAttribute("src");
    this.element.load();
  }

  toggle() {
    if (!this.play) return;
    if (this.element.paused) this.element.play().catch(() => {});
    else this.element.pause();
  }

  get time() { return this.play ? this.element.currentTime : 0; }
  get length() { return this.play && Number.isFinite(this.element.duration) ? this.element.duration : 0; }
}
