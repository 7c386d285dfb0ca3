"""THE order of a week: the one file that names every mechanism.

    1 births of the year, the calendar, outside actions (engine)
    2 leader and powers, by last week's reports       4 the people pass: 4a households, 4b persons
    3 tables: rations, prices, pay, guards' choices   5 ledgers, organs, punishments
    6 the court: trade, rents, loyalty, purges ...    7-9 incidents, ends, crisis ladder, reports, books

`prepare` steps fill the tables that the people pass reads; `settle` steps move the ledgers and the organs after it.
`custodes week` prints this list with what each step reads and writes.
"""

from types import ModuleType
from typing import Any, NamedTuple

from custodes.actors import leader, powers
from custodes.engine.step import Step
from custodes.mechanisms import (
    awareness,
    blame,
    careers,
    coups,
    crisis,
    demography,
    diplomacy,
    endings,
    enforcement,
    envoys,
    extortion,
    fates,
    fear,
    flight,
    incidents,
    indicators,
    loyalty,
    market,
    morale,
    officers,
    prices,
    punishment,
    purge,
    rations,
    rents,
    rings,
    stance,
    succession,
    support,
    survey,
    suspicion,
    takings,
    trade,
)
from custodes.observe import reports
from custodes.world import people


class Parameters(NamedTuple):
    """All parameter groups of a run, one per mechanism."""

    initial: people.Params
    demography: demography.Params
    rations: rations.Params
    market: market.Params
    prices: prices.Params
    extortion: extortion.Params
    enforcement: enforcement.Params
    takings: takings.Params
    morale: morale.Params
    awareness: awareness.Params
    fear: fear.Params
    support: support.Params
    stance: stance.Params
    punishment: punishment.Params
    indicators: indicators.Params
    incidents: incidents.Params
    flight: flight.Params
    survey: survey.Params
    trade: trade.Params
    rents: rents.Params
    loyalty: loyalty.Params
    blame: blame.Params
    suspicion: suspicion.Params
    purge: purge.Params
    fates: fates.Params
    careers: careers.Params
    coups: coups.Params
    succession: succession.Params
    officers: officers.Params
    envoys: envoys.Params
    rings: rings.Params
    endings: endings.Params
    diplomacy: diplomacy.Params
    crisis: crisis.Params
    leader: leader.Params
    reports: reports.Params
    powers: powers.Params


_GROUPS: dict[str, Any] = {
    "initial": people,
    "demography": demography,
    "rations": rations,
    "market": market,
    "prices": prices,
    "extortion": extortion,
    "enforcement": enforcement,
    "takings": takings,
    "morale": morale,
    "awareness": awareness,
    "fear": fear,
    "support": support,
    "stance": stance,
    "punishment": punishment,
    "indicators": indicators,
    "incidents": incidents,
    "flight": flight,
    "survey": survey,
    "trade": trade,
    "rents": rents,
    "loyalty": loyalty,
    "blame": blame,
    "suspicion": suspicion,
    "purge": purge,
    "fates": fates,
    "careers": careers,
    "coups": coups,
    "succession": succession,
    "officers": officers,
    "envoys": envoys,
    "rings": rings,
    "endings": endings,
    "diplomacy": diplomacy,
    "crisis": crisis,
    "leader": leader,
    "reports": reports,
    "powers": powers,
}

_PREPARE: tuple[ModuleType, ...] = (
    rations,
    prices,
    market,
    extortion,
    takings,
    fear,
    awareness,
    support,
    stance,
    flight,
    demography,
)
_SETTLE: tuple[ModuleType, ...] = (
    rations,
    market,
    prices,
    takings,
    extortion,
    enforcement,
    morale,
    awareness,
    support,
    flight,
    punishment,
    indicators,
    # the court
    trade,
    rents,
    loyalty,
    blame,
    suspicion,
    purge,
    fates,
    careers,
    coups,
    succession,
    officers,
    envoys,
    rings,
    # the street and the ends
    incidents,
    endings,
    diplomacy,
    crisis,
    demography,
)


def _step(module: ModuleType, function: str) -> Step:
    name = module.__name__.rpartition(".")[2]
    reads = tuple(str(getattr(module, "READS", "")).split())
    writes = tuple(str(getattr(module, "WRITES", "")).split())
    doc = (module.__doc__ or "").strip().partition("\n")[0]
    return Step(f"{name}.{function}", getattr(module, function), reads, writes, doc)


PREPARE: tuple[Step, ...] = tuple(_step(m, "prepare") for m in _PREPARE)
SETTLE: tuple[Step, ...] = tuple(_step(m, "settle") for m in _SETTLE if hasattr(m, "settle"))


def parameters_of(book: Any) -> Parameters:
    """The groups of a scenario's parameter book as one NamedTuple; BadScenario for a missing or unknown name."""
    from custodes.errors import BadScenario

    groups = {}
    for name, module in _GROUPS.items():
        wanted = set(module.Params._fields)
        given = book.group(name) if wanted else {}
        if wanted - set(given):
            lacking = ", ".join(sorted(wanted - set(given)))
            raise BadScenario(f"the parameter group '{name}' lacks {lacking}; add it to the scenario's parameters.")
        groups[name] = module.Params(**{k: _floats(given[k]) for k in module.Params._fields})
    return Parameters(**groups)


def _floats(value: Any) -> Any:
    return tuple(float(v) for v in value) if isinstance(value, tuple | list) else float(value)
