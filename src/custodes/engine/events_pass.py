"""Step 4b, the rare part: death, birth, flight, arrest, release and what becomes of those who crossed the border.

Row by row, only for the few rows that can meet something this week. A person's hazards are laid end to end on one
uniform draw, so that at most one of them happens; what follows (caught? camp? which child?) comes from a second block.
"""

import math
from typing import Final

import numpy as np

from custodes.draws import philox7
from custodes.engine.person_pass import RARE
from custodes.engine.sums import INDEX, index
from custodes.jit import njit_inlined, njit_part
from custodes.mechanisms import extortion, flight, punishment
from custodes.world.columns import (
    CAMP, CONFORM, DISSENT, FREE, IN_CHINA, JAILED, KIN_ABROAD, KIN_PUNISHED, NO_TRADER, SOLDIER, SONGBUN_MASK, TERM_FOR_LIFE,
    VACANT, WOMAN,
)

_DEATHS: Final = INDEX["deaths"]
_BIRTHS: Final = INDEX["births"]
_UNPLACED: Final = INDEX["births_unplaced"]
_ARRESTS: Final = INDEX["arrests"]
_JAILINGS: Final = INDEX["jailings"]
_RELEASES: Final = INDEX["releases"]
_ATTEMPTS: Final = INDEX["flight_attempts"]
_CROSSINGS: Final = INDEX["flight_crossings"]
_CAUGHT: Final = INDEX["flight_caught"]
_ARRIVALS: Final = INDEX["arrivals_abroad"]
_RETURNED: Final = INDEX["returned"]
_SETTLED: Final = INDEX["settled"]
_BROKER: Final = INDEX["broker_fee"]
_EMPTIED: Final = INDEX["emptied_households"]
_EMPTIED_MONEY: Final = INDEX["emptied_money"]
_EMPTIED_CENTS: Final = INDEX["emptied_cents"]
_MONEY: Final = INDEX["money"]
_DOLLARS: Final = INDEX["dollars_cents"]
_SETTLEMENTS: Final = index("settlements", 0)
_SETTLED_CASES: Final = index("settled_cases", 0)

_UNIT: Final = 1.0 / 4294967296.0
_U16: Final = 1.0 / 65535.0
_I16: Final = 1.0 / 32767.0


@njit_inlined
def age_in_years(persons, row, clock):
    """Completed years, 0..127."""
    weeks = clock.week - np.int64(persons.birth_week[row])
    return min(127, max(0, weeks // 52))


@njit_inlined
def flag_household(persons, first, last, home, bits):
    """Set flag bits on every row of a household."""
    for r in range(first, last):
        if (persons.household_in_unit[r] == home) & (persons.condition[r] != VACANT):
            persons.flags[r] = np.uint16(persons.flags[r] | np.uint16(bits))


@njit_inlined
def choose_trader(persons, first, last, home):
    """Place in the unit of the oldest free member; 255 for an empty household."""
    best, oldest = NO_TRADER, np.int64(40000)
    for r in range(first, last):
        if (persons.household_in_unit[r] == home) & (persons.condition[r] <= SOLDIER):
            born = np.int64(persons.birth_week[r])
            if born < oldest:
                oldest = born
                best = r - first
    return best


@njit_inlined
def vacate(persons, row):
    """The row of a person who has died or arrived abroad waits for a birth."""
    persons.condition[row] = VACANT
    persons.stance[row] = 0
    persons.flags[row] = 0
    persons.term[row] = 0


@njit_inlined
def leave_home(persons, households, units, u, row, household, out, for_ever):
    """Take a person out of the household: its count, its trader, and its money if none is left.

    The row must not be free any more, or `for_ever` vacates it.
    """
    home = persons.household_in_unit[row]
    if for_ever:
        vacate(persons, row)
    first, last = units.first_person[u], units.first_person[u + 1]
    households.members[household] = np.uint8(households.members[household] - 1)
    if households.members[household] == 0:
        out[_EMPTIED] += 1
        out[_EMPTIED_MONEY] += households.money[household]
        out[_EMPTIED_CENTS] += np.int64(households.dollars[household])
        out[_MONEY] -= households.money[household]
        out[_DOLLARS] -= np.int64(households.dollars[household])
        households.money[household] = 0
        households.dollars[household] = 0
        households.trader[household] = NO_TRADER
    elif households.trader[household] == row - first:
        households.trader[household] = choose_trader(persons, first, last, home)


@njit_inlined
def come_home(persons, households, units, u, row, household):
    """A released or returned person is a free member of the household again."""
    persons.condition[row] = FREE
    persons.term[row] = 0
    households.members[household] = np.uint8(households.members[household] + 1)
    if households.trader[household] == NO_TRADER:
        households.trader[household] = np.uint8(row - units.first_person[u])


@njit_inlined
def lock_up(persons, households, units, u, row, household, luck, p, out):
    """Jail or camp for a person who is free; a camp marks the household's members as kin of the punished."""
    if persons.condition[row] <= SOLDIER:
        persons.condition[row] = JAILED
        leave_home(persons, households, units, u, row, household, out, False)
    term, camp = punishment.term_weeks4(luck, p.punishment)
    persons.condition[row] = CAMP if camp > 0 else JAILED
    persons.term[row] = np.uint8(term)
    if camp > 0:
        flag_household(persons, units.first_person[u], units.first_person[u + 1], persons.household_in_unit[row], KIN_PUNISHED)
    out[_JAILINGS] += 1


@njit_inlined
def give_birth(persons, households, units, u, mother, household, sex_luck, risk, clock, out):
    """A child takes a vacant row of the unit, its mother's household and outlook, half her fear and her knowledge."""
    first, last = units.first_person[u], units.first_person[u + 1]
    child = -1
    for r in range(last - 1, first - 1, -1):
        if persons.condition[r] == VACANT:
            child = r
            break
    if (child < 0) | (households.members[household] >= 250):
        out[_UNPLACED] += 1
        return
    woman = WOMAN if sex_luck < 0.488 else 0
    kept = persons.flags[mother] & np.uint16(SONGBUN_MASK | KIN_PUNISHED | KIN_ABROAD)
    persons.birth_week[child] = np.int16(clock.week)
    persons.flags[child] = np.uint16(kept | np.uint16(woman))
    persons.occupation[child] = 0
    persons.condition[child] = FREE
    persons.stance[child] = 0
    persons.term[child] = 0
    persons.household_in_unit[child] = persons.household_in_unit[mother]
    persons.risk_aversion[child] = np.uint8(255.0 * risk)
    persons.private_support[child] = persons.private_support[mother]
    persons.support_trait[child] = persons.support_trait[mother]
    persons.fear[child] = np.uint16(persons.fear[mother] // 2)
    persons.media[child] = 0
    persons.rights[child] = np.uint16(persons.rights[mother] // 2)
    households.members[household] = np.uint8(households.members[household] + 1)
    out[_BIRTHS] += 1


@njit_inlined
def attempt_flight(persons, households, units, u, row, household, t, p, luck, term_luck, out):
    """Pay the broker, then be caught or reach the other bank."""
    fee = min(households.money[household], np.int64(t.broker_won[0]))
    households.money[household] -= fee
    out[_MONEY] -= fee
    out[_BROKER] += fee
    out[_ATTEMPTS] += 1
    if luck < t.caught_share[0]:
        out[_CAUGHT] += 1
        lock_up(persons, households, units, u, row, household, term_luck, p, out)
        return
    out[_CROSSINGS] += 1
    persons.condition[row] = IN_CHINA
    persons.term[row] = 0
    persons.stance[row] = 0
    leave_home(persons, households, units, u, row, household, out, False)
    flag_household(persons, units.first_person[u], units.first_person[u + 1], persons.household_in_unit[row], KIN_ABROAD)


@njit_inlined
def free_person(persons, households, units, u, row, household, slot, c, t, p, clock, luck, words, arrest_probability, crowd, h, out):
    """One draw over death, birth, flight and arrest for a person at home or in the ranks."""
    woman = 1 if persons.flags[row] & WOMAN else 0
    age = age_in_years(persons, row, clock)
    soldier = persons.condition[row] == SOLDIER
    edge = t.death_rate[woman, age]
    if luck < edge:
        leave_home(persons, households, units, u, row, household, out, True)
        out[_DEATHS] += 1
        return
    birth = t.birth_rate[age] if (woman == 1) & (not soldier) else 0.0
    if luck < edge + birth:
        give_birth(persons, households, units, u, row, household, words[0] * _UNIT, words[1] * _UNIT, clock, out)
        return
    edge += birth
    if not soldier:
        kin = 1.0 if persons.flags[row] & KIN_ABROAD else 0.0
        means = flight.afford(h.income[slot], t.afford_cost[0], kin, p.flight)
        push = flight.push(
            persons.private_support[row] * _I16, h.memory[slot], h.stress[slot], persons.media[row] * _U16, p.flight)
        hazard = flight.hazard(
            t.flight_rate[c], means, push, 1.0 * woman, 1.0 * age, persons.fear[row] * _U16, t.risk_heard[c], p.flight)
        if luck < edge + hazard:
            attempt_flight(
                persons, households, units, u, row, household, t, p, words[0] * _UNIT, words[1] * _UNIT, out)
            return
        edge += hazard
    shown = persons.stance[row]
    arrest = crowd if shown != CONFORM else 0.0
    if shown == DISSENT:
        arrest += punishment.arrest_hazard(arrest_probability, p.punishment)
    if luck < min(RARE, edge + arrest):
        out[_ARRESTS] += 1
        units.arrests[u] += np.uint16(1)
        lock_up(persons, households, units, u, row, household, words[2] * _UNIT, p, out)


@njit_inlined
def absent_person(persons, households, units, u, row, household, t, p, clock, luck, words, out):
    """A week in jail, in a camp or across the border."""
    woman = 1 if persons.flags[row] & WOMAN else 0
    if luck < t.death_rate[woman, age_in_years(persons, row, clock)]:
        vacate(persons, row)
        out[_DEATHS] += 1
        return
    where = persons.condition[row]
    fate = words[0] * _UNIT
    if where == JAILED:
        if clock.quarter == 0:
            persons.term[row] = np.uint8(max(0, np.int64(persons.term[row]) - 1))
        if persons.term[row] == 0:
            come_home(persons, households, units, u, row, household)
            out[_RELEASES] += 1
    elif where == CAMP:
        if fate < punishment.release_hazard(p.punishment):
            come_home(persons, households, units, u, row, household)
            out[_RELEASES] += 1
    elif persons.term[row] != TERM_FOR_LIFE:
        onward, back, settle = t.onward_rate[0], t.return_rate[0], t.settle_rate[0]
        if fate < onward:
            vacate(persons, row)
            out[_ARRIVALS] += 1
        elif fate < onward + back:
            lock_up(persons, households, units, u, row, household, words[1] * _UNIT, p, out)
            out[_RETURNED] += 1
        elif fate < onward + back + settle:
            persons.term[row] = TERM_FOR_LIFE
            out[_SETTLED] += 1


@njit_inlined
def raid(u, persons, households, units, t, p, h, first_slot, luck, out):
    """A search of one neighbourhood: foreign media are found and halved, and the worst household is charged.

    The charge is settled if the household can pay (Polinsky and Shavell 2001), otherwise its trader is jailed.
    """
    first = units.first_person[u]
    for r in range(first, units.first_person[u + 1]):
        persons.media[r] = np.uint16(persons.media[r] // 2)
    worst, most = -1, 0.3
    for household in range(units.first_household[u], units.first_household[u + 1]):
        seen = h.media[household - units.first_household[u] + first_slot]
        if (seen > most) & (households.trader[household] != NO_TRADER):
            worst, most = household, seen
    if worst < 0:
        return
    slot = worst - units.first_household[u] + first_slot
    price = np.int64(math.floor(extortion.tariff(h.handle[slot], t.tariff_won[0], p.extortion)))
    if households.money[worst] >= price:
        households.money[worst] -= price
        out[_MONEY] -= price
        out[_SETTLEMENTS] += price
        out[_SETTLED_CASES] += 1
        return
    row = first + households.trader[worst]
    if persons.condition[row] <= SOLDIER:
        out[_ARRESTS] += 1
        units.arrests[u] += np.uint16(1)
        lock_up(persons, households, units, u, row, worst, luck, p, out)


@njit_part
def event_pass(c, u0, u1, persons, households, units, t, p, clock, crowd, scratch, out):
    """Everything rare in one tile; `crowd` is the county's extra arrest hazard after an incident."""
    s, h = scratch.p, scratch.h
    start, household_start = units.first_person[u0], units.first_household[u0]
    k0, k1 = np.uint32(clock.event_key_0), np.uint32(clock.event_key_1)
    week = np.uint32(clock.week)
    for u in range(u0, u1):
        units.arrests[u] = 0
        threats = 0.0
        first_slot = units.first_household[u] - household_start
        for j in range(first_slot, units.first_household[u + 1] - household_start):
            threats += h.threats_met[j]
        units.threats[u] = np.uint16(min(65535.0, threats))
        w = philox7(np.uint32(u), np.uint32(1), week, np.uint32(0), k0, k1)
        if (w[0] * _UNIT < t.raid_rate[c]) & (units.garrison[u] == 0):
            raid(u, persons, households, units, t, p, h, first_slot, w[1] * _UNIT, out)
        for row in range(units.first_person[u], units.first_person[u + 1]):
            i = row - start
            if (s.candidate[i] == 0) | (persons.condition[row] == VACANT):
                continue
            if persons.birth_week[row] == clock.week:
                continue  # born this week, in a row that was vacant
            slot = s.slot[i]
            household = household_start + slot
            words = philox7(np.uint32(row), np.uint32(0), week, np.uint32(0), k0, k1)
            luck = s.words[0, i] * _UNIT
            if persons.condition[row] > SOLDIER:
                absent_person(persons, households, units, u, row, household, t, p, clock, luck, words, out)
            elif h.arrest[slot] & (households.trader[household] == row - units.first_person[u]):
                h.arrest[slot] = 0
                out[_ARRESTS] += 1
                units.arrests[u] += np.uint16(1)
                lock_up(persons, households, units, u, row, household, words[2] * _UNIT, p, out)
            elif luck < RARE:
                free_person(persons, households, units, u, row, household, slot, c, t, p, clock, luck, words,
                            s.arrest_probability[i], crowd, h, out)
