"""Every number of the model with its meaning, unit, prior, source and grade; defaults shipped, a scenario may override.

One file a group in `data/parameters/<group>.yaml` (one group a mechanism). Values in parts (by organ, class, place or
agent type) become tuples in the canonical order of `PARTS`, whatever the order in the file. Parameters marked
`extensive: true` are totals of the whole country: a scenario that states a `reference_population` gets them scaled by
its own population over that reference.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from custodes.actors.levers import LEVERS, court_indices, organ_indices, priority_codes
from custodes.errors import BadInput
from custodes.scenario.problems import Problem, bad, did_you_mean, printable
from custodes.scenario.reading import Document, parse_yaml
from custodes.scenario.schema import LARGEST, ParameterEntry, ParameterOverride
from custodes.scenario.timeline import Value as LeverValue
from custodes.scenario.validation import entries, first_or_raise
from custodes.world.columns import CLASSES, COURT_ORGANS, FATES, ORGANS, PLACE_TYPES, PURGE_CAUSES, RANKS

Value = float | tuple[Any, ...]  #: a number, or numbers in parts (in the file's nesting)

#: Canonical orders of values in parts.
PARTS: Final = (
    ORGANS,
    COURT_ORGANS,
    CLASSES,
    PLACE_TYPES,
    ("area", "office", "rough"),
    ("core", "wavering", "hostile"),
    RANKS,
    PURGE_CAUSES,
    FATES,
)
#: People of the country that the shipped defaults describe (2017).
REFERENCE_POPULATION: Final = 25_430_000
_SHARE_UNITS: Final = ("share", "probability", "1/week")
_MOST: Final = 1000.0  #: a setting may be at most so many times the largest part of the default


@dataclass(frozen=True)
class Parameter:
    """One number, or one tuple of numbers by `parts`, with what is known about it."""

    name: str  #: "fear.decay"
    meaning: str
    unit: str
    value: Value
    parts: tuple[str, ...]  #: names of the parts, () for a single number
    prior: dict[str, Any]
    source: str
    grade: str
    recalled: bool = False
    extensive: bool = False
    default: Value | None = None  #: the shipped value, where a scenario or a setting changed it
    origin: str = "default"  #: "default", "scenario", "scaled" or "set"
    choices: tuple[str, ...] = ()  #: of a switch: what it may be; the value is the index of one

    @property
    def group(self) -> str:
        return self.name.partition(".")[0]

    @property
    def field(self) -> str:
        return self.name.partition(".")[2]

    @property
    def chosen(self) -> str:
        """The choice that a switch stands at; empty for a number."""
        return self.choices[int(self.value)] if self.choices and isinstance(self.value, float) else ""


class Parameters:
    """All parameters of one run, by name. Immutable: changes give a new one."""

    def __init__(self, items: Iterable[Parameter]) -> None:
        self._items = {p.name: p for p in items}

    def __iter__(self) -> Any:
        return iter(self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __getitem__(self, name: str) -> Parameter:
        return self._items[name]

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups, in order."""
        return tuple(dict.fromkeys(p.group for p in self))

    def group(self, name: str) -> dict[str, Any]:
        """Field -> number or tuple, of one mechanism; KeyError for an unknown group."""
        found = {p.field: p.value for p in self if p.group == name}
        if not found:
            raise KeyError(name)
        return found

    def value(self, name: str) -> Any:
        """The value of `fear.decay`, or of one part (`extortion.need.police`); KeyError if unknown."""
        if name in self._items:
            return self._items[name].value
        whole, _, part = name.rpartition(".")
        if whole in self._items and part in self._items[whole].parts:
            parameter = self._items[whole]
            assert isinstance(parameter.value, tuple)
            return parameter.value[parameter.parts.index(part)]
        raise KeyError(name)

    def with_values(self, values: Mapping[str, Any], origin: str = "set") -> "Parameters":
        """These parameters with new values: by name, or by part (`extortion.need.police`). BadInput for a bad name or value."""
        items = dict(self._items)
        for name, value in values.items():
            whole = _whole_name(name, items)
            items[whole] = _changed(items[whole], name, value, origin)
        return Parameters(items.values())

    def scaled(self, factor: float) -> "Parameters":
        """Extensive defaults times `factor`; what the scenario or the user set stays."""
        if factor == 1.0:
            return self
        return Parameters(
            replace(p, value=_times(p.value, factor), default=p.value, origin="scaled")
            if p.extensive and p.origin == "default"
            else p
            for p in self
        )

    def with_overrides(
        self,
        overrides: Mapping[str, ParameterOverride],
        document: Document,
        path: tuple[str, ...] = (),
    ) -> "Parameters":
        """These parameters with a scenario's own values and sources."""
        items = dict(self._items)
        for name, entry in overrides.items():
            line = document.line((*path, name))
            if name not in items:
                raise bad(
                    document.file,
                    line,
                    name,
                    "is not a parameter",
                    did_you_mean(name, items, "See 'custodes parameters' for their names"),
                )
            try:
                changed = _changed(items[name], name, entry.value, "scenario")
            except BadInput as problem:
                raise bad(document.file, line, name, str(problem).partition(": ")[2] or str(problem)) from None
            items[name] = replace(
                changed,
                source=entry.source,
                grade=entry.grade,
                recalled=entry.recalled,
                prior=_prior(entry.prior) if entry.prior else changed.prior,
            )
        return Parameters(items.values())

    def table(self) -> list[dict[str, Any]]:
        """One plain row a parameter, for reports."""
        return [
            {
                "name": p.name,
                "meaning": p.meaning,
                "unit": p.unit,
                "value": _plain(p.value),
                "parts": list(p.parts),
                "prior": p.prior,
                "source": p.source,
                "grade": p.grade,
                "recalled": p.recalled,
                "extensive": p.extensive,
                "default": _plain(p.default if p.default is not None else p.value),
                "origin": p.origin,
                "choices": list(p.choices),
                "chosen": p.chosen,
            }
            for p in self
        ]

    @property
    def digest(self) -> str:
        """sha256 of names and values."""
        return self.digest_without()

    def digest_without(self, *names: str) -> str:
        """sha256 of names and values, those of `names` left out."""
        rows = sorted((p.name, _plain(p.value)) for p in self if p.name not in names)
        return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=1)
def default_parameters() -> Parameters:
    """The shipped parameters of all groups."""
    folder = resources.files("custodes") / "data" / "parameters"
    items: list[Parameter] = []
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yaml"):
            document = parse_yaml(file.read_text("utf-8"), f"parameters/{file.name}")
            items += read_group(document, file.name.removesuffix(".yaml"))
    return Parameters(items)


def read_group(document: Document, group: str) -> list[Parameter]:
    """The parameters of one group file; BadScenario for the first problem."""
    found, problems = entries(ParameterEntry, document)
    first_or_raise(problems)
    return [_parameter(f"{group}.{name}", entry, document, name) for name, entry in found.items()]


def group_problems(document: Document) -> list[Problem]:
    """All problems of a group file."""
    return entries(ParameterEntry, document)[1]


def _parameter(name: str, entry: ParameterEntry, document: Document, key: str) -> Parameter:
    value, parts = _in_order(entry.value)
    if isinstance(entry.prior, dict):
        prior: dict[str, Any] = {part: _prior(p) for part, p in entry.prior.items()}
        if set(prior) != set(parts):
            raise bad(
                document.file,
                document.line((key, "prior")),
                "prior",
                "the parts differ from those of 'value'",
                "Give one prior for all, or one for each part",
            )
    else:
        prior = _prior(entry.prior)
    return Parameter(
        name,
        entry.meaning,
        entry.unit,
        value,
        parts,
        prior,
        entry.source,
        entry.grade,
        entry.recalled,
        entry.extensive,
        choices=tuple(entry.choices),
    )


def _prior(prior: Any) -> dict[str, Any]:
    return dict(prior.model_dump(exclude_none=True))


def _in_order(value: Any) -> tuple[Value, tuple[str, ...]]:
    """A value of a file as a number or tuple, and the names of its parts in canonical order."""
    if isinstance(value, list):
        return tuple(float(v) for v in value), tuple(str(i) for i in range(len(value)))
    if not isinstance(value, dict):
        return float(value), ()
    order = next((parts for parts in PARTS if set(parts) == set(value)), tuple(value))
    return tuple(_in_order(value[part])[0] for part in order), tuple(order)


def _whole_name(name: str, items: Mapping[str, Parameter]) -> str:
    if name in items:
        return name
    whole, _, part = name.rpartition(".")
    if whole in items:
        parts = items[whole].parts
        if part in parts:
            return whole
        known = f"its parts are {', '.join(parts)}" if parts else "it is a single number"
        raise BadInput(printable(f"'{whole}' has no part '{part}': {known}."))
    raise BadInput(
        printable(
            f"'{name}' is not a parameter or lever. "
            + did_you_mean(name, [*items, *LEVERS], "See 'custodes parameters' and 'custodes levers'.")
        )
    )


def _changed(parameter: Parameter, name: str, value: Any, origin: str) -> Parameter:
    default = parameter.default if parameter.default is not None else parameter.value
    if name != parameter.name:
        part = parameter.parts.index(name.rpartition(".")[2])
        assert isinstance(parameter.value, tuple)
        new: Value = (*parameter.value[:part], _number(name, value), *parameter.value[part + 1 :])
    else:
        new = _shaped(parameter, value)
    _check_range(parameter, name, new, default)
    return replace(parameter, value=new, default=default, origin=origin)


def _shaped(parameter: Parameter, value: Any) -> Value:
    """A new value in the shape of the old: one number fills all parts; a switch takes one of its choices."""
    if parameter.choices:
        return _choice(parameter, value)
    if isinstance(value, Mapping):
        new, parts = _in_order(dict(value))
        if set(parts) != set(parameter.parts):
            raise BadInput(
                f"'{parameter.name}': give the parts {', '.join(parameter.parts) or '(none: it is one number)'}."
            )
        if parts != parameter.parts:
            new, _ = _in_order({part: value[part] for part in parameter.parts})
        return new
    if isinstance(value, (list, tuple)):
        if len(value) != len(parameter.parts):
            raise BadInput(f"'{parameter.name}': give {len(parameter.parts) or 'one'} numbers, not {len(value)}.")
        return tuple(v if isinstance(v, tuple) else _number(parameter.name, v) for v in value)
    return _fill(parameter.value, _number(parameter.name, value))


def _choice(parameter: Parameter, value: Any) -> float:
    """The index of a choice, given by its name or as that index."""
    if isinstance(value, str) and value in parameter.choices:
        return float(parameter.choices.index(value))
    known = f"choose one of {', '.join(parameter.choices)}"
    try:
        number = -1.0 if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = -1.0
    if number not in range(len(parameter.choices)):
        raise BadInput(printable(f"'{parameter.name}': '{str(value)[:60]}' is not a choice: {known}."))
    return number


def _fill(old: Value, number: float) -> Value:
    return tuple(_fill(v, number) for v in old) if isinstance(old, tuple) else number


def _number(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise BadInput(printable(f"'{name}': '{str(value)[:60]}' is not a number.")) from None
    if isinstance(value, bool) or number != number or abs(number) > LARGEST:
        raise BadInput(printable(f"'{name}': '{str(value)[:60]}' is not a finite number of a sane size."))
    return number


def _check_range(parameter: Parameter, name: str, new: Value, default: Value) -> None:
    if parameter.choices:
        return
    low, high = bounds(parameter, default)
    for number in _flat(new):
        if not low <= number <= high:
            raise BadInput(f"'{name}': {number:g} is outside {low:g} to {high:g}.")


def bounds(parameter: Parameter, default: Value | None = None) -> tuple[float, float]:
    """The range in which a setting of a parameter makes sense: its sign, shares at most 1, at most 1,000 times the default."""
    if parameter.choices:
        return 0.0, len(parameter.choices) - 1.0
    numbers = _flat(default if default is not None else parameter.value)
    priors = [parameter.prior] if set(parameter.prior) & {*_DISTRIBUTIONS} else list(parameter.prior.values())
    largest = max(abs(n) for n in numbers)
    high = _MOST * largest if largest else 1e6
    if largest <= 1 and (parameter.unit in _SHARE_UNITS or any("beta" in p for p in priors)):
        high = 1.0
    signed = min(numbers) < 0 or any(
        p.get("uniform", p.get("triangular", {})).get("low", 0) < 0 or ("normal" in p and min(numbers) <= 0)
        for p in priors
    )
    return (-high if signed else 0.0), high


_DISTRIBUTIONS: Final = ("normal", "lognormal", "beta", "uniform", "triangular", "fixed")


def _flat(value: Value) -> list[float]:
    return [n for v in value for n in _flat(v)] if isinstance(value, tuple) else [value]


def _times(value: Value, factor: float) -> Value:
    return tuple(_times(v, factor) for v in value) if isinstance(value, tuple) else value * factor


def _plain(value: Value) -> Any:
    return [_plain(v) for v in value] if isinstance(value, tuple) else value


def parse_settings(
    settings: Iterable[str],
    parameters: Parameters | None = None,
) -> tuple[dict[str, float], dict[str, LeverValue]]:
    """`--set` arguments `name=value` as parameter overrides and lever overrides. BadInput with one sentence for a bad one."""
    known = parameters if parameters is not None else default_parameters()
    values: dict[str, float] = {}
    levers: dict[str, LeverValue] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name, text = name.strip(), text.strip()
        if not equals or not name or not text:
            raise BadInput(printable(f"'{setting[:80]}' is not a setting: write name=value, such as fear.decay=0.05."))
        if name.partition(".")[0] in LEVERS and name not in known and name.rpartition(".")[0] not in known:
            levers[name] = lever_value(name, text)
        else:
            known = known.with_values({name: text if name in known and known[name].choices else _number(name, text)})
            values[name] = float(known.value(name)) if name in known and known[name].choices else _number(name, text)
    return values, levers


def lever_value(name: str, text: Any) -> LeverValue:
    """The value of a lever from what a user wrote, checked against its bounds; BadInput with one sentence."""
    lever_name, _, organ = name.partition(".")
    lever = LEVERS[lever_name]
    try:
        if organ and not (lever.per_organ or lever.per_court):
            raise ValueError("is one value for the country: leave out the part after the dot")
        if organ:
            (court_indices if lever.per_court else organ_indices)(organ)
        if lever_name == "ration_priority":
            return priority_codes(text.split(",") if isinstance(text, str) else text)
    except ValueError as problem:
        raise BadInput(printable(f"'{name}': {problem}.")) from None
    if isinstance(text, (list, tuple)):
        raise BadInput(f"'{name}': give one number.")
    number = _number(name, text)
    if not lever.low <= number <= lever.high:
        raise BadInput(f"'{name}': {number:g} is outside {lever.low:g} to {lever.high:g} ({lever.unit}).")
    return number
