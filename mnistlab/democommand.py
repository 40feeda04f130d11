"""The command that makes the draw-a-digit page: parse, call, print.

mnistlab demo runs/mine --out page.html             one network
mnistlab demo runs/before runs/after --out page.html   two, side by side
"""

from typing import Annotated, Any

import typer

from mnistlab.commandline import command, option, whole


@command
def demo(
    runs: Annotated[list[str], typer.Argument(help="The folder of a run; or two, to compare.",
                                              metavar="RUN [RUN_B]")],
    out: Annotated[str, typer.Option(help="The HTML file to write; replaced where it is there.",
                                     metavar="FILE")] = "page.html",
    images: Annotated[
        Any, option("How many test images go into the page. [default: 200]", whole, "N")
    ] = None,
    path: Annotated[
        str | None, option("The file that holds the data set, where it is your own.",
                           metavar="FILE")
    ] = None,
) -> None:  # fmt: skip
    """Make a page on which digits can be drawn for a trained network: one HTML file."""
    from mnistlab.results import ExperimentResult

    first, *others = [ExperimentResult.load(folder) for folder in runs]
    count = 200 if images is None else images
    page = first.draw(*others, out=out, images=count, path=path)
    size = len(page.html.encode()) / 1e6
    print(f"{page.title}\n{page.path}, {size:.1f} MB: open it in a browser")
