"""A discovery in careful sentences."""

from typing import Any

from custodes.experiment.sense_words import capital, listed
from custodes.experiment.verdict import fell_before


def paragraph(a: dict[str, Any]) -> str:
    """What was asked, where it is so, and how well that holds up."""
    first = (
        f"{capital(a['question'])} in {per_cent(a['share'])} of {a['countries']} possible countries.{fell_before(a)}"
    )
    if a["refusal"]:
        return f"{first}\n{a['refusal']}"
    if not a["boxes"]:
        return f"{first}\nNo region of the {a['unknowns']} unknowns holds up: {a['not_told']}."
    return "\n".join([first, *(box(b, i) for i, b in enumerate(a["boxes"]))])


def box(b: dict[str, Any], number: int = 0) -> str:
    """One box."""
    here, other = b["inside"], b["elsewhere"]
    lead = "Mostly where" if number == 0 else "Of the others, mostly where"
    return (
        f"{lead} {listed([limit(x) for x in b['limits']])}: there in {share(here)} of {here['n']} countries, against {share(other)} of "
        f"{other['n']} elsewhere; the region holds {per_cent(b['coverage'])} of all cases. In countries that the search had not seen it is "
        f"{per_cent(b['aside']['inside'])} inside against {per_cent(b['aside']['elsewhere'])} outside; "
        f"searches over shuffled cases find as good a region in {100 * b['chance']:.2g} of 100."
    )


def limit(x: dict[str, Any]) -> str:
    """`fear.decay is above 0.05`."""
    if x["choices"]:
        return f"{x['name']} is {' or '.join(x['choices'])}"
    if x["low"] is not None and x["high"] is not None:
        return f"{x['name']} is between {x['low']:.3g} and {x['high']:.3g}"
    return f"{x['name']} is above {x['low']:.3g}" if x["low"] is not None else f"{x['name']} is below {x['high']:.3g}"


def share(s: dict[str, Any]) -> str:
    """`71 % (95 % interval 56 to 83)`."""
    if s["share"] is None:
        return "none"
    if s["low"] is None:
        return per_cent(s["share"])
    return f"{per_cent(s['share'])} (95 % interval {100 * s['low']:.0f} to {100 * s['high']:.0f})"


def per_cent(value: float | None) -> str:
    return "an unknown share" if value is None or value != value else f"{100 * value:.0f} %"
