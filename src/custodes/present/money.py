"""Where the takings go: households to organs to those who keep them, as bands whose width is money."""

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

import numpy as np

from custodes.present.figure import COLOURS, MUTED
from custodes.present.measures import window
from custodes.results.run import Run

WIDTH, HEIGHT, BAR = 860, 330, 13
_TOP, _GAP = 34, 14
KEPT: Final = "agents' own pockets"
_PASSED: Final = {
    "county chiefs": "to_county_chiefs_won",
    "organ chiefs": "to_organ_chiefs_won",
    "leader's fund": "to_leader_won",
}


class Flow(NamedTuple):
    """Money from one to another, an average week of the last year; median of the runs."""

    source: str
    target: str
    won_a_week: float


def flows(runs: Sequence[Run]) -> list[Flow]:
    """Households to organs, organs to pockets and upward."""
    n = window(runs[0].table.weeks)
    organs = runs[0].table.organs

    def week(name: str, organ: str | None = None) -> float:
        return float(np.median([r.table.national(name, organ)[-n:].mean() for r in runs]))

    taken = {o: week("bribes_won", o) for o in organs}
    total = sum(taken.values())
    upward = {to: week(name) for to, name in _PASSED.items()}
    kept = {o: taken[o] - week("upward_takings_won", o) for o in organs}
    out = [Flow("households", o.replace("_", " "), taken[o]) for o in organs]
    for o in organs:
        part = taken[o] / total if total else 0.0
        out.append(Flow(o.replace("_", " "), KEPT, kept[o]))
        out += [Flow(o.replace("_", " "), to, amount * part) for to, amount in upward.items()]
    return out


def draw(items: Sequence[Flow]) -> str:
    """The bands as SVG, three columns: households, organs, who keeps it."""
    total = sum(f.won_a_week for f in items if f.source == "households")
    organs = list(dict.fromkeys(f.target for f in items if f.source == "households"))
    ends = list(dict.fromkeys(f.target for f in items if f.source != "households"))
    if total <= 0.0:
        return f'<svg viewBox="0 0 {WIDTH} 40" role="img"><text x="0" y="24" fill="{MUTED}">No takings in the last year.</text></svg>'
    scale = (HEIGHT - _TOP - _GAP * (len(ends) + 1)) / total
    columns = [(150, ["households"]), (415, organs), (660, ends)]
    size = {"households": total} | {o: _sum(items, target=o) for o in organs} | {e: _sum(items, target=e) for e in ends}
    at = {name: (x, y) for x, names in columns for name, y in _stack(names, size, scale)}
    left = {name: y for name, (_, y) in at.items()}
    right = dict(left)
    parts = []
    for f in items:
        h = f.won_a_week * scale
        colour = COLOURS.get(f.target if f.source == "households" else f.source, "#1f66a8")
        parts.append(
            _band(
                at[f.source][0] + BAR,
                right[f.source],
                at[f.target][0],
                left[f.target],
                h,
                colour,
                f"{f.source} to {f.target}: {_billion(f.won_a_week)}",
            )
        )
        right[f.source] += h
        left[f.target] += h
    parts += [
        _node(name, *at[name], size[name], scale, total, end=name not in organs and name != "households") for name in at
    ]
    heads = zip((150, 415, 660), ("paid by", "collected by", "ends with"), strict=True)
    parts += [f'<text x="{x}" y="16" fill="{MUTED}" font-size="12">{t}</text>' for x, t in heads]
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Flows of takings">{"".join(parts)}</svg>'


def _sum(items: Sequence[Flow], target: str) -> float:
    return sum(f.won_a_week for f in items if f.target == target)


def _stack(names: Sequence[str], size: dict[str, float], scale: float) -> list[tuple[str, float]]:
    out, y = [], float(_TOP)
    for name in names:
        out.append((name, y))
        y += max(size[name] * scale, 1.0) + _GAP
    return out


def _band(x0: float, y0: float, x1: float, y1: float, h: float, colour: str, title: str) -> str:
    m = (x0 + x1) / 2
    path = (
        f"M{x0:.1f},{y0:.1f} C{m:.1f},{y0:.1f} {m:.1f},{y1:.1f} {x1:.1f},{y1:.1f} L{x1:.1f},{y1 + h:.1f} "
        f"C{m:.1f},{y1 + h:.1f} {m:.1f},{y0 + h:.1f} {x0:.1f},{y0 + h:.1f} Z"
    )
    return f'<path d="{path}" fill="{colour}" opacity="0.42"><title>{escape(title)}</title></path>'


def _node(name: str, x: float, y: float, won: float, scale: float, total: float, end: bool) -> str:
    h = max(won * scale, 1.0)
    text = f"{_billion(won)}, {100 * won / total:.0f} %"
    where = f'x="{x + BAR + 7}" text-anchor="start"' if end else f'x="{x - 7}" text-anchor="end"'
    middle = y + h / 2
    return (
        f'<rect x="{x}" y="{y:.1f}" width="{BAR}" height="{h:.1f}" fill="{COLOURS.get(name, "#333333")}"/>'
        f'<text {where} y="{middle - 1:.1f}" font-size="12.5" font-weight="600">{escape(name)}</text>'
        f'<text {where} y="{middle + 13:.1f}" font-size="11.5" fill="{MUTED}">{text}</text>'
    )


def _billion(won: float) -> str:
    return f"{won / 1e9:,.1f} bn won" if won >= 1e8 else f"{won / 1e6:,.1f} m won"
