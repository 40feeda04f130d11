// From a drawing to what the network sees, the way MNIST's images were made.
//
//   LeCun, Cortes and Burges                             here
//   cut out the digit                                    boundingBox
//   scale it into 20×20 pixels, its shape kept           boxFilter
//   put its centre of mass into the middle of 28×28      centreOfMass, placed
//
// A picture is an array of ink, row by row, 0 is paper and 1 is full ink.

const FAINT = 0.1; // less ink than this is the soft edge of a stroke, and no part of the box

/** Return the smallest box that holds the ink, or null where there is none. */
function boundingBox(ink, height, width) {
  let [top, left, bottom, right] = [height, width, -1, -1];
  for (let r = 0; r < height; r++) {
    for (let c = 0; c < width; c++) {
      if (ink[r * width + c] < FAINT) continue;
      if (r < top) top = r;
      if (r > bottom) bottom = r;
      if (c < left) left = c;
      if (c > right) right = c;
    }
  }
  return bottom < 0 ? null : { top, left, height: bottom - top + 1, width: right - left + 1 };
}

/** Return the part of a picture that lies in a box: (box.height × box.width). */
function cutOut(ink, width, box) {
  const part = new Float64Array(box.height * box.width);
  for (let r = 0; r < box.height; r++) {
    const from = (box.top + r) * width + box.left;
    part.set(ink.subarray(from, from + box.width), r * box.width);
  }
  return part;
}

/** Return, for n pixels made m, which of the n each of the m covers, and with what share. */
function shares(n, m) {
  const wide = n / m;
  return Array.from({ length: m }, (_, k) => {
    const [from, to, covered] = [k * wide, (k + 1) * wide, []];
    for (let p = Math.floor(from); p < Math.min(n, Math.ceil(to)); p++) {
      covered.push([p, (Math.min(p + 1, to) - Math.max(p, from)) / wide]);
    }
    return covered;
  });
}

/** Return a picture of another size: each new pixel is the mean of the old ones that it covers. */
function boxFilter(ink, height, width, newHeight, newWidth) {
  const [rows, columns] = [shares(height, newHeight), shares(width, newWidth)];
  const small = new Float64Array(newHeight * newWidth);
  rows.forEach((down, r) => columns.forEach((across, c) => {
    for (const [p, part] of down) {
      for (const [q, share] of across) small[r * newWidth + c] += part * share * ink[p * width + q];
    }
  }));
  return small;
}

/** Return the centre of mass (row, column) of a picture, pixels counted from 0. */
function centreOfMass(ink, width) {
  let [mass, down, across] = [0, 0, 0];
  ink.forEach((value, k) => {
    mass += value;
    down += value * Math.floor(k / width);
    across += value * (k % width);
  });
  return [down / mass, across / mass];
}

/** Return a place from 0 to `most`, the nearest to the one that is wanted. */
function within(wanted, most) {
  return Math.min(Math.max(Math.round(wanted), 0), most);
}

/** Return a picture put into a larger one, HEIGHT × WIDTH, at a row and column. */
function placed(ink, height, width, top, left) {
  const image = new Float32Array(HEIGHT * WIDTH);
  for (let r = 0; r < height; r++) {
    image.set(ink.subarray(r * width, (r + 1) * width), (top + r) * WIDTH + left);
  }
  return image;
}

/** Return a drawing as MNIST would have it, HEIGHT × WIDTH in [0, 1]; null where none is drawn. */
function centred(ink, height, width, { box: side, centre }) {
  const box = boundingBox(ink, height, width);
  if (!box) return null;
  const scale = side / Math.max(box.height, box.width);
  const [h, w] = [box.height, box.width].map((n) => Math.max(1, Math.round(n * scale)));
  const digit = boxFilter(cutOut(ink, width, box), box.height, box.width, h, w);
  const most = Math.max(...digit);
  const full = digit.map((value) => value / most); // the darkest pixel is full ink
  const [down, across] = centre === "mass" ? centreOfMass(full, w) : [h / 2, w / 2];
  const top = within(HEIGHT / 2 - down, HEIGHT - h);
  const left = within(WIDTH / 2 - across, WIDTH - w);
  return placed(full, h, w, top, left);
}

/** Return a drawing made smaller, where it was drawn; null where nothing is drawn. */
function asDrawn(ink, height, width) {
  if (!boundingBox(ink, height, width)) return null;
  return Float32Array.from(boxFilter(ink, height, width, HEIGHT, WIDTH));
}

/** Return a grey picture as the network takes it: in colour each channel is the same. */
function withChannels(grey) {
  if (CHANNELS === 1) return grey;
  const length = grey.length * CHANNELS;
  return Float32Array.from({ length }, (_, k) => grey[Math.floor(k / CHANNELS)]);
}
