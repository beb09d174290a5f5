// The page: who is told what, and what each button does.

import { api, Refusal, Unreachable } from "./api.js";
import { Board } from "./board.js";
import { asDocument, differences } from "./compare.js";
import { ask, askText, changeList, dialog, problemList } from "./dialogs.js";
import { Dock } from "./dock.js";
import { button, byID, icon, make, mark, tell } from "./dom.js";
import { Editor } from "./editor.js";
import { Listing } from "./listing.js";
import { Live } from "./live.js";
import { Model } from "./model.js";
import { Palette } from "./palette.js";
import { carries, end, freshID, portOf, renamed, written } from "./ports.js";
import { Side } from "./side.js";
import { chooseLanguage, language, say, translate } from "./words.js";

const saved = (key) => { try { return localStorage.getItem(key) ?? ""; } catch { return ""; } };
const save = (key, value) => { try { localStorage.setItem(key, value); } catch { /* A private window keeps nothing. */ } };

class Page {
  constructor() {
    this.model = new Model();
    this.peaks = [];
    this.selection = null;
    this.theme(saved("theme"));
    translate(document);
    this.board = new Board(byID("board"), this.model, this);
    this.listing = new Listing(byID("list"), this.model, this);
    this.side = new Side(byID("side"), this.model, this);
    this.dock = new Dock(byID("dock"), this.model, this);
    this.editor = new Editor(this.model, this);
    this.paletteView = new Palette(this.model, this);
    this.buildTools();
    this.model.addEventListener("graph", () => this.showGraph());
    this.model.addEventListener("node", ({ detail }) => this.showState(detail));
    this.model.addEventListener("counts", () => { if (!byID("board").hidden) this.board.cables.counts(); });
    document.addEventListener("keydown", (event) => this.key(event));
    this.begin();
  }

  async begin() {
    try {
      await this.model.start();
      this.view(saved("view") || (innerWidth < 700 ? "list" : "graph"));
      this.live = new Live((topic, value) => this.hear(topic, value), (state) => this.connection(state));
      setInterval(() => this.tick(), 1000);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      this.connection("lost");
      setTimeout(() => this.begin(), 2000);
    }
  }

  // What the router tells

  hear(topic, value) {
    if (topic === "meter") this.measured(value);
    else if (topic === "node") this.model.turned(value);
    else if (topic === "log") this.dock.wrote(value);
    else if (topic === "stream") { this.model.streamed(value); this.reload(8000); }
    else if (topic === "graph") { if (value.revision !== this.model.revision || value.problems) this.reload(60); }
    else this.reload(1000);
  }

  /** Loads the graph soon; a large one not more often than every few seconds for mere streams. */
  reload(delay) {
    const due = performance.now() + Math.max(delay, delay > 1000 ? this.model.size / 12 : 0);
    if (this.reloadAt && this.reloadAt <= due) return;
    clearTimeout(this.reloadTimer);
    this.reloadAt = due;
    this.reloadTimer = setTimeout(() => {
      this.reloadAt = 0;
      this.model.load().catch((error) => this.failed(error));
    }, due - performance.now());
  }

  measured(value) {
    const now = performance.now();
    if (value.revision !== this.model.revision) return this.reload(60);
    this.peaks = value.peaks ?? this.peaks;
    if (value.links) this.model.counted(value, now);
    for (const index of value.events ?? []) if (this.model.links[index]) this.board.cables.pulse(this.model.links[index].id);
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (!byID("board").hidden) this.board.cables.levels(this.peaks);
      else this.listing.levels(this.peaks);
    });
    return undefined;
  }

  peak(id) {
    return this.peaks[this.model.links.findIndex((link) => link.id === id)] ?? null;
  }

  connection(state) {
    mark(document.body, "data-connection", state);
    this.isLost = state === "lost";
    if (state === "open" && this.wasLost) this.model.load().catch(() => {});
    this.wasLost = state === "lost";
    this.showStatus();
  }

  showStatus() {
    const nodes = [...this.model.nodes.values()];
    const count = (state) => nodes.filter((node) => node.state === state).length;
    const bad = count("faulted"), waiting = count("waiting");
    mark(document.body, "data-health", this.isLost ? "lost" : bad ? "bad" : waiting ? "waiting" : "good");
    tell(byID("status-text"), this.isLost ? say("lostConnection") : [say("nodeCount", nodes.length),
      waiting ? say("waitingCount", waiting) : "", bad ? say("faultedCount", bad) : ""].filter(Boolean).join(" · "));
  }

  showGraph() {
    this.board.show();
    this.listing.show();
    this.side.update();
    this.showStatus();
    this.showProblems();
    byID("empty").hidden = this.model.nodes.size > 0;
    mark(byID("undo"), "disabled", this.model.canUndo === false);
    mark(byID("redo"), "disabled", this.model.canRedo === false);
  }

  showState(id) {
    const node = this.model.nodes.get(id);
    this.board.showState(node);
    this.listing.showState(node);
    this.side.refresh();
    this.showStatus();
    for (const cable of this.board.cables.all.values()) {
      if (end(cable.link.from).node === id || end(cable.link.to).node === id) { this.board.cables.show(); break; }
    }
  }

  /** A saved file that cannot be taken: the graph plays on, the reasons are shown. */
  showProblems() {
    const box = byID("problems"), { problems } = this.model;
    box.hidden = problems.length === 0;
    const key = JSON.stringify(problems);
    if (box.key === key) return;
    box.key = key;
    if (problems.length) {
      box.replaceChildren(icon("warning"), make("div", {}, make("strong", { text: say("fileProblems") }), problemList(problems)));
      this.announce(say("fileProblems"));
    }
  }

  tick() {
    if (document.hidden) return;
    this.board.tick();
    this.listing.tick();
    this.side.refresh();
    const isOld = performance.now() - this.model.loadedAt > Math.max(3000, this.model.size / 10);
    if (this.selection?.node && isOld && !this.isLost) this.reload(0);
  }

  // Changes

  /**
   * Makes a change and shows what came of it.
   * @param send called with the entity tag; again with a newer one when the user wants it on top of another's change
   * @param retries whether it may be sent again without asking
   * @param refused hears a refusal instead of the user
   * @returns the answer's body, "discarded", or null
   */
  async change(words, send, { tag = this.model.tag, base, retries = false, refused, quiet = false } = {}) {
    const before = base?.document ?? asDocument(this.model);
    try {
      const { body } = await send(tag);
      await this.model.load();
      if (words && !quiet) this.toast(words, { undo: true });
      for (const warning of body.warnings ?? []) this.toast(warning.message ?? warning, { kind: "warn" });
      return body;
    } catch (error) {
      if (error instanceof Refusal && error.status === 412) return this.conflict(words, send, before, { retries, refused });
      if (error instanceof Refusal && refused) refused(error);
      else this.failed(error);
      return null;
    }
  }

  /** Another editor was faster: what it changed, and whether to go on. */
  async conflict(words, send, before, { retries, refused }) {
    await this.model.load();
    const theirs = differences(before, asDocument(this.model));
    if (!retries) {
      const answer = await ask(say("conflictTitle"), make("div", {}, make("p", { text: say("conflictText") }),
        changeList(theirs.length ? theirs : [{ kind: "changed", text: say("onlySettings") }])), [
        { name: "discard", label: say("discardMine") }, { name: "retry", label: say("applyMine"), kind: "primary" }]);
      if (answer !== "retry") return answer === "discard" ? "discarded" : null;
    }
    return this.change(words, send, { refused });
  }

  /** A change that may close streams: a dry run tells which, and the user decides. */
  async careful(words, send, { base, refused } = {}) {
    const tag = base?.tag ?? this.model.tag;
    let plan;
    try {
      plan = (await send(tag, { dryRun: "true" })).body;
    } catch (error) {
      if (error instanceof Refusal && error.status === 412) {
        return this.conflict(words, (fresh) => send(fresh), this.documentAt(base), { refused });
      }
      if (error instanceof Refusal && refused) refused(error);
      else this.failed(error);
      return null;
    }
    const { removed = [], replaced = [] } = plan.applied ?? {};
    const ended = this.model.streams.filter((stream) => [...removed, ...replaced].some((id) => stream.path.includes(id)));
    if (ended.length && !await this.isSure(plan.applied, ended)) return null;
    return this.change(words, (fresh) => send(fresh), { tag, base: { document: this.documentAt(base) }, refused });
  }

  documentAt(base) {
    if (base?.document) return base.document;
    return this.olderDocument?.tag === base?.tag ? this.olderDocument.document : asDocument(this.model);
  }

  async isSure(applied, ended) {
    const changes = ["removed", "replaced", "added", "updated"].flatMap((kind) => (applied[kind] ?? []).map((id) => ({
      kind: kind === "removed" || kind === "added" ? kind : "changed", text: say(`will.${kind}`, id) })));
    const answer = await ask(say("riskTitle"), make("div", {}, make("p", { text: say("riskText", ended.length) }), changeList(changes),
      make("ul", { class: "plain-list" }, ended.slice(0, 8).map((stream) => make("li", { text: `${stream.label || stream.peer}: ${stream.path.join(" → ")}` })))),
    [{ name: "no", label: say("cancel") }, { name: "yes", label: say("doIt"), kind: "danger" }]);
    return answer === "yes";
  }

  failed(error) {
    if (error instanceof Unreachable) return this.toast(say("unreachable"), { kind: "bad" });
    if (!(error instanceof Refusal)) throw error;
    const problems = error.problems.length ? error.problems : [{ message: error.message }];
    const fixable = (problem) => ask(say("fixTitle"), make("p", { text: problem.hint ?? problem.message }), [
      { name: "yes", label: say("applyFix"), kind: "primary" }]).then((answer) => answer
      && this.change(say("fixed"), (tag) => api.patch(problem.fix, tag)));
    const shown = dialog(say("refusedTitle"), make("div", {}, make("p", { lang: "en", text: error.problems.length ? error.title : "" }),
      problemList(problems, { fix: (problem) => { shown.close(); fixable(problem); } })), { kind: "question" });
    this.announce(`${say("refusedTitle")}: ${problems[0].message}`);
    return undefined;
  }

  // What can be done

  palette(from, spot) { this.paletteView.open(from, spot); }

  /** A node was added: it is chosen and has the focus. */
  arrived(id) {
    this.select({ node: id });
    if (byID("board").hidden) byID("list").querySelector(`[data-node="${id}"] button`)?.focus();
    else this.board.focus(id);
  }

  select(selection, opens = true) {
    if (this.side.isDirty && JSON.stringify(selection) !== JSON.stringify(this.selection)) {
      this.toast(say("notApplied", this.model.name(this.selection.node)), { kind: "warn" });
    }
    const isSame = JSON.stringify(selection) === JSON.stringify(this.selection);
    this.selection = selection;
    this.board.choose(selection);
    if (!isSame) this.side.choose(selection);
    if (opens) document.body.classList.toggle("side-open", Boolean(selection));
  }

  /** Opens the details and goes there. */
  edit(id) {
    this.select({ node: id });
    byID("side").focus({ preventScroll: true });
  }

  closeSide() {
    const { node } = this.selection ?? {};
    this.select(null);
    document.body.classList.remove("side-open");
    if (node) this.board.focus(node);
  }

  /** @param verdict of the connector */
  async link(verdict) {
    if (verdict.kind === "no") return this.toast(verdict.reason, { kind: "bad" });
    if (verdict.kind === "bridge") return this.offerBridge(verdict);
    return this.change(say("linked", verdict.from, verdict.to), (tag) => api.addLink(verdict.from, verdict.to, tag));
  }

  async offerBridge({ from, to, bridge, reason }) {
    const answer = await ask(say("bridgeTitle"), make("div", {}, make("p", { text: reason }),
      make("p", { text: say("bridgeText", bridge.type.name) })), [
      { name: "no", label: say("cancel") }, { name: "yes", label: say("insertConverter", bridge.type.name), kind: "primary" }]);
    if (answer !== "yes") return;
    await this.bridgeWith(bridge, from, to, this.model.links);
  }

  bridgeWith(bridge, from, to, links) {
    const id = freshID(bridge.type.name.split(".")[0], this.model.nodes);
    const [a, b] = [this.board.cards.get(end(from).node), this.board.cards.get(end(to).node)];
    const config = { type: bridge.type.name };
    if (this.model.nodes.get(a?.id)?.position && b) config.position = { x: Math.round((a.x + b.x) / 2), y: Math.round((a.y + b.y) / 2 + 60) };
    const all = [...written(links), `${from} -> ${id}.${bridge.input}`, `${id}.${bridge.output} -> ${to}`];
    return this.change(say("bridged", id), (tag) => api.patch({ nodes: { [id]: config }, links: all }, tag));
  }

  bridgeOf(link) {
    const [from, to] = [end(link.from), end(link.to)];
    const out = portOf(this.model.nodes.get(from.node), "output", from.port);
    const into = portOf(this.model.nodes.get(to.node), "input", to.port);
    if (!out || !into) return undefined;
    for (const type of this.model.types.values()) {
      const audio = type.ports.filter((port) => port.kind === "audio");
      const input = audio.find((port) => port.direction === "input" && link.notCarried?.includes(type.name));
      const output = audio.find((port) => port.direction === "output");
      if (input && output) return { type, input: input.name, output: output.name };
    }
    return undefined;
  }

  canBridge(link) { return this.bridgeOf(link)?.type.name; }

  insertBridge(link) {
    return this.bridgeWith(this.bridgeOf(link), link.from, link.to, this.model.links.filter((one) => one.id !== link.id));
  }

  unlink(id) {
    const link = this.model.byLink.get(id);
    return this.change(say("unlinked", link.from, link.to), (tag) => api.removeLink(id, tag));
  }

  async remove(id) {
    const links = this.model.linksOf(id).length;
    const done = await this.careful(links ? say("removedWith", id, links) : say("removed", id),
      (tag, query) => api.removeNode(id, tag, query));
    if (done && !byID("board").hidden) this.board.focus(this.board.current);
  }

  toggle(id) {
    const isOff = this.model.nodes.get(id).state === "disabled";
    return this.careful(say(isOff ? "enabled" : "disabledNow", id),
      (tag, query) => api.patchNode(id, { disabled: isOff ? null : true }, tag, query));
  }

  async rename(id) {
    const fresh = await askText(say("rename"), say("nodeID"), id, "[a-z][a-z0-9\\-]*");
    if (!fresh || fresh === id) return;
    if (this.model.nodes.has(fresh)) { this.toast(say("idTaken", fresh), { kind: "bad" }); return; }
    const document = asDocument(this.model);
    const patch = { nodes: { [id]: null, [fresh]: document.nodes[id] }, links: renamed(document.links ?? [], id, fresh) };
    if (await this.careful(say("renamedTo", id, fresh), (tag, query) => api.patch(patch, tag, query))) this.arrived(fresh);
  }

  /** From the keyboard: the ports to choose from, then the ports that fit. */
  async connect(id, port) {
    const node = this.model.nodes.get(id);
    const starts = port ? [port] : [...node.ports].sort((a, b) => (b.direction === "output") - (a.direction === "output"));
    const goals = starts.flatMap((one) => {
      const from = { node: id, port: one.name, side: one.direction === "output" ? "o" : "i" };
      return this.board.connector.goals(from).map((goal) => ({ ...goal, from, port: one }));
    });
    const rows = goals.map((goal) => make("button", {
      type: "button", class: "goal", "data-fit": goal.verdict.kind, "data-goal": `${goal.verdict.from}->${goal.verdict.to}`,
      onclick: () => { shown.close(); this.link(goal.verdict); },
    }, make("span", { class: "port-dot", "data-kind": goal.port.kind }),
    make("span", { text: `${goal.port.name} ${goal.from.side === "o" ? "→" : "←"} ${this.model.name(goal.node)}.${this.nameOf(goal)}` }),
    make("small", { text: goal.verdict.kind === "bridge" ? say("withConverter", goal.verdict.bridge.type.name) : carries(goal.port) })));
    const list = make("div", { class: "goals" }, rows.length ? rows : make("p", { class: "nothing", text: say("nothingFits") }));
    const filter = make("input", { type: "search", "aria-label": say("filter"), placeholder: say("filter"), oninput: () => {
      for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(filter.value.toLowerCase());
    } });
    const shown = dialog(say("connectFrom", this.model.name(id)), [rows.length > 8 ? filter : null, list].filter(Boolean), { kind: "question" });
    list.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      const seen = rows.filter((row) => !row.hidden);
      seen[(seen.indexOf(document.activeElement) + step + seen.length) % seen.length]?.focus();
      event.preventDefault();
    });
    (rows.length > 8 ? filter : rows[0])?.focus();
  }

  nameOf(goal) { return goal.port && typeof goal.port === "object" ? end(goal.from.side === "o" ? goal.verdict.to : goal.verdict.from).port : goal.port; }

  /** Saves where cards stand. */
  async move(places) {
    const nodes = Object.fromEntries([...places].map(([id, place]) => [id, { position: place }]));
    const [first] = places;
    await this.change("", (tag) => places.size === 1
      ? api.patchNode(first[0], { position: first[1] }, tag) : api.patch({ nodes }, tag), { retries: true });
  }

  async tidy() {
    const nodes = Object.fromEntries([...this.model.nodes.values()].filter((node) => node.position).map((node) => [node.id, { position: null }]));
    if (Object.keys(nodes).length) await this.change(say("tidied"), (tag) => api.patch({ nodes }, tag), { retries: true });
    this.board.fit();
  }

  async step(direction) {
    try {
      const { body } = await api[direction](this.model.tag);
      await this.model.load();
      this.toast(say(direction === "undo" ? "undone" : "redone", body.revision ?? ""));
    } catch (error) {
      if (error instanceof Refusal && error.status === 412) { await this.model.load(); this.toast(say("changedMeanwhile"), { kind: "warn" }); }
      else if (error instanceof Refusal && !error.problems.length) this.toast(say(direction === "undo" ? "nothingToUndo" : "nothingToRedo"), { kind: "warn" });
      else this.failed(error);
    }
  }

  async act(id, action) {
    try {
      await api.act(id, action);
      this.toast(say("acted", action, id));
    } catch (error) { this.failed(error); }
  }

  async disconnect(stream) {
    try {
      await api.disconnect(stream.id);
      this.toast(say("disconnected", stream.label || stream.peer));
    } catch (error) { this.failed(error); }
  }

  // Where streams go

  /** All streams through a node, or nothing. */
  trace(node) {
    const streams = node ? this.model.streamsOf(node) : [];
    if (!streams.length) return this.board.trace(null, null);
    return this.traceAll(streams);
  }

  traceStream(stream) { this.traceAll([stream]); }

  traceAll(streams) {
    const nodes = new Set(streams.flatMap((stream) => stream.path));
    const links = new Set(this.model.links.filter((link) => link.kind === "audio" && streams.some((stream) =>
      stream.path.includes(end(link.from).node) && stream.path.includes(end(link.to).node) && !stream.notCarried?.[link.id])).map((link) => link.id));
    this.board.trace(nodes, links);
  }

  // Words to the user

  announce(words) { byID("announce").textContent = words; }

  hint(words) { if (words) this.announce(words); }

  toast(words, { kind = "", undo = false } = {}) {
    this.announce(words);
    const toast = make("div", { class: "toast", "data-kind": kind }, make("span", { text: words }),
      undo ? make("button", { type: "button", class: "plain", text: say("undo"), onclick: () => { toast.remove(); this.step("undo"); } }) : null);
    byID("toasts").append(toast);
    while (byID("toasts").childElementCount > 3) byID("toasts").firstChild.remove();
    setTimeout(() => toast.remove(), kind === "bad" ? 9000 : 5000);
  }

  // Tools

  buildTools() {
    byID("history").replaceChildren(button("undo", say("undo"), () => this.step("undo"), { id: "undo" }),
      button("redo", say("redo"), () => this.step("redo"), { id: "redo" }));
    byID("view-switch").replaceChildren(button("graph", say("graphView"), () => this.view("graph"), { id: "view-graph", "aria-pressed": "false" }),
      button("list", say("listView"), () => this.view("list"), { id: "view-list", "aria-pressed": "false" }));
    byID("tools").replaceChildren(button("code", say("jsonView"), () => this.editor.open(), { id: "open-json" }),
      button("settings", say("settings"), () => this.settings(), { id: "open-settings" }),
      button("help", say("keysHelp"), () => this.help(), { id: "open-help" }));
    byID("board").querySelector(".controls")?.remove();
    byID("board").append(make("div", { class: "controls", role: "group", "aria-label": say("zoom") },
      button("plus", say("zoomIn"), () => this.board.camera.zoom(1.25)), button("minus", say("zoomOut"), () => this.board.camera.zoom(0.8)),
      button("fit", say("fit"), () => this.board.fit(), { id: "fit" }), button("tidy", say("tidy"), () => this.tidy(), { id: "tidy" })));
    byID("add").onclick = byID("empty-add").onclick = () => this.palette(null);
  }

  view(name) {
    const isList = name === "list";
    byID("board").hidden = isList;
    byID("list").hidden = !isList;
    byID("view-graph").setAttribute("aria-pressed", String(!isList));
    byID("view-list").setAttribute("aria-pressed", String(isList));
    save("view", name);
    if (isList) this.listing.show();
    else this.board.show();
  }

  key(event) {
    const isTyping = event.target.closest?.("input, textarea, select, dialog");
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && !isTyping && ["z", "Z", "y"].includes(event.key)) {
      event.preventDefault();
      this.step(event.key === "y" || event.shiftKey ? "redo" : "undo");
    } else if (isTyping || isCommand || event.altKey) return;
    else if (event.key === "Delete" && this.selection?.link) this.unlink(this.selection.link);
    else {
      const action = {
        a: () => this.palette(null), n: () => this.palette(null), "/": () => this.palette(null), "?": () => this.help(), f: () => this.board.fit(),
        "+": () => this.board.camera.zoom(1.25), "-": () => this.board.camera.zoom(0.8), j: () => this.editor.open(),
        l: () => this.view(byID("list").hidden ? "list" : "graph"), Escape: () => this.closeSide(),
      }[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    }
  }

  followLog(isWanted) { this.live?.follows(isWanted); }

  settings() {
    const chooser = (id, values, now, changed) => make("select", { id, onchange: (event) => changed(event.target.value) },
      values.map(([value, text]) => make("option", { value, text, selected: value === now })));
    dialog(say("settings"), make("div", { class: "form" },
      make("div", { class: "field" }, make("label", { for: "language", text: say("languageWord") }),
        chooser("language", [["", say("automatic")], ["de", "Deutsch"], ["en", "English"]], saved("language"), (value) => this.speak(value))),
      make("div", { class: "field" }, make("label", { for: "theme", text: say("appearance") }),
        chooser("theme", [["", say("automatic")], ["light", say("light")], ["dark", say("dark")]], saved("theme"), (value) => this.theme(value))),
      make("p", { class: "help" }, make("a", { href: "/openapi.json", text: "OpenAPI" }), " · ", make("a", { href: "/metrics", text: "Metrics" }))),
    { kind: "question" });
  }

  theme(value) {
    save("theme", value);
    if (value) document.documentElement.dataset.theme = value;
    else delete document.documentElement.dataset.theme;
  }

  speak(value) {
    save("language", value);
    chooseLanguage(value);
    translate(document);
    this.buildTools();
    this.dock.build();
    this.listing.rows.forEach((row) => row.element.remove());
    this.listing.rows.clear();
    this.side.choose(this.selection);
    this.showGraph();
    this.view(byID("list").hidden ? "graph" : "list");
  }

  help() {
    const keys = ["keyAdd", "keyConnect", "keyMove", "keyNudge", "keyOpen", "keyRename", "keyDisable", "keyDelete", "keyUndo", "keyFit", "keyList", "keyJSON"];
    dialog(say("keysHelp"), make("ul", { class: "keys" }, keys.map((name) => {
      const [key, words] = say(name).split("|");
      return make("li", {}, make("kbd", { text: key }), make("span", { text: words }));
    })), { kind: "question" });
  }
}

chooseLanguage(saved("language"));
document.documentElement.lang = language();
globalThis.dashboard = new Page();
