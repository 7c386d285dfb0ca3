"""A sensitivity analysis in careful sentences."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from custodes.experiment.groups import LUCK, REST

TOLD: Final = 4  #: groups that are named
SMALL: Final = 0.05  #: total index below which a group hardly matters


def quantity(plans: Sequence[str]) -> str:
    """What of a measure was looked at: `under baseline`, or a plan's difference."""
    return f"under {plans[0]}" if len(plans) == 1 else f"difference that {plans[-1]} makes"


def paragraph(answer: dict[str, Any], said: str) -> str:
    """One sentence or two a measure."""
    return "\n".join(
        s for stage in (answer["screening"], answer["indices"]) if stage for s in _told(stage, said, answer)
    )


def _told(stage: dict[str, Any], said: str, answer: dict[str, Any]) -> Iterator[str]:
    last = stage is answer["indices"]
    for m in stage["measures"]:
        what = f"{label(m['measure'])}, {said}"
        if m["refusal"] and (last or not answer["indices"]):
            yield f"{capital(what)}: no ranking. {m['refusal']}"
        elif last:  # a screening that refused is told in the table, where the indices answered
            yield from _blame(what, m["rows"])
        elif not m["refusal"] and not answer["indices"]:
            yield f"{capital(what)}: the screening chose {listed([r['group'] for r in m['rows'] if r['kept']])}."


def _blame(what: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    known = [r for r in rows if r["first_low"] > 0.0]
    alone = [f"{name(r['group'])} {share(r, 'first')}" for r in known[:TOLD]]
    if alone:
        yield (
            f"{capital(what)}: of the variance between possible countries and their lucks, "
            f"{listed(alone)} would go if that alone were known."
        )
    else:
        yield f"{capital(what)}: no group of unknowns, if known alone, would take away a share of the variance that is told from nothing."
    joint = 1.0 - sum(max(0.0, r["first"]) for r in rows)
    strongest = rows[0]
    yield (
        f"With all its interplay {name(strongest['group'])} has a hand in {share(strongest, 'total')}; "
        f"{100 * max(0.0, joint):.0f} % of the variance belongs to no group alone."
    )
    small = [r["group"] for r in rows if r["total_high"] < SMALL]
    if small:
        hardly = "hardly matters" if len(small) == 1 else "hardly matter"
        yield f"{capital(listed([name(g) for g in small]))} {hardly}: below {100 * SMALL:.0f} % with all interplay."


def share(r: dict[str, Any], key: str) -> str:
    """`41 % (33 to 49)`."""
    v, low, high = (100.0 * min(1.0, max(0.0, r[k])) for k in (key, f"{key}_low", f"{key}_high"))
    return f"{v:.0f} % ({low:.0f} to {high:.0f})"


def name(group: str) -> str:
    """A group as a reader sees it."""
    return {LUCK: "luck", REST: "all other unknowns together"}.get(group, label(group))


def label(text: str) -> str:
    return text.replace("_", " ").replace("+", " + ")


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
