// Noise, shift and rotation: what an image can suffer before the network fails.

/** Return a function that gives numbers in [0, 1), the same for the same seed (mulberry32). */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Return n numbers of the normal distribution, mean 0 and spread 1 (Box and Muller). */
function normalNumbers(n, seed) {
  const random = randomFrom(seed);
  return Float64Array.from({ length: n }, () =>
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
}

/** Return an image with noise of that spread; what leaves [0, 1] is cut off. */
function noisy(x, noise, seed) {
  if (!noise) return x;
  const random = normalNumbers(x.length, seed);
  return x.map((value, k) => Math.min(Math.max(value + noise * random[k], 0), 1));
}

/** Return a channel's value at (row, column), between pixels in proportion, outside 0. */
function valueAt(x, row, column, channel) {
  const [top, left] = [Math.floor(row), Math.floor(column)];
  let value = 0;
  for (const r of [top, top + 1]) {
    for (const c of [left, left + 1]) {
      if (r < 0 || c < 0 || r >= HEIGHT || c >= WIDTH) continue;
      const share = (1 - Math.abs(row - r)) * (1 - Math.abs(column - c));
      value += share * x[(r * WIDTH + c) * CHANNELS + channel];
    }
  }
  return value;
}

/** Return an image turned by degrees, clockwise, about its middle, then shifted by pixels. */
function moved(x, { right, down, turn }) {
  if (!right && !down && !turn) return x;
  const angle = (turn * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [middleRow, middleColumn] = [(HEIGHT - 1) / 2, (WIDTH - 1) / 2];
  return x.map((_, k) => {
    const [pixel, channel] = [Math.floor(k / CHANNELS), k % CHANNELS];
    const r = Math.floor(pixel / WIDTH) - middleRow - down; // where this pixel came from:
    const c = (pixel % WIDTH) - middleColumn - right; // shifted back, then turned back
    return valueAt(x, middleRow + r * cos - c * sin, middleColumn + r * sin + c * cos, channel);
  });
}

/** Return an image as the sliders have it: moved, then noisy. */
function changed(x, { noise, right, down, turn, seed }) {
  return noisy(moved(x, { right, down, turn }), noise, seed);
}
