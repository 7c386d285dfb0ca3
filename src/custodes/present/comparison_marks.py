"""What all figures and tables of a comparison share: names, colours, numbers, axes and the line that says what they rest on."""

from collections.abc import Iterable
from typing import Any, Final

from custodes.present.figure import CYCLE, INK, Spec

Comparison = dict[str, Any]
MOST_PANELS: Final = 12
_PLAIN: Final = "(abs(datum.value) < 1000 ? format(datum.value, '+~g') : format(datum.value, '+~s'))"


def source(c: Comparison) -> str:
    """The line under every figure of a comparison."""
    lucks = f" ({c['points']} points of the unknowns, {c['lucks']} lucks each)" if c["lucks"] > 1 else ""
    return (
        f"Custodes {c['code_version']}, {c['scenario']}, sample {c['sample']}, {c['countries']} possible countries{lucks} under "
        f"{len(c['plans'])} policies, {c['runs']:,} runs, seed {c['seed']}. Simulated, not observed."
    )


def label(name: str) -> str:
    """A name of a plan or a measure as a reader sees it."""
    return name.replace("_", " ").replace("+", " + ")


def colours(c: Comparison) -> dict[str, str]:
    """One colour a plan, the same in every figure; the baseline is ink."""
    cycle = (*CYCLE, "#0f8b8d", "#c2578a", "#7a5195", "#5b7f2b", "#8c564b")
    others = [p["name"] for p in c["plans"][1:]]
    return {c["plans"][0]["name"]: INK} | {name: cycle[i % len(cycle)] for i, name in enumerate(others)}


def told(c: Comparison) -> list[str]:
    """Measures that figures show: those named beforehand, then suffering, then what was found to move."""
    rows = c["effects"]
    first = [r["measure"] for r in rows if r.get("primary")]
    hurt = [r["measure"] for r in rows if r["suffering"]]
    moved = [r["measure"] for r in rows if r["found"] and r["kind"] == "level"]
    known = [m for m in dict.fromkeys([*first, *hurt, *moved]) if _some(rows, m)]
    return known[:MOST_PANELS]


def _some(rows: Iterable[dict[str, Any]], measure: str) -> bool:
    return any(r["measure"] == measure and r["difference"] is not None for r in rows)


def points(unit: str) -> str:
    """The unit of a difference."""
    return f"points of the {unit}" if unit.startswith("share") else unit


def difference_axis(shares: bool, ticks: int) -> Spec:
    """An axis of differences: signs on both sides of a plain zero; of shares in points."""
    shown = "format(100 * datum.value, '+~g')" if shares else _PLAIN
    return {"labelExpr": f"datum.value == 0 ? '0' : {shown}", "tickCount": ticks}


def number(value: float | None, unit: str = "") -> str:
    """Three digits that count, thousands grouped; a share of runs or people as per cent."""
    if value is None:
        return "not known"
    if unit.startswith("share"):
        return f"{100 * value:.3g} %".replace("-", "−")
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return text.replace("-", "−")
