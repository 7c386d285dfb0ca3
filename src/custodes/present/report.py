"""One self-contained HTML file: opens offline, asks no server for anything, its drawing library inlined once."""

import contextlib
import json
import os
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from custodes.errors import BadResults
from custodes.jit import cache_folder
from custodes.present import figures, happenings
from custodes.present.figure import CONFIG, Figure
from custodes.present.lines import spark_svg
from custodes.present.page import Page, against_facts, page
from custodes.results import files
from custodes.results.run import Run

#: which figures and tables of the court stand in which section, in the order of the report
SECTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("court", "The court", ("falls_and_returns", "falls", "falls_by_year", "decisions", "factions")),
    ("money", "Money", ("money_flows", "bribes")),
    ("army", "Army, contraband, neighbours", ("army", "contraband", "crisis")),
    ("watchers", "What could be known", ("truth_and_report", "reports", "abroad")),
    ("guards", "Guards", ("guards_approach", "threats_by_organ", "guards_living")),
    ("map", "Where", ("by_province",)),
    ("food", "Food and prices", ("food_and_prices",)),
    ("belief", "Belief against stance", ("belief_and_stance", "fear_and_control")),
    ("unrest", "Crowds and flight", ("unrest", "flight")),
)
#: figures that a reader opens if he wants them
FOLDED = ("bribes", "threats_by_organ", "guards_living", "fear_and_control", "flight")
FIRST = 1  #: sections before the numbers and the story


def write(runs: Sequence[Run], path: Path) -> Path:
    """Write the report of runs of one scenario to `path`, whole or not at all, and return it."""
    return write_page(html(runs), path, "report")


def write_page(text: str, path: Path, what: str = "page") -> Path:
    """Write a page to `path`, whole or not at all, and return it; BadResults where the disk refuses."""
    target = path.absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        files.write_all(target.parent, {target.name: files.bytes_writer(text.encode())})
    except OSError as error:
        raise BadResults(
            f"the {what} '{path}' cannot be written ({files.reason(error)}); choose another --out."
        ) from None
    return path


def html(runs: Sequence[Run]) -> str:
    """The report as HTML text."""
    drawn = {f.__name__: f(runs) for f in figures.ALL}
    words = page(runs)
    return str(
        _template("report.html.j2").render(
            page=words,
            sections=[
                (key, title, [words.court[n] if n in words.court else _shown(drawn[n]) for n in names])
                for key, title, names in SECTIONS
            ],
            first=FIRST,
            specs=json.dumps({f.name: f.spec for f in drawn.values() if f.spec}, separators=(",", ":")).replace(
                "</", "<\\/"
            ),
            config=json.dumps(CONFIG, separators=(",", ":")),
            library=drawing_code().replace("</script", "<\\/script"),
            spark=spark_svg,
            value=_value,
            sentence=happenings.sentence,
            prior=_prior,
            against=against_facts(words),
        )
    )


def notebook(run: Run) -> str:
    """A run as it shows itself in a notebook: headline and table, without charts or scripts."""
    words: Page = page([run])
    return str(_template("notebook.html.j2").render(page=words, spark=spark_svg))


def drawing_code() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script (from vl-convert), kept in the cache since making it takes a second."""
    kept = cache_folder() / f"vega-{metadata.version('vl-convert-python')}.js"
    with contextlib.suppress(OSError):
        text = kept.read_text(encoding="utf-8")
        if text.endswith(_END):
            return text
    import vl_convert

    text = str(vl_convert.javascript_bundle()) + _END  # type: ignore[call-arg]
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        aside = kept.with_name(f"{kept.name}.{os.getpid()}")
        aside.write_text(text, encoding="utf-8")
        aside.replace(kept)
    return text


_END = "\n/* end */"


def _shown(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "title": figure.title,
        "caption": figure.caption,
        "source": figure.source,
        "svg": figure.svg,
        "wide": figure.wide,
        "folded": figure.name in FOLDED,
        "data": figure.data_link(),
    }


def _value(value: Any) -> str:
    """A parameter's value as text."""
    if isinstance(value, dict):
        return ", ".join(f"{k} {_value(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_value(v) for v in value)
    return f"{value:,.6g}" if isinstance(value, float) else str(value)


def _prior(prior: Any) -> str:
    """A prior as text: `lognormal(median 0.04, sigma 0.4)`, `fixed`."""
    if not isinstance(prior, dict):
        return str(prior or "")
    name, numbers = next(iter(prior.items()), ("", None))
    if not isinstance(numbers, dict):
        return str(name)
    return f"{name}({', '.join(f'{k} {_value(v)}' for k, v in numbers.items())})"


def _template(name: str) -> Any:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(name)
