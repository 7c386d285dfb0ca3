"""Figures and measured numbers of the five consequences, from the very runs that the tests use. Drawn by `make.py`."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from draw import Curve, Picture, Spec, curves, side_by_side
from tests.consequences.runs import (
    COUNTRY,
    DONE,
    GUARDS,
    MORE_SEEDS,
    SEEDS,
    F,
    K,
    Seen,
    interval,
    mean,
    pairs,
    ratios,
    seen,
)

RED, BLUE, GREEN, PURPLE, GOLD, GREY, INK = "#b2182b", "#1f66a8", "#4d8c3f", "#6a3d9a", "#a67c00", "#8a8a8a", "#222222"
#: What a throw-away prototype had: weeks after the order, threats as a share of before.
PROTOTYPE = ((1, 4, 8, 13, 43, 70), (0.65, 0.38, 0.30, 0.28, 0.44, 0.63))
LAST_YEAR = (26, 77)
Row = tuple[str, str, str]


def source(seeds: Sequence[int]) -> str:
    """The line under a figure."""
    return (
        f"Custodes, {COUNTRY} with nothing done after its start but the deed, sample 1/{K}; mean and range of {len(seeds)} paired "
        f"runs, seeds {seeds[0]} to {seeds[-1]}. Simulated, not observed."
    )


def series(name: str, organ: str | None = None) -> Callable[[Seen], F]:
    """A national series."""
    return lambda run: run.of(name, organ)


def course(
    what: Callable[[Seen], F],
    arm: str,
    other: str | None = None,
    *,
    seeds: Sequence[int] = SEEDS,
    smooth: int = 1,
    how: str = "ratio",
    first: int = -10,
) -> Curve:
    """Weeks after the deed, mean, lowest and highest over seeds; against another arm as `ratio`, `percent` or `difference`."""
    rows = []
    for seed in seeds:
        here = _smooth(what(seen(arm, seed)), smooth)
        if other is not None:
            there = _smooth(what(seen(other, seed)), smooth)
            here = (
                here - there
                if how == "difference"
                else here / there
                if how == "ratio"
                else 100.0 * (here / there - 1.0)
            )
        rows.append(here)
    values = np.array(rows)[:, DONE + first :]
    return np.arange(first, first + values.shape[1]), values.mean(axis=0), values.min(axis=0), values.max(axis=0)


def _smooth(values: F, weeks: int) -> F:
    """Mean of the last `weeks` weeks."""
    total = np.cumsum(np.concatenate([[0.0], values]))
    ends = np.arange(1, values.size + 1)
    starts = np.maximum(0, ends - weeks)
    return (total[ends] - total[starts]) / (ends - starts)


def _panel(lines: dict[str, Curve], y: str, colours: Sequence[str], title: str, **more: Any) -> Spec:
    return curves(
        lines,
        x="weeks after the deed",
        y=y,
        colours=colours,
        title=title,
        width=400,
        height=215,
        **{"room": 0.4, **more},
    )


# --- 1 ----------------------------------------------------------------------------------------------------------------


def rights_order() -> tuple[Picture, list[Row]]:
    """Threats, takings, and guards who are fed."""
    organ = "state_security"
    share = {
        name: course(series("threat_share", organ), name, "nothing")
        for name in ("order", "order with purge", "order renewed")
    }
    share["prototype"] = (np.array(PROTOTYPE[0]), np.array(PROTOTYPE[1]))
    left = _panel(
        share,
        "share of approaches, as a part of before",
        (BLUE, RED, PURPLE, GREY),
        "Threats give way, and return",
        domain=(0.0, 1.1),
    )
    both = {
        label: course(series(name, organ), "order with purge", "nothing", smooth=5)
        for name, label in (
            ("bribes_won", "takings"),
            ("threats", "threats"),
            ("guard_effort", "time spent collecting"),
        )
    }
    right = _panel(
        both,
        "as a part of the country without the order",
        (GOLD, RED, BLUE),
        "Takings fall less than threats",
        domain=(0.0, 1.6),
    )
    count = {
        label: course(series("threats", organ), arm, seeds=SEEDS, smooth=5)
        for arm, label in (
            ("nothing", "unfed, no order"),
            ("order", "unfed, order"),
            ("fed", "fed, no order"),
            ("fed and order", "fed, order"),
        )
    }
    count = {k: (c[0], *(v / 1000.0 for v in c[1:])) for k, c in count.items()}
    below = _panel(
        count,
        "thousand threats a week of state security",
        (GREY, RED, GREEN, BLUE),
        "Whoever is fed has little to give up",
        domain=(0.0, 80.0),
    )
    risk = {
        name: course(series("perceived_enforcement", organ), name)
        for name in ("order", "order with purge", "order renewed")
    }
    expected = _panel(
        risk, "punishment expected for a threat", (BLUE, RED, PURPLE), "What guards come to expect", form=".0%"
    )
    picture = Picture(
        "rights-order",
        "An order with punishments: guards plead, and threaten again when it lapses",
        side_by_side(left, right, below, expected),
        f"State security. {source(SEEDS)}",
    )
    return picture, _order_numbers()


def _order_numbers() -> list[Row]:
    rows: list[Row] = []
    for week, before in zip(*PROTOTYPE, strict=True):
        cells = [
            _factor(
                ratios(
                    _both(mean("threat_share", week, week, GUARDS[0]), mean("threat_share", week, week, GUARDS[1])), arm
                )
            )
            for arm in ("order", "order with purge")
        ]
        rows.append((f"threat share, week {week} (prototype {before:.2f})", *cells))
    for name, label in (
        ("threats", "threats"),
        ("bribes_won", "takings"),
        ("guard_effort", "time spent collecting"),
        ("control_capacity", "control"),
    ):
        both = _both(mean(name, 4, 30, GUARDS[0]), mean(name, 4, 30, GUARDS[1]))
        rows.append((f"{label}, weeks 4 to 30", *(_factor(ratios(both, arm)) for arm in ("order", "order with purge"))))
    nation = [_factor(ratios(mean("bribes_won", 0, 51), arm)) for arm in ("order", "order with purge")]
    rows.append(("takings of all organs, first year (prototype 0.99)", *nation))
    lost = [
        pairs(_sum(mean("threats", 4, 30, GUARDS[0]), mean("threats", 4, 30, GUARDS[1])), a, b)
        for a, b in (("order", "nothing"), ("fed and order", "fed"))
    ]
    rows.append(("threats a week lost to the order: unfed; fed", f"{_number(lost[0])}", f"{_number(lost[1])}"))
    return rows


def _both(a: Callable[[Seen], float], b: Callable[[Seen], float]) -> Callable[[Seen], float]:
    """Geometric mean of the two organs that got the order."""
    return lambda run: float(np.sqrt(a(run) * b(run)))


def _sum(a: Callable[[Seen], float], b: Callable[[Seen], float]) -> Callable[[Seen], float]:
    return lambda run: a(run) + b(run)


# --- 2 ----------------------------------------------------------------------------------------------------------------


def pay() -> tuple[Picture, list[Row]]:
    """Dose and answer of pay; a cut of revenue over time."""
    extra = np.array([0.0, 0.35, 0.70])
    dose = {}
    for organ in (*GUARDS, "cadres"):
        takings = [
            [_per_agent(seen(arm, s), organ) for s in SEEDS] for arm in ("nothing", "half a wage", "living wage")
        ]
        v = np.array(takings) / 1000.0
        dose[organ.replace("_", " ")] = (extra, v.mean(axis=1), v.min(axis=1), v.max(axis=1))
    top = float(dose["state security"][1][0])
    left = curves(
        dose,
        x="extra pay, share of need",
        y="takings of an agent, thousand won a week",
        colours=(PURPLE, BLUE, GOLD),
        title="The more they are paid, the less they take",
        width=400,
        height=215,
        points=True,
        label_at={"state security": (0.36, 112.0), "police": (0.42, 82.0), "cadres": (0.36, 52.0)},
        domain=(0.0, 1.15 * max(top, float(dose["police"][1][0]))),
    )
    wage = {
        label: course(series(name), "living wage", "nothing", smooth=5, how="percent")
        for name, label in (("bribes_won", "takings"), ("control_capacity", "control"), ("anger", "anger"))
    }
    middle = _panel(wage, "per cent against no change", (GOLD, BLUE, RED), "A living wage, all organs")
    cut = {
        label: course(series(name, "state_security"), "revenue cut", "nothing", smooth=9, how="percent")
        for name, label in (
            ("bribes_won", "takings"),
            ("guard_effort", "time spent collecting"),
            ("control_capacity", "control"),
        )
    }
    right = _panel(
        cut,
        "per cent against no change, state security",
        (GOLD, RED, BLUE),
        "Own revenue cut by three quarters",
        domain=(-12.0, 12.0),
    )
    anger = {"anger": course(series("anger"), "revenue cut", "nothing", smooth=9, how="percent")}
    last = _panel(
        anger,
        "per cent against no change, whole country",
        (RED,),
        "Anger over extortion under the cut",
        domain=(-0.5, 1.5),
    )
    return Picture(
        "pay", "Pay that feeds, revenue that is blocked", side_by_side(left, middle, right, last), source(SEEDS)
    ), _pay_numbers()


def _per_agent(run: Seen, organ: str) -> float:
    last = slice(DONE + LAST_YEAR[0], None)
    return float((run.of("bribes_won", organ)[last] / run.of("guard_staff", organ)[last]).mean())


def _pay_numbers() -> list[Row]:
    rows: list[Row] = []
    for name, label in (
        ("bribes_won", "takings"),
        ("threats", "threats"),
        ("control_capacity", "control (state security and police)"),
        ("anger", "anger"),
    ):
        rows.append(
            (f"{label}, all", *(_factor(ratios(mean(name, *LAST_YEAR), arm)) for arm in ("living wage", "revenue cut")))
        )
    for organ in (*GUARDS, "cadres"):
        for name, label in (
            ("bribes_won", "takings"),
            ("guard_effort", "time spent collecting"),
            ("control_capacity", "control"),
        ):
            rows.append(
                (
                    f"{label}, {organ.replace('_', ' ')}",
                    *(_factor(ratios(mean(name, *LAST_YEAR, organ), arm)) for arm in ("living wage", "revenue cut")),
                )
            )
    return rows


# --- 3 ----------------------------------------------------------------------------------------------------------------


def _resentment(run: Seen) -> F:
    return run.of("anger") / run.of("victim_memory")


def rights_talk() -> tuple[Picture, list[Row]]:
    """What a campaign of rights talk does."""
    wrong = {
        "anger / memory": course(_resentment, "rights talk", "nothing", how="percent"),
        "anger": course(series("anger"), "rights talk", "nothing", how="percent"),
        "memory of extortion": course(series("victim_memory"), "rights talk", "nothing", how="percent"),
    }
    left = _panel(
        wrong,
        "per cent against no campaign",
        (RED, GOLD, GREY),
        "The same wrong is resented more",
        domain=(-12.0, 28.0),
    )
    demands = {
        label: course(series(name), "rights talk", "nothing", smooth=5, how="percent")
        for name, label in (
            ("refusals", "refusals"),
            ("bribes_won", "takings"),
            ("guard_effort", "time spent collecting"),
        )
    }
    right = _panel(demands, "per cent against no campaign", (RED, GOLD, BLUE), "More is refused", domain=(-20.0, 110.0))
    rows: list[Row] = []
    for name, label in (
        ("awareness", "awareness of rights talk"),
        ("refusals", "refusals"),
        ("bribes_won", "takings"),
        ("victim_memory", "memory of extortion"),
        ("anger", "anger"),
        ("guard_effort", "time spent collecting"),
        ("control_capacity", "control"),
        ("fear", "fear"),
    ):
        rows.append((label, _factor(ratios(mean(name, *LAST_YEAR), "rights talk")), ""))
    one = ratios(lambda r: float(_resentment(r)[DONE + LAST_YEAR[0] :].mean()), "rights talk")
    rows.insert(3, ("anger for a unit of memory", _factor(one), ""))
    rows.append(
        ("private support, difference", _difference(pairs(mean("private_support", *LAST_YEAR), "rights talk")), "")
    )
    return Picture(
        "rights-talk", "Talk of rights: more resentment, more refusals", side_by_side(left, right), source(SEEDS)
    ), rows


# --- 10 ---------------------------------------------------------------------------------------------------------------

WAYS = (("no rations", RED), ("empty pool", BLUE), ("bad harvests", GOLD))


def _in_capital(run: Seen) -> F:
    return run.table.arrays["private_support"][:, run.table.provinces.index("Pyongyang")]


def rations() -> tuple[Picture, list[Row]]:
    """Rations that stop, three ways, over three years."""
    colours = [c for _, c in WAYS]

    def ways(what: Callable[[Seen], F], how: str, smooth: int = 4) -> dict[str, Curve]:
        return {arm: course(what, arm, "long nothing", seeds=MORE_SEEDS, how=how, smooth=smooth) for arm, _ in WAYS}

    def panel(lines: dict[str, Curve], y: str, title: str) -> Spec:
        return _panel(lines, y, colours, title)

    against, scale = "per cent against rations that go on", "difference, on a scale from −1 to 1"
    charts = [
        panel(ways(series("market_labour_share"), "percent"), against, "Labour in the market"),
        panel(ways(series("informal_income_share"), "percent", 13), against, "Informal share of income"),
        panel(ways(series("private_support"), "difference"), scale, "Private support, the country"),
        panel(ways(_in_capital, "difference"), scale, "Private support, the capital"),
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
                    *(
                        _factor(ratios(mean(name, *span), arm, "long nothing", MORE_SEEDS))
                        for arm in ("no rations", "empty pool")
                    ),
                )
            )
    for year, span in ((1, (0, 51)), (3, (104, 155))):
        rows.append(
            (
                f"private support, year {year}, difference",
                *(
                    _difference(pairs(mean("private_support", *span), arm, "long nothing", MORE_SEEDS))
                    for arm in ("no rations", "empty pool")
                ),
            )
        )

    def third(run: Seen) -> float:
        return float(_in_capital(run)[DONE + 104 :].mean())

    rows.append(
        (
            "private support in the capital, year 3, difference",
            *(_difference(pairs(third, arm, "long nothing", MORE_SEEDS)) for arm in ("no rations", "empty pool")),
        )
    )
    return Picture("rations", "Rations that stop", side_by_side(*charts), source(MORE_SEEDS)), rows


# --- 12 ---------------------------------------------------------------------------------------------------------------


def growth() -> tuple[Picture, list[Row]]:
    """Promise and growth; how runs of the country as it was end."""
    lines = {arm: course(series("private_support"), arm, "nothing", how="difference") for arm in ("promise", "growth")}
    left = _panel(
        lines, "support against no change", (RED, GREEN), "A promise costs, growth wins", domain=(-0.01, 0.03)
    )
    money = {
        "growth": course(series("household_money_won"), "growth", "nothing", how="percent"),
        "promise": course(series("household_money_won"), "promise", "nothing", how="percent"),
    }
    right = _panel(money, "per cent against no change", (GREEN, RED), "Cash of households", domain=(-5.0, 30.0))
    rows: list[Row] = []
    for a, b in ((0, 12), (26, 51), (52, 77)):
        rows.append(
            (
                f"private support, weeks {a} to {b}, difference",
                *(_difference(pairs(mean("private_support", a, b), arm)) for arm in ("promise", "growth")),
            )
        )
    money_then = mean("household_money_won", 52, 77)
    rows.append(
        ("household money, weeks 52 to 77", *(_factor(ratios(money_then, arm)) for arm in ("promise", "growth")))
    )
    runs = [seen("as it was", s) for s in MORE_SEEDS]
    ended = sum(r.fell for r in runs)
    bound = 1.0 - 0.05 ** (1.0 / len(runs)) if ended == 0 else float("nan")
    rows.append(
        (
            f"five-year runs of {COUNTRY} as it was that broke down",
            f"{ended} of {len(runs)}",
            f"at most {bound:.0%} of such runs (95 %)" if ended == 0 else "",
        )
    )
    crowds = np.array([r.kinds.get("incident", 0) / 5.0 for r in runs])
    rows.append(("crowds a year in them", f"{crowds.mean():.1f} ({crowds.min():.1f} to {crowds.max():.1f})", ""))
    return Picture("growth", "Promise and growth", side_by_side(left, right), source(SEEDS)), rows


# --- words for numbers --------------------------------------------------------------------------------------------------


def _factor(logs: F) -> str:
    """`0.58 (0.57 to 0.59)`: a ratio and its 95 % interval over seeds; `1` where both arms are the same."""
    if not logs.any():
        return "1, exactly"
    m, low, high = np.exp(interval(logs))
    return f"{m:.3f} ({low:.3f} to {high:.3f})"


def _difference(values: F) -> str:
    m, low, high = interval(values)
    return f"{m:+.4f} ({low:+.4f} to {high:+.4f})"


def _number(values: F) -> str:
    m, low, high = interval(values)
    return f"{m:,.0f} ({low:,.0f} to {high:,.0f})"


ALL = {
    "rights-order": (rights_order, ("an order", "with the chief purged")),
    "pay": (pay, ("living wage", "revenue cut")),
    "rights-talk": (rights_talk, ("campaign", "")),
    "rations": (rations, ("no rations", "empty pool")),
    "growth": (growth, ("promise", "growth")),
}
