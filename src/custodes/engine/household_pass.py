"""Step 4a of the week: the households of one tile eat, buy, earn, pay and are visited.

Short loops over the tile's scratch, each branchless, so that they vectorise; each calls the mechanisms' small
functions. Everything on the right-hand side is last week's value. Whole won and grams are floored and stay whole.
"""

import math
from typing import Final, NamedTuple

import numpy as np

from custodes.draws import philox7
from custodes.engine.sums import INDEX, index
from custodes.jit import njit_inlined
from custodes.mechanisms import extortion, market, prices, rations, stance, support
from custodes.world.columns import (
    ARMY,
    BORDER_BUSINESS,
    BUYS_OUT,
    EVER_BRIBED,
    EVER_RATION,
    FARMERS,
    KIN_ABROAD,
    NO_TRADER,
    PAYING,
    REMITTANCE,
    WORKERS_PER_MEMBER,
)


class Clock(NamedTuple):
    """The week, as kernels see it."""

    week: int  #: weeks from 1990-01-01: the counter of the draws, and what ages are measured against
    quarter: int  #: week mod 4: which tiles renew their histogram, when terms count down
    first_of_year: int
    person_key_0: int
    person_key_1: int
    household_key_0: int
    household_key_1: int
    event_key_0: int
    event_key_1: int


_HOUSEHOLDS: Final = INDEX["households"]
_MARKET_LABOUR: Final = INDEX["market_labour_milli"]
_ATTENDING: Final = INDEX["attending_milli"]
_FARM_WORKERS: Final = INDEX["farm_workers_milli"]
_WORKERS: Final = INDEX["workers_milli"]
_MARKET_WORKERS: Final = INDEX["market_workers_milli"]
_MONEY: Final = INDEX["money"]
_DOLLARS: Final = INDEX["dollars_cents"]
_STRESS: Final = INDEX["stress_u16"]
_MEMORY: Final = INDEX["memory_u16"]
_ANGER: Final = INDEX["anger_u16"]
_SHARE: Final = INDEX["market_share_u16"]
_INCOME: Final = INDEX["income"]
_MARKET_INCOME: Final = INDEX["market_income"]
_WEIGHT: Final = INDEX["weight"]
_THREAT_ASK: Final = INDEX["weight_threat_ask"]
_PLEA_ASK: Final = INDEX["weight_plea_ask"]
_NEED: Final = INDEX["need_grams"]
_RATION: Final = INDEX["ration_grams"]
_PLOT: Final = INDEX["plot_grams"]
_WANT: Final = INDEX["want_grams"]
_BOUGHT: Final = INDEX["bought_grams"]
_GRAIN_COST: Final = INDEX["grain_cost"]
_OTHER: Final = INDEX["other_spending"]
_MARKET_PAY: Final = INDEX["market_pay"]
_FARM_PAY: Final = INDEX["farm_pay"]
_WAGES: Final = INDEX["wages"]
_STATE_PAY: Final = INDEX["state_pay"]
_LEVY: Final = INDEX["levy"]
_BUYOUT: Final = INDEX["buyout"]
_REMITTANCE_WON: Final = INDEX["remittance_won"]
_DOLLARS_BOUGHT_WON: Final = INDEX["dollars_bought_won"]
_DOLLARS_SOLD_WON: Final = INDEX["dollars_sold_won"]
_INFORMAL: Final = INDEX["informal_value"]
_VALUE: Final = INDEX["total_value"]
_REMITTANCE_CENTS: Final = INDEX["remittance_cents"]
_BOUGHT_CENTS: Final = INDEX["bought_cents"]
_SOLD_CENTS: Final = INDEX["sold_cents"]
_WANT_BUY: Final = INDEX["want_buy_cents"]
_WANT_SELL: Final = INDEX["want_sell_cents"]
_VISITS: Final = index("visits", 0)
_THREATS_MET: Final = index("threats_met", 0)
_THREATS_PAID: Final = index("threats_paid", 0)
_PLEAS_MET: Final = index("pleas_met", 0)
_PLEAS_PAID: Final = index("pleas_paid", 0)
_BRIBES: Final = index("bribes", 0)
_SETTLEMENTS: Final = index("settlements", 0)
_SETTLED: Final = index("settled_cases", 0)
_GUARD_PAY: Final = index("guard_pay", 0)
_TAKE_HOME: Final = index("take_home", 0)
_CLASS_HOUSEHOLDS: Final = index("class_households", 0)
_CLASS_MEMBERS: Final = index("class_members", 0)
_CLASS_SERVED: Final = index("class_served_members", 0)
_CLASS_INCOME: Final = index("class_income", 0)

_UNIT: Final = 1.0 / 4294967296.0
_U16: Final = 1.0 / 65535.0
_SCALE: Final = 1048576.0
_PACK: Final = 1 << 20


@njit_inlined
def draw_households(first, n, s, clock):
    """Two Philox blocks for each household of the tile."""
    k0, k1 = np.uint32(clock.household_key_0), np.uint32(clock.household_key_1)
    week = np.uint32(clock.week)
    w = s.words
    for j in range(n):
        w[0, j], w[1, j], w[2, j], w[3, j] = philox7(np.uint32(first + j), np.uint32(0), week, np.uint32(0), k0, k1)
    for j in range(n):
        w[4, j], w[5, j], w[6, j], w[7, j] = philox7(np.uint32(first + j), np.uint32(0), week, np.uint32(1), k0, k1)


@njit_inlined
def traders_state(u0, u1, persons, households, units, s):
    """Fear, media, rights and kin abroad of each household's principal trader, last week's; 0 where there is none."""
    start = units.first_household[u0]
    for u in range(u0, u1):
        base = units.first_person[u]
        for h in range(units.first_household[u], units.first_household[u + 1]):
            place = households.trader[h]
            there = 1.0 if place != NO_TRADER else 0.0
            row = base + (place if place != NO_TRADER else 0)
            j = h - start
            s.fear[j] = there * persons.fear[row] * _U16
            s.media[j] = there * persons.media[row] * _U16
            s.rights[j] = there * persons.rights[row] * _U16
            s.kin_abroad[j] = there if persons.flags[row] & KIN_ABROAD else 0.0


@njit_inlined
def unpack(first, n, c, households, t, s):
    """Columns and class tables of the tile's households into scratch."""
    money, income = households.money[first : first + n], households.smoothed_income[first : first + n]
    share, stress = households.market_share[first : first + n], households.food_stress[first : first + n]
    memory, skill = households.victim_memory[first : first + n], households.skill[first : first + n]
    members, kind = households.members[first : first + n], households.ration_class[first : first + n]
    rank = households.served_rank[first : first + n]
    for j in range(n):
        s.money[j] = money[j]
    for j in range(n):
        s.income[j] = income[j]
        s.members[j] = members[j]
        s.workers[j] = WORKERS_PER_MEMBER * members[j]
        s.ration_class[j] = kind[j]
    for j in range(n):
        s.market_share[j] = share[j] * _U16
        s.stress[j] = stress[j] * _U16
        s.memory[j] = memory[j] * _U16
        s.skill[j] = skill[j] * (1.0 / 4096.0)
    for j in range(n):
        k = s.ration_class[j]
        s.need[j] = t.need_grams[k]
        s.ration[j] = t.ration_grams[k]
        s.plot[j] = t.plot_grams[k]
        s.price[j] = t.coverage[k]
        s.cap[j] = t.share_cap[k]
    for j in range(n):
        k = s.ration_class[j]
        s.state_pay[j] = t.state_pay[k]
        s.guard_pay[j] = t.guard_pay[k]
        s.take_home[j] = t.take_home[c, k]
    for j in range(n):
        there = 1.0 if s.members[j] > 0.0 else 0.0
        s.served[j] = there if rank[j] < 65536.0 * s.price[j] else 0.0
        s.state_pay[j] = there * s.state_pay[j]
        s.guard_pay[j] = there * s.guard_pay[j]
        s.take_home[j] = there * s.take_home[j]


@njit_inlined
def eat_and_buy(n, c, t, p, s):
    """Ration, own plot, then the market with at most 0.6 of the money; what is left over buys other goods."""
    price, factor, fill = t.grain_price[c], t.want_factor[c], t.market_fill[0]
    flows = s.flows
    for j in range(n):
        members = s.members[j]
        need = members * s.need[j]
        ration = s.served[j] * members * s.ration[j]
        plot = min(members * s.plot[j], max(0.0, need - ration))
        gap = max(0.0, need - ration - plot)
        want = math.floor(min(market.wanted_grain(gap, factor), market.affordable_grain(s.money[j], price, p.market)))
        bought = math.floor(want * fill)
        cost = math.floor(bought * price * 0.001)
        other = math.floor(market.other_spending(s.money[j] - cost, p.market))
        flows[_NEED, j] = need
        flows[_RATION, j] = ration
        flows[_PLOT, j] = plot
        flows[_WANT, j] = want
        flows[_BOUGHT, j] = bought
        flows[_GRAIN_COST, j] = cost
        flows[_OTHER, j] = other
        s.money[j] = s.money[j] - cost - other


@njit_inlined
def earn_and_pay(first, n, c, households, t, p, s):
    """Market pay, farm pay, wages, state pay, guards' pay and take-home, remittances; then levy and buy-out."""
    rate, farm_rate, wage_rate = t.market_rate[c], t.farm_rate[0], t.wage_rate[0]
    cents, won_per_cent = t.remittance_cents[0], t.won_per_cent[0]
    levy_rate, buyout_won = t.levy_rate[0], t.buyout_won[0]
    grain_value = 0.001 * t.ration_price[c]
    flows, flags = s.flows, households.flags[first : first + n]
    for j in range(n):
        m = s.market_share[j]
        labour = m * s.workers[j]
        farmer = 1.0 if s.ration_class[j] == FARMERS else 0.0
        paying = 1.0 if flags[j] & PAYING else 0.0
        flows[_MARKET_LABOUR, j] = math.floor(1000.0 * labour * s.skill[j])
        flows[_ATTENDING, j] = math.floor(1000.0 * (1.0 - m) * s.workers[j]) * paying
        flows[_FARM_WORKERS, j] = math.floor(1000.0 * s.workers[j]) * farmer
        flows[_WORKERS, j] = math.floor(1000.0 * s.workers[j])
        flows[_MARKET_WORKERS, j] = math.floor(1000.0 * labour)
        s.attended[j] = paying
    for j in range(n):
        there = 1.0 if s.members[j] > 0.0 else 0.0
        linked = there if flags[j] & REMITTANCE else 0.0
        s.buys[j] = there if flags[j] & BUYS_OUT else 0.0
        flows[_REMITTANCE_CENTS, j] = linked * cents
    for j in range(n):
        flows[_MARKET_PAY, j] = math.floor(rate * flows[_MARKET_LABOUR, j] * 0.001)
    for j in range(n):
        flows[_FARM_PAY, j] = math.floor(farm_rate * flows[_FARM_WORKERS, j] * 0.001)
    for j in range(n):
        flows[_WAGES, j] = math.floor(wage_rate * flows[_ATTENDING, j] * 0.001)
    for j in range(n):
        flows[_REMITTANCE_WON, j] = math.floor(flows[_REMITTANCE_CENTS, j] * won_per_cent)
    for j in range(n):
        flows[_MARKET_INCOME, j] = flows[_MARKET_PAY, j] + flows[_REMITTANCE_WON, j]
    for j in range(n):
        flows[_INFORMAL, j] = flows[_MARKET_INCOME, j] + flows[_FARM_PAY, j]
    for j in range(n):
        official = flows[_WAGES, j] + s.state_pay[j] + s.guard_pay[j] + s.take_home[j]
        s.earned[j] = flows[_INFORMAL, j] + official
    for j in range(n):
        income = s.earned[j]
        flows[_STATE_PAY, j] = s.state_pay[j]
        flows[_INCOME, j] = income
        flows[_VALUE, j] = income + math.floor(flows[_RATION, j] * grain_value)
    for j in range(n):
        income = s.earned[j]
        levy = math.floor(levy_rate * income)
        money = s.money[j] + income - levy
        buyout = math.floor(s.buys[j] * market.buyout(s.market_share[j], money, buyout_won, p.market))
        flows[_LEVY, j] = levy
        flows[_BUYOUT, j] = buyout
        s.taken[j] = levy + buyout
        s.money[j] = money - buyout


@njit_inlined
def size_up(first, n, households, p, s):
    """What guards see: the handle, the sums they would ask, and how likely the household is to pay."""
    flows, flags, illegality = s.flows, households.flags[first : first + n], households.illegality[first : first + n]
    e = p.extortion
    for j in range(n):
        border = 1.0 if flags[j] & BORDER_BUSINESS else 0.0
        there = 1.0 if s.members[j] > 0.0 else 0.0
        m, money, income = s.market_share[j], s.money[j], s.income[j]
        handle = extortion.handle(illegality[j] * _U16, m, s.media[j], s.kin_abroad[j], border, e)
        weight = there * extortion.visit_weight(handle, m, e)
        threat_ask = math.floor(extortion.ask_threat(income, money, handle, e))
        plea_ask = math.floor(extortion.ask_plea(income, money, handle, e))
        threat_comply = extortion.comply_threat(s.fear[j], handle, s.rights[j], e)
        plea_comply = extortion.comply_plea(m, handle, e)
        s.handle[j] = handle
        s.threat_ask[j] = threat_ask
        s.plea_ask[j] = plea_ask
        s.threat_comply[j] = threat_comply
        s.plea_comply[j] = plea_comply
        flows[_WEIGHT, j] = math.floor(weight * _SCALE)
        flows[_THREAT_ASK, j] = math.floor(weight * threat_comply * threat_ask)
        flows[_PLEA_ASK, j] = math.floor(weight * plea_comply * plea_ask)


@njit_inlined
def visit(organ, n, c, t, p, s):
    """One organ's visits: one exclusive draw decides among paid or refused threat, paid or refused plea, and nothing."""
    per_weight, threat, plea = t.visits_per_weight[organ, c], t.threat_share[organ, c], t.plea_share[organ, c]
    finding, tariff_won = t.finding_rate[organ, c], t.tariff_won[0]
    flows, e = s.flows, p.extortion
    word, finding_word = s.words[organ], s.words[3 + organ // 2]
    shift = np.uint32(16 * (organ & 1))
    for j in range(n):
        u = word[j] * _UNIT
        v = extortion.visit_probability(per_weight, flows[_WEIGHT, j] * (1.0 / _SCALE), e)
        threats = v * threat
        pleas = v * plea
        flows[_VISITS + organ, j] = 1.0 if u < v else 0.0
        flows[_THREATS_MET + organ, j] = 1.0 if u < threats else 0.0
        flows[_THREATS_PAID + organ, j] = 1.0 if u < threats * s.threat_comply[j] else 0.0
        flows[_PLEAS_MET + organ, j] = 1.0 if (u >= threats) & (u < threats + pleas) else 0.0
        flows[_PLEAS_PAID + organ, j] = 1.0 if (u >= threats) & (u < threats + pleas * s.plea_comply[j]) else 0.0
    for j in range(n):
        asked = flows[_THREATS_PAID + organ, j] * s.threat_ask[j] + flows[_PLEAS_PAID + organ, j] * s.plea_ask[j]
        bribe = min(s.money[j], asked)
        flows[_BRIBES + organ, j] = bribe
        s.money[j] = s.money[j] - bribe
    for j in range(n):
        luck = ((finding_word[j] >> shift) & np.uint32(0xFFFF)) * (1.0 / 65536.0)
        found = flows[_VISITS + organ, j] if luck < extortion.finding_probability(s.handle[j], finding) else 0.0
        price = math.floor(extortion.tariff(s.handle[j], tariff_won, e))
        demanded = flows[_THREATS_MET + organ, j] + flows[_PLEAS_MET + organ, j]
        settles = found if (s.money[j] >= price) & (demanded > 0.0) else 0.0
        flows[_SETTLED + organ, j] = settles
        flows[_SETTLEMENTS + organ, j] = settles * price
        s.charged[j] = s.charged[j] + found - settles
    for j in range(n):
        s.threats_met[j] = s.threats_met[j] + flows[_THREATS_MET + organ, j]
        s.threats_paid[j] = s.threats_paid[j] + flows[_THREATS_PAID + organ, j]
        s.pleas_paid[j] = s.pleas_paid[j] + flows[_PLEAS_PAID + organ, j]
        s.taken[j] = s.taken[j] + flows[_BRIBES + organ, j] + flows[_SETTLEMENTS + organ, j]
        s.money[j] = s.money[j] - flows[_SETTLEMENTS + organ, j]


@njit_inlined
def give_up(first, n, c, households, t, p, s):
    """Illegal business that is left because guards keep coming: only where the theory of hit-and-run trade is chosen."""
    e = p.extortion
    if e.repeated_demands == extortion.HIT_AND_RUN:
        illegality, w6, half = households.illegality[first : first + n], s.words[6], np.uint32(16)
        for j in range(n):
            weight, expected = s.flows[_WEIGHT, j] * (1.0 / _SCALE), 0.0
            for organ in range(3):
                expected += extortion.visit_probability(t.visits_per_weight[organ, c], weight, e)
            left = max(0.0, illegality[j] - 65535.0 * extortion.given_up(expected, e))
            illegality[j] = np.uint16(min(65535.0, left + (w6[j] >> half) * (1.0 / 65536.0)))


@njit_inlined
def change_dollars(first, n, households, t, p, s):
    """Households with much cash buy dollars from importers, those short of cash sell."""
    won_per_cent = t.won_per_cent[0]
    buy_fill, sell_fill = t.dollar_fill[0], t.dollar_fill[1]
    flows, dollars = s.flows, households.dollars[first : first + n]
    for j in range(n):
        held = 1.0 * dollars[j]
        there = 1.0 if s.members[j] > 0.0 else 0.0
        wanted = there * math.floor(prices.dollars_wanted(s.money[j], s.income[j], p.prices) / won_per_cent)
        bought = math.floor(wanted * buy_fill)
        offered = there * math.floor(
            prices.dollars_offered_cents(s.money[j], s.income[j], held, won_per_cent, p.prices)
        )
        sold = math.floor(offered * sell_fill)
        bought_won = math.floor(bought * won_per_cent)
        sold_won = math.floor(sold * won_per_cent)
        flows[_WANT_BUY, j] = wanted
        flows[_WANT_SELL, j] = offered
        flows[_BOUGHT_CENTS, j] = bought
        flows[_SOLD_CENTS, j] = sold
        flows[_DOLLARS_BOUGHT_WON, j] = bought_won
        flows[_DOLLARS_SOLD_WON, j] = sold_won
        flows[_DOLLARS, j] = held + bought - sold
        s.money[j] = s.money[j] - bought_won + sold_won


@njit_inlined
def conclude(first, n, c, households, t, p, s):
    """Next week's columns of the households, and what their members will feel this week (from last week's values)."""
    flows = s.flows
    rate, wage_rate, buyout_won = t.market_rate[c], t.wage_rate[0], t.buyout_won[0]
    mean_bribe, tolerance = t.mean_bribe[c], t.tolerance[0]
    ration_price, wealth = t.ration_price[c], t.cadre_wealth[c]
    w5, w6, w7 = s.words[5], s.words[6], s.words[7]
    low, half = np.uint32(0xFFFF), np.uint32(16)
    own_past, smoothed = households.income_reference[first : first + n], households.smoothed_income[first : first + n]
    shares, stress = households.market_share[first : first + n], households.food_stress[first : first + n]
    memory = households.victim_memory[first : first + n]
    for j in range(n):
        s.support_part[j] = support.household_part(s.income[j], 1.0 * own_past[j], s.stress[j], wealth, p.support)
        s.hardship[j] = stance.hardship(s.stress[j], s.memory[j], p.stance)
    for j in range(n):
        reference = min(2.0e9, market.reference_update(1.0 * own_past[j], s.income[j], p.market))
        own_past[j] = np.int32(reference + (w7[j] >> half) * (1.0 / 65536.0))
    for j in range(n):
        smooth = min(2.0e9, market.smooth_income(s.income[j], s.earned[j], p.market))
        smoothed[j] = np.int32(smooth + (w7[j] & low) * (1.0 / 65536.0))
    for j in range(n):
        at_market = market.market_earning(rate, s.skill[j], s.workers[j], mean_bribe)
        at_post = market.state_earning(
            s.state_pay[j],
            s.guard_pay[j],
            s.attended[j],
            wage_rate,
            s.workers[j],
            s.members[j] * s.ration[j],
            ration_price,
            s.served[j],
            s.buys[j],
            buyout_won,
            p.market,
        )
        target = market.labour_target(s.stress[j], at_market, at_post, s.cap[j], tolerance, p.market)
        share = market.share_update(s.market_share[j], target, p.market)
        shares[j] = np.uint16(min(65535.0, 65535.0 * share + (w5[j] & low) * (1.0 / 65536.0)))
    for j in range(n):
        eaten = flows[_RATION, j] + flows[_PLOT, j] + flows[_BOUGHT, j]
        hunger = rations.food_stress(s.stress[j], eaten, flows[_NEED, j], p.rations)
        stress[j] = np.uint16(min(65535.0, 65535.0 * hunger + (w5[j] >> half) * (1.0 / 65536.0)))
    for j in range(n):
        remembered = extortion.remember(s.memory[j], s.threats_paid[j], s.pleas_paid[j], p.extortion)
        memory[j] = np.uint16(min(65535.0, 65535.0 * remembered + (w6[j] & low) * (1.0 / 65536.0)))
    for j in range(n):
        there = 1.0 if (s.members[j] > 0.0) & (s.ration_class[j] != ARMY) else 0.0
        flows[_HOUSEHOLDS, j] = there
        flows[_MONEY, j] = s.money[j]
        flows[_STRESS, j] = there * stress[j]
        flows[_MEMORY, j] = there * memory[j]
        flows[_SHARE, j] = there * shares[j]
        flows[_ANGER, j] = math.floor(min(65535.0, there * memory[j] * (1.0 + p.support.resentment * s.rights[j])))


@njit_inlined
def store(first, n, households, clock, s):
    """Money, dollars, what officials took this year, and what can never be undone: ever bribed, ever fed by the state."""
    kept = 0.0 if clock.first_of_year else 1.0
    money, dollars = households.money[first : first + n], households.dollars[first : first + n]
    taken, flags = households.taken_this_year[first : first + n], households.flags[first : first + n]
    for j in range(n):
        money[j] = np.int64(s.money[j])
    for j in range(n):
        dollars[j] = np.int32(s.flows[_DOLLARS, j])
    for j in range(n):
        taken[j] = np.int32(min(2.0e9, kept * taken[j] + s.taken[j]))
    for j in range(n):
        bribed = np.uint8(EVER_BRIBED) if s.threats_paid[j] + s.pleas_paid[j] > 0.0 else np.uint8(0)
        fed = np.uint8(EVER_RATION) if s.flows[_RATION, j] > 0.0 else np.uint8(0)
        flags[j] = np.uint8(np.uint8(flags[j] | bribed) | fed)
    for j in range(n):
        s.arrest[j] = np.uint8(1) if s.charged[j] > 0.0 else np.uint8(0)


@njit_inlined
def by_class(n, s, cls, out):
    """Households, members, served members and income by ration class, and guards' pay by organ."""
    cls[:] = 0
    for j in range(n):
        k = s.ration_class[j]
        members = np.int64(s.members[j])
        served = np.int64(s.members[j] * s.served[j])
        cls[0, k] += (1 if members > 0 else 0) + members * _PACK + served * _PACK * _PACK
        cls[1, k] += np.int64(s.earned[j])
    for k in range(8):
        packed = cls[0, k]
        out[_CLASS_HOUSEHOLDS + k] = packed & (_PACK - 1)
        out[_CLASS_MEMBERS + k] = (packed >> 20) & (_PACK - 1)
        out[_CLASS_SERVED + k] = packed >> 40
        out[_CLASS_INCOME + k] = cls[1, k]


@njit_inlined
def household_pass(c, u0, u1, persons, households, units, t, p, clock, scratch, out):
    """Step the households of units u0..u1 (one tile, county c); household sums go to `out`."""
    s = scratch.h
    first = units.first_household[u0]
    n = units.first_household[u1] - first
    draw_households(first, n, s, clock)
    traders_state(u0, u1, persons, households, units, s)
    unpack(first, n, c, households, t, s)
    for j in range(n):
        s.charged[j] = 0.0
        s.threats_met[j] = 0.0
        s.threats_paid[j] = 0.0
        s.pleas_paid[j] = 0.0
    eat_and_buy(n, c, t, p, s)
    earn_and_pay(first, n, c, households, t, p, s)
    size_up(first, n, households, p, s)
    for organ in range(3):
        visit(organ, n, c, t, p, s)
    give_up(first, n, c, households, t, p, s)
    change_dollars(first, n, households, t, p, s)
    conclude(first, n, c, households, t, p, s)
    store(first, n, households, clock, s)
    by_class(n, s, scratch.cls, out)
    for organ in range(3):
        for j in range(n):
            mine = 1.0 if s.ration_class[j] == organ else 0.0
            s.flows[_GUARD_PAY + organ, j] = mine * s.guard_pay[j]
            s.flows[_TAKE_HOME + organ, j] = mine * s.take_home[j]
