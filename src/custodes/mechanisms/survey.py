"""The model's own survey of its leavers: the same questions, to the same kind of people, as real surveys ask.

Real surveys ask those who left: four in five are women from the border. Once a year, in its last week, every free civil
person of leaving age is asked, weighted by this week's hazard of leaving; that gives the *expected* answer of a leaver,
and a sample of `sample_size` leavers is drawn from it with its sampling error. Population means are never compared with
surveys. Questions as in the Unification Ministry's and the Seoul National University's surveys of arrivals.
"""

from typing import Any, Final, NamedTuple

import numpy as np

from custodes import draws
from custodes.engine.tables import Tables
from custodes.jit import njit
from custodes.mechanisms import flight
from custodes.world.columns import (
    EVER_BRIBED,
    EVER_FOREIGN_MEDIA,
    EVER_RATION,
    FARMERS,
    FREE,
    KIN_ABROAD,
    PAYING,
    PLACE_TYPES,
    SONGBUN_MASK,
    SONGBUN_SHIFT,
    WOMAN,
    WORKERS_PER_MEMBER,
)
from custodes.world.state import World

READS = "persons households units county.risk_heard"
WRITES = "memory"


class Params(NamedTuple):
    """How a survey is taken."""

    sample_size: float  #: leavers asked a year
    answers_woman: float  #: chance that a woman answers for the household's bribes
    answers_man: float  #: the same for a man
    taken_limit: float  #: share of income: 'officials took 30 % or more'
    half: float  #: share of supporters in the unit from which the answer is 'half or more of my peers'


QUESTIONS: Final = (
    "women",
    "border",
    "paid_bribes",
    "officials_took_30_percent",
    "never_received_rations",
    "watched_foreign_video",
    "private_economy",
    "half_of_peers_support",
    "own_view_negative",
    "no_wage_no_ration",
    "informal_share",
    "songbun_core",
    "songbun_hostile",
    "mean_age",
)
MEANINGS: Final = dict(
    zip(
        QUESTIONS,
        (
            "women among leavers",
            "leavers from provinces on the border",
            "ever paid a bribe",
            "officials took 30 % or more of income",
            "never received rations",
            "ever watched foreign video",
            "share of labour in the private economy",
            "say that half or more of their peers support the leader",
            "hold a negative view of the leader",
            "neither wage nor ration from the state job",
            "informal share of household income",
            "songbun: core",
            "songbun: hostile",
            "age in years",
        ),
        strict=True,
    )
)
_N: Final = len(QUESTIONS)
BORDER: Final = PLACE_TYPES.index("border")
_U16: Final = 1.0 / 65535.0
_I16: Final = 1.0 / 32767.0


@njit
def ask_everybody(first_unit, last_unit, c, border, persons, households, units, t, flight_p, p, now, out):
    """Add one county's answers, weighted by the hazard of leaving; `out` is (questions + 1,): sums and the weight."""
    grain_value = 0.001 * t.ration_price[c]
    for u in range(first_unit, last_unit):
        if units.garrison[u] == 1:
            continue
        peers = units.supporters[u] / max(1.0, 1.0 * units.adults[u])
        says_half = 1.0 if peers >= p.half else 0.0
        for r in range(units.first_person[u], units.first_person[u + 1]):
            age = (now - np.int64(persons.birth_week[r])) // 52
            if (persons.condition[r] != FREE) | (age < 16) | (age >= 60):
                continue
            h = units.first_household[u] + persons.household_in_unit[r]
            flags, home = persons.flags[r], households.flags[h]
            woman = 1.0 if flags & WOMAN else 0.0
            kin = 1.0 if flags & KIN_ABROAD else 0.0
            income = 1.0 * households.smoothed_income[h]
            m = households.market_share[h] * _U16
            private = persons.private_support[r] * _I16
            means = flight.afford(income, t.afford_cost[0], kin, flight_p)
            push = flight.push(
                private,
                households.victim_memory[h] * _U16,
                households.food_stress[h] * _U16,
                persons.media[r] * _U16,
                flight_p,
            )
            w = flight.hazard(
                t.flight_rate[c], means, push, woman, 1.0 * age, persons.fear[r] * _U16, t.risk_heard[c], flight_p
            )
            kind = households.ration_class[h]
            workers = WORKERS_PER_MEMBER * households.members[h]
            served = 1.0 if households.served_rank[h] < 65536.0 * t.coverage[kind] else 0.0
            paying = 1.0 if home & PAYING else 0.0
            ration = served * households.members[h] * t.ration_grams[kind] * grain_value
            market_pay = t.market_rate[c] * m * workers * households.skill[h] * (1.0 / 4096.0)
            farm_pay = t.farm_rate[0] * workers if kind == FARMERS else 0.0
            official = paying * t.wage_rate[0] * (1.0 - m) * workers + t.state_pay[kind] + t.guard_pay[kind] + ration
            official += t.take_home[c, kind]
            informal = market_pay + farm_pay
            answers = p.answers_woman if woman > 0.0 else p.answers_man
            songbun = (flags & SONGBUN_MASK) >> SONGBUN_SHIFT
            out[0] += w * woman
            out[1] += w * border
            out[2] += w * (answers if home & EVER_BRIBED else 0.0)
            out[3] += w * (1.0 if households.taken_this_year[h] >= p.taken_limit * 52.0 * income else 0.0)
            out[4] += w * (0.0 if home & EVER_RATION else 1.0)
            out[5] += w * (1.0 if flags & EVER_FOREIGN_MEDIA else 0.0)
            out[6] += w * m
            out[7] += w * says_half
            out[8] += w * (1.0 if private < 0.0 else 0.0)
            out[9] += w * (1.0 - max(served, paying))
            out[10] += w * informal / max(1.0, informal + official)
            out[11] += w * (1.0 if songbun == 0 else 0.0)
            out[12] += w * (1.0 if songbun == 2 else 0.0)
            out[13] += w * age
            out[14] += w


@njit
def ask_counties(starts, border, persons, households, units, t, flight_p, p, now, out):  # type: ignore[no-untyped-def]
    """Add the answers of all counties; county c has the units from `starts[c]` on, `border` is (C,)."""
    for c in range(border.shape[0]):
        ask_everybody(starts[c], starts[c + 1], c, border[c], persons, households, units, t, flight_p, p, now, out)


def ask(world: World, tables: Tables, year: int, weeks_since_1990: int, p: Any) -> dict[str, float]:
    """Ask this year's leavers; returns question -> expected answer and stores it, with a sample's, in `world.memory`.

    Keys are `survey.<year>.<question>` and `survey_sample.<year>.<question>`; `survey.<year>.weight` is the expected
    number of attempts a year at this week's hazards.
    """
    answers = np.zeros(_N + 1)
    starts = world.tiles.first_unit[world.tiles.first_of_county]
    places = world.places
    at_border = {int(places.province[c]) for c in range(len(places.counties)) if places.place_type[c] == BORDER}
    border = np.array([1.0 if province in at_border else 0.0 for province in places.province.tolist()])
    people = (world.persons, world.households, world.units)
    ask_counties(starts, border, *people, tables, p.flight, p.survey, weeks_since_1990, answers)
    weight = float(answers[_N])
    result = {q: float(answers[i]) / weight if weight else 0.0 for i, q in enumerate(QUESTIONS)}
    size = int(p.survey.sample_size)
    for i, (question, share) in enumerate(result.items()):
        world.memory[f"survey.{year}.{question}"] = share
        if share <= 1.0:
            said = draws.binomial(world.seed, "survey", world.week, i, size, share)
            world.memory[f"survey_sample.{year}.{question}"] = said / size
    world.memory[f"survey.{year}.weight"] = weight * 52.0 * world.k
    return result
