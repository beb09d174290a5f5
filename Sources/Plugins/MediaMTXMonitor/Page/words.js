// What the page says, in the reader's language.
const english = {
  title: "Streams", streams: "Streams", alerts: "Alerts", machine: "Machine", events: "Events",
  noEvents: "Nothing has happened since the router looks.",
  search: "Search", show: "Show", order: "Order", view: "View", span: "Graph",
  filters: { all: "all", active: "on air", trouble: "in trouble", live: "live", stalled: "stalled", waiting: "waiting", offline: "offline" },
  orders: { name: "by name", rate: "by rate", readers: "by readers", state: "by state" },
  views: { cards: "cards", table: "table" }, spans: { minute: "1 minute", hour: "1 hour" },
  state: "State", states: { live: "live", stalled: "stalled", waiting: "waiting", offline: "offline" },
  stateHelp: {
    live: "Somebody publishes and bytes come.", stalled: "A publisher is attached, but no bytes come.",
    waiting: "A source is expected and not there.", offline: "Nobody publishes.",
  },
  readers: "Readers", readersOf: (n) => (n === 1 ? "1 reader" : `${n} readers`), peak: "most", viewersUnknown: "at least",
  incoming: "in", outgoing: "out", over60: "1 min", total: "Received", since: "Since", lastData: "Last data", media: "Tracks",
  latency: "Latency", loss: "Loss 10 s / 1 min", dropped: "Dropped 10 s / 1 min", resent: "Sent again 1 min",
  capacity: "Link, estimated", jitter: "Jitter", lost: "Packets lost", discarded: "Frames discarded", errors: "Frames in error",
  ticks: "ticks", agent: "Program", user: "User", rtt: "RTT", rate: "Rate", ofLatency: "of the latency",
  impacts: { crit: "loss seen", warn: "repaired", recent: "recently", ok: "clean" },
  impactHelp: {
    crit: "Packets were lost for good in the last 10 s.", warn: "Packets were lost and sent again in the last 10 s.",
    recent: "Something was lost in the last minute.", ok: "Nothing was lost in the last minute.",
  },
  oldSRT: "SRT numbers are old", noSRT: "no SRT numbers",
  none: "There are no streams.", noMatch: "No stream matches.", noData: "No data yet.", more: (n) => `and ${n} more`,
  ageOf: (text) => `data ${text} old`, unconnected: "The router does not answer; what is shown is old.",
  stale: (time, problem) => `Old data: last read at ${time}.${problem ? ` ${problem}` : ""}`,
  serverDown: "The list of streams cannot be read", onAir: "on air", trouble: "in trouble", inbound: "Mbit/s in", outbound: "Mbit/s out",
  changes: {
    up: "on air", down: "gone off air", stalled: "stalled", resumed: "bytes come again",
    publisherChanged: "another publisher", serverLost: "The server was lost", serverBack: "The server is back",
    raised: "alert", cleared: "alert over",
  },
  after: (text) => `after ${text}`, watch: "Preview", unwatch: "Close preview", previewOf: (name) => `Preview of ${name}`,
  limits: "Warn when", limitsText: "Kept in this browser. Rules that also reach web hooks are set in the router.",
  limitNames: { rtt: "RTT above % of latency", loss: "Loss above %", rate: "Rate below Mbit/s", age: "Data older than s" },
  warnings: {
    stalled: (name) => `${name}: no bytes come`, rtt: (name, text) => `${name}: RTT is ${text} of the latency`,
    loss: (name, text) => `${name}: ${text} of the packets are lost`, dropped: (name, n) => `${name}: ${n} packets lost for good in 10 s`,
    rate: (name, text) => `${name}: only ${text} Mbit/s come`,
  },
  hostFacts: { cpu: "CPU", load: "Load", memory: "Memory", swap: "Swap", disk: "Disk", network: "Network", temperature: "Temperature", host: "Host" },
};
const german = {
  title: "Ströme", streams: "Ströme", alerts: "Warnungen", machine: "Rechner", events: "Ereignisse",
  noEvents: "Seit der Router hinsieht, ist nichts geschehen.",
  search: "Suche", show: "Zeige", order: "Ordnung", view: "Ansicht", span: "Verlauf",
  filters: { all: "alle", active: "auf Sendung", trouble: "gestört", live: "läuft", stalled: "stockt", waiting: "erwartet", offline: "aus" },
  orders: { name: "nach Namen", rate: "nach Rate", readers: "nach Lesern", state: "nach Zustand" },
  views: { cards: "Karten", table: "Tabelle" }, spans: { minute: "1 Minute", hour: "1 Stunde" },
  state: "Zustand", states: { live: "läuft", stalled: "stockt", waiting: "erwartet", offline: "aus" },
  stateHelp: {
    live: "Jemand sendet, und Daten kommen.", stalled: "Ein Sender ist verbunden, aber keine Daten kommen.",
    waiting: "Eine Quelle wird erwartet und ist nicht da.", offline: "Niemand sendet.",
  },
  readers: "Leser", readersOf: (n) => `${n} Leser`, peak: "höchstens", viewersUnknown: "mindestens",
  incoming: "ein", outgoing: "aus", over60: "1 min", total: "Empfangen", since: "Seit", lastData: "Letzte Daten", media: "Spuren",
  latency: "Latenz", loss: "Verlust 10 s / 1 min", dropped: "Verworfen 10 s / 1 min", resent: "Wiederholt 1 min",
  capacity: "Leitung, geschätzt", jitter: "Jitter", lost: "Pakete verloren", discarded: "Bilder verworfen", errors: "Fehlerhafte Bilder",
  ticks: "Takte", agent: "Programm", user: "Benutzer", rtt: "RTT", rate: "Rate", ofLatency: "der Latenz",
  impacts: { crit: "sichtbar", warn: "repariert", recent: "kürzlich", ok: "sauber" },
  impactHelp: {
    crit: "In den letzten 10 s gingen Pakete endgültig verloren.", warn: "In den letzten 10 s gingen Pakete verloren und kamen erneut.",
    recent: "In der letzten Minute ging etwas verloren.", ok: "In der letzten Minute ging nichts verloren.",
  },
  oldSRT: "SRT-Werte sind alt", noSRT: "keine SRT-Werte",
  none: "Es gibt keine Ströme.", noMatch: "Kein Strom passt.", noData: "Noch keine Daten.", more: (n) => `und ${n} weitere`,
  ageOf: (text) => `Daten ${text} alt`, unconnected: "Der Router antwortet nicht; das Gezeigte ist alt.",
  stale: (time, problem) => `Alte Daten: zuletzt gelesen um ${time}.${problem ? ` ${problem}` : ""}`,
  serverDown: "Die Liste der Ströme ist nicht zu lesen", onAir: "auf Sendung", trouble: "gestört", inbound: "Mbit/s ein", outbound: "Mbit/s aus",
  changes: {
    up: "auf Sendung", down: "nicht mehr auf Sendung", stalled: "stockt", resumed: "Daten kommen wieder",
    publisherChanged: "anderer Sender", serverLost: "Der Server ist weg", serverBack: "Der Server ist wieder da",
    raised: "Warnung", cleared: "Warnung vorbei",
  },
  after: (text) => `nach ${text}`, watch: "Vorschau", unwatch: "Vorschau schließen", previewOf: (name) => `Vorschau von ${name}`,
  limits: "Warnen bei", limitsText: "Gilt in diesem Browser. Regeln, die auch Web-Hooks erreichen, stehen im Router.",
  limitNames: { rtt: "RTT über % der Latenz", loss: "Verlust über %", rate: "Rate unter Mbit/s", age: "Daten älter als s" },
  warnings: {
    stalled: (name) => `${name}: keine Daten kommen`, rtt: (name, text) => `${name}: RTT ist ${text} der Latenz`,
    loss: (name, text) => `${name}: ${text} der Pakete gehen verloren`, dropped: (name, n) => `${name}: ${n} Pakete in 10 s endgültig verloren`,
    rate: (name, text) => `${name}: nur ${text} Mbit/s kommen`,
  },
  hostFacts: { cpu: "CPU", load: "Last", memory: "Speicher", swap: "Swap", disk: "Platte", network: "Netz", temperature: "Temperatur", host: "Rechner" },
};
const wanted = navigator.languages.find((one) => /^(de|en)\b/i.test(one)) ?? "en";
export const language = /^de/i.test(wanted) ? "de" : "en";
export const words = language === "de" ? german : english;

const number = (digits) => new Intl.NumberFormat(language, { maximumFractionDigits: digits });
const [whole, tenths, hundredths] = [number(0), number(1), number(2)];

export const count = (value) => whole.format(value);
export const decimal = (value) => (value === undefined || value === null ? "–" : (Math.abs(value) < 10 ? hundredths : tenths).format(value));
export const percent = (value) => (value === undefined || value === null ? "–" : `${(value < 1 ? hundredths : tenths).format(value)} %`);

export function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
  let unit = 0;
  for (; bytes >= 1000 && unit < units.length - 1; unit += 1) bytes /= 1000;
  return `${tenths.format(bytes)} ${units[unit]}`;
}

export function lasting(seconds) {
  if (seconds < 100) return `${whole.format(Math.max(0, seconds))} s`;
  if (seconds < 6000) return `${whole.format(seconds / 60)} min`;
  if (seconds < 172800) return `${whole.format(seconds / 3600)} h`;
  return `${whole.format(seconds / 86400)} d`;
}

const clockTime = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const clock = (text) => (text ? clockTime.format(new Date(text)) : "–");
export const secondsSince = (text) => (Date.now() - new Date(text).getTime()) / 1000;
