"""Figures and measured numbers of what takes years: rations that stop, promises, sanctions and growth. Drawn by `make.py`."""

from collections.abc import Callable
from typing import Final

import numpy as np
from courses import BLUE, GOLD, GREEN, GREY, RED, Row, course, four, numbers_of, panel, series, source
from draw import Curve, Picture, Spec, side_by_side
from page import Made
from tests.consequences.runs import COUNTRY, DONE, SEEDS, F, Seen, mean, pairs, ratios, seen
from words import Claim, changed, difference, factor, moved, seldom, share, table, wilson

# --- 10 ---------------------------------------------------------------------------------------------------------------

WAYS = (("no rations", RED), ("empty pool", BLUE), ("bad harvests", GOLD))


def _in_capital(run: Seen) -> F:
    return run.table.arrays["private_support"][:, run.table.provinces.index("Pyongyang")]


def rations() -> Made:
    """Rations that stop, three ways, over three years."""
    colours = [c for _, c in WAYS]

    def ways(what: Callable[[Seen], F], how: str, smooth: int = 4) -> dict[str, Curve]:
        return {arm: course(what, arm, "long nothing", how=how, smooth=smooth) for arm, _ in WAYS}

    def way(lines: dict[str, Curve], y: str, title: str) -> Spec:
        return panel(lines, y, colours, title)

    against, scale = "per cent against rations that go on", "difference, on a scale from −1 to 1"
    charts = [
        way(ways(series("market_labour_share"), "percent"), against, "Labour in the market"),
        way(ways(series("informal_income_share"), "percent", 13), against, "Informal share of income"),
        way(ways(series("private_support"), "difference"), scale, "Private support, the country"),
        way(ways(_in_capital, "difference"), scale, "Private support, the capital"),
    ]
    rows: list[Row] = []
    for name, label in (
        ("ration_grams_per_day", "ration of those served"),
        ("market_labour_share", "labour in the market"),
        ("informal_income_share", "informal share of income"),
        ("rice_price_won", "rice price"),
        ("media", "recent foreign media"),
        ("control_capacity", "control"),
    ):
        for year, span in ((1, (0, 51)), (3, (104, 155))):
            rows.append(
                (
                    f"{label}, year {year}",
                    *(factor(ratios(mean(name, *span), arm, "long nothing")) for arm in ("no rations", "empty pool")),
                )
            )
    for year, span in ((1, (0, 51)), (3, (104, 155))):
        rows.append(
            (
                f"private support, year {year}, difference",
                *(
                    four(pairs(mean("private_support", *span), arm, "long nothing"))
                    for arm in ("no rations", "empty pool")
                ),
            )
        )

    def third(run: Seen) -> float:
        return float(_in_capital(run)[DONE + 104 :].mean())

    rows.append(
        (
            "private support in the capital, year 3, difference",
            *(four(pairs(third, arm, "long nothing")) for arm in ("no rations", "empty pool")),
        )
    )
    picture = Picture("rations", "Rations that stop", side_by_side(*charts), source())
    return numbers_of(picture, rows, ("no rations", "empty pool"), _ration_claims(third), _ration_sentences())


def _ration_sentences() -> str:
    hungry, quiet = ([seen(arm, s) for s in SEEDS] for arm in ("bad harvests", "long nothing"))
    contested = sum(run.kinds.get("uprising", 0) > 0 for run in hungry)
    crowds = [np.mean([run.kinds.get("incident", 0) for run in runs]) for runs in (hungry, quiet)]
    belief = pairs(mean("private_support", 104, 155), "bad harvests", "long nothing")
    return (
        f"With harvests at .7 and no imports the third year's support is {difference(belief)} against rations that "
        "go on. In these three years such runs "
        f"see {crowds[0]:.0f} crowds on the mean, against {crowds[1]:.0f}, and {share(contested, len(SEEDS))} are contested by an uprising."
    )


def _ration_claims(in_capital: Callable[[Seen], float]) -> list[Claim]:
    year_3, claims = (104, 155), []
    for arm in ("no rations", "empty pool"):
        claims += [
            changed(f"{arm}: {says}, year 3", ratios(mean(name, *year_3), arm, "long nothing"), sign)
            for says, name, sign in (
                ("more labour in the market", "market_labour_share", 1),
                ("more informal income", "informal_income_share", 1),
                ("control weakens", "control_capacity", -1),
            )
        ]
        claims += [
            moved(f"{arm}: belief in the capital falls", pairs(in_capital, arm, "long nothing"), -1),
            moved(
                f"{arm}: belief in the country falls", pairs(mean("private_support", *year_3), arm, "long nothing"), -1
            ),
        ]
    return claims


# --- 12 ---------------------------------------------------------------------------------------------------------------

FREE: Final = tuple(range(1, 25))  #: seeds of the country as it was
BASE_RATE: Final = 0.023  #: breakdowns a year of regimes of this type, 1946 to 2010


def growth() -> Made:
    """Promise, sanctions and growth; how runs of the country as it was end."""
    arms = (("promise", GOLD), ("sanctions", RED), ("growth", GREEN))
    colours = [c for _, c in arms]

    def all_arms(name: str, how: str) -> dict[str, Curve]:
        return {arm: course(series(name), arm, "nothing", how=how, smooth=4) for arm, _ in arms}

    charts = [
        panel(all_arms("private_support", "difference"), "difference, −1 to 1", colours, "Support of the people"),
        panel(all_arms("official_loyalty", "difference"), "difference, 0 to 1", colours, "Loyalty of officials"),
        panel(all_arms("household_money_won", "percent"), "per cent against no change", colours, "Cash of households"),
        _standing(),
    ]
    picture = Picture(
        "growth", "Promise and growth", side_by_side(*charts), f"{source()} Last panel: {len(FREE)} free runs."
    )
    return Made(picture, tuple(_growth_claims()), {"numbers": _growth_numbers(), "sentences": _growth_sentences()})


def _ends() -> list[int]:
    """Week of the breakdown of each free run that broke down."""
    runs = [seen("as it was", s) for s in FREE]
    return sorted(run.fell_week for run in runs if run.fell)


def _standing() -> Spec:
    weeks = np.arange(261)
    stands = 1.0 - np.searchsorted(np.array(_ends()), weeks, side="right") / len(FREE)
    years = weeks / 52.0
    lines = {"the model": (years, stands), "regimes of this type": (years, np.exp(-BASE_RATE * years))}
    return panel(
        lines,
        "share of free runs without a breakdown, by year",
        (BLUE, GREY),
        "Most runs do not end",
        x="years",
        domain=(0.0, 1.05),
        form=".0%",
    )


def _growth_claims() -> list[Claim]:
    support, loyalty = (mean(name, 52, 77) for name in ("private_support", "official_loyalty"))
    early = mean("private_support", 0, 12)
    return [
        moved("after a promise that is not kept support falls", pairs(support, "promise"), -1, 4),
        moved(
            "support goes on falling after the promise (late less early)",
            pairs(support, "promise") - pairs(early, "promise"),
            -1,
            4,
        ),
        moved("under sanctions support falls", pairs(support, "sanctions"), -1, 4),
        moved("under sanctions officials' loyalty falls", pairs(loyalty, "sanctions"), -1),
        moved("growth raises support", pairs(support, "growth"), 1, 4),
        moved("growth raises officials' loyalty", pairs(loyalty, "growth"), 1),
        seldom("fewer than a quarter of free five-year runs break down", len(_ends()), len(FREE), 0.25),
    ]


def _growth_numbers() -> str:
    rows: list[Row] = []
    for a, b in ((0, 12), (26, 51), (52, 77)):
        rows.append(
            (
                f"private support, weeks {a} to {b}, difference",
                *(four(pairs(mean("private_support", a, b), arm)) for arm in ("promise", "growth")),
            )
        )
    money_then = mean("household_money_won", 52, 77)
    rows.append(
        ("household money, weeks 52 to 77", *(factor(ratios(money_then, arm)) for arm in ("promise", "growth")))
    )
    return table(["against the paired run", "promise", "growth"], rows)


def _growth_sentences() -> str:
    ended, n = len(_ends()), len(FREE)
    low, high = wilson(ended, n)
    base = 1.0 - float(np.exp(-5.0 * BASE_RATE))
    inside = "holds" if low <= base <= high else "does not hold"
    crowds = np.array([seen("as it was", s).kinds.get("incident", 0) / 5.0 for s in FREE])
    cost = -pairs(mean("private_support", 52, 77), "promise").mean() / 0.0075
    return (
        f"After a year and a half {100 * cost:.0f} % of what a promise can cost has come. "
        f"Of {n} free five-year runs of `{COUNTRY}`, with its own measures, a leader who reacts, and a court, "
        f"{ended} broke down: {100 * ended / n:.1f} %, and with 95 % certainty of chance alone between {100 * low:.0f} and "
        f"{100 * high:.0f} %. That interval {inside} the base rate of this type of regime, {100 * base:.0f} % in five years. "
        f"A forecast from these runs is therefore: it most likely stands. They had {crowds.mean():.1f} crowds a year "
        f"({crowds.min():.1f} to {crowds.max():.1f} from run to run)."
    )


ALL = {"rations": rations, "growth": growth}
