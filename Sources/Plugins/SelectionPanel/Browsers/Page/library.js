// The page of the media folder: every number, what is there, and room for more.
import { digits } from "./store.js";
import { language, say, words } from "./words.js";

const element = (id) => document.getElementById(id);
const audio = element("audio");
const ENDINGS = { jpg: "image", jpeg: "image", png: "image", webp: "image", avif: "image", mp3: "sound", wav: "sound", ogg: "sound", flac: "sound" };
const PATHS = {
  add: "M12 19V6M6 11l6-6 6 6", remove: "M6 7h12M10 7V5h4v2M8 7l1 12h6l1-12", listen: "M8 5.5v13l11-6.5z", halt: "M7 7h10v10H7z",
};
const cards = new Map();
let list = null;
let onlyMissing = false;
let heard = null;

const one = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });

function size(bytes) {
  const units = ["B", "KiB", "MiB"];
  let unit = 0;
  for (; bytes >= 1024 && unit < 2; unit += 1) bytes /= 1024;
  return `${one.format(bytes)}\u00a0${units[unit]}`;
}

function note(text, isBad, stays) {
  const line = document.createElement("p");
  line.textContent = text;
  line.className = isBad ? "bad" : "";
  element("notes").append(line);
  if (!stays) setTimeout(() => line.remove(), isBad ? 9000 : 4500);
  return line;
}

const headers = () => {
  const token = sessionStorage.getItem("token");
  // Fields are bytes to a browser.
  return token ? { Authorization: `Bearer ${String.fromCharCode(...new TextEncoder().encode(token))}` } : {};
};

// MARK: What there is

async function ask() {
  try {
    const answer = await fetch("/api/media", { headers: headers(), cache: "no-store", signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(String(answer.status));
    const text = await answer.text();
    if (text !== ask.last) show(JSON.parse(text));
    ask.last = text;
  } catch {
    ask.last = "";
    element("state").textContent = words.gone;
  }
}

function show(found) {
  list = found;
  element("name").textContent = `${found.name} · ${words.libraryTitle}`;
  document.title = element("name").textContent;
  element("state").textContent = found.missing === 0 ? words.complete : found.missing === 1 ? words.one : words.wanted(found.missing);
  element("token-form").hidden = found.mayChange || !found.hasToken;
  element("read-only").hidden = found.mayChange || found.hasToken;
  element("drop-hint").hidden = !found.mayChange;
  for (const [slot, card] of cards) if (!found.slots.some((other) => other.slot === slot)) {
    card.remove();
    cards.delete(slot);
  }
  if (heard !== null && !found.slots.some((slot) => slot.slot === heard && slot.sound?.size)) {
    audio.pause();
    heard = null;
  }
  for (const slot of found.slots) showSlot(slot);
  found.slots.forEach(({ slot }, index) => {
    const card = cards.get(slot);
    if (element("cards").children[index] !== card) element("cards").insertBefore(card, element("cards").children[index] ?? null);
  });
}

function showSlot(slot) {
  let card = cards.get(slot.slot);
  if (!card) {
    card = element("card").content.cloneNode(true).firstElementChild;
    card.querySelector(".digits").textContent = digits(slot.slot);
    card.dataset.slot = slot.slot;
    cards.set(slot.slot, card);
    element("cards").append(card);
  }
  const isWhole = slot.image?.size && slot.sound?.size;
  card.hidden = onlyMissing && Boolean(isWhole);
  const state = JSON.stringify([slot, list.mayChange, heard]);
  if (card.dataset.state === state) return;
  card.dataset.state = state;
  const picture = card.querySelector("img");
  picture.hidden = !slot.image?.size;
  if (slot.image?.size) picture.src = `/media/${slot.image.file}?v=${slot.image.version}`;
  for (const role of ["image", "sound"]) showFile(card.querySelector(`[data-role=${role}]`), slot, role);
}

function showFile(row, slot, role) {
  const file = slot[role];
  row.classList.toggle("absent", !file?.size);
  row.querySelector(".what").textContent = words[role];
  const kind = file?.file.split(".").pop().toUpperCase();
  row.querySelector(".facts").textContent = file ? `${kind} · ${file.size ? size(file.size) : words.isEmpty}` : words.isMissing;
  const focused = document.activeElement?.dataset.does;
  const actions = [];
  if (role === "sound" && file?.size) {
    const isHeard = heard === slot.slot;
    actions.push(button(isHeard ? "halt" : "listen", `${isHeard ? words.halt : words.listen}: ${file.file}`, () => listen(slot.slot, file)));
  }
  if (list.mayChange) {
    const what = `${file ? words.replace : words.add}: ${words.chooseFor(words[role], digits(slot.slot))}`;
    actions.push(button("add", what, () => choose(slot.slot, role)));
    if (file) actions.push(button("remove", `${words.remove}: ${file.file}`, () => remove(slot.slot, role, file)));
  }
  const hadFocus = row.contains(document.activeElement);
  row.querySelector(".actions").replaceChildren(...actions);
  if (hadFocus) (actions.find((button) => button.dataset.does === focused) ?? actions[0])?.focus();
}

function button(does, label, act) {
  const made = document.createElement("button");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[does]);
  svg.append(path);
  made.append(svg);
  made.type = "button";
  made.className = does;
  made.dataset.does = does;
  made.title = label;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

function listen(slot, file) {
  heard = heard === slot ? null : slot;
  if (heard === null) audio.pause();
  else {
    audio.src = `/media/${file.file}?v=${file.version}`;
    // Another one was asked for meanwhile.
    audio.play().catch((error) => { if (error.name !== "AbortError") quiet(); });
  }
  show(list);
}

function quiet() {
  heard = null;
  show(list);
}

// MARK: Changes

function choose(slot, role) {
  const chooser = element("chooser");
  chooser.value = "";
  chooser.accept = role === "image" ? "image/jpeg,image/png,image/webp,image/avif" : "audio/mpeg,audio/wav,audio/ogg,audio/flac,.mp3,.wav,.ogg,.flac";
  chooser.onchange = () => chooser.files[0] && upload(chooser.files[0], slot, role);
  chooser.click();
}

/** Which number and role a file is meant for. */
function meaning(file, slot) {
  const [, number, ending] = /^0*(\d{1,3})\.(\w+)$/.exec(file.name) ?? [];
  const role = ENDINGS[(ending ?? file.name.split(".").pop()).toLowerCase()] ?? (file.type.startsWith("image/") ? "image" : "sound");
  return { slot: slot ?? (number === undefined ? undefined : Number(number)), role };
}

function upload(file, slot, role) {
  if (file.size > list.maxUploadBytes) return note(`${file.name}: ${words.errors.large}`, true);
  const request = new XMLHttpRequest();
  const line = note(words.uploading(file.name, 0), false, true);
  request.open("PUT", `/api/media/${slot}/${role}`);
  for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
  request.upload.onprogress = (event) => { line.textContent = words.uploading(file.name, Math.round((event.loaded / event.total) * 100)); };
  return new Promise((resolve) => {
    request.onloadend = () => {
      line.remove();
      tell(request, file.name);
      ask().then(resolve);
    };
    request.send(file);
  });
}

function tell(request, name) {
  let answer = {};
  try { answer = JSON.parse(request.responseText); } catch { /* not one of ours */ }
  if (request.status === 200) return note(words.uploaded(answer.file));
  const code = request.status === 0 ? "network" : request.status === 413 ? "large" : answer.error;
  return note(`${name}: ${words.errors[code] ?? request.status}`, true);
}

async function remove(slot, role, file) {
  if (!confirm(words.confirmRemove(file.file))) return;
  const answer = await fetch(`/api/media/${slot}/${role}`, { method: "DELETE", headers: headers() }).catch(() => null);
  if (answer?.ok) note(words.removed(file.file));
  else note(words.errors[(await answer?.json().catch(() => ({})))?.error ?? "network"], true);
  ask();
}

async function drop(event) {
  event.preventDefault();
  marked(null);
  if (!list?.mayChange) return;
  const card = event.target.closest?.(".card");
  const files = [...event.dataTransfer.files];
  for (const file of files) {
    const { slot, role } = meaning(file, card ? Number(card.dataset.slot) : undefined);
    if (slot === undefined) note(words.noName(file.name), true);
    else await upload(file, slot, role);
  }
}

function marked(event) {
  document.body.classList.toggle("dropping", Boolean(event));
  const card = event?.target.closest?.(".card");
  for (const other of cards.values()) other.classList.toggle("over", other === card);
}

async function enter(event) {
  event.preventDefault();
  sessionStorage.setItem("token", element("token").value);
  ask.last = "";
  await ask();
  element("token-wrong").textContent = list?.mayChange ? "" : words.wrongToken;
  if (!list?.mayChange) sessionStorage.removeItem("token");
}

function filter(isMissing) {
  onlyMissing = isMissing;
  element("show-all").setAttribute("aria-pressed", String(!isMissing));
  element("show-missing").setAttribute("aria-pressed", String(isMissing));
  if (list) show(list);
}

say();
element("show-all").addEventListener("click", () => filter(false));
element("show-missing").addEventListener("click", () => filter(true));
element("token-form").addEventListener("submit", enter);
audio.addEventListener("ended", quiet);
audio.addEventListener("error", quiet);
addEventListener("dragover", (event) => {
  event.preventDefault();
  marked(event);
});
addEventListener("dragleave", (event) => event.relatedTarget || marked(null));
addEventListener("drop", drop);
ask();
setInterval(() => document.hidden || ask(), 2000);
