// The network: forward pass, backward pass, and one step of the learning rule.
//
//   the slide                        here
//   x, or f(I) of the sending units  y[k], received by layer k;  y[0] is x
//   I_j = Σ_i w_ij y_i + b_j         netInput(y, layer)
//   f(I)                             activate(f, I)
//   E_j = desired_j − actual_j       outputError(…)
//   E_i = f'(I_i) Σ_j w_ij E_j       hiddenError(…)
//   Δw_ij = β E_j f(I_i)             weightChange(β, y, E)
//
// The same equations stand in mnistlab/classic/backprop.py. w is one long array, row by row:
// w_ij = w[i * receiving + j].

const ACTIVATIONS = {
  sigmoid: (I) => 1 / (1 + Math.exp(-I)),
  relu: (I) => Math.max(I, 0),
  tanh: (I) => Math.tanh(I),
  exponential: (I) => Math.exp(I),
  linear: (I) => I,
};

// f'(I), written with f = f(I) where that is shorter
const SLOPES = {
  sigmoid: (I, f) => f * (1 - f),
  relu: (I) => (I > 0 ? 1 : 0),
  tanh: (I, f) => 1 - f * f,
  exponential: (I, f) => f,
  linear: () => 1,
};

/** Return f(I)_j = e^(I_j) / Σ_k e^(I_k): (units). The largest I is taken off: none overflows. */
function softmax(I) {
  const largest = Math.max(...I);
  const powers = I.map((one) => Math.exp(one - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((one) => one / sum);
}

/** Return f(I) of a layer's units: (units). */
function activate(f, I) {
  return f === "softmax" ? softmax(I) : I.map((one) => ACTIVATIONS[f](one));
}

/** Return I_j = Σ_i w_ij y_i + b_j of every receiving unit: (receiving). */
function netInput(y, { w, b, receiving }) {
  const I = Float64Array.from(b);
  for (let i = 0; i < y.length; i++) {
    if (y[i] === 0) continue; // most pixels are background, and add nothing
    for (let j = 0; j < receiving; j++) I[j] += w[i * receiving + j] * y[i];
  }
  return I;
}

/** Do the forward pass: I of each layer, and y: x first, then f(I) of each layer. */
function forward(layers, x) {
  const I = [];
  const y = [Float64Array.from(x)];
  layers.forEach((layer, k) => {
    I.push(netInput(y[k], layer));
    y.push(activate(layer.f, I[k]));
  });
  return { I, y, output: y[y.length - 1] };
}

/** Return the class that outputs say: where the largest stands; of a single output, 1 above 0.5. */
function answerOf(output) {
  if (output.length === 1) return output[0] > 0.5 ? 1 : 0;
  return output.indexOf(Math.max(...output));
}

/** Return the desired outputs for a class: 1 at its unit, 0 elsewhere. */
function desiredFor(label, outputs) {
  return Float64Array.from({ length: outputs },
    (_, j) => (outputs === 1 ? label : Number(j === label)));
}

// ── the backward pass ──────────────────────────────────────────────────────────────────────────

const SMALL = 1e-7; // Keras's: keeps divisions finite

/** Return a vector divided by its length: (outputs). */
function unitLength(v) {
  const length = Math.sqrt(Math.max(sum(v.map((one) => one * one)), SMALL));
  return v.map((one) => one / length);
}

/** Return the sum of an array's numbers. */
function sum(numbers) {
  return numbers.reduce((a, b) => a + b, 0);
}

// −∂loss/∂a_j: where each output should move; d and a are (outputs)
const PULLS = {
  poisson: (d, a) => a.map((_, j) => (d[j] / (a[j] + SMALL) - 1) / a.length),
  kl_divergence: (d, a) => a.map((_, j) =>
    (a[j] > SMALL && a[j] < 1 ? Math.min(Math.max(d[j], SMALL), 1) / a[j] : 0)),
  mean_squared_error: (d, a) => a.map((_, j) => 2 * (d[j] - a[j]) / a.length),
  mean_absolute_error: (d, a) => a.map((_, j) => Math.sign(d[j] - a[j]) / a.length),
  cosine_similarity: (d, a) => {
    const length = Math.sqrt(Math.max(sum(a.map((one) => one * one)), SMALL));
    const [uD, uA] = [unitLength(d), unitLength(a)];
    const together = sum(uA.map((_, j) => uD[j] * uA[j]));
    return a.map((_, j) => (uD[j] - uA[j] * together) / length);
  },
};

/** Return E of each output unit: minus the slope of the loss with respect to I_j: (outputs). */
function outputError(loss, f, I, a, d) {
  const difference = a.map((_, j) => d[j] - a[j]); // E_j = desired_j − actual_j
  if (loss === "lecture" || loss === "categorical_crossentropy") return difference;
  if (loss === "binary_crossentropy") return difference.map((E) => E / a.length); // Keras's mean
  const pull = PULLS[loss](d, a);
  if (f !== "softmax") return pull.map((one, j) => one * SLOPES[f](I[j], a[j]));
  const together = sum(pull.map((one, j) => one * a[j])); // ∂a_k/∂I_j = a_k (δ_kj − a_j)
  return pull.map((one, j) => a[j] * (one - together));
}

/** Return Σ_j w_ij E_j for every sending unit i: (sending). */
function sentBack({ w, sending, receiving }, E) {
  const sums = new Float64Array(sending);
  for (let i = 0; i < sending; i++) {
    for (let j = 0; j < receiving; j++) sums[i] += w[i * receiving + j] * E[j];
  }
  return sums;
}

/** Return E_i = f'(I_i) Σ_j w_ij E_j of every hidden unit, w as before the update: (hidden). */
function hiddenError(f, I, y, next, E) {
  return sentBack(next, E).map((incoming, i) => SLOPES[f](I[i], y[i]) * incoming);
}

/** Do the backward pass: return E of each layer, the first hidden layer's first. */
function backward(layers, pass, desired, loss) {
  const last = layers.length - 1;
  const E = [];
  E[last] = outputError(loss, layers[last].f, pass.I[last], pass.output, desired);
  for (let k = last - 1; k >= 0; k--) {
    E[k] = hiddenError(layers[k].f, pass.I[k], pass.y[k + 1], layers[k + 1], E[k + 1]);
  }
  return E;
}

/** Return Δw_ij = β E_j f(I_i), (sending × receiving), and Δb_j = β E_j, (receiving). */
function weightChange(β, y, E) {
  const Δw = new Float64Array(y.length * E.length);
  for (let i = 0; i < y.length; i++) {
    for (let j = 0; j < E.length; j++) Δw[i * E.length + j] = β * E[j] * y[i];
  }
  return { Δw, Δb: E.map((one) => β * one) };
}

/** Return the layers as they are after one step of the learning rule; the given ones stay. */
function stepped(layers, pass, E, β) {
  return layers.map((layer, k) => {
    const { Δw, Δb } = weightChange(β, pass.y[k], E[k]);
    const w = layer.w.map((one, at) => one + Δw[at]);
    return { ...layer, w, b: layer.b.map((one, j) => one + Δb[j]) };
  });
}
