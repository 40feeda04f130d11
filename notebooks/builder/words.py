"""What the builder says when a source can't be built, and the words that sources may use."""


class BuildError(Exception):
    """A source that can't be built: which file, which cell, and what to change."""


def sizes(layers: tuple[int, ...]) -> str:
    """Return "784-512-10".

    Example:
        >>> sizes((784, 512, 10))
        '784-512-10'
    """
    return "-".join(str(units) for units in layers)
