"""Consequence 3: talk of rights raises resentment of extortion, refusals, and the leader's fear; and he answers it.

One-sided t tests over ten paired seeds, error rate 1 in 1,000 each; bounds are about a quarter of what was measured
(docs/consequences/rights-talk.md and leader-answer.md). Which answer a leader gives is a result of his table of tactics;
claimed is that he fears and that he answers, and by the built-in table with a crackdown.
"""

import numpy as np
import pytest

from tests.consequences.runs import DONE, SEEDS, Seen, above, below, mean, ratios, seen

pytestmark = pytest.mark.xdist_group("talk")
LAST_YEAR = (26, 77)


def resentment(run: Seen) -> float:
    """Anger over extortion for a unit of the memory of it, in the last year."""
    return float((run.of("anger") / run.of("victim_memory"))[DONE + LAST_YEAR[0] :].mean())


def refused_share(run: Seen) -> float:
    """Demands that were not met, of all demands in the last year."""
    last = slice(DONE + LAST_YEAR[0], None)
    demands = run.of("approaches")[last] * (1.0 - run.of("abstain_share")[last])
    return float(run.of("refusals")[last].sum() / demands.sum())


def test_people_hear_of_rights() -> None:
    """The campaign arrives: awareness doubles at least (measured: 4.7 times)."""
    assert above(ratios(mean("awareness", *LAST_YEAR), "rights talk"), np.log(2.0))


def test_the_same_wrong_is_resented_more() -> None:
    """Measured: +21 % anger for a unit of memory."""
    assert above(ratios(resentment, "rights talk"), np.log(1.05))


def test_more_demands_are_refused() -> None:
    """Measured: refusals +71 %, the refused share of demands +40 %: guards also ask more often to make up for it."""
    assert above(ratios(mean("refusals", *LAST_YEAR), "rights talk"), np.log(1.15))
    assert above(ratios(refused_share, "rights talk"), np.log(1.1))


def test_people_are_robbed_less_and_angry_more() -> None:
    """Takings and the memory of them fall (measured -6 %), yet anger rises (+13 %; bound 3 %)."""
    assert below(ratios(mean("bribes_won", *LAST_YEAR), "rights talk"))
    assert below(ratios(mean("victim_memory", *LAST_YEAR), "rights talk"))
    assert above(ratios(mean("anger", *LAST_YEAR), "rights talk"), np.log(1.03))


def test_guards_ask_more_often_and_control_suffers() -> None:
    """Who is refused has to ask again: time spent collecting rises, control falls (only the signs are claimed)."""
    assert above(ratios(mean("guard_effort", *LAST_YEAR), "rights talk"))
    assert below(ratios(mean("control_capacity", *LAST_YEAR), "rights talk"))


# --- how a leader who reacts answers it ----------------------------------------------------------------------------------

TALK = "leader and rights talk"


def test_the_leader_fears_the_people_more() -> None:
    """Mean over three years; measured: +.13 on a scale from 0 to 1; bound at a third."""
    change = np.array([seen(TALK, s).dread[DONE:].mean() - seen("leader", s).dread[DONE:].mean() for s in SEEDS])
    assert above(change, 0.04)


def test_he_cracks_down_on_it_and_on_nothing_else() -> None:
    """Broadcasts jammed and homes searched in all ten runs (none by chance of one in two: 1 in 1,024), in none without talk."""
    for seed in SEEDS:
        assert "shut-out" in {name for week, name in seen(TALK, seed).leader if week >= DONE}
        assert "shut-out" not in {name for _, name in seen("leader", seed).leader}


def test_the_crackdown_keeps_some_of_it_out() -> None:
    """Awareness stays below what it would be if nobody acted, in the second year, and far above that without a campaign."""
    heard = ratios(mean("awareness", *LAST_YEAR), TALK, "rights talk")
    assert below(heard)
    assert above(ratios(mean("awareness", *LAST_YEAR), TALK, "leader"), np.log(2.0))
