"""Unknowns in groups, and points of the unit cube as values of the unknowns.

A country has some 390 unknowns, far more than can be told apart; those of one mechanism form a group, in which all move together
(Campolongo, Cariboni and Saltelli 2007). A choice between rival theories is a group of its own. So is luck: points that are to
be compared share it, points that are not have luck of their own, and what luck does is told beside what the unknowns do.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from custodes.errors import BadInput
from custodes.flags import did_you_mean, shown

F = NDArray[np.float64]
Point = dict[str, Any]  #: value of every unknown by its name, and of luck
Evaluate = Callable[[list[Point]], F]  #: points -> outputs, (points,) or (points, measures); NaN where there is none

LUCK: Final = "luck"
REST: Final = "all others"
EDGE: Final = 2.0**-40  #: points keep so far from 0 and 1, where a distribution may have no end


class Axis(Protocol):
    """What is needed of an unknown."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def group(self) -> str: ...

    def value(self, u: F) -> list[Any]: ...


@dataclass(frozen=True)
class Group:
    """Unknowns that move together; luck has none."""

    name: str
    members: tuple[Axis, ...]

    @property
    def kind(self) -> str:
        """`mechanism` (parameters of one file), `theory` (a choice), `luck` or `rest`."""
        if self.name in (LUCK, REST):
            return LUCK if self.name == LUCK else "rest"
        return "theory" if any(m.kind == "mechanism" for m in self.members) else "mechanism"

    @property
    def names(self) -> list[str]:
        return [m.name for m in self.members]


def groups_of(axes: Iterable[Axis], each: bool = False, luck: bool = True) -> tuple[Group, ...]:
    """A group for every mechanism and every choice of theory, or for `each` unknown, and luck last.

    BadInput when nothing is uncertain.
    """
    found: dict[str, list[Axis]] = {}
    for axis in axes:
        alone = each or axis.kind == "mechanism"
        found.setdefault(axis.name if alone else axis.group, []).append(axis)
    if not found:
        raise BadInput(
            "--uncertain leaves nothing uncertain but luck: there is nothing to rank; give prior or NAME=DIST."
        )
    made = tuple(Group(name, tuple(members)) for name, members in found.items())
    return (*made, Group(LUCK, ())) if luck else made


def kept(groups: Sequence[Group], names: Sequence[str]) -> tuple[Group, ...]:
    """The groups of `names`; the rest of the unknowns as one group, so that none is held fixed; luck last if it was there."""
    known = [g.name for g in groups if g.kind != LUCK]
    for name in names:
        if name not in known:
            raise BadInput(f"'{shown(name)}' is not a group of unknowns.{did_you_mean(name, known)}")
    out = [g for g in groups if g.name in names]
    others = tuple(m for g in groups if g.name not in names for m in g.members)
    if others:
        out.append(Group(REST, others))
    return (*out, *(g for g in groups if g.kind == LUCK))


def problem(groups: Sequence[Group], low: float = 0.0, high: float = 1.0) -> dict[str, Any]:
    """The groups as SALib describes them, every unknown between `low` and `high` of its own distribution."""
    columns = [(g.name, name) for g in groups for name in (g.names or [g.name])]
    return {
        "num_vars": len(columns),
        "names": [name for _, name in columns],
        "groups": [group for group, _ in columns],
        "bounds": [[low, high]] * len(columns),
    }


def points_of(groups: Sequence[Group], u: F, luck: Sequence[str] | None = None) -> list[Point]:
    """Points (points, columns of `problem`) as values; `luck` names the luck of each point, where it is a group."""
    columns: dict[str, Sequence[Any]] = {}
    inner = np.clip(u, EDGE, 1.0 - EDGE)
    at = 0
    for group in groups:
        if group.kind == LUCK:
            columns[LUCK] = list(luck) if luck is not None else [repr(float(v)) for v in u[:, at]]
            at += 1
            continue
        for member in group.members:
            columns[member.name] = member.value(inner[:, at])
            at += 1
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def outputs(evaluate: Evaluate, points: list[Point]) -> F:
    """What comes out at the points, (points, measures)."""
    out = np.asarray(evaluate(points), dtype=np.float64)
    out = out[:, None] if out.ndim == 1 else out
    if len(out) != len(points):
        raise ValueError(f"{len(points)} points gave {len(out)} outputs")
    return out


def describe(groups: Sequence[Group], meanings: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Groups as plain rows: name, kind, and the unknowns in them with what they mean."""
    told = meanings or {}
    return [
        {"name": g.name, "kind": g.kind, "unknowns": [{"name": n, "meaning": told.get(n, "")} for n in g.names]}
        for g in groups
    ]
