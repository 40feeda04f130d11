"""`backprop.py` at speed: true SGD in exact blocks, and mini-batches, with one hidden layer.

True SGD changes W after every pattern, so W would pass through the core once for every pattern.
But only sums with W count. For a block of patterns X, with W as it was before the block,

    A = X W,  G = X Xᵀ                              once for the block
    I_t = A_t + Σ_{s<t} G_ts δ_s + b                pattern by pattern, in the hidden space only
    δ_t = β/batch f'(I_t) Σ_j w_tj E_j              W₂, b₂ and b change after every pattern
    W  += Xᵀ Δ                                      once for the block

This is the algorithm of the slide, one pattern at a time, not an approximation: only the order
in which sums are rounded is another. Mini-batches are the same with fewer changes in a block.
Zero inputs (81% of MNIST) are skipped in all four products with X.

Threads: the products are cut into tiles of hidden units, shared out among the threads; while one
thread goes through the hidden space, another prepares the next block. The parts and their
arithmetic are the same for any number of threads, so the weights are the same to the last bit.

Executions: an epoch can be left, and gone on with, after every 6,000 patterns or so, at the end of
a block and of a batch. Neither the weights nor the sums depend on whether it was.

Source: Benesty and Duhamel 1992, "A fast exact least mean square adaptive algorithm".
"""

import functools
import importlib
import math
import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from mnistlab.classic.helper import Helper

Array = NDArray[np.floating]

HIDDEN = {"sigmoid": "SIGMOID", "tanh": "TANH", "relu": "RELU"}
OUTPUT = {"softmax": "SOFTMAX", "sigmoid": "SIGMOIDS"}
E_IS_D_MINUS_A = {  # output activation: the losses whose output error is desired − actual
    "softmax": ("lecture", "categorical_crossentropy"),
    "sigmoid": ("lecture",),
}
WORTH_A_THREAD = 5_000_000  # products in an epoch; below, starting a thread costs more
EXECUTION = 6_000  # patterns, at least, between two places where an epoch can be left


@functools.cache
def available() -> bool:
    """Return whether Numba can be imported and serves this Python."""
    try:
        numba = importlib.import_module("numba")
    except Exception:  # a Numba that doesn't fit NumPy or Python raises what it likes
        return False
    return not numba.config.DISABLE_JIT


def supports(hidden_activations: Sequence[str], output_activation: str, loss: str) -> bool:
    """Return whether the kernels can train a network of these layers with this loss.

    They serve one hidden layer, and the pairs at the output for which E = desired − actual.

    Args:
        hidden_activations: the name of each hidden layer's f.
        output_activation: the name of the output's f.
        loss: the loss, by name.

    Example:
        >>> supports(["sigmoid"], "softmax", "categorical_crossentropy")
        True
        >>> supports(["relu", "relu"], "softmax", "lecture")
        False
    """
    one_layer = len(hidden_activations) == 1 and hidden_activations[0] in HIDDEN
    return one_layer and loss in E_IS_D_MINUS_A.get(output_activation, ())


def is_compiled(dtype: DTypeLike = np.float32) -> bool:
    """Return whether compiled code for weights of `dtype` is at hand, in memory or on disk.

    If not, the first `train_epoch` compiles for about 6 s: say so before.

    Args:
        dtype: float32 or float64.
    """
    learn = _compiled().learn
    kind = f"array({np.dtype(dtype).name}, 3d, C)"
    try:
        on_disk = learn._cache._cache_file._load_index()
        known = [*learn.signatures, *(key[0] for key in on_disk)]
    except Exception:  # another Numba keeps its index another way: then say it once too often
        known = learn.signatures
    return any(kind in str(signature) for signature in known)


class Patterns:
    """The patterns of a fit, checked once.

    Attributes:
        x: inputs, shape (n, n_in), float32 or float64; not copied if its rows are contiguous.
        desired: desired outputs, shape (n, n_out).
    """

    def __init__(self, x: ArrayLike, desired: ArrayLike) -> None:
        """Take patterns and their desired outputs.

        Args:
            x: shape (n, n_in), float32 or float64 (anything else becomes float32).
            desired: shape (n, n_out), in [0, 1]; with softmax each row's sum is 1.

        Raises:
            ValueError: the shapes don't fit together.
        """
        self.x = _floats(x)
        self.desired = _floats(desired)
        self._trainers: dict[tuple[Any, ...], _Trainer] = {}
        if self.x.ndim != 2 or self.desired.ndim != 2 or len(self.x) != len(self.desired):
            raise ValueError(
                "x must be (n, inputs) and desired (n, outputs) for the same n patterns, but got "
                f"{self.x.shape} and {self.desired.shape}."
            )

    def __len__(self) -> int:
        """Return the number of patterns."""
        return len(self.x)

    def with_x(self, x: ArrayLike) -> "Patterns":
        """Return other patterns with the same desired outputs, and the same room for training."""
        other = Patterns(x, self.desired)
        other._trainers = self._trainers
        return other

    def take_trainer(self, weights: Sequence[Array]) -> "_Trainer":
        """Return room for training these weights, left by an earlier epoch or new."""
        key = (*weights[2].shape, weights[0].dtype)
        n_in, (n_hidden, n_out) = self.x.shape[1], weights[2].shape
        return self._trainers.pop(key, None) or _Trainer(n_in, n_hidden, n_out, weights[0].dtype)

    def keep_trainer(self, weights: Sequence[Array], trainer: "_Trainer") -> None:
        """Keep the room for the next epoch."""
        self._trainers[*weights[2].shape, weights[0].dtype] = trainer


class Sums(NamedTuple):
    """What an execution saw, each pattern as it was before its update."""

    done: int  # patterns of the epoch that are learnt by now
    loss: float  # the cross-entropy, summed over patterns and outputs
    hits: int  # patterns whose largest output is the desired one
    error: float  # |d − a|, summed over patterns and outputs


class Epoch:
    """One epoch, exactly as the slide does it, in executions of some thousand patterns each.

    I = y_in W + b; E = d − a at the output; E_i = f'(I_i) Σ_j w_ij E_j with the weights as they
    were; W += β/batch · y_inᵀ E. Iterating trains, and yields the Sums of each execution. The
    weights are changed in place when the last has come, and by `write`; an epoch that is
    interrupted leaves them as they were before it, or when they were written last.

    Args:
        weights: kernel (n_in, n_hidden), bias, kernel (n_hidden, n_out), bias; all float32 or
            all float64.
        patterns: the training set.
        order: numbers of patterns in the order of presentation, each in [0, n); any length, and
            a pattern may come more than once.
        batch_size: patterns between two changes; 1 is true SGD, len(order) or more full batch.
        learning_rate: β; it multiplies the mean over each batch.
        hidden_activation: "sigmoid", "tanh" or "relu".
        output_activation: "softmax" or "sigmoid".
        threads: how many threads may work; by default 2, or 1 where there is one core only. The
            weights don't depend on it.
        begun: patterns of the order that are learnt already, whole batches; an epoch that was
            left after an execution goes on to the same bits.

    Raises:
        ValueError: shapes or types that don't fit, a pattern's number out of range, a batch
            size below 1, or an activation that the kernels don't know.

    Source: Benesty and Duhamel 1992 for the blocks.
    """

    def __init__(
        self,
        weights: Sequence[Array],
        patterns: Patterns,
        order: ArrayLike,
        batch_size: int,
        learning_rate: float,
        hidden_activation: str = "sigmoid",
        output_activation: str = "softmax",
        threads: int | None = None,
        begun: int = 0,
    ) -> None:
        self._order = np.ascontiguousarray(order, dtype=np.int64)  # (n,)
        activations = hidden_activation, output_activation
        _check(weights, patterns, self._order, batch_size, *activations)
        small = len(self._order) * weights[0].size < WORTH_A_THREAD
        self._weights, self._patterns, self._activations = weights, patterns, activations
        self._threads = threads or (1 if small else _cores())
        self._settings = int(batch_size), float(learning_rate), begun
        self._trainer: _Trainer | None = None

    def __iter__(self) -> Iterator[Sums]:
        """Train, and yield the Sums of each execution."""
        n = len(self._order)
        if n == 0:
            return
        trainer = self._trainer = self._patterns.take_trainer(self._weights)
        trainer.read(self._weights)
        trainer.start(self._patterns, self._order, *self._settings)
        for done in trainer.run(*self._activations, self._threads):
            loss, hits, error = trainer.room.sums
            trainer.room.sums[:] = 0
            if done == n:
                self.write()
                self._patterns.keep_trainer(self._weights, trainer)
            yield Sums(done, float(loss), int(hits), float(error))

    def write(self) -> None:
        """Bring the weights to where the execution that was yielded last has left them."""
        if self._trainer is None:
            return
        self._trainer.flush()
        try:
            self._trainer.write(self._weights)
        except KeyboardInterrupt:
            self._trainer.write(self._weights)  # all of it: no weights of two times side by side
            raise


def train_epoch(
    weights: Sequence[Array],
    patterns: Patterns,
    order: ArrayLike,
    batch_size: int,
    learning_rate: float,
    hidden_activation: str = "sigmoid",
    output_activation: str = "softmax",
    threads: int | None = None,
) -> tuple[float, int, float]:
    """Train one epoch in one go, and change the weights in place.

    Args:
        weights, patterns, order, batch_size, learning_rate: as for `Epoch`.
        hidden_activation, output_activation, threads: as for `Epoch`.

    Returns:
        Sums over the patterns, each as it was seen before its update: the cross-entropy summed
        over the outputs; the number of patterns whose largest output is the desired one; |d − a|
        summed over the outputs.

    Raises:
        ValueError: as for `Epoch`.
    """
    settings = (batch_size, learning_rate, hidden_activation, output_activation, threads)
    parts = list(Epoch(weights, patterns, order, *settings))
    return sum(p.loss for p in parts), sum(p.hits for p in parts), sum(p.error for p in parts)


# ── which patterns make a block ───────────────────────────────────────────────────────────────


class Part(NamedTuple):
    """What one pass through the kernels takes: a block of whole batches, or a part of one."""

    first: int  # in the order
    last: int
    batch: int  # patterns of a batch within the block
    mean_over: int  # patterns of the mini-batch that β is divided by
    closes: bool  # ends a mini-batch


def plan(n: int, batch_size: int, block: int, begun: int = 0) -> Iterator[Part]:
    """Yield the parts of an epoch: several batches to a block, or several blocks to a batch.

    The first `begun` patterns, whole batches, are done already. A last batch that is smaller is a
    block of its own, and its mean is over its own patterns.

    Example:
        >>> [tuple(part) for part in plan(7, 3, block=8)]
        [(0, 6, 3, 3, True), (6, 7, 1, 1, True)]
        >>> [tuple(part) for part in plan(5, 4, block=3)]
        [(0, 3, 3, 4, False), (3, 4, 1, 4, True), (4, 5, 1, 1, True)]
    """
    batch = min(batch_size, n)
    whole = n - n % batch
    if batch <= block:
        together = block // batch * batch
        for first in range(begun, whole, together):
            yield Part(first, min(first + together, whole), batch, batch, True)
        if max(whole, begun) < n:
            yield Part(whole, n, n - whole, n - whole, True)
        return
    for start in range(begun, n, batch):
        stop = min(start + batch, n)
        for first in range(start, stop, block):
            last = min(first + block, stop)
            yield Part(first, last, last - first, stop - start, last == stop)


# ── one epoch ─────────────────────────────────────────────────────────────────────────────────


class _Trainer:
    """A network's arrays in the kernels' tiles, and the order of work in an epoch."""

    def __init__(self, n_in: int, n_hidden: int, n_out: int, dtype: "np.dtype[Any]") -> None:
        self.n_in, self.n_hidden, self.n_out, self.dtype = n_in, n_hidden, n_out, dtype
        self.tiles = -(-n_hidden // _compiled().TILE)
        self.now = self._layers()
        self.long_batch: Any = None  # where the changes of several blocks are summed up
        self.room = self._scratch()
        self.blocks = [self._block() for _ in range(3)]

    def start(
        self,
        patterns: Patterns,
        order: NDArray[np.int64],
        batch_size: int,
        learning_rate: float,
        begun: int,
    ) -> None:
        """Make ready for an epoch, or the rest of one."""
        block = _compiled().BLOCK
        self.x, self.desired = patterns.x, patterns.desired
        self.order, self.learning_rate = order, learning_rate
        self.parts = list(plan(len(order), batch_size, block, begun))
        self.to = self.now
        if min(batch_size, len(order)) > block:
            self.long_batch = self.to = self.long_batch or self._layers()
        self.room.sums[:] = 0

    def run(self, hidden_activation: str, output_activation: str, threads: int) -> Iterator[int]:
        """Go through the parts: products with W on all threads, then the hidden space on one.

        Yields how many patterns are done, after each execution.
        """
        kernels = _compiled()
        codes = (
            getattr(kernels, HIDDEN[hidden_activation]),
            getattr(kernels, OUTPUT[output_activation]),
        )
        shares = np.linspace(0, self.tiles, threads + 1).astype(int)
        self.before, now, self.after = self.blocks
        self.before.size[0], self.fold = 0, False
        left = self.parts[0].first if self.parts else 0
        helpers = [Helper(kernels.watch) for _ in range(threads - 1)]
        try:
            self._prepare(0, now)
            for k, part in enumerate(self.parts):
                self._products(helpers, shares, now)
                if helpers:
                    helpers[0].start(self._prepare, k + 1, self.after)
                self._learn(k, now, codes)
                if helpers:
                    helpers[0].wait()
                else:
                    self._prepare(k + 1, self.after)
                self.before, now, self.after = now, self.after, self.before
                self.fold = part.closes and self.to is not self.now
                if part.closes and (k + 1 == len(self.parts) or part.last - left >= EXECUTION):
                    left = part.last
                    yield left
        finally:
            for helper in helpers:
                helper.close()

    def flush(self) -> None:
        """Bring W up to date: its last change otherwise waits for the products of the next part."""
        self.after.size[0] = 0
        self._products([], np.array([0, self.tiles]), self.after)
        self.before.size[0], self.fold = 0, False

    def _prepare(self, k: int, block: Any) -> None:
        """Fill `block` with the patterns of part k, if there is one."""
        if k < len(self.parts):
            part = self.parts[k]
            several = part.batch < part.last - part.first
            source = self.x, self.desired, self.order
            _compiled().take(*source, part.first, part.last, block, self.room)
            _compiled().index(block, several, self.room)

    def _products(self, helpers: list[Helper], shares: NDArray[Any], block: Any) -> None:
        """W += Xᵀ Δ of the block before and A = X W of `block`, each thread its share of tiles."""
        job = _compiled().change_and_send
        rest = (self.before, self.fold, block, self.now, self.to, self.room)
        for helper, first, last in zip(helpers, shares[1:], shares[2:], strict=False):
            helper.start(job, first, last, *rest)
        job(shares[0], shares[1], *rest)
        for helper in helpers:
            helper.wait()

    def _learn(self, k: int, block: Any, codes: tuple[int, int]) -> None:
        """Go through the hidden space; at the end of a long batch add what was summed up."""
        part = self.parts[k]
        rate = self.learning_rate / part.mean_over
        layers = (self.now, self.to)
        _compiled().learn(block, part.batch, rate, self.n_hidden, *codes, *layers, self.room)
        if part.closes and self.to is not self.now:
            for weights, total in zip(self.now[1:], self.to[1:], strict=True):
                weights += total
                total[...] = 0

    def read(self, weights: Sequence[Array]) -> None:
        """Copy the caller's weights into tiles; units that only fill a tile have zeros."""
        for tile, columns in self._columns():
            width = columns.stop - columns.start
            self.now.w[tile, :, :width] = weights[0][:, columns]  # (n_in, ≤ TILE)
            self.now.w[tile, :, width:] = 0
        self.now.b[: self.n_hidden] = weights[1]  # (n_hidden,)
        self.now.b[self.n_hidden :] = 0
        self.now.w_out[:, : self.n_hidden] = weights[2].T  # (n_out, n_hidden)
        self.now.w_out[:, self.n_hidden :] = 0
        self.now.b_out[:] = weights[3]  # (n_out,)

    def write(self, weights: Sequence[Array]) -> None:
        """Copy the tiles into the caller's weights."""
        for tile, columns in self._columns():
            width = columns.stop - columns.start
            weights[0][:, columns] = self.now.w[tile, :, :width]  # (n_in, ≤ TILE)
        weights[1][...] = self.now.b[: self.n_hidden]  # (n_hidden,)
        weights[2][...] = self.now.w_out[:, : self.n_hidden].T  # (n_hidden, n_out)
        weights[3][...] = self.now.b_out  # (n_out,)

    def _columns(self) -> Iterator[tuple[int, slice]]:
        """Yield each tile's number and its hidden units."""
        width = _compiled().TILE
        for tile in range(self.tiles):
            yield tile, slice(tile * width, min((tile + 1) * width, self.n_hidden))

    def _layers(self) -> Any:
        """Return room for the weights, or their changes."""
        kernels = _compiled()
        width = self.tiles * kernels.TILE
        return kernels.Layers(
            w=_zeros((self.tiles, self.n_in, kernels.TILE), self.dtype),
            b=_zeros((width,), self.dtype),
            w_out=_zeros((self.n_out, width), self.dtype),
            b_out=_zeros((self.n_out,), self.dtype),
        )

    def _block(self) -> Any:
        """Return an empty block, with room for the case that no input is 0."""
        kernels, n_in, dtype = _compiled(), self.n_in, self.dtype
        size = kernels.BLOCK
        entries = size * n_in + 1  # one more: the search writes before it knows
        strips = -(-n_in // kernels.STRIP)
        return kernels.Block(
            size=_zeros((1,), np.int64),
            starts=_zeros((strips, size + 1), np.int64),
            inputs=_zeros((entries,), np.uint16 if n_in <= 1 << 16 else np.uint32),
            values=_zeros((entries,), dtype),
            input_starts=_zeros((n_in + 2,), np.int64),
            patterns=_zeros((entries,), np.uint16),
            input_values=_zeros((entries,), dtype),
            gram=_zeros((size, size), dtype),
            desired=_zeros((size, self.n_out), dtype),
        )

    def _scratch(self) -> Any:
        """Return the room that all blocks share."""
        kernels, n_out, dtype = _compiled(), self.n_out, self.dtype
        size, tile = kernels.BLOCK, kernels.TILE
        width = self.tiles * tile
        powers = _zeros((width,), np.float64)
        ones = _zeros((size,), dtype)
        ones[:] = 1
        return kernels.Scratch(
            hidden=_zeros((size, width), dtype),
            changes=_zeros((self.tiles, size, tile), dtype),
            errors=_zeros((n_out, size), dtype),
            net=_zeros((n_out,), np.float64),
            error=_zeros((n_out,), dtype),
            every=np.arange(max(size, n_out), dtype=np.uint32),
            ones=ones,
            terms=_zeros((width,), np.float64),
            powers=powers,
            bits=powers.view(np.int64),
            rows=_zeros((size, self.n_in), dtype),
            by_input=_zeros((2, self.n_in, tile), dtype),
            sums=_zeros((3,), np.float64),
        )


# ── small things ──────────────────────────────────────────────────────────────────────────────


@functools.cache
def _compiled() -> Any:
    """Return the compiled functions; the first call imports Numba (about 0.5 s)."""
    return importlib.import_module("mnistlab.classic._compiled")


def _cores() -> int:
    """Return 2, or 1 where this process has a single core."""
    if hasattr(os, "sched_getaffinity"):
        return min(2, len(os.sched_getaffinity(0)))
    return min(2, os.cpu_count() or 1)


def _floats(values: ArrayLike) -> Array:
    """Return `values` as a contiguous array of float32 or float64, copied only if it is not."""
    array = np.asarray(values)
    dtype = array.dtype if array.dtype in (np.float32, np.float64) else np.dtype(np.float32)
    return np.ascontiguousarray(array, dtype=dtype)


def _zeros(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Return zeros that begin at a cache line: rows that straddle two take twice as long."""
    dtype = np.dtype(dtype)
    n_bytes = math.prod(shape) * dtype.itemsize
    raw = np.zeros(n_bytes + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + n_bytes].view(dtype).reshape(shape)


def _check(
    weights: Sequence[Array],
    patterns: Patterns,
    order: NDArray[np.int64],
    batch_size: int,
    hidden_activation: str,
    output_activation: str,
) -> None:
    """Raise ValueError for what would make the compiled code read or write out of bounds."""
    if hidden_activation not in HIDDEN or output_activation not in OUTPUT:
        raise ValueError(
            f"The kernels train hidden units {sorted(HIDDEN)} with outputs {sorted(OUTPUT)}, but "
            f"got {hidden_activation!r} with {output_activation!r}. See supports()."
        )
    shapes = [array.shape for array in weights]
    n_in, n_out = patterns.x.shape[1], patterns.desired.shape[1]
    n_hidden = shapes[1][0] if len(shapes) == 4 and len(shapes[1]) == 1 else 0
    if n_hidden < 1 or shapes != [(n_in, n_hidden), (n_hidden,), (n_hidden, n_out), (n_out,)]:
        raise ValueError(
            f"weights must be kernel ({n_in}, hidden), bias (hidden,), kernel (hidden, {n_out}), "
            f"bias ({n_out},) for these patterns, but got {shapes}."
        )
    kinds = {array.dtype for array in weights}
    if kinds not in ({np.dtype(np.float32)}, {np.dtype(np.float64)}):
        raise ValueError(f"weights must be all float32 or all float64, but got {kinds}.")
    if order.ndim != 1 or (order.size and not 0 <= order.min() <= order.max() < len(patterns)):
        raise ValueError(f"order must be one row of numbers from 0 to {len(patterns) - 1}.")
    if batch_size < 1:
        raise ValueError(f"batch_size must be 1 or more, but got {batch_size}.")
