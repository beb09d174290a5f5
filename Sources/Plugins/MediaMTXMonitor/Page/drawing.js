// Small graphs of the rate and the round trip.
import { decimal, words } from "./words.js";

const space = "http://www.w3.org/2000/svg";
const [width, height] = [240, 40];

/** Runs of points between gaps, as path commands. */
function runs(times, values, place, scale) {
  const parts = [];
  let run = [];
  values.forEach((value, index) => {
    if (value === null || value === undefined) {
      if (run.length) parts.push(run);
      run = [];
    } else {
      run.push([place(times[index]), height - 2 - (value / scale) * (height - 4)]);
    }
  });
  if (run.length) parts.push(run);
  return parts;
}

const line = (run) => `M${run.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;
const area = (run) => `${line(run)}L${run.at(-1)[0].toFixed(1)} ${height}L${run[0][0].toFixed(1)} ${height}Z`;

function path(className, commands) {
  const one = document.createElementNS(space, "path");
  one.setAttribute("d", commands);
  one.setAttribute("class", className);
  return one;
}

/** Shows a history in an element: the rate as an area, the round trip dashed, both from zero. */
export function draw(into, history, seconds, now, name) {
  if (!history?.time.length) {
    into.replaceChildren();
    return;
  }
  const place = (time) => width - ((now - time) / seconds) * width;
  const top = (values) => Math.max(0, ...values.filter((one) => one !== null && one !== undefined));
  const [rate, trip] = [top(history.inMbit), top(history.rttMs)];
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${name}: ${words.rate} ≤ ${decimal(rate)} Mbit/s`);
  for (const run of runs(history.time, history.inMbit, place, rate * 1.1 || 1)) svg.append(path("area", area(run)), path("", line(run)));
  for (const run of runs(history.time, history.rttMs, place, trip * 1.4 || 1)) svg.append(path("rtt", line(run)));
  const legend = document.createElement("p");
  const [left, right] = [document.createElement("span"), document.createElement("span")];
  left.textContent = `≤ ${decimal(rate)} Mbit/s`;
  right.textContent = trip > 0 ? `${words.rtt} ≤ ${decimal(trip)} ms` : "";
  legend.append(left, right);
  into.replaceChildren(svg, legend);
}
