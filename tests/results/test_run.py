"""A finished run in a notebook's hands."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from tests.results import fake

from custodes.errors import BadInput
from custodes.observe.truth import SERIES
from custodes.results.record import KEYS, record, to_json
from custodes.results.run import Run


def test_every_series_has_its_dimensions_and_says_its_unit(run: Run) -> None:
    dims = {
        "national": ("week",),
        "organ": ("week", "organ"),
        "province": ("week", "province"),
        "province,organ": ("week", "province", "organ"),
        "court": ("week", "court"),
        "faction": ("week", "faction"),
    }
    for name, series in SERIES.items():
        variable = run.data[name]
        assert variable.dims == dims[series.dims]
        assert variable.attrs["unit"] == series.unit
        assert (variable.attrs["seed"], variable.attrs["sample"]) == (1, "1/100")
        assert variable.attrs["meaning"]
    assert list(run.data.province.values) == list(fake.PROVINCES)
    assert str(run.data.date.values[1])[:10] == "2016-01-11"


def test_national_series_stand_beside_those_of_organs(run: Run) -> None:
    assert run.national.bribes_won.dims == ("week",)
    assert run.national.bribes_won_by_organ.dims == ("week", "organ")
    np.testing.assert_allclose(run.national.bribes_won_by_organ.sum("organ"), run.national.bribes_won, rtol=1e-9)
    np.testing.assert_allclose(run.data.people.sum("province"), run.national.people, rtol=1e-9)


def test_changing_a_view_does_not_change_the_run(run: Run) -> None:
    run.data.people[:] = 0.0
    assert run.table.arrays["people"].min() > 0.0


def test_the_summary_is_json_with_every_series(run: Run) -> None:
    summary = json.loads(json.dumps(run.summary(), allow_nan=False))
    assert set(summary) == {
        "scenario",
        "seed",
        "sample",
        "weeks",
        "people",
        "outcome",
        "outcome_week",
        "seconds",
        "peak_memory_mb",
        "out",
        "series",
    }
    assert set(summary["series"]) == set(SERIES)
    rice = run.table.national("grain_price_won")
    assert summary["series"]["grain_price_won"] == {
        "first": rice[0],
        "last": rice[-1],
        "mean": pytest.approx(rice.mean()),
    }


def test_it_shows_itself(run: Run) -> None:
    assert (
        repr(run)
        == "<Run of testland: 130 weeks from 2016-01-04, 4,000,000 people at sample 1/100, seed 1; status quo>"
    )
    shown = run._repr_html_()
    assert "One run says next to nothing" in shown
    assert "<script" not in shown


def test_a_report_goes_beside_the_run_or_here(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run.report().resolve() == tmp_path / "report.html"
    run.save(tmp_path / "one")
    assert run.report() == tmp_path / "one" / "report.html"


def test_the_standing_state_is_there_only_when_recorded(run: Run) -> None:
    with pytest.raises(BadInput, match="no standing state"):
        run.standing_state()
    run.record["standing_state"] = [{"id": "C12", "value": 341.0, "low": 280, "high": 400}]
    assert run.standing_state().id.tolist() == ["C12"]


def test_the_record_has_all_keys_and_lacks_none() -> None:
    assert set(KEYS) <= set(fake.run(weeks=3).record)
    with pytest.raises(ValueError, match="lacks: scenario_digest"):
        record(
            scenario="x",
            code_version="",
            source_digest="",
            seed=1,
            sample="1",
            k=1,
            weeks=1,
            start="2017-01-02",
            people=1,
        )


def test_records_take_numpy_values_and_refuse_what_is_not_finite() -> None:
    plain = json.loads(to_json({"a": np.float64(1.5), "b": np.int64(2), "c": np.datetime64("2017-01-02"), "d": {3, 1}}))
    assert plain == {"a": 1.5, "b": 2, "c": "2017-01-02", "d": [1, 3]}
    with pytest.raises(ValueError):
        to_json({"a": float("nan")})


def test_a_plot_is_an_altair_chart(run: Run) -> None:
    import altair as alt

    chart = run.plot()
    assert isinstance(chart, alt.VConcatChart)
    assert len(chart.to_dict()["vconcat"]) == 5


def test_few_arrivals_are_no_miss_where_chance_alone_could_explain_them() -> None:
    from custodes.observe.standing import compare

    fact = [{"id": "C01", "value": 1302.0, "low": 1050.0, "high": 1520.0, "grade": "A", "until": None}]

    def told(rows: int, k: int) -> dict[str, object]:
        arrived = np.zeros(104)
        arrived[:rows] = k
        table = SimpleNamespace(weeks=104, national=lambda name: arrived if name == "arrivals_abroad" else np.ones(104))
        return next(r for r in compare(table, {}, fact, k) if r["id"] == "C01")  # type: ignore[arg-type]

    assert told(0, 1000)["inside"] is None  # no row in two years, where 2.6 are expected
    assert told(5, 1000)["inside"] is None
    assert told(50, 100)["inside"] is False  # 2,500 a year from fifty rows: too many
    assert told(26, 100)["inside"] is True
