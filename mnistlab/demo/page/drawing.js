// The canvas: strokes with mouse, pen, finger or keyboard, each of which can be taken back.

const SIDE = Math.max(HEIGHT, WIDTH);
const TIMES = Math.max(1, Math.round(280 / SIDE)); // the canvas is 10 times as large as 28×28
const FIELD = { height: HEIGHT * TIMES, width: WIDTH * TIMES };

/** Draw the last bit of a stroke; its first point is a dot. */
function drawEnd(pen, { points, width }, end = points.length - 1) {
  const [from, to] = [points[Math.max(end - 1, 0)], points[end]];
  pen.lineWidth = width;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = `rgb(${colour("ink").join(" ")})`;
  pen.beginPath();
  pen.moveTo(from.x, from.y);
  pen.lineTo(to.x, to.y);
  pen.stroke();
}

/** Return a drawing on a canvas: what is drawn, and what can be done to it. */
function makeDrawing(canvas, onChange) {
  const strokes = [];
  let open = null; // the stroke that is being drawn
  canvas.height = FIELD.height;
  canvas.width = FIELD.width;
  const pen = canvas.getContext("2d", { willReadFrequently: true });

  const drawing = {
    width: 2.6 * TIMES,

    /** Put the pen down. */
    begin(point) {
      open = { points: [point], width: drawing.width };
      strokes.push(open);
      drawEnd(pen, open);
      onChange();
    },
    /** Draw on to a point, where the pen is down. */
    lineTo(point) {
      if (!open) return;
      open.points.push(point);
      drawEnd(pen, open);
      onChange();
    },
    /** Lift the pen. */
    end() {
      open = null;
    },
    /** Take the last stroke back. */
    undo() {
      drawing.end();
      strokes.pop();
      drawing.redraw();
    },
    /** Take every stroke away. */
    clear() {
      drawing.end();
      strokes.length = 0;
      drawing.redraw();
    },
    /** Draw all strokes anew. */
    redraw() {
      pen.clearRect(0, 0, canvas.width, canvas.height);
      for (const stroke of strokes) stroke.points.forEach((_, k) => drawEnd(pen, stroke, k));
      onChange();
    },
    /** Return the ink, 0 paper to 1 full: (FIELD.height × FIELD.width). */
    ink() {
      const pixels = pen.getImageData(0, 0, canvas.width, canvas.height).data;
      const ink = new Float32Array(pixels.length / 4);
      for (let k = 0; k < ink.length; k++) ink[k] = pixels[4 * k + 3] / 255; // cover of paper
      return ink;
    },
    /** Return how many strokes there are. */
    get count() {
      return strokes.length;
    },
    /** Return whether the pen is down. */
    get isDown() {
      return open !== null;
    },
  };
  return drawing;
}

/** Return where on a canvas an event is, in the canvas's own pixels. */
function pointOf(event, canvas) {
  const box = canvas.getBoundingClientRect();
  return {
    x: ((event.clientX - box.left) * canvas.width) / box.width,
    y: ((event.clientY - box.top) * canvas.height) / box.height,
  };
}

/** Keep a pointer's events coming to the canvas when it leaves it. */
function capture(canvas, pointer) {
  try {
    canvas.setPointerCapture(pointer);
  } catch {
    // the pointer has gone already; the stroke ends where it left
  }
}

/** Let mouse, pen and finger draw; a second finger draws nothing. */
function drawWithPointer(canvas, drawing) {
  let pointer = null; // the one that draws
  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || !event.isPrimary || event.button !== 0) return;
    pointer = event.pointerId;
    capture(canvas, pointer);
    drawing.begin(pointOf(event, canvas));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const one of passed.length ? passed : [event]) drawing.lineTo(pointOf(one, canvas));
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    canvas.addEventListener(end, (event) => {
      if (event.pointerId !== pointer) return;
      pointer = null;
      drawing.end();
    });
  }
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Let the keyboard draw: arrows move the pen, two at once aslant; space puts it down and up. */
function drawWithKeys(canvas, drawing, mark, say) {
  const at = { x: FIELD.width / 2, y: FIELD.height / 2 };
  const held = new Set();

  const show = () => {
    mark.style.left = `${(100 * at.x) / FIELD.width}%`;
    mark.style.top = `${(100 * at.y) / FIELD.height}%`;
    mark.classList.toggle("down", drawing.isDown);
  };
  const place = () => `column ${Math.floor(at.x / TIMES)}, row ${Math.floor(at.y / TIMES)}`;
  const move = (step) => {
    for (const arrow of held) {
      at.x = Math.min(Math.max(at.x + ARROWS[arrow][0] * step, 0), FIELD.width);
      at.y = Math.min(Math.max(at.y + ARROWS[arrow][1] * step, 0), FIELD.height);
    }
    drawing.lineTo({ ...at });
    say(place());
  };
  const toggle = () => {
    if (drawing.isDown) drawing.end();
    else drawing.begin({ ...at });
    say(`Pen ${drawing.isDown ? "down" : "up"} at ${place()}`);
  };
  const keys = {
    " ": toggle,
    Backspace: () => drawing.undo(),
    Delete: () => drawing.clear(),
    Escape: () => drawing.end(),
  };

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in ARROWS) {
      held.add(event.key);
      move(event.shiftKey ? TIMES / 4 : TIMES);
    } else if (event.key in keys) {
      if (!event.repeat) keys[event.key]();
    } else return;
    event.preventDefault();
    show();
  });
  canvas.addEventListener("keyup", (event) => held.delete(event.key));
  canvas.addEventListener("blur", () => {
    held.clear();
    drawing.end();
    show();
  });
  show();
}
