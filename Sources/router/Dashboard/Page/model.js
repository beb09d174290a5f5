// What the router says about its graph. The page has no idea of its own: after each change it shows what the router shows.

import {api} from "./api.js"
import {end} from "./ports.js"

/** Fires "graph" when nodes, links or streams may be others, "node" (detail: id) when one changed its state, "passed" (link) for events. */
class Model extends EventTarget {
	constructor() {
		super()
		this.nodes = new Map()
		this.links = []
		this.streams = []
		this.types = new Map()
		this.revision = 0
		this.tag = null
		this.document = null
		this.problems = []
		this.size = 0
		this.rates = new Map()
	}

	async start() {
		const {body} = await api.types()
		this.types = new Map(body.map(type => [type.name, type]))
		await this.load()
	}

	/** Asks for everything; questions while one is on its way wait for one more answer. */
	load() {
		if (this.loading) {
			this.again ??= this.loading.catch(() => {}).then(() => {this.again = null; return this.load();})
			return this.again
		}
		this.loading = this.fetch().finally(() => {this.loading = null;})
		return this.loading
	}

	async fetch() {
		const {body, tag, size} = await api.graph()
		this.tag = tag
		this.size = size
		this.loadedAt = performance.now()
		this.revision = body.revision
		this.nodes = new Map(body.nodes.map(node => [node.id, node]))
		this.links = body.links
		this.byLink = new Map(body.links.map(link => [link.id, link]))
		this.streams = body.streams
		this.document = body.document ?? null
		this.problems = body.documentProblems ?? []
		this.canUndo = body.canUndo ?? true
		this.canRedo = body.canRedo ?? true
		this.dispatchEvent(new Event("graph"))
	}

	turned({id, state, reason, hint, nextTry}) {
		const node = this.nodes.get(id)
		if (!node) return
		Object.assign(node, {state, reason, hint, nextTry})
		this.dispatchEvent(new CustomEvent("node", {detail: id}))
	}

	/** A stream came or went. The formats on the links come with the next load. */
	streamed({change, stream, id}) {
		this.streams = this.streams.filter(one => one.id !== (stream?.id ?? id))
		if (change === "opened") this.streams.push(stream)
		this.dispatchEvent(new Event("streams"))
	}

	/** Counters of all links and streams: rates are made from two of them. */
	counted({revision, links, streams}, now) {
		if (revision !== this.revision) return
		links?.forEach((counts, index) => {
			const link = this.links[index]
			if (!link || counts === null) return
			const [packets, missing, delay] = counts
			const before = this.rates.get(link.id)
			const seconds = before ? (now - before.at) / 1000 : 0
			const rate = seconds > 0.2 && packets >= before.packets ? (packets - before.packets) / seconds : before?.rate ?? 0
			if (link.kind === "event" && packets > before?.packets) this.dispatchEvent(new CustomEvent("passed", {detail: link.id}))
			this.rates.set(link.id, {packets, missing, delay, rate, at: now})
		})
		for (const [id, packets, missing, queued, underruns] of streams ?? []) {
			const stream = this.streams.find(one => one.id === id)
			if (stream) Object.assign(stream.stats, {packets, missing, queuedFrames: queued, underruns})
		}
		this.dispatchEvent(new Event("counts"))
	}

	node(id) {return this.nodes.get(id)}

	linksOf(id) {
		return this.links.filter(link => end(link.from).node === id || end(link.to).node === id)
	}

	streamsOf(id) {
		return this.streams.filter(stream => stream.path.includes(id))
	}

	name(id) {
		return this.node(id)?.label || id
	}
}

export const model = new Model()
