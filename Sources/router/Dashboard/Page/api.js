// The admin API as the page uses it. Every refusal is a Refusal with the problems the router named.

const prefix = "/api/v1"

/** What the router did not accept, and why. */
export class Refusal extends Error {
	constructor(status, body) {
		super(body.detail || body.title || `status ${status}`)
		this.status = status
		this.title = body.title ?? ""
		this.problems = body.problems ?? []
	}
}

/** No answer came at all. */
export class Unreachable extends Error {}

/** @returns {Promise<{body: any, tag: string|null, size: number}>} */
export async function call(method, path, {body, tag, query, type} = {}) {
	const search = query ? `?${new URLSearchParams(query)}` : ""
	const headers = {Accept: "application/json"}
	if (body !== undefined) headers["Content-Type"] = type ?? "application/json"
	if (tag) headers["If-Match"] = tag
	let answer, text
	try {
		answer = await fetch(prefix + path + search, {
			method, headers, cache: "no-store", body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
		})
		text = await answer.text()
	} catch (error) {
		throw new Unreachable(error.message)
	}
	if (answer.status === 401) {
		location.assign("/login")
		return new Promise(() => {})
	}
	let found = {}
	try {if (text) found = JSON.parse(text);} catch {found = {detail: text.slice(0, 300)};}
	if (!answer.ok) throw new Refusal(answer.status, found)
	return {body: found, tag: answer.headers.get("ETag"), size: text.length}
}

const merge = "application/merge-patch+json"
const one = id => `/nodes/${encodeURIComponent(id)}`

export const api = {
	graph: () => call("GET", "/graph"),
	types: () => call("GET", "/types"),
	put: (document, tag, query) => call("PUT", "/graph", {body: document, tag, query}),
	patch: (patch, tag, query) => call("PATCH", "/graph", {body: patch, tag, query, type: merge}),
	patchNode: (id, patch, tag, query) => call("PATCH", one(id), {body: patch, tag, query, type: merge}),
	putNode: (id, config, tag, query) => call("PUT", one(id), {body: config, tag, query}),
	removeNode: (id, tag, query) => call("DELETE", one(id), {tag, query}),
	addLink: (from, to, tag) => call("POST", "/links", {body: {from, to}, tag}),
	removeLink: (id, tag) => call("DELETE", `/links/${encodeURIComponent(id)}`, {tag}),
	undo: tag => call("POST", "/graph/undo", {tag}),
	redo: tag => call("POST", "/graph/redo", {tag}),
	act: (id, action) => call("POST", `${one(id)}/actions/${encodeURIComponent(action)}`, {body: {}}),
	disconnect: stream => call("DELETE", `/streams/${stream}`),
}

/** RFC 7396. */
export function merged(value, patch) {
	if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return patch
	const result = value !== null && typeof value === "object" && !Array.isArray(value) ? {...value} : {}
	for (const [key, part] of Object.entries(patch)) {
		if (part === null) delete result[key]
		else result[key] = merged(result[key], part)
	}
	return result
}
