// What differs between two documents or graphs, in words. Pure but for the words.

import {model} from "./model.js"
import {say} from "./words.js"

const text = value => (value === undefined ? "–" : JSON.stringify(value))

/** @returns [{kind: "added" | "removed" | "changed", text}] */
export function differences(before, now) {
	const found = []
	const old = before?.nodes ?? {}, fresh = now?.nodes ?? {}
	for (const id of new Set([...Object.keys(old), ...Object.keys(fresh)])) {
		if (!(id in fresh)) found.push({kind: "removed", text: say("nodeRemoved", id)})
		else if (!(id in old)) found.push({kind: "added", text: say("nodeAdded", id, fresh[id].type)})
		else found.push(...members(id, old[id], fresh[id]))
	}
	const links = document => new Set((document?.links ?? []).flatMap(pairs))
	const a = links(before), b = links(now)
	for (const link of a) if (!b.has(link)) found.push({kind: "removed", text: say("cableRemoved", link)})
	for (const link of b) if (!a.has(link)) found.push({kind: "added", text: say("cableAdded", link)})
	return found
}

function members(id, old, fresh) {
	const found = []
	for (const key of new Set([...Object.keys(old), ...Object.keys(fresh)])) {
		if (JSON.stringify(old[key]) === JSON.stringify(fresh[key])) continue
		if (key === "position") found.push({kind: "changed", text: say("nodeMoved", id)})
		else found.push({kind: "changed", text: `${id}.${key}: ${text(old[key])} → ${text(fresh[key])}`})
	}
	return found
}

/** A link of a document as pairs "a -> b". */
export function pairs(link) {
	if (typeof link !== "string") return [`${link.from} -> ${link.to}`]
	const ends = link.split("->").map(part => part.trim())
	return ends.slice(1).map((to, index) => `${ends[index]} -> ${to}`)
}

/** The running graph in the form of a document, for comparisons. */
export const asDocument = () => model.document ?? {
	nodes: Object.fromEntries([...model.nodes.values()].map(node => [node.id, node.config])),
	links: model.links.map(link => `${link.from} -> ${link.to}`),
}
