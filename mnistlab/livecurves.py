"""Learning curves as small SVG, fast enough to be drawn anew while a network trains.

The pictures to keep are `plots.learning_curves`; these take a millisecond and 2 kB, need no
drawing library, and are read out as a sentence.

Example:
    >>> drawn = svg({"loss": [0.41, 0.17], "accuracy": [0.888, 0.948]}, epochs=5)
    >>> drawn.startswith("<svg") and "Loss 0.4100, then 0.1700" in drawn
    True
"""

import math
from collections.abc import Mapping, Sequence

WIDTH, HEIGHT = 330, 170  # of one panel, in CSS pixels
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 24, 34  # the room around the curves
TRAINING, VALIDATION = "#0072B2", "#D55E00"  # Okabe & Ito; validation is dashed besides
PANELS = ("loss", "accuracy", "mean_absolute_error")

Figures = Mapping[str, Sequence[float | None]]
Point = tuple[float, float]


def svg(figures: Figures, epochs: int, first: int = 0, now: Point | None = None) -> str:
    """Return the curves of a training: a panel each for loss and accuracy (or absolute error).

    Args:
        figures: a column for each figure, a number for each epoch so far, as in History.
        epochs: how many there will be; first: the epoch of the first number, counted from 0.
        now: where the loss of the epoch that runs is drawn: (epochs done, such as 2.4; the loss).

    Returns:
        An <svg> element with a title that says the same in words; "" where nothing can be drawn.
    """
    now = now if now is not None and math.isfinite(now[1]) else None
    panels = [name for name in PANELS if _known(figures.get(name, ()))]
    if not panels and now is not None:
        panels = ["loss"]
    if not panels:
        return ""
    drawn = "".join(
        f'<g transform="translate({k * WIDTH} 0)">'
        f"{_panel(figures, name, epochs, first, now if name == 'loss' else None)}</g>"
        for k, name in enumerate(panels)
    )
    size = f'width="{WIDTH * len(panels)}" viewBox="0 0 {WIDTH * len(panels)} {HEIGHT}"'
    said = in_words(figures, panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{said}" {size} '
        'style="max-width:100%;height:auto" font-family="sans-serif" font-size="11" '
        f'fill="currentColor"><title>{said}</title>{drawn}</svg>'
    )


def in_words(figures: Figures, panels: Sequence[str] = PANELS) -> str:
    """Return what the curves show: the first and the last number of each.

    Example:
        >>> in_words({"loss": [0.5, 0.25], "accuracy": [0.8, 0.9], "val_accuracy": [0.7]})
        'Loss 0.5000, then 0.2500; accuracy 80.0%, then 90.0%; validation accuracy 70.0%'
    """
    parts = []
    for name in [one for panel in panels for one in (panel, f"val_{panel}")]:
        values = _known(figures.get(name, ()))
        if values:
            ends = [values[0], values[-1]][: len(values)]
            said = ", then ".join(written(name, value) for value in ends)
            parts.append(f"{name.replace('val_', 'validation ').replace('_', ' ')} {said}")
    text = "; ".join(parts) or "the first epoch is running"
    return text[0].upper() + text[1:]


def written(name: str, value: float) -> str:
    """Return a figure as it stands in words and on lines: an accuracy in percent."""
    return f"{value:.1%}" if name.endswith("accuracy") else f"{value:.4f}"


def _known(values: Sequence[float | None]) -> list[float]:
    """Return the numbers that can be drawn."""
    return [value for value in values if value is not None and math.isfinite(value)]


def _panel(figures: Figures, name: str, epochs: int, first: int, now: Point | None) -> str:
    """Return one panel: frame, numbers, the curve and its validation twin."""
    columns = {one: figures.get(one, ()) for one in (name, f"val_{name}")}
    shown = [value for column in columns.values() for value in _known(column)]
    shown += [now[1]] if now else []
    low, high = _range(shown, name)

    def place(epoch: float, value: float) -> Point:
        across = (epoch - first) / max(epochs - first, 1)  # 0 … 1
        up = (value - low) / (high - low)
        return (LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * _tall())

    parts = [_frame(name, low, high, first, epochs), _key(_known(columns[f"val_{name}"]) != [])]
    for column, values in columns.items():
        points = [place(first + k + 1, value) for k, value in enumerate(values)
                  if value is not None and math.isfinite(value)]  # fmt: skip
        parts.append(_curve(points, validation=column != name))
    if now:
        x, y = place(*now)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="none" stroke="{TRAINING}" '
                     'stroke-width="2"/>')  # fmt: skip
    return "".join(parts)


def _range(values: Sequence[float], name: str) -> Point:
    """Return the lowest and the highest number of an axis: a loss from 0, an accuracy up to 1."""
    low, high = min(values), max(values)
    if name == "accuracy":
        return (max(0.0, low - 0.05 - 0.1 * (high - low)), 1.0) if low < 1 else (0.9, 1.0)
    low = min(low, 0.0)
    return low, max(high * 1.05, low + 1e-9)


def _tall() -> int:
    return HEIGHT - TOP - BOTTOM


def _frame(name: str, low: float, high: float, first: int, epochs: int) -> str:
    """Return the axes of a panel: its name, the numbers at the ends, the epochs."""
    floor, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    digits = 0 if name == "accuracy" else 2 if high >= 0.1 else 4
    ends = [
        f"{value:.0%}" if name == "accuracy" else f"{value:.{digits}f}" for value in (low, high)
    ]
    return (
        f'<text x="{LEFT}" y="{TOP - 10}" font-weight="bold">{name.replace("_", " ")}</text>'
        f'<path d="M{LEFT} {TOP}V{floor}H{right}" fill="none" stroke="currentColor"/>'
        f'<text x="{LEFT - 5}" y="{floor}" text-anchor="end">{ends[0]}</text>'
        f'<text x="{LEFT - 5}" y="{TOP + 4}" text-anchor="end">{ends[1]}</text>'
        f'<text x="{LEFT}" y="{floor + 15}" text-anchor="middle">{first}</text>'
        f'<text x="{right}" y="{floor + 15}" text-anchor="end">{epochs}</text>'
        f'<text x="{(LEFT + right) / 2:.0f}" y="{floor + 28}" text-anchor="middle">epochs</text>'
    )


def _key(validated: bool) -> str:
    """Return what solid and dashed mean, where both are drawn."""
    if not validated:
        return ""
    y, right = TOP - 10, WIDTH - RIGHT
    return (
        f'<text x="{right}" y="{y}" text-anchor="end">validation</text>'
        f'<text x="{right - 90}" y="{y}" text-anchor="end">training</text>'
        f'<path d="M{right - 160} {y - 4}h22" stroke="{TRAINING}" stroke-width="2"/>'
        f'<path d="M{right - 82} {y - 4}h26" stroke="{VALIDATION}" stroke-width="2" '
        'stroke-dasharray="6 3"/>'
    )


def _curve(points: Sequence[Point], validation: bool) -> str:
    """Return a curve with a dot at each epoch, or at about 30 of them; dashed for validation."""
    if not points:
        return ""
    colour = VALIDATION if validation else TRAINING
    dashes = ' stroke-dasharray="6 3"' if validation else ""
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    every = max(len(points) // 30, 1)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
                   for x, y in points[::every])  # fmt: skip
    return (
        f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>{dots}'
    )
