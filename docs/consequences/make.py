"""Draw every figure of these pages and fill in their numbers: `python docs/consequences/make.py` (about five minutes).

`python docs/consequences/make.py pay kuran` makes only those. The runs are those of `tests/consequences/runs.py`; seeds are fixed, so
the same code gives the same figures.
"""

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import effects  # noqa: E402
import literature  # noqa: E402
from tests.consequences import runs  # noqa: E402

BEGIN, END = "<!-- numbers: written by make.py -->", "<!-- end of numbers -->"


def main(wanted: list[str]) -> None:
    """Make the named figures, or all."""
    with tempfile.TemporaryDirectory() as shelf:
        runs.shelf = Path(shelf)
        for function in literature.ALL:
            name = function.__name__.replace("_", "-")
            if not wanted or name in wanted:
                print(function().write(HERE).name, flush=True)
        for name, (effect, heads) in effects.ALL.items():
            if not wanted or name in wanted:
                picture, rows = effect()
                print(picture.write(HERE).name, flush=True)
                fill(HERE / f"{name}.md", table(rows, heads))


def table(rows: list[effects.Row], heads: tuple[str, str]) -> str:
    """Numbers as a Markdown table; a column without a heading is left out."""
    columns = [h for h in heads if h]
    lines = ["| against the paired run | " + " | ".join(columns) + " |", "| --- |" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(row[: 1 + len(columns)]) + " |" for row in rows]
    return "\n".join(lines)


def fill(page: Path, numbers: str) -> None:
    """Write the numbers between their marks."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{numbers}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
