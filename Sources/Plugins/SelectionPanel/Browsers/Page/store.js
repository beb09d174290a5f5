// Pictures and sounds, loaded before they are wanted.

const BUDGET = 400 << 20;
const AT_ONCE = 3;

export const digits = (slot) => String(slot).padStart(3, "0");

export class Store {
  /** @param told called whenever something was loaded */
  constructor(told) {
    Object.assign(this, { told, slots: new Map(), held: new Map(), bytes: 0, round: 0, revision: null });
    Object.assign(this, { done: 0, wanted: 0, failed: new Set() });
  }

  /** Asks what there is, if that is other than before, and loads it. */
  async follow(revision) {
    if (revision === this.revision) return;
    this.revision = revision;
    const round = ++this.round;
    try {
      const answer = await fetch("/api/media", { cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const list = await answer.json();
      if (round === this.round) await this.load(list.slots, round);
    } catch {
      if (round === this.round) this.revision = null;
    }
  }

  async load(slots, round) {
    this.slots = new Map(slots.map((slot) => [slot.slot, slot]));
    const files = slots.flatMap(({ image, sound }) => [image, sound]).filter((file) => file?.size);
    this.wanted = files.length;
    const keys = new Set(files.map(this.key));
    for (const [key, held] of this.held) if (!keys.has(key)) this.drop(key, held);
    this.done = files.filter((file) => this.held.has(this.key(file))).length;
    this.failed.clear();
    this.told();
    const queue = files.filter((file) => !this.held.has(this.key(file)));
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      while (queue.length && round === this.round) await this.fetch(queue.shift(), round);
    }));
  }

  key(file) { return `${file.file}?v=${file.version}`; }

  async fetch(file, round) {
    const key = this.key(file);
    try {
      if (this.bytes + file.size > BUDGET) throw new Error("enough");
      const answer = await fetch(`/media/${key}`);
      if (!answer.ok) throw new Error(String(answer.status));
      const blob = await answer.blob();
      if (round !== this.round) return;
      const held = { url: URL.createObjectURL(blob), size: blob.size, isImage: blob.type.startsWith("image/") };
      this.held.set(key, held);
      this.bytes += blob.size;
      if (held.isImage) await this.decode(held);
    } catch {
      this.failed.add(file.file);
    }
    this.done += 1;
    this.told();
  }

  async decode(held) {
    held.picture = new Image();
    held.picture.src = held.url;
    await held.picture.decode().catch(() => {});
  }

  drop(key, held) {
    URL.revokeObjectURL(held.url);
    this.bytes -= held.size;
    this.held.delete(key);
  }

  /** Address of a slot's `image` or `sound`; null where there is none. Before the list is known: where it would be. */
  address(slot, role) {
    const entry = this.slots.get(slot);
    if (!entry) return this.slots.size ? null : `/media/${digits(slot)}.${role === "image" ? "jpg" : "mp3"}`;
    const file = entry[role];
    if (!file?.size) return null;
    return this.held.get(this.key(file))?.url ?? `/media/${this.key(file)}`;
  }
}
