// The canvas: nodes as cards, cables between them. Only what changed is touched.

import {Cables} from "./cables.js"
import {Camera} from "./camera.js"
import {Connector} from "./connector.js"
import {byID, draw, follow, icon, make, mark, tell} from "./dom.js"
import {avoid, layout} from "./layout.js"
import {model} from "./model.js"
import {end, role} from "./ports.js"
import {say, wait} from "./words.js"

const width = 200, head = 70, row = 26, foot = 12

export class Board {
	/** @param page what the rest of the page does: select, move, connect, openPalette, announce … */
	constructor(root, page) {
		this.root = root
		this.page = page
		this.cards = new Map()
		/** Where cards were put by hand that are not on their way to the router yet, and those moved by keys. */
		this.held = new Map()
		this.nudged = new Set()
		this.world = make("div.world")
		this.svg = draw("svg.cables", {"aria-hidden": "true"})
		this.chips = make("div.chips", {"aria-hidden": "true"})
		this.layer = make("div.cards", {role: "group", "aria-describedby": "board-help"})
		this.world.append(this.svg, this.layer, this.chips)
		root.append(make("p", {id: "board-help", class: "unseen"}), this.world)
		this.camera = new Camera(root, this.world)
		this.cables = new Cables(this)
		this.connector = new Connector(this)
		this.listen()
	}

	show() {
		tell(byID("board-help"), say("boardHelp"))
		mark(this.layer, "aria-label", say("graph"))
		for (const [id, card] of this.cards) {
			if (model.nodes.has(id)) continue
			card.element.remove()
			this.cards.delete(id)
			this.held.delete(id)
		}
		this.hasNewCards = false
		for (const node of model.nodes.values()) this.showNode(node)
		if (this.hasNewCards && this.page.selection) this.choose(this.page.selection)
		this.place()
		this.cables.show()
		this.rove()
		if (!this.wasFitted && this.cards.size && !this.root.hidden) {
			this.wasFitted = true
			this.fit(false)
		}
	}

	showNode(node) {
		let card = this.cards.get(node.id)
		const shape = JSON.stringify([node.ports.map(port => [port.name, port.direction, port.kind]), node.type])
		if (card?.shape !== shape) {
			const fresh = this.makeCard(node)
			const hadFocus = card?.element === document.activeElement
			if (card) card.element.replaceWith(fresh.element)
			else this.layer.append(fresh.element)
			this.hasNewCards = true
			if (hadFocus) queueMicrotask(() => fresh.element.focus({preventScroll: true}))
			card = fresh
			card.shape = shape
			this.cards.set(node.id, card)
		}
		tell(card.name, node.label || node.id)
		this.showState(node)
	}

	makeCard(node) {
		const inputs = node.ports.filter(port => port.direction === "input")
		const outputs = node.ports.filter(port => port.direction === "output")
		const rows = Math.max(inputs.length, outputs.length)
		const kind = role(node.ports)
		const name = make("span.name")
		const state = make("span.state")
		const reason = make("span.reason", {lang: "en"})
		const anchors = {}
		const place = (ports, side) => ports.map((port, index) => {
			anchors[`${side}:${port.name}`] = head + row * index + row / 2
			return this.makePort(node.id, port, side)
		})
		const element = make("div.card", {role: "button", tabindex: "-1", "data-node": node.id, "data-role": kind},
			make("span.badge", icon(kind)), name, make("span.type", node.type), state,
			make("span.ports.in", place(inputs, "i")), make("span.ports.out", place(outputs, "o")), reason)
		const height = head + row * rows + foot
		element.style.height = `${height}px`
		return {id: node.id, element, name, state, reason, anchors, width, height, x: 0, y: 0}
	}

	makePort(node, port, side) {
		return make("span", {
			class: "port", "data-kind": port.kind, "data-side": side, "data-port": port.name,
			title: `${port.name}: ${port.kind === "audio" ? (port.codecs.join(", ") || "*") : port.payload ?? "*"}\n${port.description ?? ""}`,
		}, make("i"), make("span", port.name))
	}

	/** State in colour, picture and words, with the seconds to the next try. */
	showState(node) {
		const card = this.cards.get(node.id)
		if (!card) return
		if (card.word !== node.state) {
			card.word = node.state
			card.state.replaceChildren(icon(node.state), card.words = make("span"))
			mark(card.element, "data-state", node.state)
		}
		const next = wait(node.nextTry)
		tell(card.words, say(`state.${node.state}`) + (next ? ` · ${wait(node.nextTry, true)}` : ""))
		tell(card.reason, node.state === "running" ? "" : node.reason ?? "")
		mark(card.element, "title", [node.reason, node.hint].filter(Boolean).join("\n") || null)
		const links = model.linksOf(node.id).length
		mark(card.element, "aria-label", [node.label || node.id, node.type, say(`state.${node.state}`), node.reason,
			say("cableCount", links)].filter(Boolean).join(", "))
	}

	tick() {
		for (const node of model.nodes.values()) if (node.nextTry) this.showState(node)
	}

	/** Saved positions are kept; the rest is laid out and moved out of their way. */
	place() {
		const cards = [...this.cards.values()]
		const key = JSON.stringify([cards.map(card => [card.id, card.height]), model.links.map(link => link.id)])
		if (key !== this.layoutKey) {
			this.layoutKey = key
			this.auto = layout(cards, model.links.map(link => {
				const [from, to] = [end(link.from), end(link.to)]
				return {id: link.id, from: from.node, to: to.node, out: `o:${from.port}`, in: `i:${to.port}`, isAudio: link.kind === "audio"}
			}).filter(link => this.cards.has(link.from) && this.cards.has(link.to)))
		}
		const held = card => this.held.get(card.id) ?? this.pending?.get(card.id)
		const saved = cards.filter(card => model.node(card.id).position && !held(card))
		const median = values => values.sort((a, b) => a - b)[values.length >> 1] ?? 0
		const position = card => held(card) ?? model.node(card.id).position
		const shift = {
			x: median(saved.map(card => position(card).x - this.auto.places.get(card.id).x)),
			y: median(saved.map(card => position(card).y - this.auto.places.get(card.id).y)),
		}
		const taken = []
		for (const card of [...cards].sort((a, b) => Boolean(position(b)) - Boolean(position(a)))) {
			const own = position(card)
			const auto = this.auto.places.get(card.id)
			const spot = own ?? (saved.length ? avoid({x: auto.x + shift.x, y: auto.y + shift.y}, card, taken) : auto)
			taken.push({...spot, width: card.width, height: card.height})
			this.put(card, spot.x, spot.y)
		}
		this.isAuto = saved.length === 0 && !this.pending?.size
	}

	put(card, x, y) {
		if (card.x === x && card.y === y && card.isPlaced) return
		Object.assign(card, {x, y, isPlaced: true})
		card.element.style.transform = `translate(${x}px, ${y}px)`
	}

	bounds() {
		const cards = [...this.cards.values()]
		if (!cards.length) return null
		const x = Math.min(...cards.map(card => card.x)), y = Math.min(...cards.map(card => card.y))
		return {
			x, y, width: Math.max(...cards.map(card => card.x + card.width)) - x,
			height: Math.max(...cards.map(card => card.y + card.height)) - y,
		}
	}

	fit(isSmooth = true) {
		const bounds = this.bounds()
		if (bounds) this.camera.show(bounds, isSmooth)
	}

	listen() {
		this.root.addEventListener("pointerdown", event => this.down(event))
		this.root.addEventListener("click", event => this.click(event))
		this.root.addEventListener("dblclick", event => {
			const card = event.target.closest(".card")
			if (card) this.page.edit(card.dataset.node)
			else if (!event.target.closest(".cable, .chip, #controls")) this.page.palette(null, this.camera.inside(event))
		})
		this.layer.addEventListener("keydown", event => this.key(event))
		this.layer.addEventListener("focusin", event => {
			const card = event.target.closest(".card")
			if (card) this.focused(card.dataset.node)
		})
		for (const [name, on] of [["pointerover", true], ["pointerout", false]]) {
			this.layer.addEventListener(name, event => {
				const card = event.target.closest(".card")
				if (card && event.pointerType === "mouse") this.page.trace(on ? card.dataset.node : null)
			})
		}
	}

	down(event) {
		if (event.button !== 0 && event.button !== 1) return
		const port = event.button === 0 && event.target.closest(".port")
		const card = event.button === 0 && event.target.closest(".card")
		if (port) return this.connector.begin(event, card.dataset.node, port)
		if (card && !this.connector.from) return this.drag(event, this.cards.get(card.dataset.node))
		if (!event.target.closest(".cable, .chip, #controls")) this.camera.pan(event)
	}

	click(event) {
		const cable = event.target.closest(".cable, .chip")
		const card = event.target.closest(".card")
		// The pointer was captured: what was pressed has been dealt with.
		if (this.wasPressed) return undefined
		if (this.connector.from) return this.connector.click(event, card)
		if (cable) return this.page.select({link: cable.dataset.link})
		if (!card && !this.camera.wasPanned && !event.target.closest("#controls")) this.page.select(null)
	}

	drag(event, card) {
		const start = {x: event.clientX, y: event.clientY, cardX: card.x, cardY: card.y}
		let isMoving = false
		follow(this.root, event, at => {
			const dx = at.clientX - start.x, dy = at.clientY - start.y
			if (!isMoving && Math.hypot(dx, dy) < 5) return
			isMoving = true
			card.element.classList.add("moving")
			this.shift(card, Math.round(start.cardX + dx / this.camera.scale), Math.round(start.cardY + dy / this.camera.scale))
		}, at => {
			card.element.classList.remove("moving")
			this.wasPressed = true
			setTimeout(() => {this.wasPressed = false})
			if (isMoving) this.keep([card])
			else if (at.type === "pointerup") this.page.select({node: card.id}, at.pointerType !== "mouse")
		})
	}

	/** By hand; stays there whatever is loaded meanwhile. */
	shift(card, x, y) {
		this.held.set(card.id, {x, y})
		this.put(card, x, y)
		this.isAuto = false
		this.cables.moved()
	}

	/** The first move fixes everybody, so that the others do not jump when a cable is drawn. */
	keep(cards) {
		const all = [...this.cards.values()].filter(card => cards.includes(card) || !model.node(card.id).position)
		const moved = new Map(all.map(card => [card.id, {x: card.x, y: card.y}]))
		const pending = this.pending = new Map([...this.pending ?? [], ...moved])
		for (const card of cards) this.held.delete(card.id)
		this.page.move(moved).finally(() => {if (this.pending === pending) this.pending = null;})
	}

	key(event) {
		const card = this.cards.get(event.target.closest(".card")?.dataset.node)
		if (!card || event.ctrlKey || event.metaKey || event.altKey) return
		const arrow = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key]
		const actions = {
			Enter: () => this.page.edit(card.id), " ": () => this.page.edit(card.id),
			Delete: () => this.page.remove(card.id), Backspace: () => this.page.remove(card.id),
			c: () => this.page.connect(card.id), F2: () => this.page.rename(card.id), d: () => this.page.toggle(card.id),
			Home: () => this.focus([...this.cards.keys()][0]), End: () => this.focus([...this.cards.keys()].at(-1)),
			PageDown: () => this.step(card.id, 1), PageUp: () => this.step(card.id, -1),
		}
		if (arrow && event.shiftKey) this.nudge(card, arrow)
		else if (arrow) this.focus(this.neighbour(card, arrow))
		else if (actions[event.key]) actions[event.key]()
		else return
		event.preventDefault()
	}

	step(id, by) {
		const ids = [...this.cards.keys()]
		this.focus(ids[(ids.indexOf(id) + by + ids.length) % ids.length])
	}

	nudge(card, [dx, dy]) {
		this.shift(card, card.x + dx * 20, card.y + dy * 20)
		this.nudged.add(card.id)
		clearTimeout(this.nudging)
		this.nudging = setTimeout(() => {
			const cards = [...this.nudged].map(id => this.cards.get(id)).filter(Boolean)
			this.nudged.clear()
			if (cards.length) this.keep(cards)
		}, 600)
	}

	neighbour(card, [dx, dy]) {
		let best = null, least = Infinity
		for (const other of this.cards.values()) {
			const along = (other.x - card.x) * dx + (other.y - card.y) * dy
			if (other === card || along < 8) continue
			const distance = along + 2.5 * Math.abs((other.x - card.x) * dy + (other.y - card.y) * dx)
			if (distance < least) [best, least] = [other.id, distance]
		}
		return best
	}

	focus(id) {
		const card = this.cards.get(id)
		if (!card) return
		this.rove(id)
		card.element.focus({preventScroll: true})
		this.camera.reveal(card)
	}

	focused(id) {
		this.rove(id)
		this.page.trace(id)
		this.page.select({node: id}, false)
	}

	rove(id = this.current) {
		this.current = this.cards.has(id) ? id : [...this.cards.keys()][0]
		for (const [key, card] of this.cards) mark(card.element, "tabindex", key === this.current ? "0" : "-1")
	}

	choose(selection) {
		for (const [id, card] of this.cards) card.element.classList.toggle("chosen", selection?.node === id)
		this.cables.choose(selection?.link)
		if (selection?.node) this.rove(selection.node)
	}

	/** Shows where streams go: the cards and cables of a path stand out. */
	trace(nodes, links) {
		this.root.classList.toggle("tracing", Boolean(nodes?.size))
		for (const [id, card] of this.cards) card.element.classList.toggle("traced", nodes?.has(id) ?? false)
		this.cables.trace(links)
	}
}
