// A hidden layer as a map of activations, and what one of its units looks for.

const MAP_HINT = "The stronger the colour, the more active. Point, tap, or use the arrow keys to "
  + "see a unit’s weights.";

/** Return the name of a layer that receives: "hidden layer 1", "outputs". */
function layerName(run, k) {
  if (k === run.layers.length - 1) return "outputs";
  return run.layers.length === 2 ? "hidden layer" : `hidden layer ${k + 1}`;
}

/** Return what is said of unit i of hidden layer k, whatever the image is. */
function factsOf(run, k, i, weights) {
  const span = `from ${number(Math.min(...weights))} to ${number(Math.max(...weights))}`;
  return `Its weights w_i${i} lie ${span}. Its bias is ${number(run.layers[k].b[i])}. `
    + strongest(run, k, i);
}

/** Return to which units of the next layer a unit sends its strongest weights, in words. */
function strongest(run, k, i) {
  const { w, receiving } = run.layers[k + 1];
  const out = Array.from(w.subarray(i * receiving, (i + 1) * receiving));
  const [most, least] = [Math.max(...out), Math.min(...out)];
  const called = (value) => unitName(run, k + 1, out.indexOf(value));
  return `It speaks most for ${called(most)} (w = ${signed(most)}) `
    + `and most against ${called(least)} (w = ${signed(least)}).`;
}

/** Paint activations as a map: with values below 0 as signed numbers, else as strengths. */
function paintMap(canvas, f, height, width, most) {
  if (f.some((one) => one < 0)) return paintSigned(canvas, f, height, width);
  const shade = colour("map");
  return paintCells(canvas, height, width, (n) => [...shade, (255 * (f[n] ?? 0)) / most]);
}

/** Return the map of a hidden layer of a run, and how to show a pass on it. */
function makeHidden(run, k, onPick) {
  const layer = run.layers[k];
  const last = layer.receiving - 1;
  const [height, width] = gridOf(layer.receiving);
  const cells = element("canvas", { class: "map", tabindex: 0, role: "slider", "aria-valuemin": 0,
    "aria-valuemax": last, "aria-valuenow": 0, "aria-label": `Unit of the ${layerName(run, k)}` });
  const mark = element("div", { class: "cell" });
  const into = element("canvas", { class: "pixels into", role: "img", "aria-label": "" });
  const words = element("div", { class: "words" });
  const count = layer.receiving.toLocaleString("en");
  const part = element("section", { class: "hidden-layer" },
    element("h4", {}, `The ${layerName(run, k)}: ${count} activations f(I)`),
    element("p", { class: "hint" }, MAP_HINT),
    element("div", { class: "mapped" }, cells, mark),
    element("div", { class: "unit" }, into, words));
  let [unit, pass] = [0, null];

  const pick = (one) => {
    unit = one;
    mark.style.left = `${(100 * (unit % width)) / width}%`;
    mark.style.top = `${(100 * Math.floor(unit / width)) / height}%`;
    mark.style.width = `${100 / width}%`;
    mark.style.height = `${100 / height}%`;
    describe();
  };
  const describe = () => {
    const weights = weightsInto(layer, unit);
    const facts = factsOf(run, k, unit, weights);
    const state = pass
      ? `I = ${number(pass.I[k][unit])}, f(I) = ${number(pass.y[k + 1][unit])}` : "no image yet";
    paintInto(into, weights, k);
    into.setAttribute("aria-label", `The weights into unit ${unit}`);
    words.replaceChildren(element("p", {}, element("strong", {}, `Unit ${unit}: `), state),
      element("p", {}, symbols(facts)));
    cells.setAttribute("aria-valuenow", unit);
    cells.setAttribute("aria-valuetext", `Unit ${unit}, ${state}. ${facts}`);
  };
  const show = (next) => {
    pass = next;
    const f = pass ? pass.y[k + 1] : new Float64Array(layer.receiving);
    const most = layer.f === "sigmoid" ? 1 : Math.max(...f) || 1;
    paintMap(cells, f, height, width, most);
    describe();
  };
  steerMap(cells, height, width, () => unit, (one) => onPick(Math.min(Math.max(one, 0), last)));
  return { part, pick, show };
}

/** Return which cell of a map is under a pointer. */
function cellUnder(event, cells, height, width) {
  const box = cells.getBoundingClientRect();
  const column = Math.floor(((event.clientX - box.left) * width) / box.width);
  const row = Math.floor(((event.clientY - box.top) * height) / box.height);
  return Math.min(Math.max(row, 0), height - 1) * width + Math.min(Math.max(column, 0), width - 1);
}

/** Let pointer and keys choose a cell of a map. */
function steerMap(cells, height, width, current, pick) {
  for (const kind of ["pointermove", "pointerdown"]) {
    cells.addEventListener(kind, (event) => pick(cellUnder(event, cells, height, width)));
  }
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -width, ArrowDown: width,
    PageUp: -4 * width, PageDown: 4 * width, Home: -Infinity, End: Infinity };
  cells.addEventListener("keydown", (event) => {
    if (!(event.key in steps) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    pick(current() + steps[event.key]);
  });
}
