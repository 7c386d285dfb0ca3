"""Figures and measured numbers of what happens at court: why chiefs fall, who fears, who asks to leave. Drawn by `make.py`."""

from typing import Final

import numpy as np
from courses import (
    BLUE,
    GOLD,
    GREEN,
    GREY,
    LAST_YEAR,
    PURPLE,
    RED,
    course,
    court_course,
    court_source,
    panel,
    series,
    source,
)
from draw import Curve, Picture, ranges, side_by_side
from page import Made
from tests.consequences import courts
from tests.consequences.runs import SEEDS, F, interval, mean, pairs, ratios, seen
from words import changed, difference, level, moved, same, signed

ORGAN: Final = "state_security"
PAIRS: Final = range(1, 31)  #: courts of four years, in pairs


# --- 7: those who survive a purge --------------------------------------------------------------------------------------------


def purges() -> Made:
    """Three of ten officials of state security fall; the same in the leader's own guard."""
    arm = "security purged"
    street = {
        label: course(series(name, ORGAN), arm, "nothing", how="percent", smooth=4)
        for name, label in (("guard_morale", "morale of agents"), ("control_capacity", "control"))
    }
    court = {
        label: course(series(name, ORGAN), arm, "nothing", how="difference", smooth=4)
        for name, label in (("perceived_purge_hazard", "purge expected, a year"), ("official_loyalty", "loyalty"))
    }
    guard = {
        label: court_course(name, "guard purged", PAIRS)
        for name, label in (
            ("guard's hazard", "purge expected, a year"),
            ("guard's loyalty", "loyalty"),
            ("guard's morale", "troops' morale"),
        )
    }
    leave = {"requests to leave": court_course("guard's requests", "guard purged", PAIRS, how="percent")}
    charts = [
        panel(street, "per cent against no purge", (RED, BLUE), "State security: agents", domain=(-16.0, 4.0)),
        panel(court, "difference against no purge", (RED, BLUE), "State security: officials", domain=(-0.15, 0.4)),
        panel(guard, "difference against no purge", (RED, BLUE, GOLD), "The leader's guard: officers"),
        panel(leave, "per cent against no purge", (PURPLE,), "The leader's guard: who asks to leave"),
    ]
    picture = Picture(
        "purges",
        "Those who survive a purge",
        side_by_side(*charts),
        f"Above: {source()[10:]}\nBelow: {court_source(len(PAIRS))[10:]}",
    )
    claims = [
        changed(
            "agents of the purged organ lose morale, weeks 13 to 25",
            ratios(mean("guard_morale", 13, 25, ORGAN), arm),
            -1,
        ),
        changed("and in the year after", ratios(mean("guard_morale", *LAST_YEAR, ORGAN), arm), -1),
        changed("control weakens, weeks 13 to 25", ratios(mean("control_capacity", 13, 25, ORGAN), arm), -1),
        moved(
            "officials who stay expect to fall (a year)", pairs(mean("perceived_purge_hazard", 13, 25, ORGAN), arm), 1
        ),
        moved("they are less loyal", pairs(mean("official_loyalty", 13, 25, ORGAN), arm), -1),
        same("no agent leaves the service for it: staff", ratios(mean("guard_staff", 0, 77, ORGAN), arm), 0.001),
        *(
            moved(f"in the guard: {says}, two years", _of_guard(name), sign, digits)
            for says, name, sign, digits in (
                ("officers expect to fall (a year)", "guard's hazard", 1, 3),
                ("they are less loyal", "guard's loyalty", -1, 3),
                ("troops lose morale", "guard's morale", -1, 3),
                ("more ask to leave (share a year)", "guard's requests", 1, 4),
            )
        ),
    ]
    return Made(picture, tuple(claims), {"sentences": _purge_sentences()})


def _of_guard(name: str) -> F:
    return courts.means(name, "guard purged", PAIRS, 0, 104) - courts.means(name, "nothing", PAIRS, 0, 104)


def _purge_sentences() -> str:
    before, after = (courts.means("guard's requests", arm, PAIRS, 0, 104).mean() for arm in ("nothing", "guard purged"))
    morale = [
        np.exp(ratios(mean("guard_morale", 13, 25, o), "security purged").mean()) - 1.0 for o in (ORGAN, "police")
    ]
    return (
        f"Requests to leave the guard go from {100 * before:.2f} to {100 * after:.2f} % of its officers a year. "
        "The police, of whom nobody fell, lose "
        f"{100 * abs(morale[1]):.1f} % of their morale where the purged organ loses {100 * abs(morale[0]):.1f} %."
    )


# --- 8: an army that loses standing -------------------------------------------------------------------------------------------


def army() -> Made:
    """The army's share of budget and attention falls by three tenths."""
    arm = "army slighted"
    both = (("nothing", "nothing done"), (arm, "slighted"))

    def levels(name: str, scale: float = 1.0, smooth: int = 4) -> dict[str, Curve]:
        lines = {label: course(series(name), a, smooth=smooth) for a, label in both}
        return {label: (c[0], *(scale * v for v in c[1:])) for label, c in lines.items()}

    charts = [
        panel(levels("army_status"), "index, 1/2 at rest", (GREY, RED), "The army's standing", domain=(0.0, 0.6)),
        panel(
            {"requests": course(series("resignation_requests"), arm, "nothing", how="percent", smooth=13)},
            "per cent against no change, mean of a quarter",
            (RED,),
            "Officers who ask to leave",
            domain=(-10.0, 50.0),
        ),
        panel(
            levels("officer_carried_share", 100.0),
            "per cent of contraband",
            (GREY, RED),
            "What officers carry",
            domain=(0.0, 40.0),
        ),
        panel(
            levels("seizures", smooth=13),
            "kilograms a week, mean of a quarter",
            (GREY, RED),
            "Seized at checkpoints",
            domain=(0.0, 12.0),
        ),
    ]
    last = LAST_YEAR
    claims = (
        moved("the army's standing falls", pairs(mean("army_status", *last), arm), -1),
        changed("more officers ask to leave", ratios(mean("resignation_requests", *last), arm), 1),
        moved("more are let go (a week)", pairs(mean("resignations", *last), arm), 1, 2),
        moved("officers carry more of the contraband (share)", pairs(mean("officer_carried_share", *last), arm), 1),
        moved("less is seized, since they are seldom searched (kg a week)", pairs(mean("seizures", *last), arm), -1, 2),
        changed("officers' morale falls", ratios(mean("officer_morale", *last), arm), -1),
        changed("morale falls down to the troops", ratios(mean("troop_morale", *last), arm), -1),
    )
    carried = [float(np.mean([mean("officer_carried_share", *last)(seen(a, s)) for s in SEEDS])) for a, _ in both]
    sentences = (
        f"Officers carry {100 * carried[0]:.0f} % of the contraband at rest and {100 * carried[1]:.0f} % of it "
        "when the army is slighted."
    )
    return Made(
        Picture("army", "An army that loses its standing", side_by_side(*charts), source()),
        claims,
        {"sentences": sentences},
    )


# --- 9: a drive against corruption --------------------------------------------------------------------------------------------


def edict() -> Made:
    """An edict of full weight to all who collect; and corruption that grows, two ways."""
    arm, last = "edict", LAST_YEAR

    def income(name: str) -> Curve:
        return course(series("state_income_won"), name, "nothing", how="percent", smooth=4)

    charts = [
        panel(
            {
                "edict": income(arm),
                "superiors demand more": income("superiors demand more"),
                "officials keep more": income("officials keep more"),
            },
            "per cent against no change",
            (GREEN, GOLD, RED),
            "Won income of the state",
            domain=(-5.0, 3.0),
            room=0.6,
        ),
        panel(
            {
                label: course(series(name), arm, "nothing", how="percent", smooth=4)
                for name, label in (("bribes_won", "takings"), ("control_capacity", "control"))
            },
            "per cent against no edict",
            (GOLD, BLUE),
            "Takings and control under the edict",
            domain=(-35.0, 15.0),
        ),
        panel(
            {"loyalty": course(series("official_loyalty"), arm, "nothing", how="difference", smooth=4)},
            "difference, on a scale from 0 to 1",
            (RED,),
            "Loyalty of officials under the edict",
            domain=(-0.06, 0.01),
        ),
        panel(
            {
                label: course(series("private_support"), a, "nothing", how="difference", smooth=4)
                for a, label in (
                    ("edict", "edict"),
                    ("superiors demand more", "superiors demand more"),
                    ("officials keep more", "officials keep more"),
                )
            },
            "difference, on a scale from −1 to 1",
            (GREEN, GOLD, RED),
            "Belief of the people",
            domain=(-0.03, 0.01),
            room=0.6,
        ),
    ]
    claims = (
        changed(
            "the edict raises the state's won income, weeks 0 to 12", ratios(mean("state_income_won", 0, 12), arm), 1
        ),
        changed("and in the year after", ratios(mean("state_income_won", *last), arm), 1),
        changed("takings fall at first, weeks 0 to 12", ratios(mean("bribes_won", 0, 12), arm), -1),
        moved("officials' loyalty pays for it", pairs(mean("official_loyalty", *last), arm), -1),
        changed("control pays for it, weeks 13 to 25", ratios(mean("control_capacity", 13, 25), arm), -1),
        moved("more officials fall (a week, first half-year)", pairs(mean("purges", 0, 25), arm), 1, 2),
        changed(
            "officials who keep more of the fees lower the state's income",
            ratios(mean("state_income_won", *last), "officials keep more"),
            -1,
        ),
        moved(
            "officials who keep more of the fees lower belief",
            pairs(mean("private_support", *last), "officials keep more"),
            -1,
            4,
        ),
        moved(
            "superiors who demand more lower belief",
            pairs(mean("private_support", *last), "superiors demand more"),
            -1,
            4,
        ),
        changed(
            "superiors who demand more lower the state's income",
            ratios(mean("state_income_won", *last), "superiors demand more"),
            -1,
        ),
    )
    again = np.exp(ratios(mean("bribes_won", 13, 25), arm).mean()) - 1.0
    taken = np.exp(ratios(mean("bribes_won", *last), "superiors demand more").mean()) - 1.0
    sentences = (
        f"In the second quarter, when the edict has lost half its force, takings are {signed(100 * again, 1)} % "
        "against the paired run: guards make up for "
        f"what they missed. Superiors who demand nine tenths of need raise takings by {100 * taken:.0f} %."
    )
    return Made(
        Picture("edict", "A drive against corruption", side_by_side(*charts), source()),
        claims,
        {"sentences": sentences},
    )


# --- 11: officials abroad -----------------------------------------------------------------------------------------------------

RECALLED: Final = "one defects, some are recalled"


def envoys() -> Made:
    """One listed defection, with and without the recall that answers it."""
    arms = (("one defects", GOLD), (RECALLED, RED))
    labels = {"one defects": "one defects", RECALLED: "and some are recalled"}
    more = {labels[a]: court_course("defections expected", a, PAIRS, total=True) for a, _ in arms}
    rule = {labels[a]: court_course("family rule", a, PAIRS) for a, _ in arms}
    colours = [c for _, c in arms]
    kept = [_held("family held", "with family at home", RED), _held("trusted", "trusted", BLUE)]
    rows = [row for pair in kept for row in pair]
    charts = [
        panel(
            more,
            "more defections to be expected, summed up from the week on",
            colours,
            "One defection and what follows it",
            room=0.5,
        ),
        panel(
            rule, "share of trusted men who must leave family behind: difference", colours, "The family rule", room=0.5
        ),
        ranges(
            rows,
            x="share",
            title="Heads of posts abroad, and defections to be expected of them",
            width=400,
            form=".0%",
            domain=(0.0, 1.0),
            zero=False,
        ),
    ]
    picture = Picture("envoys", "Officials abroad", side_by_side(*charts), court_source(len(PAIRS)))

    def added(name: str, arm: str, other: str = "nothing", last: int | None = None) -> F:
        return courts.totals(name, arm, PAIRS, 0, last) - courts.totals(name, other, PAIRS, 0, last)

    of_held = courts.means("family held, of defections", "nothing", PAIRS)
    held = courts.means("family held", "nothing", PAIRS)
    trusted, of_trusted = (courts.means(n, "nothing", PAIRS) for n in ("trusted", "trusted, of defections"))
    claims = (
        moved(
            "most defections to be expected are of heads whose family is held (share above one half)",
            of_held - 0.5,
            1,
            2,
        ),
        moved(
            "family that is held holds some (their share of defections less their share of heads)",
            of_held - held,
            -1,
            2,
        ),
        moved(
            "trusted men leave too: their share of defections, less a quarter of their share of heads",
            of_trusted - 0.25 * trusted,
            1,
            2,
        ),
        moved(
            "a listed defection tightens the family rule, first half-year",
            courts.means("family rule", "one defects", PAIRS, 0, 26)
            - courts.means("family rule", "nothing", PAIRS, 0, 26),
            1,
        ),
        moved(
            "it brings more defections in the first year", added("defections expected", "one defects", last=52), 1, 2
        ),
        moved("it brings more defections in four years", added("defections expected", "one defects"), 1, 2),
        moved(
            "with a recall more follow still, four years", added("defections expected", RECALLED, "one defects"), 1, 2
        ),
    )
    yearly = courts.totals("defections expected", "nothing", PAIRS) / 4.0
    drawn = courts.totals("defections", "nothing", PAIRS) / 4.0
    sentences = (
        f"Of those abroad {level(yearly, 1)} a year are expected to defect, and {level(drawn, 1)} did. "
        f"{100 * held.mean():.0f} % of the heads have their family at home, and {100 * of_held.mean():.0f} % of "
        "the defections to be expected of heads are "
        f"theirs. {100 * trusted.mean():.0f} % are trusted, and make {100 * of_trusted.mean():.0f} % of them. "
        "One listed defection alone brings "
        f"{difference(added('defections expected', 'one defects', last=52), 2)} more in the first year and "
        f"{difference(added('defections expected', 'one defects'), 2)} more in four years; where a tenth of those "
        "abroad are called home for it, "
        f"{difference(added('defections expected', RECALLED), 2)}."
    )
    return Made(picture, claims, {"sentences": sentences})


def _held(name: str, title: str, colour: str) -> list[tuple[str, float, float, float, str]]:
    rows = []
    for part, label in ((name, f"{title}: of heads"), (f"{name}, of defections", f"{title}: of defections")):
        m, low, high = interval(courts.means(part, "nothing", PAIRS))
        rows.append((label, m, low, high, colour))
    return rows


ALL = {"purges": purges, "army": army, "edict": edict, "envoys": envoys}
