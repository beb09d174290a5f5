// What is chosen, in full: a node with its options, a cable with what flows, or the whole graph at a glance.

import {api} from "./api.js"
import {button, icon, make, mark, tell} from "./dom.js"
import {asDocument} from "./compare.js"
import {keys, list, streamFacts, streamRow} from "./details.js"
import {Form} from "./form.js"
import {model} from "./model.js"
import {carries, end, portOf, role} from "./ports.js"
import {bytes, number, say, wait} from "./words.js"

export class Side {
	constructor(root, page) {
		// Edits that wait for "apply" while something else is chosen, by node.
		Object.assign(this, {root, page, selection: null, drafts: new Map()})
		model.addEventListener("counts", () => this.refresh())
		model.addEventListener("streams", () => this.refresh())
	}

	choose(selection) {
		// What was typed last counts.
		if (this.form?.element.contains(document.activeElement)) document.activeElement.blur()
		if (this.form) this.sendLive(this.form)
		if (this.isDirty) this.drafts.set(this.form.node, {form: this.form, dirty: this.dirty, base: this.base})
		this.selection = selection
		this.form = null
		this.build()
	}

	/** The graph was loaded anew: shown again, but what is being typed stays. */
	update() {
		const node = model.node(this.selection?.node)
		if (this.selection?.node && !node) return this.page.select(null)
		if (this.selection?.link && !model.byLink.has(this.selection.link)) return this.page.select(null)
		if (this.form && node && this.form.type === node.type) {
			const shape = JSON.stringify([node.type, model.linksOf(node.id).map(link => link.id)])
			if (!this.dirty.size) {
				this.base = this.baseOf(node)
				const isBusy = this.form.live.size || this.form.isSending || this.form.element.contains(document.activeElement)
				if (!isBusy) {
					this.form.write(node.config)
					this.form.complain([])
					this.parts.others.replaceChildren()
				}
			}
			if (shape !== this.shape) this.showLinks(node)
			this.shape = shape
			this.heading(node)
		} else this.build()
		return this.refresh()
	}

	build() {
		const {node, link} = this.selection ?? {}
		mark(this.root, "data-kind", node ? "node" : link ? "link" : "all")
		if (node && model.nodes.has(node)) this.buildNode(model.node(node))
		else if (link && model.byLink.has(link)) this.buildLink(model.byLink.get(link))
		else this.buildAll()
		this.refresh()
	}

	top(badge, kind, ...title) {
		return make("div.side-head", make("span.badge", {"data-role": kind}, icon(badge)), make("div", title),
			button("close", say("closeDetails"), () => this.page.closeSide(), {class: "tool close"}))
	}

	buildNode(node) {
		const type = model.types.get(node.type)
		this.shape = null
		const disable = button("disabled", "", () => this.page.toggle(node.id), {"data-act": "toggle"})
		this.parts = {
			state: make("div.state-box"), links: make("div.links"), streams: make("div"),
			stats: make("dl.stats"), others: make("div", {role: "alert"}), disable,
			heading: make("h2", node.label || node.id), sub: make("p.sub"),
		}
		const kind = role(node.ports)
		const head = this.top(kind, kind, this.parts.heading, this.parts.sub)
		const tools = make("div.group.acts", {role: "group", "aria-label": say("actions")},
			button("cable", say("connectTo"), () => this.page.connect(node.id), {"data-act": "connect"}),
			button("edit", say("rename"), () => this.page.rename(node.id), {"data-act": "rename"}), disable,
			button("trash", say("delete"), () => this.page.remove(node.id), {"data-act": "delete", class: "tool bad"}),
			(type?.actions ?? []).map(action => make("button.plain", {text: action, onclick: () => this.page.act(node.id, action),
			})))
		this.takeForm(node, type)
		this.parts.apply = make("div.apply", {hidden: true},
			make("span", say("unsaved")),
			make("button.plain", {text: say("discard"), onclick: () => this.discard(node.id)}),
			make("button", {type: "submit", class: "primary", text: say("apply")}))
		const form = make("form", {onsubmit: event => {event.preventDefault(); this.apply(node.id);}},
			make("h3", say("options")), this.form.element, this.parts.others, this.parts.apply)
		this.root.replaceChildren(head, this.parts.state, tools, make("p.help", {lang: "en", text: type?.description ?? ""}),
			this.parts.links, this.parts.streams, form,
			make("details.nested", make("summary", say("numbers")), this.parts.stats))
		this.showLinks(node)
		this.shape = JSON.stringify([node.type, model.linksOf(node.id).map(link => link.id)])
		this.heading(node)
		this.mustApply()
	}

	/** The form of a node, with what was not applied when it was left. */
	takeForm(node, type) {
		const draft = this.drafts.get(node.id)
		this.drafts.delete(node.id)
		if (draft?.form.type === node.type) {
			Object.assign(this, draft)
			this.form.write(node.config, this.dirty)
			return
		}
		Object.assign(this, {dirty: new Map(), base: this.baseOf(node), form: new Form(type, (field, isDone) => this.edited(field, isDone))})
		// What was changed of live options and is not on its way yet goes also when something else is chosen meanwhile.
		Object.assign(this.form, {node: node.id, type: node.type, live: new Set(), isSending: false, timer: null})
		this.form.write(node.config)
	}

	/** What an edit begins with, for when somebody else changes it meanwhile. */
	baseOf(node) {
		return {config: node?.config ?? {}, tag: model.tag, document: asDocument()}
	}

	/** A change of the page's own, made for what this edit began with: nobody else's, so the edit goes on from there. */
	rebase(tag) {
		const edits = [...this.drafts].map(([id, draft]) => [id, draft.base])
		for (const [id, base] of [...edits, [this.selection?.node, this.base]]) {
			if (model.node(id) && base?.tag === tag) Object.assign(base, this.baseOf(model.node(id)))
		}
	}

	/** A node has another name now; its edits stay. */
	renamed(id, fresh) {
		const draft = this.drafts.get(id)
		if (!draft) return
		this.drafts.delete(id)
		draft.form.node = fresh
		Object.assign(draft.base, this.baseOf(model.node(fresh)))
		this.drafts.set(fresh, draft)
	}

	heading(node) {
		tell(this.parts.heading, node.label || node.id)
		tell(this.parts.sub, `${node.label ? `${node.id} · ` : ""}${node.type}`)
		const label = say(node.state === "disabled" ? "enable" : "disable")
		mark(this.parts.disable, "aria-label", label)
		mark(this.parts.disable, "title", label)
		mark(this.parts.disable, "aria-pressed", String(node.state === "disabled"))
	}

	showState(node) {
		const next = wait(node.nextTry)
		const key = JSON.stringify([node.state, node.reason, node.hint, node.addresses])
		const {state} = this.parts
		if (state.key !== key) {
			state.key = key
			mark(state, "data-state", node.state)
			state.replaceChildren(icon(node.state), make("div", make("strong", say(`state.${node.state}`)),
				this.parts.next = make("span.next"),
				node.reason && make("p", {lang: "en", text: node.reason}),
				node.hint && make("p.hint", {lang: "en", text: node.hint}),
				node.addresses?.length && make("p", make("code", node.addresses.join(", ")))))
		}
		tell(this.parts.next, next ? ` · ${next}` : "")
	}

	showLinks(node) {
		const rows = node.ports.map(port => {
			const reference = `${node.id}.${port.name}`
			const isOut = port.direction === "output"
			const links = model.links.filter(link => (isOut ? link.from : link.to) === reference)
			return make("li.port-row", {"data-kind": port.kind, title: port.description},
				make("span.port-name", make("b", {text: isOut ? "→" : "←", "aria-label": say(isOut ? "output" : "input")}),
					` ${port.name} `, make("small", carries(port))),
				make("span.ends", links.map(link => {
					const other = isOut ? link.to : link.from
					return make("span.end", {},
						make("button.end-name", {text: model.name(end(other).node), title: link.id,
							onclick: () => this.page.select({link: link.id}, true)}),
						button("close", say("removeCable", link.from, link.to), () => this.page.unlink(link.id), {class: "tool small"}))
				}), button("plus", say("connectPort", port.name), () => this.page.connect(node.id, port), {class: "tool small"})))
		})
		this.parts.links.replaceChildren(make("h3", say("ports")), make("ul", rows))
	}

	/** An option was changed: one that can be changed live is, after a moment; the others wait for "apply". */
	edited(field, isDone) {
		const {option} = field
		field.complain(null)
		// What is being typed is not meant yet.
		if (option.live && !isDone) return
		if (option.live) {
			const {form} = this
			form.live.add(option.name)
			clearTimeout(form.timer)
			form.timer = setTimeout(() => this.sendLive(form), 160)
			return
		}
		this.dirty.set(option.name, true)
		this.mustApply()
	}

	mustApply() {
		const patch = this.form.patch(this.base.config, new Set(this.dirty.keys()))
		if (!patch) this.dirty.clear()
		this.parts.apply.hidden = !patch
	}

	/** Sends what was changed of live options. One request at a time: what is changed meanwhile goes with the next. */
	async sendLive(form) {
		if (form.isSending || !form.live.size) return
		clearTimeout(form.timer)
		const node = model.node(form.node)
		const patch = node && form.patch(node.config, form.live)
		form.live.clear()
		if (!patch) return
		form.isSending = true
		try {
			await this.page.change("", tag => api.patchNode(form.node, patch, tag), {
				retries: true, refused: refusal => (this.form === form ? this.complain(refusal) : this.page.failed(refusal)),
			})
		} finally {
			form.isSending = false
		}
		if (form.live.size) return this.sendLive(form)
		if (this.form === form && !form.fields.some(field => !field.problem.hidden)) this.update()
	}

	complain(refusal) {
		const rest = this.form.complain(refusal.problems)
		this.parts.others.replaceChildren(...(rest.length ? rest : refusal.problems.length ? [] : [{message: refusal.message}])
			.map(problem => make("p.problem", [problem.message, problem.hint].filter(Boolean).join(" – "))))
	}

	async apply(id) {
		const patch = this.form.patch(this.base.config, new Set(this.dirty.keys()))
		if (!patch || this.isApplying) return
		this.isApplying = true
		this.parts.others.replaceChildren()
		const done = await this.page.careful(say("changed", id), (tag, query) => api.patchNode(id, patch, tag, query), {
			base: this.base, patch: {nodes: {[id]: patch}}, refused: refusal => this.complain(refusal),
		}).finally(() => {this.isApplying = false})
		if (done === "discarded") return this.discard(id)
		if (!done) return undefined
		this.dirty.clear()
		this.base = this.baseOf(model.node(id))
		this.parts.apply.hidden = true
	}

	discard(id) {
		this.dirty.clear()
		const node = model.node(id)
		if (!node) return
		this.base = this.baseOf(node)
		this.form.write(node.config)
		this.form.complain([])
		this.parts.others.replaceChildren()
		this.parts.apply.hidden = true
	}

	get isDirty() {return Boolean(this.form && this.dirty?.size);}

	get hasEdits() {return this.isDirty || [...this.drafts.keys()].some(id => model.nodes.has(id));}

	buildLink(link) {
		const isAudio = link.kind === "audio"
		this.parts = {facts: make("dl.facts-list"), meter: make("i"), note: make("div")}
		const node = reference => make("button.end-name", {text: `${model.name(end(reference).node)}.${end(reference).port}`,
			onclick: () => this.page.select({node: end(reference).node}, true),
		})
		this.root.replaceChildren(this.top(isAudio ? "cable" : "event", link.kind, make("h2", say(isAudio ? "audioCable" : "eventCable")), make("p.sub", link.id)),
			make("p.way", node(link.from), " → ", node(link.to)),
			isAudio ? make("div.meter.wide-meter", this.parts.meter) : "", this.parts.note, this.parts.facts,
			make("div.group.acts", make("button.plain.bad", {onclick: () => this.page.unlink(link.id)},
				icon("trash"), make("span", say("deleteCable")))))
	}

	refreshLink(link) {
		const rate = model.rates.get(link.id)
		const facts = [[say("carriesWord"), link.kind === "audio" ? link.format ?? say("noStream") : carries(portOf(
			model.node(end(link.from).node), "output", end(link.from).port) ?? {kind: "event", payload: null})]]
		if (link.kind === "audio") {
			const peak = this.page.peak(link.id)
			facts.push([say("level"), peak === null ? say("silent") : `${number(peak)} dB`],
				[say("packetRate"), rate ? say("perSecond", number(Math.round(rate.rate))) : "–"],
				[say("packets"), number(rate?.packets ?? link.stats.packets)],
				[say("delay"), rate?.delay ? `${number(Math.round(rate.delay))} ms` : "–"],
				[say("lost"), number(rate?.missing ?? link.stats.missing)], [say("data"), bytes(link.stats.bytes)])
			this.parts.meter.style.transform = `scaleX(${peak === null ? 0 : Math.max(0, 1 + peak / 60)})`
		} else facts.push([say("events"), rate ? number(rate.packets) : "–"])
		list(this.parts.facts, facts)
		const note = link.notCarried ?? ""
		if (this.parts.note.key === note) return
		this.parts.note.key = note
		this.parts.note.replaceChildren(...(note ? [make("p.problem", {lang: "en", text: note}),
			this.page.canBridge(link) ? make("button.primary", {text: say("insertConverter", this.page.canBridge(link)),
				onclick: () => this.page.insertBridge(link)}) : ""] : []))
	}

	buildAll() {
		this.parts = {facts: make("dl.facts-list"), streams: make("div")}
		this.form = null
		this.root.replaceChildren(this.top("graph", "transform", make("h2", say("wholeGraph")), make("p.sub", say("revisionIs", model.revision))),
			this.parts.facts, this.parts.streams, make("h3", say("keys")), keys(5))
	}

	refresh() {
		const {node, link} = this.selection ?? {}
		if (this.root.offsetParent === null && this.root.hidden) return
		const shown = model.node(node)
		if (shown && this.form) {
			this.showState(shown)
			this.showStreams(model.streamsOf(node))
			list(this.parts.stats, Object.entries(shown.stats).map(([key, value]) => [key.replace(/^router_/, ""), number(value)]))
		} else if (link && model.byLink.has(link)) this.refreshLink(model.byLink.get(link))
		else if (this.parts?.facts) {
			const states = [...model.nodes.values()].map(one => one.state)
			list(this.parts.facts, [[say("nodes"), number(states.length)],
				...["waiting", "faulted", "disabled"].map(state => [say(`state.${state}`), states.filter(one => one === state).length])
					.filter(([, count]) => count), [say("cables"), number(model.links.length)], [say("streams"), number(model.streams.length)]])
			this.showStreams(model.streams)
		}
	}

	showStreams(streams) {
		const box = this.parts.streams
		const key = streams.map(stream => stream.id).join()
		if (box.key !== key) {
			box.key = key
			box.replaceChildren(...(streams.length ? [make("h3", say("streams")),
				make("ul.stream-list", streams.slice(-40).map(stream => streamRow(stream, this.page)))] : []))
		}
		for (const stream of streams) {
			const facts = box.querySelector(`[data-stream="${stream.id}"] .facts`)
			if (facts) tell(facts, streamFacts(stream))
		}
	}
}
