// Dialogs: one question at a time, closed with Escape, focus comes back to where it was.

import {button, make} from "./dom.js"
import {say} from "./words.js"

/** Opens a dialog. @returns {{element, close}} */
export function dialog(title, content, {kind = "", actions = [], onclose} = {}) {
	const id = `dialog-${Math.random().toString(36).slice(2, 8)}`
	const before = document.activeElement
	const element = make("dialog", {class: kind, "aria-labelledby": id},
		make("div.dialog-head", make("h2", {id, text: title}), button("close", say("close"), () => element.close())),
		make("div.dialog-body", content),
		actions.length && make("div.dialog-foot", actions))
	element.addEventListener("close", () => {
		element.remove()
		onclose?.()
		if (document.activeElement === document.body) before?.focus?.()
	})
	const openedAt = performance.now()
	element.addEventListener("pointerdown", event => {
		// The second half of a double click does not mean the dialog that came between.
		if (event.target !== element || event.timeStamp - openedAt < 400) return
		const frame = element.getBoundingClientRect()
		const isInside = event.clientX > frame.left && event.clientX < frame.right && event.clientY > frame.top && event.clientY < frame.bottom
		if (!isInside) element.close()
	})
	document.body.append(element)
	element.showModal()
	return {element, close: () => element.close()}
}

/** Asks; @returns {Promise<string|null>} the name of the chosen answer. */
export function ask(title, content, answers) {
	return new Promise(done => {
		let chosen = null
		const actions = answers.map(({name, label, kind}) => make("button", {class: kind ?? "plain", text: label, "data-answer": name,
			onclick: () => {chosen = name; shown.close();},
		}))
		const shown = dialog(title, content, {actions, onclose: () => done(chosen)})
		shown.element.querySelector(".primary, .danger")?.focus()
	})
}

/** Asks for one line of text. */
export function askText(title, label, value, pattern) {
	return new Promise(done => {
		let answer = null
		const box = make("input", {type: "text", id: "asked", value, pattern, required: true, spellcheck: "false", autocomplete: "off"})
		const form = make("form.form", {onsubmit: event => {event.preventDefault(); answer = box.value.trim(); shown.close();}},
			make("div.field", make("label", {for: "asked", text: label}), box),
			make("div.dialog-foot", make("button", {type: "submit", class: "primary", text: say("save")})))
		const shown = dialog(title, form, {onclose: () => done(answer)})
		box.focus()
		box.select()
	})
}

/** A list of changes, each with its sign. */
export function changeList(changes) {
	const sign = {added: "+", removed: "−", changed: "~"}
	return make("ul.changes", changes.slice(0, 60).map(change => make("li", {"data-kind": change.kind},
		make("b", {"aria-hidden": "true", text: sign[change.kind]}), make("span", change.text))),
	changes.length > 60 && make("li", say("andMore", changes.length - 60)))
}

/** Problems with their places and fixes. @param fix called with the problem whose fix was pressed @param go with one that was clicked */
export function problemList(problems, {fix, go} = {}) {
	return make("ul.problem-list", problems.map(problem => {
		const place = [problem.line ? `${problem.line}:${problem.column ?? 1}` : "", problem.path].filter(Boolean).join(" ")
		return make("li", place ? (go && problem.line
			? make("button.place", {text: place, onclick: () => go(problem)})
			: make("code", place)) : null,
		make("span", {lang: "en", text: problem.message}),
		problem.hint && make("em", {lang: "en", text: problem.hint}),
		problem.fix && fix && make("button.plain.fix", {text: say("applyFix"), onclick: () => fix(problem)}))
	}))
}
