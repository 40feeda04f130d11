"""A notebook as a page to read without Jupyter: nbconvert's, with colours that everyone can read.

nbconvert's prompts and the colours of its comments and operators are too pale on its grey.
"""

from pathlib import Path

from nbconvert import HTMLExporter

# contrast of at least 4.5 : 1 on the grey of code cells
COLOURS = """<style>
.highlight [class^="c"], .highlight .cm-comment { color: #2f6666 !important }
.highlight [class^="m"] { color: #006400 !important }
.highlight [class^="k"] { color: #005f00 !important }
.highlight .o, .highlight .ow { color: #7a1fa2 !important }
.jp-RenderedHTMLCommon a { text-decoration: underline }
</style>
</head>"""


def page(path: Path, formulas: bool = True) -> Path:
    """Write the page of a notebook beside it; return the page's path.

    Args:
        path: the .ipynb, with outputs or without.
        formulas: whether the page fetches MathJax, which sets them, when it is opened.
    """
    exporter = HTMLExporter(require_js_url="", jquery_url="", exclude_input_prompt=True,
                            exclude_output_prompt=True)  # fmt: skip
    if not formulas:
        exporter.mathjax_url = ""
    text, _ = exporter.from_filename(str(path))
    target = path.with_suffix(".html")
    target.write_text(text.replace("</head>", COLOURS, 1), encoding="utf-8")
    return target
