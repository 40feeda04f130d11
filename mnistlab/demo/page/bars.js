// What the network answers: a bar and a number for each class.

const MOST_BARS = 20; // of more classes only the most active are shown

/** Return the words for an output: a share of 1 where it is one, else the number itself. */
function outputText(value, f) {
  return f === "softmax" || f === "sigmoid" ? percent(value) : number(value);
}

/** Return the name of what an output unit stands for. */
function outputName(j) {
  return runs[0].sizes.at(-1) === 1 ? classes[1] : classes[j];
}

/** Return the bars of one run, and how to show other outputs on them. */
function makeBars(run) {
  const f = run.activations.at(-1);
  const body = element("tbody");
  const said = f === "softmax" ? "The probability of each class" : `The outputs f(I), ${f}`;
  const rows = Array.from({ length: run.sizes.at(-1) }, (_, j) => {
    const [fill, figure, note] = [element("span", { class: "fill" }), element("td"), element("td", { class: "note" })];
    const row = element("tr", {}, element("th", { scope: "row" }, word(outputName(j))),
      element("td", { class: "bar", "aria-hidden": "true" }, fill), figure, note);
    return { row, fill, figure, note };
  });
  const heads = ["Class", "", "Output", ""].map((head) => (head ? element("th", { scope: "col" }, head) : element("td")));
  const bars = element("table", { class: "bars" }, element("caption", {}, said),
    element("thead", { class: "unseen" }, element("tr", {}, ...heads)), body);

  /** Show outputs, or none; the right class is known or null. */
  const show = (output, right) => {
    const shown = output ? mostActive(output) : rows.map((_, j) => j).slice(0, MOST_BARS);
    body.replaceChildren(...shown.map((j) => rows[j].row));
    const most = f === "softmax" || f === "sigmoid" || !output ? 1 : Math.max(...output.map(Math.abs)) || 1;
    for (const j of shown) {
      const { row, fill, figure, note } = rows[j];
      const answer = Boolean(output) && j === answerOf(output);
      row.classList.toggle("answer", answer);
      fill.style.width = output ? `${(100 * Math.abs(output[j])) / most}%` : "0";
      fill.classList.toggle("below", Boolean(output) && output[j] < 0);
      figure.textContent = output ? outputText(output[j], f) : "–";
      note.textContent = [answer ? "◂ answer" : "", output && j === right ? "✓ right" : ""].filter(Boolean).join(" ");
    }
  };
  return { bars, show };
}

/** Return which outputs are shown, in the order of the classes: all, or the most active. */
function mostActive(output) {
  const all = Array.from(output.keys());
  if (output.length <= MOST_BARS) return all;
  return all.sort((a, b) => output[b] - output[a]).slice(0, MOST_BARS).sort((a, b) => a - b);
}
