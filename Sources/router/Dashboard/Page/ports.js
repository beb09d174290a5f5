// Which ports fit, which node would bridge two that do not, and links of a routes document. Nothing here is drawn.

/** "phone.audio" in two. */
export function end(text) {
	const dot = text.indexOf(".")
	return dot < 0 ? {node: text, port: ""} : {node: text.slice(0, dot), port: text.slice(dot + 1)}
}

export const portOf = (node, direction, name) =>
	node?.ports.find(port => port.direction === direction && (name ? port.name === name : port.kind === "audio"))

/** Whether what one sends can be taken by the other: the router decides, this only lights up ports. */
export function fits(output, input) {
	if (output.kind !== input.kind) return false
	if (output.kind === "event") return output.payload === null || input.payload === null || output.payload === input.payload
	return !output.codecs.length || !input.codecs.length || output.codecs.some(codec => input.codecs.includes(codec))
}

/** A type with an audio input and output that stands between the two, or undefined. */
export function bridge(output, input, types) {
	if (output.kind !== "audio" || input.kind !== "audio") return undefined
	for (const type of types) {
		const audio = type.ports.filter(port => port.kind === "audio")
		const takes = audio.find(port => port.direction === "input" && fits(output, port))
		const gives = audio.find(port => port.direction === "output" && port.codecs.some(codec => input.codecs.includes(codec)))
		if (takes && gives) return {type, input: takes.name, output: gives.name}
	}
	return undefined
}

/** Whether sound from one node reaches another along audio links. */
export function reaches(links, from, to) {
	const seen = new Set([from])
	const next = [from]
	while (next.length) {
		const node = next.pop()
		if (node === to) return true
		for (const link of links) {
			const target = end(link.to).node
			if (link.kind === "audio" && end(link.from).node === node && !seen.has(target)) {
				seen.add(target)
				next.push(target)
			}
		}
	}
	return false
}

/** What a port carries, in words. */
export function carries(port) {
	if (port.kind === "event") return port.payload ?? "*"
	return port.codecs.length ? port.codecs.join(", ") : "*"
}

/** Source, transform, sink or event: for the icon and the colour. */
export function role(ports) {
	const has = (direction, kind) => ports.some(port => port.direction === direction && port.kind === kind)
	if (!ports.some(port => port.kind === "audio")) return "event"
	if (has("input", "audio")) return has("output", "audio") ? "transform" : "sink"
	return "source"
}

/** An id that no node has yet: the type's last word, numbered. */
export function freshID(type, taken) {
	const word = type.split(".").pop().toLowerCase().replace(/[^a-z0-9-]/g, "-").replace(/^[^a-z]+/, "") || "node"
	const base = {sink: "speaker", source: "microphone"}[word] ?? word
	for (let number = 1; ; number += 1) {
		const id = number === 1 ? base : `${base}-${number}`
		if (!taken.has(id)) return id
	}
}

/** The links of a document with one node called otherwise; chains stay chains. */
export function renamed(links, old, fresh) {
	const rename = text => {
		const {node, port} = end(text.trim())
		return (node === old ? fresh : node) + (port ? `.${port}` : "")
	}
	return links.map(link => typeof link === "string"
		? link.split("->").map(rename).join(" -> ")
		: {...link, from: rename(link.from), to: rename(link.to)})
}

/** Links as pairs, from the running graph: the links a document needs when some of them change. */
export const written = links => links.map(link => `${link.from} -> ${link.to}`)
