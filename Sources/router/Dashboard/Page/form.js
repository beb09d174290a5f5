// Forms made from a type's option table: every option with its unit, range, default and meaning.

import { button, icon, make } from "./dom.js";
import { number, say } from "./words.js";

let lastField = 0;
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** One control: `read()` gives the value, `write(value)` shows one; `changed` hears each change by hand. */
function control(schema, option, id, changed, choices) {
  const kinds = schema.anyOf ?? [];
  const off = kinds.find((one) => one.const === false);
  const inner = kinds.filter((one) => one.const !== false);
  if (schema.type === "boolean") return toggle(id, changed);
  if (schema.enum) return select(schema.enum, id, changed);
  if (option.secret) return text(id, changed, { type: "password", autocomplete: "off", placeholder: say("secretHint") }, true);
  if (off) return optional(inner, option, id, changed, choices);
  if (schema.type === "integer" || schema.type === "number") return figure(schema, option, id, changed);
  if (schema.type === "array") return lines(id, changed);
  if (schema.type === "object" && schema.properties) return group(schema, id, changed);
  if (schema.type === "object" && typeof schema.additionalProperties === "object") return table(schema, id, changed);
  if (schema.type === "string" || (kinds.length && kinds.some((one) => one.type === "string"))) {
    return text(id, changed, { type: "text", spellcheck: "false" }, kinds.some((one) => one.type === "integer"), choices);
  }
  return json(id, changed);
}

function toggle(id, changed) {
  const box = make("input", { type: "checkbox", id, role: "switch", onchange: () => changed() });
  return { element: box, read: () => box.checked, write: (value) => { box.checked = value === true; } };
}

function select(values, id, changed) {
  const element = make("select", { id, onchange: () => changed() },
    values.map((value, index) => make("option", { value: String(index), text: String(value) })));
  return {
    element, read: () => values[Number(element.value)],
    write: (value) => { element.value = String(Math.max(0, values.findIndex((one) => same(one, value)))); },
  };
}

/** @param isFree digits alone become a number, JSON objects become objects */
function text(id, changed, attributes, isFree, choices) {
  const box = make("input", { id, ...attributes, oninput: () => changed() });
  const element = choices?.length ? make("div", { class: "row" }, box, make("datalist", { id: `${id}-known` },
    choices.map((choice) => make("option", { value: choice })))) : box;
  if (choices?.length) box.setAttribute("list", `${id}-known`);
  const read = () => {
    if (isFree && attributes.type === "text" && /^\d+$/.test(box.value)) return Number(box.value);
    if (isFree && box.value.startsWith("{")) { try { return JSON.parse(box.value); } catch { return box.value; } }
    return box.value === "" ? undefined : box.value;
  };
  return {
    element, read,
    write: (value) => { box.value = value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : value; },
  };
}

/** A number: beside the field a slider where the range has ends near enough to slide. */
function figure(schema, option, id, changed) {
  const { minimum, maximum } = schema;
  const isWhole = schema.type === "integer";
  const box = make("input", {
    id, type: "number", inputmode: isWhole ? "numeric" : "decimal", step: isWhole ? 1 : "any", min: minimum, max: maximum,
    oninput: () => { if (slider && box.value !== "") slider.value = scale.to(Number(box.value)); changed(); },
  });
  const hasSlider = minimum !== undefined && maximum !== undefined && maximum - minimum <= 100_000 && maximum > minimum;
  const scale = sliding(minimum, maximum, isWhole, option.unit);
  const slider = hasSlider && make("input", {
    type: "range", min: scale.low, max: scale.high, step: scale.step, "aria-label": option.name,
    oninput: () => { box.value = scale.from(Number(slider.value)); changed(true); },
    onchange: () => changed(),
  });
  const element = make("div", { class: "row number" }, slider || null, box,
    option.unit ? make("span", { class: "unit", text: option.unit }) : null);
  return {
    element, read: () => (box.value === "" ? undefined : Number(box.value)),
    write: (value) => {
      box.value = value ?? "";
      if (slider) slider.value = scale.to(Number(value ?? minimum));
    },
  };
}

/** Wide ranges of positive numbers (Hz, ms) slide by ratio, all others evenly. */
function sliding(low, high, isWhole, unit) {
  if (low >= 0 && high / Math.max(low, 1) > 500) {
    const base = Math.log(high - low + 1);
    const tidy = (value) => (isWhole || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10);
    return {
      low: 0, high: 1000, step: 1, to: (value) => Math.round(1000 * Math.log(Math.max(0, value - low) + 1) / base),
      from: (place) => Math.min(high, Math.max(low, tidy(low + Math.exp(base * place / 1000) - 1))),
    };
  }
  return { low, high, step: isWhole ? 1 : unit === "dB" ? 0.5 : (high - low) / 1000, to: (value) => value, from: (value) => value };
}

/** Something, or false: a switch before it. */
function optional(inner, option, id, changed, choices) {
  const schema = inner.length === 1 ? inner[0] : { anyOf: inner };
  const words = inner.map((one) => one.const).filter((word) => typeof word === "string");
  const isPlain = words.length > 0 && words.length === inner.length;
  const part = isPlain ? select(words, id, changed) : control(
    words.length || inner.some((one) => one.type === "object") ? { anyOf: [{ type: "string" }] } : schema,
    { ...option, secret: false }, id, changed, choices);
  const box = make("input", {
    type: "checkbox", role: "switch", "aria-label": `${option.name}: ${say("onOff")}`,
    onchange: () => { show(); changed(); },
  });
  const show = () => { part.element.hidden = !box.checked; };
  const element = make("div", { class: "row" }, box, part.element);
  return {
    element,
    read: () => {
      if (!box.checked) return false;
      const value = part.read();
      if (value === undefined) return words[0];
      return typeof value === "string" && value.startsWith("{") ? JSON.parse(value) : value;
    },
    write: (value) => {
      box.checked = value !== false && value !== undefined && value !== null;
      part.write(value === false ? undefined : value);
      show();
    },
  };
}

function lines(id, changed) {
  const box = make("textarea", { id, rows: 3, spellcheck: "false", oninput: () => changed() });
  return {
    element: box, read: () => box.value.split("\n").map((line) => line.trim()).filter(Boolean),
    write: (value) => { box.value = (value ?? []).join("\n"); },
  };
}

function json(id, changed) {
  const box = make("textarea", { id, rows: 3, spellcheck: "false", oninput: () => changed() });
  return {
    element: box,
    read: () => {
      if (!box.value.trim()) return undefined;
      try { return JSON.parse(box.value); } catch { return box.value; }
    },
    write: (value) => { box.value = value === undefined || value === null ? "" : JSON.stringify(value, null, 1); },
  };
}

const described = (name, schema) => ({
  name, schema, description: schema.description ?? "", default: schema.default, unit: schema["x-unit"] ?? unitOf(name),
});
const unitOf = (name) => ({ Db: "dB", Ms: "ms", Hz: "Hz", Seconds: "s", Bytes: "B", Kbps: "kbit/s" })[name.match(/(Db|Ms|Hz|Seconds|Bytes|Kbps)$/)?.[0]];

/** An object with known members, folded. */
function group(schema, id, changed) {
  const fields = Object.entries(schema.properties).map(([name, part]) => new Field(described(name, part), changed));
  const element = make("details", { class: "nested" }, make("summary", { text: say("more") }), fields.map((field) => field.element));
  return {
    element, read: () => collected(fields),
    write: (value) => fields.forEach((field) => field.write(value?.[field.option.name])),
  };
}

/** Names chosen by the user, each with members of its own: the inputs of a mixer. */
function table(schema, id, changed) {
  const rows = [];
  const list = make("div", { class: "table" });
  const add = (name, value) => {
    const parts = Object.entries(schema.additionalProperties.properties ?? {})
      .map(([key, part]) => new Field(described(key, part), changed));
    const label = make("input", { type: "text", value: name, "aria-label": say("entryName"), spellcheck: "false", oninput: () => changed() });
    const entry = { label, parts };
    entry.element = make("fieldset", { class: "entry" }, make("legend", { class: "unseen", text: name }),
      make("div", { class: "row" }, label, button("trash", say("removeEntry", name), () => {
        rows.splice(rows.indexOf(entry), 1);
        entry.element.remove();
        changed();
      })), parts.map((field) => field.element));
    parts.forEach((field) => field.write(value?.[field.option.name]));
    rows.push(entry);
    list.append(entry.element);
    return entry;
  };
  const fresh = () => {
    let count = rows.length + 1;
    while (rows.some(({ label }) => label.value === `input${count}`)) count += 1;
    const entry = add(`input${count}`, {});
    changed();
    entry.label.focus();
    entry.label.select();
  };
  const element = make("div", { id, class: "map" }, list, make("button", { type: "button", class: "plain", onclick: fresh },
    icon("plus"), make("span", { text: say("addEntry") })));
  return {
    element, read: () => Object.fromEntries(rows.map(({ label, parts }) => [label.value.trim(), collected(parts)])),
    write: (value) => {
      rows.length = 0;
      list.replaceChildren();
      for (const [name, part] of Object.entries(value ?? {})) add(name, part);
    },
  };
}

const collected = (fields) => Object.fromEntries(fields.filter((field) => field.isSet()).map((field) => [field.option.name, field.read()]));

/** One option: name, control, what it means, and a way back to the default. */
export class Field {
  constructor(option, changed, choices) {
    this.option = option;
    lastField += 1;
    const id = `field-${lastField}`;
    this.control = control(option.schema, option, id, (isSliding) => { this.touched(); changed?.(this, isSliding); }, choices);
    const facts = [option.range ? `${option.range}${option.unit ? ` ${option.unit}` : ""}` : "",
      option.default !== undefined && typeof option.default !== "object" ? say("defaultIs", shown(option.default)) : "",
      option.required ? say("required") : "", option.live ? say("liveOption") : ""].filter(Boolean).join(" · ");
    const helpID = `${id}-help`;
    this.problem = make("p", { class: "problem", role: "alert", hidden: true });
    this.reset = button("reset", say("toDefault", option.name), () => {
      this.write(undefined);
      this.touched();
      changed?.(this);
    }, { class: "tool small" });
    this.element = make("div", { class: "field", "data-option": option.name },
      make("div", { class: "field-head" }, make("label", { for: id, text: option.name }),
        option.unit && !["number", "integer"].includes(option.schema.type) ? make("span", { class: "unit", text: option.unit }) : null, this.reset),
      this.control.element,
      make("p", { class: "help", id: helpID }, option.description ? make("span", { lang: "en", text: option.description }) : null,
        facts ? make("span", { class: "facts", text: facts }) : null), this.problem);
    (this.element.querySelector(`#${id}`) ?? this.control.element).setAttribute("aria-describedby", helpID);
    this.write(undefined);
    this.touched();
  }

  /** Shows a value; undefined shows the default. */
  write(value) {
    this.given = value;
    this.control.write(value ?? this.option.default);
    this.touched();
  }

  read() { return this.control.read(); }

  /** Whether it is to stand in the document: given before, or other than the default. */
  isSet() {
    const value = this.read();
    return value !== undefined && !(same(value, this.option.default) && this.given === undefined)
      && !(this.option.default === undefined && this.given === undefined && (value === false || same(value, []) || same(value, {})));
  }

  touched() {
    const value = this.read();
    this.reset.hidden = this.option.required || same(value, this.option.default)
      || (this.option.default === undefined && (value === undefined || value === false));
  }

  complain(words) {
    this.problem.hidden = !words;
    this.problem.textContent = words ?? "";
    this.element.classList.toggle("wrong", Boolean(words));
  }
}

const shown = (value) => (typeof value === "number" ? number(value) : value === "" ? "“”" : String(value));

/** Options that every node has. */
const general = () => [
  { name: "label", schema: { type: "string" }, description: say("labelHelp"), live: true },
  { name: "essential", schema: { type: "boolean" }, default: false, description: say("essentialHelp"), live: true },
  { name: "logLevel", schema: { enum: ["", "debug", "info", "warning", "error"] }, default: "", description: say("logLevelHelp"), live: true },
];

/** All options of one type. */
export class Form {
  /** @param changed hears the field that was changed by hand */
  constructor(type, changed) {
    this.type = type;
    const listening = new Set(["tls", "allow", "token", "limits"]);
    const own = type.options.map((option) => new Field(option, changed, type.choices?.[option.name]));
    const common = general().map((option) => new Field(option, changed));
    this.fields = [...own, ...common];
    const first = own.filter((field) => !listening.has(field.option.name));
    const network = own.filter((field) => listening.has(field.option.name));
    this.element = make("div", { class: "form" }, first.map((field) => field.element),
      network.length ? make("details", { class: "nested" }, make("summary", { text: say("access") }), network.map((field) => field.element)) : null,
      make("details", { class: "nested" }, make("summary", { text: say("general") }), common.map((field) => field.element)));
  }

  write(config) {
    for (const field of this.fields) field.write(config[field.option.name]);
  }

  /** @returns what is to stand in the document, without the type */
  read() {
    return collected(this.fields.filter((field) => field.option.name !== "logLevel" || field.read() !== ""));
  }

  /** A merge patch from what was given to what is shown; null when they are equal. */
  patch(config, names) {
    const now = this.read();
    const changes = {};
    for (const { option } of this.fields) {
      if (names && !names.has(option.name)) continue;
      if (same(now[option.name], config[option.name])) continue;
      changes[option.name] = now[option.name] === undefined ? null : replacing(config[option.name], now[option.name]);
    }
    return Object.keys(changes).length ? changes : null;
  }

  /** Problems at their fields; those that belong to none are returned. */
  complain(problems) {
    for (const field of this.fields) field.complain(null);
    return problems.filter((problem) => {
      const parts = (problem.pointer ?? "").split("/");
      const name = parts[1] === "nodes" ? parts[3] : (problem.path ?? "").split(/[.\[]/)[2] ?? parts[1];
      const field = this.fields.find((one) => one.option.name === name);
      field?.complain([problem.message, problem.hint].filter(Boolean).join(" – "));
      if (field) field.element.closest("details")?.setAttribute("open", "");
      return !field;
    });
  }
}

/** A merge patch that leaves exactly `now`: what is gone is named. */
function replacing(before, now) {
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  if (!isObject(before) || !isObject(now)) return now;
  const patch = {};
  for (const key of Object.keys(before)) if (!(key in now)) patch[key] = null;
  for (const [key, value] of Object.entries(now)) if (!same(before[key], value)) patch[key] = replacing(before[key], value);
  return patch;
}
