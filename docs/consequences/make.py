"""Draw every figure of these pages and write their numbers and verdicts: `python docs/consequences/make.py` (about ten minutes).

`python docs/consequences/make.py pay kuran` makes only those. The runs are those of `tests/consequences`; seeds are fixed, so
the same code gives the same figures. What stands between marks in a page, and the last column of the first page, is written
here and nowhere else.
"""

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import causes  # noqa: E402
import effects  # noqa: E402
import literature  # noqa: E402
import outside  # noqa: E402
import years  # noqa: E402
from tests.consequences import courts, runs  # noqa: E402

import court  # noqa: E402

PAGES = effects.ALL | years.ALL | causes.ALL | court.ALL | outside.ALL
#: What each page's runs are, so that they can be made several at a time.
ARMS = {
    "rights-order": ["nothing", "order", "order with purge", "order renewed", "fed", "fed and order"],
    "pay": ["nothing", "half a wage", "living wage", "revenue cut"],
    "rights-talk": ["nothing", "rights talk"],
    "rations": ["long nothing", "no rations", "empty pool", "bad harvests"],
    "growth": ["nothing", "promise", "sanctions", "growth"],
    "purge-causes": ["nothing", "long nothing", *(f"{cause} falls" for cause in runs.CAUSES)],
    "purges": ["nothing", "security purged"],
    "army": ["nothing", "army slighted"],
    "edict": ["nothing", "edict", "superiors demand more", "officials keep more"],
    "leader-answer": ["rights talk"],
    "interaction": ["nothing", "sanctions", "rights talk", "both"],
    "engagement": ["nothing", "sanctions", "sanctions and aid"],
    "crisis-ladder": ["many flee", "few flee"],
}
#: Pages with more runs of some arms, and pages with courts alone.
MORE = {
    "growth": (("as it was",), years.FREE),
    "leader-answer": (("leader", outside.TALK), outside.ANSWERED),
}
COURTS = {
    "purges": ("nothing", "guard purged"),
    "envoys": ("nothing", "one defects", court.RECALLED),
}


def main(wanted: list[str]) -> None:
    """Make the named figures and pages, or all."""
    with tempfile.TemporaryDirectory() as shelf:
        runs.shelf = Path(shelf)
        for function in literature.ALL:
            name = function.__name__.replace("_", "-")
            if not wanted or name in wanted:
                print(function().write(HERE).name, flush=True)
        for name, page in PAGES.items():
            if not wanted or name in wanted:
                prepare(name)
                page().write(HERE)
                print(f"{name}.md", flush=True)


def prepare(name: str) -> None:
    """Make the runs of a page that are not made yet."""
    wanted = [(arm, seed) for arm in ARMS.get(name, ()) for seed in runs.SEEDS]
    arms, seeds = MORE.get(name, ((), ()))
    runs.prepare(dict.fromkeys(wanted + [(arm, seed) for arm in arms for seed in seeds]))
    courts.prepare(COURTS.get(name, ()), court.PAIRS)
    if name == "purge-causes":
        causes.prepare()


if __name__ == "__main__":
    main(sys.argv[1:])
