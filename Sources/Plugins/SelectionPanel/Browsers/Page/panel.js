// The page of the panel: shows and plays what was chosen, and says when it is through.
import { Link } from "./link.js";
import { Details } from "./details.js";
import { Sound } from "./sound.js";
import { Store, digits } from "./store.js";
import { say, words } from "./words.js";

const element = (id) => document.getElementById(id);
const options = new URLSearchParams(location.search);
const isKiosk = options.has("kiosk");
/** A screen that shows only, in a room where another one sounds. */
const isSilent = options.has("silent");

const details = new Details();
const store = new Store(showPreload);
const sound = new Sound(element("audio"), over);
let panel = { name: "", count: 0, base: 0, missing: 0, panel: null };
let line = "connecting";
/** What is shown: `{id, play, at, since, ageMs, offset}`; null while waiting. */
let shown = null;
let typed = "";
let typing;
let wakeLock = null;

// MARK: What the router says

const link = new Link(
  () => ({ unlocked: sound.isUnlocked && !isSilent, ...(sound.play ? { play: sound.play.play } : {}) }),
  (message, at, isFirst) => {
    if (message.type === "state") follow(message, isFirst);
    if (message.type === "play") begin(message, at);
    if (message.type === "stop") {
      details.note(words.logStop);
      clear();
    }
  },
  (turn) => {
    if (turn !== line) details.note(turn === "open" ? words.logOpen : words.logLost);
    line = turn;
    showState();
  });

function follow(state, isFirst) {
  if (store.revision !== null && state.media !== store.revision) details.note(words.logMedia);
  panel = state;
  store.follow(state.media);
  // Stopped or replaced while the line was down.
  if (isFirst && shown && sound.play && (state.plays ?? null) !== (sound.play.play ?? null)) clear();
  element("name").textContent = panel.name;
  document.title = panel.name;
  details.set("panel", panel.panel === null ? words.none : panel.panel ? words.connected : words.disconnected);
  showState();
  showSlots();
}

function begin(message, at) {
  const play = { id: message.id, play: message.play, at, ageMs: message.ageMs ?? 0, offset: message.offsetMs };
  sound.stop();
  shown = play;
  details.note(words.logPlay(digits(play.id)));
  showPlay();
  if (isSilent || !sound.isUnlocked) return hint(isSilent ? "" : words.noSoundYet);
  const url = store.address(play.id, "sound");
  if (url) sing(play, url);
  else over("failed", play, words.noSound);
}

async function sing(play, url) {
  const waited = play.offset === undefined ? 0 : (play.offset + performance.now() - play.at) / 1000;
  const at = await sound.start(play, url, waited);
  if (at === undefined || play.offset !== undefined) return;
  const ms = play.ageMs + (link.roundTrip ?? 0) / 2 + at - play.at;
  details.heard(ms, digits(play.id));
  element("latency").textContent = words.latency(Math.round(ms));
  if (play.play !== undefined) link.send({ type: "started", play: play.play, ms: Math.round(ms * 10) / 10 });
}

/** A play is through here. */
function over(how, play, why) {
  details.note(how === "ended" ? words.logEnded(digits(play.id)) : words.logFailed(digits(play.id)));
  link.send({ type: how, id: play.id, ...(play.play === undefined ? {} : { play: play.play }) });
  if (shown !== play) return;
  if (how === "ended") return clear();
  if (!sound.isUnlocked) {
    link.introduce();
    showLock();
  }
  hint(why ?? (sound.isUnlocked ? words.failed : words.noSoundYet));
  setTimeout(() => shown === play && clear(), 8000);
}

function clear() {
  shown = null;
  sound.stop();
  showPlay();
}

// MARK: Showing

function hint(text) { element("play-hint").textContent = text; }

function showPlay() {
  const isPlaying = shown !== null;
  document.body.dataset.view = isPlaying ? "playing" : "idle";
  element("playing").hidden = !isPlaying;
  element("idle").hidden = isPlaying;
  document.body.classList.remove("paused");
  element("pause").setAttribute("aria-label", words.pause);
  element("fill").style.transform = "translateX(-100%)";
  hint("");
  showState();
  showPressed();
  if (!isPlaying) return;
  const number = digits(shown.id);
  element("number").textContent = number;
  element("big-number").textContent = number;
  showPicture(store.address(shown.id, "image"), number);
  requestAnimationFrame(() => showProgress(shown));
}

function showPicture(url, number) {
  const picture = element("picture");
  picture.hidden = !url;
  element("big-number").hidden = Boolean(url);
  element("glow").classList.toggle("filled", Boolean(url));
  if (!url) return;
  picture.alt = words.picture(number);
  picture.onerror = () => {
    picture.hidden = true;
    element("big-number").hidden = false;
  };
  picture.onload = () => picture.style.setProperty("--ratio", picture.naturalWidth / picture.naturalHeight);
  picture.src = url;
  element("glow").style.backgroundImage = `url("${url}")`;
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

function showProgress(play) {
  if (shown !== play) return;
  const part = sound.length ? Math.min(1, sound.time / sound.length) : 0;
  element("fill").style.transform = `translateX(${(part - 1) * 100}%)`;
  element("progress").setAttribute("aria-valuenow", String(Math.round(part * 100)));
  element("now").textContent = clock(sound.time);
  element("length").textContent = sound.length ? clock(sound.length) : "";
  if (document.hidden || matchMedia("(prefers-reduced-motion: reduce)").matches) setTimeout(() => showProgress(play), 250);
  else requestAnimationFrame(() => showProgress(play));
}

function showState() {
  const isLost = panel.panel === false;
  const [text, colour] =
    line === "connecting" ? [words.connecting, ""]
    : line === "lost" ? [words.lost, "bad"]
    : shown ? [words.playing(digits(shown.id)), "good"]
    : isLost ? [words.panelLost, "warn"]
    : sound.isUnlocked || isSilent ? [words.ready, "good"] : [words.soundOff, "warn"];
  element("state-text").textContent = text;
  element("dot").className = `dot ${colour}`;
  element("idle-hint").textContent =
    line !== "open" ? text : panel.panel === null ? words.hintNone : isLost ? words.hintLost : words.hintPanel;
  details.set("sound", sound.isUnlocked ? words.on : words.off);
}

function showLock() {
  element("unlock-box").hidden = sound.isUnlocked || isSilent;
  showState();
}

function showPreload() {
  const isBusy = store.done < store.wanted;
  element("preload").hidden = !isBusy;
  element("preload-bar").max = Math.max(1, store.wanted);
  element("preload-bar").value = store.done;
  element("preload-text").textContent = words.preload(store.done, store.wanted);
  const missing = panel.missing ? ` · ${words.missing(panel.missing)}` : "";
  details.set("media", `${store.done - store.failed.size} / ${store.wanted}${missing}`);
  if (isBusy) return;
  showSlots();
  const pictures = [...store.slots.keys()].map((slot) => store.address(slot, "image")).filter((url) => url?.startsWith("blob:"));
  const tiles = pictures.length ? Array.from({ length: 40 }, (_, index) => pictures[(index * 7) % pictures.length]) : [];
  element("mosaic").replaceChildren(...tiles.map((url) => Object.assign(new Image(), { src: url, alt: "" })));
}

// MARK: Buttons of one's own

function showSlots() {
  if (!element("buttons").open) return;
  element("slots").replaceChildren(...Array.from({ length: panel.count }, (_, index) => {
    const slot = panel.base + index;
    const [item, button, number] = ["li", "button", "span"].map((name) => document.createElement(name));
    number.textContent = digits(slot);
    const url = store.address(slot, "image");
    if (url) button.append(Object.assign(new Image(), { src: url, alt: "" }));
    button.append(number);
    button.type = "button";
    button.dataset.slot = slot;
    button.setAttribute("aria-label", words.slot(digits(slot)));
    button.addEventListener("click", () => press(slot));
    item.append(button);
    return item;
  }));
  showPressed();
}

function showPressed() {
  for (const button of element("slots").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(shown?.id === Number(button.dataset.slot)));
  }
}

const press = (slot) => fetch(`/test/play/${slot}`).catch(() => {});
const pressStop = () => fetch("/test/stop").catch(() => {});

// MARK: The hand

async function unlock(isTrial) {
  await sound.unlock();
  showLock();
  if (!sound.isUnlocked) return;
  link.introduce();
  if (isTrial) return;
  stayAwake();
  if (isKiosk) document.documentElement.requestFullscreen?.().catch(() => {});
}

async function stayAwake() {
  if (wakeLock || document.hidden || !navigator.wakeLock) return;
  try {
    wakeLock = await navigator.wakeLock.request("screen");
    wakeLock.addEventListener("release", () => {
      wakeLock = null;
      details.set("awake", words.no);
    });
    details.set("awake", words.yes);
  } catch {
    details.set("awake", words.no);
  }
}

function pauseOrGoOn() {
  if (!sound.play) return;
  sound.toggle();
  const isPaused = sound.element.paused;
  document.body.classList.toggle("paused", isPaused);
  element("pause").setAttribute("aria-label", isPaused ? words.resume : words.pause);
  hint(isPaused ? words.paused : "");
}

function toggleFull() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

function open(name) {
  typed = "";
  const dialog = element(name);
  if (dialog.open) return dialog.close();
  dialog.showModal();
  if (name === "buttons") showSlots();
}

function type(key) {
  clearTimeout(typing);
  if (key !== "Enter") {
    typed = (typed + key).slice(-3);
    typing = setTimeout(() => { typed = ""; }, 4000);
    return;
  }
  if (typed) press(Number(typed));
  typed = "";
}

function key(event) {
  const target = event.target;
  if (event.altKey || event.metaKey || target.matches("input, textarea, select")) return;
  if (event.ctrlKey) {
    if (event.key.toLowerCase() === "d") {
      event.preventDefault();
      open("details");
    }
    return;
  }
  const isOnButton = target.matches("button, a, dialog *");
  const letter = event.key.toLowerCase();
  if (/^\d$/.test(event.key)) type(event.key);
  else if (event.key === "Enter" && typed) {
    event.preventDefault();
    type("Enter");
  }
  else if (event.key === " " && !isOnButton) {
    event.preventDefault();
    if (sound.isUnlocked) pauseOrGoOn();
    else unlock();
  } else if (letter === "f") toggleFull();
  else if (letter === "s") pressStop();
  else if (letter === "d") open("details");
  else if (letter === "b") open("buttons");
}

function hands() {
  element("unlock").addEventListener("click", () => unlock());
  element("pause").addEventListener("click", pauseOrGoOn);
  element("stop").addEventListener("click", pressStop);
  element("fullscreen").addEventListener("click", toggleFull);
  element("open-buttons").addEventListener("click", () => open("buttons"));
  element("open-details").addEventListener("click", () => open("details"));
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }
  addEventListener("keydown", key);
  document.addEventListener("visibilitychange", () => sound.isUnlocked && stayAwake());
  // Any first touch of a kiosk turns its sound on.
  if (isKiosk) addEventListener("pointerdown", () => sound.isUnlocked || unlock());
  let rest = 0;
  addEventListener("pointermove", () => {
    document.body.classList.remove("quiet-hand");
    clearTimeout(rest);
    rest = setTimeout(() => document.body.classList.add("quiet-hand"), 3000);
  });
}

say();
document.body.classList.toggle("kiosk", isKiosk);
element("pause").setAttribute("aria-label", words.pause);
element("stop").setAttribute("aria-label", words.stop);
element("progress").setAttribute("aria-label", words.progress);
element("fullscreen").hidden = !document.fullscreenEnabled;
details.set("awake", navigator.wakeLock ? words.no : words.needsTLS);
setInterval(() => details.set("roundTrip", link.roundTrip === undefined ? "–" : `${link.roundTrip.toFixed(1)} ms`), 1000);
hands();
showLock();
// Some browsers allow sound without a touch, kiosks among them.
unlock(true);
