// The page: who is told what, and what each button does.

import {Unreachable} from "./api.js"
import {Board} from "./board.js"
import {keys} from "./details.js"
import {dialog, problemList} from "./dialogs.js"
import {Dock} from "./dock.js"
import {button, byID, icon, make, mark, tell} from "./dom.js"
import {Editing} from "./editing.js"
import {Editor} from "./editor.js"
import {Listing} from "./listing.js"
import {Live} from "./live.js"
import {model} from "./model.js"
import {Palette} from "./palette.js"
import {end} from "./ports.js"
import {Side} from "./side.js"
import {chooseLanguage, language, say, translate} from "./words.js"

const saved = key => {try {return localStorage.getItem(key) ?? "";} catch {return "";}}
const save = (key, value) => {try {localStorage.setItem(key, value);} catch {/* A private window keeps nothing. */}}

class Page extends Editing {
	constructor() {
		super()
		Object.assign(this, {model, peaks: [], selection: null})
		this.theme(saved("theme"))
		translate(document)
		this.board = new Board(byID("board"), this)
		this.listing = new Listing(byID("list"), this)
		this.side = new Side(byID("side"), this)
		this.dock = new Dock(byID("dock"), this)
		this.editor = new Editor(this)
		this.chooser = new Palette(this)
		this.buildTools()
		model.addEventListener("graph", () => this.showGraph())
		model.addEventListener("node", ({detail}) => this.showState(detail))
		model.addEventListener("passed", ({detail}) => this.board.cables.pulse(detail))
		model.addEventListener("counts", () => this.board.cables.counts())
		document.addEventListener("keydown", event => this.key(event))
		addEventListener("beforeunload", event => {if (this.side.hasEdits) event.preventDefault()})
		this.begin()
	}

	async begin() {
		try {
			await model.start()
			this.view(saved("view") || (innerWidth < 700 ? "list" : "graph"))
			this.live = new Live((topic, value) => this.hear(topic, value), state => this.connection(state))
			setInterval(() => this.tick(), 1000)
		} catch (error) {
			if (!(error instanceof Unreachable)) throw error
			this.connection("lost")
			setTimeout(() => this.begin(), 2000)
		}
	}

	hear(topic, value) {
		if (topic === "meter") this.measured(value)
		else if (topic === "node") model.turned(value)
		else if (topic === "log") this.dock.wrote(value)
		else if (topic === "stream") {model.streamed(value); this.reload(8000);}
		else if (topic === "graph") {if (value.revision !== model.revision || value.problems) this.reload(60);}
		else this.reload(1000)
	}

	/** Loads the graph soon; a large one not more often than every few seconds for mere streams. */
	reload(delay) {
		const due = performance.now() + Math.max(delay, delay > 1000 ? model.size / 12 : 0)
		if (this.reloadAt && this.reloadAt <= due) return
		clearTimeout(this.reloadTimer)
		this.reloadAt = due
		this.reloadTimer = setTimeout(() => {
			this.reloadAt = 0
			model.load().catch(error => this.failed(error))
		}, due - performance.now())
	}

	measured(value) {
		const now = performance.now()
		if (value.revision !== model.revision) return this.reload(60)
		this.peaks = value.peaks ?? this.peaks
		if (value.links) model.counted(value, now)
		this.frame ??= requestAnimationFrame(() => {
			this.frame = null
			this.board.cables.levels(this.peaks)
		})
	}

	peak(id) {
		return this.peaks[model.links.findIndex(link => link.id === id)] ?? null
	}

	connection(state) {
		mark(document.body, "data-connection", state)
		if (state === "open" && this.isLost) model.load().catch(() => {})
		this.isLost = state === "lost"
		this.showStatus()
	}

	showStatus() {
		const count = state => [...model.nodes.values()].filter(node => node.state === state).length
		const bad = count("faulted"), waiting = count("waiting")
		mark(document.body, "data-health", this.isLost ? "lost" : bad ? "bad" : waiting ? "waiting" : "good")
		tell(byID("status-text"), this.isLost ? say("lostConnection") : [say("nodeCount", model.nodes.size),
			waiting && say("waitingCount", waiting), bad && say("faultedCount", bad)].filter(Boolean).join(" · "))
	}

	showGraph() {
		this.board.show()
		this.listing.show()
		this.side.update()
		this.showStatus()
		this.showProblems()
		byID("empty").hidden = model.nodes.size > 0
		mark(byID("undo"), "disabled", model.canUndo === false)
		mark(byID("redo"), "disabled", model.canRedo === false)
	}

	showState(id) {
		const node = model.node(id)
		this.board.showState(node)
		this.board.cables.show()
		this.listing.showState(node)
		this.side.refresh()
		this.showStatus()
	}

	/** A saved file that cannot be taken: the graph plays on, the reasons are shown. */
	showProblems() {
		const box = byID("problems"), {problems} = model
		box.hidden = problems.length === 0
		const key = JSON.stringify([language(), problems])
		if (box.key === key) return
		box.key = key
		if (problems.length) {
			box.replaceChildren(icon("warning"), make("div", make("strong", say("fileProblems")), problemList(problems)))
			this.announce(say("fileProblems"))
		}
	}

	tick() {
		if (document.hidden) return
		this.board.tick()
		this.listing.tick()
		this.side.refresh()
		const isOld = performance.now() - model.loadedAt > Math.max(3000, model.size / 10)
		if (this.selection?.node && isOld && !this.isLost) this.reload(0)
	}

	trace(node) {
		const streams = node ? model.streamsOf(node) : []
		if (!streams.length) return this.board.trace(null, null)
		return this.traceAll(streams)
	}

	traceStream(stream) {this.traceAll([stream]);}

	traceAll(streams) {
		const nodes = new Set(streams.flatMap(stream => stream.path))
		const links = new Set(model.links.filter(link => link.kind === "audio" && streams.some(stream =>
			stream.path.includes(end(link.from).node) && stream.path.includes(end(link.to).node) && !stream.notCarried?.[link.id])).map(link => link.id))
		this.board.trace(nodes, links)
	}

	announce(words) {byID("announce").textContent = words;}

	hint(words) {if (words) this.announce(words);}

	toast(words, {kind = "", undo = false} = {}) {
		this.announce(words)
		const toast = make("div.toast", {"data-kind": kind}, make("span", words),
			undo && make("button.plain", {text: say("undo"), onclick: () => {toast.remove(); this.step("undo");}}))
		byID("toasts").append(toast)
		while (byID("toasts").childElementCount > 3) byID("toasts").firstChild.remove()
		setTimeout(() => toast.remove(), kind === "bad" ? 9000 : 5000)
	}

	/** What a toast offers to undo is no longer the newest. */
	forgetUndo() {
		for (const undo of byID("toasts").querySelectorAll("button")) undo.remove()
	}

	buildTools() {
		const fill = (id, ...tools) => byID(id).replaceChildren(...tools.map(([name, label, onclick, tool]) => button(name, say(label), onclick, {id: tool})))
		fill("history", ["undo", "undo", () => this.step("undo"), "undo"], ["redo", "redo", () => this.step("redo"), "redo"])
		fill("view-switch", ["graph", "graphView", () => this.view("graph"), "view-graph"], ["list", "listView", () => this.view("list"), "view-list"])
		fill("tools", ["code", "jsonView", () => this.editor.open(), "open-json"], ["settings", "settings", () => this.settings(), "open-settings"],
			["help", "keysHelp", () => this.help(), "open-help"])
		const {camera} = this.board
		fill("controls", ["plus", "zoomIn", () => camera.zoom(1.25)], ["minus", "zoomOut", () => camera.zoom(0.8)],
			["fit", "fit", () => this.board.fit(), "fit"], ["tidy", "tidy", () => this.tidy(), "tidy"])
		byID("add").onclick = byID("empty-add").onclick = () => this.palette(null)
	}

	view(name) {
		const isList = name === "list"
		byID("board").hidden = isList
		byID("list").hidden = !isList
		mark(byID("view-graph"), "aria-pressed", String(!isList))
		mark(byID("view-list"), "aria-pressed", String(isList))
		save("view", name)
		this.board.show()
		if (!isList) this.board.cables.takeBack()
		this.listing.show()
	}

	key(event) {
		const isTyping = event.target.closest?.("input, textarea, select, dialog") || document.querySelector("dialog[open]")
		const isCommand = event.ctrlKey || event.metaKey
		if (isCommand && !isTyping && ["z", "Z", "y"].includes(event.key)) {
			event.preventDefault()
			this.step(event.key === "y" || event.shiftKey ? "redo" : "undo")
		} else if (isTyping || isCommand || event.altKey) return
		else if (event.key === "Delete" && this.selection?.link) this.unlink(this.selection.link)
		else {
			const action = {
				a: () => this.palette(null), n: () => this.palette(null), "/": () => this.palette(null), "?": () => this.help(), f: () => this.board.fit(),
				"+": () => this.board.camera.zoom(1.25), "-": () => this.board.camera.zoom(0.8), j: () => this.editor.open(),
				l: () => this.view(byID("list").hidden ? "list" : "graph"), Escape: () => this.closeSide(),
			}[event.key]
			if (!action) return
			event.preventDefault()
			action()
		}
	}

	followLog(isWanted) {this.live?.follows(isWanted);}

	settings() {
		const field = (id, label, values, changed) => make("div.field", make("label", {for: id, text: say(label)}),
			make("select", {id, onchange: event => changed(event.target.value)}, [["", say("automatic")], ...values].map(([value, text]) =>
				make("option", {value, text, selected: value === saved(id)}))))
		dialog(say("settings"), [field("language", "languageWord", [["de", "Deutsch"], ["en", "English"]], value => this.speak(value)),
			field("theme", "appearance", [["light", say("light")], ["dark", say("dark")]], value => this.theme(value)),
			model.document?.admin?.token && make("form", {method: "post", action: "/logout"},
				make("button", {type: "submit", class: "plain", text: say("logOut")}))])
	}

	theme(value) {
		save("theme", value)
		if (value) document.documentElement.dataset.theme = value
		else delete document.documentElement.dataset.theme
	}

	speak(value) {
		save("language", value)
		chooseLanguage(value)
		translate(document)
		this.buildTools()
		this.dock.build()
		this.side.choose(this.selection)
		this.showGraph()
		this.view(byID("list").hidden ? "graph" : "list")
	}

	help() {
		dialog(say("keysHelp"), keys())
	}
}

chooseLanguage(saved("language"))
document.documentElement.lang = language()
globalThis.dashboard = new Page()
