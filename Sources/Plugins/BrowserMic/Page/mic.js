// The studio: settings, start and stop, mute and push to talk, and what is said about them.
import { Capture, canCapture, canShare, microphones } from "./capture.js";
import { Meter } from "./meter.js";
import { copyText, follow, playerURL, secureURL, setOwn } from "./others.js";
import { Sender, canOpus } from "./sender.js";
import { say, tenth, words } from "./words.js";

const element = (id) => document.getElementById(id);
const kept = ["streamName", "pushToTalk", "echoCancellation", "noiseSuppression", "autoGainControl", "streamPort"];
const bitrates = [64, 96, 128, 192, 256, 320];
const state = { phase: "idle", isMuted: false, isTalking: false, config: {}, capture: null, sender: null, since: 0, stats: {} };
let meter;
let lock = null;
let toastTimer = 0;

const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`)?.value;
const isOpen = () => (element("pushToTalk").checked ? state.isTalking : !state.isMuted);
const isStreaming = () => state.phase !== "idle";

// MARK: Settings

function keep() {
  const all = Object.fromEntries(kept.map((id) => [id, element(id).type === "checkbox" ? element(id).checked : element(id).value]));
  const more = { audioSource: chosen("audioSource"), bitrate: chosen("bitrate"), codec: chosen("codec"), device: element("device").value };
  try { localStorage.setItem("browser-mic", JSON.stringify({ ...all, ...more })); } catch { /* private window */ }
}

function recall() {
  let all = {};
  try { all = JSON.parse(localStorage.getItem("browser-mic") ?? "{}"); } catch { /* nothing kept */ }
  for (const id of kept) {
    if (all[id] === undefined) continue;
    if (element(id).type === "checkbox") element(id).checked = all[id] === true;
    else element(id).value = String(all[id]);
  }
  for (const name of ["audioSource", "codec"]) {
    const one = document.querySelector(`input[name="${name}"][value="${CSS.escape(String(all[name]))}"]`);
    if (one && !one.disabled) one.checked = true;
  }
  return all;
}

function showBitrates(wanted) {
  const { min_bitrate: least = 64, max_bitrate: most = 320 } = state.config;
  const fitting = bitrates.filter((one) => one >= least && one <= most);
  const all = fitting.length ? fitting : [...new Set([least, most])];
  const box = element("bitrates");
  if (wanted !== undefined) state.wantedBitrate = wanted;
  const before = Number(state.wantedBitrate ?? 128);
  const nearest = all.reduce((best, one) => (Math.abs(one - before) < Math.abs(best - before) ? one : best));
  for (const old of box.querySelectorAll("label")) old.remove();
  for (const one of all) {
    const [label, input, text] = ["label", "input", "span"].map((name) => document.createElement(name));
    Object.assign(input, { type: "radio", name: "bitrate", value: one, checked: one === nearest });
    input.addEventListener("change", () => { state.wantedBitrate = one; });
    text.textContent = one;
    label.append(input, text);
    box.append(label);
  }
}

async function showDevices(wanted) {
  const all = await microphones();
  const before = element("device").value || wanted || "";
  const options = all.map((device, index) => new Option(device.label || words.unnamedDevice(index + 1), device.deviceId));
  element("device").replaceChildren(new Option(words.defaultDevice, ""), ...options);
  element("device").value = all.some((device) => device.deviceId === before) ? before : "";
}

async function showCodec() {
  const isPossible = await canOpus();
  const [pcm, opus] = document.querySelectorAll('input[name="codec"]');
  opus.disabled = !isPossible;
  if (!isPossible && opus.checked) pcm.checked = true;
  element("codec-hint").textContent = isPossible ? words.codecHint(tenth.format(1.5)) : words.noOpus;
}

function showSource() {
  const source = chosen("audioSource");
  element("device-field").hidden = source === "system";
  element("source-hint").textContent = source === "microphone" ? "" : canShare() ? words.hintSystem : words.hintNoSystem;
}

const settings = () => ({
  source: chosen("audioSource"), device: element("device").value, codec: chosen("codec"), channels: state.config.channels ?? 2,
  echoCancellation: element("echoCancellation").checked, noiseSuppression: element("noiseSuppression").checked,
  autoGainControl: element("autoGainControl").checked, isOpen: isOpen(),
});

// MARK: Start and stop

async function start() {
  complain("");
  setPhase("starting");
  const wish = settings();
  const capture = new Capture({
    onFrame: (frame) => {
      meter.take(frame.peaks, frame.rms, frame.isMuted);
      state.sender?.take(frame);
    },
    onEnded: (isLast) => (isLast ? finish(words.ended) : toast(words.oneEnded)),
  });
  state.capture = capture;
  try {
    await capture.open(wish);
  } catch (error) {
    if (state.capture === capture) finish(explain(error));
    return;
  }
  // Somebody pressed stop while the browser asked.
  if (state.capture !== capture) return capture.close();
  showDevices();
  state.sender = new Sender({
    name: element("streamName").value.trim(), audioSource: wish.source, codec: wish.codec, sampleRate: capture.sampleRate,
    channels: capture.channels, frameSamples: capture.frameSamples, bitrate: Number(chosen("bitrate")),
    port: Number.parseInt(element("streamPort").value, 10) || null,
  }, { started, stopped, refused, away, stats });
  stayAwake();
}

function explain(error) {
  return words.errors[error.name] ?? words.errors.other(error.message);
}

function started(word, isKnown) {
  state.stats = word;
  if (!isKnown) {
    state.since = performance.now();
    toast(words.started(word.urls.tcp ? word.port : 0));
  } else {
    toast(word.resumed ? words.resumed : words.newStream);
  }
  setOwn(word.streamId);
  state.id = word.streamId;
  element("streamUrl").value = playerURL(word.urls.http);
  setPhase("live");
  showFacts();
}

const stopped = (reason) => finish(words.stoppedBy[reason] ?? words.silence);
const refused = (word) => finish(words.errors.refused(word.error));

function away() {
  if (isStreaming()) setPhase("away");
}

function stats(word) {
  state.stats = { ...state.stats, ...word };
  showFacts();
}

/** Ends everything; a reason is shown. */
function finish(reason = "") {
  const wasLive = isStreaming();
  const { capture, sender } = state;
  Object.assign(state, { capture: null, sender: null, isTalking: false, isMuted: false });
  sender?.stop();
  capture?.close();
  lock?.release().catch(() => {});
  lock = null;
  setOwn(null);
  setPhase("idle");
  meter.reset();
  complain(reason);
  if (wasLive && !reason) toast(words.stopped);
}

async function stayAwake() {
  if (!isStreaming() || document.visibilityState !== "visible" || !navigator.wakeLock) return;
  try { lock = await navigator.wakeLock.request("screen"); } catch { /* low battery: streams all the same */ }
}

// MARK: Mute and push to talk

function showVoice() {
  const isPTT = element("pushToTalk").checked;
  const isOn = isStreaming();
  element("mute").hidden = !isOn || isPTT;
  element("talk").hidden = !isOn || !isPTT;
  element("mute").textContent = state.isMuted ? words.unmute : words.mute;
  element("mute").setAttribute("aria-pressed", String(state.isMuted));
  element("talk").textContent = state.isTalking ? words.talking : words.talk;
  element("talk").classList.toggle("held", state.isTalking);
  state.capture?.setOpen(isOpen());
  showBadge();
}

function talk(isTalking) {
  if (!isStreaming() || state.isTalking === isTalking || !element("pushToTalk").checked) return;
  state.isTalking = isTalking;
  showVoice();
}

function wireTalk() {
  const button = element("talk");
  button.addEventListener("pointerdown", (event) => {
    button.setPointerCapture(event.pointerId);
    talk(true);
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(name, () => talk(false));
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  const isTyping = (target) => target.matches?.("input:not([type=radio]):not([type=checkbox]), textarea, select, summary");
  addEventListener("keydown", (event) => {
    if (event.code !== "Space" || !isStreaming() || !element("pushToTalk").checked || isTyping(event.target)) return;
    event.preventDefault();
    if (!event.repeat) talk(true);
  });
  addEventListener("keyup", (event) => {
    if (event.code !== "Space" || !state.isTalking) return;
    event.preventDefault();
    talk(false);
  });
  // Who leaves the window lets go.
  addEventListener("blur", () => talk(false));
}

// MARK: What is shown

function setPhase(phase) {
  state.phase = phase;
  document.body.dataset.phase = phase;
  const isOn = isStreaming();
  element("startStopBtn").textContent = isOn ? words.stop : words.start;
  element("startStopBtn").classList.toggle("streaming", isOn);
  element("address").hidden = !["live", "away"].includes(phase);
  // While it streams, what cannot change is put away.
  for (const id of ["audioSource", "bitrates", "codec", "name-field", "port-field", "codec-hint", "source-hint"]) {
    element(id).hidden = isOn;
  }
  showVoice();
}

function showBadge() {
  const isQuiet = !isOpen();
  const look = {
    idle: ["idle", words.idle], starting: ["wait", words.starting], away: ["wait", words.away],
    live: isQuiet ? ["muted", element("pushToTalk").checked ? words.waitingToTalk : words.muted] : ["live", words.onAir],
  }[state.phase];
  const badge = element("on-air");
  if (badge.textContent !== look[1]) badge.textContent = look[1];
  badge.dataset.state = look[0];
}

function clock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return (parts[0] ? parts : parts.slice(1)).map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(":");
}

function showFacts() {
  const { sender, capture, stats: known } = state;
  if (!sender || !capture) return;
  const { codec, sampleRate, channels, bitrate } = sender.hello;
  const pairs = [
    [words.factTime, clock(performance.now() - state.since)],
    [words.factFormat, `${codec === "opus" ? `Opus ${bitrate} kb/s` : `PCM ${sampleRate / 1000} kHz`}, ${words.channels(channels)}`],
    [words.factSent, `${tenth.format(sender.sent / 1e6)} MB`],
    [words.factListeners, String(known.listeners ?? 0)],
    [words.factPort, known.urls?.tcp ? String(known.port) : words.noPort],
    ["Stream-ID", state.id],
  ];
  element("facts").replaceChildren(...pairs.map(([name, value]) => {
    const [pair, term, text] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
    term.textContent = name;
    text.textContent = value;
    pair.append(term, text);
    return pair;
  }));
}

function complain(text) {
  element("problem").hidden = !text;
  element("problem").textContent = text;
}

function toast(text) {
  clearTimeout(toastTimer);
  element("toast").textContent = text;
  element("toast").hidden = false;
  toastTimer = setTimeout(() => { element("toast").hidden = true; }, 3500);
}

function showInsecure() {
  const isSecure = canCapture();
  element("insecure").hidden = isSecure;
  element("studio").hidden = !isSecure;
  const url = secureURL();
  element("secure-steps").hidden = !url;
  element("no-https").hidden = Boolean(url);
  if (url) Object.assign(element("secure-link"), { href: url, textContent: words.openSecure });
}

function showLink(look) {
  const text = { good: words.linkUp, wait: words.linkWait, bad: words.linkDown }[look];
  const link = element("link");
  link.dataset.state = look;
  if (link.textContent !== text) link.textContent = text;
}

async function copyURL() {
  const isDone = await copyText(element("streamUrl").value, element("streamUrl"));
  if (!isDone) return toast(words.copyFailed);
  element("copy").textContent = words.copied;
  setTimeout(() => { element("copy").textContent = words.copy; }, 2000);
}

async function share() {
  const url = element("streamUrl").value;
  if (!navigator.share) return copyURL();
  try { await navigator.share({ title: words.title, text: words.shareText, url }); } catch { /* closed again */ }
}

// MARK: Begin

function wire() {
  element("startStopBtn").addEventListener("click", () => (isStreaming() ? finish() : start()));
  element("mute").addEventListener("click", () => {
    state.isMuted = !state.isMuted;
    showVoice();
  });
  element("copy").addEventListener("click", copyURL);
  element("share").addEventListener("click", share);
  element("settings").addEventListener("submit", (event) => event.preventDefault());
  element("settings").addEventListener("change", ({ target }) => {
    keep();
    if (target.name === "audioSource") showSource();
    if (target.id === "pushToTalk") showVoice();
    if (["device", "echoCancellation", "noiseSuppression", "autoGainControl"].includes(target.id)) {
      state.capture?.changeMicrophone(settings()).catch((error) => toast(explain(error)));
    }
  });
  navigator.mediaDevices?.addEventListener?.("devicechange", () => showDevices());
  addEventListener("online", () => state.sender?.hurry());
  document.addEventListener("visibilitychange", () => {
    state.capture?.wake();
    stayAwake();
  });
  addEventListener("pagehide", () => { if (isStreaming()) state.sender?.stop(); });
  wireTalk();
}

say();
meter = new Meter(element("audioMeter"), element("dbValue"), element("peakValue"));
element("audioMeter").setAttribute("aria-label", words.meter);
element("streamName").placeholder = words.namePlaceholder;
element("copy").textContent = words.copy;
const before = recall();
showBitrates(before.bitrate);
showSource();
showInsecure();
showLink("wait");
setPhase("idle");
wire();
showCodec();
if (canCapture()) showDevices(before.device);
follow({
  toast, onState: showLink,
  onConfig: (config) => {
    state.config = config;
    showBitrates();
    showInsecure();
    element("streamPort").placeholder = config.default_stream_port;
  },
});
