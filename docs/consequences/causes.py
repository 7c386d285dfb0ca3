"""Figure and table of why a chief fell: one cause at a time, and what comes before and after. Drawn by `make.py`."""

from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import Final

import numpy as np
from courses import BLUE, GOLD, GREY, PURPLE, RED, panel, spread
from draw import Curve, Picture, Spec, ranges, side_by_side
from numpy.typing import NDArray
from page import Made
from tests.consequences.courts import Traces, one_cause, traces
from tests.consequences.runs import CAUSES, DONE, SEEDS, F, interval, seen
from words import Claim, changed, higher, level, more_often, same, share_of, signed, table, wilson

ORGAN: Final = "state_security"
YEARS_OF_FALLS: Final = 20
#: Courts of each cause: scapegoats are rare, so that theirs are more.
SEEDS_OF_FALLS: Final = {cause: range(1, 29 if cause == "scapegoat" else 8) for cause in CAUSES}
COLOURS: Final = {"scapegoat": RED, "rivalry": BLUE, "corruption": GOLD, "precaution": PURPLE, "failure": GREY}
LESS: Final = 0.9  #: threats count as fewer below this share of the paired run


_made: Final[dict[str, Traces]] = {}


def prepare(workers: int = 2) -> None:
    """Make the courts of every cause, several at a time."""
    missing = [cause for cause in CAUSES if cause not in _made]
    if missing:
        with ProcessPoolExecutor(workers) as pool:
            _made.update(zip(missing, pool.map(fallen, missing), strict=True))


def fallen(cause: str) -> Traces:
    """Chiefs of organs that people meet who fell for one cause alone."""
    if cause not in _made:
        _made[cause] = _fallen(cause)
    return _made[cause]


def _fallen(cause: str) -> Traces:
    return traces(one_cause(cause), SEEDS_OF_FALLS[cause], YEARS_OF_FALLS, cause=cause)


@cache
def threats_after(cause: str) -> F:
    """State security's share of threats after its chief's fall against the paired run, (seeds, weeks)."""
    longest = "long nothing" if cause == "scapegoat" else "nothing"
    rows = []
    for s in SEEDS:
        here, there = (seen(arm, s).of("threat_share", ORGAN)[DONE:] for arm in (f"{cause} falls", longest))
        rows.append(here / there[: here.size])
    return np.array(rows)


def fewer_weeks(cause: str) -> F:
    """For how many weeks a tenth or more of the threats is gone, a value a seed."""
    return np.asarray((threats_after(cause) < LESS).sum(axis=1), np.float64)


def ordered() -> NDArray[np.bool_]:
    """Which seeds had an order go out with the scapegoat."""
    return np.array([seen("scapegoat falls", s).kinds.get("order", 0) > 0 for s in SEEDS])


def weeks_apart() -> int:
    """How many weeks before the fall blame at a scapegoat's organ is above a rival's victim's, 95 % intervals apart, for good."""
    (_, _, low, _), (_, _, _, high) = (spread(fallen(c).path, -51) for c in ("scapegoat", "rivalry"))
    together = np.flatnonzero(low <= high)
    return int(51 - (together[-1] + 1 if together.size else 0)) if together.size < 52 else 0


def purge_causes() -> Made:
    """The year before a fall and what follows it, by its cause."""
    before: dict[str, Curve] = {c: spread(fallen(c).path, -51) for c in ("scapegoat", "rivalry", "precaution")}
    left = panel(
        before,
        "blame that the leader sees at the organ, 95 % intervals",
        [COLOURS[c] for c in before],
        "Before: anger rises ahead of a scapegoat",
        x="weeks before the fall",
        domain=(0.0, 1.05),
    )
    quiet = np.concatenate([threats_after(c)[:, : 104 - DONE] for c in CAUSES if c != "scapegoat"])
    softer = threats_after("scapegoat")
    after: dict[str, Curve] = {
        "with an order": _range(softer[ordered()]),
        "other causes": _range(quiet),
    }
    right = panel(
        after,
        "state security's share of threats against the paired run",
        [RED, GREY],
        "After: only an order softens guards",
        x="weeks after the fall",
        domain=(0.0, 1.1),
    )
    shares = [
        _shares(name, title)
        for name, title in (
            ("denounced", "denounced in the year before"),
            ("order", "an order to the organ within eight weeks"),
            ("gained", "the denouncer rises within half a year"),
            ("back", "back in a post within two years"),
        )
    ]
    years = [YEARS_OF_FALLS * len(SEEDS_OF_FALLS[c]) for c in ("rivalry", "scapegoat")]
    picture = Picture(
        "purge-causes",
        "Why a chief fell: what comes before and what follows",
        side_by_side(left, right, *shares),
        f"Custodes. Threats after: dprk/2017, {len(SEEDS)} paired runs, mean and range.\n"
        f"All else: {years[0]} years of courts for each cause, {years[1]} for scapegoats, with that cause alone. Simulated, not observed.",
    )
    return Made(picture, tuple(_cause_claims()), {"numbers": _cause_table(), "sentences": _cause_sentences()})


def _range(rows: F) -> Curve:
    return np.arange(rows.shape[1]), rows.mean(axis=0), rows.min(axis=0), rows.max(axis=0)


def _shares(name: str, title: str) -> Spec:
    rows = []
    for cause in CAUSES:
        values = getattr(fallen(cause), name)
        rows.append((cause, float(values.mean()), *wilson(int(values.sum()), values.size), COLOURS[cause]))
    return ranges(rows, x="", title=title, width=400, form=".0%", domain=(-0.02, 1.0), zero=False)


def _cause_claims() -> list[Claim]:
    scapegoat, rival, feared = (fallen(c) for c in ("scapegoat", "rivalry", "precaution"))
    claims = [
        higher("more blame before a scapegoat than before a rival's victim", scapegoat.blame, rival.blame),
        more_often(
            "a denunciation before a rival's victim more often than before a scapegoat",
            rival.denounced,
            scapegoat.denounced,
        ),
        more_often(
            "the denouncer rises after a rival's victim more often than after a scapegoat",
            rival.gained,
            scapegoat.gained,
        ),
        more_often("an order follows a scapegoat more often than a rival's victim", scapegoat.order, rival.order),
        higher(
            "more suspicion before a fall from fear than before a rival's victim", feared.suspicion, rival.suspicion
        ),
        more_often("a rival's victim comes back more often than one who was feared", rival.back, feared.back),
        changed(
            "where an order went out, threats fall (weeks 9 to 14)",
            np.log(threats_after("scapegoat")[ordered()][:, 9:15].mean(axis=1)),
            -1,
        ),
    ]
    for cause in ("rivalry", "precaution"):
        logs = np.log(threats_after(cause)[:, :65].mean(axis=1))
        claims.append(same(f"after a fall from {cause} threats go on as before", logs, 0.01))
    return claims


def _cause_table() -> str:
    heads = [
        "only cause",
        "falls",
        "blame before",
        "suspicion before",
        "denounced in the year before",
        "an order within 8 weeks",
        "weeks with a tenth fewer threats",
        "denouncer promoted",
        "back within 104 weeks",
        "deputies changed after 26 weeks",
    ]
    rows = []
    for cause in CAUSES:
        t, weeks = fallen(cause), fewer_weeks(cause)
        rows.append(
            [
                cause,
                f"{t.blame.size}",
                level(t.blame),
                level(t.suspicion),
                *(share_of(v) for v in (t.denounced, t.order)),
                level(weeks, 0) if weeks.any() else "0",
                *(share_of(v) for v in (t.gained, t.back)),
                _percents(t.deputies),
            ]
        )
    return table(heads, rows)


def _percents(values: F) -> str:
    m, low, high = (100.0 * v for v in interval(values))
    return f"{m:.0f} % ({low:.0f} to {high:.0f})"


def _cause_sentences() -> str:
    scapegoat, rival = fallen("scapegoat"), fallen("rivalry")
    others_rise = max(float(fallen(c).gained.mean()) for c in CAUSES if c != "rivalry")
    last = rival.since[rival.since < 9999]
    weeks, with_order = fewer_weeks("scapegoat"), ordered()
    softer = threats_after("scapegoat")[with_order]
    lowest = int(softer.mean(axis=0).argmin())
    others = max(float(np.abs(threats_after(c)[:, :65] - 1.0).max()) for c in CAUSES if c != "scapegoat")
    early = weeks_apart()
    return (
        f"**Before.** Blame at the organ of a scapegoat parts from that of a rival's victim {_weeks(early)} before the fall (95 % "
        f"intervals apart from then on) and stands at {scapegoat.blame.mean():.2f} against {rival.blame.mean():.2f} in the week of the "
        f"fall: what makes a scapegoat is one scandal, and it is quick. "
        f"Before a rival's victim the last denunciation lies {np.median(last):.0f} "
        f"weeks back in the median (nine of ten within {np.quantile(last, 0.9):.0f}); {100 * rival.denounced.mean():.0f} % of the victims "
        f"were denounced within a year, {100 * scapegoat.denounced.mean():.0f} % of the scapegoats, "
        f"{100 * fallen('precaution').denounced.mean():.0f} % of those who were feared.\n\n"
        f"**After.** An order went out in {int(with_order.sum())} of {len(SEEDS)} countries in which state security's chief fell as a "
        f"scapegoat ({share_of(scapegoat.order)} in the courts). There, a tenth or more of the threats is gone for "
        f"{level(weeks[with_order], 0)} weeks of the {softer.shape[1]} that were watched, most of all in week {lowest} "
        f"({signed(100 * (softer.mean(axis=0).min() - 1), 0)} %); without an order for none"
        f"{'' if weeks[~with_order].sum() == 0 else ' but ' + str(int(weeks[~with_order].sum()))}. After a fall for any other cause no "
        f"week of a year and a quarter differs by more than {100 * others:.1f} %. So the traces part {_weeks(early)} before the fall "
        f"by blame, and for {level(weeks[with_order], 0)} weeks after it by what guards do; who rises then parts a rival's work "
        f"({share_of(rival.gained)}) from all else (at most {100 * others_rise:.0f} %)."
    )


def _weeks(n: int) -> str:
    return "one week" if n == 1 else f"{n} weeks"


ALL = {"purge-causes": purge_causes}
