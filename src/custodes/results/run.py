"""A finished run: its truth, its events, its record, and the ways to look at them.

r = cu.open("runs/one")
r.data.private_support.sel(province="Ryanggang")
r.why("incident-12")
r.report()
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custodes.errors import BadInput
from custodes.observe.events import EventLog
from custodes.results.falls import Records
from custodes.results.table import Table

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd
    import xarray as xr

    from custodes.observe.explain import Explanation


class Run:
    """One run of one scenario with one seed."""

    def __init__(
        self,
        table: Table,
        log: EventLog,
        record: dict[str, Any],
        path: Path | None = None,
        register: Records | None = None,
        reports: Records | None = None,
    ) -> None:
        """`table` is the truth, `record` what `results.record.record` made; `path` the folder it was read from.

        `register` are the falls at the court, as `results.falls.of_register` gives them; `reports` what watchers heard, as
        `results.heard.of_actors` gives it.
        """
        self.register: Records = register or []
        self.reports: Records = reports or []
        self.table = table
        self.log = log
        self.record = record
        self.path = path

    @cached_property
    def data(self) -> "xr.Dataset":
        """The series by week, and by province, organ, organ of the court or faction, each with unit, meaning and source."""
        from custodes.results import dataset

        return dataset.by_province(self.table, self.record)

    @cached_property
    def national(self) -> "xr.Dataset":
        """The series of the nation by week; in parts also as `<name>_by_organ`, `<name>_by_court`, `<name>_by_faction`."""
        from custodes.results import dataset

        return dataset.national(self.table, self.record)

    @cached_property
    def events(self) -> "pd.DataFrame":
        """What happened: id, week, date, kind, place, organ, magnitude, causes, text, origin."""
        return self.log.to_frame()

    @cached_property
    def falls(self) -> "pd.DataFrame":
        """Who fell at the court: week, person, post, true cause, stated reason, fate, what was held against him, return."""
        from custodes.results import falls

        return falls.frame(self.register)

    @cached_property
    def money_chain(self) -> "pd.DataFrame":
        """Where what guards take goes in a year, from households to the leader's gifts: source, target, amount, unit."""
        from custodes.results import chain

        return chain.frame(self.table)

    def heard(self, truth: bool = False) -> "pd.DataFrame":
        """What watchers heard, a row a report; with `truth` also what no watcher knows: the event behind it, and whether it
        was invented or wrong."""
        from custodes.observe import watching

        return watching.frame(self, truth)

    def estimated(self, kind: str, place: str | None = None, weeks: int = 52) -> "pd.DataFrame":
        """Events of a kind as a watcher would estimate them from reports, with intervals, beside their true number."""
        from custodes.observe import watching

        return watching.estimated(self, kind, place, weeks)

    def to_dataframe(self) -> "pd.DataFrame":
        """The series as rows by week, province (or `national`) and organ (or `all`)."""
        from custodes.results import dataset

        return dataset.frame(self.table)

    def why(self, event_id: str) -> "Explanation":
        """The chain of causes of an event, back to levers and shocks; BadInput for an id that is not in the log."""
        from custodes.observe.explain import why

        return why(self.log, event_id)

    def plot(self) -> "alt.VConcatChart":
        """The main figures in one chart."""
        from custodes.present import figures

        return figures.overview([self])

    def report(self, path: Path | str | None = None) -> Path:
        """Write the report, one HTML file that opens offline, and return its path (default: beside the run, or here)."""
        from custodes.present import report

        beside = Path(self.path or ".") / "report.html"
        return report.write([self], Path(path) if path is not None else beside)

    def save(self, path: Path | str, overwrite: bool = False) -> Path:
        """Write the run into a folder, whole or not at all, and return the folder."""
        from custodes.results import store

        self.path = store.save(self, path, overwrite)
        return self.path

    def standing_state(self) -> "pd.DataFrame":
        """Facts of the real country beside the run's values, when the record has them; BadInput when not."""
        import pandas as pd

        if "standing_state" not in self.record:
            raise BadInput(f"the run of '{self.record['scenario']}' has no standing state to compare with facts.")
        return pd.DataFrame(self.record["standing_state"])

    def summary(self, seconds: float | None = None) -> dict[str, Any]:
        """One JSON-ready object: what was run, how it ended, and first, last and mean of every national series."""
        from custodes.results import dataset

        out = {
            key: self.record[key]
            for key in ("scenario", "seed", "sample", "weeks", "people", "outcome", "outcome_week")
        }
        out["seconds"] = round(self.record["seconds"] if seconds is None else seconds, 3)
        out["peak_memory_mb"] = self.record["peak_memory_mb"]
        out["out"] = None if self.path is None else str(self.path)
        return out | {"series": dataset.summary(self.table)}

    def __repr__(self) -> str:
        r = self.record
        return (
            f"<Run of {r['scenario']}: {r['weeks']} weeks from {r['start']}, {r['people']:,} people at sample "
            f"{r['sample']}, seed {r['seed']}; {r['outcome']}>"
        )

    def _repr_html_(self) -> str:
        from custodes.present import report

        return report.notebook(self)
