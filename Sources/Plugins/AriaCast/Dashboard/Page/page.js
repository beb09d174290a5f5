// The page: shows the router's state, sends what is pressed. Texts from senders go in by textContent only.

import { Live } from "./live.js";
import { Panels } from "./panels.js";
import { Player } from "./player.js";
import { Scope } from "./scope.js";
import { chooseLanguage, clock, number, say } from "./words.js";

const id = (name) => document.getElementById(name);
const state = { metadata: {}, volume: null, senders: [], services: [], log: [], network: null, mayControl: true, name: "", page: "connecting", listeners: 0 };
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const saved = { language: "", theme: "", intensity: "1", power: "", autoplay: "1", own: "80", ...stored() };
const player = new Player(id("plain"), () => { showPlayer(); panels.numbers(); });
const scope = new Scope(id("scope"));
const panels = new Panels(state, player);
let base = { position: 0, at: performance.now() };
let dragging = false;
let volumeHeld = 0;

function stored() {
  try { return JSON.parse(localStorage.getItem("ariacast") || "{}"); } catch { return {}; }
}

function keep(key, value) {
  saved[key] = value;
  try { localStorage.setItem("ariacast", JSON.stringify(saved)); } catch { /* private window: it lasts for this visit */ }
}

// --- What the router says ---

function hear(piece) {
  if (piece.level) return scope.level(piece.level);
  if (piece.refused !== undefined) return refused(piece.refused);
  if (piece.log) takeLog(piece.log, piece.network !== undefined);
  for (const key of ["metadata", "volume", "senders", "services", "network", "mayControl", "hasToken", "name", "listeners"]) {
    if (key in piece) state[key] = piece[key];
  }
  if (piece.isWrong) { sessionStorage.removeItem("token"); notice(say("wrongToken")); }
  if (piece.metadata) takeMetadata(piece);
  if ("volume" in piece) showVolume();
  if ("mayControl" in piece) showRights();
  if (piece.services || piece.network || piece.name) panels.casting();
  if (piece.senders) panels.senders();
  if (piece.log) panels.log();
  if (piece.senders || piece.network || "listeners" in piece) panels.numbers();
  if (piece.name !== undefined) { id("name").textContent = state.name; document.title = state.name; }
  showStatus();
}

function takeLog(lines, isWhole) {
  const fresh = lines.map((line) => ({ ...line, at: Date.now() - line.ageMs }));
  if (isWhole) state.log = state.log.filter((line) => line.own);
  state.log = [...state.log, ...fresh].sort((a, b) => a.at - b.at).slice(-150);
}

function note(topic) {
  state.log.push({ topic, words: [], at: Date.now(), own: true });
  panels.log();
}

function takeMetadata({ metadata }) {
  base = { position: (metadata.positionMs ?? 0) + (metadata.isPlaying ? metadata.ageMs : 0), at: performance.now() };
  showTrack();
  showProgress();
}

function turn(word) {
  if (word !== state.page && (word === "lost" || state.page === "lost")) note(word === "lost" ? "lost" : "opened");
  state.page = word;
  if (word === "lost") { state.senders = []; panels.senders(); }
  showStatus();
  panels.numbers();
}

// --- What is shown ---

function heard() { return state.senders.find((sender) => sender.heard); }

function showStatus() {
  const sender = heard();
  const [word, look] = state.page === "connecting" ? ["connecting", ""]
    : state.page === "lost" ? ["lost", "bad"]
    : !sender ? ["idle", ""]
    : sender.condition === "sound" ? (state.metadata.isPlaying === false ? ["paused", ""] : ["playing", "playing"])
    : [sender.condition, sender.condition === "waiting" ? "" : "warn"];
  const status = id("status");
  status.dataset.state = look;
  const text = say(word);
  if (id("status-text").textContent !== text) id("status-text").textContent = text;
  showTrackFallback(sender);
  showPlayButton();
}

let announced = "";
function showTrack() {
  const { title, artist, album, artwork } = state.metadata;
  id("artist").textContent = artist || "";
  id("album").textContent = album || "";
  showTrackFallback(heard());
  showArtwork(artwork || "");
  const text = title ? say("trackIs", artist ? say("trackBy", title, artist) : title) : "";
  if (text && text !== announced) { announced = text; id("announce").textContent = text; }
  if ("mediaSession" in navigator && title) {
    navigator.mediaSession.metadata = new MediaMetadata({ title, artist: artist || "", album: album || "", artwork: artwork ? [{ src: artwork }] : [] });
  }
  showPlayButton();
}

function showPlayButton() {
  const isPlaying = state.metadata.isPlaying ?? Boolean(heard());
  id("play").classList.toggle("is-playing", isPlaying);
  id("play").setAttribute("aria-label", say(isPlaying ? "pause" : "play"));
  id("play").title = say(isPlaying ? "pause" : "play");
}

function showTrackFallback(sender) {
  const { title, artist } = state.metadata;
  id("title").textContent = title || (sender ? say("unknownTitle", sender.label || sender.peer) : say("nothing"));
  if (!title && !artist) id("artist").textContent = sender ? "" : say("castNow");
}

let shownArtwork = null;
function showArtwork(path) {
  if (path === shownArtwork) return;
  shownArtwork = path;
  const picture = id("artwork");
  if (!path) return hideArtwork();
  const loading = new Image();
  loading.onload = () => {
    if (path !== shownArtwork) return;
    picture.src = path;
    picture.hidden = false;
    id("backdrop-picture").style.backgroundImage = `url("${path}")`;
    document.body.classList.add("has-picture");
  };
  loading.onerror = () => path === shownArtwork && hideArtwork();
  loading.src = path;
}

function hideArtwork() {
  id("artwork").hidden = true;
  document.body.classList.remove("has-picture");
}

/** Where the track is now, going on from what the sender said last. */
function position() {
  const { durationMs, isPlaying } = state.metadata;
  const now = base.position + (isPlaying ? performance.now() - base.at : 0);
  return durationMs ? Math.min(now, durationMs) : now;
}

function showProgress() {
  const { durationMs, positionMs } = state.metadata;
  const isKnown = durationMs > 0 && positionMs != null;
  id("progress").hidden = !isKnown;
  if (!isKnown || dragging) return;
  const seek = id("seek");
  const now = position();
  if (Number(seek.max) !== durationMs) seek.max = durationMs;
  seek.step = 1000;
  seek.value = now;
  fill(seek);
  showTimes(now);
}

function showTimes(now) {
  const { durationMs } = state.metadata;
  const text = clock(now);
  if (id("elapsed").textContent !== text) {
    id("elapsed").textContent = text;
    id("seek").setAttribute("aria-valuetext", say("timeOf", text, clock(durationMs)));
  }
  id("total").textContent = clock(durationMs);
}

function fill(slider) {
  const share = (slider.value - slider.min) / (slider.max - slider.min || 1);
  slider.style.setProperty("--fill", `${(share * 100).toFixed(2)}%`);
}

function showVolume() {
  const isKnown = state.volume !== null;
  const slider = id("volume");
  id("volume-row").hidden = !isKnown;
  if (!isKnown) return;
  id("mute").setAttribute("aria-pressed", String(state.volume.isMuted));
  if (performance.now() < volumeHeld) return;
  slider.value = state.volume.percent;
  fill(slider);
  id("volume-value").textContent = `${number(Math.round(state.volume.percent))} %`;
}

function showRights() {
  id("token-form").hidden = state.mayControl || !state.hasToken;
  id("read-only").hidden = state.mayControl || state.hasToken;
  for (const name of ["previous", "play", "stop", "next", "mute", "volume", "seek"]) id(name).disabled = !state.mayControl;
  if (state.mayControl) notice("");
}

function notice(text) {
  id("notice").textContent = text;
  id("notice").hidden = !text;
}

function refused(reason) {
  if (reason !== "token") return notice(say("refused", reason));
  state.mayControl = false;
  showRights();
}

function showPlayer() {
  const isOn = player.isOn;
  id("listen").setAttribute("aria-pressed", String(isOn));
  id("listen-text").textContent = say(isOn ? "stopListening" : "listen");
  const notes = { worklet: "noteLow", script: "noteScript", plain: "notePlain" };
  const word = player.state === "blocked" ? "noteBlocked" : player.state === "none" ? "noteNone" : notes[player.way] || "noteOff";
  id("hear-note").textContent = say(word);
  const delay = player.statistics && !player.statistics.isFilling ? player.statistics.delayMs : null;
  id("latency").hidden = delay === null;
  if (delay !== null) id("latency").textContent = `${number(Math.round(delay))} ms`;
  scope.analyser = player.analyser;
  if (!player.analyser) { scope.bins = null; scope.isFresh = true; }
}

// --- What is pressed ---

const press = (message) => { notice(""); live.send(message); };

id("previous").onclick = () => press({ action: "previous" });
id("next").onclick = () => press({ action: "next" });
id("stop").onclick = () => press({ action: "stop" });
id("play").onclick = () => press({ action: id("play").classList.contains("is-playing") ? "pause" : "play" });
id("mute").onclick = () => press({ command: "mute", muted: !state.volume?.isMuted });

id("seek").oninput = ({ target }) => { dragging = true; fill(target); showTimes(Number(target.value)); };
id("seek").onchange = ({ target }) => { dragging = false; press({ action: "seek", position_ms: Number(target.value) }); };

let volumeTimer = 0;
id("volume").oninput = ({ target }) => {
  volumeHeld = performance.now() + 900;
  fill(target);
  id("volume-value").textContent = `${number(Number(target.value))} %`;
  if (volumeTimer) return;
  volumeTimer = setTimeout(() => { volumeTimer = 0; press({ command: "volume_set", level: Number(id("volume").value) }); }, 80);
};

id("listen").onclick = async () => {
  if (player.isOn) return player.stop();
  if (saved.autoplay && state.mayControl && state.metadata.isPlaying === false && heard()) press({ action: "play" });
  await player.start();
};

id("own-volume").oninput = ({ target }) => { keep("own", target.value); showOwnVolume(); };
function showOwnVolume() {
  const slider = id("own-volume");
  slider.value = saved.own;
  fill(slider);
  player.loud = saved.own / 100;
  id("own-volume-value").textContent = `${number(Number(saved.own))} %`;
}

id("token-form").onsubmit = (event) => {
  event.preventDefault();
  const token = id("token").value;
  sessionStorage.setItem("token", token);
  notice("");
  live.send({ token });
};

id("settings-open").onclick = () => id("settings").showModal();
// Without a value: false would cancel the click.
id("settings").onclick = (event) => { if (event.target === id("settings")) id("settings").close(); };
for (const name of ["language", "theme", "intensity"]) id(name).onchange = ({ target }) => { keep(name, target.value); applySettings(); };
for (const name of ["power", "autoplay"]) id(name).onchange = ({ target }) => { keep(name, target.checked ? "1" : ""); applySettings(); };

function applySettings() {
  for (const name of ["language", "theme", "intensity"]) id(name).value = saved[name];
  for (const name of ["power", "autoplay"]) id(name).checked = Boolean(saved[name]);
  document.documentElement.dataset.theme = saved.theme;
  document.documentElement.dataset.power = saved.power ? "low" : "full";
  chooseLanguage(saved.language);
  id("volume").setAttribute("aria-label", say("speakerVolume"));
  id("own-volume").setAttribute("aria-label", say("ownVolume"));
  scope.recolor();
  announced = "";
  showStatus(); showTrack(); showProgress(); showVolume(); showPlayer(); showOwnVolume();
  panels.all();
}

if ("mediaSession" in navigator) {
  const actions = { play: "play", pause: "pause", previoustrack: "previous", nexttrack: "next" };
  for (const [name, action] of Object.entries(actions)) navigator.mediaSession.setActionHandler(name, () => press({ action }));
}

// --- What moves ---

let lift = 0;
let lastProgress = 0;
function frame(now) {
  requestAnimationFrame(frame);
  if (saved.power && now - lastProgress < 1000) return;
  if (now - lastProgress > 250) { lastProgress = now; showProgress(); panels.meter(scope); }
  if (!scope.draw(now)) return;
  for (const [side, name] of [[0, "left"], [1, "right"]]) {
    id(`level-${name}`).style.setProperty("--level", `${(scope.shown[side] * 100).toFixed(1)}%`);
    id(`peak-${name}`).style.setProperty("--peak", `${(scope.peaks[side] * 100).toFixed(1)}%`);
  }
  const wanted = calm.matches || saved.power ? 0 : scope.loudness * Number(saved.intensity);
  if (Math.abs(wanted - lift) > 0.01) document.body.style.setProperty("--lift", (lift = wanted).toFixed(3));
}

for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) matchMedia(query).addEventListener("change", () => scope.recolor());
applySettings();
const live = new Live(hear, turn);
requestAnimationFrame(frame);
fetch("/stream.wav", { method: "HEAD" }).then((answer) => { id("stream-line").hidden = !answer.ok; }, () => {});
globalThis.ariacast = { state, player }; // for the console, and for whoever measures
