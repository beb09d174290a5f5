// What can be done to the graph, and what is asked before: nothing of anybody else is overwritten unseen.

import {api, Refusal, Unreachable} from "./api.js"
import {asDocument, differences} from "./compare.js"
import {ask, askText, changeList, dialog, problemList} from "./dialogs.js"
import {byID, make} from "./dom.js"
import {model} from "./model.js"
import {carries, end, freshID, portOf, renamed, written} from "./ports.js"
import {say} from "./words.js"

/** Needs of its heir: board, select, toast, announce. */
export class Editing {
	/**
	 * Makes a change and shows what came of it.
	 * @param send called with the entity tag; again with a newer one when the user wants it on top of another's change
	 * @param retries whether it may be sent again without asking
	 * @param refused hears a refusal instead of the user
	 * @returns the answer's body, "discarded", or null
	 */
	change(words, send, options) {
		return this.inTurn(() => this.changeNow(words, send, options))
	}

	/** One change of the page's own after the other: each is made for what the one before left. */
	inTurn(work) {
		const turn = (this.lastTurn ?? Promise.resolve()).then(work)
		this.lastTurn = turn.catch(() => {})
		return turn
	}

	async changeNow(words, send, {tag = model.tag, base, retries = false, refused, quiet = false} = {}) {
		const before = base?.document ?? asDocument()
		try {
			const {body} = await send(tag)
			await model.load()
			this.side.rebase(tag)
			this.forgetUndo()
			if (words && !quiet) this.toast(words, {undo: true})
			for (const warning of body.warnings ?? []) this.toast(warning.message ?? warning, {kind: "warn"})
			return body
		} catch (error) {
			if (error.status === 412) return this.conflict(before, retries, () => this.changeNow(words, send, {refused}))
			if (error instanceof Refusal && refused) refused(error)
			else this.failed(error)
			return null
		}
	}

	/** Another editor was faster: what it changed, and whether to go on. */
	async conflict(before, retries, again) {
		await model.load()
		const theirs = differences(before, asDocument())
		if (!retries) {
			const answer = await ask(say("conflictTitle"), make("div", make("p", say("conflictText")),
				changeList(theirs.length ? theirs : [{kind: "changed", text: say("onlySettings")}])), [
				{name: "discard", label: say("discardMine")}, {name: "retry", label: say("applyMine"), kind: "primary"}])
			if (answer !== "retry") return answer === "discard" ? "discarded" : null
		}
		return again()
	}

	/** A change that may close streams: a dry run tells which, and the user decides. */
	careful(words, send, options) {
		return this.inTurn(() => this.carefulNow(words, send, options))
	}

	async carefulNow(words, send, {base, refused} = {}) {
		const tag = base?.tag ?? model.tag
		let plan
		try {
			plan = (await send(tag, {dryRun: "true"})).body
		} catch (error) {
			if (error.status === 412) return this.conflict(this.documentAt(base), false, () => this.carefulNow(words, send, {refused}))
			if (error instanceof Refusal && refused) refused(error)
			else this.failed(error)
			return null
		}
		const {removed = [], replaced = []} = plan.applied ?? {}
		const ended = model.streams.filter(stream => [...removed, ...replaced].some(id => stream.path.includes(id)))
		if (ended.length && !await this.isSure(plan.applied, ended)) return null
		return this.changeNow(words, fresh => send(fresh), {tag, base: {document: this.documentAt(base)}, refused})
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
		return this.inTurn(() => {
			const link = model.byLink.get(id)
			return link && this.changeNow(say("unlinked", link.from, link.to), tag => api.removeLink(id, tag))
		})
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
		if (await this.careful(say("renamedTo", id, fresh), (tag, query) => api.patch(patch, tag, query))) {
			this.side.renamed(id, fresh)
			this.arrived(fresh)
		}
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

	step(direction) {
		return this.inTurn(() => this.stepNow(direction))
	}

	async stepNow(direction) {
		try {
			const {body} = await api[direction](model.tag)
			await model.load()
			this.forgetUndo()
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
}
