"""How the documentation is built: nothing is fetched, every shown result is computed."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

from varstat import __version__

# Cells run `varstat` as a reader would: the one of this environment, in a plain terminal.
os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
os.environ |= {"COLUMNS": "88", "NO_COLOR": "1", "TERM": "dumb"}

project = "varstat"
author = "the varstat authors"
release = __version__
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "mathml",
    "command_line",
]
exclude_patterns = ["_build", "_ext", "Thumbs.db", ".DS_Store"]
nitpicky = True
# A word in single backticks is a name; those with a page of their own are linked by hand.
default_role = "code"

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 600
nb_merge_streams = True
nb_ipywidgets_js = {}

autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

# A command that runs over two lines is more than the highlighter of cells knows.
suppress_warnings = ["misc.highlighting_failure"]

html_math_renderer = "mathml"
html_theme = "pydata_sphinx_theme"
html_title = f"varstat {release}"
html_static_path = ["_static"]
html_css_files = ["varstat.css"]
# Six pages stand in the header; a column of links beside the text would only narrow it.
html_sidebars = {"**": []}
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_theme_options = {
    "navigation_with_keys": False,
    "show_prev_next": True,
    "show_toc_level": 2,
    "footer_start": [],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "header_links_before_dropdown": 6,
}
