// The whole document as text: checked while typing, applied after its differences were shown.

import {api, merged, Refusal} from "./api.js"
import {asDocument, differences} from "./compare.js"
import {changeList, dialog, problemList} from "./dialogs.js"
import {make, tell} from "./dom.js"
import {replacing} from "./form.js"
import {model} from "./model.js"
import {say} from "./words.js"

export class Editor {
	constructor(page) {
		Object.assign(this, {page})
	}

	open() {
		this.tag = model.tag
		this.base = asDocument()
		this.numbers = make("pre", {"aria-hidden": "true"})
		this.box = make("textarea", {
			id: "document-text", spellcheck: "false", wrap: "off", autocomplete: "off", autocapitalize: "off", "aria-label": say("jsonView"),
			"aria-describedby": "document-status", oninput: () => this.typed(), onscroll: () => {this.numbers.scrollTop = this.box.scrollTop;},
			onkeydown: event => this.key(event),
		})
		this.status = make("p", {id: "document-status", role: "status"})
		this.found = make("div.found")
		this.send = make("button.primary", {text: say("apply"), disabled: true, onclick: () => this.apply()})
		const cancel = make("button.plain", {text: say("cancel"), onclick: () => this.dialog.close()})
		this.dialog = dialog(say("jsonView"), make("div.editor", make("div.code-box", this.numbers, this.box),
			make("div.verdict", this.status, this.found)), {kind: "wide", actions: [cancel, this.send], onclose: () => clearTimeout(this.timer)})
		this.write(this.base)
		this.box.focus()
		this.box.setSelectionRange(0, 0)
	}

	write(document) {
		this.box.value = `${JSON.stringify(document, null, 2)}\n`
		this.typed()
	}

	typed() {
		const lines = this.box.value.split("\n").length
		if (lines !== this.lines) {
			this.lines = lines
			this.numbers.textContent = Array.from({length: lines}, (_, index) => index + 1).join("\n")
		}
		this.send.disabled = true
		clearTimeout(this.timer)
		this.timer = setTimeout(() => this.check(), 350)
	}

	key(event) {
		if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.apply()
	}

	async check() {
		const text = this.box.value
		if (JSON.stringify(this.parsed()) === JSON.stringify(this.base)) return this.verdict(say("noChange"), "", [])
		try {
			const {body} = await api.put(text, this.tag, {dryRun: "true"})
			if (text !== this.box.value) return undefined
			this.send.disabled = false
			const changes = differences(this.base, this.parsed() ?? this.base)
			return this.verdict(say("documentFits"), "good", [changes.length ? changeList(changes) : make("p", say("onlySettings")),
				...(body.warnings ?? []).map(one => make("p.warn", {lang: "en", text: one.message ?? one}))])
		} catch (error) {
			if (text !== this.box.value) return undefined
			if (!(error instanceof Refusal)) return this.verdict(say("unreachable"), "bad", [])
			if (error.status === 412) {this.send.disabled = false; return this.verdict(say("changedMeanwhile"), "warn", []);}
			const problems = error.problems.length ? error.problems : [{message: error.message}]
			return this.verdict(say("problemCount", problems.length), "bad", [problemList(problems, {
				go: problem => this.go(problem), fix: problem => this.fix(problem),
			})])
		}
	}

	verdict(words, kind, content) {
		tell(this.status, words)
		this.status.dataset.kind = kind
		this.found.replaceChildren(...content.filter(Boolean))
	}

	parsed() {
		const text = this.box.value.replace(/("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, string) => string ?? " ")
			.replace(/("(?:[^"\\\n]|\\.)*")|,(\s*[\]}])/g, (_, string, closing) => string ?? closing)
		try {return JSON.parse(text);} catch {return null;}
	}

	go({line, column = 1}) {
		const lines = this.box.value.split("\n")
		const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0)
		const from = start + column - 1
		this.box.focus()
		this.box.setSelectionRange(from, Math.min(start + (lines[line - 1]?.length ?? 0), from + 200))
		this.box.scrollTop = Math.max(0, (line - 5) * parseFloat(getComputedStyle(this.box).lineHeight))
	}

	fix({fix}) {
		const document = this.parsed()
		if (document) this.write(merged(document, fix))
		this.box.focus()
	}

	async apply() {
		clearTimeout(this.timer)
		if (this.isApplying) return
		this.isApplying = true
		const text = this.box.value, now = this.parsed()
		// On top of what others changed meanwhile: only what was changed here.
		const send = (tag, query) => (tag === this.tag || !now ? api.put(text, tag, query) : api.patch(replacing(this.base, now), tag, query))
		const done = await this.page.careful(say("documentReplaced"), send, {
			base: {tag: this.tag, document: this.base}, refused: () => this.check(),
		}).finally(() => {this.isApplying = false})
		if (done) this.dialog.close()
	}
}
