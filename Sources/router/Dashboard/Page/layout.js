// Where nodes stand when nobody put them: layers from left to right, few crossings, straight cables, no overlaps. Pure.

const gapX = 124, gapY = 36, dummyHeight = 26, partGap = 70

/**
 * @param nodes [{id, width, height, anchors: {"o:audio": y, "i:audio": y}}]
 * @param links [{id, from, to, out, in, isAudio}]: from and to are node ids, out and in anchors
 * @returns {{places: Map<string, {x, y}>, ways: Map<string, {x, y}[]>}}
 */
export function layout(nodes, links) {
	const places = new Map(), ways = new Map()
	const parts = components(nodes, links).map(ids => {
		const inside = new Set(ids)
		return layPart(nodes.filter(node => inside.has(node.id)), links.filter(link => inside.has(link.from)))
	})
	for (const {part, x, y} of packed(parts)) {
		for (const [id, place] of part.places) places.set(id, {x: Math.round(place.x + x), y: Math.round(place.y + y)})
		for (const [id, way] of part.ways) ways.set(id, way.map(point => ({x: point.x + x, y: point.y + y})))
	}
	return {places, ways}
}

function components(nodes, links) {
	const parent = new Map(nodes.map(node => [node.id, node.id]))
	const root = id => {while (parent.get(id) !== id) id = parent.get(id); return id;}
	for (const link of links) parent.set(root(link.to), root(link.from))
	const groups = new Map()
	for (const node of nodes) {
		const key = root(node.id)
		if (!groups.has(key)) groups.set(key, [])
		groups.get(key).push(node.id)
	}
	return [...groups.values()]
}

/** Parts beside and below each other, about as wide as a screen. */
function packed(parts) {
	const area = parts.reduce((sum, part) => sum + (part.width + partGap) * (part.height + partGap), 0)
	const widest = Math.max(Math.sqrt(area * 1.7), ...parts.map(part => part.width))
	const done = []
	let x = 0, y = 0, row = 0
	for (const part of [...parts].sort((a, b) => b.height - a.height)) {
		if (x > 0 && x + part.width > widest) {x = 0; y += row + partGap; row = 0;}
		done.push({part, x, y})
		x += part.width + partGap
		row = Math.max(row, part.height)
	}
	return done
}

function layPart(nodes, links) {
	const edges = withoutCycles(nodes, links.filter(link => link.from !== link.to))
	const layerOf = layers(nodes, edges)
	const {rows, items, segments} = withDummies(nodes, edges, layerOf)
	order(rows, segments)
	straighten(rows, segments)
	return measured(rows, items, edges)
}

/** Turns those event links round that close a circle; sound cannot go in circles. */
function withoutCycles(nodes, links) {
	const next = new Map(nodes.map(node => [node.id, []]))
	const leads = (from, to) => {
		const seen = new Set([from]), todo = [from]
		while (todo.length) {
			const id = todo.pop()
			if (id === to) return true
			for (const other of next.get(id)) if (!seen.has(other)) {seen.add(other); todo.push(other);}
		}
		return false
	}
	return [...links].sort((a, b) => Number(b.isAudio) - Number(a.isAudio)).map(link => {
		const isBack = leads(link.to, link.from)
		const edge = isBack ? {link, from: link.to, to: link.from, isBack} : {link, from: link.from, to: link.to, isBack}
		if (!isBack) next.get(edge.from).push(edge.to)
		return edge
	})
}

/** The longest way from a source; sources then move right up to what they feed. */
function layers(nodes, edges) {
	const layer = new Map(nodes.map(node => [node.id, 0]))
	const forward = edges.filter(edge => !edge.isBack)
	for (let moved = true, round = 0; moved && round <= nodes.length; round += 1) {
		moved = false
		for (const edge of forward) {
			if (layer.get(edge.to) <= layer.get(edge.from)) {layer.set(edge.to, layer.get(edge.from) + 1); moved = true;}
		}
	}
	for (const node of nodes) {
		const out = forward.filter(edge => edge.from === node.id)
		if (out.length && !forward.some(edge => edge.to === node.id)) {
			layer.set(node.id, Math.min(...out.map(edge => layer.get(edge.to))) - 1)
		}
	}
	return layer
}

/** Links over several layers get a place in each layer between, so that no cable passes behind a node. */
function withDummies(nodes, edges, layerOf) {
	const rows = [], items = new Map(), segments = []
	const add = item => {(rows[item.layer] ??= []).push(item); return item;}
	for (const node of nodes) {
		items.set(node.id, add({node, layer: layerOf.get(node.id), width: node.width, height: node.height, y: 0}))
	}
	for (const edge of edges) {
		const {link, isBack} = edge
		let from = items.get(edge.from)
		const last = items.get(edge.to)
		edge.dummies = []
		if (isBack) continue
		let fromY = from.node.anchors[link.out] ?? from.height / 2
		for (let layer = from.layer + 1; layer < last.layer; layer += 1) {
			const dummy = add({node: null, layer, width: 0, height: dummyHeight, y: 0})
			edge.dummies.push(dummy)
			segments.push({from, to: dummy, fromY, toY: dummyHeight / 2});
			[from, fromY] = [dummy, dummyHeight / 2]
		}
		segments.push({from, to: last, fromY, toY: last.node.anchors[link.in] ?? last.height / 2})
	}
	for (let index = 0; index < rows.length; index += 1) rows[index] ??= []
	return {rows, items, segments}
}

function order(rows, segments) {
	const number = () => {for (const row of rows) row.forEach((item, index) => {item.index = index;});}
	const above = new Map(), below = new Map()
	for (const segment of segments) {
		(above.get(segment.to) ?? above.set(segment.to, []).get(segment.to)).push(segment);
		(below.get(segment.from) ?? below.set(segment.from, []).get(segment.from)).push(segment)
	}
	number()
	let best = Infinity, kept = rows.map(row => [...row])
	for (let sweep = 0; sweep < 16 && best > 0; sweep += 1) {
		const isDown = sweep % 2 === 0
		for (const row of isDown ? rows : [...rows].reverse()) {
			for (const item of row) {
				const sides = (isDown ? above : below).get(item) ?? []
				item.wish = sides.length ? sides.reduce((sum, segment) => sum + (isDown
					? segment.from.index + segment.fromY / (segment.from.height + 1)
					: segment.to.index + segment.toY / (segment.to.height + 1)), 0) / sides.length : item.index
			}
			row.sort((a, b) => a.wish - b.wish)
			row.forEach((item, index) => {item.index = index;})
		}
		const count = crossings(segments)
		if (count < best) {best = count; kept = rows.map(row => [...row]);}
	}
	kept.forEach((row, index) => {rows[index] = row;})
	number()
}

function crossings(segments) {
	const byLayer = new Map()
	for (const segment of segments) {
		const layer = segment.from.layer;
		(byLayer.get(layer) ?? byLayer.set(layer, []).get(layer)).push([
			segment.from.index * 1000 + segment.fromY, segment.to.index * 1000 + segment.toY])
	}
	let count = 0
	for (const pairs of byLayer.values()) {
		for (let a = 0; a < pairs.length; a += 1) {
			for (let b = a + 1; b < pairs.length; b += 1) {
				if ((pairs[a][0] - pairs[b][0]) * (pairs[a][1] - pairs[b][1]) < 0) count += 1
			}
		}
	}
	return count
}

/** Moves each layer as near to its neighbours as the others allow; a few rounds there and back. */
function straighten(rows, segments) {
	for (const row of rows) {
		let y = 0
		for (const item of row) {item.y = y; y += item.height + gapY;}
	}
	for (let round = 0; round < 12; round += 1) {
		const isDown = round % 2 === 0
		for (const row of isDown ? rows : [...rows].reverse()) {
			for (const item of row) {item.sum = item.y * 0.02; item.weight = 0.02;}
			for (const segment of segments) {
				const [own, ownY, other, otherY] = isDown
					? [segment.to, segment.toY, segment.from, segment.fromY] : [segment.from, segment.fromY, segment.to, segment.toY]
				if (own.layer !== row[0]?.layer) continue
				const weight = own.node || other.node ? 1 : 4
				own.sum += (other.y + otherY - ownY) * weight
				own.weight += weight
			}
			settle(row)
		}
	}
}

/** Least squares under "each below the one before": neighbours that collide move together. */
function settle(row) {
	const blocks = []
	let offset = 0
	for (const item of row) {
		blocks.push({sum: item.sum - offset * item.weight, weight: item.weight, items: [[item, offset]]})
		offset += item.height + gapY
		while (blocks.length > 1) {
			const last = blocks.at(-1), before = blocks.at(-2)
			if (before.sum / before.weight <= last.sum / last.weight) break
			blocks.pop()
			before.sum += last.sum
			before.weight += last.weight
			before.items.push(...last.items)
		}
	}
	for (const block of blocks) for (const [item, shift] of block.items) item.y = block.sum / block.weight + shift
}

function measured(rows, items, edges) {
	const xs = []
	let x = 0
	for (const row of rows) {
		xs.push(x)
		x += Math.max(120, ...row.map(item => item.width)) + gapX
	}
	const all = rows.flat()
	const top = Math.min(...all.map(item => item.y))
	const places = new Map(), ways = new Map()
	for (const [id, item] of items) places.set(id, {x: xs[item.layer], y: item.y - top})
	for (const {link, dummies} of edges) {
		if (!dummies.length) continue
		const width = dummy => Math.max(120, ...rows[dummy.layer].map(item => item.width))
		ways.set(link.id, dummies.flatMap(dummy => {
			const y = dummy.y - top + dummyHeight / 2
			return [{x: xs[dummy.layer], y}, {x: xs[dummy.layer] + width(dummy), y}]
		}))
	}
	return {places, ways, width: x - gapX, height: Math.max(...all.map(item => item.y + item.height)) - top}
}

/** Puts nodes that nobody placed where they are in nobody's way. */
export function avoid(place, size, taken) {
	const spot = {...place}
	for (let tries = 0; tries < 500; tries += 1) {
		const hit = taken.find(other => spot.x < other.x + other.width + 20 && other.x < spot.x + size.width + 20
			&& spot.y < other.y + other.height + 20 && other.y < spot.y + size.height + 20)
		if (!hit) break
		spot.y = hit.y + hit.height + 24
	}
	return spot
}
