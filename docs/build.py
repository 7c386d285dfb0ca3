"""Build the documentation: `python docs/build.py FOLDER` (default `site`). Warnings are errors.

The code blocks of the pages are executed by `tests/house/test_docs.py`.
"""

import sys
from pathlib import Path

from sphinx.cmd.build import main

if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    target = sys.argv[1] if len(sys.argv) > 1 else "site"
    sys.exit(main(["-W", "--keep-going", "-q", "-b", "html", str(here), target]))
