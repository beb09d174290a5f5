// Which part of the world is seen, and how large: wheel, fingers, keys, buttons.

import {follow} from "./dom.js"

const smallest = 0.2, largest = 2

export class Camera {
	constructor(root, world) {
		Object.assign(this, {root, world, x: 0, y: 0, scale: 1, wasPanned: false})
		this.fingers = new Map()
		root.addEventListener("wheel", event => this.wheel(event), {passive: false})
		new ResizeObserver(() => this.apply()).observe(root)
	}

	inside(event) {
		const frame = this.root.getBoundingClientRect()
		return {x: (event.clientX - frame.left - this.x) / this.scale, y: (event.clientY - frame.top - this.y) / this.scale}
	}

	wheel(event) {
		if (event.target.closest("#controls")) return
		event.preventDefault()
		const unit = event.deltaMode === 1 ? 18 : 1
		if (event.shiftKey) {
			this.x -= (event.deltaX || event.deltaY) * unit
			return this.apply()
		}
		const frame = this.root.getBoundingClientRect()
		return this.zoom(Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.0016)), event.clientX - frame.left, event.clientY - frame.top)
	}

	zoom(factor, x = this.root.clientWidth / 2, y = this.root.clientHeight / 2) {
		const scale = Math.min(largest, Math.max(smallest, this.scale * factor))
		this.x = x - (x - this.x) * scale / this.scale
		this.y = y - (y - this.y) * scale / this.scale
		this.scale = scale
		this.apply()
	}

	pan(event) {
		this.fingers.set(event.pointerId, {x: event.clientX, y: event.clientY})
		this.wasPanned = false
		let moved = 0
		follow(this.root, event, at => {
			const before = this.fingers.get(at.pointerId), now = {x: at.clientX, y: at.clientY}
			const other = [...this.fingers].find(([id]) => id !== at.pointerId)?.[1]
			if (other) this.pinch(before, now, other)
			else {
				this.x += now.x - before.x
				this.y += now.y - before.y
			}
			moved += Math.hypot(now.x - before.x, now.y - before.y)
			this.wasPanned = moved > 5
			this.fingers.set(at.pointerId, now)
			this.apply()
		}, at => this.fingers.delete(at.pointerId))
	}

	pinch(before, now, other) {
		const frame = this.root.getBoundingClientRect()
		const middle = {x: (now.x + other.x) / 2 - frame.left, y: (now.y + other.y) / 2 - frame.top}
		this.x += (now.x - before.x) / 2
		this.y += (now.y - before.y) / 2
		const distance = Math.hypot(before.x - other.x, before.y - other.y)
		if (distance > 10) this.zoom(Math.hypot(now.x - other.x, now.y - other.y) / distance, middle.x, middle.y)
	}

	show(bounds, isSmooth) {
		const {clientWidth, clientHeight} = this.root
		if (!clientWidth || !clientHeight) return
		const margin = clientWidth < 600 ? 20 : 56
		const scale = Math.min((clientWidth - 2 * margin) / bounds.width, (clientHeight - 2 * margin) / bounds.height, 1)
		// A phone begins at the left, large enough to read.
		const isCut = !isSmooth && clientWidth < 600 && scale < 0.7
		this.scale = isCut ? 0.7 : Math.max(smallest, scale)
		this.x = isCut ? margin - bounds.x * 0.7 : (clientWidth - bounds.width * this.scale) / 2 - bounds.x * this.scale
		this.y = (clientHeight - bounds.height * this.scale) / 2 - bounds.y * this.scale
		this.apply(isSmooth)
	}

	reveal(card) {
		const left = card.x * this.scale + this.x, top = card.y * this.scale + this.y
		const right = left + card.width * this.scale, bottom = top + card.height * this.scale
		const margin = 24
		const dx = left < margin ? margin - left : Math.min(0, this.root.clientWidth - margin - right)
		const dy = top < margin ? margin - top : Math.min(0, this.root.clientHeight - margin - bottom)
		if (!dx && !dy) return
		this.x += dx
		this.y += dy
		this.apply(true)
	}

	apply(isSmooth = false) {
		this.root.scrollTo(0, 0)
		this.world.classList.toggle("smooth", isSmooth)
		this.world.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`
		this.root.style.setProperty("--grid", `${24 * this.scale}px`)
		this.root.style.setProperty("--grid-x", `${this.x}px`)
		this.root.style.setProperty("--grid-y", `${this.y}px`)
		this.root.classList.toggle("far", this.scale < 0.56)
		}
}
