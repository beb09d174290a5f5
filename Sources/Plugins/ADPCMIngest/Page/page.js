// Asks the node once a second who sends, and shows it.
import { language, words } from "./words.js";

const element = (id) => document.getElementById(id);
const cards = new Map();
const number = new Intl.NumberFormat(language);
const tenth = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });

function say() {
  document.documentElement.lang = language;
  document.title = words.title;
  element("name").textContent = words.title;
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = words[one.dataset.say];
  element("address").textContent = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
}

function size(bytes) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  for (; bytes >= 1024 && unit < 3; unit += 1) bytes /= 1024;
  return `${tenth.format(bytes)} ${units[unit]}`;
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(":");
}

function makeCard(id) {
  const root = element("card").content.cloneNode(true).firstElementChild;
  const part = (name) => root.querySelector(`.${name}`);
  const card = { root, part, last: null };
  const url = `/listen/${id}.wav`;
  part("link").href = url;
  part("link").textContent = words.link;
  part("listen").textContent = words.listen;
  part("level").setAttribute("aria-label", words.level);
  part("listen").addEventListener("click", () => listen(card, url));
  // The stream is over, or the router was away: numbers of streams begin anew there.
  for (const end of ["ended", "error"]) part("player").addEventListener(end, () => { if (!part("player").hidden) listen(card, url); });
  element("streams").append(root);
  return card;
}

function listen(card, url) {
  const player = card.part("player");
  const starts = player.hidden;
  player.hidden = !starts;
  card.part("listen").textContent = starts ? words.stop : words.listen;
  if (starts) {
    player.src = url;
    player.play().catch(() => {});
  } else {
    player.pause();
    player.removeAttribute("src");
    player.load();
  }
}

function rate(card, stream) {
  const now = performance.now();
  const before = card.last;
  card.last = { now, frames: stream.frames };
  return before ? ((stream.frames - before.frames) * 1000) / (now - before.now) : 0;
}

function showNumbers(list, pairs) {
  list.replaceChildren(...pairs.map(([name, value, isBad]) => {
    const pair = document.createElement("div");
    const [term, text] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = name;
    text.textContent = value;
    pair.append(term, text);
    pair.classList.toggle("bad", Boolean(isBad));
    return pair;
  }));
}

function showStream(stream) {
  if (!cards.has(stream.id)) cards.set(stream.id, makeCard(stream.id));
  const card = cards.get(stream.id);
  card.part("label").textContent = stream.hwid ? `${stream.hwid} · ${stream.streamId}` : stream.label;
  card.part("facts").textContent =
    `${stream.codec.toUpperCase()} · ${tenth.format(stream.sampleRate / 1000)} kHz · ${words.channels(stream.channels)} · `
    + `${clock(stream.seconds)} · ${size(stream.bytes)} · ${stream.peer}`;
  const badge = card.part("badge");
  const quiet = Math.floor(stream.silentSeconds);
  badge.hidden = !(stream.held || quiet >= 3);
  badge.textContent = stream.held ? words.held : words.quiet(quiet);
  const decibels = stream.peak > 0 ? Math.max(-60, 20 * Math.log10(stream.peak)) : -60;
  card.part("level").value = decibels;
  card.part("level").title = `${tenth.format(decibels)} dBFS`;
  showNumbers(card.part("numbers"), [
    [words.frames, number.format(stream.frames)],
    [words.rate, tenth.format(rate(card, stream))],
    [words.gaps, number.format(stream.gaps), stream.gaps],
    [words.missing, number.format(stream.missing), stream.missing],
    [words.twice, number.format(stream.duplicates), stream.duplicates],
    [words.late, number.format(stream.reordered), stream.reordered],
  ]);
}

function showFile(file) {
  const row = document.createElement("tr");
  const reason = words.reasons[file.reason] ?? file.reason;
  const length = file.seconds === undefined ? "–" : clock(file.seconds);
  for (const text of [file.path.split("/").pop(), length, size(file.size), reason]) {
    const cell = document.createElement("td");
    cell.textContent = text;
    row.append(cell);
  }
  row.firstChild.title = file.path;
  return row;
}

function show(all) {
  element("name").textContent = all.name === "mics" ? words.title : all.name;
  element("state").textContent = words.state(number.format(all.streaming), number.format(all.connected));
  const present = new Set(all.streams.map((stream) => stream.id));
  for (const [id, card] of cards) {
    if (present.has(id)) continue;
    card.root.remove();
    cards.delete(id);
  }
  all.streams.forEach(showStream);
  element("no-streams").hidden = all.streams.length > 0;
  element("more").hidden = all.streaming <= all.streams.length;
  element("more").textContent = words.more(number.format(all.streaming - all.streams.length));
  element("files").replaceChildren(...all.files.map(showFile));
  element("files-frame").hidden = all.files.length === 0;
  element("no-files").hidden = all.files.length > 0;
}

async function ask() {
  try {
    const answer = await fetch("/api/microphones", { signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
  } catch {
    element("state").textContent = words.lost;
  }
  setTimeout(ask, document.hidden ? 5000 : 1000);
}

say();
ask();
