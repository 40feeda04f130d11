// The page as a whole: one image, and what every run makes of it.

const state = {
  source: "drawing", // or "test"
  drawn: null, // the drawing as the network sees it, before the sliders: HEIGHT × WIDTH, or null
  picked: null, // the number of the test image
  change: { noise: 0, right: 0, down: 0, turn: 0, seed: 1 },
  // the unit that is looked at, by run and layer; of the outputs that of the right class, at first
  units: runs.map((run) => run.layers.map((_, k) => (k < run.layers.length - 1 ? 0 : null))),
  now: null, // { x, label }: the image that the network sees
  passes: runs.map(() => null),
};

const drawing = makeDrawing(byId("canvas"), () => later(refresh));
const columns = runs.map(makeColumn);
const step = makeStep({
  passOf: (run) => state.now && { pass: state.passes[runs.indexOf(run)],
    label: state.now.label ?? collect.label() },
  unitOf: (run, k) => state.units[runs.indexOf(run)][k],
  onUnit: (run, k, j) => pickUnit(runs.indexOf(run), k, j),
});
const readSliders = makeSliders((change) => { state.change = change; later(refresh); });
const collect = makeCollect(() => state.drawn, {
  onKept: () => drawing.clear(),
  onLabel: () => {
    step.forget();
    if (byId("step").open) step.show();
  },
});
const browse = makeBrowse(byId("images"), byId("kind"), (k) => {
  state.picked = k;
  step.forget();
  later(refresh);
});

/** Return the column of a run: what it is, its answer, its hidden layers, its reasons. */
function makeColumn(run, r) {
  const answer = element("p", { class: "verdict" });
  const { bars, show } = makeBars(run);
  const onPick = (k, j) => pickUnit(r, k, j);
  const hidden = run.layers.slice(0, -1).map((_, k) => makeHidden(run, k, (j) => onPick(k, j)));
  const reasons = makeReasons(run, onPick);
  byId("runs").append(element("article", { class: "run" },
    element("header", {}, element("h3", {}, word(run.name)),
      element("p", { class: "faint" }, run.about)),
    element("div", { class: "parts" }, element("section", { class: "answers" }, answer, bars),
      ...hidden.map(({ part }) => part), reasons.part)));
  return { answer, bars: show, hidden, reasons };
}

/** Look at unit j of layer k of run r, wherever it is shown. */
function pickUnit(r, k, j) {
  state.units[r][k] = j;
  columns[r].hidden[k]?.pick(j);
  if (byId("step").open) step.show();
}

/** Return the image that is chosen, before the sliders: { x, label }, or null. */
function chosenImage() {
  if (state.source === "test") return state.picked === null ? null : testImages[state.picked];
  return state.drawn && { x: withChannels(state.drawn), label: null };
}

/** Return the drawing as the network sees it, centred where that is wanted. */
function lookAtDrawing() {
  if (drawing.count === 0) return null;
  const ink = drawing.ink();
  const frame = data.framing && byId("centre").checked ? data.framing : null;
  if (!frame) return asDrawn(ink, FIELD.height, FIELD.width);
  return centred(ink, FIELD.height, FIELD.width, frame);
}

/** Look again: at the image, with every run, and show what they answer; the reasons follow. */
function refresh() {
  state.drawn = lookAtDrawing();
  if (state.drawn) collect.drew();
  const image = chosenImage();
  state.now = image && { x: changed(image.x, state.change), label: image.label };
  paintImage(byId("seen"), state.now?.x ?? new Float32Array(HEIGHT * WIDTH * CHANNELS));
  byId("about-seen").textContent = aboutImage();
  runs.forEach((run, r) => {
    state.passes[r] = state.now && forward(run.layers, state.now.x);
    columns[r].answer.replaceChildren(...answerWords(run, state.passes[r]));
    columns[r].bars(state.passes[r]?.output, state.now?.label);
  });
  byId("live").replaceChildren(...liveWords());
  announce();
  atRest(showReasons);
}

/** Show what takes longer: hidden layers, reasons, the step. */
function showReasons() {
  columns.forEach(({ hidden, reasons }, r) => {
    hidden.forEach((one) => one.show(state.passes[r]));
    reasons.show(state.passes[r]);
  });
  if (byId("step").open) step.show();
}

/** Return a run's answer in words. */
function answerWords(run, pass) {
  if (!pass) return [state.source === "test" ? "Choose a test image." : "Draw something."];
  const [answer, right] = [answerOf(pass.output), state.now.label];
  const sure = sureness(pass.output, run.activations.at(-1));
  const said = ["It answers ", element("strong", {}, word(classes[answer])), ` with ${sure}.`];
  if (right === null) return said;
  return right === answer ? [...said, " ✓ right"]
    : [...said, " ✗ wrong: it is ", word(classes[right])];
}

/** Return the line under the canvas: what each run answers, as short as can be. */
function liveWords() {
  const said = (run, { output }) => [word(classes[answerOf(output)]),
    ` · ${sureness(output, run.activations.at(-1))}`];
  return runs.map((run, r) => element("span", {},
    ...(runs.length > 1 ? [word(run.name), ": "] : []),
    ...(state.now ? said(run, state.passes[r]) : ["no answer yet"])));
}

/** Return what there is to say of the image itself. */
function aboutImage() {
  if (!state.now) return "";
  const [least, most] = data.ink ?? [0, 1];
  const ink = sum(state.now.x) / state.now.x.length;
  const said = `Ink: ${percent(ink)} of the field.`;
  if (ink >= least && ink <= most) return said;
  const tested = data.tested.toLocaleString("en");
  const odd = ink < least ? "less" : "more";
  return `${said} That is ${odd} than in any of the ${tested} test images `
    + `(${percent(least)} to ${percent(most)}): the network must answer all the same, and its `
    + "answer means little.";
}

// ── when ───────────────────────────────────────────────────────────────────────────────────────

const waiting = new Set();

/** Do something once before the page is painted next, however often it was asked for. */
function later(action) {
  if (waiting.has(action)) return;
  waiting.add(action);
  requestAnimationFrame(() => {
    waiting.delete(action);
    action();
  });
}

/** Do something when the page has painted, and not more often than it can. */
function atRest(action) {
  if (waiting.has(action)) return;
  waiting.add(action);
  setTimeout(() => {
    waiting.delete(action);
    action();
  }, 40);
}

let silence = 0;

/** Tell a screen reader the answer, when the drawing has rested for a moment. */
function announce() {
  clearTimeout(silence);
  silence = setTimeout(() => {
    const said = runs.map((run, r) => calledBefore(run) + columns[r].answer.textContent);
    if (byId("spoken").textContent !== said.join(" ")) byId("spoken").textContent = said.join(" ");
  }, 700);
}

/** Return a run's name before what is said of it, where there are two. */
function calledBefore(run) {
  return runs.length > 1 ? `${run.name}: ` : "";
}

/** Show one of the two panels: the drawing or the test images. */
function showPanel(source) {
  state.source = source;
  for (const one of ["drawing", "test"]) {
    byId(`tab-${one}`).setAttribute("aria-selected", String(one === source));
    byId(`tab-${one}`).tabIndex = one === source ? 0 : -1;
    byId(`panel-${one}`).hidden = one !== source;
  }
  step.forget();
  if (source === "test" && state.picked === null) browse.pickFirst();
  later(refresh);
}

/** Paint everything anew, in the colours of the light or the dark page. */
function repaint() {
  colours.clear();
  drawing.redraw();
  browse.repaint();
  collect.repaint();
  columns.forEach(({ reasons }) => reasons.repaint());
  refresh();
}

function start() {
  byId("undo").addEventListener("click", () => drawing.undo());
  byId("clear").addEventListener("click", () => { drawing.clear(); step.forget(); });
  byId("centre").addEventListener("change", refresh);
  byId("pen").addEventListener("input", () => {
    drawing.width = Number(byId("pen").value) * TIMES;
  });
  byId("step").addEventListener("toggle", () => { if (byId("step").open) step.show(); });
  drawWithPointer(byId("canvas"), drawing);
  drawWithKeys(byId("canvas"), drawing, byId("mark"), (text) => {
    byId("pen-said").textContent = text;
  });
  for (const [one, other] of [["drawing", "test"], ["test", "drawing"]]) {
    byId(`tab-${one}`).addEventListener("click", () => showPanel(one));
    byId(`tab-${one}`).addEventListener("keydown", (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key) || byId(`tab-${other}`).hidden) return;
      showPanel(other);
      byId(`tab-${other}`).focus();
    });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  state.change = readSliders();
  columns.forEach(({ hidden }, r) => hidden.forEach((_, k) => pickUnit(r, k, 0)));
  refresh();
  document.documentElement.classList.add("ready");
}

start();
