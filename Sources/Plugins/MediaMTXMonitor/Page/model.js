// What is known of the streams, kept up to date by the messages of the router, and judged.

/** Seconds of the two graphs. */
export const spans = { minute: 60, hour: 3600 };

export const model = {
  streams: new Map(), order: [], server: null, host: null, alerts: [], events: [],
  age: { data: "none", collectedAt: null, ageMs: null, at: 0 }, isConnected: false,
  history: { minute: new Map(), hour: new Map() },
};

/** Limits of this browser's own warnings. */
export const limits = { rtt: 33, loss: 2, rate: 0, age: 10, ...stored("limits") };

function stored(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

export function keep(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing shows all the same.
  }
}

export const choices = { filter: "all", order: "name", view: "cards", span: "minute", ...stored("choices") };

function takeAge(message) {
  model.age = { data: message.data, collectedAt: message.collectedAt, ageMs: message.ageMs, at: performance.now() };
}

/** Milliseconds since the list of paths was read; null before. */
export function ageNow() {
  const { ageMs, at } = model.age;
  return ageMs === null || ageMs === undefined ? null : ageMs + performance.now() - at;
}

function takeAll(message) {
  takeAge(message);
  model.streams = new Map(message.streams.map((one) => [one.name, one]));
  model.order = message.streams.map((one) => one.name);
  model.server = message.server ?? null;
  model.host = message.host ?? null;
  model.alerts = message.alerts ?? [];
  model.events = [...message.events].reverse();
}

function takeLook(message) {
  takeAge(message);
  for (const change of message.changed) {
    const old = model.streams.get(change.name);
    const fresh = { ...old, ...change };
    for (const key of Object.keys(change)) if (change[key] === null) delete fresh[key];
    if (!old) model.order.push(change.name);
    model.streams.set(change.name, fresh);
  }
  for (const name of message.gone ?? []) {
    model.streams.delete(name);
    model.history.minute.delete(name);
    model.history.hour.delete(name);
  }
  if (message.gone?.length) model.order = model.order.filter((name) => model.streams.has(name));
  if (message.last) noteLook();
}

function noteLook() {
  const now = Date.parse(model.age.collectedAt) / 1000;
  for (const stream of model.streams.values()) {
    if (!isActive(stream) && !model.history.minute.has(stream.name)) continue;
    const line = model.history.minute.get(stream.name) ?? { time: [], inMbit: [], rttMs: [] };
    line.time.push(now);
    line.inMbit.push(stream.inMbit5s ?? null);
    line.rttMs.push(stream.rtt ?? null);
    while (line.time.length && now - line.time[0] > spans.minute) for (const key of ["time", "inMbit", "rttMs"]) line[key].shift();
    model.history.minute.set(stream.name, line);
  }
}

/** Takes one message of the WebSocket, or an answer of the API told to be a snapshot. */
export function take(message) {
  switch (message.type) {
    case "snapshot": takeAll(message); break;
    case "look": takeLook(message); break;
    case "age": takeAge(message); break;
    case "event": model.events = [message.event, ...model.events].slice(0, 100); break;
    case "server": model.server = message.server; break;
    case "host": model.host = message.host; break;
    case "alerts": model.alerts = message.alerts ?? []; break;
  }
}

export function takeHistory(span, answer) {
  model.history[span] = new Map(Object.entries(answer.streams));
}

export const isActive = (stream) => stream.state === "live" || stream.state === "stalled";

/** Round trip as a share of the latency within which loss can be repaired, in percent. */
export function roundTrip(stream) {
  const { rttMs, latencyMs } = stream.srt ?? {};
  return rttMs === undefined || !latencyMs ? null : (rttMs / latencyMs) * 100;
}

/** At most a quarter of the latency leaves room for three tries, a third for two. */
export function roundTripGrade(share) {
  return share === null ? "" : share <= 25 ? "good" : share <= limits.rtt ? "warn" : "bad";
}

/** What loss does to the viewer: `crit`, `warn`, `recent`, `ok`; null without numbers. */
export function impact(stream) {
  const [now, minute] = [stream.srt?.last10s, stream.srt?.last60s];
  if (!now || stream.srt.data !== "fresh") return null;
  const seen = (one) => one.dropped + one.belated + one.undecrypted;
  if (seen(now) > 0) return "crit";
  if (now.lost + now.retransmitted > 0) return "warn";
  return minute && seen(minute) + minute.lost + minute.retransmitted > 0 ? "recent" : "ok";
}

/** This browser's warnings for a stream: kind, grade and what to say. */
export function warnings(stream) {
  const found = [];
  if (!isActive(stream)) return found;
  if (stream.state === "stalled") found.push({ kind: "stalled", grade: "critical" });
  const share = roundTrip(stream);
  if (share !== null && stream.srt.data === "fresh" && share > limits.rtt) found.push({ kind: "rtt", grade: "warning", value: share });
  const loss = stream.srt?.last10s?.lossPercent;
  if (stream.srt?.last10s?.dropped > 0) found.push({ kind: "dropped", grade: "critical", value: stream.srt.last10s.dropped });
  if (loss > limits.loss) found.push({ kind: "loss", grade: "warning", value: loss });
  if (limits.rate > 0 && stream.inMbit5s < limits.rate) found.push({ kind: "rate", grade: "warning", value: stream.inMbit5s });
  return found;
}

const rank = { stalled: 0, live: 1, waiting: 2, offline: 3 };
const orders = {
  name: () => 0,
  rate: (a, b) => (b.inMbit5s ?? -1) - (a.inMbit5s ?? -1),
  readers: (a, b) => b.readers - a.readers,
  state: (a, b) => rank[a.state] - rank[b.state],
};

/** The streams to show, in order. */
export function chosen(search) {
  const wanted = search.trim().toLowerCase();
  const fits = (one) => {
    if (wanted && !one.name.toLowerCase().includes(wanted)) return false;
    if (choices.filter === "all") return true;
    if (choices.filter === "active") return isActive(one);
    if (choices.filter === "trouble") return warnings(one).length > 0;
    return one.state === choices.filter;
  };
  const all = model.order.map((name) => model.streams.get(name)).filter(fits);
  return all.sort((a, b) => orders[choices.order](a, b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
