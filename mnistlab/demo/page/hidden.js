// A hidden layer as a map of activations, and what one of its units looks for.

/** Return the name of a layer that receives: "hidden layer 1", "outputs". */
function layerName(run, k) {
  if (k === run.layers.length - 1) return "outputs";
  return run.layers.length === 2 ? "hidden layer" : `hidden layer ${k + 1}`;
}

/** Return the map of a hidden layer of a run, and how to show a pass on it. */
function makeHidden(run, k, onPick) {
  const layer = run.layers[k];
  const [height, width] = gridOf(layer.receiving);
  const cells = element("canvas", { class: "map", tabindex: 0, role: "slider", "aria-valuemin": 0,
    "aria-valuemax": layer.receiving - 1, "aria-valuenow": 0, "aria-label": `Unit of the ${layerName(run, k)}` });
  const mark = element("div", { class: "cell" });
  const into = element("canvas", { class: "pixels into", role: "img", "aria-label": "" });
  const words = element("div", { class: "words" });
  let [unit, pass] = [0, null];

  const title = `The ${layerName(run, k)}: ${layer.receiving.toLocaleString("en")} activations f(I)`;
  const hint = "The stronger the colour, the more active. Point, tap, or use the arrow keys to see a unit’s weights.";
  const part = element("section", { class: "hidden-layer" }, element("h4", {}, title),
    element("p", { class: "hint" }, hint),
    element("div", { class: "mapped" }, cells, mark), element("div", { class: "unit" }, into, words));

  const pick = (one) => {
    unit = Math.min(Math.max(one, 0), layer.receiving - 1);
    mark.style.left = `${(100 * (unit % width)) / width}%`;
    mark.style.top = `${(100 * Math.floor(unit / width)) / height}%`;
    mark.style.width = `${100 / width}%`;
    mark.style.height = `${100 / height}%`;
    describe();
  };
  const describe = () => {
    const weights = weightsInto(layer, unit);
    paintInto(into, weights, k);
    const span = `from ${number(Math.min(...weights))} to ${number(Math.max(...weights))}`;
    into.setAttribute("aria-label", `The weights into unit ${unit}, ${span}`);
    const state = pass ? `I = ${number(pass.I[k][unit])}, f(I) = ${number(pass.y[k + 1][unit])}` : "no image yet";
    const facts = [`Its weights w_i${unit} lie ${span}.`, `Its bias is ${number(layer.b[unit])}.`, strongest(run, k, unit)];
    words.replaceChildren(element("p", {}, element("strong", {}, `Unit ${unit}: `), state), element("p", {}, symbols(facts.join(" "))));
    cells.setAttribute("aria-valuenow", unit);
    cells.setAttribute("aria-valuetext", `Unit ${unit}, ${state}. ${facts.join(" ")}`);
  };
  const paint = () => {
    const f = pass ? pass.y[k + 1] : new Float64Array(layer.receiving);
    const most = layer.f === "sigmoid" ? 1 : f.reduce((top, one) => Math.max(top, Math.abs(one)), 0) || 1;
    if (f.some((one) => one < 0)) return paintSigned(cells, f, height, width);
    return paintCells(cells, height, width, (n) => [...colour("map"), n < f.length ? (255 * f[n]) / most : 0]);
  };
  steerMap(cells, height, width, () => unit, (one) => onPick(Math.min(Math.max(one, 0), layer.receiving - 1)));
  return { part, pick, show: (next) => { pass = next; paint(); describe(); } };
}

/** Return to which units of the next layer a unit sends its strongest weights, in words. */
function strongest(run, k, i) {
  const { w, receiving } = run.layers[k + 1];
  const out = Array.from(w.subarray(i * receiving, (i + 1) * receiving));
  const called = (j) => (k + 1 === run.layers.length - 1 ? outputName(j) : `unit ${j}`);
  const [most, least] = [Math.max(...out), Math.min(...out)];
  return `It speaks most for ${called(out.indexOf(most))} (w = ${signed(most)}) and most against ${called(out.indexOf(least))} (w = ${signed(least)}).`;
}

/** Let pointer and keys choose a cell of a map. */
function steerMap(cells, height, width, current, pick) {
  const under = (event) => {
    const box = cells.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) * width) / box.width);
    const row = Math.floor(((event.clientY - box.top) * height) / box.height);
    pick(Math.min(Math.max(row, 0), height - 1) * width + Math.min(Math.max(column, 0), width - 1));
  };
  cells.addEventListener("pointermove", under);
  cells.addEventListener("pointerdown", under);
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -width, ArrowDown: width, Home: -Infinity, End: Infinity,
    PageUp: -4 * width, PageDown: 4 * width };
  cells.addEventListener("keydown", (event) => {
    if (!(event.key in steps) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    pick(current() + steps[event.key]);
  });
}
