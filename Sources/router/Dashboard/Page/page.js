// The page: who is told what, and what each button does.

import {api, Refusal, Unreachable} from "./api.js"
import {Board} from "./board.js"
import {asDocument, differences} from "./compare.js"
import {ask, askText, changeList, dialog, problemList} from "./dialogs.js"
import {Dock} from "./dock.js"
import {button, byID, icon, make, mark, tell} from "./dom.js"
import {Editor} from "./editor.js"
import {Listing} from "./listing.js"
import {Live} from "./live.js"
import {model} from "./model.js"
import {Palette} from "./palette.js"
import {carries, end, freshID, portOf, renamed, written} from "./ports.js"
import {keys, Side} from "./side.js"
import {chooseLanguage, language, say, translate} from "./words.js"

const saved = key => {try {return localStorage.getItem(key) ?? "";} catch {return "";}}
const save = (key, value) => {try {localStorage.setItem(key, value);} catch {/* A private window keeps nothing. */}}

class Page {
	constructor() {
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
		return undefined
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
		const key = JSON.stringify(problems)
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

	/**
	 * Makes a change and shows what came of it.
	 * @param send called with the entity tag; again with a newer one when the user wants it on top of another's change
	 * @param retries whether it may be sent again without asking
	 * @param refused hears a refusal instead of the user
	 * @returns the answer's body, "discarded", or null
	 */
	async change(words, send, {tag = model.tag, base, retries = false, refused, quiet = false} = {}) {
		const before = base?.document ?? asDocument()
		try {
			const {body} = await send(tag)
			await model.load()
			if (words && !quiet) this.toast(words, {undo: true})
			for (const warning of body.warnings ?? []) this.toast(warning.message ?? warning, {kind: "warn"})
			return body
		} catch (error) {
			if (error instanceof Refusal && error.status === 412) return this.conflict(words, send, before, {retries, refused})
			if (error instanceof Refusal && refused) refused(error)
			else this.failed(error)
			return null
		}
	}

	/** Another editor was faster: what it changed, and whether to go on. */
	async conflict(words, send, before, {retries, refused}) {
		await model.load()
		const theirs = differences(before, asDocument())
		if (!retries) {
			const answer = await ask(say("conflictTitle"), make("div", make("p", say("conflictText")),
				changeList(theirs.length ? theirs : [{kind: "changed", text: say("onlySettings")}])), [
				{name: "discard", label: say("discardMine")}, {name: "retry", label: say("applyMine"), kind: "primary"}])
			if (answer !== "retry") return answer === "discard" ? "discarded" : null
		}
		return this.change(words, send, {refused})
	}

	/** A change that may close streams: a dry run tells which, and the user decides. */
	async careful(words, send, {base, refused} = {}) {
		const tag = base?.tag ?? model.tag
		let plan
		try {
			plan = (await send(tag, {dryRun: "true"})).body
		} catch (error) {
			if (error instanceof Refusal && error.status === 412) {
				return this.conflict(words, fresh => send(fresh), this.documentAt(base), {refused})
			}
			if (error instanceof Refusal && refused) refused(error)
			else this.failed(error)
			return null
		}
		const {removed = [], replaced = []} = plan.applied ?? {}
		const ended = model.streams.filter(stream => [...removed, ...replaced].some(id => stream.path.includes(id)))
		if (ended.length && !await this.isSure(plan.applied, ended)) return null
		return this.change(words, fresh => send(fresh), {tag, base: {document: this.documentAt(base)}, refused})
	}

	documentAt(base) {
		return base?.document ?? asDocument()
	}

	async isSure(applied, ended) {
		const changes = ["removed", "replaced", "added", "updated"].flatMap(kind => (applied[kind] ?? []).map(id => ({
			kind: kind === "removed" || kind === "added" ? kind : "changed", text: say(`will.${kind}`, id)})))
		const answer = await ask(say("riskTitle"), make("div", make("p", say("riskText", ended.length)), changeList(changes),
			make("ul.plain-list", ended.slice(0, 8).map(stream => make("li", {text: `${stream.label || stream.peer}: ${stream.path.join(" → ")}`})))),
		[{name: "no", label: say("cancel")}, {name: "yes", label: say("doIt"), kind: "danger"}])
		return answer === "yes"
	}

	failed(error) {
		if (error instanceof Unreachable) return this.toast(say("unreachable"), {kind: "bad"})
		if (!(error instanceof Refusal)) throw error
		const problems = error.problems.length ? error.problems : [{message: error.message}]
		const fixable = problem => ask(say("fixTitle"), make("p", problem.hint ?? problem.message), [
			{name: "yes", label: say("applyFix"), kind: "primary"}]).then(answer => answer
			&& this.change(say("fixed"), tag => api.patch(problem.fix, tag)))
		const shown = dialog(say("refusedTitle"), make("div", make("p", {lang: "en", text: error.problems.length ? error.title : ""}),
			problemList(problems, {fix: problem => {shown.close(); fixable(problem);}})))
		this.announce(`${say("refusedTitle")}: ${problems[0].message}`)
		return undefined
	}

	palette(from, spot) {this.chooser.open(from, spot)}

	arrived(id) {
		this.select({node: id})
		if (byID("board").hidden) byID("list").querySelector(`[data-node="${id}"] button`)?.focus()
		else this.board.focus(id)
	}

	select(selection, opens = true) {
		if (this.side.isDirty && JSON.stringify(selection) !== JSON.stringify(this.selection)) {
			this.toast(say("notApplied", model.name(this.selection.node)), {kind: "warn"})
		}
		const isSame = JSON.stringify(selection) === JSON.stringify(this.selection)
		this.selection = selection
		this.board.choose(selection)
		if (!isSame) this.side.choose(selection)
		if (opens) document.body.classList.toggle("side-open", Boolean(selection))
	}

	edit(id) {
		this.select({node: id})
		byID("side").focus({preventScroll: true})
	}

	closeSide() {
		const {node} = this.selection ?? {}
		this.select(null)
		document.body.classList.remove("side-open")
		if (node) this.board.focus(node)
	}

	async link(verdict) {
		if (verdict.kind === "no") this.toast(verdict.reason, {kind: "bad"})
		else if (verdict.kind === "bridge") await this.offerBridge(verdict)
		else await this.change(say("linked", verdict.from, verdict.to), tag => api.addLink(verdict.from, verdict.to, tag))
	}

	async offerBridge({from, to, bridge, reason}) {
		const answer = await ask(say("bridgeTitle"), make("div", make("p", reason),
			make("p", say("bridgeText", bridge.type.name))), [
			{name: "no", label: say("cancel")}, {name: "yes", label: say("insertConverter", bridge.type.name), kind: "primary"}])
		if (answer !== "yes") return
		await this.bridgeWith(bridge, from, to, model.links)
	}

	bridgeWith(bridge, from, to, links) {
		const id = freshID(bridge.type.name.split(".")[0], model.nodes)
		const [a, b] = [this.board.cards.get(end(from).node), this.board.cards.get(end(to).node)]
		const config = {type: bridge.type.name}
		if (model.node(a?.id)?.position && b) config.position = {x: Math.round((a.x + b.x) / 2), y: Math.round((a.y + b.y) / 2 + 60)}
		const all = [...written(links), `${from} -> ${id}.${bridge.input}`, `${id}.${bridge.output} -> ${to}`]
		return this.change(say("bridged", id), tag => api.patch({nodes: {[id]: config}, links: all}, tag))
	}

	bridgeOf({notCarried}) {
		const type = notCarried && [...model.types.values()].find(one => notCarried.includes(one.name))
		return type && {type, input: portOf(type, "input").name, output: portOf(type, "output").name}
	}

	canBridge(link) {return this.bridgeOf(link)?.type.name;}

	insertBridge(link) {
		return this.bridgeWith(this.bridgeOf(link), link.from, link.to, model.links.filter(one => one.id !== link.id))
	}

	unlink(id) {
		const link = model.byLink.get(id)
		return this.change(say("unlinked", link.from, link.to), tag => api.removeLink(id, tag))
	}

	async remove(id) {
		const links = model.linksOf(id).length
		const done = await this.careful(links ? say("removedWith", id, links) : say("removed", id),
			(tag, query) => api.removeNode(id, tag, query))
		if (done && !byID("board").hidden) this.board.focus(this.board.current)
	}

	toggle(id) {
		const isOff = model.node(id).state === "disabled"
		return this.careful(say(isOff ? "enabled" : "disabledNow", id),
			(tag, query) => api.patchNode(id, {disabled: isOff ? null : true}, tag, query))
	}

	async rename(id) {
		const fresh = await askText(say("rename"), say("nodeID"), id, "[a-z][a-z0-9\\-]*")
		if (!fresh || fresh === id) return
		if (model.nodes.has(fresh)) {this.toast(say("idTaken", fresh), {kind: "bad"}); return;}
		const document = asDocument()
		const patch = {nodes: {[id]: null, [fresh]: document.nodes[id]}, links: renamed(document.links ?? [], id, fresh)}
		if (await this.careful(say("renamedTo", id, fresh), (tag, query) => api.patch(patch, tag, query))) this.arrived(fresh)
	}

	/** From the keyboard: the ports to choose from, then the ports that fit. */
	async connect(id, port) {
		const node = model.node(id)
		const starts = port ? [port] : [...node.ports].sort((a, b) => (b.direction === "output") - (a.direction === "output"))
		const goals = starts.flatMap(one => {
			const from = {node: id, port: one.name, side: one.direction === "output" ? "o" : "i"}
			return this.board.connector.goals(from).map(goal => ({...goal, from, port: one}))
		})
		const rows = goals.map(goal => make("button.goal", {"data-fit": goal.verdict.kind, "data-goal": `${goal.verdict.from}->${goal.verdict.to}`,
			onclick: () => {shown.close(); this.link(goal.verdict);},
		}, make("span.port-dot", {"data-kind": goal.port.kind}),
		make("span", {text: `${goal.port.name} ${goal.from.side === "o" ? "→" : "←"} ${model.name(goal.node)}.${this.nameOf(goal)}`}),
		make("small", goal.verdict.kind === "bridge" ? say("withConverter", goal.verdict.bridge.type.name) : carries(goal.port))))
		const list = make("div.goals", rows.length ? rows : make("p.nothing", say("nothingFits")))
		const filter = make("input", {type: "search", "aria-label": say("filter"), placeholder: say("filter"), oninput: () => {
			for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(filter.value.toLowerCase())
		}})
		const shown = dialog(say("connectFrom", model.name(id)), [rows.length > 8 ? filter : null, list].filter(Boolean))
		list.addEventListener("keydown", event => {
			const step = {ArrowDown: 1, ArrowUp: -1}[event.key]
			if (!step) return
			const seen = rows.filter(row => !row.hidden)
			seen[(seen.indexOf(document.activeElement) + step + seen.length) % seen.length]?.focus()
			event.preventDefault()
		});
		(rows.length > 8 ? filter : rows[0])?.focus()
	}

	nameOf(goal) {return goal.port && typeof goal.port === "object" ? end(goal.from.side === "o" ? goal.verdict.to : goal.verdict.from).port : goal.port;}

	async move(places) {
		const nodes = Object.fromEntries([...places].map(([id, place]) => [id, {position: place}]))
		const [first] = places
		await this.change("", tag => places.size === 1
			? api.patchNode(first[0], {position: first[1]}, tag) : api.patch({nodes}, tag), {retries: true})
	}

	async tidy() {
		const nodes = Object.fromEntries([...model.nodes.values()].filter(node => node.position).map(node => [node.id, {position: null}]))
		if (Object.keys(nodes).length) await this.change(say("tidied"), tag => api.patch({nodes}, tag), {retries: true})
		this.board.fit()
	}

	async step(direction) {
		try {
			const {body} = await api[direction](model.tag)
			await model.load()
			this.toast(say(direction === "undo" ? "undone" : "redone", body.revision ?? ""))
		} catch (error) {
			if (error instanceof Refusal && error.status === 412) {await model.load(); this.toast(say("changedMeanwhile"), {kind: "warn"});}
			else if (error instanceof Refusal && !error.problems.length) this.toast(say(direction === "undo" ? "nothingToUndo" : "nothingToRedo"), {kind: "warn"})
			else this.failed(error)
		}
	}

	async act(id, action) {
		if (await this.tried(api.act(id, action))) this.toast(say("acted", action, id))
	}

	async disconnect(stream) {
		if (await this.tried(api.disconnect(stream.id))) this.toast(say("disconnected", stream.label || stream.peer))
	}

	async tried(answer) {
		try {return await answer} catch (error) {return void this.failed(error)}
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
		const isTyping = event.target.closest?.("input, textarea, select, dialog")
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
			make("form", {method: "post", action: "/logout"}, make("button", {type: "submit", class: "plain", text: say("logOut")}))])
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
