"""A comparison as pandas frames, an xarray dataset, and CSV or Parquet files with units.

Every table is long and carries its unit in a column `unit`, so that readers of CSV need nothing else; `columns.json` beside the
files says what each column means. Parquet has the same meanings in the metadata of its fields.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from custodes.errors import BadInput, BadResults
from custodes.flags import shown
from custodes.results import files

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Content = Mapping[str, Any]
KINDS: Final = ("csv", "parquet")
README: Final = "columns.json"

#: What a column means, in every table that has it. "its unit": that of the row's column `unit`.
COLUMNS: Final = {
    "plan": "policies in force",
    "against": "policies that it is compared with, in the same countries and with the same luck",
    "measure": "what is compared",
    "unit": "unit of all numbers of the row that say `its unit`",
    "kind": "share: 0 or 1 of a run; level: a number",
    "better": "lower, higher, or empty where neither is better",
    "suffering": "whether the measure is one of suffering",
    "primary": "whether the measure was named before the runs were seen",
    "mean_against": "average over countries without the plan; its unit",
    "mean": "average over countries with the plan; its unit",
    "difference": "average paired difference; its unit",
    "low": "lower end of the 95 % interval of the average; more runs shrink it; its unit",
    "high": "upper end of the 95 % interval of the average; its unit",
    "range_low": "5 % of single countries have a difference below; its unit",
    "range_high": "5 % of single countries have a difference above; its unit",
    "sampling": "half the width of the 95 % interval; its unit",
    "parameter": "share of a single country's variance that parameters decide",
    "mechanism": "share of a single country's variance that rival theories decide",
    "luck": "share of a single country's variance that luck decides",
    "probability_better": "chance that a country does better with the plan, ties half",
    "probability_better_low": "lower end of its 95 % interval",
    "probability_better_high": "upper end of its 95 % interval",
    "ratio": "with the plan over without it: of hazards, cumulative hazards or averages (see ratio_scale)",
    "ratio_low": "lower end of its 95 % interval",
    "ratio_high": "upper end of its 95 % interval",
    "ratio_scale": "what the ratio is of",
    "found": "told from nothing: by the interval for measures named beforehand, by false discoveries (5 %) for the rest",
    "p": "chance of so much were there nothing, two-sided",
    "n": "countries compared",
    "changed": "countries whose value differs at all",
    "missing": "countries left out because the measure is not known there",
    "unpaired_low": "lower end of the interval had each plan met countries of its own; its unit",
    "unpaired_high": "upper end of that interval; its unit",
    "variance_ratio": "how many times as many runs that would need for the same interval",
    "a": "first policy",
    "b": "second policy",
    "cell": "which of the two policies are in force",
    "interaction": "both less each alone plus neither; its unit",
    "interaction_low": "lower end of its 95 % interval",
    "interaction_high": "upper end of its 95 % interval",
    "log_interaction": "the same of logarithms",
    "log_low": "lower end of its 95 % interval",
    "log_high": "upper end of its 95 % interval",
    "log_scale": "what the logarithms are of",
    "effect_a": "first policy alone less neither; its unit",
    "effect_b": "second policy alone less neither; its unit",
    "effect_both": "both less neither; its unit",
    "by": "province, class or organ",
    "part": "which one",
    "series": "weekly series",
    "week": "weeks since the start",
    "q05": "5 % of countries lie below; its unit",
    "q25": "25 % of countries lie below; its unit",
    "q50": "middle country; its unit",
    "q75": "75 % of countries lie below; its unit",
    "q95": "95 % of countries lie below; its unit",
    "difference_q05": "5 % of countries' differences lie below; its unit",
    "difference_q50": "middle of the countries' differences; its unit",
    "difference_q95": "95 % of countries' differences lie below; its unit",
    "difference_mean": "average paired difference; its unit",
    "difference_mean_low": "lower end of its 95 % interval; its unit",
    "difference_mean_high": "upper end of its 95 % interval; its unit",
    "switch": "parameter that chooses among rival theories",
    "choice": "the theory",
}
_DROPPED: Final = ("meaning", "base_rate", "by_mechanism", "split", "words", "cells")


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame([{c: r.get(c) for c in columns} for r in rows], columns=columns)


def _columns(first: str, last: str) -> list[str]:
    names = list(COLUMNS)
    return names[names.index(first) : names.index(last) + 1]


def _effect(r: dict[str, Any]) -> dict[str, Any]:
    ratio = r["ratio"] or {}
    return (
        r
        | {p: (r.get("split") or {}).get(p) for p in ("parameter", "mechanism", "luck")}
        | {"ratio": ratio.get("value"), "ratio_low": ratio.get("low"), "ratio_high": ratio.get("high")}
        | {"ratio_scale": ratio.get("scale")}
    )


def effects(content: Content) -> "pd.DataFrame":
    """Every plan against the baseline, then against each other; one row a measure."""
    rows = [_effect(r) for r in (*content["effects"], *content["between"])]
    return _frame(rows, _columns("plan", "variance_ratio"))


def by_mechanism(content: Content) -> "pd.DataFrame":
    """Effects under each choice of each switch."""
    rows = [
        {k: r[k] for k in ("plan", "against", "measure", "unit")} | m
        for r in content["effects"]
        for m in r["by_mechanism"]
    ]
    return _frame(rows, ["plan", "against", "measure", "unit", "switch", "choice", "difference", "low", "high", "n"])


def _interaction(r: dict[str, Any]) -> dict[str, Any]:
    log = r["log_hazard"] or {}
    both = {"interaction": r["interaction"]["value"]} | {
        f"interaction_{e}": r["interaction"][e] for e in ("low", "high")
    }
    ratios = {"log_interaction": log.get("interaction"), "log_low": log.get("low"), "log_high": log.get("high")}
    alone = {k: r[k]["value"] for k in ("effect_a", "effect_b", "effect_both")}
    return r | both | ratios | alone | {"log_scale": log.get("scale")}


def factorial(content: Content) -> "pd.DataFrame":
    """Interactions, one row a pair of policies and measure."""
    columns = (
        "a b measure unit kind primary effect_a effect_b effect_both interaction interaction_low interaction_high "
        "log_interaction log_low log_high log_scale p found n"
    )
    return _frame([_interaction(r) for r in content["factorial"]], columns.split())


def cells(content: Content) -> "pd.DataFrame":
    """Averages of neither, each and both, one row a pair, measure and cell."""
    rows = [
        {k: r[k] for k in ("a", "b", "measure", "unit")} | {"cell": name} | cell
        for r in content["factorial"]
        for name, cell in r["cells"].items()
    ]
    return _frame(rows, ["a", "b", "measure", "unit", "cell", "mean", "low", "high", "n"])


def parts(content: Content) -> "pd.DataFrame":
    """Who pays: one row a plan, measure and part."""
    return _frame(list(content["parts"]), ["plan", "measure", "unit", "by", "part", "difference", "low", "high", "n"])


def paths(content: Content) -> "pd.DataFrame":
    """Levels and differences over time: one row a series, plan and week."""
    import pandas as pd

    columns = ["series", "unit", "plan", "week", *_columns("q05", "difference_mean_high")]
    frames = [
        pd.DataFrame(
            {"series": p["series"], "unit": p["unit"], "plan": p["plan"], "week": p["weeks"]}
            | p["levels"]
            | {f"difference_{k}": v for k, v in p["difference"].items()}
        )
        for p in content["paths"]
    ]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)


TABLES: Final = {
    "effects": effects,
    "by_mechanism": by_mechanism,
    "factorial": factorial,
    "cells": cells,
    "parts": parts,
    "paths": paths,
}


def dataset(content: Content) -> "xr.Dataset":
    """Effects against the baseline by plan and measure; paths by series, plan and week. Units are a coordinate."""
    import xarray as xr

    frame = effects(content)
    first = frame[frame["against"] == content["plans"][0]["name"]]
    text = ["against", "unit", "kind", "better", "suffering", "primary", "ratio_scale"]
    out = first.drop(columns=text).set_index(["plan", "measure"]).astype(float).to_xarray()
    out["found"] = out["found"].astype(bool)
    measures = first.drop_duplicates("measure").set_index("measure").reindex(out["measure"].to_numpy())
    out = out.assign_coords({n: ("measure", measures[n].to_numpy(object)) for n in ("unit", "kind", "better")})
    for name, variable in out.data_vars.items():
        variable.attrs["description"] = COLUMNS[str(name)]
    out.attrs = {k: content[k] for k in ("scenario", "code_version", "seed", "sample", "weeks", "countries", "words")}
    return out if not content["paths"] else xr.merge([out, _paths(content)], join="outer", compat="no_conflicts")


def _paths(content: Content) -> "xr.Dataset":
    frame = paths(content).rename(columns={"unit": "series_unit"})
    units = frame.drop_duplicates("series").set_index("series")["series_unit"]
    out = frame.drop(columns="series_unit").set_index(["series", "plan", "week"]).astype(float).to_xarray()
    return out.assign_coords(series_unit=("series", units.reindex(out["series"].to_numpy()).to_numpy(object)))


def export(content: Content, folder: Path, kind: str = "csv") -> list[Path]:
    """Write all tables into a folder, each whole or not at all, and `columns.json`; their paths.

    BadInput for another kind than csv or parquet; BadResults where the disk refuses.
    """
    if kind not in KINDS:
        raise BadInput(f"--format must be csv or parquet, and '{shown(kind)}' is neither.")
    tables = {f"{name}.{kind}": table(content) for name, table in TABLES.items()}
    writers = {name: files.bytes_writer(_bytes(table, kind)) for name, table in tables.items()}
    about = {name: {c: COLUMNS[c] for c in table.columns} for name, table in tables.items()}
    writers[README] = files.bytes_writer((json.dumps(about, indent=1) + "\n").encode())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files.write_all(folder, writers)
    except OSError as error:
        raise BadResults(
            f"'{shown(folder)}' cannot be written ({files.reason(error)}); choose another --out."
        ) from None
    return [folder / name for name in writers]


def _bytes(table: "pd.DataFrame", kind: str) -> bytes:
    if kind == "csv":
        return str(table.to_csv(index=False, lineterminator="\n")).encode()
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrow = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    fields = [f.with_metadata({"meaning": COLUMNS[f.name]}) for f in arrow.schema]
    out = pa.BufferOutputStream()
    pq.write_table(arrow.cast(pa.schema(fields)), out, compression="zstd")
    return bytes(out.getvalue().to_pybytes())
