// The class's handwriting: drawings that are kept with their labels, and copied as one short text.
//
//   mnistlab-digits:1:28x28:COUNT:BODY:CRC
//
//   COUNT  how many drawings
//   BODY   base64url of all drawings: for each a byte that is its class, then runs of equal pixels,
//          a byte each: 16 (length − 1) + grey level, lengths 1 to 16, grey levels 0 to 15
//   CRC    CRC-32 of the text before its colon, so that a text which was cut or edited is noticed

const MOST_KEPT = 100;
const GREYS = 15;

/** Return an image's pixels as grey levels 0 … 15. */
function greyLevels(x) {
  return Array.from(x, (value) => Math.round(GREYS * value));
}

/** Return grey levels as runs, a byte each; runs go on from one row to the next. */
function runsOf(levels) {
  const bytes = [];
  for (let k = 0; k < levels.length;) {
    let length = 1;
    while (length < 16 && levels[k + length] === levels[k]) length++;
    bytes.push(16 * (length - 1) + levels[k]);
    k += length;
  }
  return bytes;
}

/** Return bytes as base64url, without padding. */
function base64url(bytes) {
  const letters = btoa(bytes.map((one) => String.fromCharCode(one)).join(""));
  return letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Return the CRC-32 of an ASCII text, as 8 hexadecimal digits. */
function crc32(text) {
  let crc = 0xffffffff;
  for (let k = 0; k < text.length; k++) {
    crc ^= text.charCodeAt(k);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}

/** Return kept drawings, [{ label, levels }], as the text that is handed on. */
function digitsText(kept) {
  const body = base64url(kept.flatMap(({ label, levels }) => [label, ...runsOf(levels)]));
  const text = `mnistlab-digits:1:${HEIGHT}x${WIDTH}:${kept.length}:${body}`;
  return `${text}:${crc32(text)}`;
}

const NOTHING = "Nothing is drawn yet. Draw one digit, then keep it.";

/** Make the section; `drawn` gives the drawing as the network sees it, or null. */
function makeCollect(drawn, { onKept, onLabel }) {
  const [label, list, text] = ["keep-label", "kept", "digits-text"].map(byId);
  const say = (words) => { byId("keep-said").textContent = words; };
  const summary = byId("collect").querySelector("summary");
  const kept = remembered();
  classes.forEach((one, k) => label.append(element("option", { value: k }, one)));

  const show = () => {
    list.replaceChildren(...kept.map((one, k) => {
      const picture = element("canvas", { class: "pixels", "aria-hidden": "true" });
      paintImage(picture, one.levels.map((level) => level / GREYS));
      const said = `Remove drawing ${k + 1}, a ${classes[one.label]}`;
      return element("li", {}, picture, word(classes[one.label]),
        button("×", () => remove(k), { "aria-label": said }));
    }));
    byId("show-kept").textContent = `kept: ${kept.length}`;
    byId("copying").hidden = kept.length === 0;
    text.value = kept.length ? digitsText(kept) : "";
  };
  const changed = () => {
    remember(kept);
    show();
  };
  const remove = (k) => {
    kept.splice(k, 1);
    changed();
    say(`Removed. ${counted(kept.length)}`);
    (list.querySelectorAll("button")[Math.min(k, kept.length - 1)] ?? summary).focus();
  };
  const counted = (n) => `${n} ${n === 1 ? "drawing is" : "drawings are"} kept.`;
  const keep = () => {
    const image = drawn();
    if (!image) say(NOTHING);
    else if (label.value === "") say("Say first which one it is: choose its label.");
    else if (kept.length >= MOST_KEPT) {
      say(`${MOST_KEPT} drawings are kept, and no more fit. Copy them, or remove some.`);
    } else {
      kept.push({ label: Number(label.value), levels: greyLevels(image) });
      changed();
      say(`Kept as ${classes[label.value]}. ${counted(kept.length)}`);
      label.value = "";
      onLabel();
      onKept();
    }
  };
  const copy = async () => {
    text.focus();
    text.select();
    const done = await copied(text.value);
    byId("copy-said").textContent = done
      ? 'Copied. Paste it into the notebook: sheet.digits(r"""…""")'
      : "This page may not copy by itself here. The text is selected: copy it with Ctrl+C (⌘C), "
        + "or hold your finger on it.";
  };
  label.addEventListener("change", onLabel);
  byId("keep").addEventListener("click", keep);
  byId("show-kept").addEventListener("click", () => {
    byId("collect").open = true;
    summary.focus(); // which scrolls there
  });
  byId("copy").addEventListener("click", copy);
  show();
  /** Return the class that was chosen for the drawing, or null. */
  const chosen = () => (label.value === "" ? null : Number(label.value));
  /** Take back what was said of an empty canvas. */
  const drew = () => { if (byId("keep-said").textContent === NOTHING) say(""); };
  return { repaint: show, label: chosen, drew };
}

/** Return whether a text, which is selected, could be copied; frames may forbid one way or both. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}
