// Test images to browse, the wrongly recognised first, and the sliders that spoil them.

/** Return what a run says of a pattern: its answer, and how much it believes in it. */
function verdict(run, x) {
  const { output } = forward(run.layers, x);
  return { answer: answerOf(output), output };
}

/** Return the words for a test image: its class, and what each run took it for. */
function imageWords(image, verdicts) {
  const wrong = verdicts.map(({ answer }) => answer).filter((answer) => answer !== image.label);
  const taken = [...new Set(wrong)].map((answer) => classes[answer]);
  return classes[image.label] + (taken.length ? `, taken for ${taken.join(" and ")}` : "");
}

/** Return the test images that are shown for a kind: "wrong", "right", "all". */
function imagesOfKind(kind, wrong) {
  const all = testImages.map((_, k) => k);
  return kind === "all" ? all : all.filter((k) => wrong[k] === (kind === "wrong"));
}

/** Make the list of test images; `onPick` is called with the number of the image chosen. */
function makeBrowse(list, kinds, onPick) {
  const verdicts = testImages.map(({ x }) => runs.map((run) => verdict(run, x)));
  const wrong = testImages.map(({ label }, k) =>
    verdicts[k].some(({ answer }) => answer !== label));
  let chosen = null;

  const options = testImages.map((image, k) => {
    const picture = element("canvas", { class: "pixels", "aria-hidden": "true" });
    paintImage(picture, image.x);
    const sign = wrong[k] ? element("span", { class: "sign", "aria-hidden": "true" }, "✗") : "";
    const words = imageWords(image, verdicts[k]);
    const made = element("div", { role: "option", tabindex: -1, "aria-selected": "false",
      "aria-label": words, title: words }, picture, sign);
    made.addEventListener("click", () => pick(k));
    return made;
  });
  const pick = (k, focus = true) => {
    if (chosen !== null) options[chosen].setAttribute("aria-selected", "false");
    options.forEach((one) => one.setAttribute("tabindex", -1));
    chosen = k;
    options[k].setAttribute("aria-selected", "true");
    options[k].setAttribute("tabindex", 0);
    if (focus) options[k].focus();
    onPick(k);
  };
  const shown = () => imagesOfKind(kinds.value, wrong);
  const fill = () => {
    const some = shown();
    list.replaceChildren(...some.map((k) => options[k]));
    if (some.length && !some.includes(chosen)) options[some[0]].setAttribute("tabindex", 0);
    byId("no-images").hidden = some.length > 0;
  };
  const steps = { ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: () => -perRow(list),
    ArrowDown: () => perRow(list), Home: () => -Infinity, End: () => Infinity };
  list.addEventListener("keydown", (event) => {
    const at = options.indexOf(document.activeElement);
    if (event.key === " " || event.key === "Enter") pick(at);
    else if (event.key in steps) {
      const some = shown();
      const next = some.indexOf(at) + steps[event.key]();
      pick(some[Math.min(Math.max(next, 0), some.length - 1)]);
    } else return;
    event.preventDefault();
  });
  const wrongs = wrong.filter(Boolean).length;
  const said = {
    wrong: `recognised wrongly (${wrongs})`,
    right: `recognised rightly (${testImages.length - wrongs})`,
    all: `all (${testImages.length}), the wrong ones first`,
  };
  kinds.append(...Object.entries(said).map(([value, text]) => element("option", { value }, text)));
  kinds.value = wrongs ? "wrong" : "all";
  kinds.addEventListener("change", fill);
  fill();
  return { pickFirst: () => shown().length && pick(chosen ?? shown()[0], false),
    repaint: () => options.forEach((one, k) => paintImage(one.firstChild, testImages[k].x)) };
}

/** Return how many options stand in the first row of a list. */
function perRow(list) {
  const tops = Array.from(list.children, (one) => one.offsetTop);
  return tops.filter((top) => top === tops[0]).length;
}

/** Make the sliders; `onChange` is called with what they say. */
function makeSliders(onChange) {
  const names = ["noise", "right", "down", "turn", "seed"];
  const inputs = names.map((one) => byId(one));
  const read = () => Object.fromEntries(names.map((one, k) => [one, Number(inputs[k].value) || 0]));
  const units = { noise: "", right: " px", down: " px", turn: "°" };
  const say = (now) => {
    for (const [one, unit] of Object.entries(units)) {
      byId(`${one}-said`).textContent = number(now[one]) + unit;
    }
    byId("tried").textContent = "";
  };
  const show = () => {
    say(read());
    onChange(read());
  };
  inputs.forEach((one) => one.addEventListener("input", show));
  byId("put-back").addEventListener("click", () => {
    inputs.forEach((one) => { one.value = one.defaultValue; });
    show();
  });
  byId("try-all").addEventListener("click", () => { byId("tried").textContent = tried(read()); });
  say(read());
  return read;
}

/** Return, in words, how many test images are still recognised with the sliders as they are. */
function tried(change) {
  const rightly = (run, spoil) => testImages.filter(({ x, label }) =>
    verdict(run, spoil ? changed(x, change) : x).answer === label).length;
  const of = `of these ${testImages.length} test images are recognised; without the sliders`;
  const said = (run) => `${rightly(run, true)} ${of} ${rightly(run, false)}.`;
  return [...runs.map((run) => calledBefore(run) + said(run)), pickedWords()].join(" ").trim();
}

/** Return, in words, how many of the test images are here only since they are wrong. */
function pickedWords() {
  if (testImages.length === data.tested) return ""; // all of them are here
  const wrong = testImages.filter(({ x, label }) =>
    runs.some((run) => verdict(run, x).answer !== label)).length;
  return `Of these ${testImages.length}, ${wrong} were picked because they are wrong.`;
}
