// The streams of all browsers, live: lists, levels, listening in; and where this router is in the network.
import { drawQR } from "./qr.js";
import { language, words } from "./words.js";

const element = (id) => document.getElementById(id);
const cards = new Map();
let config = {};
let own = null;
let onToast = () => {};
let tellConfig = () => {};

const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const host = () => (location.hostname.includes(":") ? location.hostname : location.hostname);

/** The address of a stream for players, which may not trust the router's certificate: plain HTTP where there is one. */
export function playerURL(path) {
  return config.web_port ? `http://${host()}:${config.web_port}${path}` : new URL(path, location.href).href;
}

export const secureURL = () => (config.https_port ? `https://${host()}:${config.https_port}/` : null);

export function setOwn(id) {
  own = id;
  for (const card of cards.values()) if (card.stream) showStream(card.stream);
}

export async function copyText(text, field) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not on plain HTTP: the old way.
    const area = field ?? document.body.appendChild(Object.assign(document.createElement("textarea"), { value: text }));
    area.select();
    const isDone = document.execCommand("copy");
    if (!field) area.remove();
    return isDone;
  }
}

function makeCard(stream) {
  const root = element("stream-card").content.cloneNode(true).firstElementChild;
  const part = (selector) => root.querySelector(selector);
  const card = { root, part, audio: null };
  part(".listen").addEventListener("click", () => listen(card));
  part(".copy").addEventListener("click", async () => {
    onToast((await copyText(playerURL(`/listen/${card.stream.id}.wav`))) ? words.copied : words.copyFailed);
  });
  part(".stop").addEventListener("click", () => stopOther(card.stream));
  part(".volume input").addEventListener("input", ({ target }) => { if (card.audio) card.audio.volume = target.value / 100; });
  part(".volume .unseen").textContent = words.volume;
  element("streams").append(root);
  cards.set(stream.id, card);
  return card;
}

function listen(card) {
  if (card.audio) {
    card.audio.pause();
    card.audio.removeAttribute("src");
    card.audio.load();
    card.audio = null;
  } else {
    card.audio = new Audio(`/listen/${card.stream.id}.wav`);
    card.audio.volume = card.part(".volume input").value / 100;
    card.audio.play().catch(() => {});
  }
  showStream(card.stream);
}

async function stopOther(stream) {
  const answer = await post("/api/stream/stop", { streamId: stream.id });
  if (!answer?.success) onToast(words.errors.notAllowedToStop);
}

async function post(path, body) {
  try {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    return await answer.json();
  } catch {
    return null;
  }
}

function showStream(stream) {
  const card = cards.get(stream.id) ?? makeCard(stream);
  card.stream = stream;
  const isOwn = stream.id === own;
  const name = stream.name;
  card.part("h3").textContent = name;
  card.root.classList.toggle("own", isOwn);
  card.root.dataset.id = stream.id;
  const state = stream.state === "reserved" ? words.reserved : stream.state === "away" ? words.gone : stream.muted ? words.muted : isOwn ? words.you : words.onAir;
  card.part(".badge").textContent = state;
  card.part(".badge").dataset.state = stream.state === "live" ? (stream.muted ? "muted" : "live") : "wait";
  const facts = [
    words.sources[stream.audio_source] ?? stream.audio_source, stream.client_ip,
    stream.codec && (stream.codec === "opus" ? `Opus ${stream.bitrate} kb/s` : `PCM ${stream.sample_rate / 1000} kHz`),
    stream.channels && words.channels(stream.channels), words.since(time.format(new Date(stream.start_time))),
    stream.listeners ? words.listeners(stream.listeners) : null,
  ];
  card.part(".stream-facts").textContent = facts.filter(Boolean).join(" · ");
  const button = card.part(".listen");
  button.textContent = card.audio ? words.quiet : words.listen;
  button.setAttribute("aria-label", card.audio ? words.quiet : words.listenTo(name));
  button.setAttribute("aria-pressed", String(Boolean(card.audio)));
  button.hidden = stream.state === "reserved";
  card.part(".copy").textContent = words.copy;
  card.part(".copy").setAttribute("aria-label", words.copyOf(name));
  card.part(".stop").textContent = words.end;
  card.part(".stop").setAttribute("aria-label", words.stopOf(name));
  card.part(".stop").hidden = isOwn;
  card.part(".volume").hidden = !card.audio;
}

function showStreams(streams) {
  const present = new Set(streams.map((stream) => stream.id));
  for (const [id, card] of cards) {
    if (present.has(id)) continue;
    card.audio?.pause();
    card.root.remove();
    cards.delete(id);
  }
  streams.forEach(showStream);
  element("no-streams").hidden = streams.length > 0;
  element("count").textContent = streams.length;
}

function showLevel({ streamId, db }) {
  const bar = cards.get(streamId)?.part(".bar i");
  if (!bar) return;
  const part = Math.max(0, Math.min(1, (db + 60) / 60));
  bar.style.setProperty("--level", part.toFixed(3));
  bar.dataset.zone = db > -6 ? "hot" : db > -20 ? "warm" : "cool";
}

// MARK: Network

async function showNetwork() {
  let network = [];
  try {
    ({ network } = await (await fetch("/api/network")).json());
  } catch { /* asked again with the next configuration */ }
  element("no-network").hidden = network.length > 0;
  element("network").replaceChildren(...network.map((card) => {
    const row = document.createElement("li");
    const [name, facts, link] = [document.createElement("b"), document.createElement("span"), document.createElement("a")];
    name.textContent = card.interface;
    facts.textContent = [card.netmask, card.mac].filter(Boolean).join(" · ");
    link.textContent = link.href = card.secure_url ?? card.url;
    row.append(name, link, facts);
    return row;
  }));
  showJoin(network[0]);
}

function showJoin(card) {
  const isLocal = /^(localhost|127\.|\[::1\])/.test(location.hostname);
  // From this machine others are shown the way by the network's address.
  const url = isLocal && card ? (card.secure_url ?? card.url) : (secureURL() ?? location.href);
  drawQR(element("qr"), url);
  element("qr").setAttribute("aria-label", words.qr(url));
  element("join-link").textContent = element("join-link").href = url;
}

// MARK: Events

export function follow({ onState, onConfig, toast }) {
  onToast = toast;
  tellConfig = onConfig;
  const events = new EventSource("/api/events");
  events.onopen = () => onState("good");
  events.onerror = () => {
    onState(events.readyState === EventSource.CLOSED ? "bad" : "wait");
    if (events.readyState === EventSource.CLOSED) setTimeout(() => follow({ onState, onConfig, toast }), 3000);
  };
  events.onmessage = ({ data }) => {
    const word = JSON.parse(data);
    if (word.type === "streams") showStreams(word.streams);
    else if (word.type === "level") showLevel(word);
    else if (word.type === "config") {
      config = word.config;
      tellConfig(config);
      showNetwork();
    }
  };
}
