"""Sphinx: Markdown pages, reference from docstrings, a theme that asks nothing of the network."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import custodes

project = "Custodes"
author = "The Custodes maintainers"
copyright = "The Custodes maintainers, Apache-2.0"  # noqa: A001
release = version = custodes.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_preserve_defaults = True
html_theme = "furo"
html_title = "Custodes"
html_show_sphinx = False
html_math_renderer = "mathjax"


def setup(app: Any) -> None:
    """Fill the tables of the reference."""
    from tables import fill

    app.connect("source-read", fill)
