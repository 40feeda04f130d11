"""The inner loops of `kernels.py`, compiled by Numba: importing this module imports Numba.

Everything is one operation, `add_rows`: a sum of rows, each times a factor. With it

    net inputs      A_t  = Σ_i x_ti W_i          rows of W, where x_ti is not 0
    Gram matrix     G_t  = Σ_i x_ti (Xᵀ)_i       rows of Xᵀ
    corrections     A_t += Σ_s G_ts δ_s          rows of Δ, the changes of the block so far
    hidden errors   E_t  = Σ_j E_tj (W₂ᵀ)_j      rows of W₂ᵀ
    changes         W_i += Σ_t x_ti δ_t          rows of Δ
                    W₂ⱼ += Σ_t E_tj h_t          rows of the hidden activations

The hidden units are cut into tiles of 64, so that what a loop reads again and again (64 columns
of Δ; 64 columns of W for 112 inputs) stays in the 32 or 48 KB of a core's first cache. A tile's
arithmetic never depends on who computes it: that is why one thread and two give the same bits.

Shapes: n_in inputs, `width` hidden units (a multiple of 64; the units after the last real one
stay 0), n_out outputs.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

TILE = 64  # hidden units of one tile; 4 AVX-512 registers of float32
BLOCK = 2 * TILE  # patterns of one block
STRIP = 112  # inputs whose weights to one tile stay in the first cache: 112 × 64 × 4 bytes
GROUP = 16  # patterns whose changes are carried to the rest of the block in one go

SIGMOID, TANH, RELU = range(3)  # hidden activations
SOFTMAX, SIGMOIDS = range(2)  # output activations

LOG2_E = 1.4426950408889634
LN_2 = 0.6931471805599453
LARGEST_POWER = 700.0  # e^700 is still finite in float64

# Sums may be reassociated, so that they use vector registers. NaN and infinity stay themselves:
# a training that diverges shows it.
FAST_MATH = {"contract", "reassoc", "nsz"}


class Block(NamedTuple):
    """Patterns of one block, their non-zero inputs by pattern and by input, and G.

    The entries are sorted by strip of inputs, then pattern, then input.
    """

    size: NDArray[np.int64]  # (1,) patterns in the block
    starts: NDArray[np.int64]  # (strips, BLOCK + 1) first entry of a strip and pattern
    inputs: NDArray[np.unsignedinteger]  # (entries,) i of each non-zero x_ti
    values: NDArray[np.floating]  # (entries,) x_ti
    input_starts: NDArray[np.int64]  # (n_in + 2,) first entry of an input in the two below
    patterns: NDArray[np.uint16]  # (entries,) t of each non-zero x_ti
    input_values: NDArray[np.floating]  # (entries,) x_ti
    gram: NDArray[np.floating]  # (BLOCK, BLOCK) G = X Xᵀ, its lower half
    desired: NDArray[np.floating]  # (BLOCK, n_out)


class Layers(NamedTuple):
    """What a training step reads, or where its changes go: the network's arrays, in tiles."""

    w: NDArray[np.floating]  # (tiles, n_in, TILE)
    b: NDArray[np.floating]  # (width,)
    w_out: NDArray[np.floating]  # (n_out, width), transposed
    b_out: NDArray[np.floating]  # (n_out,)


class Scratch(NamedTuple):
    """What a block leaves behind from one phase to the next, and room to compute in."""

    hidden: NDArray[np.floating]  # (BLOCK, width) A = X W, then the hidden activations
    changes: NDArray[np.floating]  # (tiles, BLOCK, TILE) Δ = β/batch × the hidden errors
    errors: NDArray[np.floating]  # (n_out, BLOCK) β/batch × the output errors
    net: NDArray[np.float64]  # (n_out,) one pattern's net inputs at the output
    error: NDArray[np.floating]  # (n_out,) one pattern's column of `errors`
    every: NDArray[np.uint32]  # 0, 1, 2 …: all rows in turn
    ones: NDArray[np.floating]  # (BLOCK,)
    terms: NDArray[np.float64]  # (width,)
    powers: NDArray[np.float64]  # (width,) 2ⁿ …
    bits: NDArray[np.int64]  # (width,) … the same memory, as integers
    rows: NDArray[np.floating]  # (BLOCK, n_in) the block's patterns, zeros included
    by_input: NDArray[np.floating]  # (2, n_in, TILE) their transpose, in tiles
    sums: NDArray[np.float64]  # (3,) loss, hits, |d − a|


OPTIONS = {"nogil": True, "fastmath": FAST_MATH, "error_model": "numpy"}


def compiled(function: Callable[..., Any]) -> Any:
    """Compile at the first call, and keep the code in the package's or the user's cache."""
    try:
        return njit(cache=True, **OPTIONS)(function)
    except RuntimeError:  # Numba found no folder that it can write
        return njit(**OPTIONS)(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Compile as a part of each caller: a call would cost as much as some of these functions."""
    return njit(forceinline=True, **OPTIONS)(function)


@intrinsic  # type: ignore[untyped-decorator]
def add_rows(
    typing: Any, total: Any, rows: Any, which: Any, factors: Any, first: Any, last: Any
) -> Any:
    """total += Σ_{first ≤ p < last} factors_p rows[which_p], over TILE columns.

    As instructions, because a compiled loop would load and store `total` for every row: here it
    stays in registers, and each row costs one load and one multiply-add per register.
    """
    signature = types.void(total, rows, which, factors, types.int64, types.int64)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        total, rows, which, factors = (
            context.make_array(kind)(context, builder, value)
            for kind, value in zip(signature.args[:4], args[:4], strict=True)
        )
        first, last = args[4:]
        itemsize = signature.args[0].dtype.bitwidth // 8
        lanes = 64 // itemsize
        vector = ir.VectorType(context.get_data_type(signature.args[0].dtype), lanes)
        int32, int64 = ir.IntType(32), ir.IntType(64)
        registers = range(TILE // lanes)
        undefined = ir.Constant(vector, ir.Undefined)
        all_lanes = ir.Constant(ir.VectorType(int32, lanes), [0] * lanes)

        def place(base: Any, register: int) -> Any:
            return builder.gep(base, [int64(register)])

        before = builder.block
        head, body, end = (builder.append_basic_block(part) for part in ("head", "body", "end"))
        target = builder.bitcast(total.data, vector.as_pointer())
        start = [builder.load(place(target, r), align=itemsize) for r in registers]
        builder.branch(head)

        builder.position_at_end(head)  # while p < last
        p = builder.phi(int64)
        sums = [builder.phi(vector) for _ in registers]
        builder.cbranch(builder.icmp_signed("<", p, last), body, end)

        builder.position_at_end(body)  # sums += factors[p] * rows[which[p]]; p += 1
        row_number = builder.zext(builder.load(builder.gep(which.data, [p])), int64)
        offset = builder.mul(row_number, builder.extract_value(rows.strides, 0))
        address = builder.add(builder.ptrtoint(rows.data, int64), offset)
        row = builder.inttoptr(address, vector.as_pointer())
        factor = builder.load(builder.gep(factors.data, [p]))
        factor = builder.insert_element(undefined, factor, int32(0))
        factor = builder.shuffle_vector(factor, undefined, all_lanes)
        added = []
        for r in registers:
            columns = builder.load(place(row, r), align=itemsize)
            product = builder.fmul(factor, columns, flags=["contract"])
            added.append(builder.fadd(product, sums[r], flags=["contract"]))
        following = builder.add(p, int64(1))
        builder.branch(head)

        for phi, at_first, then in zip(
            [p, *sums], [first, *start], [following, *added], strict=True
        ):
            phi.add_incoming(at_first, before)
            phi.add_incoming(then, body)
        builder.position_at_end(end)
        for r in registers:
            builder.store(sums[r], place(target, r), align=itemsize)
        return context.get_dummy_value()

    return signature, generate


@intrinsic  # type: ignore[untyped-decorator]
def read_now(typing: Any, flags: Any, place: Any) -> Any:
    """Return flags[place] as it is in memory now: another thread may have just written it."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, args[0])
        return builder.load_atomic(builder.gep(array.data, [args[1]]), "acquire", 8)

    return types.int64(flags, types.int64), generate


@compiled
def watch(flags: Any, place: int, value: int, looks: int) -> bool:
    """Return whether flags[place] comes to be `value` or more within so many looks at it.

    3,000 looks take about 0.1 ms. The divisions between two looks are slow on purpose: they leave
    the units of the core to its other hyper-thread.
    """
    pause = 1.0
    for _ in range(looks):
        if read_now(flags, place) >= value:
            return True
        for _ in range(8):
            pause = 1 / (1 + pause)
    return pause < 0  # never; but so the compiler keeps the divisions


# ── the inputs: one block's patterns, and both products with W ────────────────────────────────


@compiled
def take(
    x: Any, desired: Any, order: Any, first: int, last: int, block: Block, room: Scratch
) -> None:
    """Copy the patterns order[first:last]: a copy streams from memory, a search would not."""
    block.size[0] = last - first
    for t in range(last - first):
        pattern = order[first + t]
        for i in range(x.shape[1]):
            room.rows[t, i] = x[pattern, i]
        for k in range(desired.shape[1]):
            block.desired[t, k] = desired[pattern, k]


@compiled
def index(block: Block, with_gram: bool, room: Scratch) -> None:
    """List the non-zero inputs of the patterns taken, by pattern and by input; G if asked for."""
    find_entries(block, room.rows)
    sort_by_input(block)
    if with_gram:
        fill_gram(block, room.by_input)


@inlined
def find_entries(block: Block, rows: Any) -> None:
    """List the non-zero inputs: strip by strip, in it pattern by pattern."""
    n_in = rows.shape[1]
    starts, inputs, values = block.starts, block.inputs, block.values
    size = block.size[0]
    entry = np.uint64(0)
    for strip in range(starts.shape[0]):
        for t in range(size):
            starts[strip, t] = entry
            for i in range(strip * STRIP, min(strip * STRIP + STRIP, n_in)):
                inputs[entry] = i  # written always, kept only if the input is not 0
                values[entry] = rows[t, i]
                entry += np.uint64(rows[t, i] != 0)
        starts[strip, size] = entry


@inlined
def sort_by_input(block: Block) -> None:
    """List the same entries input by input, in each pattern by pattern: a counting sort."""
    starts = block.input_starts
    n_in = starts.shape[0] - 2
    for i in range(n_in + 2):
        starts[i] = 0
    n_entries = block.starts[-1, block.size[0]]
    for entry in range(n_entries):
        starts[np.uint64(block.inputs[entry]) + np.uint64(2)] += 1
    for i in range(n_in):
        starts[i + 1] += starts[i]  # now starts[i + 1] is the first free place of input i
    for strip in range(block.starts.shape[0]):
        for t in range(block.size[0]):
            for entry in range(block.starts[strip, t], block.starts[strip, t + 1]):
                free = np.uint64(block.inputs[entry]) + np.uint64(1)
                block.patterns[starts[free]] = t
                block.input_values[starts[free]] = block.values[entry]
                starts[free] += 1


@inlined
def fill_gram(block: Block, by_input: Any) -> None:
    """G_ts = Σ_i x_ti x_si for s < t (and some more, which nobody reads)."""
    size = block.size[0]
    for half in range(2):  # the patterns s of the first and of the second half of the block
        for i in range(by_input.shape[1]):
            for s in range(TILE):
                by_input[half, i, s] = 0
            for entry in range(block.input_starts[i], block.input_starts[i + 1]):
                place = np.int64(block.patterns[entry]) - half * TILE
                if 0 <= place < TILE:
                    by_input[half, i, place] = block.input_values[entry]
        for t in range(half * TILE, size):
            for s in range(half * TILE, half * TILE + TILE):
                block.gram[t, s] = 0
        for strip in range(block.starts.shape[0]):
            for t in range(half * TILE, size):
                add_rows(
                    block.gram[t, half * TILE : half * TILE + TILE],
                    by_input[half],
                    block.inputs,
                    block.values,
                    block.starts[strip, t],
                    block.starts[strip, t + 1],
                )


@compiled
def change_and_send(
    first_tile: int,
    last_tile: int,
    old: Block,
    fold: bool,
    new: Block,
    now: Layers,
    to: Layers,
    room: Scratch,
) -> None:
    """W += Xᵀ Δ of the block before, then A = X W of the block that comes, tile by tile.

    `to.w` is `now.w`, or the sum over a mini-batch of several blocks, which `fold` adds to it.
    """
    for tile in range(first_tile, last_tile):
        if old.size[0] > 0:
            for i in range(now.w.shape[1]):
                add_rows(
                    to.w[tile, i],
                    room.changes[tile],
                    old.patterns,
                    old.input_values,
                    old.input_starts[i],
                    old.input_starts[i + 1],
                )
        if fold:
            for i in range(now.w.shape[1]):
                for j in range(TILE):
                    now.w[tile, i, j] += to.w[tile, i, j]
                    to.w[tile, i, j] = 0
        columns = slice(tile * TILE, tile * TILE + TILE)
        for t in range(new.size[0]):
            for j in range(tile * TILE, tile * TILE + TILE):
                room.hidden[t, j] = 0
        for strip in range(new.starts.shape[0]):
            for t in range(new.size[0]):
                add_rows(
                    room.hidden[t, columns],
                    now.w[tile],
                    new.inputs,
                    new.values,
                    new.starts[strip, t],
                    new.starts[strip, t + 1],
                )


# ── the hidden and output units: pattern after pattern, or batch after batch ──────────────────


@compiled
def learn(
    block: Block,
    batch: int,
    rate: float,
    n_hidden: int,
    hidden_code: int,
    output_code: int,
    now: Layers,
    to: Layers,
    room: Scratch,
) -> None:
    """Forward and back through the hidden units, for the batches of one block in turn.

    Args:
        block: the patterns; `room.hidden` has their A = X W, with W as before the block.
        batch: patterns after which the weights change; divides block.size.
        rate: β / patterns of the mini-batch.
        n_hidden: hidden units that are real.
        now: the weights to compute with.
        to: where changes go: `now` itself, or the sum over a mini-batch of several blocks.
    """
    size = block.size[0]
    carried = 0  # patterns whose changes all later net inputs have
    for first in range(0, size, batch):
        last = first + batch
        for t in range(first, last):
            correct(block, room, t, t + 1, carried, first)
            activate(room, t, now.b, n_hidden, hidden_code)
            output(room, t, now)
            output_error(block, room, t, rate, output_code)
        for t in range(first, last):
            hidden_changes(room, t, now.w_out, hidden_code)
        change_output(room, first, last, to)
        while last < size and carried + GROUP <= last:
            correct(block, room, last, size, carried, carried + GROUP)
            carried += GROUP


@inlined
def correct(block: Block, room: Scratch, t0: int, t1: int, s0: int, s1: int) -> None:
    """A_t += Σ_s G_ts δ_s, t0 ≤ t < t1, s0 ≤ s < s1: what changing W would have done to A."""
    if s0 < s1:
        for tile in range(room.changes.shape[0]):
            for t in range(t0, t1):
                add_rows(
                    room.hidden[t, tile * TILE : tile * TILE + TILE],
                    room.changes[tile],
                    room.every,
                    block.gram[t],
                    s0,
                    s1,
                )


@inlined
def activate(room: Scratch, t: int, b: Any, n_hidden: int, code: int) -> None:
    """h_t = f(A_t + b); 0 for the units that are not real, so that they never learn."""
    hidden = room.hidden[t]
    if code == RELU:
        for j in range(hidden.shape[0]):
            net_input = hidden[j] + b[j]
            hidden[j] = net_input if net_input > 0 else net_input * 0  # NaN stays NaN
    elif code == TANH:  # tanh(I) = 2 / (1 + e^(−2I)) − 1
        exponentials(hidden, b, -2.0, room)
        for j in range(hidden.shape[0]):
            hidden[j] = 2 / (1 + room.terms[j] * room.powers[j]) - 1
    else:
        exponentials(hidden, b, -1.0, room)
        for j in range(hidden.shape[0]):
            hidden[j] = 1 / (1 + room.terms[j] * room.powers[j])
    for j in range(n_hidden, hidden.shape[0]):
        hidden[j] = 0


@inlined
def exponentials(hidden: Any, b: Any, sign: float, room: Scratch) -> None:
    """e^(sign (A + b)) = terms × powers, in float64, with a relative error below 2e-13.

    e^v = 2ⁿ e^r with n the integer nearest to v / ln 2, so that |r| ≤ ln 2 / 2, where 13 terms
    of the series are enough; 2ⁿ is made of its bits. Written so that it fills vector registers,
    which a call of the library's exp would not.
    """
    terms, bits = room.terms, room.bits
    for j in range(hidden.shape[0]):
        v = min(max(sign * np.float64(hidden[j] + b[j]), -LARGEST_POWER), LARGEST_POWER)
        n = np.floor(v * LOG2_E + 0.5)
        r = v - n * LN_2
        term = 1 / 479001600
        term = term * r + 1 / 39916800
        term = term * r + 1 / 3628800
        term = term * r + 1 / 362880
        term = term * r + 1 / 40320
        term = term * r + 1 / 5040
        term = term * r + 1 / 720
        term = term * r + 1 / 120
        term = term * r + 1 / 24
        term = term * r + 1 / 6
        term = term * r + 1 / 2
        term = term * r + 1
        terms[j] = term * r + 1
        bits[j] = (np.int64(np.int32(n)) + 1023) << 52


@inlined
def output(room: Scratch, t: int, now: Layers) -> None:
    """Net inputs at the output, I = h_t W₂ + b₂."""
    hidden = room.hidden[t]
    for k in range(now.w_out.shape[0]):
        total = hidden.dtype.type(0)
        for j in range(hidden.shape[0]):
            total += hidden[j] * now.w_out[k, j]
        room.net[k] = total + now.b_out[k]


@inlined
def output_error(block: Block, room: Scratch, t: int, rate: float, code: int) -> None:
    """Output error E = d − a, times `rate`, and the sums that are reported."""
    net = room.net
    n_out = net.shape[0]
    best = wanted = 0
    for k in range(n_out):
        best = k if net[k] > net[best] else best
        wanted = k if block.desired[t, k] > block.desired[t, wanted] else wanted
    log_sum = 0.0
    if code == SOFTMAX:
        for k in range(n_out):
            log_sum += math.exp(net[k] - net[best])
        log_sum = math.log(log_sum) + net[best]
    loss, error = room.sums[0], room.sums[2]
    for k in range(n_out):
        d = np.float64(block.desired[t, k])
        if code == SOFTMAX:
            actual = math.exp(net[k] - log_sum)
            loss += d * (log_sum - net[k])
        else:
            power = math.exp(-abs(net[k]))  # at most 1
            actual = 1 / (1 + power) if net[k] >= 0 else power / (1 + power)
            loss += max(net[k], 0.0) - d * net[k] + math.log1p(power)
        error += abs(d - actual)
        room.errors[k, t] = rate * (d - actual)
    room.sums[0], room.sums[2] = loss, error
    if n_out == 1:  # above 0.5 means yes
        room.sums[1] += (net[0] > 0) == (block.desired[t, 0] > 0.5)
    else:
        room.sums[1] += best == wanted


@inlined
def hidden_changes(room: Scratch, t: int, w_out: Any, code: int) -> None:
    """δ_t = f'(I_t) Σ_j w_j E_tj, with E already times β/batch."""
    n_out = w_out.shape[0]
    for k in range(n_out):
        room.error[k] = room.errors[k, t]
    for tile in range(room.changes.shape[0]):
        columns = slice(tile * TILE, tile * TILE + TILE)
        for j in range(TILE):
            room.changes[tile, t, j] = 0
        add_rows(room.changes[tile, t], w_out[:, columns], room.every, room.error, 0, n_out)
        for j in range(TILE):
            h = room.hidden[t, tile * TILE + j]
            if code == RELU:
                slope = 1.0 if h > 0 else 0.0
            elif code == TANH:
                slope = 1 - h * h
            else:
                slope = h * (1 - h)
            room.changes[tile, t, j] *= slope


@inlined
def change_output(room: Scratch, first: int, last: int, to: Layers) -> None:
    """W₂ += h ᵀ E, b₂ += Σ E, b += Σ δ over the patterns first … last."""
    for k in range(to.w_out.shape[0]):
        total = to.b_out[k]  # a sum in memory is added up in another order where arrays lie close
        for t in range(first, last):
            total += room.errors[k, t]
        to.b_out[k] = total
        for tile in range(room.changes.shape[0]):
            columns = slice(tile * TILE, tile * TILE + TILE)
            add_rows(
                to.w_out[k, columns],
                room.hidden[:, columns],
                room.every,
                room.errors[k],
                first,
                last,
            )
    for tile in range(room.changes.shape[0]):
        columns = slice(tile * TILE, tile * TILE + TILE)
        add_rows(to.b[columns], room.changes[tile], room.every, room.ones, first, last)
