// Making and finding elements. Text is always set as text, never as markup.

export const byID = id => document.getElementById(id)

/** make("tag.class", {attributes}, ...children): "on…" listens, `text` is text; what is false, 0 or missing is left out. */
export function make(tag, ...parts) {
	const [name, ...classes] = tag.split(".")
	const element = document.createElement(name)
	if (name === "button") element.type = "button"
	return fill(element, classes, parts)
}

/** The same for drawings. */
export function draw(tag, ...parts) {
	const [name, ...classes] = tag.split(".")
	return fill(document.createElementNS("http://www.w3.org/2000/svg", name), classes, parts)
}

function fill(element, classes, parts) {
	const attributes = parts[0]?.constructor === Object ? parts.shift() : {}
	if (classes.length) element.setAttribute("class", classes.join(" "))
	for (const [name, value] of Object.entries(attributes)) {
		if (value === false || value === null || value === undefined) continue
		if (name.startsWith("on")) element.addEventListener(name.slice(2), value)
		else if (name === "text") element.textContent = value
		else if (name === "value" || name === "checked") element[name] = value
		else element.setAttribute(name, value === true ? "" : value)
	}
	element.append(...parts.flat().filter(Boolean))
	return element
}

/** Sets text only when it differs, so that nothing is painted again for nothing. */
export function tell(element, text) {
	if (element.textContent !== text) element.textContent = text
}

/** Sets or takes away an attribute only when it differs. */
export function mark(element, name, value) {
	const wanted = value === true ? "" : value
	if (value === false || value === null || value === undefined) {
		if (element.hasAttribute(name)) element.removeAttribute(name)
	} else if (element.getAttribute(name) !== String(wanted)) element.setAttribute(name, wanted)
}

const paths = {
	source: "M4 9v6M8 6v12M12 3v18M16 8v8M20 11v2",
	transform: "M5 4v7M5 15v5M12 4v3M12 11v9M19 4v10M19 18v2M3 13h4M10 9h4M17 16h4",
	sink: "M4 9.5v5h3.500L13 19V5L7.500 9.500zM16.500 9a4.200 4.200 0 0 1 0 6M19 6.500a8 8 0 0 1 0 11",
	event: "M13 2 5 13.500h6L10 22l8-11.500h-6z",
	running: "m5 12.500 4.500 4.500L19 7.500",
	starting: "M12 4a8 8 0 1 0 8 8",
	waiting: "M12 7v5l3.500 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
	faulted: "M12 8v5M12 16.500v.500M12 3 2.500 20h19z",
	stopping: "M6 6h12v12H6z",
	disabled: "M12 3v8M6.500 6.500a8 8 0 1 0 11 0",
	plus: "M12 5v14M5 12h14", minus: "M5 12h14", close: "m6 6 12 12M18 6 6 18",
	fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
	tidy: "M4 5h6v5H4zM14 4h6v4h-6zM14 11h6v4h-6zM14 18h6M10 7.500h2v5.500h2",
	undo: "M8 5 4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3", redo: "m16 5 4 4-4 4M20 9H10a6 6 0 0 0 0 12h3",
	trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
	edit: "m4 20 1-4L16 5l3 3L8 19zM14 7l3 3",
	code: "m8 7-5 5 5 5M16 7l5 5-5 5", list: "M8 6h12M8 12h12M8 18h12M4 6h.500M4 12h.500M4 18h.500",
	graph: "M4 4h6v5H4zM14 15h6v5h-6zM7 9v3a3 3 0 0 0 3 3h4",
	settings: "M4 7h9M19 7h1M4 17h1M11 17h9M16 4.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5zM8 14.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z",
	help: "M9 9a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.400M12 17.500v.500M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
	cable: "M4 7h3a5 5 0 0 1 5 5 5 5 0 0 0 5 5h3M4 5v4M20 15v4",
	search: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500 20 20",
	warning: "M12 8v5M12 16.500v.500M12 3 2.500 20h19z", back: "m14 6-6 6 6 6",
	log: "M5 4h14v16H5zM8 8h8M8 12h8M8 16h5", streams: "M4 12a8 8 0 0 1 16 0M7.500 12a4.500 4.500 0 0 1 9 0M12 12v8M9 20h6",
	reset: "M4 12a8 8 0 1 1 2.500 5.800M4 12l-1.500-3M4 12l3-1.500",
}

/** A line drawing of 24 units, seen but not read aloud. */
export function icon(name, title) {
	return draw("svg", {viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true"},
		title ? draw("title", {text: title}) : null, draw("path", {d: paths[name] ?? paths.event}))
}

/** A button with a picture and its name for those who do not see it. */
export function button(name, label, onclick, attributes = {}) {
	return make("button.tool", {"aria-label": label, title: label, onclick, ...attributes},
		icon(name))
}

/** Follows a pressed pointer until it is let go. */
export function follow(root, event, move, up) {
	root.setPointerCapture(event.pointerId)
	const stop = new AbortController()
	const on = (name, listener) => root.addEventListener(name, at => at.pointerId === event.pointerId && listener(at), stop)
	const end = at => {stop.abort(); up(at)}
	on("pointermove", move)
	on("pointerup", end)
	on("pointercancel", end)
}
