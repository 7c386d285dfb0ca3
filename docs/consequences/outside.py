"""Figures and measured numbers of the leader's answers, of the powers outside, and of two deeds together. Drawn by `make.py`."""

import itertools
import json
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from courses import BLUE, GOLD, GREY, LAST_YEAR, RED, course, panel, series, source
from draw import Curve, Picture, Spec, ranges, side_by_side, stack
from page import Made
from tests.consequences import interaction
from tests.consequences.interaction import Answer, Interaction, answers
from tests.consequences.runs import COUNTRY, DONE, LONG, SEEDS, F, K, Seen, mean, ratios, seen
from words import Claim, changed, in_all, level, more_often, moved, share, signed, table

import custodes as cu
from custodes.mechanisms.crisis import CALLED, LEVELS, Params, ladder, mean_level
from custodes.week import parameters_of

# --- 3, second half: how the leader answers --------------------------------------------------------------------------------

ANSWERED: Final = tuple(range(1, 17))
TALK: Final = "leader and rights talk"
CRACKDOWN, CONCESSION = "shut-out", "order-restraint"


def _taken(arm: str, tactic: str) -> F:
    """Week, after the campaign began, in which the leader first took a tactic; infinite for never; one a seed."""
    weeks = ([w - DONE for w, name in seen(arm, s).leader if name == tactic and w >= DONE] for s in ANSWERED)
    return np.array([min(w, default=np.inf) for w in weeks])


def _blamed(arm: str) -> F:
    """The same of the first scapegoat."""
    weeks = (
        [r["week"] - DONE for r in seen(arm, s).register if r["cause"] == "scapegoat" and r["week"] >= DONE]
        for s in ANSWERED
    )
    return np.array([min(w, default=np.inf) for w in weeks])


def _cumulated(first: F) -> Curve:
    weeks = np.arange(LONG - DONE)
    return weeks, np.searchsorted(np.sort(first), weeks, side="right") / first.size


def _dread(run: Seen) -> F:
    return run.dread


def leader_answer() -> Made:
    """What a leader who reacts does about a campaign of rights talk, in three years."""
    fear = {
        "talk of rights": course(_dread, TALK, seeds=ANSWERED, smooth=4),
        "nothing": course(_dread, "leader", seeds=ANSWERED, smooth=4),
    }
    reach = {
        "talk, no leader acts": course(series("awareness"), "rights talk", smooth=4),
        "talk, and he reacts": course(series("awareness"), TALK, seeds=ANSWERED, smooth=4),
    }
    charts = [
        panel(fear, "index, anger and crowds as he hears of them", (RED, GREY), "The leader's fear of the people")
    ]
    for title, way in (
        ("Crackdown: broadcasts jammed, homes searched", lambda arm: _taken(arm, CRACKDOWN)),
        ("Concession: an order that abuse end", lambda arm: _taken(arm, CONCESSION)),
        ("Scapegoat: an official falls for abuses", _blamed),
    ):
        lines = {"talk of rights": _cumulated(way(TALK)), "nothing": _cumulated(way("leader"))}
        charts.append(
            panel(lines, "share of runs in which it has come", (RED, GREY), title, domain=(-0.02, 1.05), form=".0%")
        )
    charts.append(
        panel(reach, "awareness of rights talk, mean of adults", (GOLD, BLUE), "What the crackdown keeps out")
    )
    picture = Picture("leader-answer", "How the leader answers talk of rights", side_by_side(*charts), source(ANSWERED))
    return Made(picture, tuple(_leader_claims()), {"sentences": _leader_sentences()})


def _leader_claims() -> list[Claim]:
    rises = np.array([seen(TALK, s).dread[DONE:].mean() - seen("leader", s).dread[DONE:].mean() for s in ANSWERED])

    def came(first: F) -> F:
        return np.isfinite(first).astype(np.float64)

    return [
        moved("his fear of the people rises", rises, 1),
        in_all(
            "he cracks down in more than half of the runs", [bool(np.isfinite(w)) for w in _taken(TALK, CRACKDOWN)], 0.5
        ),
        more_often(
            "he cracks down more often than without talk",
            came(_taken(TALK, CRACKDOWN)),
            came(_taken("leader", CRACKDOWN)),
        ),
        more_often(
            "he concedes more often (an order without a fall)",
            came(_taken(TALK, CONCESSION)),
            came(_taken("leader", CONCESSION)),
        ),
        more_often("more often a scapegoat falls", came(_blamed(TALK)), came(_blamed("leader"))),
    ]


def _leader_sentences() -> str:
    first = _taken(TALK, CRACKDOWN)
    came = first[np.isfinite(first)]
    concede = [int(np.isfinite(_taken(arm, CONCESSION)).sum()) for arm in (TALK, "leader")]
    blamed = [int(np.isfinite(_blamed(arm)).sum()) for arm in (TALK, "leader")]
    heard = [float(np.mean([mean("awareness", 26, 77)(seen(arm, s)) for s in SEEDS])) for arm in ("rights talk", TALK)]
    n = len(ANSWERED)
    return (
        f"In three years of a campaign he cracked down in {share(came.size, n)} runs, first after "
        f"{np.median(came):.0f} weeks in the median. An order that "
        f"abuse end came in {share(concede[0], n)} runs, against {share(concede[1], n)} without a campaign; a "
        f"scapegoat fell in {share(blamed[0], n)}, against "
        f"{share(blamed[1], n)}. So the answer that this leader's table of tactics gives to talk of rights is the crackdown; "
        f"whether it also moves him to concede, these runs {_told(concede, n)}. Jamming and searches leave "
        f"awareness at {heard[1]:.2f} in the second year where it would be "
        f"{heard[0]:.2f} if nobody acted: he slows the talk and does not stop it."
    )


def _told(counts: list[int], n: int) -> str:
    here, there = (np.array([1.0] * k + [0.0] * (n - k)) for k in counts)
    return "show" if more_often("", here, there).holds else "cannot tell"


# --- 5: sanctions and rights talk together --------------------------------------------------------------------------------

COURTS: Final = 120
NUMBERS: Final = Path(__file__).resolve().parent / "interaction.json"


def together() -> Made:
    """Both deeds against the sum of each; the numbers are kept beside the page, and a test reads the page against them."""
    numbers = interaction.measured_in_courts(range(1, COURTS + 1)) | interaction.measured_in_countries(SEEDS)
    numbers |= {"courts": COURTS, "countries": len(SEEDS), "doses": _doses()}
    NUMBERS.write_text(json.dumps(_rounded(numbers), indent=1) + "\n", encoding="utf-8")
    return interaction_page(json.loads(NUMBERS.read_text(encoding="utf-8")))


def _rounded(value: object) -> object:
    """Numbers with eight digits, so that the file stays small."""
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_rounded(v) for v in value]
    return float(f"{value:.8g}") if isinstance(value, float) else value


def _doses() -> dict[str, float]:
    """What the country shows of the doses that the courts' street is set to."""
    talk = np.exp(ratios(mean("awareness", *LAST_YEAR), "rights talk").mean())
    angry = {arm: np.exp(ratios(mean("anger", *LAST_YEAR), arm).mean()) for arm in ("rights talk", "sanctions")}
    return {
        "awareness": float(talk),
        "anger, rights talk": float(angry["rights talk"]),
        "anger, sanctions": float(angry["sanctions"]),
    }


def interaction_page(numbers: interaction.Numbers) -> Made:
    """The page, a function of its numbers alone."""
    found = answers(numbers)
    street, court = found[: len(interaction.STREET)], found[len(interaction.STREET) :]
    expected = [a for a in court if not a.drawn]
    drawn = [a for a in court if a.drawn]
    charts = [
        _scale(street, "level", "The country, on the scale of the level", "per cent of the value at rest"),
        _scale(street, "log", "The country, on the scale of the logarithm", "logarithm × 100"),
        _scale(expected, "level", "Courts, chances: on the scale of the sum", "per cent of the value at rest"),
        _scale(expected, "log", "Courts, chances: log hazard", "logarithm × 100"),
        _scale(drawn, "level", "Courts, as drawn: on the scale of probability", "points of probability"),
        _scale(drawn, "log", "Courts, as drawn: log hazard", "logarithm × 100"),
    ]
    picture = Picture(
        "interaction",
        "Both together less the sum of each: red where it is found on both scales",
        side_by_side(*charts),
        f"Custodes. The country: {COUNTRY}, {numbers['countries']} sets of four paired runs, sample 1/{K}. Courts: "
        f"{numbers['courts']} sets of four years. "
        "95 % intervals. Simulated, not observed.",
    )
    more, fewer = _found(found)
    told = f"above the sum of each: {', '.join(more) or 'nothing'}; below it: {', '.join(fewer) or 'nothing'}"
    return Made(
        picture,
        (),
        interaction_blocks(numbers),
        f"{told}; rejected for {len(found) - len(more + fewer)} of {len(found)} measures",
    )


def _found(every: list[Answer]) -> tuple[list[str], list[str]]:
    """Measures with an interaction on both scales: above the sum, and below it."""
    found = [a for a in every if a.verdict == "found"]
    return [a.name for a in found if a.level.mean > 0.0], [a.name for a in found if a.level.mean < 0.0]


def interaction_blocks(numbers: interaction.Numbers) -> dict[str, str]:
    """What is written into the page."""
    rows = [[a.name, _interval(a.level, a.drawn), _interval(a.log), a.verdict] for a in answers(numbers)]
    heads = [
        "measure",
        "beyond the sum, per cent of rest (events: points of probability)",
        "beyond the product, logarithm × 100",
        "interaction",
    ]
    return {"numbers": table(heads, rows), "sentences": interaction_sentences(numbers)}


def _interval(i: Interaction, drawn: bool = False) -> str:
    digits = 1 if drawn else 2
    return f"{signed(100 * i.mean, digits)} ({signed(100 * i.low, digits)} to {signed(100 * i.high, digits)})"


def interaction_sentences(numbers: interaction.Numbers) -> str:
    """In words, from the numbers."""
    found = answers(numbers)
    by = {"found": [], "found on one scale only": [], "not found": []}  # type: dict[str, list[Answer]]
    for a in found:
        by[a.verdict].append(a)
    parts = []
    if by["found"]:
        told = "; ".join(
            f"{a.name} ({_side(a.level)} the sum of each, by {abs(100 * a.level.mean):.2f} % of its value at rest)"
            for a in by["found"]
        )
        parts.append(f"Found on both scales: {told}.")
    else:
        parts.append("Found on both scales: nothing.")
    if by["found on one scale only"]:
        names = ", ".join(f"{a.name} ({_where(a)})" for a in by["found on one scale only"])
        parts.append(f"Found on one scale only, or with opposite signs, which counts as not found: {names}.")
    parts.append(f"Not found: {', '.join(a.name for a in by['not found']) or 'nothing'}.")
    coups = numbers["coup"]
    rates = [100.0 * e / y for e, y in zip(coups["events"], coups["years"], strict=True)]
    least = _least(numbers)
    parts.append(
        f"Attempts at a coup came at {rates[0]:.1f} in a hundred years at rest, {rates[1]:.1f} under sanctions, "
        f"{rates[2]:.1f} with talk of rights and "
        f"{rates[3]:.1f} with both. With so few, an interaction would have to multiply the hazard by {least:.1f} "
        "or more to be found in half of such "
        "studies."
    )
    dose = numbers["doses"]
    parts.append(
        "(The courts' street is set by hand to awareness × 4.7, anger +13 % under talk and +2.6 % under "
        "sanctions; the country's own runs show × "
        f"{dose['awareness']:.1f}, {signed(100 * (dose['anger, rights talk'] - 1), 1)} % and "
        f"{signed(100 * (dose['anger, sanctions'] - 1), 1)} %.)"
    )
    return " ".join(parts)


def _where(a: Answer) -> str:
    on = [f"{_side(i)} the {name}" for i, name in ((a.level, "sum"), (a.log, "product")) if i.found]
    return " and ".join(on)


def _side(i: Interaction) -> str:
    return "above" if i.mean > 0.0 else "below"


def _least(numbers: interaction.Numbers) -> float:
    """The smallest interaction on the hazard of coups that is found as often as not: where the interval just reaches one."""
    log = next(a.log for a in answers(numbers) if a.name == interaction.DRAWN["coup"])
    return float(np.exp(0.5 * (log.high - log.low)))


def _scale(rows: list[Answer], which: str, title: str, x: str) -> Spec:
    values = []
    for a in rows:
        i: Interaction = getattr(a, which)
        colour = RED if a.verdict == "found" else GREY
        values.append((a.name, 100.0 * i.mean, 100.0 * i.low, 100.0 * i.high, colour))
    return ranges(values, x=x, title=title, width=300, labels=True)


# --- 6: engagement ---------------------------------------------------------------------------------------------------------

PRESSED: Final = {
    "control_capacity": ("control", "Control"),
    "official_rent": ("officials' rents", "Rents of officials"),
    "official_loyalty": ("officials' loyalty", "Loyalty of officials"),
    "state_income_won": ("the state's won income", "Won income of the state"),
}


def engagement() -> Made:
    """Sanctions, and sanctions while the state is paid."""
    arms = (("sanctions", "sanctions", RED), ("sanctions and aid", "and the state is paid", BLUE))
    charts = []
    for name, (_, title) in PRESSED.items():
        lines = {label: course(series(name), arm, "nothing", how="percent", smooth=9) for arm, label, _ in arms}
        charts.append(panel(lines, "per cent against no sanctions", [c for *_, c in arms], title, room=0.5))
    angry = {label: course(series("anger"), arm, "nothing", how="percent", smooth=9) for arm, label, _ in arms}
    charts.append(panel(angry, "per cent against no sanctions", [c for *_, c in arms], "Anger of the people", room=0.5))
    claims, given = [], []
    for name, (told, _) in PRESSED.items():
        alone, paid = (ratios(mean(name, *LAST_YEAR), arm) for arm in ("sanctions", "sanctions and aid"))
        claims += [
            changed(f"sanctions press {told}", alone, -1),
            changed(
                f"money for the state gives back more than half of it ({told} against half the pressure)",
                paid - 0.5 * alone,
                1,
            ),
            changed(f"something of it is left ({told})", paid, -1),
        ]
        back = 100.0 * (1.0 - paid / alone)
        given.append(f"{level(back, 0)} % for {told}")
    claims.append(changed("sanctions anger people", ratios(mean("anger", *LAST_YEAR), "sanctions"), 1))
    claims.append(
        changed(
            "they are less angry where the state is paid",
            ratios(mean("anger", *LAST_YEAR), "sanctions and aid", "sanctions"),
            -1,
        )
    )
    sentences = f"In the second year the money gives back {'; '.join(given)}."
    picture = Picture("engagement", "Engagement that pays the state", side_by_side(*charts), source())
    return Made(picture, tuple(claims), {"sentences": sentences})


# --- 13: the crisis ladder -------------------------------------------------------------------------------------------------

THETAS: Final = (0.1, 0.2, 0.35, 0.65)  #: one in each of the ladder's bands
SIMULATED: Final = 4000


@cache
def _crisis() -> Params:
    return parameters_of(cu.load(COUNTRY).parameters).crisis  # type: ignore[no-any-return]


@cache
def after(theta: float, months: int = 12) -> F:
    """Share of simulated runs at each level, (months + 1, neighbours, levels), given a turmoil that stands."""
    return ladder(theta, months, SIMULATED, _crisis())


def crisis_ladder() -> Made:
    """Where neighbours stand after a year of a turmoil, and what a country in turmoil shows."""
    fine = np.round(np.arange(0.05, 0.96, 0.05), 2)
    year = np.array([after(float(t))[-1].mean(axis=0) for t in fine])
    colours = ("#f1f1f1", "#fde0c5", "#f9b282", "#ee7f5b", "#cf4a4f", "#8f2150")
    stacked = stack(
        fine.tolist(),
        {name: year[:, i] for i, name in enumerate(LEVELS)},
        x_title="turmoil that stands",
        y="share of neighbours at each level, given the turmoil; darkest: a clash",
        title="After a year",
        colours=colours,
    )
    by_month = {_band(t): (np.arange(25), mean_level(after(t, 24)).mean(axis=1)) for t in THETAS[1:]}
    climb = panel(
        by_month,
        "mean level of the neighbours, given the turmoil",
        (GOLD, RED, BLUE),
        "Month by month",
        x="months",
    )
    flown = {
        label: course(series("turmoil"), arm, smooth=1)
        for arm, label in (("many flee", "many flee"), ("few flee", "few flee"))
    }
    steps = {
        label: course(series("crisis_level"), arm, smooth=1)
        for arm, label in (("many flee", "many flee"), ("few flee", "few flee"))
    }
    charts = [
        stacked,
        climb,
        panel(flown, "index, 0 to 1", (RED, GREY), "A country from which people flee: turmoil", domain=(0.0, 1.0)),
        panel(steps, "highest level of a neighbour", (RED, GREY), "And the steps of its neighbours", domain=(0.0, 5.2)),
    ]
    picture = Picture(
        "crisis-ladder",
        "Turmoil past a level draws the neighbours in",
        side_by_side(*charts),
        f"Above: the ladder alone, {SIMULATED:,} runs for each turmoil.\nBelow: {source()[10:]}",
    )
    return Made(picture, tuple(_ladder_claims()), {"numbers": _ladder_table(), "sentences": _ladder_sentences()})


def _band(theta: float) -> str:
    """The turmoils among which the ladder makes no difference: `turmoil .30 to .60`."""
    bounds = sorted({0.0, *_crisis().enter, 1.0})
    above = next(i for i, b in enumerate(bounds) if b > theta)
    return f"turmoil {bounds[above - 1]:.2f} to {bounds[above]:.2f}"


def _ladder_claims() -> list[Claim]:
    means = [float(mean_level(after(t))[-1].mean()) for t in THETAS]
    climbs = [bool(seen("many flee", s).steps) for s in SEEDS]
    quiet = [not seen("few flee", s).steps for s in SEEDS]
    within = [_all_past_first(seen("many flee", s)) for s in SEEDS]
    known = " → ".join(f"{m:.2f}" for m in means)
    rises = all(b > a + 0.1 for a, b in itertools.pairwise(means))
    return [
        Claim(
            "the mean level after a year rises from band to band of turmoil",
            known,
            f"{SIMULATED:,} runs each",
            "yes" if rises else "not found",
        ),
        in_all("turmoil of .65 steps a country up the ladder in more than half of the runs", climbs, 0.5),
        in_all("every neighbour has passed the first level within a year in more than half of them", within, 0.5),
        in_all("turmoil below the level draws nobody in, in more than half of them", quiet, 0.5),
    ]


def _all_past_first(run: Seen) -> bool:
    powers = {power for _, power, _ in run.steps}
    up = {power for week, power, at in run.steps if at >= 1 and week < DONE + 52}
    return len(powers) >= 3 and up == powers


def _ladder_table() -> str:
    rows = []
    for t in THETAS:
        shares = after(t)[-1].mean(axis=0)
        rows.append(
            [
                _band(t).removeprefix("turmoil "),
                *(f"{100 * s:.0f} %" for s in shares),
                f"{mean_level(after(t))[-1].mean():.2f}",
            ]
        )
    return table(["turmoil that stands for a year", *CALLED, "mean level"], rows)


def _ladder_sentences() -> str:
    first = [min((w - DONE for w, _, _ in seen("many flee", s).steps), default=LONG) for s in SEEDS]
    highest = np.array([max((at for _, _, at in seen("many flee", s).steps), default=0) for s in SEEDS], np.float64)
    enter = ", ".join(f"{t:g}" for t in _crisis().enter)
    return (
        f"The steps up need a turmoil of {enter}; between two of these numbers the ladder makes no difference at "
        "all, so that a country just below one looks safer "
        f"than it is. In the countries from which many flee the first neighbour moves {np.median(first):.0f} weeks after the "
        f"exodus begins (median of {len(SEEDS)}), and the highest level within a year and a half is {level(highest, 1)} on the mean: "
        f"{CALLED[round(float(highest.mean()))]}. In those from which few flee nobody moves, and neither does "
        "anybody in the country at rest."
    )


ALL = {
    "leader-answer": leader_answer,
    "interaction": together,
    "engagement": engagement,
    "crisis-ladder": crisis_ladder,
}
