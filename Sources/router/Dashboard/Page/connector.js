// Drawing a cable: by dragging from port to port, by tapping two ports, or from the list that the keyboard opens.

import {follow} from "./dom.js"
import {model} from "./model.js"
import {bridge, carries, fits, portOf, reaches} from "./ports.js"
import {say} from "./words.js"

export class Connector {
	constructor(board) {
		this.board = board
		this.from = null
		document.addEventListener("keydown", event => {
			if (event.key === "Escape" && this.from) {this.stop(); event.stopPropagation();}
		}, true)
	}

	/** What would happen: {kind: "fits" | "bridge" | "no", reason?, bridge?}. Ends in the order output, input. */
	judge(from, to) {
		const [output, input] = from.side === "o" ? [from, to] : [to, from]
		if (output.side === input.side) return {kind: "no", reason: say("sameSide")}
		if (output.node === input.node) return {kind: "no", reason: say("sameNode")}
		const out = portOf(model.node(output.node), "output", output.port)
		const into = portOf(model.node(input.node), "input", input.port)
		if (!out || !into) return {kind: "no", reason: say("gone")}
		const ends = {from: `${output.node}.${output.port}`, to: `${input.node}.${input.port}`}
		if (model.byLink.has(`${ends.from}->${ends.to}`)) return {kind: "no", reason: say("linkedAlready"), ...ends}
		if (out.kind === "audio" && into.kind === "audio" && reaches(model.links, input.node, output.node)) {
			return {kind: "no", reason: say("circle"), ...ends}
		}
		if (fits(out, into)) return {kind: "fits", ...ends}
		const found = bridge(out, into, model.types.values())
		const reason = say("noFit", out.name, carries(out), into.name, carries(into))
		return found ? {kind: "bridge", bridge: found, reason, ...ends} : {kind: "no", reason, ...ends}
	}

	goals(from) {
		const found = []
		for (const node of model.nodes.values()) {
			for (const port of node.ports) {
				const to = {node: node.id, port: port.name, side: port.direction === "input" ? "i" : "o"}
				if (to.side === from.side || to.node === from.node) continue
				const verdict = this.judge(from, to)
				if (verdict.kind !== "no") found.push({...to, verdict})
			}
		}
		return found.sort((a, b) => (a.verdict.kind === "bridge") - (b.verdict.kind === "bridge"))
	}

	begin(event, node, port) {
		const here = {node, port: port.dataset.port, side: port.dataset.side}
		if (this.from) {
			this.finish(here)
			return
		}
		event.preventDefault()
		this.start(here)
		const begin = {x: event.clientX, y: event.clientY}
		let isDragged = false
		follow(this.board.root, event, at => {
			isDragged ||= Math.hypot(at.clientX - begin.x, at.clientY - begin.y) > 6
			if (isDragged) this.follow(at)
		}, at => {
			this.wasPressed = true
			setTimeout(() => {this.wasPressed = false})
			if (isDragged) this.drop(at)
		})
	}

	start(from) {
		this.from = from
		this.board.root.classList.add("connecting")
		for (const card of this.board.cards.values()) {
			for (const element of card.element.querySelectorAll(".port")) {
				const to = {node: card.id, port: element.dataset.port, side: element.dataset.side}
				const isStart = to.node === from.node && to.port === from.port && to.side === from.side
				element.dataset.fit = isStart ? "start" : this.judge(from, to).kind
			}
		}
		this.board.page.hint(say("connectHint"))
	}

	follow(at) {
		const point = this.board.camera.inside(at)
		const tip = this.board.cables.tip(`${this.from.node}.${this.from.port}`, this.from.side)
		const to = this.under(at)
		const fit = to ? this.judge(this.from, to).kind : null
		if (this.from.side === "o") this.board.cables.drawDraft(tip, point, fit)
		else this.board.cables.drawDraft(point, tip, fit)
	}

	/** The port under the pointer; anywhere on a card: the port of it that fits best. */
	under(at) {
		const element = document.elementFromPoint(at.clientX, at.clientY)
		const card = element?.closest(".card")
		if (!card) return null
		const port = element.closest(".port")
		if (port) return {node: card.dataset.node, port: port.dataset.port, side: port.dataset.side}
		const best = this.goals(this.from).find(goal => goal.node === card.dataset.node)
		if (best) return best
		const any = card.querySelector(`.port[data-side=${this.from.side === "o" ? "i" : "o"}]`)
		return any && card.dataset.node !== this.from.node
			? {node: card.dataset.node, port: any.dataset.port, side: any.dataset.side} : null
	}

	drop(at) {
		const to = this.under(at)
		if (to) return this.finish(to)
		const from = this.from
		this.stop()
		if (document.elementFromPoint(at.clientX, at.clientY)?.closest("#board")) {
			this.board.page.palette(from, this.board.camera.inside(at))
		}
	}

	click(event, card) {
		if (this.wasPressed || event.target.closest(".port")) return
		const to = card ? this.under(event) : null
		if (to) this.finish(to)
		else this.stop()
	}

	finish(to) {
		const from = this.from
		this.stop()
		if (from.node === to.node && from.port === to.port && from.side === to.side) return
		this.board.page.link(this.judge(from, to))
	}

	stop() {
		this.from = null
		this.board.root.classList.remove("connecting")
		this.board.cables.drawDraft(null)
		for (const element of this.board.layer.querySelectorAll("[data-fit]")) delete element.dataset.fit
		this.board.page.hint("")
	}
}
