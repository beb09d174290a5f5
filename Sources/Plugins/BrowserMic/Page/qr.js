// QR codes of short texts: byte mode, error correction L, versions 1 to 6.
// Source: ISO/IEC 18004. Returns rows of booleans, true is dark.
const versions = [
  { data: 19, check: 7, blocks: 1, align: 0 }, { data: 34, check: 10, blocks: 1, align: 18 },
  { data: 55, check: 15, blocks: 1, align: 22 }, { data: 80, check: 20, blocks: 1, align: 26 },
  { data: 108, check: 26, blocks: 1, align: 30 }, { data: 136, check: 18, blocks: 2, align: 34 },
];
const [powers, logs] = [new Uint8Array(512), new Uint8Array(256)];
for (let at = 0, value = 1; at < 255; at += 1) {
  powers[at] = powers[at + 255] = value;
  logs[value] = at;
  value = (value << 1) ^ (value & 128 ? 0x11d : 0);
}
const times = (a, b) => (a && b ? powers[logs[a] + logs[b]] : 0);

function checkBytes(data, count) {
  let generator = [1];
  for (let at = 0; at < count; at += 1) {
    const next = new Array(generator.length + 1).fill(0);
    generator.forEach((factor, place) => {
      next[place] ^= factor;
      next[place + 1] ^= times(factor, powers[at]);
    });
    generator = next;
  }
  const rest = [...data, ...new Array(count).fill(0)];
  for (let at = 0; at < data.length; at += 1) {
    const lead = rest[at];
    if (lead) generator.forEach((factor, place) => { rest[at + place] ^= times(factor, lead); });
  }
  return rest.slice(data.length);
}

function codewords(bytes, { data, check, blocks }) {
  const bits = [];
  const put = (value, count) => { for (let bit = count - 1; bit >= 0; bit -= 1) bits.push((value >> bit) & 1); };
  put(4, 4);
  put(bytes.length, 8);
  bytes.forEach((byte) => put(byte, 8));
  put(0, Math.min(4, data * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const words = [];
  for (let at = 0; at < bits.length; at += 8) words.push(parseInt(bits.slice(at, at + 8).join(""), 2));
  for (let pad = 0xec; words.length < data; pad ^= 0xec ^ 0x11) words.push(pad);
  const size = data / blocks;
  const parts = Array.from({ length: blocks }, (_, index) => words.slice(index * size, (index + 1) * size));
  const checks = parts.map((part) => checkBytes(part, check));
  const weave = (lists) => lists[0].flatMap((_, at) => lists.map((list) => list[at]));
  return [...weave(parts), ...weave(checks)];
}

function frame(size, align) {
  const grid = Array.from({ length: size }, () => new Array(size).fill(null));
  const square = (row, column, reach, dark) => {
    for (let down = -reach; down <= reach; down += 1) {
      for (let right = -reach; right <= reach; right += 1) {
        if (grid[row + down]?.[column + right] !== undefined) {
          grid[row + down][column + right] = dark(Math.max(Math.abs(down), Math.abs(right)));
        }
      }
    }
  };
  for (const [row, column] of [[3, 3], [3, size - 4], [size - 4, 3]]) square(row, column, 4, (far) => far !== 2 && far !== 4);
  for (let at = 8; at < size - 8; at += 1) grid[6][at] = grid[at][6] = at % 2 === 0;
  if (align) square(align, align, 2, (far) => far !== 1);
  grid[size - 8][8] = true;
  return grid;
}

function putFormat(grid, mask) {
  const size = grid.length;
  // Level L is 01.
  const data = (1 << 3) | mask;
  let rest = data << 10;
  for (let bit = 14; bit >= 10; bit -= 1) if ((rest >> bit) & 1) rest ^= 0x537 << (bit - 10);
  const format = ((data << 10) | rest) ^ 0x5412;
  for (let at = 0; at < 15; at += 1) {
    const dark = Boolean((format >> at) & 1);
    grid[at < 6 ? at : at < 8 ? at + 1 : size - 15 + at][8] = dark;
    grid[8][at < 8 ? size - 1 - at : at < 9 ? 7 : 14 - at] = dark;
  }
}

const masks = [
  (r, c) => (r + c) % 2, (r) => r % 2, (r, c) => c % 3, (r, c) => (r + c) % 3,
  (r, c) => (Math.floor(r / 2) + Math.floor(c / 3)) % 2, (r, c) => ((r * c) % 2) + ((r * c) % 3),
  (r, c) => (((r * c) % 2) + ((r * c) % 3)) % 2, (r, c) => (((r + c) % 2) + ((r * c) % 3)) % 2,
];

function fill(frameGrid, words, mask) {
  const grid = frameGrid.map((row) => [...row]);
  const size = grid.length;
  putFormat(grid, mask);
  let at = 0;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right -= 1;
    for (let step = 0; step < size; step += 1) {
      const row = (right + 1) & 2 ? step : size - 1 - step;
      for (const column of [right, right - 1]) {
        if (grid[row][column] !== null) continue;
        const bit = (words[at >> 3] >> (7 - (at & 7))) & 1;
        grid[row][column] = Boolean(bit) !== (masks[mask](row, column) === 0);
        at += 1;
      }
    }
  }
  return grid;
}

function penalty(grid) {
  const size = grid.length;
  const lines = [...grid, ...grid.map((_, column) => grid.map((row) => row[column]))];
  let sum = 0;
  for (const line of lines) {
    const text = line.map(Number).join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
    sum += 40 * (text.match(/(?=10111010000|00001011101)/g) ?? []).length;
  }
  for (let row = 1; row < size; row += 1) {
    for (let column = 1; column < size; column += 1) {
      const dark = grid[row][column];
      if (grid[row - 1][column] === dark && grid[row][column - 1] === dark && grid[row - 1][column - 1] === dark) sum += 3;
    }
  }
  const part = grid.flat().filter(Boolean).length / (size * size);
  return sum + 10 * Math.floor(Math.abs(part * 100 - 50) / 5);
}

/** Null if the text is too long. */
export function qr(text) {
  const bytes = [...new TextEncoder().encode(text)];
  const index = versions.findIndex(({ data }) => bytes.length <= data - 2);
  if (index < 0) return null;
  const empty = frame(21 + 4 * index, versions[index].align);
  const words = codewords(bytes, versions[index]);
  putFormat(empty, 0);
  const all = masks.map((_, mask) => fill(empty, words, mask));
  return all.reduce((best, one) => (penalty(one) < penalty(best) ? one : best));
}

/** Draws it into an SVG with a quiet zone of four modules. */
export function drawQR(svg, text) {
  const grid = qr(text);
  svg.toggleAttribute("hidden", !grid);
  if (!grid) return;
  const size = grid.length + 8;
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  const dots = grid.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x + 4} ${y + 4}h1v1h-1z`] : [])));
  const make = (name, attributes) => {
    const one = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
    return one;
  };
  svg.replaceChildren(
    make("rect", { width: size, height: size, fill: "#fff" }), make("path", { d: dots.join(""), fill: "#000" }));
}
