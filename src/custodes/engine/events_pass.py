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
from custodes.jit import njit, njit_inlined, njit_part
from custodes.mechanisms import awareness, extortion, flight, punishment
from custodes.world.columns import (
    ACROSS_BORDER,
    CAMP,
    CONFORM,
    DISSENT,
    FREE,
    JAILED,
    KIN_ABROAD,
    KIN_PUNISHED,
    NO_TRADER,
    SOLDIER,
    SONGBUN_MASK,
    TERM_FOR_LIFE,
    VACANT,
    WOMAN,
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

#: what can happen to a person in a week
NOTHING: Final = 0
DEATH: Final = 1
BIRTH: Final = 2
FLIGHT: Final = 3
ARREST: Final = 4
RELEASE: Final = 5
ARRIVAL: Final = 6
RETURN: Final = 7
SETTLING: Final = 8
CHARGE: Final = 9  #: jailed for an infraction

_UNIT: Final = 1.0 / 4294967296.0
_U16: Final = 1.0 / 65535.0
_I16: Final = 1.0 / 32767.0


@njit_part
def flag_household(persons, first, last, home, bits):
    """Set flag bits on every row of a household."""
    for r in range(first, last):
        if (persons.household_in_unit[r] == home) & (persons.condition[r] != VACANT):
            persons.flags[r] = np.uint16(persons.flags[r] | np.uint16(bits))


@njit_part
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


@njit_part
def vacate(persons, row):
    """The row of a person who has died or arrived abroad waits for a birth."""
    persons.condition[row] = VACANT
    persons.stance[row] = 0
    persons.flags[row] = 0
    persons.term[row] = 0


@njit_part
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


@njit_part
def come_home(persons, households, units, u, row, household):
    """A released or returned person is a free member of the household again; a soldier is back in the squad."""
    persons.condition[row] = SOLDIER if units.garrison[u] == 1 else FREE
    persons.term[row] = 0
    households.members[household] = np.uint8(households.members[household] + 1)
    if (households.trader[household] == NO_TRADER) & (units.garrison[u] == 0):
        households.trader[household] = np.uint8(row - units.first_person[u])


@njit_part
def lock_up(persons, households, units, u, row, household, luck, political, p, out):
    """Jail or camp for a person who is free; a camp marks the household's members as kin of the punished."""
    if persons.condition[row] <= SOLDIER:
        persons.condition[row] = JAILED
        leave_home(persons, households, units, u, row, household, out, False)
    term, camp = punishment.term_weeks4(luck, political, p.punishment)
    persons.condition[row] = CAMP if camp > 0 else JAILED
    persons.term[row] = np.uint8(term)
    if camp > 0:
        flag_household(
            persons, units.first_person[u], units.first_person[u + 1], persons.household_in_unit[row], KIN_PUNISHED
        )
    out[_JAILINGS] += 1


@njit_part
def free_row(persons, units, u):
    """A vacant row of the unit, the last one first; -1 if it has none."""
    for r in range(units.first_person[u + 1] - 1, units.first_person[u] - 1, -1):
        if persons.condition[r] == VACANT:
            return r
    return -1


@njit_part
def other_mother(persons, units, u, clock):
    """A free woman of 18 to 40 of the unit; -1 if there is none."""
    for r in range(units.first_person[u], units.first_person[u + 1]):
        weeks = clock.week - np.int64(persons.birth_week[r])
        woman = persons.flags[r] & np.uint16(WOMAN)
        if (persons.condition[r] == FREE) & (woman != 0) & (weeks >= 18 * 52) & (weeks < 40 * 52):
            return r
    return -1


@njit_part
def give_birth(persons, households, units, u0, u1, u, mother, household, sex_luck, risk, clock, out):
    """A child takes a vacant row of the unit, its mother's household and outlook, half her fear and her knowledge.

    Where the unit has no row left, another woman of the tile, in a unit that has one, has the child instead; where the
    tile has none, the birth is counted as unplaced.
    """
    child = free_row(persons, units, u)
    for v in range(u0, u1):
        if child >= 0:
            break
        if units.garrison[v] == 0:
            row, woman = free_row(persons, units, v), other_mother(persons, units, v, clock)
            if (row >= 0) & (woman >= 0):
                child, mother = row, woman
                household = units.first_household[v] + np.int64(persons.household_in_unit[woman])
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


@njit_part
def attempt_flight(persons, households, units, u, row, household, t, p, luck, term_luck, out):
    """Pay the broker, then be caught or reach the other bank."""
    fee = min(households.money[household], np.int64(t.broker_won[0]))
    households.money[household] -= fee
    out[_MONEY] -= fee
    out[_BROKER] += fee
    out[_ATTEMPTS] += 1
    if luck < t.caught_share[0]:
        out[_CAUGHT] += 1
        lock_up(persons, households, units, u, row, household, term_luck, 1.0, p, out)
        return
    out[_CROSSINGS] += 1
    persons.condition[row] = ACROSS_BORDER
    persons.term[row] = 0
    persons.stance[row] = 0
    leave_home(persons, households, units, u, row, household, out, False)
    flag_household(
        persons, units.first_person[u], units.first_person[u + 1], persons.household_in_unit[row], KIN_ABROAD
    )


@njit_part
def raid(u, persons, households, units, t, p, h, first_slot, luck, out):
    """A search of one neighbourhood: foreign media are found and halved, and the worst household is charged.

    The charge is settled if the household can pay (Polinsky and Shavell 2001), otherwise its trader is jailed.
    """
    first = units.first_person[u]
    for r in range(first, units.first_person[u + 1]):
        persons.media[r] = np.uint16(65535.0 * awareness.after_raid(persons.media[r] * _U16, p.awareness))
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
        lock_up(persons, households, units, u, row, worst, luck, 0.0, p, out)


@njit
def first_below(luck, a, b, c, d):  # type: ignore[no-untyped-def]
    """Which of four hazards, laid end to end, the draw falls on: 1 to 4, or 0 for none of them."""
    return (
        1 if luck < a else 2 if luck < a + b else 3 if luck < a + b + c else 4 if luck < min(RARE, a + b + c + d) else 0
    )


@njit_part
def befall(what, persons, households, units, u0, u1, u, row, household, t, p, clock, words, out):
    """What the draw decided for a person at home or in the ranks: death, birth, flight or arrest."""
    if what == DEATH:
        leave_home(persons, households, units, u, row, household, out, True)
        out[_DEATHS] += 1
    elif what == BIRTH:
        give_birth(
            persons, households, units, u0, u1, u, row, household, words[0] * _UNIT, words[1] * _UNIT, clock, out
        )
    elif what == FLIGHT:
        attempt_flight(persons, households, units, u, row, household, t, p, words[0] * _UNIT, words[1] * _UNIT, out)
    else:
        out[_ARRESTS] += 1
        units.arrests[u] += np.uint16(1)
        political = 1.0 if what == ARREST else 0.0
        lock_up(persons, households, units, u, row, household, words[2] * _UNIT, political, p, out)


@njit_part
def befall_absent(what, persons, households, units, u, row, household, p, words, out):
    """The same for a person in jail, in a camp or across the border."""
    if what == DEATH:
        vacate(persons, row)
        out[_DEATHS] += 1
    elif what == RELEASE:
        come_home(persons, households, units, u, row, household)
        out[_RELEASES] += 1
    elif what == ARRIVAL:
        vacate(persons, row)
        out[_ARRIVALS] += 1
    elif what == RETURN:
        lock_up(persons, households, units, u, row, household, words[1] * _UNIT, 1.0, p, out)
        out[_RETURNED] += 1
    else:
        persons.term[row] = TERM_FOR_LIFE
        out[_SETTLED] += 1


@njit_inlined
def event_pass(c, u0, u1, persons, households, units, t, p, clock, crowd, scratch, out):
    """Everything rare in one tile; `crowd` is the county's extra arrest hazard after an incident.

    First each unit counts the threats that it met, marks charged traders and may be searched. Whether something happens
    is decided here, row by row; a call that carries all columns is made only when it does.
    """
    s, h = scratch.p, scratch.h
    start, household_start = units.first_person[u0], units.first_household[u0]
    k0, k1 = np.uint32(clock.event_key_0), np.uint32(clock.event_key_1)
    week = np.uint32(clock.week)
    death_rate, birth_rate, flight_rate, heard = t.death_rate, t.birth_rate, t.flight_rate[c], t.risk_heard[c]
    cost, onward, back, settle = t.afford_cost[0], t.onward_rate[0], t.return_rate[0], t.settle_rate[0]
    release = punishment.release_hazard(p.punishment)
    conditions, births, flags = persons.condition, persons.birth_week, persons.flags
    candidate, income, memory, stress, slots, draws = s.candidate, h.income, h.memory, h.stress, s.slot, s.words[0]
    threats_met, charged, trader, raid_rate = h.threats_met, h.arrest, households.trader, t.raid_rate[c]
    first_person, first_household = units.first_person, units.first_household
    for u in range(u0, u1):
        first, last = first_person[u], first_person[u + 1]
        first_slot, last_slot = first_household[u] - household_start, first_household[u + 1] - household_start
        threats = 0.0
        for j in range(first_slot, last_slot):
            threats += threats_met[j]
            if (charged[j] != 0) & (trader[household_start + j] != NO_TRADER):
                candidate[first - start + trader[household_start + j]] = 1
        units.threats[u] = np.uint16(min(65535.0, threats))
        units.arrests[u] = 0
        w = philox7(np.uint32(u), np.uint32(1), week, np.uint32(0), k0, k1)
        if (w[0] * _UNIT < raid_rate) & (units.garrison[u] == 0):
            raid(u, persons, households, units, t, p, h, first_slot, w[1] * _UNIT, out)
        for row in range(first, last):
            i = row - start
            if candidate[i] == 0:
                continue
            where = conditions[row]
            if (where == VACANT) | (births[row] == clock.week):
                continue  # nobody there, or born this week
            slot = np.int64(slots[i])
            luck = draws[i] * _UNIT
            woman = 1 if flags[row] & WOMAN else 0
            age = min(127, max(0, (clock.week - np.int64(births[row])) // 52))
            death = death_rate[woman, age]
            if where > SOLDIER:
                if (where == JAILED) & (clock.quarter == 0):
                    persons.term[row] = np.uint8(max(0, np.int64(persons.term[row]) - 1))
                words = philox7(np.uint32(row), np.uint32(0), week, np.uint32(0), k0, k1)
                fate = words[0] * _UNIT
                what = NOTHING
                if luck < death:
                    what = DEATH
                elif where == JAILED:
                    what = RELEASE if persons.term[row] == 0 else NOTHING
                elif where == CAMP:
                    what = RELEASE if fate < release else NOTHING
                elif persons.term[row] != TERM_FOR_LIFE:
                    way = first_below(fate, onward, back, settle, 0.0)
                    what = ARRIVAL if way == 1 else RETURN if way == 2 else SETTLING if way == 3 else NOTHING
                if what != NOTHING:
                    befall_absent(what, persons, households, units, u, row, household_start + slot, p, words, out)
                continue
            caught = (charged[slot] != 0) & (trader[household_start + slot] == row - first)
            birth, leave, arrest = 0.0, 0.0, 0.0
            if where != SOLDIER:
                kin = 1.0 if flags[row] & KIN_ABROAD else 0.0
                birth = birth_rate[age] if woman == 1 else 0.0
                means = flight.afford(income[slot], cost, kin, p.flight)
                push = flight.push(
                    persons.private_support[row] * _I16, memory[slot], stress[slot], persons.media[row] * _U16, p.flight
                )
                leave = flight.hazard(
                    flight_rate, means, push, 1.0 * woman, 1.0 * age, persons.fear[row] * _U16, heard, p.flight
                )
            shown = persons.stance[row]
            if shown != CONFORM:
                arrest = crowd
                if shown == DISSENT:
                    arrest += punishment.arrest_hazard(s.arrest_probability[i], p.punishment)
            what = CHARGE if caught else first_below(luck, death, birth, leave, arrest)
            if what != NOTHING:
                charged[slot] = 0
                words = philox7(np.uint32(row), np.uint32(0), week, np.uint32(0), k0, k1)
                befall(
                    what, persons, households, units, u0, u1, u, row, household_start + slot, t, p, clock, words, out
                )
