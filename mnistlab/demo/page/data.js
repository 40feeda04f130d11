// What Python put into the page: the runs with their weights, the test images, the class names.
//
// Arrays come as base64 of their bytes, the lowest byte first. A large array of weights comes as
// whole numbers q of 16 bits with one scale s for each receiving unit j:  w_ij = q_ij s_j

const TYPES = { int16: Int16Array, float32: Float32Array, uint8: Uint8Array };

/** Return the bytes that a base64 text stands for. */
function bytesOf(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let k = 0; k < letters.length; k++) bytes[k] = letters.charCodeAt(k);
  return bytes;
}

/** Return an array as it was before it was packed. */
function unpacked({ type, data, scale }) {
  const numbers = new TYPES[type](bytesOf(data).buffer);
  return scale ? rescaled(numbers, unpacked(scale)) : numbers;
}

/** Return the weights w_ij = q_ij s_j:  q is (sending × receiving), s is (receiving). */
function rescaled(q, s) {
  const w = new Float32Array(q.length);
  for (let k = 0; k < q.length; k++) w[k] = q[k] * s[k % s.length];
  return w;
}

/** Return a run with its network: layers of w (sending × receiving) and b (receiving). */
function runOf(given) {
  const layers = given.layers.map(({ w, b }, k) => ({
    w: unpacked(w), b: unpacked(b), f: given.activations[k],
    sending: given.sizes[k], receiving: given.sizes[k + 1],
  }));
  return { ...given, layers };
}

/** Return the test images as patterns in [0, 1], each with its class and its place. */
function imagesOf(given, inputs) {
  if (!given.images) return [];
  const pixels = unpacked(given.images);
  return given.labels.map((label, k) => ({
    x: Float32Array.from(pixels.subarray(k * inputs, (k + 1) * inputs), (v) => v / given.scale),
    label, place: given.places[k],
  }));
}

const given = JSON.parse(document.getElementById("given").textContent);
const runs = given.runs.map(runOf);
const data = given.data;
const classes = data.classes;
const [HEIGHT, WIDTH, CHANNELS] = data.shape;
const testImages = imagesOf(data, HEIGHT * WIDTH * CHANNELS);
