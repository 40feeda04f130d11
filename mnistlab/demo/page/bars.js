// What the network answers: a bar and a number for each class.

const MOST_BARS = 20; // of more classes only the most active are shown

/** Return whether outputs are shares of 1, which are shown in percent. */
function areShares(f) {
  return f === "softmax" || f === "sigmoid";
}

/** Return the words for an output: a share of 1 where it is one, else the number itself. */
function outputText(value, f) {
  return areShares(f) ? percent(value) : number(value);
}

/** Return the name of what an output unit stands for; a single one stands for the second class. */
function outputName(j) {
  return runs[0].sizes.at(-1) === 1 ? classes[1] : classes[j];
}

/** Return the output of the class that is answered, in words. */
function sureness(output, f) {
  const answer = answerOf(output);
  if (output.length > 1) return outputText(output[answer], f);
  return outputText(answer === 0 && areShares(f) ? 1 - output[0] : output[0], f);
}

/** Return a row of the bars: its elements by name. */
function makeBar(j) {
  const fill = element("span", { class: "fill" });
  const figure = element("td");
  const note = element("td", { class: "note" });
  const row = element("tr", {}, element("th", { scope: "row" }, word(outputName(j))),
    element("td", { class: "bar", "aria-hidden": "true" }, fill), figure, note);
  return { row, fill, figure, note };
}

/** Return the bars of one run, and how to show other outputs on them. */
function makeBars(run) {
  const f = run.activations.at(-1);
  const body = element("tbody");
  const rows = Array.from({ length: run.sizes.at(-1) }, (_, j) => makeBar(j));
  const heads = ["Class", "", "Output", ""].map((head) =>
    (head ? element("th", { scope: "col" }, head) : element("td")));
  const said = f === "softmax" ? "The probability of each class" : `The outputs f(I), ${f}`;
  const bars = element("table", { class: "bars" }, element("caption", {}, said),
    element("thead", { class: "unseen" }, element("tr", {}, ...heads)), body);

  /** Show outputs, or none; the right class is known or null. */
  const show = (output, right) => {
    const shown = output ? mostActive(output) : rows.map((_, j) => j).slice(0, MOST_BARS);
    body.replaceChildren(...shown.map((j) => rows[j].row));
    const most = areShares(f) || !output ? 1 : Math.max(...output.map(Math.abs)) || 1;
    for (const j of shown) {
      fillBar(rows[j], output ? output[j] : null, most, notesOf(j, output, right));
    }
  };
  const fillBar = ({ row, fill, figure, note }, value, most, notes) => {
    row.classList.toggle("answer", notes.includes("◂ answer"));
    fill.classList.toggle("below", value < 0);
    fill.style.width = `${(100 * Math.abs(value ?? 0)) / most}%`;
    figure.textContent = value === null ? "–" : outputText(value, f);
    note.textContent = notes.join(" ");
  };
  return { bars, show };
}

/** Return what is said of an output beside its number. */
function notesOf(j, output, right) {
  if (!output || output.length === 1) return [];
  return [...(j === answerOf(output) ? ["◂ answer"] : []), ...(j === right ? ["✓ right"] : [])];
}

/** Return which outputs are shown, in the order of the classes: all, or the most active. */
function mostActive(output) {
  const all = Array.from(output.keys());
  if (output.length <= MOST_BARS) return all;
  return all.sort((a, b) => output[b] - output[a]).slice(0, MOST_BARS).sort((a, b) => a - b);
}
