// Step through one pattern: forward, errors, weight changes, and what the network answers then.
// Each part shows the slide's formula, and then the same with this network's numbers.

const MOST_TERMS = 6; // of a sum; the others are added up

/** Return the name of unit i that sends to layer k: a pixel, or a hidden unit. */
function senderName(k, i) {
  if (k > 0) return `unit ${i}`;
  const pixel = Math.floor(i / CHANNELS);
  const channel = CHANNELS === 1 ? "" : ["red", "green", "blue"][i % CHANNELS];
  return `pixel (${Math.floor(pixel / WIDTH)}, ${pixel % WIDTH}) ${channel}`.trim();
}

/** Return the name of unit j of layer k: a hidden unit, or an output by its class. */
function unitName(run, k, j) {
  return k === run.layers.length - 1 ? `output ${outputName(j)}` : `unit ${j}`;
}

/** Return the rows of a sum: its largest terms, and the others together. */
function sumRows(terms, row, together) {
  const sorted = [...terms].sort((a, b) => Math.abs(b.term) - Math.abs(a.term));
  const others = sorted.slice(MOST_TERMS).filter((one) => one.term !== 0);
  const rows = sorted.slice(0, MOST_TERMS).map(row);
  const rest = signed(sum(others.map((one) => one.term)));
  return others.length ? [...rows, [`${others.length} others`, ...together(rest)]] : rows;
}

/** Return a formula as it stands on the slide. */
function formula(text) {
  return element("p", { class: "formula" }, symbols(text));
}

/** Return softmax's division with its numbers: " = 0.0200 / 1580"; "" where they overflow. */
function shareText(I, all) {
  const [power, total] = [Math.exp(I), sum(all.map(Math.exp))];
  return power > 0 && Number.isFinite(total) ? ` = ${number(power)} / ${number(total)}` : "";
}

/** Return f(I) with this unit's numbers; softmax needs those of all units of its layer. */
function activationText(f, I, value, all) {
  const [net, got] = [number(I), number(value)];
  return {
    sigmoid: `f(I) = 1 / (1 + e^(−I)) = 1 / (1 + e^(${number(-I)})) = ${got}`,
    softmax: `f(I) = e^I / Σ_k e^(I_k) = e^(${net}) / Σ_k e^(I_k)${shareText(I, all)} = ${got}`,
    relu: `f(I) = max(I, 0) = max(${net}, 0) = ${got}`,
    tanh: `f(I) = tanh(I) = tanh(${net}) = ${got}`,
    exponential: `f(I) = e^I = e^(${net}) = ${got}`,
    linear: `f(I) = I = ${got}`,
  }[f];
}

/** Return f'(I) with this unit's numbers. */
function slopeText(f, I, value) {
  const [got, slope] = [number(value), number(SLOPES[f](I, value))];
  return {
    sigmoid: `f'(I) = f(I)(1 − f(I)) = ${got} (1 − ${got}) = ${slope}`,
    relu: `f'(I) = 1 where I > 0, else 0 = ${slope}`,
    tanh: `f'(I) = 1 − f(I)² = 1 − (${got})² = ${slope}`,
    exponential: `f'(I) = f(I) = ${slope}`,
    linear: "f'(I) = 1",
  }[f];
}

/** Return E at the output as the loss has it. */
function errorFormula(loss, f) {
  const plain = "desired_j − actual_j";
  if (loss === "lecture" || loss === "categorical_crossentropy") return `E_j = ${plain}`;
  if (loss === "binary_crossentropy") return `E_j = (${plain}) / outputs (Keras takes the mean)`;
  return `E_j = −∂loss/∂I_j, here of ${loss.replaceAll("_", " ")} over ${f} outputs`;
}

/** Return Σ |E_j| in words. */
function totalError(E) {
  return number(sum(Array.from(E, Math.abs)));
}

// ── the parts ──────────────────────────────────────────────────────────────────────────────────

/** Forward: I and f(I) of one unit j of layer k. */
function forwardPart({ run, pass, unit }, k) {
  const [layer, j, sends] = [run.layers[k], unit(k), k === 0 ? "x_i" : "f(I_i)"];
  const [I, f] = [pass.I[k][j], pass.y[k + 1][j]];
  const row = ({ i, y, w, term }) => [senderName(k, i), number(y), number(w), signed(term)];
  const rows = [
    ...sumRows(termsOf(layer, pass.y[k], j), row, (rest) => ["", "", rest]),
    ["bias b_j", "", "", signed(layer.b[j])],
    ["net input I_j", "", "", number(I)],
  ];
  return [
    formula(`I_j = Σ_i w_ij ${sends} + b_j`),
    table(`The sum into ${unitName(run, k, j)}, its largest terms first`,
      ["from i", sends, "w_ij", `w_ij ${sends}`], rows),
    formula(activationText(layer.f, I, f, pass.I[k])),
  ];
}

/** The errors of all outputs. */
function errorPart({ run, pass, E, desired }) {
  const last = run.layers.length - 1;
  const row = (actual, j) =>
    [word(outputName(j)), number(desired[j]), number(actual), signed(E[last][j])];
  return [
    formula(errorFormula(run.loss, run.layers[last].f)),
    table("Desired and actual outputs", ["output j", "desired", "actual", "E_j"],
      Array.from(pass.output, row)),
    element("p", {}, symbols(`Total error of this pattern, Σ |E_j| = ${totalError(E[last])}. `),
      "Signed errors would cancel."),
  ];
}

/** The error of one hidden unit i of layer k. */
function hiddenErrorPart({ run, pass, E, unit }, k) {
  const [i, next, f] = [unit(k), run.layers[k + 1], run.layers[k].f];
  const [I, y] = [pass.I[k][i], pass.y[k + 1][i]];
  const terms = Array.from(E[k + 1], (error, j) => {
    const w = next.w[i * next.receiving + j];
    return { j, w, error, term: w * error };
  });
  const total = sum(terms.map((one) => one.term));
  const row = ({ j, w, error, term }) =>
    [word(unitName(run, k + 1, j)), number(w), signed(error), signed(term)];
  const rows = [...sumRows(terms, row, (rest) => ["", "", rest]),
    ["Σ_j w_ij E_j", "", "", signed(total)]];
  const slope = number(SLOPES[f](I, y));
  return [
    formula("E_i = f'(I_i) Σ_j w_ij E_j"),
    table(`What comes back to unit ${i}, with the weights as they were before the step`,
      ["to j", "w_ij", "E_j", "w_ij E_j"], rows),
    formula(slopeText(f, I, y)),
    formula(`E_${i} = ${slope} × ${number(total)} = ${signed(E[k][i])}`),
  ];
}

/** The changes of the weights into one unit j of layer k. */
function changePart({ run, pass, E, β, unit }, k) {
  const [layer, j, sends] = [run.layers[k], unit(k), k === 0 ? "x_i" : "f(I_i)"];
  const [error, into] = [E[k][j], unitName(run, k, j)];
  const terms = Array.from(pass.y[k], (y, i) => {
    const w = layer.w[i * layer.receiving + j];
    return { i, y, w, term: β * error * y }; // Δw_ij = β E_j f(I_i)
  });
  const row = ({ i, y, w, term }) =>
    [senderName(k, i), number(y), signed(term), `${number(w)} → ${number(w + term)}`];
  const [b, Δb] = [layer.b[j], β * error];
  return [
    formula(`Δw_ij = β E_j ${sends}, with β = ${number(β)} and E_j = ${signed(error)}`),
    element("div", { class: "beside" },
      table(`The weights into ${into} that change most`, ["from i", sends, "Δw_ij", "w_ij"],
        sumRows(terms, row, (rest) => ["", `together ${rest}`, ""])),
      changePicture(terms, k, `The change of each weight into ${into}`)),
    formula(`Δb_j = β E_j = ${signed(Δb)}:  b_j ${number(b)} → ${number(b + Δb)}`),
    element("p", {}, k === 0 ? "Where the pixel is paper, x is 0 and nothing changes."
      : "A unit that was silent, f(I) = 0, is not to blame: its weight stays."),
  ];
}

/** The picture of all changes of the weights into one unit. */
function changePicture(terms, k, said) {
  const picture = element("canvas", { class: "pixels into", role: "img", "aria-label": said });
  paintInto(picture, Float64Array.from(terms, (one) => one.term), k);
  return element("figure", {}, picture, element("figcaption", { class: "faint" }, `${said}.`));
}

/** What the network answers after the step. */
function afterPart({ run, pass, E, β, desired }) {
  const last = run.layers.length - 1;
  const f = run.layers[last].f;
  const after = forward(stepped(run.layers, pass, E, β), pass.y[0]);
  const said = (output) => `${classes[answerOf(output)]} with ${sureness(output, f)}`;
  const error = (one) => totalError(outputError(run.loss, f, one.I[last], one.output, desired));
  const row = (before, j) => [word(outputName(j)), number(desired[j]), outputText(before, f),
    outputText(after.output[j], f)];
  return [
    element("p", { class: "verdict" }, "The weights after this step answer ",
      element("strong", {}, word(said(after.output))),
      "; before it: ", word(said(pass.output)), "."),
    table("Outputs before and after the step", ["output", "desired", "before", "after"],
      Array.from(pass.output, row)),
    element("p", {},
      symbols(`Total error of this pattern, Σ |E_j|: before ${error(pass)}, `
        + `after ${error(after)}. `),
      "The step is only tried: the network on this page keeps its weights. Training takes such a "
      + "step for every pattern, or for the mean of a batch."),
  ];
}

/** Return the slide's parts in order: [title, what makes it, its layer, its unit's letter]. */
function partsOf(run) {
  const last = run.layers.length - 1;
  const layers = run.layers.map((_, k) => k);
  const back = layers.slice(0, -1).reverse();
  const called = (k) => layerName(run, k);
  return [
    ...layers.map((k) => [`Forward pass: ${called(k)}`, (now) => forwardPart(now, k), k]),
    ["Errors at the outputs", errorPart, null],
    ...back.map((k) => [`Errors of the ${called(k)}`, (now) => hiddenErrorPart(now, k), k, "i"]),
    ...[last, ...back].map((k) =>
      [`Change the weights into the ${called(k)}`, (now) => changePart(now, k), k]),
    ["After the step", afterPart, null],
  ];
}

// ── the section ────────────────────────────────────────────────────────────────────────────────

/** Make the section; it asks for the pass of a run, and which unit of a layer is looked at. */
function makeStep({ passOf, unitOf, onUnit }) {
  const [which, label, rate] = [byId("step-run"), byId("step-label"), byId("step-rate")];
  const [list, units, body] = [byId("step-list"), byId("step-unit"), byId("step-body")];
  let [at, chosen] = [0, null]; // the part that is shown; the class that was said to be right

  const run = () => runs[Number(which.value) || 0];
  const β = () => typed(rate.value);
  const unitAt = (one, k) => unitOf(one, k) ?? Math.min(label.value, one.layers[k].receiving - 1);
  const say = (text) => body.replaceChildren(element("p", { role: "status" }, text));

  const show = () => {
    const parts = partsOf(run());
    at = Math.min(at, parts.length - 1);
    showList(parts);
    showPart(parts[at]);
  };
  const showPart = (part) => {
    const image = passOf(run());
    if (image && chosen === null) label.value = image.label ?? answerOf(image.pass.output);
    const preset = image && chosen === null && image.label === null;
    byId("step-preset").textContent = preset
      ? "Desired is preset to the network’s answer: choose what you drew." : "";
    showUnit(part);
    if (!image) {
      say("Draw something, or choose a test image: then its pattern can be followed here.");
    } else if (!(β() > 0 && β() < 1e6)) {
      say("β is a number above 0 and below 1,000,000, such as 0.5.");
    } else if (document.activeElement === units && !unitIsThere()) {
      say(`Units are whole numbers from 0 to ${units.max} here.`);
    } else {
      const now = stepNow(run(), image.pass, Number(label.value), β(), unitAt);
      body.replaceChildren(...part[1](now));
    }
  };
  const showList = (parts) => {
    const current = (k) => (k === at ? { "aria-current": "step" } : {});
    list.replaceChildren(...parts.map(([title], k) =>
      element("li", {}, button(title, () => go(k), current(k)))));
    byId("step-said").textContent = `Part ${at + 1} of ${parts.length}: ${parts[at][0]}`;
    byId("step-back").disabled = at === 0;
    byId("step-next").disabled = at === parts.length - 1;
  };
  const unitIsThere = () => {
    const j = typed(units.value);
    return Number.isInteger(j) && j >= 0 && j <= Number(units.max);
  };
  const showUnit = ([, , k, letter = "j"]) => {
    units.parentNode.hidden = k === null;
    if (k === null) return;
    const n = run().layers[k].receiving;
    units.max = n - 1;
    units.dataset.layer = k;
    if (document.activeElement !== units) units.value = unitAt(run(), k); // not while it is typed
    byId("step-unit-name").textContent
      = `Unit ${letter} of the ${layerName(run(), k)}, 0 to ${n - 1}`;
  };
  const go = (k) => {
    at = k;
    const had = list.contains(document.activeElement);
    show();
    if (had) list.children[at].firstChild.focus();
  };

  runs.forEach((one, k) => which.append(element("option", { value: k }, one.name)));
  which.parentNode.hidden = runs.length < 2;
  classes.forEach((one, k) => label.append(element("option", { value: k }, one)));
  rate.value = run().beta;
  which.addEventListener("change", () => {
    rate.value = run().beta;
    show();
  });
  label.addEventListener("change", () => {
    chosen = Number(label.value);
    show();
  });
  rate.addEventListener("input", show);
  units.addEventListener("input", () => {
    if (unitIsThere()) onUnit(run(), Number(units.dataset.layer), typed(units.value));
    else showPart(partsOf(run())[at]);
  });
  units.addEventListener("blur", () => showPart(partsOf(run())[at]));
  byId("step-back").addEventListener("click", () => go(at - 1));
  byId("step-next").addEventListener("click", () => go(at + 1));
  return { show, forget: () => { chosen = null; } };
}

/** Return all that the parts need to know of one step with one pattern. */
function stepNow(run, pass, label, β, unitOf) {
  const desired = desiredFor(label, pass.output.length);
  const E = backward(run.layers, pass, desired, run.loss);
  return { run, pass, desired, E, β, unit: (k) => unitOf(run, k) };
}
