// What spoke for an answer and against it: the terms of the sum that is the output's net input.
//
//   I_j = Σ_i w_ij f(I_i) + b_j      each term w_ij f(I_i) is what hidden unit i says of class j

const MOST_REASONS = 4; // on each side

/** Return the terms w_ij f(I_i) of unit j in a layer, the largest first: [{ i, y, w, term }]. */
function termsOf(layer, y, j) {
  const terms = Array.from(y, (one, i) => {
    const w = layer.w[i * layer.receiving + j];
    return { i, y: one, w, term: w * one };
  });
  return terms.sort((a, b) => b.term - a.term);
}

/** Return x_p ∂I_j/∂x_p for every input p: what each pixel, as it is, does to I_j: (inputs). */
function pixelShares(layers, pass, j) {
  const last = layers.length - 1;
  let back = desiredFor(j, layers[last].receiving); // ∂I_j/∂I of the outputs: 1 for j itself
  if (layers[last].receiving === 1) back = Float64Array.of(1);
  for (let k = last; k > 0; k--) { // the way that E goes
    back = hiddenError(layers[k - 1].f, pass.I[k - 1], pass.y[k], layers[k], back);
  }
  return sentBack(layers[0], back).map((one, p) => one * pass.y[0][p]);
}

/** Return the sum of the numbers that a test picks, in words. */
function totalOf(numbers, picked) {
  return number(sum(numbers.filter(picked)));
}

const above = (one) => one > 0;
const below = (one) => one < 0;

/** Return the picture of which pixels speak for class j and which against it. */
function pixelPicture(run, pass, j) {
  const shares = pixelShares(run.layers, pass, j);
  const said = `Ink: for it ${totalOf(shares, above)}, against it ${totalOf(shares, below)}`;
  const picture = element("canvas", { class: "pixels into", role: "img", "aria-label": said });
  paintInto(picture, shares, 0);
  return element("figure", {}, element("h5", {}, "Where the ink counts"), picture,
    element("figcaption", { class: "faint" },
      "Each pixel times how fast I rises with it: blue with | for, red with – against."));
}

/** Return the part of the page that says why, and how to show a pass in it. */
function makeReasons(run, onPick) {
  const last = run.layers.length - 1;
  const others = run.sizes.at(-1) > 1 ? classes : [];
  const which = choice(["its answer", ...others], { "aria-label": "Class to explain" });
  const head = element("p", { class: "hint" });
  const body = element("div", { class: "reasons" });
  const part = element("section", { class: "why" },
    element("h4", {}, "What spoke for and against ", which), head, body);
  const pictures = new Map(); // of units, painted once; the lists show only a few
  let pass = null;

  const pictureOf = (i) => {
    if (!pictures.has(i)) {
      pictures.set(i, element("canvas", { class: "pixels small", "aria-hidden": "true" }));
      paintInto(pictures.get(i), weightsInto(run.layers[last - 1], i), last - 1);
    }
    return pictures.get(i);
  };
  const reason = ({ i, y, w, term }) => {
    const said = element("span", { class: "said" }, pictureOf(i),
      element("b", {}, signed(term)), element("span", {}, `unit ${i}`),
      element("span", { class: "faint" }, `${number(y)} × ${number(w)}`));
    return element("li", {}, button(said, () => onPick(last - 1, i), { class: "reason" }));
  };
  const list = (title, terms) => element("div", {}, element("h5", {}, title),
    element("ul", {}, ...terms.slice(0, MOST_REASONS).map(reason)));
  const explained = () => {
    if (Number(which.value)) return Number(which.value) - 1;
    return pass.output.length === 1 ? 0 : answerOf(pass.output);
  };
  const show = () => {
    if (!pass) return [head, body].forEach((one) => one.replaceChildren());
    const [j, layer] = [explained(), run.layers[last]];
    const terms = termsOf(layer, pass.y[last], j);
    const values = terms.map((one) => one.term);
    head.replaceChildren("I of ", word(outputName(j)), ` = ${number(pass.I[last][j])}: `
      + `for it ${totalOf(values, above)}, against it ${totalOf(values, below)}, `
      + `bias ${number(layer.b[j])}.`);
    const up = terms.filter((one) => one.term > 0);
    const down = terms.filter((one) => one.term < 0).reverse();
    const lists = last > 0 ? [list("Most for it", up), list("Most against it", down)] : [];
    return body.replaceChildren(...lists, pixelPicture(run, pass, j));
  };
  which.addEventListener("change", show);
  const showPass = (next) => {
    pass = next;
    show();
  };
  return { part, show: showPass, repaint: () => pictures.clear() };
}
