// Pieces of what is told of the graph: streams, lists of facts, the keys.

import {button, make, tell} from "./dom.js"
import {model} from "./model.js"
import {number, say, since} from "./words.js"

/** The keys and what they do. */
export const keys = (most = 99) => make("ul.keys", say("keyList").split(";").slice(0, most).map(line => {
	const [key, words] = line.split("=")
	return make("li", make("kbd", key), make("span", words))
}))

/** One stream: who sends what; its path stands out while it is pointed at. */
export function streamRow(stream, page) {
	return make("li", {
		class: "stream", tabindex: "0", "data-stream": stream.id, onpointerenter: () => page.traceStream(stream), onpointerleave: () => page.trace(null),
		onfocus: () => page.traceStream(stream), onblur: () => page.trace(null),
	}, make("div", make("strong", stream.label || stream.peer || stream.node),
		make("span.sub", [stream.peer, stream.format].filter(Boolean).join(" · ")),
		make("span.way", stream.path.map(id => model.name(id)).join(" → ")),
		make("span.facts", streamFacts(stream))),
	button("close", say("disconnect", stream.label || stream.peer), () => page.disconnect(stream), {class: "tool small"}))
}

export function streamFacts({stats, openedAt}) {
	return [since(openedAt), say("packetCount", number(stats.packets)), stats.missing ? say("lostShort", number(stats.missing)) : "",
		stats.underruns ? say("underruns", number(stats.underruns)) : ""].filter(Boolean).join(" · ")
}

/** A list of names and values; only what changed is written. */
export function list(element, facts) {
	const names = facts.map(([name]) => name).join("|")
	if (element.names !== names) {
		element.names = names
		element.replaceChildren(...facts.map(([name]) => make("div", make("dt", name), make("dd"))))
	}
	facts.forEach(([, value], index) => tell(element.children[index].lastChild, String(value)))
}
