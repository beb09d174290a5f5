// Forms made from a type's option table: every option with its unit, range, default and meaning.

import {button, icon, make} from "./dom.js"
import {number, say} from "./words.js"

let lastField = 0
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)
const isObject = value => value !== null && typeof value === "object" && !Array.isArray(value)
const parsed = text => {try {return JSON.parse(text)} catch {return text}}

/**
 * One control: `read()` gives the value, `write(value, given)` shows one and is told what of it is no default.
 * `changed(isDone)` hears each change by hand: false while something is being typed.
 */
function control(schema, option, id, changed, choices) {
	const kinds = schema.anyOf ?? []
	const inner = kinds.filter(one => one.const !== false)
	// What has no default may be left open.
	const isOpen = option.default === undefined && !option.required
	if (schema.type === "boolean") return isOpen ? select([undefined, true, false], id, changed) : toggle(id, changed)
	if (schema.enum) return select(isOpen ? [undefined, ...schema.enum] : schema.enum, id, changed)
	if (option.secret) return text(id, changed, {type: "password", autocomplete: "off", placeholder: say("secretHint")}, true)
	if (inner.length < kinds.length) return optional(inner, option, id, changed, choices)
	if (schema.type === "integer" || schema.type === "number") return figure(schema, option, id, changed)
	if (schema.type === "array" && schema.items?.type === "string") return area(id, changed, value => (value ?? []).join("\n"), value => value.split("\n").map(line => line.trim()).filter(Boolean))
	if (schema.properties) return group(schema, changed, option.default)
	if (isObject(schema.additionalProperties)) return table(schema, id, changed)
	if (schema.type === "string" || kinds.some(one => one.type === "string")) {
		return text(id, changed, {type: "text", spellcheck: "false"}, kinds.some(one => one.type === "integer"), choices)
	}
	return area(id, changed, value => (value === undefined ? "" : JSON.stringify(value, null, 1)), value => (value.trim() ? parsed(value) : undefined))
}

function toggle(id, changed) {
	const element = make("input", {type: "checkbox", id, role: "switch", onchange: () => changed()})
	return {element, read: () => element.checked, write: value => {element.checked = value === true}}
}

function select(values, id, changed) {
	const element = make("select", {id, onchange: () => changed()}, values.map((value, index) => make("option", {value: String(index), text: chosen(value)})))
	return {
		element, read: () => values[element.value],
		write: value => {element.value = Math.max(0, values.findIndex(one => same(one, value)))},
	}
}

const chosen = value => (value === undefined ? "–" : typeof value === "boolean" ? say(value ? "on" : "off") : String(value))

/** @param isFree digits alone become a number, JSON objects become objects */
function text(id, changed, attributes, isFree, choices) {
	const box = make("input", {id, ...attributes, list: choices?.length && `${id}-known`, oninput: () => changed(false), onchange: () => changed()})
	const element = choices?.length ? make("div.row", box, make("datalist", {id: `${id}-known`}, choices.map(value => make("option", {value})))) : box
	return {
		element,
		read: () => (isFree && /^(\d+$|\{)/.test(box.value) && attributes.type === "text" || box.value[0] === "{" ? parsed(box.value) : box.value || undefined),
		write: value => {box.value = isObject(value) ? JSON.stringify(value) : value ?? ""},
	}
}

function area(id, changed, show, read) {
	const element = make("textarea", {id, rows: 3, spellcheck: "false", oninput: () => changed(false), onchange: () => changed()})
	return {element, read: () => read(element.value), write: value => {element.value = show(value)}}
}

/** A number: beside the field a slider where the range has ends near enough to slide. */
function figure({minimum, maximum, type}, option, id, changed) {
	const isWhole = type === "integer"
	const scale = maximum > minimum && maximum - minimum <= 1e5 && sliding(minimum, maximum, isWhole, option.unit)
	const box = make("input", {
		id, type: "number", inputmode: isWhole ? "numeric" : "decimal", step: isWhole ? 1 : "any", min: minimum, max: maximum,
		oninput: () => {
			if (slider && box.value) slider.value = scale.to(Number(box.value))
			// A lone minus, or nothing yet.
			changed(box.value !== "")
		},
		onchange: () => {if (!box.validity.badInput) changed()},
	})
	const slider = scale && make("input", {
		type: "range", min: scale.low, max: scale.high, step: scale.step, "aria-label": option.name,
		oninput: () => {box.value = scale.from(Number(slider.value)); changed()},
	})
	return {
		element: make("div.row", slider, box, option.unit && make("span.unit", option.unit)),
		read: () => (box.value === "" ? undefined : Number(box.value)),
		write: value => {box.value = value ?? ""; if (slider) slider.value = scale.to(Number(value ?? minimum))},
	}
}

/** Wide ranges of positive numbers (Hz, ms) slide by ratio, all others evenly. */
function sliding(low, high, isWhole, unit) {
	if (low < 0 || high / Math.max(low, 1) <= 500) {
		return {low, high, step: isWhole ? 1 : unit === "dB" ? 0.5 : (high - low) / 1000, to: value => value, from: value => value}
	}
	const base = Math.log(high - low + 1)
	const tidy = value => (isWhole || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10)
	return {
		low: 0, high: 1000, step: 1, to: value => Math.round(1000 * Math.log(Math.max(0, value - low) + 1) / base),
		from: place => Math.min(high, Math.max(low, tidy(low + Math.exp(base * place / 1000) - 1))),
	}
}

/** Something, or false: a switch before it. */
function optional(inner, option, id, changed, choices) {
	const words = inner.map(one => one.const).filter(Boolean)
	const isPlain = words.length === inner.length
	const schema = inner.length === 1 && !words.length ? inner[0] : {anyOf: [{type: "string"}]}
	const part = isPlain ? select(words, id, changed) : control(schema, option, id, changed, choices)
	const box = make("input", {
		type: "checkbox", role: "switch", "aria-label": `${option.name}: ${say("onOff")}`, onchange: () => {show(); changed()},
	})
	const show = () => {part.element.hidden = !box.checked}
	return {
		element: make("div.row", box, part.element),
		read: () => box.checked && (part.read() ?? words[0]),
		write: value => {
			box.checked = value !== false && value !== undefined
			part.write(value === false ? undefined : value)
			show()
		},
	}
}

const units = {Db: "dB", Ms: "ms", Hz: "Hz", Seconds: "s", Bytes: "B", Kbps: "kbit/s"}
const fieldsOf = (schema, changed, defaults) => Object.entries(schema.properties ?? {}).map(([name, part]) => new Field({
	name, schema: part, description: part.description, default: part.default ?? defaults?.[name], unit: units[name.match(/(Db|Ms|Hz|Seconds|Bytes|Kbps)$/)?.[0]],
}, (_, isDone) => changed(isDone)))
const collected = fields => Object.fromEntries(fields.filter(field => field.isSet()).map(field => [field.option.name, field.read()]))
const spread = (fields, value) => fields.forEach(field => field.write(value?.[field.option.name]))

const folded = (title, fields) => make("details.nested", make("summary", say(title)), fields.map(field => field.element))

/** An object with known members, folded. */
function group(schema, changed, defaults) {
	const fields = fieldsOf(schema, changed, defaults)
	return {element: folded("more", fields), read: () => collected(fields), write: (_, given) => spread(fields, given)}
}

/** Names chosen by the user, each with members of its own: the inputs of a mixer. */
function table(schema, id, changed) {
	let rows = []
	const list = make("div")
	const add = (name, value) => {
		const parts = fieldsOf(schema.additionalProperties, changed)
		const entry = {name, parts}
		const label = make("input", {type: "text", value: name, "aria-label": say("entryName"), spellcheck: "false",
			oninput: () => changed(false), onchange: () => rename(entry, label)})
		entry.element = make("fieldset.entry", make("div.row", label, button("trash", say("removeEntry", name), () => {
			rows = rows.filter(one => one !== entry)
			entry.element.remove()
			changed()
		})), parts.map(field => field.element))
		spread(parts, value)
		rows.push(entry)
		list.append(entry.element)
		return label
	}
	/** Two of one name, or one without, would be one less. */
	const rename = (entry, label) => {
		const wanted = label.value.trim()
		const isFree = wanted && !rows.some(one => one !== entry && one.name === wanted)
		if (isFree) entry.name = wanted
		else label.value = entry.name
		changed()
	}
	const fresh = () => {
		let count = rows.length + 1
		while (rows.some(one => one.name === `input${count}`)) count += 1
		const label = add(`input${count}`, {})
		changed()
		label.select()
	}
	return {
		element: make("div", {id}, list, make("button.plain", {onclick: fresh}, icon("plus"), say("addEntry"))),
		read: () => Object.fromEntries(rows.map(({name, parts}) => [name, collected(parts)])),
		write: value => {
			rows = []
			list.replaceChildren()
			for (const [name, part] of Object.entries(value ?? {})) add(name, part)
		},
	}
}

/** One option: name, control, what it means, and a way back to the default. */
export class Field {
	constructor(option, changed, choices) {
		this.option = option
		const id = `field-${lastField += 1}`
		const {schema, unit} = option
		this.control = control(schema, option, id, (isDone = true) => {this.touched(); changed?.(this, isDone)}, choices)
		const facts = [option.range && `${option.range} ${unit ?? ""}`, option.default !== undefined && typeof option.default !== "object" && say("defaultIs", shown(option.default)),
			option.required && say("required"), option.live && say("liveOption")].filter(Boolean).join(" · ")
		this.problem = make("p.problem", {role: "alert", hidden: true})
		this.reset = button("reset", say("toDefault", option.name), () => {
			this.write(undefined)
			changed?.(this, true)
		}, {class: "tool small"})
		this.element = make("div.field", {"data-option": option.name},
			make("div.field-head", make("label", {for: id, text: option.name}), unit && !/number|integer/.test(schema.type) && make("span.unit", unit), this.reset),
			this.control.element, make("p.help", {id: `${id}-help`}, option.description && make("span", {lang: "en", text: option.description}),
				facts && make("span.facts", facts)), this.problem)
		const box = this.element.querySelector(`#${id}`) ?? this.control.element
		box.setAttribute("aria-describedby", `${id}-help`)
		this.write(undefined)
	}

	write(value) {
		this.given = value
		this.control.write(value ?? this.option.default, value)
		this.touched()
	}

	read() {return this.control.read()}

	/** Whether it is to stand in the document: given before, or other than the default. */
	isSet() {
		const value = this.read()
		if (value === undefined) return false
		if (this.given !== undefined) return true
		const isEmpty = JSON.stringify(value) === "{}" || this.option.default === undefined && JSON.stringify(value) === "[]"
		return !(isEmpty || same(value, this.option.default) || this.isUnset(value))
	}

	/** A switch before something that has no default is off. */
	isUnset(value) {
		return value === false && this.option.default === undefined && this.option.schema.type !== "boolean"
	}

	touched() {
		const value = this.read()
		this.reset.hidden = this.option.required || same(value, this.option.default) || (this.option.default === undefined && !value)
	}

	complain(words) {
		this.problem.hidden = !words
		this.problem.textContent = words ?? ""
		this.element.classList.toggle("wrong", Boolean(words))
	}
}

const shown = value => (typeof value === "number" ? number(value) : value === "" ? "“”" : String(value))

/** Options that every node has. */
const general = () => [
	{name: "label", schema: {type: "string"}, description: say("labelHelp"), live: true},
	{name: "essential", schema: {type: "boolean"}, default: false, description: say("essentialHelp"), live: true},
	{name: "logLevel", schema: {enum: ["", "debug", "info", "warning", "error"]}, default: "", description: say("logLevelHelp"), live: true},
]
const access = ["tls", "allow", "token", "limits"]

/** All options of one type. */
export class Form {
	constructor(type, changed) {
		const own = type.options.map(option => new Field(option, changed, type.choices?.[option.name]))
		const common = general().map(option => new Field(option, changed))
		this.fields = [...own, ...common]
		const network = own.filter(field => access.includes(field.option.name))
		this.element = make("div.form", own.filter(field => !network.includes(field)).map(field => field.element),
			network.length > 0 && folded("access", network), folded("general", common))
	}

	/** @param except names of options that stay as they are shown */
	write(config, except = new Map()) {spread(this.fields.filter(field => !except.has(field.option.name)), config)}

	read() {return collected(this.fields.filter(field => field.read() !== ""))}

	/** A merge patch from what was given to what is shown, of these options; null when they are equal. */
	patch(config, names) {
		const now = this.read(), changes = {}
		for (const {option: {name}} of this.fields) {
			if (!names.has(name) || same(now[name], config[name])) continue
			changes[name] = now[name] === undefined ? null : replacing(config[name], now[name])
		}
		return Object.keys(changes).length ? changes : null
	}

	/** Problems at their fields; those that belong to none are returned. */
	complain(problems) {
		for (const field of this.fields) field.complain(null)
		return problems.filter(problem => {
			const parts = (problem.pointer ?? "").split("/")
			const name = parts[1] === "nodes" ? parts[3] : (problem.path ?? "").split(/[.[]/)[2]
			const field = this.fields.find(one => one.option.name === name)
			field?.complain([problem.message, problem.hint].filter(Boolean).join(" – "))
			field?.element.closest("details")?.setAttribute("open", "")
			return !field
		})
	}
}

/** A merge patch that leaves exactly `now`: what is gone is named. */
export function replacing(before, now) {
	if (!isObject(before) || !isObject(now)) return now
	const patch = {}
	for (const key of Object.keys(before)) if (!(key in now)) patch[key] = null
	for (const [key, value] of Object.entries(now)) if (!same(before[key], value)) patch[key] = replacing(before[key], value)
	return patch
}
