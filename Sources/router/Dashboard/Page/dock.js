// Below the canvas: streams and the log, folded until somebody wants them.

import {icon, make, tell} from "./dom.js"
import {model} from "./model.js"
import {streamRow} from "./details.js"
import {clock, say} from "./words.js"

const kept = 400

export class Dock {
	constructor(root, page) {
		Object.assign(this, {root, page, open: null})
		this.lines = []
		model.addEventListener("streams", () => this.showStreams())
		model.addEventListener("graph", () => this.showStreams())
		this.build()
	}

	build() {
		this.tabs = {}
		const tab = (name, picture) => (this.tabs[name] = make("button.tab", {"aria-expanded": "false", "aria-controls": "dock-panel", "data-tab": name, onclick: () => this.toggle(name),
		}, icon(picture), make("span", say(name)), make("b.count")))
		this.filter = make("input", {type: "search", placeholder: say("filter"), "aria-label": say("filter"), oninput: () => this.showLog()})
		this.level = make("select", {"aria-label": say("logLevel"), onchange: () => this.showLog()},
			["debug", "info", "warning", "error"].map(level => make("option", {value: level, text: level, selected: level === "info"})))
		this.log = make("ol.log", {tabindex: "0", "aria-label": say("log"), lang: "en"})
		this.streams = make("ul.stream-list")
		this.panel = make("div", {id: "dock-panel", hidden: true})
		this.root.replaceChildren(make("div.tabs", tab("streams", "streams"), tab("log", "log")), this.panel)
		this.showStreams()
		const {open} = this
		this.open = null
		if (open) this.toggle(open)
	}

	toggle(name) {
		this.open = this.open === name ? null : name
		for (const [key, tab] of Object.entries(this.tabs)) tab.setAttribute("aria-expanded", String(key === this.open))
		this.panel.hidden = !this.open
		this.page.followLog(this.open === "log")
		if (this.open === "log") {
			this.panel.replaceChildren(make("div.row", this.level, this.filter), this.log)
			this.showLog()
		} else if (this.open) {
			this.panel.replaceChildren(this.streams)
			this.showStreams()
		}
	}

	showStreams() {
		const {streams} = model
		tell(this.tabs.streams.querySelector(".count"), String(streams.length))
		if (this.open !== "streams") return
		const key = streams.map(stream => stream.id).join()
		if (key === this.key && this.streams.childElementCount) return
		this.key = key
		this.streams.replaceChildren(...(streams.length ? streams.slice(-200).map(stream => streamRow(stream, this.page))
			: [make("li.nothing", say("noStreams"))]))
	}

	wrote(line) {
		this.lines.push({...line, at: line.time ? new Date(line.time) : new Date()})
		if (this.lines.length > kept) this.lines.splice(0, this.lines.length - kept)
		this.waiting ??= requestAnimationFrame(() => {this.waiting = null; this.showLog();})
	}

	showLog() {
		if (this.open !== "log") return
		const levels = ["debug", "info", "warning", "error"]
		const least = levels.indexOf(this.level.value)
		const word = this.filter.value.toLowerCase()
		const shown = this.lines.filter(line => levels.indexOf(line.level) >= least && (!word || text(line).toLowerCase().includes(word)))
		const isAtEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 30
		const known = new Map([...this.log.children].map(row => [row.line, row]))
		const rows = shown.slice(-200).map(line => known.get(line) ?? row(line))
		if (rows.length !== this.log.childElementCount || rows.some((one, index) => this.log.children[index] !== one)) this.log.replaceChildren(...rows)
		if (isAtEnd) this.log.scrollTop = this.log.scrollHeight
	}
}

function facts(line) {
	const own = new Set(["level", "source", "message", "at", "time"])
	return Object.entries(line).filter(([key]) => !own.has(key)).map(([key, value]) => `${key}=${value}`).join(" ")
}

const text = line => `${line.source} ${line.message} ${facts(line)}`

function row(line) {
	const element = make("li", {"data-level": line.level}, make("time", clock(line.at)), make("b", line.level),
		make("span", make("code", line.source), ` ${line.message} `, make("small", facts(line))))
	element.line = line
	return element
}
