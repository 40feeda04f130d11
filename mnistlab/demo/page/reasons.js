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
  let back = Float64Array.from({ length: layers[last].receiving }, (_, k) => Number(k === j)); // ∂I_j/∂I
  for (let k = last; k > 0; k--) {
    back = hiddenError(layers[k - 1].f, pass.I[k - 1], pass.y[k], layers[k], back); // the way E goes
  }
  return sentBack(layers[0], back).map((one, p) => one * pass.y[0][p]);
}

/** Return the part of the page that says why, and how to show a pass in it. */
function makeReasons(run, onPick) {
  const last = run.layers.length - 1;
  const which = choice(["its answer", ...run.sizes.at(-1) > 1 ? classes : []], { "aria-label": "Class to explain" });
  const [head, body] = [element("p", { class: "hint" }), element("div", { class: "reasons" })];
  const part = element("section", { class: "why" },
    element("h4", {}, "What spoke for and against ", which), head, body);
  let pass = null;
  const pictures = new Map(); // of units, painted once; the list shows only a few

  const pictureOf = (i) => {
    if (!pictures.has(i)) {
      pictures.set(i, element("canvas", { class: "pixels small", "aria-hidden": "true" }));
      paintInto(pictures.get(i), weightsInto(run.layers[last - 1], i), last - 1);
    }
    return pictures.get(i);
  };
  const list = (title, terms) => element("div", {}, element("h5", {}, title),
    element("ul", {}, ...terms.map((one) => element("li", {}, reason(one)))));
  const reason = ({ i, y, w, term }) => {
    const picture = pictureOf(i);
    return button(element("span", { class: "said" }, picture,
      element("span", {}, element("b", {}, signed(term)), ` unit ${i}`),
      element("span", { class: "faint" }, `${number(y)} × ${number(w)}`)), () => onPick(last - 1, i), { class: "reason" });
  };
  const show = () => {
    if (!pass) return [head, body].forEach((one) => one.replaceChildren());
    const j = Number(which.value) ? Number(which.value) - 1 : Math.min(answerOf(pass.output), pass.output.length - 1);
    const terms = termsOf(run.layers[last], pass.y[last], j);
    const [up, down] = [terms.filter((one) => one.term > 0), terms.filter((one) => one.term < 0).reverse()];
    const total = (some) => number(sum(some.map((one) => one.term)));
    head.replaceChildren("I of ", word(outputName(j)), ` = ${number(pass.I[last][j])}: for it ${total(up)}, against it ${total(down)}, bias ${number(run.layers[last].b[j])}.`);
    const lists = last > 0 ? [list("Most for it", up.slice(0, MOST_REASONS)), list("Most against it", down.slice(0, MOST_REASONS))] : [];
    body.replaceChildren(...lists, pixels(j));
  };
  const pixels = (j) => {
    const shares = pixelShares(run.layers, pass, j);
    const said = `Ink: for it ${number(sum(shares.filter((one) => one > 0)))}, against it ${number(sum(shares.filter((one) => one < 0)))}`;
    const picture = element("canvas", { class: "pixels into", role: "img", "aria-label": said });
    paintInto(picture, shares, 0);
    return element("figure", {}, element("h5", {}, "Where the ink counts"), picture,
      element("figcaption", { class: "faint" }, "Each pixel times how fast I rises with it: blue with | for, red with – against."));
  };
  which.addEventListener("change", show);
  return { part, show: (next) => { pass = next; show(); }, repaint: () => pictures.clear() };
}
