// The same graph as a list: for phones, for ears, for those who like lists.

import {icon, make, mark, tell} from "./dom.js"
import {model} from "./model.js"
import {end, role} from "./ports.js"
import {say, wait} from "./words.js"

export class Listing {
	constructor(root, page) {
		Object.assign(this, {root, page, rows: new Map()})
		this.list = make("ul.rows")
		root.append(this.list)
	}

	/** Borrows the little meters of the cables from the canvas. */
	show() {
		if (this.root.hidden) return
		mark(this.list, "aria-label", say("nodes"))
		const {key} = document.activeElement.dataset
		this.rows.clear()
		this.list.replaceChildren(...this.sorted().map(node => this.row(node)))
		for (const node of model.nodes.values()) this.showState(node)
		if (key && this.root.contains(document.activeElement) === false) this.list.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus()
	}

	/** Upstream first, as they stand on the canvas. */
	sorted() {
		const place = node => this.page.board.auto?.places.get(node.id) ?? {x: 0, y: 0}
		return [...model.nodes.values()].sort((a, b) => place(a).x - place(b).x || place(a).y - place(b).y)
	}

	row(node) {
		const kind = role(node.ports)
		const state = make("span.state"), reason = make("p.reason", {lang: "en"})
		const cables = model.links.filter(link => end(link.from).node === node.id).map(link => make("li", {"data-kind": link.kind, class: link.notCarried && "refused"},
			make("button.cable-row", {"data-key": link.id, onclick: () => this.page.select({link: link.id}, true)}, icon(link.kind === "audio" ? "cable" : "event"),
				make("span", `${end(link.from).port} → ${model.name(end(link.to).node)}.${end(link.to).port}`), this.page.board.cables.all.get(link.id)?.chip)))
		const element = make("li.row-card", {"data-node": node.id},
			make("button.row-head", {"data-key": node.id, onclick: () => this.page.select({node: node.id}, true)}, make("span.badge", {"data-role": kind}, icon(kind)),
				make("span.title", make("span.name", node.label || node.id), make("span.type", node.type)), state), reason,
			cables.length > 0 && make("ul.cable-rows", cables))
		this.rows.set(node.id, {element, state, reason})
		return element
	}

	showState(node) {
		const row = this.rows.get(node.id)
		if (!row) return
		mark(row.element, "data-state", node.state)
		if (row.word !== node.state) row.state.replaceChildren(icon(node.state), row.words = make("span"))
		row.word = node.state
		tell(row.words, [say(`state.${node.state}`), wait(node.nextTry, true)].filter(Boolean).join(" · "))
		tell(row.reason, node.state === "running" ? "" : [node.reason, node.hint].filter(Boolean).join(" – "))
	}

	tick() {
		for (const node of model.nodes.values()) if (node.nextTry) this.showState(node)
	}
}
