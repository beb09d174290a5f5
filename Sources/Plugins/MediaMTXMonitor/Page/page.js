// Follows the router over a WebSocket, or asks it again and again where there is none, and shows what is known.
import { columns, facts, make, showCards, showRows } from "./cards.js";
import { ageNow, choices, chosen, isActive, keep, limits, model, spans, take, takeHistory, warnings } from "./model.js";
import { clock, count, decimal, language, lasting, percent, size, words } from "./words.js";

const element = (id) => document.getElementById(id);
const cardsShown = 300;
const rowsShown = 2000;
let preview = "";
let isDue = false;

// ---- What stands still

function say() {
  document.documentElement.lang = language;
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = words[one.dataset.say];
  element("table-frame").setAttribute("aria-label", words.views.table);
  element("columns").replaceChildren(...columns().map((text) => {
    const cell = make("th", text);
    cell.scope = "col";
    return cell;
  }));
  const lists = { filter: words.filters, order: words.orders, view: words.views, span: words.spans };
  for (const [id, texts] of Object.entries(lists)) {
    const list = element(id);
    list.replaceChildren(...Object.entries(texts).map(([value, text]) => new Option(text, value)));
    list.value = texts[choices[id]] ? choices[id] : Object.keys(texts)[0];
    choices[id] = list.value;
    list.addEventListener("change", () => {
      choices[id] = list.value;
      keep("choices", choices);
      if (id === "span") askHistory();
      show();
    });
  }
  element("search").addEventListener("input", show);
  element("tools").addEventListener("submit", (event) => event.preventDefault());
  sayLimits();
}

function sayLimits() {
  const form = element("limits");
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const [key, text] of Object.entries(words.limitNames)) {
    const [label, field] = [make("label"), make("input")];
    Object.assign(field, { type: "number", min: 0, step: "any", value: limits[key] });
    field.addEventListener("input", () => {
      const value = Number(field.value);
      if (!Number.isFinite(value) || value < 0) return;
      limits[key] = value;
      keep("limits", limits);
      show();
    });
    label.append(make("span", text), field);
    form.append(label);
  }
}

// ---- What changes

function sum(streams, key) {
  return streams.reduce((total, one) => total + (one[key] ?? 0), 0);
}

function showSums() {
  const all = [...model.streams.values()];
  const trouble = all.filter((one) => warnings(one).length > 0).length;
  const pairs = [
    [count(all.filter(isActive).length) + (all.length ? ` / ${count(all.length)}` : ""), words.onAir],
    [count(trouble), words.trouble, trouble ? "bad" : ""],
    [count(sum(all, "readers")), words.readers],
    [decimal(sum(all, "inMbit5s")), words.inbound], [decimal(sum(all, "outMbit5s")), words.outbound],
  ];
  element("sums").replaceChildren(...pairs.map(([value, name, className]) => {
    const one = make("li", undefined, className);
    one.append(make("b", value), make("span", name));
    return one;
  }));
}

function showAge() {
  const age = ageNow();
  const seconds = age === null ? null : age / 1000;
  const grade = seconds === null ? "" : seconds > Math.max(limits.age, 3) ? "bad" : seconds > 5 ? "warn" : "good";
  element("age").className = `age ${grade}`;
  element("age").textContent = seconds === null ? words.noData : words.ageOf(lasting(seconds));
  const isOld = seconds !== null && (model.age.data === "stale" || seconds > limits.age);
  const problem = !model.isConnected ? words.unconnected : model.server?.problem ? `${words.serverDown}: ${model.server.problem}` : "";
  const banner = isOld ? words.stale(clock(model.age.collectedAt), problem) : model.isConnected ? (seconds === null ? problem : "") : words.unconnected;
  if (element("stale").textContent !== banner) element("stale").textContent = banner;
  element("stale").hidden = !banner;
  document.body.classList.toggle("old", isOld || !model.isConnected);
}

function showAlerts() {
  const lines = model.alerts.map((one) => [one.text ?? one.rule, one.severity]);
  for (const stream of model.streams.values()) {
    for (const { kind, grade, value } of warnings(stream)) {
      const text = kind === "dropped" ? count(value) : kind === "rate" ? decimal(value) : value === undefined ? "" : percent(value);
      lines.push([words.warnings[kind](stream.name, text), grade]);
    }
  }
  lines.sort((a, b) => (a[1] === b[1] ? 0 : a[1] === "critical" ? -1 : 1));
  element("alerts-frame").hidden = lines.length === 0;
  element("alerts").replaceChildren(...lines.slice(0, 50).map(([text, grade]) => make("li", text, grade === "critical" ? "critical" : "warning")));
}

function eventText(event) {
  if (event.kind === "alert") return `${words.changes[event.what] ?? event.what}: ${event.text ?? event.rule}`;
  const what = words.changes[event.change] ?? event.change;
  const parts = [event.stream ? `${event.stream}: ${what}` : what];
  if (event.seconds !== undefined) parts.push(words.after(lasting(event.seconds)));
  if (event.detail) parts.push(`(${event.detail})`);
  return parts.join(" ");
}

function showEvents() {
  element("no-events").hidden = model.events.length > 0;
  element("events").replaceChildren(...model.events.slice(0, 40).map((event) => {
    const [line, time] = [make("li"), make("time", clock(event.time))];
    time.dateTime = event.time;
    line.append(time, eventText(event));
    return line;
  }));
}

function showHost() {
  const host = model.host;
  element("host-frame").hidden = !host;
  if (!host) return;
  const names = words.hostFacts;
  const part = (one) => one && `${percent(one.percent)} · ${size(one.usedBytes)} / ${size(one.totalBytes)}`;
  facts(element("host"), [
    [names.host, [host.host, ...(host.addresses ?? []).slice(0, 3)].filter(Boolean).join(" · "), "long"],
    host.cpuPercent !== undefined && [names.cpu, percent(host.cpuPercent), host.cpuPercent > 90 ? "bad" : ""],
    host.load && [names.load, host.load.map(decimal).join(" ")],
    host.memory && [names.memory, part(host.memory), host.memory.percent > 90 ? "bad" : ""],
    host.swap && host.swap.totalBytes > 0 && [names.swap, part(host.swap)],
    ...(host.disks ?? []).map((disk) => [`${names.disk} ${disk.path}`, part(disk), disk.percent > 90 ? "bad" : ""]),
    host.network && [names.network, `↓ ${decimal(host.network.rxMbit)} ↑ ${decimal(host.network.txMbit)} Mbit/s`],
    host.celsius !== undefined && [names.temperature, `${decimal(host.celsius)} °C`],
  ]);
}

function showServer() {
  const { server } = model;
  element("server").textContent = server ? [`MediaMTX ${server.version ?? ""}`.trim(), server.server].filter(Boolean).join(" · ") : "";
}

function show() {
  isDue = false;
  showAge();
  showServer();
  showSums();
  showAlerts();
  const streams = chosen(element("search").value);
  const isTable = choices.view === "table";
  const most = isTable ? rowsShown : cardsShown;
  showCards(isTable ? [] : streams.slice(0, most), preview);
  showRows(isTable ? streams.slice(0, most) : []);
  element("cards").hidden = isTable;
  element("table-frame").hidden = !isTable || streams.length === 0;
  element("empty").hidden = streams.length > 0;
  element("empty").textContent = model.age.data === "none" ? words.noData : model.streams.size ? words.noMatch : words.none;
  element("more").hidden = streams.length <= most;
  element("more").textContent = words.more(count(streams.length - most));
  showHost();
  showEvents();
}

function showSoon() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(show);
}

// ---- The router

async function ask(path) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function askHistory() {
  const { span } = choices;
  try {
    takeHistory(span, await ask(`/api/history?seconds=${spans[span]}`));
    showSoon();
  } catch {
    // The graphs fill as looks come.
  }
}

async function askSettings() {
  try {
    const settings = await ask("/api/settings");
    preview = settings.preview;
    element("name").textContent = settings.name;
    document.title = settings.name;
  } catch {
    element("name").textContent = words.title;
  }
}

/** Asks again and again while no WebSocket stands. */
async function poll() {
  try {
    take({ type: "snapshot", ...(await ask("/api/streams")) });
    model.isConnected = true;
  } catch {
    model.isConnected = false;
  }
  showSoon();
}

function follow(tries = 0) {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
  socket.onopen = () => {
    model.isConnected = true;
    tries = 0;
    askSettings().then(showSoon);
    askHistory();
  };
  socket.onmessage = (message) => {
    take(JSON.parse(message.data));
    if (document.hidden) return;
    showSoon();
  };
  socket.onclose = () => {
    model.isConnected = false;
    showSoon();
    poll();
    setTimeout(follow, Math.min(10_000, 500 * 2 ** tries), tries + 1);
  };
}

say();
askSettings();
show();
follow();
setInterval(showAge, 1000);
setInterval(() => choices.span === "hour" && askHistory(), 30_000);
document.addEventListener("visibilitychange", () => document.hidden || showSoon());
