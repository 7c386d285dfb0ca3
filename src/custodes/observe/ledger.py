"""Where the series of a run are kept: those of a form side by side, so that a week is checked at once and written in a few goes."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes.errors import BrokenLaw
from custodes.finite import finite
from custodes.observe.plain import Batch
from custodes.observe.series import Series, shape
from custodes.observe.sight import Sight

F = NDArray[np.float64]

_NATIONAL: Final = 2  #: dimensions of the page of series that are a number a week


class Page(NamedTuple):
    """The series of one form."""

    names: tuple[str, ...]
    batch: Batch  #: those that are worked out together: the first of them
    others: tuple[Callable[[Sight], Any], ...]  #: one by one
    kept: F  #: (series, weeks, *shape)
    now: F  #: (series, *shape), the week in hand

    def work_out(self, sight: Sight) -> None:
        """The values of a week."""
        done = len(self.batch.series)
        if done:
            self.batch.fill(sight, self.now)
        if self.kept.ndim == _NATIONAL:
            self.now[done:] = [compute(sight) for compute in self.others]
            return
        for row, compute in enumerate(self.others, done):
            self.now[row] = compute(sight)


class Ledger:
    """All series of a run, week by week."""

    def __init__(self, series: Sequence[Series], weeks: int, sizes: tuple[int, int, int]) -> None:
        """`sizes`: numbers of provinces, organs and factions."""
        self._made_of = series, weeks, sizes
        forms = {s.dims: shape(s.dims, *sizes) for s in series}
        self._line = np.empty(sum(int(np.prod(forms[s.dims])) for s in series))  #: all values of the week in hand
        self._pages: list[Page] = []
        begin = 0
        for dims, form in forms.items():
            batch = Batch(here := [s for s in series if s.dims == dims])
            others = [s for s in here if s not in batch.series]
            end = begin + len(here) * int(np.prod(form))
            kept, now = np.full((len(here), weeks, *form), np.nan), self._line[begin:end].reshape(len(here), *form)
            names = tuple(s.name for s in (*batch.series, *others))
            self._pages.append(Page(names, batch, tuple(s.compute for s in others), kept, now))
            begin = end
        found = {name: values for page in self._pages for name, values in zip(page.names, page.kept, strict=True)}
        self.arrays: dict[str, F] = {s.name: found[s.name] for s in series}  #: (weeks, *shape) each

    def write(self, week: int, sight: Sight) -> None:
        """Work out a week and write it down; BrokenLaw, with the name of the series, for what is not finite."""
        for page in self._pages:
            page.work_out(sight)
        if not finite(self._line):
            raise BrokenLaw(f"week {week}: the series '{self._not_finite()}' is not a finite number")
        for page in self._pages:
            page.kept[:, week] = page.now

    def _not_finite(self) -> str:
        now = ((name, value) for page in self._pages for name, value in zip(page.names, page.now, strict=True))
        return next(name for name, value in now if not np.isfinite(value).all())

    def copy(self) -> "Ledger":
        """The same weeks, to go on with apart from these."""
        other = Ledger(*self._made_of)
        for mine, its in zip(self._pages, other._pages, strict=True):
            its.kept[:] = mine.kept
        return other
