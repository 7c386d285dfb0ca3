"""From a name or a path to a complete `Scenario`: base file, companions in its folder, variant, parameters, timeline.

A folder holds `scenario.yaml` and, if they are not written inside it, `places.csv`, `tables.yaml`, `timeline.yaml`,
`parameters.yaml`, `court.yaml`, `map.geojson` and `README.md`. `dprk/2017` is the variant file `2017.yaml` in the folder `dprk`:
it may change the title, start, years, population, levers and parameters, and adds to the timeline.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes.actors.levers import LEVERS, LeverValues
from custodes.errors import BadInput, BadScenario
from custodes.scenario import court as courts
from custodes.scenario.actors import Actors, actors_in, default_leader
from custodes.scenario.parameters import Parameters, default_parameters, lever_value, parse_settings
from custodes.scenario.places import County, apportion, read_counties, read_places
from custodes.scenario.policies import Policy, load_policy, timeline_actions
from custodes.scenario.powers import PowersFile
from custodes.scenario.problems import bad, did_you_mean, printable
from custodes.scenario.reading import Document, read_yaml
from custodes.scenario.schema import Court, Faction, ParameterOverride, ScenarioFile, TimelineEntry, Variant
from custodes.scenario.tables import Table, read_tables
from custodes.scenario.timeline import Timeline, numbered, setting_actions
from custodes.scenario.validation import attempt, entries, first_or_raise, validated
from custodes.scenario.watchers import DEFAULT as DEFAULT_WATCHERS
from custodes.scenario.watchers import OutletEntry, watchers_in
from custodes.world.court import CourtPlan

__all__ = ["Policy", "Scenario", "load", "load_policy", "locate", "scenarios"]
BURN_IN_WEEKS: Final = 104
YEARS: Final = 5


@dataclass(frozen=True)
class Scenario:
    """Everything that a run needs to know about a country. Immutable; `with_...` give changed ones."""

    name: str  #: "dprk/2017", "toyland" or the stem of a user's folder
    title: str
    description: str
    start: np.datetime64  #: Monday of week 0
    years: int
    burn_in_weeks: int
    people: int  #: at the start, soldiers included
    population_fact: dict[str, Any]  #: total, source, grade, status, note
    parameters: Parameters
    places: tuple[County, ...]
    adjacent_provinces: tuple[tuple[str, str], ...]
    markets: dict[str, float]  #: official markets by province
    tables: dict[str, Any]  #: plain values by name: lists and mappings of numbers
    table_facts: dict[str, Table]  #: the same with meaning, unit, source, grade, status
    timeline: Timeline
    scale: float  #: of extensive quantities, against those the shipped numbers describe
    folder: Path
    readme: Path | None
    map_file: Path | None
    court: CourtPlan = courts.DEFAULT_COURT
    factions: tuple[Faction, ...] = ()  #: of the court, with what is known of them
    actors: Actors = field(default_factory=lambda: Actors(default_leader(), PowersFile()))
    watchers: tuple[OutletEntry, ...] = DEFAULT_WATCHERS
    policies: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def soldiers(self) -> int:
        """People in military camps."""
        return sum(c.soldiers for c in self.places)

    @property
    def population(self) -> int:
        """Civil people at the start."""
        return self.people - self.soldiers

    @property
    def provinces(self) -> tuple[str, ...]:
        """Names of the provinces, in the order of the places."""
        return tuple(dict.fromkeys(c.province for c in self.places))

    @property
    def levers(self) -> LeverValues:
        """The levers in force in week 0."""
        return self.timeline.levers_at(0)

    def county_population(self) -> NDArray[np.int64]:
        """Civil people of each county at the start, (C,): census shares of the total; the sum is exact."""
        return apportion(self.population, [c.population for c in self.places])

    @cached_property
    def digest(self) -> str:
        """sha256 of everything that moves a result, for records and caches."""
        return _digest(
            self._content(),
            self.parameters.digest,
            self.timeline.digest,
            str(self.years),
            self.actors.digest,
            repr([outlet.model_dump() for outlet in self.watchers]),
        )

    @cached_property
    def burn_in_digest(self) -> str:
        """sha256 of everything that the population and the burn-in can feel: nothing that begins at week 0 or later.

        Whether the leader will answer what he sees (`leader.mode`) and by which tactics is such a thing; how he sees is not.
        """
        parameters = self.parameters.digest_without("leader.mode")
        return _digest(self._content(), parameters, self.timeline.before(0).digest, self.actors.seeing)

    def with_parameters(self, values: dict[str, Any]) -> "Scenario":
        """With other parameter values, by name; BadInput for a bad one."""
        return replace(self, parameters=self.parameters.with_values(values), settings={**self.settings, **values})

    def with_settings(self, settings: list[str]) -> "Scenario":
        """With `--set name=value` of parameters and levers."""
        values, levers = parse_settings(settings, self.parameters)
        changed = self.with_parameters(values) if values else self
        if not levers:
            return changed
        timeline = self.timeline.with_actions(setting_actions(levers, self.start))
        return replace(changed, timeline=timeline, settings={**changed.settings, **levers})

    def with_policy(self, policy: Policy) -> "Scenario":
        """With the actions of a policy on top of the timeline."""
        return replace(self, timeline=self.timeline.with_policy(policy, self), policies=(*self.policies, policy.name))

    def record(self) -> dict[str, Any]:
        """What a result keeps of the scenario: plain values only."""
        return {
            "name": self.name,
            "title": self.title,
            "start": str(self.start),
            "years": self.years,
            "people": self.people,
            "soldiers": self.soldiers,
            "counties": len(self.places),
            "provinces": list(self.provinces),
            "estimated_counties": sum(c.status == "ESTIMATED" for c in self.places),
            "scale": self.scale,
            "digest": self.digest,
            "policies": list(self.policies),
            "settings": {k: list(v) if isinstance(v, tuple) else v for k, v in self.settings.items()},
            "timeline": self.timeline.as_rows(),
        }

    def _content(self) -> str:
        places = [
            [
                c.name,
                c.province,
                c.place_type,
                c.latitude,
                c.longitude,
                c.population,
                c.urban_share,
                c.soldiers,
                c.status == "ESTIMATED",
            ]
            for c in self.places
        ]
        return json.dumps(
            [
                str(self.start),
                self.burn_in_weeks,
                self.people,
                places,
                self.adjacent_provinces,
                self.markets,
                self.tables,
                self.court,
            ],
            sort_keys=True,
        )


def load(name_or_path: str | Path) -> Scenario:
    """The scenario of a built-in name (`dprk/2017`), a folder or a file; BadScenario in one sentence if it cannot be used."""
    base, variant, name = locate(str(name_or_path))
    try:
        return _build(base, variant, name)
    except RecursionError:
        raise bad(base.name, 0, "", "the scenario is nested too deeply", "Make it flatter") from None


def builtin_folder() -> Path:
    """The folder of the shipped scenarios."""
    return Path(str(resources.files("custodes"))) / "scenarios"


def scenarios() -> list[str]:
    """Names of the shipped scenarios."""
    names: list[str] = []
    for base in sorted(builtin_folder().glob("*/scenario.yaml")):
        variants = _variants(base.parent)
        names += [f"{base.parent.name}/{v}" for v in variants] or [base.parent.name]
    return names


def locate(text: str) -> tuple[Path, Path | None, str]:
    """The base file, the variant file (if any) and the scenario's name, for what a user named."""
    if not text or "\0" in text or len(text) > 1000:
        raise BadScenario(
            f"'{printable(text, 60)}' is not the name of a scenario: choose one of {', '.join(scenarios())}."
        )
    found = _builtin(text) or _of_user(Path(text))
    if found is None:
        mend = did_you_mean(text, scenarios(), f"Choose one of {', '.join(scenarios())}, or name a folder.")
        raise BadScenario(f"'{printable(text, 120)}' is neither a scenario nor a file or folder. {mend}")
    return found


def _builtin(text: str) -> tuple[Path, Path | None, str] | None:
    parts = text.split("/")
    if len(parts) > 2 or not all(p and all(c.isalnum() or c in "_-" for c in p) for p in parts):
        return None
    base = builtin_folder() / parts[0] / "scenario.yaml"
    if not base.is_file():
        return None
    if len(parts) == 1:
        return base, None, text
    variant = base.parent / f"{parts[1]}.yaml"
    if parts[1] not in _variants(base.parent):
        return None
    return base, variant, text


def _of_user(path: Path) -> tuple[Path, Path | None, str] | None:
    """A folder with scenario.yaml, that file, a variant file beside it, or folder/variant without its ending."""
    try:
        if path.is_dir():
            return path / "scenario.yaml", None, path.resolve().name
        if path.exists():
            if path.name == "scenario.yaml" or not (path.parent / "scenario.yaml").is_file():
                return path, None, path.resolve().parent.name if path.name == "scenario.yaml" else path.stem
            return path.parent / "scenario.yaml", path, f"{path.resolve().parent.name}/{path.stem}"
        variant = path.with_name(path.name + ".yaml")
        if variant.is_file() and (path.parent / "scenario.yaml").is_file():
            return path.parent / "scenario.yaml", variant, f"{path.resolve().parent.name}/{path.name}"
    except (OSError, ValueError):
        return None
    return None


def _variants(folder: Path) -> list[str]:
    other = {"scenario", "tables", "timeline", "parameters", "facts", "watchers", "court", "actors"}
    return sorted(p.stem for p in folder.glob("*.yaml") if p.stem not in other)


def _build(base: Path, variant: Path | None, name: str) -> Scenario:
    document = read_yaml(base, _shown(base))
    content = validated(ScenarioFile, document)
    layers: list[tuple[Variant, Document]] = [(content, document)]
    if variant is not None:
        other = read_yaml(variant, _shown(variant))
        layers.append((validated(Variant, other), other))
    folder = base.parent
    start = _latest(layers, "start")
    population = _latest(layers, "population")
    if start is None or population is None:
        missing = "start" if start is None else "population"
        choices = ", ".join(f"{folder.name}/{v}" for v in _variants(folder)) if variant is None else ""
        raise bad(
            document.file, 0, missing, "is missing", f"Choose a variant: {choices}" if choices else f"Add '{missing}'"
        )
    monday = np.datetime64(start)
    places = _places(folder, content, document)
    tables = _tables(folder, content, document)
    soldiers = sum(c.soldiers for c in places)
    if population.total <= soldiers:
        file, line = _where(layers, "population")
        raise bad(
            file,
            line,
            "population",
            f"the total {population.total} is not above the {soldiers} soldiers",
            "Give all people, soldiers included",
        )
    _check_provinces(content, document, places)
    reference = _latest(layers, "reference_population")
    scale = population.total / reference if reference else 1.0
    court = _court(folder, layers)
    return Scenario(
        name=name,
        title=_latest(layers, "title"),
        description=_latest(layers, "description") or "",
        start=monday,
        years=_latest(layers, "years") or YEARS,
        people=population.total,
        burn_in_weeks=_or(_latest(layers, "burn_in_weeks"), BURN_IN_WEEKS),
        population_fact=population.model_dump(),
        parameters=_parameters(folder, layers, scale),
        places=tuple(places),
        adjacent_provinces=tuple((a, b) for a, b in content.adjacent_provinces),
        markets=dict(content.markets),
        tables={key: table.values for key, table in tables.items()},
        table_facts=tables,
        timeline=_timeline(folder, layers, monday),
        scale=scale,
        folder=folder,
        readme=_companion(folder, "README.md"),
        map_file=_companion(folder, "map.geojson"),
        court=courts.court_plan(court, monday),
        factions=courts.factions_of(court),
        actors=actors_in(folder),
        watchers=watchers_in(folder),
    )


def _latest(layers: list[tuple[Variant, Document]], name: str) -> Any:
    """The value of the last layer that gives one."""
    given = [getattr(content, name) for content, _ in layers if getattr(content, name) is not None]
    return given[-1] if given else None


def _where(layers: list[tuple[Variant, Document]], name: str) -> tuple[str, int]:
    document = [d for content, d in layers if getattr(content, name) is not None][-1]
    return document.file, document.line((name,))


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


def _companion(folder: Path, name: str) -> Path | None:
    path = folder / name
    return path if path.is_file() else None


def _one_place(folder: Path, name: str, inside: object, document: Document, key: str) -> Path | None:
    """The companion file, if the scenario does not hold the part itself; both are an error."""
    path = folder / name
    if not path.exists():
        return None
    if inside:
        raise bad(document.file, document.line((key,)), key, f"stands here and in {name}", "Keep one of the two")
    return path


def _places(folder: Path, content: ScenarioFile, document: Document) -> list[County]:
    path = _one_place(folder, "places.csv", content.counties, document, "counties")
    if path is not None:
        return read_places(path, _shown(path))
    if content.counties is None:
        raise bad(document.file, 0, "counties", "is missing", "List the counties here or in places.csv")
    return read_counties(document, ("counties",))


def _tables(folder: Path, content: ScenarioFile, document: Document) -> dict[str, Table]:
    path = _one_place(folder, "tables.yaml", content.tables, document, "tables")
    if path is not None:
        return read_tables(read_yaml(path, _shown(path)), ())
    if content.tables is None:
        raise bad(document.file, 0, "tables", "is missing", "Give the tables here or in tables.yaml")
    return read_tables(document, ("tables",))


def _check_provinces(content: ScenarioFile, document: Document, places: list[County]) -> None:
    known = {c.province for c in places}
    for i, pair in enumerate(content.adjacent_provinces):
        for province in pair:
            if province not in known:
                raise bad(
                    document.file,
                    document.line(("adjacent_provinces", i)),
                    province,
                    "is not a province of any county",
                    did_you_mean(province, known, f"Known are {', '.join(sorted(known))}"),
                )
    for province in content.markets:
        if province not in known:
            raise bad(
                document.file,
                document.line(("markets", province)),
                province,
                "is not a province of any county",
                did_you_mean(province, known, f"Known are {', '.join(sorted(known))}"),
            )


def _parameters(folder: Path, layers: list[tuple[Variant, Document]], scale: float) -> Parameters:
    parameters = default_parameters().scaled(scale)
    path = _companion(folder, "parameters.yaml")
    if path is not None:
        document = read_yaml(path, _shown(path))
        overrides, problems = entries(ParameterOverride, document)
        first_or_raise(problems)
        parameters = parameters.with_overrides(overrides, document)
    for content, document in layers:
        if content.parameters:
            parameters = parameters.with_overrides(content.parameters, document, ("parameters",))
    return parameters


def _court(folder: Path, layers: list[tuple[Variant, Document]]) -> list[courts.Layer]:
    """The court of `court.yaml` or of the base, then that of the variant."""
    content, document = layers[0]
    found: list[courts.Layer] = []
    path = _one_place(folder, courts.FILE, content.court, document, "court")
    if path is not None:
        own = read_yaml(path, _shown(path))
        found.append(courts.Layer(validated(Court, own), own, ()))
    return found + [courts.Layer(c.court, d, ("court",)) for c, d in layers if c.court is not None]


def _timeline(folder: Path, layers: list[tuple[Variant, Document]], start: np.datetime64) -> Timeline:
    actions: list[Any] = []
    standing: dict[str, Any] = {}
    path = _companion(folder, "timeline.yaml")
    if path is not None:
        document = read_yaml(path, _shown(path))
        actions += timeline_actions(_entry_list(document), document, (), start)
    for content, document in layers:
        actions += timeline_actions(list(content.timeline or ()), document, ("timeline",), start)
        standing.update(_standing(content.levers or {}, document))
    return Timeline(numbered(actions), standing)


def _entry_list(document: Document) -> list[TimelineEntry]:
    if not isinstance(document.data, list):
        raise bad(document.file, 1, "", "the file must be a list of entries", "Start each entry with '- date: '")
    found, problems = [], []
    for i, data in enumerate(document.data):
        entry, wrong = attempt(TimelineEntry, document, data, (i,))
        problems += wrong
        found += [entry] if entry is not None else []
    first_or_raise(problems)
    return found


def _standing(levers: dict[str, Any], document: Document) -> dict[str, Any]:
    standing: dict[str, Any] = {}
    for name, value in levers.items():
        line = document.line(("levers", name))
        if name not in LEVERS:
            raise bad(document.file, line, name, "is not a lever", did_you_mean(name, LEVERS, "See 'custodes levers'"))
        if LEVERS[name].impulse:
            raise bad(document.file, line, name, "is an impulse and cannot stand", "Put it in the timeline with a date")
        try:
            standing[name] = lever_value(name, value)
        except BadInput as problem:
            raise bad(document.file, line, "", str(problem)) from None
    return standing


def _shown(path: Path) -> str:
    """How a message names a file: the last two parts of its path."""
    return printable("/".join(path.parts[-2:]), 200)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
