"""One simplified week, six fields a person, written three ways: numba tiles, Polars columns, Mesa objects.

The week: a neighbour is extorted or not; hunger follows money; fear follows last week's threats in the neighbourhood;
awareness comes by chance and fades; support relaxes towards what one lives through; one dissents when grievance, helped
by neighbours who dissent, beats risk. Each version gets the same two uniform draws a person and must agree with the
others: `check` compares them before anything is timed.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

F = NDArray[np.float64]

NEIGHBOURHOOD = 75  #: persons
THREAT_CHANCE, BRIBE, INCOME, NEED = 0.05, 4.0, 10.0, 9.8
HUNGER_RATE, FEAR_DECAY, FEAR_SHOCK = 0.08, 0.04, 0.3
CONTACT, FADE, RELAX = 0.03, 0.02, 0.05
THRESHOLD, PEER, RISK = 0.4, 0.5, 0.4
FIELDS = ("money", "hunger", "fear", "awareness", "support", "dissent")


class People(NamedTuple):
    """Six columns, each float64 (persons,)."""

    money: F
    hunger: F
    fear: F
    awareness: F
    support: F
    dissent: F


def people(count: int) -> People:
    """A starting population, the same for every version."""
    draws = np.random.default_rng(1)
    n = count // NEIGHBOURHOOD * NEIGHBOURHOOD
    return People(
        money=draws.uniform(0.0, 40.0, n),
        hunger=draws.uniform(0.0, 0.5, n),
        fear=draws.uniform(0.0, 1.0, n),
        awareness=draws.uniform(0.0, 0.5, n),
        support=draws.uniform(-1.0, 1.0, n),
        dissent=(draws.uniform(0.0, 1.0, n) < 0.02).astype(np.float64),
    )


def draws(count: int, week: int) -> tuple[F, F]:
    """The two uniforms of each person in a week."""
    generator = np.random.default_rng((2, week))
    return generator.random(count), generator.random(count)


@numba.njit(nogil=True, error_model="numpy")
def _tiles(money, hunger, fear, awareness, support, dissent, threats, dissenters, u, v, first, last):  # type: ignore[no-untyped-def]
    for unit in range(first, last):
        threat_share = threats[unit] / NEIGHBOURHOOD
        peer_share = dissenters[unit] / NEIGHBOURHOOD
        met, loud = 0.0, 0.0
        for i in range(unit * NEIGHBOURHOOD, (unit + 1) * NEIGHBOURHOOD):
            threat = 1.0 if u[i] < THREAT_CHANCE else 0.0
            cash = money[i] + INCOME - threat * BRIBE
            spent = min(cash, NEED)
            h = hunger[i] + HUNGER_RATE * (1.0 - spent / NEED - hunger[i])
            f = fear[i] * (1.0 - FEAR_DECAY) + (1.0 - fear[i]) * FEAR_SHOCK * threat_share
            contact = 1.0 if v[i] < CONTACT else 0.0
            a = awareness[i] * (1.0 - FADE) + (1.0 - awareness[i]) * 0.5 * contact
            s = support[i] + RELAX * (0.4 - h - threat * (1.0 + a) - 0.5 * a - support[i])
            grievance = 0.5 * (1.0 - s) * (0.5 + h)
            d = 1.0 if grievance - RISK * f > THRESHOLD - PEER * peer_share else 0.0
            money[i], hunger[i], fear[i], awareness[i], support[i], dissent[i] = cash - spent, h, f, a, s, d
            met += threat
            loud += d
        threats[unit], dissenters[unit] = met, loud


class InTiles:
    """Columns in memory order, one fused loop over neighbourhoods: the structure of the people pass."""

    def __init__(self, start: People, threads: int = 1) -> None:
        self.columns = tuple(c.copy() for c in start)
        self.threats = np.zeros(len(start.money) // NEIGHBOURHOOD)
        self.dissenters = start.dissent.reshape(-1, NEIGHBOURHOOD).sum(axis=1)
        self.pool = ThreadPoolExecutor(threads)
        self.bounds = np.linspace(0, len(self.threats), 8 * threads + 1).astype(int).tolist()

    def step(self, u: F, v: F) -> None:
        """One week."""
        chunks = [
            self.pool.submit(_tiles, *self.columns, self.threats, self.dissenters, u, v, first, last)
            for first, last in pairwise(self.bounds)
        ]
        for chunk in chunks:
            chunk.result()

    def result(self) -> People:
        return People(*self.columns)


class InPolars:
    """The same in Polars: one lazy query a week over columns, neighbourhood sums by group_by."""

    def __init__(self, start: People) -> None:
        import polars as pl

        self.pl = pl
        count = len(start.money)
        self.frame = pl.DataFrame(
            {**start._asdict(), "unit": np.arange(count) // NEIGHBOURHOOD, "threat": np.zeros(count)}
        )

    def step(self, u: F, v: F) -> None:
        """One week."""
        pl, c = self.pl, self.pl.col
        groups = (
            self.frame.lazy()
            .group_by("unit")
            .agg(
                (c("threat").sum() / NEIGHBOURHOOD).alias("threat_share"),
                (c("dissent").sum() / NEIGHBOURHOOD).alias("peer_share"),
            )
        )
        contact = (c("v") < CONTACT).cast(pl.Float64)
        lived = 0.4 - c("hunger") - c("threat") * (1.0 + c("awareness"))
        grievance = 0.5 * (1.0 - c("support")) * (0.5 + c("hunger"))
        self.frame = (
            self.frame.lazy()
            .with_columns(pl.Series("u", u), pl.Series("v", v))
            .join(groups, on="unit", how="left", maintain_order="left")
            .with_columns((c("u") < THREAT_CHANCE).cast(pl.Float64).alias("threat"))
            .with_columns((c("money") + INCOME - c("threat") * BRIBE).alias("cash"))
            .with_columns(pl.min_horizontal(c("cash"), pl.lit(NEED)).alias("spent"))
            .with_columns(
                (c("cash") - c("spent")).alias("money"),
                (c("hunger") + HUNGER_RATE * (1.0 - c("spent") / NEED - c("hunger"))).alias("hunger"),
                (c("fear") * (1.0 - FEAR_DECAY) + (1.0 - c("fear")) * FEAR_SHOCK * c("threat_share")).alias("fear"),
                (c("awareness") * (1.0 - FADE) + (1.0 - c("awareness")) * 0.5 * contact).alias("awareness"),
            )
            .with_columns((c("support") + RELAX * (lived - 0.5 * c("awareness") - c("support"))).alias("support"))
            .with_columns(
                (grievance - RISK * c("fear") > THRESHOLD - PEER * c("peer_share")).cast(pl.Float64).alias("dissent")
            )
            .select(*FIELDS, "unit", "threat")
            .collect()
        )

    def result(self) -> People:
        return People(*(self.frame[name].to_numpy() for name in FIELDS))


class InMesa:
    """The same in Mesa: one object a person, one a neighbourhood."""

    def __init__(self, start: People) -> None:
        import mesa

        class Citizen(mesa.Agent):  # type: ignore[misc]
            def __init__(self, model: Any, row: int, home: "Neighbourhood") -> None:
                super().__init__(model)
                self.row, self.home = row, home
                self.money, self.hunger, self.fear, self.awareness, self.support, self.dissent = (
                    float(column[row]) for column in start
                )

            def step(self) -> None:
                home, model = self.home, self.model
                threat = 1.0 if model.u[self.row] < THREAT_CHANCE else 0.0
                cash = self.money + INCOME - threat * BRIBE
                spent = min(cash, NEED)
                self.money = cash - spent
                self.hunger += HUNGER_RATE * (1.0 - spent / NEED - self.hunger)
                self.fear = self.fear * (1.0 - FEAR_DECAY) + (1.0 - self.fear) * FEAR_SHOCK * home.threat_share
                contact = 1.0 if model.v[self.row] < CONTACT else 0.0
                self.awareness = self.awareness * (1.0 - FADE) + (1.0 - self.awareness) * 0.5 * contact
                self.support += RELAX * (
                    0.4 - self.hunger - threat * (1.0 + self.awareness) - 0.5 * self.awareness - self.support
                )
                grievance = 0.5 * (1.0 - self.support) * (0.5 + self.hunger)
                self.dissent = 1.0 if grievance - RISK * self.fear > THRESHOLD - PEER * home.peer_share else 0.0
                home.met += threat
                home.loud += self.dissent

        self.model = mesa.Model()
        count = len(start.money)
        shares = start.dissent.reshape(-1, NEIGHBOURHOOD).sum(axis=1)
        self.homes = [Neighbourhood(float(share)) for share in shares]
        for row in range(count):
            Citizen(self.model, row, self.homes[row // NEIGHBOURHOOD])

    def step(self, u: F, v: F) -> None:
        """One week."""
        self.model.u, self.model.v = u.tolist(), v.tolist()
        self.model.agents.do("step")
        for home in self.homes:
            home.close()

    def result(self) -> People:
        agents = sorted(self.model.agents, key=lambda agent: agent.row)
        return People(*(np.array([getattr(agent, name) for agent in agents]) for name in FIELDS))


class Neighbourhood:
    """Last week's shares and this week's counts of a neighbourhood, for the object version."""

    def __init__(self, dissenters: float) -> None:
        self.threat_share, self.peer_share = 0.0, dissenters / NEIGHBOURHOOD
        self.met, self.loud = 0.0, 0.0

    def close(self) -> None:
        """Turn this week's counts into next week's shares."""
        self.threat_share, self.peer_share = self.met / NEIGHBOURHOOD, self.loud / NEIGHBOURHOOD
        self.met, self.loud = 0.0, 0.0


VERSIONS: dict[str, Any] = {"numba tiles": InTiles, "Polars": InPolars, "Mesa": InMesa}


def check(names: list[str], count: int = 3_000, weeks: int = 10) -> float:
    """Largest difference of any field between the versions after some weeks; AssertionError above 1e-9."""
    outcomes = []
    for name in names:
        version = VERSIONS[name](people(count))
        for week in range(weeks):
            version.step(*draws(len(people(count).money), week))
        outcomes.append(np.stack(version.result()))
    largest = max(float(np.abs(outcome - outcomes[0]).max()) for outcome in outcomes)
    assert largest < 1e-9, f"the versions of the simplified step disagree by {largest}"
    return largest
