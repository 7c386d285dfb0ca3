"""The money chain from the household to the leader's gifts: a year's flows in won and in dollars, as bands of one scale."""

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

import numpy as np

from custodes.present.figure import COLOURS, MUTED
from custodes.results import chain
from custodes.results.run import Run

WIDTH, BAR = 900, 12
HOUSEHOLDS, KEPT = "households", "agents' own pockets"
FUND = "leader's fund"
_GAP: Final = 26
_TALL: Final = 330  #: pixels of all money that comes in
_COLUMNS: Final = (152, 322, 520, 728)
_NODE_COLOURS: Final = {FUND: "#8c2d19", "officials' purses": "#4d8c3f", "luxuries from abroad": "#b8860b"}


class Flow(NamedTuple):
    """A year's money from one to another, median of the runs, in `won` and in dollars at the year's rate."""

    source: str
    target: str
    won: float
    dollars: float
    hard: bool  #: paid in hard currency


class _Node(NamedTuple):
    name: str
    column: int
    hard: bool  #: in the lower half: hard currency


_NODES: Final = (
    _Node(KEPT, 2, False),
    _Node("county chiefs", 2, False),
    _Node("organs' chains", 2, False),
    _Node("fund, won", 2, False),
    _Node("officials' purses, won", 3, False),
    _Node("exports", 0, True),
    _Node("trading houses", 1, True),
    _Node("hidden income", 1, True),
    _Node("fund, dollars", 2, True),
    _Node("luxuries from abroad", 3, True),
    _Node("officials' purses, cash", 3, True),
)


def flows(runs: Sequence[Run]) -> list[Flow]:
    """The chain in the last year: what every organ takes, where it ends, and the stream of hard currency beside it."""
    year = max(0, runs[0].table.weeks // 52 - 1)
    rate = _middle([_mean(r, "won_per_dollar", year) for r in runs]) or 1.0
    tables = [{f.series: f.amount for f in chain.flows(r.table, year)} for r in runs]
    series = {name: _middle([t[name] for t in tables]) for name in tables[0]}
    organs = runs[0].table.organs
    taken = {o: 52.0 * _middle([_mean(r, "bribes_won", year, o) for r in runs]) for o in organs}
    total = sum(taken.values())
    upward = {
        "county chiefs": series["to_county_chiefs_won"],
        "organs' chains": series["to_organ_chiefs_won"],
        "fund, won": series["to_leader_won"],
    }
    out: list[Flow] = []

    def won(source: str, target: str, amount: float) -> None:
        out.append(Flow(source, target, amount, amount / rate, False))

    def hard(source: str, target: str, amount: float) -> None:
        out.append(Flow(source, target, amount * rate, amount, True))

    for o in organs:
        won(HOUSEHOLDS, o.replace("_", " "), taken[o])
    for o in organs:
        part = taken[o] / total if total else 0.0
        won(o.replace("_", " "), KEPT, max(0.0, taken[o] - part * sum(upward.values())))
        for to, amount in upward.items():
            won(o.replace("_", " "), to, amount * part)
    won("organs' chains", "officials' purses, won", series["officials_won"])
    won("fund, won", "officials' purses, won", series["gift_won"])
    hard("exports", "trading houses", series["court_trade_usd"])
    hard("trading houses", "fund, dollars", series["passed_to_leader_usd"])
    hard("hidden income", "fund, dollars", series["hidden_to_leader_usd"])
    hard("fund, dollars", "luxuries from abroad", series["gift_luxuries_usd"])
    hard("fund, dollars", "officials' purses, cash", series["gift_cash_usd"])
    return out


def _mean(run: Run, name: str, year: int, organ: str | None = None) -> float:
    return float(run.table.national(name, organ)[52 * year : 52 * (year + 1)].mean())


def _middle(values: Sequence[float]) -> float:
    return float(np.median(values))


def draw(items: Sequence[Flow]) -> str:
    """The bands as SVG: above the won, below the hard currency, four columns from where money comes to where it ends."""
    incoming = sum(f.dollars for f in items if f.source in (HOUSEHOLDS, "exports", "hidden income"))
    if incoming <= 0.0:
        return f'<svg viewBox="0 0 {WIDTH} 40" role="img"><text x="0" y="24" fill="{MUTED}">No money moved in the last year.</text></svg>'
    scale = _TALL / incoming
    organs = list(dict.fromkeys(f.target for f in items if f.source == HOUSEHOLDS))
    nodes = [_Node(HOUSEHOLDS, 0, False), *(_Node(o, 1, False) for o in organs), *_NODES]
    size = {n.name: max(_sum(items, "source", n.name), _sum(items, "target", n.name)) for n in nodes}
    at, middle = _places([n for n in nodes if not n.hard], items, size, scale, 44)
    lower, bottom = _places([n for n in nodes if n.hard], items, size, scale, middle + 40)
    at |= lower
    parts = [_heading(16, "In won, from bribes"), _heading(middle + 18, "In hard currency, from trade")]
    parts += _bands(items, at, scale)
    parts += [_label(n, at[n.name], size[n.name], scale, items) for n in nodes if size[n.name] > 0.0]
    return f'<svg viewBox="0 0 {WIDTH} {bottom + 6:.0f}" role="img" aria-label="The money chain">{"".join(parts)}</svg>'


def _sum(items: Sequence[Flow], side: str, name: str) -> float:
    return sum(f.dollars for f in items if (f.source if side == "source" else f.target) == name)


def _places(
    nodes: Sequence[_Node], items: Sequence[Flow], size: dict[str, float], scale: float, top: float
) -> tuple[dict[str, tuple[float, float]], float]:
    """Upper left corner of every node, columns stacked from `top`, the last beside its sources; and where all ends."""
    out: dict[str, tuple[float, float]] = {}
    bottom = top
    for column, x in enumerate(_COLUMNS):
        fed = [f.source for f in items if f.target in {n.name for n in nodes if n.column == column}]
        y = min((out[s][1] for s in fed if s in out), default=top) if column == len(_COLUMNS) - 1 else top
        for n in (n for n in nodes if n.column == column and size[n.name] > 0.0):
            out[n.name] = (float(x), y)
            y += max(size[n.name] * scale, 2.0) + _GAP
        bottom = max(bottom, y)
    return out, bottom


def _bands(items: Sequence[Flow], at: dict[str, tuple[float, float]], scale: float) -> list[str]:
    left = {name: y for name, (_, y) in at.items()}
    right = dict(left)
    parts = []
    for f in items:
        if f.dollars <= 0.0:
            continue
        h = max(f.dollars * scale, 0.8)
        colour = COLOURS.get(f.target if f.source == HOUSEHOLDS else f.source, "#8c8c8c" if f.hard else "#c08a4a")
        parts.append(
            _band(
                at[f.source][0] + BAR,
                right[f.source],
                at[f.target][0],
                left[f.target],
                h,
                colour,
                f"{_called(f.source)} to {_called(f.target)}: {_amount(f.dollars, f.won)} a year",
            )
        )
        right[f.source] += h
        left[f.target] += h
    return parts


def _band(x0: float, y0: float, x1: float, y1: float, h: float, colour: str, title: str) -> str:
    m = (x0 + x1) / 2
    path = (
        f"M{x0:.1f},{y0:.1f} C{m:.1f},{y0:.1f} {m:.1f},{y1:.1f} {x1:.1f},{y1:.1f} L{x1:.1f},{y1 + h:.1f} "
        f"C{m:.1f},{y1 + h:.1f} {m:.1f},{y0 + h:.1f} {x0:.1f},{y0 + h:.1f} Z"
    )
    return f'<path d="{path}" fill="{colour}" opacity="0.38"><title>{escape(title)}</title></path>'


def _label(node: _Node, at: tuple[float, float], dollars: float, scale: float, items: Sequence[Flow]) -> str:
    """A bar with its name and its money: left of where money comes from, right of the others."""
    x, y = at
    h = max(dollars * scale, 2.0)
    won = sum(f.won for f in items if f.target == node.name) or sum(f.won for f in items if f.source == node.name)
    name = _called(node.name)
    colour = COLOURS.get(node.name, _NODE_COLOURS.get(name, "#333333"))
    origin = not any(f.target == node.name for f in items)
    where = f'x="{x - 7}" text-anchor="end"' if origin else f'x="{x + BAR + 6}" text-anchor="start"'
    middle = y + h / 2
    halo = 'stroke="#fff" stroke-width="3.5" stroke-linejoin="round" paint-order="stroke"'
    money = _amount(dollars, 0.0 if node.hard else won)
    return (
        f'<rect x="{x}" y="{y:.1f}" width="{BAR}" height="{h:.1f}" fill="{colour}"/>'
        f'<text {where} y="{middle - 1:.1f}" font-size="12.5" font-weight="600" {halo}>{escape(name)}</text>'
        f'<text {where} y="{middle + 12.5:.1f}" font-size="11.5" fill="#5a5a5a" {halo}>{money}</text>'
    )


def _heading(y: float, text: str) -> str:
    return f'<text x="0" y="{y:.0f}" font-size="13" font-weight="600" fill="#444">{text}</text>'


def _called(name: str) -> str:
    return FUND if name.startswith("fund, ") else name.partition(", ")[0]


def _amount(dollars: float, won: float) -> str:
    """`3.5 tn won ($436 m)`, or dollars alone."""
    if won <= 0.0:
        return in_dollars(dollars)
    size, word = (1e12, "tn") if won >= 1e12 else (1e9, "bn") if won >= 1e9 else (1e6, "m")
    return f"{_three(won / size)} {word} won ({in_dollars(dollars)})"


def in_dollars(dollars: float) -> str:
    """`$1.01 bn`, `$436 m`, `$0.35 m`."""
    return f"${_three(dollars / 1e9)} bn" if dollars >= 0.9995e9 else f"${_three(dollars / 1e6)} m"


def _three(number: float) -> str:
    """Three figures, no more than two decimals."""
    return f"{number:,.{2 if number < 9.995 else 1 if number < 99.95 else 0}f}"
