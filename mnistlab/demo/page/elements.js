// Small helpers: elements of the page, numbers as text, pictures of arrays.
// Text goes into the page as text, never as markup.

/** Return the element of the page with that id. */
function byId(id) {
  return document.getElementById(id);
}

/** Return a new element with its attributes and what it holds. */
function element(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

/** Return a new button that does something. */
function button(text, action, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", action);
  return made;
}

/** Return a list to choose from, one option for each text. */
function choice(texts, attributes = {}) {
  const options = texts.map((text, k) => element("option", { value: k }, text));
  return element("select", attributes, ...options);
}

/** Return text whose direction of writing stays its own: names come from anywhere. */
function word(text) {
  return element("bdi", {}, text);
}

/** Return text with its symbols set: I_j with a lowered j, e^(−I) with a raised −I. */
function symbols(text) {
  const set = element("span");
  for (const part of String(text).split(/(_[a-z]+[0-9]*|_[0-9]+|\^\([^()]*\)|\^−?[0-9]+|\^I)/)) {
    if (part.startsWith("_")) set.append(element("sub", {}, part.slice(1)));
    else if (part.startsWith("^")) {
      set.append(element("sup", {}, symbols(part.slice(1).replace(/^\((.*)\)$/, "$1"))));
    } else set.append(part);
  }
  return set;
}

/** Return a table of rows; the first cell of each row is its head. */
function table(caption, heads, rows, kind = "") {
  const shown = (value) => (typeof value === "string" ? symbols(value) : value);
  const cell = (value, k) =>
    element(k ? "td" : "th", k ? {} : { scope: "row" }, shown(value));
  const headCells = heads.map((head) => element("th", { scope: "col" }, shown(head)));
  return element("div", { class: "wide" }, element("table", { class: kind },
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...headCells)),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map(cell))))));
}

// ── numbers ────────────────────────────────────────────────────────────────────────────────────

/** Return a number with 3 digits that count, and a minus sign that is one: −0.0123. */
function number(value) {
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "∞").replace("-", "−");
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value).replace("-", "−");
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e6) {
    const [digits, power] = value.toExponential(2).split("e");
    return `${digits}·10^${Number(power)}`.replaceAll("-", "−");
  }
  const digits = Math.max(0, 2 - Math.floor(Math.log10(size)));
  return value.toFixed(Math.min(digits, 6)).replace("-", "−");
}

/** Return a number with its sign: +0.5, −0.5. */
function signed(value) {
  return value < 0 ? number(value) : `+${number(value)}`;
}

/** Return a share in [0, 1] in percent; only what is all of it is called 100%. */
function percent(share) {
  if (share > 0 && share < 0.0005) return "<0.1%";
  if (share < 1 && share > 0.9995) return ">99.9%";
  return `${(100 * share).toFixed(1)}%`;
}

/** Return the number that somebody typed, a decimal comma too; NaN where it is none. */
function typed(text) {
  return text.trim() === "" ? NaN : Number(text.trim().replace(",", "."));
}

// ── pictures of arrays ─────────────────────────────────────────────────────────────────────────

const colours = new Map(); // forgotten when the page turns light or dark

/** Return the red, green and blue that the style gives a name, for the light or the dark page. */
function colour(called) {
  if (!colours.has(called)) {
    const value = getComputedStyle(document.documentElement).getPropertyValue(`--${called}`);
    colours.set(called, value.trim().split(" ").map(Number));
  }
  return colours.get(called);
}

/** Paint cells of (red, green, blue, alpha in 0 … 255) on a canvas, one pixel each. */
function paintCells(canvas, height, width, cell) {
  canvas.height = height;
  canvas.width = width;
  const picture = new ImageData(width, height);
  for (let k = 0; k < height * width; k++) {
    const [red, green, blue, alpha] = cell(k);
    picture.data[4 * k] = red;
    picture.data[4 * k + 1] = green;
    picture.data[4 * k + 2] = blue;
    picture.data[4 * k + 3] = alpha;
  }
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

/** Paint an image as the network takes it: grey as ink on paper, or in its colours. */
function paintImage(canvas, x) {
  const ink = colour("ink");
  paintCells(canvas, HEIGHT, WIDTH, (k) => (CHANNELS === 1
    ? [...ink, 255 * x[k]]
    : [255 * x[k * CHANNELS], 255 * x[k * CHANNELS + 1], 255 * x[k * CHANNELS + 2], 255]));
}

const CELL = 6; // pixels of a canvas, down and across, for one signed number

/** Paint signed numbers, larger is stronger; above 0 a bar stands in a cell, below 0 it lies. */
function paintSigned(canvas, numbers, height, width) {
  const most = numbers.reduce((top, one) => Math.max(top, Math.abs(one)), 0) || 1;
  const [plus, minus, bar] = [colour("plus"), colour("minus"), [...colour("paper"), 255]];
  paintCells(canvas, height * CELL, width * CELL, (k) => {
    const [row, column] = [Math.floor(k / (width * CELL)), k % (width * CELL)];
    const value = numbers[Math.floor(row / CELL) * width + Math.floor(column / CELL)] ?? 0;
    const strength = Math.abs(value) / most;
    if (strength > 0.4 && onSign(row % CELL, column % CELL, value < 0)) return bar;
    return [...(value < 0 ? minus : plus), 255 * strength];
  });
}

/** Return whether a pixel of a cell is of the bar that says without colour what the sign is. */
function onSign(row, column, below) {
  const [along, across] = below ? [column, row] : [row, column];
  return across === CELL / 2 && along > 0 && along < CELL - 1;
}

/** Return the height and width of a map of n units: as wide as two heights, about. */
function gridOf(n) {
  const width = Math.ceil(Math.sqrt(2 * n));
  const even = [32, 16, 64, 8].find((one) => n % one === 0 && n / one <= one && n / one >= one / 4);
  return even ? [n / even, even] : [Math.ceil(n / width), width];
}

/** Return the weights w_ij into unit j: (sending). */
function weightsInto({ w, sending, receiving }, j) {
  return Float64Array.from({ length: sending }, (_, i) => w[i * receiving + j]);
}

/** Return one number a pixel: in colour the sum over the channels. */
function perPixel(numbers) {
  if (CHANNELS === 1) return numbers;
  return Float64Array.from({ length: HEIGHT * WIDTH }, (_, k) =>
    sum(numbers.slice(k * CHANNELS, (k + 1) * CHANNELS)));
}

/** Paint what comes into a unit of layer k: as an image of the inputs, or a map of hidden units. */
function paintInto(canvas, numbers, k) {
  if (k === 0) paintSigned(canvas, perPixel(numbers), HEIGHT, WIDTH);
  else paintSigned(canvas, numbers, ...gridOf(numbers.length));
}
