// Adding a node: find a type, fill in its options, done. From a cable drawn into the empty: only types that fit.

import {api} from "./api.js"
import {dialog, problemList} from "./dialogs.js"
import {icon, make} from "./dom.js"
import {Form} from "./form.js"
import {model} from "./model.js"
import {fits, freshID, portOf, role, written} from "./ports.js"
import {say} from "./words.js"

const order = ["source", "transform", "sink", "event"]

export class Palette {
	constructor(page) {
		this.page = page
	}

	/** @param from the port a cable was drawn from, or null @param spot where the node is to stand, or undefined */
	open(from, spot) {
		Object.assign(this, {from, spot})
		this.search = make("input", {
			type: "search", id: "palette-search", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", autocomplete: "off",
			"aria-autocomplete": "list", placeholder: say("searchTypes"), "aria-label": say("searchTypes"), spellcheck: "false",
			oninput: () => this.show(), onkeydown: event => this.key(event),
		})
		this.list = make("div", {id: "palette-list", role: "listbox", "aria-label": say("nodeTypes")})
		this.body = make("div.palette", make("div.search", icon("search"), this.search), this.list)
		this.dialog = dialog(say(from ? "addBehind" : "addNode"), this.body, {kind: "tall"})
		this.show()
		this.search.focus()
	}

	matches() {
		const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean)
		return [...model.types.values()].filter(type => {
			const text = `${type.name} ${type.description} ${type.ports.map((port) => port.payload ?? "").join(" ")}`.toLowerCase()
			return words.every(word => text.includes(word)) && (!this.from || this.entry(type))
		}).sort((a, b) => order.indexOf(role(a.ports)) - order.indexOf(role(b.ports))
			|| this.rank(a, words) - this.rank(b, words) || a.name.localeCompare(b.name))
	}

	rank(type, words) {
		return words.length && type.name.includes(words[0]) ? 0 : 1
	}

	entry(type) {
		const port = portOf(model.node(this.from.node), this.from.side === "o" ? "output" : "input", this.from.port)
		if (!port) return undefined
		return type.ports.find(other => other.direction !== port.direction && (port.direction === "output" ? fits(port, other) : fits(other, port)))
	}

	show() {
		const found = this.matches()
		this.options = []
		this.list.replaceChildren()
		let last = null, part = null
		for (const type of found) {
			const kind = role(type.ports)
			if (kind !== last) {
				part = make("div", {role: "group", "aria-label": say(`role.${kind}`)}, make("h3", {"aria-hidden": "true", text: say(`role.${kind}`)}))
				this.list.append(part)
				last = kind
			}
			const option = make("div", {
				role: "option", id: `type-${this.options.length}`, "aria-selected": "false", class: "type-row", "data-type": type.name, "data-role": kind,
				onclick: () => this.pick(type),
			}, make("span.badge", icon(kind)), make("span.name", type.name),
			make("span.help", {lang: "en", text: type.description}))
			part.append(option)
			this.options.push({option, type})
		}
		if (!found.length) this.list.append(make("p.nothing", say("noType")))
		this.select(0)
	}

	select(index) {
		if (!this.options.length) return
		this.index = Math.max(0, Math.min(this.options.length - 1, index))
		this.options.forEach(({option}, at) => option.setAttribute("aria-selected", String(at === this.index)))
		const {option} = this.options[this.index]
		this.search.setAttribute("aria-activedescendant", option.id)
		option.scrollIntoView({block: "nearest"})
	}

	key(event) {
		const step = {ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8}[event.key]
		if (step) this.select(this.index + step)
		else if (event.key === "Enter" && this.options.length) this.pick(this.options[this.index].type)
		else return
		event.preventDefault()
	}

	pick(type) {
		const id = make("input", {
			type: "text", id: "new-id", value: freshID(type.name, model.nodes), pattern: "[a-z][a-z0-9\\-]*", required: true,
			spellcheck: "false", autocomplete: "off", "aria-describedby": "new-id-help",
		})
		const form = new Form(type)
		const others = make("div.others", {role: "alert"})
		const send = make("button", {type: "submit", class: "primary", text: say("add")})
		const back = make("button.plain", {onclick: () => {this.dialog.close(); this.open(this.from, this.spot);}},
			icon("back"), make("span", say("otherType")))
		const element = make("form", {
			class: "palette-form", onsubmit: event => {event.preventDefault(); this.add(type, id.value.trim(), form, others, send);},
		}, make("p.help", {lang: "en", text: type.description}),
		make("div.field", make("label", {for: "new-id", text: say("nodeID")}), id,
			make("p.help", {id: "new-id-help", text: say("nodeIDHelp")})),
		form.element, others, make("div.dialog-foot", back, send))
		this.dialog.element.querySelector("h2").textContent = `${say("addNode")}: ${type.name}`
		this.body.replaceChildren(element);
		(element.querySelector(".field[data-option] .problem:not([hidden])") ?? id).focus()
		id.select()
	}

	async add(type, id, form, others, send) {
		others.replaceChildren()
		if (model.nodes.has(id)) {
			others.append(make("p.problem", say("idTaken", id)))
			return
		}
		const config = {type: type.name, ...form.read()}
		if (this.spot) config.position = {x: Math.round(this.spot.x), y: Math.round(this.spot.y)}
		const entry = this.from && this.entry(type)
		const own = entry && `${id}.${entry.name}`, other = entry && `${this.from.node}.${this.from.port}`
		const link = entry && (this.from.side === "o" ? {from: other, to: own} : {from: own, to: other})
		send.disabled = true
		const done = await this.page.change(say("added", id), tag => link
			? api.patch({nodes: {[id]: config}, links: written([...model.links, link])}, tag)
			: api.putNode(id, config, tag), {
			refused: refusal => {
				const rest = form.complain(refusal.problems)
				others.append(rest.length || !refusal.problems.length
					? problemList(rest.length ? rest : [{message: refusal.message}]) : make("p.problem", say("seeFields")))
			},
		})
		send.disabled = false
		if (!done) return send.focus()
		this.dialog.close()
		this.page.arrived(id)
	}
}
