// What the router tells by itself, while somebody looks: a hidden page costs nothing.

import {model} from "./model.js"

const topics = "graph,node,stream,link,meter"

export class Live {
	/** @param hear called with topic and value; @param turn called with "open" or "lost" */
	constructor(hear, turn) {
		this.hear = hear
		this.turn = turn
		this.wait = 500
		this.wantsLog = false
		document.addEventListener("visibilitychange", () => this.follow())
		addEventListener("pagehide", () => this.close())
		addEventListener("pageshow", event => event.persisted && this.follow())
		addEventListener("online", () => this.follow())
		this.follow()
	}

	follow() {
		if (document.hidden) return this.close()
		if (!this.source) this.open()
		if (this.wantsLog && !this.log) this.openLog()
	}

	open() {
		clearTimeout(this.timer)
		const source = new EventSource(`/api/v1/events?topics=${topics}`)
		this.source = source
		source.onopen = () => {this.wait = 500; this.turn("open");}
		source.onerror = () => this.lost(source)
		for (const topic of topics.split(",")) {
			source.addEventListener(topic, ({data}) => this.hear(topic, JSON.parse(data)))
		}
	}

	lost(source) {
		source.close()
		if (source !== this.source) return
		this.close()
		this.turn("lost")
		this.timer = setTimeout(() => this.follow(), this.wait * (0.8 + 0.4 * Math.random()))
		this.wait = Math.min(this.wait * 1.6, 8000)
	}

	/** The log is sent only while its panel is open; first what the router still remembers. */
	follows(wantsLog) {
		this.wantsLog = wantsLog
		if (!wantsLog) {
			this.log?.close()
			this.log = null
		} else this.follow()
	}

	openLog() {
		// Another process counts its lines anew.
		const boot = model.tag?.split(".")[0]
		if (boot !== this.boot) this.lastLine = 0
		this.boot = boot
		this.log = new EventSource(`/api/v1/events?topics=log&after=${this.lastLine ?? 0}`)
		this.log.addEventListener("log", ({data, lastEventId}) => {
			this.lastLine = lastEventId
			this.hear("log", JSON.parse(data))
		})
		this.log.onerror = () => {
			this.log?.close()
			this.log = null
		}
	}

	close() {
		clearTimeout(this.timer)
		this.source?.close()
		this.log?.close()
		this.source = this.log = null
	}
}
