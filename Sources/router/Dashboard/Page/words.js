// What the page says, in two languages; numbers and times as people write them there.

import {texts} from "./texts.js"

const languages = ["en", "de"]
let now = "en"
let numbers = new Intl.NumberFormat("en", {maximumFractionDigits: 2})

/** @param wanted "de", "en", or empty for the browser's language */
export function chooseLanguage(wanted) {
	now = [wanted, ...navigator.languages.map(one => one.slice(0, 2))].find(one => languages.includes(one)) ?? "en"
	numbers = new Intl.NumberFormat(now, {maximumFractionDigits: 2})
	document.documentElement.lang = now
}

export const language = () => now

/** A text with {0}, {1} … filled in; "one|many" chooses by the first of them. */
export function say(key, ...parts) {
	const found = texts[key] ?? key
	let text = Array.isArray(found) ? found[languages.indexOf(now)] : found
	if (text.startsWith("#")) {
		const [one, many] = text.slice(1).split("|")
		text = Number(parts[0]) === 1 ? one : many
	}
	return text.replace(/\{(\d)\}/g, (_, index) => parts[index] ?? "")
}

/** Fills in what the page's markup says by key. */
export function translate(root) {
	for (const element of root.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say)
	for (const element of root.querySelectorAll("[data-label]")) element.setAttribute("aria-label", say(element.dataset.label))
	root.title = say("title")
}

export const number = value => (typeof value === "number" ? numbers.format(value) : String(value ?? "–"))

export function bytes(count) {
	const units = ["B", "kB", "MB", "GB", "TB"]
	let size = count ?? 0, unit = 0
	while (size >= 1000 && unit < 4) {size /= 1000; unit += 1;}
	return `${number(size >= 100 ? Math.round(size) : Math.round(size * 10) / 10)} ${units[unit]}`
}

/** Seconds to the next try. */
export function wait(instant, isShort) {
	if (!instant) return ""
	const seconds = Math.ceil((Date.parse(instant) - Date.now()) / 1000)
	if (isShort) return seconds > 0 ? `${seconds} s` : "…"
	return seconds > 0 ? say("tryIn", seconds) : say("tryNow")
}

/** How long something lasts already. */
export function since(instant) {
	const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(instant)) / 1000))
	const two = value => String(value).padStart(2, "0")
	const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60
	return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

export const clock = date => date.toLocaleTimeString(now, {hour12: false})
