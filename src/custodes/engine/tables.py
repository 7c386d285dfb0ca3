"""What the group mechanisms hand to the people pass each week: one small table per county, organ or nation.

`exp` and `log` appear only in the making of these tables, never per person. C counties, O = 3 organs, 8 classes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741


class Tables(NamedTuple):
    """Read-only inputs of one week of the people pass. Money is won, grain is grams, rates are per week."""

    # food
    need_grams: I  #: (8,) a member-week, by class
    ration_grams: I  #: (8,) a member-week of a served household, by class
    coverage: F  #: (8,) share of the class that is served
    plot_grams: I  #: (8,) own produce a member-week, by class (farmers: their need), after the stock's limit
    grain_price: F  #: (C,) won/kg of staple grain
    want_factor: F  #: (C,) price elasticity of buying: 1.5 / (1 + 0.5 p / 5000)
    market_fill: F  #: (1,) q, share of wanted grain that the market has
    # work and pay
    market_rate: F  #: (C,) won per unit of m * workers * skill
    farm_rate: F  #: (1,) won per farm worker
    wage_rate: F  #: (1,) won per attending worker in a paying enterprise
    state_pay: F  #: (8,) won a household, by class
    guard_pay: F  #: (8,) cash won a household, by class (organs' classes only)
    take_home: F  #: (C, 8) won a household from the organ's pocket, by class
    mean_bribe: F  #: (C,) won a household last week
    ration_price: F  #: (C,) won/kg at which households value a ration
    tolerance: F  #: (1,) market tolerance
    share_cap: F  #: (8,) highest market share of labour, by class
    levy_rate: F  #: (1,)
    buyout_won: F  #: (1,) a full absence, a week
    # dollars
    won_per_cent: F  #: (1,) won a US cent
    remittance_cents: I  #: (1,) a linked household, a week
    dollar_fill: F  #: (2,) shares of wanted dollar purchases and of sales that the importers can meet
    # guards
    visits_per_weight: F  #: (O, C) visits / (k * sum of w)
    threat_share: F  #: (O, C) probability that a visit is a threat, mixed over agent types
    plea_share: F  #: (O, C)
    finding_rate: F  #: (O, C) chance that a visit to a household with a handle finds an infraction, per unit of H
    tariff_won: F  #: (1,) release price of the worst offence
    # what people know, think, show
    fear_surveillance: F  #: (C,)
    contact_rate: F  #: (C,) foreign-media contact: rate * reach * place * (1 - jam)
    rights_broadcast: F  #: (1,) b * content
    raid_rate: F  #: (C,) raids a unit-week
    cadre_wealth: F  #: (C,) visible cadre wealth
    rally: F  #: (1,)
    arrest_probability: F  #: (C, 64) by dissenters in the unit
    # leaving
    flight_rate: F  #: (C,) hazard before person and household factors
    afford_cost: F  #: (1,) 0.015 * broker price * won per dollar
    broker_won: F  #: (1,) what an attempt pays, at most
    caught_share: F  #: (1,)
    risk_heard: F  #: (C,)
    onward_rate: F  #: (1,)
    return_rate: F  #: (1,)
    settle_rate: F  #: (1,)
    # vital tables
    death_rate: F  #: (2, 128) by woman, year of age
    birth_rate: F  #: (128,) of a woman, by year of age
