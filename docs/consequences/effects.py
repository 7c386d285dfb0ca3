"""Figures and measured numbers of what happens on the street: orders, pay, talk of rights. Drawn by `make.py`."""

from collections.abc import Callable

import numpy as np
from courses import (
    BLUE,
    GOLD,
    GREEN,
    GREY,
    LAST_YEAR,
    PURPLE,
    RED,
    Row,
    course,
    four,
    numbers_of,
    panel,
    series,
    source,
)
from draw import Picture, curves, side_by_side
from page import Made
from tests.consequences.runs import DONE, GUARDS, SEEDS, F, Seen, mean, pairs, ratios, seen
from words import Claim, changed, factor, moved, number, signed

#: What a throw-away prototype had: weeks after the order, threats as a share of before.
PROTOTYPE = ((1, 4, 8, 13, 43, 70), (0.65, 0.38, 0.30, 0.28, 0.44, 0.63))


# --- 1 ----------------------------------------------------------------------------------------------------------------


def rights_order() -> Made:
    """Threats, takings, and guards who are fed."""
    organ = "state_security"
    share = {
        name: course(series("threat_share", organ), name, "nothing")
        for name in ("order", "order with purge", "order renewed")
    }
    share["prototype"] = (np.array(PROTOTYPE[0]), np.array(PROTOTYPE[1]))
    left = panel(
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
    right = panel(
        both,
        "as a part of the country without the order",
        (GOLD, RED, BLUE),
        "Takings fall less than threats",
        domain=(0.0, 1.6),
    )
    count = {
        label: course(series("threats", organ), arm, smooth=5)
        for arm, label in (
            ("nothing", "unfed, no order"),
            ("order", "unfed, order"),
            ("fed", "fed, no order"),
            ("fed and order", "fed, order"),
        )
    }
    count = {k: (c[0], *(v / 1000.0 for v in c[1:])) for k, c in count.items()}
    below = panel(
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
    expected = panel(
        risk, "punishment expected for a threat", (BLUE, RED, PURPLE), "What guards come to expect", form=".0%"
    )
    picture = Picture(
        "rights-order",
        "An order with punishments: guards plead, and threaten again when it lapses",
        side_by_side(left, right, below, expected),
        f"State security. {source()}",
    )
    return numbers_of(
        picture, _order_numbers(), ("an order", "with the chief purged"), _order_claims(), _order_sentences()
    )


def _order_sentences() -> str:
    share = {
        week: np.exp(ratios(_both(*(mean("threat_share", week, week, o) for o in GUARDS)), "order"))
        for week in (8, 13, 70)
    }
    fed = [pairs(mean("threats", 4, 30), a, b).mean() for a, b in (("order", "nothing"), ("fed and order", "fed"))]
    return (
        f"After two months the share of threats is {100 * share[8].mean():.0f} % of what it would be, after a "
        f"quarter {100 * share[13].mean():.0f} %, after 70 "
        f"weeks {100 * share[70].mean():.0f} % again. Among guards who are fed the same order "
        f"takes away {100 * fed[1] / fed[0]:.0f} % as many threats."
    )


def _order_claims() -> list[Claim]:
    organs = [f"{organ.replace('_', ' ')}" for organ in GUARDS]
    claims = []
    for organ, name in zip(GUARDS, organs, strict=True):
        share, threats, takings = (mean(n, 4, 30, organ) for n in ("threat_share", "threats", "bribes_won"))
        claims += [
            changed(f"{name} threatens less, weeks 4 to 30", ratios(share, "order"), -1),
            changed(
                f"takings of {name} fall less than its threats (ratio of both)",
                ratios(takings, "order") - ratios(threats, "order"),
                1,
            ),
            changed(
                f"threats of {name} return by weeks 65 to 77 (against weeks 8 to 13)",
                ratios(mean("threat_share", 65, 77, organ), "order")
                - ratios(mean("threat_share", 8, 13, organ), "order"),
                1,
            ),
            moved(
                f"fed, {name} has less to give up: threats a week lost, unfed less fed",
                pairs(threats, "fed and order", "fed") - pairs(threats, "order"),
                1,
                0,
            ),
        ]
    return claims


def _order_numbers() -> list[Row]:
    rows: list[Row] = []
    for week, before in zip(*PROTOTYPE, strict=True):
        cells = [
            factor(
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
        rows.append((f"{label}, weeks 4 to 30", *(factor(ratios(both, arm)) for arm in ("order", "order with purge"))))
    nation = [factor(ratios(mean("bribes_won", 0, 51), arm)) for arm in ("order", "order with purge")]
    rows.append(("takings of all organs, first year (prototype 0.99)", *nation))
    lost = [
        pairs(_sum(mean("threats", 4, 30, GUARDS[0]), mean("threats", 4, 30, GUARDS[1])), a, b)
        for a, b in (("order", "nothing"), ("fed and order", "fed"))
    ]
    rows.append(("threats a week lost to the order: unfed; fed", f"{number(lost[0])}", f"{number(lost[1])}"))
    return rows


def _both(a: Callable[[Seen], float], b: Callable[[Seen], float]) -> Callable[[Seen], float]:
    """Geometric mean of the two organs that got the order."""
    return lambda run: float(np.sqrt(a(run) * b(run)))


def _sum(a: Callable[[Seen], float], b: Callable[[Seen], float]) -> Callable[[Seen], float]:
    return lambda run: a(run) + b(run)


# --- 2 ----------------------------------------------------------------------------------------------------------------


def pay() -> Made:
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
        label_at={"state security": (0.12, 88.0), "police": (0.42, 106.0), "cadres": (0.36, 52.0)},
        domain=(0.0, 1.15 * max(top, float(dose["police"][1][0]))),
    )
    wage = {
        label: course(series(name), "living wage", "nothing", smooth=5, how="percent")
        for name, label in (("bribes_won", "takings"), ("control_capacity", "control"), ("anger", "anger"))
    }
    middle = panel(wage, "per cent against no change", (GOLD, BLUE, RED), "A living wage, all organs")
    cut = {
        label: course(series(name, "state_security"), "revenue cut", "nothing", smooth=9, how="percent")
        for name, label in (
            ("bribes_won", "takings"),
            ("guard_effort", "time spent collecting"),
            ("control_capacity", "control"),
        )
    }
    right = panel(
        cut,
        "per cent against no change, state security",
        (GOLD, RED, BLUE),
        "Own revenue cut by three quarters",
        domain=(-12.0, 18.0),
    )
    anger = {"anger": course(series("anger"), "revenue cut", "nothing", smooth=9, how="percent")}
    last = panel(
        anger,
        "per cent against no change, whole country",
        (RED,),
        "Anger over extortion under the cut",
        domain=(-0.5, 2.0),
    )
    picture = Picture(
        "pay", "Pay that feeds, revenue that is blocked", side_by_side(left, middle, right, last), source()
    )
    return numbers_of(picture, _pay_numbers(), ("living wage", "revenue cut"), _pay_claims(), _pay_sentences())


def _pay_sentences() -> str:
    shares = []
    for organ in (*GUARDS, "cadres"):
        taken = np.mean([mean("bribes_won", 0, 77, organ)(seen("nothing", s)) for s in SEEDS])
        every = np.mean([mean("bribes_won", 0, 77)(seen("nothing", s)) for s in SEEDS])
        shares.append(f"{organ.replace('_', ' ')} {100 * taken / every:.0f} %")
    return f"Of all that is taken from households at rest, each organ's part is: {', '.join(shares)}."


def _pay_claims() -> list[Claim]:
    def of(name: str, arm: str, organ: str | None = None) -> F:
        return ratios(mean(name, *LAST_YEAR, organ), arm)

    claims = [
        changed(f"a living wage cuts takings of {organ.replace('_', ' ')}", of("bribes_won", "living wage", organ), -1)
        for organ in (*GUARDS, "cadres")
    ]
    claims += [
        changed("a living wage strengthens control", of("control_capacity", "living wage"), 1),
        changed("a living wage calms anger", of("anger", "living wage"), -1),
    ]
    for organ in GUARDS:
        name = organ.replace("_", " ")
        claims += [
            changed(f"blocked revenue: {name} takes more", of("bribes_won", "revenue cut", organ), 1),
            changed(f"blocked revenue: control by {name} weakens", of("control_capacity", "revenue cut", organ), -1),
        ]
    return [*claims, changed("blocked revenue angers people", of("anger", "revenue cut"), 1)]


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
            (f"{label}, all", *(factor(ratios(mean(name, *LAST_YEAR), arm)) for arm in ("living wage", "revenue cut")))
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
                    *(factor(ratios(mean(name, *LAST_YEAR, organ), arm)) for arm in ("living wage", "revenue cut")),
                )
            )
    return rows


# --- 3 ----------------------------------------------------------------------------------------------------------------


def _resentment(run: Seen) -> F:
    return run.of("anger") / run.of("victim_memory")


def rights_talk() -> Made:
    """What a campaign of rights talk does."""
    wrong = {
        "anger / memory": course(_resentment, "rights talk", "nothing", how="percent"),
        "anger": course(series("anger"), "rights talk", "nothing", how="percent"),
        "memory of extortion": course(series("victim_memory"), "rights talk", "nothing", how="percent"),
    }
    left = panel(
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
    right = panel(demands, "per cent against no campaign", (RED, GOLD, BLUE), "More is refused", domain=(-20.0, 125.0))
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
        rows.append((label, factor(ratios(mean(name, *LAST_YEAR), "rights talk")), ""))
    one = ratios(lambda r: float(_resentment(r)[DONE + LAST_YEAR[0] :].mean()), "rights talk")
    rows.insert(3, ("anger for a unit of memory", factor(one), ""))
    rows.append(("private support, difference", four(pairs(mean("private_support", *LAST_YEAR), "rights talk")), ""))
    picture = Picture(
        "rights-talk", "Talk of rights: more resentment, more refusals", side_by_side(left, right), source()
    )
    claims = [
        changed("the same wrong is resented more (anger for a unit of memory)", one, 1),
        *(
            changed(says, ratios(mean(name, *LAST_YEAR), "rights talk"), sign)
            for says, name, sign in (
                ("more demands are refused", "refusals", 1),
                ("guards take less", "bribes_won", -1),
                ("people are angrier all the same", "anger", 1),
                ("guards ask more often (time spent collecting)", "guard_effort", 1),
                ("control weakens", "control_capacity", -1),
            )
        ),
    ]
    talk = "rights talk"
    robbed, angry = (np.exp(ratios(mean(name, *LAST_YEAR), talk).mean()) - 1.0 for name in ("bribes_won", "anger"))
    sentences = (
        f"Guards take {signed(100 * robbed, 0)} %, and people are angrier all the same ({signed(100 * angry, 0)} %). "
        "That is the point of the "
        "consequence: anger is the memory of extortion times what one knows of one's rights, and the second grows "
        "faster than the first shrinks."
    )
    return numbers_of(picture, rows, ("campaign",), claims, sentences)


ALL = {"rights-order": rights_order, "pay": pay, "rights-talk": rights_talk}
