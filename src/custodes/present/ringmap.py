"""Contraband on the map: where it is made, which roads carry most, whose hands carry it, where it lies."""

import math
from collections.abc import Sequence
from html import escape
from typing import Any, Final, NamedTuple

from custodes.present import maps
from custodes.present.figure import MUTED
from custodes.results.run import Run

WIDTH: Final = 900
_TALL: Final = 440
_MAP: Final = 430  #: pixels of each of two maps
_WIDEST: Final = 9.0  #: pixels of the busiest road
_NAMED: Final = 6  #: places named on each map


class Place(NamedTuple):
    """A point of the picture."""

    name: str
    x: float
    y: float


def rows(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """What the maps show: producers, roads and stocks, kilograms, means of the runs that have each."""
    out = []
    for what, key in (("made a week", "made"), ("held", "held"), ("on the road a week", "roads")):
        found: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for run in runs:
            for r in (run.record.get("rings") or {}).get(key, ()):
                ends = (str(r.get("county", r.get("from"))), str(r.get("to", "")))
                found.setdefault(ends, []).append((float(r["kilograms"]), float(r.get("officers", 0.0))))
        for (place, to), values in found.items():
            kilograms = sum(v for v, _ in values) / len(runs)
            officers = sum(v * share for v, share in values) / max(1e-12, sum(v for v, _ in values))
            out.append({"what": what, "place": place, "to": to, "kilograms": round(kilograms, 3)})
            out[-1]["carried_by_officers"] = round(officers, 3) if to else ""
    return out


def draw(runs: Sequence[Run], shown: Sequence[dict[str, Any]]) -> str:
    """Two maps side by side as SVG: the roads, and what lies in towns with what was seized."""
    facts = runs[0].record["facts"]
    places = facts.get("places") or []
    if not shown or not places:
        return (
            f'<svg viewBox="0 0 {WIDTH} 40" role="img"><text x="0" y="24" fill="{MUTED}">'
            "The scenario names no place where contraband is made.</text></svg>"
        )
    outline, at = _fitted(facts.get("map"), places)
    left = outline + _roads(shown, at)
    right = outline + _stocks(shown, at) + _seizures(runs, at)
    head = 'font-size="13" font-weight="600" fill="#222"'
    return (
        f'<svg viewBox="0 0 {WIDTH} {_TALL + 34}" role="img" aria-label="Contraband on the map">'
        f'<text x="0" y="14" {head}>Made, and carried</text><g transform="translate(0,24)">{left}</g>'
        f'<text x="{_MAP + 40}" y="14" {head}>Held in towns, and seized</text>'
        f'<g transform="translate({_MAP + 40},24)">{right}</g></svg>'
    )


def _fitted(outline: dict[str, Any] | None, places: Sequence[dict[str, Any]]) -> tuple[str, dict[str, Place]]:
    """Provinces as paths and counties as points, both fitted into one map."""
    middle = (min(p["latitude"] for p in places) + max(p["latitude"] for p in places)) / 2
    shapes = [f for f in (outline or {}).get("features", []) if maps.drawable(f) and "Polygon" in f["geometry"]["type"]]
    points = [xy for f in shapes for xy in maps.points_of(f["geometry"]["coordinates"])]
    if points:
        middle = (min(y for _, y in points) + max(y for _, y in points)) / 2
    factor = math.cos(math.radians(middle))
    every = points + [(p["longitude"], p["latitude"]) for p in places]
    xs, ys = [x * factor for x, _ in every], [y for _, y in every]
    scale = min((_MAP - 20) / (max(xs) - min(xs) or 1), (_TALL - 20) / (max(ys) - min(ys) or 1))

    def put(longitude: float, latitude: float) -> tuple[float, float]:
        return 10 + (longitude * factor - min(xs)) * scale, 10 + (max(ys) - latitude) * scale

    paths = []
    for f in shapes:
        for ring in _rings(f["geometry"]["coordinates"]):
            line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (put(*xy[:2]) for xy in ring))
            paths.append(f'<polygon points="{line}" fill="#f1eee8" stroke="#cfc8ba" stroke-width="0.8"/>')
    at = {p["name"]: Place(p["name"], *put(p["longitude"], p["latitude"])) for p in places}
    if not paths:
        paths = [f'<circle cx="{p.x:.1f}" cy="{p.y:.1f}" r="2.5" fill="#d8d2c6"/>' for p in at.values()]
    return "".join(paths), at


def _rings(coordinates: Any) -> list[Any]:
    """Every ring of a polygon or of several."""
    if coordinates and isinstance(coordinates[0][0], int | float):
        return [coordinates]
    return [ring for part in coordinates for ring in _rings(part)]


def _roads(shown: Sequence[dict[str, Any]], at: dict[str, Place]) -> str:
    roads = [r for r in shown if r["to"] and r["place"] in at and r["to"] in at]
    most = max((r["kilograms"] for r in roads), default=1.0)
    parts = []
    for r in sorted(roads, key=lambda r: r["kilograms"]):
        a, b = at[r["place"]], at[r["to"]]
        width = max(0.8, _WIDEST * math.sqrt(r["kilograms"] / most))
        tip = f"{a.name} to {b.name}: {r['kilograms']:.1f} kg a week, {100 * r['carried_by_officers']:.0f} % with officers"
        parts.append(
            f'<line x1="{a.x:.1f}" y1="{a.y:.1f}" x2="{b.x:.1f}" y2="{b.y:.1f}" stroke="#b2182b" stroke-width="{width:.1f}" '
            f'stroke-opacity="0.55" stroke-linecap="round"><title>{escape(tip)}</title></line>'
        )
    made = [r for r in shown if r["what"] == "made a week" and r["place"] in at]
    for r in made:
        p = at[r["place"]]
        tip = f"{p.name}: {r['kilograms']:.1f} kg made a week"
        parts.append(
            f'<circle cx="{p.x:.1f}" cy="{p.y:.1f}" r="7" fill="#222" stroke="#fff" stroke-width="1.5">'
            f"<title>{escape(tip)}</title></circle>"
        )
    names = {r["place"]: f"{r['place']}, {r['kilograms']:.0f} kg a week" for r in made}
    touching: dict[str, list[float]] = {}
    for r in roads:
        for end in (r["place"], r["to"]):
            touching.setdefault(end, []).append(r["kilograms"])
    last = [n for n, loads in touching.items() if len(loads) == 1 and n not in names]  # where a road ends
    last.sort(key=lambda n: (-touching[n][0], n))
    words = names | {n: f"{n}, {touching[n][0]:.1f} kg" for n in last}
    return "".join(parts) + _names([*names, *last], at, words, _NAMED + 2)


def _stocks(shown: Sequence[dict[str, Any]], at: dict[str, Place]) -> str:
    held = [r for r in shown if r["what"] == "held" and r["place"] in at]
    most = max((r["kilograms"] for r in held), default=1.0)
    parts = []
    for r in held:
        p = at[r["place"]]
        radius = max(1.2, 17.0 * math.sqrt(r["kilograms"] / most))
        parts.append(
            f'<circle cx="{p.x:.1f}" cy="{p.y:.1f}" r="{radius:.1f}" fill="#6a3d9a" fill-opacity="0.45" stroke="#6a3d9a" '
            f'stroke-width="0.7"><title>{escape(p.name)}: {r["kilograms"]:.1f} kg held</title></circle>'
        )
    order = sorted(held, key=lambda r: (-r["kilograms"], r["place"]))
    words = {r["place"]: f"{r['place']}, {r['kilograms']:.0f} kg" for r in order}
    return "".join(parts) + _names([r["place"] for r in order], at, words, _NAMED)


def _seizures(runs: Sequence[Run], at: dict[str, Place]) -> str:
    """A cross at every county on whose roads a large load was seized."""
    parts = []
    for run in runs:
        for e in run.log:
            if e.kind == "seizure" and e.place in at:
                p, d = at[e.place], 5.0
                cross = f"M{p.x - d:.1f},{p.y - d:.1f} l{2 * d},{2 * d} m0,{-2 * d} l{-2 * d},{2 * d}"
                tip = f"{e.date}: {e.magnitude:.1f} kg seized on the roads to {e.place} (seed {run.record['seed']})"
                parts.append(f'<path d="{cross}" stroke="#222" stroke-width="2"><title>{escape(tip)}</title></path>')
    return "".join(parts)


def _names(order: Sequence[str], at: dict[str, Place], words: dict[str, str], most: int) -> str:
    """Names of the first places of an order that do not run into one another."""
    taken: list[tuple[float, float, float, float]] = []
    parts: list[str] = []
    for name in order:
        if len(parts) >= most:
            break
        text = words.get(name, name)
        p, wide = at[name], 6.1 * len(text)
        for anchor, x in (("start", p.x + 11), ("end", p.x - 11 - wide)):
            box = (x, p.y - 9, x + wide, p.y + 5)
            free = all(box[2] < o[0] or box[0] > o[2] or box[3] < o[1] or box[1] > o[3] for o in taken)
            if free and box[0] >= 0 and box[2] <= _MAP + 30:
                taken.append(box)
                where = x if anchor == "start" else p.x - 11
                parts.append(
                    f'<text x="{where:.1f}" y="{p.y + 4:.1f}" text-anchor="{anchor}" font-size="11.5" font-weight="600" fill="#222" '
                    f'stroke="#fff" stroke-width="3" paint-order="stroke" stroke-linejoin="round">{escape(text)}</text>'
                )
                break
    return "".join(parts)
