// Streams as cards and as rows of a table. Texts of others are only ever set as text.
import { draw } from "./drawing.js";
import { choices, impact, isActive, model, roundTrip, roundTripGrade, spans } from "./model.js";
import { clock, count, decimal, lasting, percent, secondsSince, size, words } from "./words.js";

const cards = new Map();
const rows = new Map();
const element = (id) => document.getElementById(id);

export function make(name, text, className) {
  const one = document.createElement(name);
  if (text !== undefined) one.textContent = text;
  if (className) one.className = className;
  return one;
}

export function facts(list, pairs) {
  list.replaceChildren(...pairs.filter(Boolean).map(([name, value, className]) => {
    const pair = make("div", undefined, className);
    pair.append(make("dt", name), make("dd", value));
    return pair;
  }));
}

const mbit = (value) => (value === undefined ? "–" : `${decimal(value)} Mbit/s`);

function tracks(stream) {
  const one = (track) => {
    const more = [];
    if (track.width && track.height) more.push(`${track.width}×${track.height}`);
    if (track.profile) more.push(String(track.profile));
    if (track.sampleRate) more.push(`${decimal(track.sampleRate / 1000)} kHz`);
    if (track.channelCount) more.push(`${track.channelCount} ch`);
    return [track.codec, ...more].join(" ");
  };
  return (stream.media ?? []).map(one).join(", ") || stream.tracks.join(", ");
}

function readersText(stream) {
  const kinds = Object.entries(stream.readersByType ?? {}).map(([kind, n]) => `${count(n)} ${kind}`);
  const atLeast = stream.countsEveryViewer === false ? `${words.viewersUnknown} ` : "";
  return `${atLeast}${words.readersOf(stream.readers)}${kinds.length ? ` (${kinds.join(", ")})` : ""}`;
}

/** Jitter comes in clock ticks; only where all tracks are video is it known what a tick lasts. */
function jitter(stream) {
  const ticks = stream.publisher?.jitterTicks;
  if (ticks === undefined) return null;
  const isVideo = stream.tracks.length > 0 && stream.tracks.every((one) => /^(AV1|VP[89]|H26[45]|MPEG-4 Video|M-?JPEG)/.test(one));
  return [words.jitter, isVideo ? `${decimal(ticks / 90)} ms` : `${decimal(ticks)} ${words.ticks}`];
}

const twice = (now, minute, key) => `${count(now[key])} / ${count(minute?.[key] ?? 0)}`;

function cardFacts(stream) {
  const [now, minute] = [stream.srt?.last10s, stream.srt?.last60s];
  const { publisher } = stream;
  return [
    [words.total, size(stream.bytesReceived)],
    now && [words.loss, `${percent(now.lossPercent ?? 0)} / ${percent(minute?.lossPercent ?? 0)}`, now.lost ? "warn" : ""],
    now && [words.dropped, twice(now, minute, "dropped"), now.dropped ? "bad" : minute?.dropped ? "warn" : ""],
    minute && [words.resent, count(minute.retransmitted)],
    stream.srt?.linkCapacityMbit && [words.capacity, mbit(stream.srt.linkCapacityMbit)],
    jitter(stream),
    publisher?.packetsLost !== undefined && [words.lost, count(publisher.packetsLost), publisher.packetsLost ? "warn" : ""],
    publisher?.framesDiscarded > 0 && [words.discarded, count(publisher.framesDiscarded), "warn"],
    stream.framesInError > 0 && [words.errors, count(stream.framesInError), "warn"],
    stream.state !== "live" && stream.lastData && [words.lastData, clock(stream.lastData)],
    publisher?.user && [words.user, publisher.user],
    publisher?.userAgent && [words.agent, publisher.userAgent, "long"],
    stream.tracks.length > 0 && [words.media, tracks(stream), "long"],
  ];
}

function from(stream) {
  const parts = [stream.sourceType === "unknown" ? "" : stream.sourceType];
  if (stream.publisher?.transport) parts.push(stream.publisher.transport);
  if (stream.publisher?.remote) parts.push(stream.publisher.remote);
  if (stream.since) parts.push(`${words.since.toLowerCase()} ${lasting(secondsSince(stream.since))}`);
  return parts.filter(Boolean).join(" · ");
}

function showLink(card, stream) {
  const { srt } = stream;
  card.part("link").hidden = !srt;
  if (!srt) return;
  const share = roundTrip(stream);
  const grade = roundTripGrade(share);
  const judged = impact(stream);
  card.part("round").textContent = srt.rttMs === undefined ? words.noSRT
    : `${words.rtt} ${decimal(srt.rttMs)} ms${share === null ? "" : ` · ${percent(share)} ${words.ofLatency} (${decimal(srt.latencyMs)} ms)`}`;
  const badge = card.part("impact");
  badge.textContent = srt.data === "stale" ? words.oldSRT : judged ? words.impacts[judged] : "";
  badge.title = judged ? words.impactHelp[judged] : "";
  badge.className = `impact ${{ crit: "bad", warn: "warn", recent: "warn", ok: "good" }[judged] ?? ""}`;
  badge.hidden = !badge.textContent;
  const bar = card.root.querySelector(".bar i");
  bar.style.width = `${Math.min(100, ((share ?? 0) / 40) * 100)}%`;
  bar.className = grade;
}

function showReaders(card, stream) {
  const details = card.part("readers");
  details.querySelector("summary").textContent = readersText(stream)
    + (stream.peakReaders > stream.readers ? ` · ${words.peak} ${count(stream.peakReaders)}` : "");
  details.hidden = !isActive(stream) && stream.readers === 0;
  if (!details.open) return;
  details.querySelector("ul").replaceChildren(...(stream.readerList ?? []).map((reader) => {
    const parts = [reader.type, reader.remote, reader.mbit === undefined ? "" : mbit(reader.mbit), reader.transport, reader.userAgent];
    if (reader.rttMs !== undefined) parts.push(`${words.rtt} ${decimal(reader.rttMs)} ms`);
    if (reader.isCDN) parts.push("CDN");
    if (reader.framesDiscarded > 0) parts.push(`${words.discarded}: ${count(reader.framesDiscarded)}`);
    return make("li", parts.filter(Boolean).join(" · "));
  }));
}

function rateText(into, label, now, minute) {
  into.replaceChildren(make("b", mbit(now)), `${label} · ${words.over60} ${minute === undefined ? "–" : decimal(minute)}`);
}

function makeCard(stream) {
  const root = element("card").content.cloneNode(true).firstElementChild;
  const card = { root, part: (name) => root.querySelector(`.${name}`), shown: null };
  card.part("readers").addEventListener("toggle", () => showReaders(card, model.streams.get(stream.name) ?? stream));
  cards.set(stream.name, card);
  return card;
}

function addPreview(card, name, preview) {
  const [frame, button] = [card.part("watch"), card.part("watch").querySelector("button")];
  card.hasPreview = true;
  button.textContent = words.watch;
  button.addEventListener("click", () => {
    const open = frame.querySelector("iframe");
    button.textContent = open ? words.watch : words.unwatch;
    if (open) return open.remove();
    const picture = document.createElement("iframe");
    picture.title = words.previewOf(name);
    picture.src = preview.replaceAll("{name}", name.split("/").map(encodeURIComponent).join("/"));
    frame.append(picture);
  });
}

function showCard(stream, preview) {
  const card = cards.get(stream.name) ?? makeCard(stream);
  // The settings may come after the first streams.
  if (preview && !card.hasPreview) addPreview(card, stream.name, preview);
  card.root.className = `card ${stream.state === "stalled" ? "stalled" : ""}`;
  card.part("label").textContent = stream.name;
  const badge = card.part("badge");
  badge.textContent = words.states[stream.state] ?? stream.state;
  badge.className = `badge ${stream.state}`;
  badge.title = words.stateHelp[stream.state] ?? "";
  card.part("from").textContent = from(stream);
  card.part("from").hidden = !card.part("from").textContent;
  card.part("rates").hidden = !isActive(stream);
  rateText(card.part("in"), words.incoming, stream.inMbit5s, stream.inMbit60s);
  rateText(card.part("out"), words.outgoing, stream.outMbit5s, stream.outMbit60s);
  const now = Date.parse(model.age.collectedAt) / 1000;
  draw(card.part("lines"), isActive(stream) ? model.history[choices.span].get(stream.name) : null, spans[choices.span], now, stream.name);
  showLink(card, stream);
  facts(card.part("facts"), isActive(stream) ? cardFacts(stream) : stream.lastData ? [[words.lastData, clock(stream.lastData)]] : []);
  card.part("facts").hidden = !card.part("facts").childElementCount;
  showReaders(card, stream);
  const frame = card.part("watch");
  frame.hidden = !preview || (!isActive(stream) && !frame.querySelector("iframe"));
  return card.root;
}

/** Puts elements into a list in their order, moving as few as possible: open previews and readers stay as they are. */
function place(into, wanted, known, names) {
  wanted.forEach((one, index) => {
    if (into.children[index] !== one) into.insertBefore(one, into.children[index] ?? null);
  });
  while (into.children.length > wanted.length) into.lastElementChild.remove();
  const present = new Set(names);
  for (const name of known.keys()) if (!present.has(name)) known.delete(name);
}

export function showCards(streams, preview) {
  place(element("cards"), streams.map((stream) => showCard(stream, preview)), cards, streams.map((one) => one.name));
}

export const columns = () => [words.title, words.state, words.incoming, words.outgoing, words.readers, words.rtt, words.loss, words.since, words.media];

function showRow(stream) {
  const row = rows.get(stream.name) ?? make("tr");
  rows.set(stream.name, row);
  const name = make("th", stream.name);
  name.scope = "row";
  const state = make("td");
  state.append(make("span", words.states[stream.state] ?? stream.state, `badge ${stream.state}`));
  const share = roundTrip(stream);
  const grade = roundTripGrade(share);
  const now = stream.srt?.last10s;
  row.replaceChildren(
    name, state, make("td", mbit(stream.inMbit5s)), make("td", mbit(stream.outMbit5s)),
    make("td", `${stream.countsEveryViewer === false ? "≥ " : ""}${count(stream.readers)}`),
    make("td", stream.rtt === undefined ? "–" : `${decimal(stream.rtt)} ms`, grade === "good" ? "" : grade),
    make("td", now ? percent(now.lossPercent ?? 0) : "–", now?.dropped ? "bad" : now?.lost ? "warn" : ""),
    make("td", stream.since ? lasting(secondsSince(stream.since)) : "–"), make("td", tracks(stream) || "–"));
  return row;
}

export function showRows(streams) {
  place(element("rows"), streams.map(showRow), rows, streams.map((one) => one.name));
}
