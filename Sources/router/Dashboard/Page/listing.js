// The same graph as a list: for phones, for ears, for those who like lists.

import { icon, make, mark, tell } from "./dom.js";
import { end, role } from "./ports.js";
import { number, say, wait } from "./words.js";

export class Listing {
  constructor(root, model, page) {
    Object.assign(this, { root, model, page, rows: new Map() });
    this.list = make("ul", { class: "rows" });
    root.append(this.list);
    model.addEventListener("counts", () => this.counts());
  }

  show() {
    mark(this.list, "aria-label", say("nodes"));
    for (const [id, row] of this.rows) {
      if (this.model.nodes.has(id)) continue;
      row.element.remove();
      this.rows.delete(id);
    }
    for (const node of this.sorted()) {
      const key = JSON.stringify([node.type, node.label, this.model.linksOf(node.id).map((link) => [link.id, link.notCarried])]);
      let row = this.rows.get(node.id);
      if (row?.key !== key) {
        const fresh = this.make(node);
        row?.element.remove();
        row = fresh;
        row.key = key;
        this.rows.set(node.id, row);
      }
      this.list.append(row.element);
      this.showState(node);
    }
    this.counts();
  }

  /** Upstream first, as they stand on the canvas. */
  sorted() {
    const place = (node) => this.page.board.auto?.places.get(node.id) ?? { x: 0, y: 0 };
    return [...this.model.nodes.values()].sort((a, b) => place(a).x - place(b).x || place(a).y - place(b).y);
  }

  make(node) {
    const kind = role(node.ports);
    const state = make("span", { class: "state" });
    const reason = make("p", { class: "reason", lang: "en" });
    const cables = this.model.links.filter((link) => end(link.from).node === node.id).map((link) => {
      const meter = make("i"), text = make("span", { class: "facts" });
      const element = make("li", { "data-kind": link.kind, class: link.notCarried ? "refused" : "" },
        make("button", { type: "button", class: "cable-row", onclick: () => this.page.select({ link: link.id }, true) },
          icon(link.kind === "audio" ? "cable" : "event"),
          make("span", { text: `${end(link.from).port} → ${this.model.name(end(link.to).node)}.${end(link.to).port}` }),
          link.kind === "audio" ? make("span", { class: "meter" }, meter) : null, text));
      return { link, meter, text, element, bar: -1 };
    });
    const heading = make("button", { type: "button", class: "row-head", onclick: () => this.page.select({ node: node.id }, true) },
      make("span", { class: "badge", "data-role": kind }, icon(kind)),
      make("span", { class: "title" }, make("span", { class: "name", text: node.label || node.id }), make("span", { class: "type", text: node.type })), state);
    const element = make("li", { class: "row-card", "data-node": node.id }, heading, reason,
      cables.length ? make("ul", { class: "cable-rows" }, cables.map((cable) => cable.element)) : null);
    return { element, state, reason, cables };
  }

  showState(node) {
    const row = this.rows.get(node.id);
    if (!row) return;
    if (row.word !== node.state) {
      row.word = node.state;
      row.state.replaceChildren(icon(node.state), row.words = make("span"));
      mark(row.element, "data-state", node.state);
    }
    const next = wait(node.nextTry, true);
    tell(row.words, say(`state.${node.state}`) + (next ? ` · ${next}` : ""));
    tell(row.reason, node.state === "running" ? "" : [node.reason, node.hint].filter(Boolean).join(" – "));
  }

  tick() {
    for (const node of this.model.nodes.values()) if (node.nextTry) this.showState(node);
  }

  levels(peaks) {
    if (this.root.hidden) return;
    this.byIndex ??= new Map();
    const at = new Map(this.model.links.map((link, index) => [link.id, index]));
    for (const row of this.rows.values()) {
      for (const cable of row.cables) {
        const db = peaks[at.get(cable.link.id)] ?? null;
        const bar = db === null ? 0 : Math.round(50 * Math.max(0, Math.min(1, 1 + db / 60)));
        if (bar === cable.bar) continue;
        cable.bar = bar;
        cable.meter.style.transform = `scaleX(${bar / 50})`;
        mark(cable.meter.parentElement ?? cable.meter, "data-level", Math.ceil(bar / 5));
      }
    }
  }

  counts() {
    if (this.root.hidden) return;
    for (const row of this.rows.values()) {
      for (const { link, text } of row.cables) {
        const rate = this.model.rates.get(link.id);
        if (!rate) continue;
        const words = link.kind === "audio"
          ? [say("rateShort", number(Math.round(rate.rate))), rate.delay ? `${number(Math.round(rate.delay))} ms` : "",
            rate.missing ? say("lostShort", number(rate.missing)) : ""] : [say("eventCount", number(rate.packets))];
        tell(text, words.filter(Boolean).join(" · "));
      }
    }
  }
}
