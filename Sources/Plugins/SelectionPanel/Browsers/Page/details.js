// What one looks at when something is odd: times, states, the last lines.
import { words } from "./words.js";

const LINES = 50;

export class Details {
  constructor() {
    this.list = document.getElementById("facts");
    this.lines = document.getElementById("log");
    this.times = [];
    this.fields = new Map();
    for (const [name, label] of [
      ["last", words.factLast], ["median", words.factMedian], ["roundTrip", words.factRoundTrip], ["panel", words.factPanel],
      ["media", words.factMedia], ["sound", words.factSound], ["awake", words.factAwake],
    ]) this.add(name, label);
    this.showKeys();
  }

  add(name, label) {
    const [pair, term, text] = ["div", "dt", "dd"].map((one) => document.createElement(one));
    term.textContent = label;
    text.textContent = "–";
    pair.append(term, text);
    this.list.append(pair);
    this.fields.set(name, text);
  }

  set(name, text) { this.fields.get(name).textContent = text; }

  /** Sound came out so many milliseconds after the press. */
  heard(ms, number) {
    this.times = [...this.times, ms].slice(-LINES);
    const sorted = [...this.times].sort((a, b) => a - b);
    this.set("last", `${ms.toFixed(0)} ms`);
    this.set("median", `${sorted[sorted.length >> 1].toFixed(0)} ms (${sorted.length})`);
    this.note(words.logSound(number, ms.toFixed(0)));
  }

  note(text) {
    const line = document.createElement("li");
    const now = new Date();
    line.textContent = `${now.toTimeString().slice(0, 8)}.${String(now.getMilliseconds()).padStart(3, "0")}  ${text}`;
    this.lines.prepend(line);
    while (this.lines.childElementCount > LINES) this.lines.lastChild.remove();
  }

  showKeys() {
    const keys = [
      ["Space", words.keySpace], ["1 2 3 ⏎", words.keyDigits], ["S", words.keyStop], ["F", words.keyFull],
      ["B", words.keyButtons], ["D", words.keyDetails],
    ];
    document.getElementById("keys").replaceChildren(...keys.flatMap(([name, text]) => {
      const [term, key, what] = ["dt", "kbd", "dd"].map((one) => document.createElement(one));
      key.textContent = name;
      term.append(key);
      what.textContent = text;
      return [term, what];
    }));
  }
}
