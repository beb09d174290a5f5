// Cables and what flows in them: level as colour and meter, packets, delay, drops; a pulse for each event.

import {draw, make, mark, tell} from "./dom.js"
import {model} from "./model.js"
import {end} from "./ports.js"
import {number, say} from "./words.js"

const quiet = -60

export class Cables {
	constructor(board) {
		this.board = board
		this.all = new Map()
		this.draft = draw("path.draft", {hidden: true})
		board.svg.append(this.draft)
	}

	show() {
		for (const [id, cable] of this.all) {
			if (model.byLink.has(id)) continue
			cable.group.remove()
			cable.chip?.remove()
			this.all.delete(id)
		}
		for (const link of model.links) {
			if (!this.all.has(link.id)) this.add(link)
			const cable = this.all.get(link.id)
			cable.group.classList.toggle("refused", Boolean(link.notCarried))
			cable.group.classList.toggle("idle", [end(link.from), end(link.to)]
				.some(({node}) => model.node(node)?.state !== "running"))
			this.route(cable)
		}
	}

	add(link) {
		const hit = draw("path.hit")
		const line = draw("path.line")
		const group = draw("g.cable", {"data-link": link.id, "data-kind": link.kind}, line, hit)
		const cable = {link, group, line, hit, step: -1, bar: -1}
		if (link.kind === "audio") {
			cable.meter = make("i")
			cable.text = make("span")
			cable.bad = make("b")
			cable.chip = make("div.chip", {"data-link": link.id}, make("span.meter", cable.meter), cable.text, cable.bad)
			this.board.chips.append(cable.chip)
		}
		this.board.svg.append(group)
		this.all.set(link.id, cable)
	}

	/** Draws a cable anew: along the places kept free for it as long as nobody moved anything. */
	route(cable) {
		const from = this.tip(cable.link.from, "o"), to = this.tip(cable.link.to, "i")
		if (!from || !to) return
		const way = this.board.isAuto && to.x >= from.x ? this.board.auto.ways.get(cable.link.id) ?? [] : []
		const points = [from, ...way, to]
		const key = points.map(({x, y}) => `${x},${y}`).join(" ") + (to.x < from.x ? this.below(from, to) : "")
		if (key === cable.key) return
		cable.key = key
		const path = to.x < from.x ? loop(from, to, this.below(from, to)) : curve(points)
		cable.line.setAttribute("d", path)
		cable.hit.setAttribute("d", path)
		if (!cable.chip) return
		const [a, b] = [points.at(-2), points.at(-1)]
		cable.chip.style.transform = `translate(${Math.round((a.x + b.x) / 2)}px, ${Math.round((a.y + b.y) / 2)}px) translate(-50%, -50%)`
	}

	/** Where a cable that runs back has free way: under all cards between its ends. */
	below(from, to) {
		let y = Math.max(from.y, to.y) + 40
		const between = [...this.board.cards.values()].filter(card => card.x < from.x + 30 && card.x + card.width > to.x - 30)
			.sort((a, b) => a.y - b.y)
		for (const card of between) if (y > card.y - 24 && y < card.y + card.height + 32) y = card.y + card.height + 32
		return y
	}

	tip(reference, side) {
		const {node, port} = end(reference)
		const card = this.board.cards.get(node)
		const y = card?.anchors[`${side}:${port}`]
		return y === undefined ? null : {x: card.x + (side === "o" ? card.width : 0), y: card.y + y}
	}

	/** Gives the chips, which the list may have borrowed, back to the canvas. */
	takeBack() {
		this.board.chips.append(...[...this.all.values()].flatMap(({chip}) => chip ?? []))
	}

	moved() {
		for (const cable of this.all.values()) this.route(cable)
	}

	levels(peaks) {
		model.links.forEach((link, index) => {
			const cable = this.all.get(link.id)
			if (!cable?.chip) return
			const db = peaks[index] ?? null
			const part = db === null ? 0 : Math.max(0, Math.min(1, 1 - db / quiet))
			const bar = Math.round(part * 50)
			const falling = Math.max(bar, cable.bar - 3)
			if (falling === cable.bar) return
			cable.bar = falling
			cable.meter.style.transform = `scaleX(${falling / 50})`
			const step = falling === 0 ? 0 : Math.ceil(falling / 5)
			if (step !== cable.step) {
				cable.step = step
				cable.group.setAttribute("data-level", step)
				cable.chip.setAttribute("data-level", step)
			}
		})
	}

	counts() {
		for (const cable of this.all.values()) {
			if (!cable.chip) continue
			const rate = model.rates.get(cable.link.id)
			const link = model.byLink.get(cable.link.id)
			const delay = rate?.delay ?? link?.stats?.delayMs
			const words = rate ? [say("rateShort", number(Math.round(rate.rate)))] : ["–"]
			if (delay) words.push(`${number(Math.round(delay))} ms`)
			tell(cable.text, words.join(" · "))
			const missing = rate?.missing ?? 0
			tell(cable.bad, missing ? say("lostShort", number(missing)) : "")
			cable.group.classList.toggle("flowing", (rate?.rate ?? 0) > 0)
		}
	}

	pulse(id) {
		const cable = this.all.get(id)
		if (!cable || cable.isPulsing || document.hidden) return
		cable.isPulsing = true
		cable.group.classList.add("pulse")
		setTimeout(() => {cable.isPulsing = false; cable.group.classList.remove("pulse");}, 500)
	}

	choose(id) {
		for (const [key, cable] of this.all) {
			cable.group.classList.toggle("chosen", key === id)
			cable.chip?.classList.toggle("chosen", key === id)
		}
	}

	trace(links) {
		for (const [id, cable] of this.all) {
			cable.group.classList.toggle("traced", links?.has(id) ?? false)
			cable.chip?.classList.toggle("traced", links?.has(id) ?? false)
		}
	}

	drawDraft(from, to, fit) {
		mark(this.draft, "hidden", !from)
		if (!from) return
		this.draft.setAttribute("d", curve([from, to]))
		mark(this.draft, "data-fit", fit)
	}
}

/** Back to the left: out, under everything, and in again. */
function loop(a, b, y) {
	return `M${a.x} ${a.y}C${a.x + 60} ${a.y} ${a.x + 60} ${y} ${a.x} ${y}L${b.x} ${y}C${b.x - 60} ${y} ${b.x - 60} ${b.y} ${b.x} ${b.y}`
}

/** A smooth way through all points, leaving and arriving level. */
function curve(points) {
	let path = `M${points[0].x} ${points[0].y}`
	for (let index = 1; index < points.length; index += 1) {
		const a = points[index - 1], b = points[index]
		const reach = b.x >= a.x ? Math.max(24, (b.x - a.x) / 2) : Math.min(220, 60 + (a.x - b.x) / 2)
		path += ` C${a.x + reach} ${a.y} ${b.x - reach} ${b.y} ${b.x} ${b.y}`
	}
	return path
}
