"""From pydantic's errors to problems with file, line, field and mend."""

from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from custodes.scenario.problems import BadFile, Problem, did_you_mean, printable
from custodes.scenario.reading import Document, Path_

M = TypeVar("M", bound=BaseModel)
_ADVICE = {
    "missing": ("is missing", "Add it"),
    "string_type": ("must be text", "Put it in quotes"),
    "float_type": ("must be a number", ""),
    "int_type": ("must be a whole number", ""),
    "float_parsing": ("must be a number", ""),
    "int_parsing": ("must be a whole number", ""),
    "int_from_float": ("must be a whole number", ""),
    "finite_number": ("must be a finite number", ""),
    "list_type": ("must be a list", "Start its lines with '- '"),
    "dict_type": ("must be a mapping of names to values", ""),
    "model_type": ("must be a mapping of fields to values", ""),
    "model_attributes_type": ("must be a mapping of fields to values", ""),
    "bool_type": ("must be true or false", ""),
    "bool_parsing": ("must be true or false", ""),
    "string_too_short": ("must not be empty", ""),
}


def validated(model: type[M], document: Document, path: Path_ = ()) -> M:
    """The document as `model`; BadScenario with all problems otherwise."""
    found, problems = attempt(model, document, document.data, path)
    first_or_raise(problems)
    assert found is not None
    return found


def attempt(model: type[M], document: Document, data: Any, path: Path_ = ()) -> tuple[M | None, list[Problem]]:
    """Part of a document as `model`, or the problems."""
    try:
        return model.model_validate(data), []
    except ValidationError as problem:
        return None, _problems(problem, model, document, data, path)


def entries(model: type[M], document: Document) -> tuple[dict[str, M], list[Problem]]:
    """A mapping of names to `model`, with the problems of all entries."""
    if not isinstance(document.data, dict):
        return {}, [
            Problem(
                document.file,
                1,
                "",
                "the file must be a mapping of names to entries",
                "Begin each entry with its name and a colon",
            )
        ]
    found: dict[str, M] = {}
    problems: list[Problem] = []
    for name, data in document.data.items():
        entry, wrong = attempt(model, document, data, (name,))
        problems += wrong
        if entry is not None:
            found[name] = entry
    return found, problems


def first_or_raise(problems: list[Problem]) -> None:
    """Raise BadScenario if there is any problem."""
    if problems:
        raise BadFile(problems)


def _problems(
    error: ValidationError, model: type[BaseModel], document: Document, data: Any, path: Path_
) -> list[Problem]:
    """One problem for each faulty place: what is wrong before what is missing, each in the order of lines."""
    best: dict[Path_, Problem] = {}
    for fault in error.errors(include_url=False, include_input=False):
        inner, value = _place(fault["loc"], data, fault["type"])
        problem = _problem(dict(fault), model, document, value, (*path, *inner))
        best.setdefault(inner, problem)
    return sorted(best.values(), key=lambda p: (p.what == "is missing", p.line))


def _place(loc: tuple[int | str, ...], data: Any, kind: str) -> tuple[Path_, Any]:
    """The path in the data to which an error location leads: names of models and union branches are skipped."""
    path: list[str | int] = []
    for i, step in enumerate(loc):
        if (isinstance(data, dict) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(data)
        ):
            data = data[step]  # type: ignore[index]
            path.append(step)
        elif kind == "missing" and i == len(loc) - 1:
            path.append(step)
    return tuple(path), data


def _problem(fault: dict[str, Any], model: type[BaseModel], document: Document, value: Any, path: Path_) -> Problem:
    kind, context = fault["type"], fault.get("ctx") or {}
    field = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        fields = sorted(_fields(model))
        what, mend = "is not a field here", did_you_mean(field, fields, "Remove it")
    elif kind in _ADVICE:
        what, mend = _ADVICE[kind]
        shown = printable(str(value), 40)
        if kind not in ("missing", "string_too_short") and not isinstance(value, (dict, list)):
            what += f", not '{shown}'" if value is not None else ", but nothing is given"
    elif kind == "value_error":
        what, mend = str(context.get("error", fault["msg"])), ""
    else:
        what, mend = _plain_message(str(fault["msg"]), value), ""
    if isinstance(path[-1] if path else "", int):
        field = f"{path[-2] if len(path) > 1 else 'entry'} {int(path[-1]) + 1}"
    return Problem(document.file, document.line(path), field, what, mend)


def _plain_message(message: str, value: Any) -> str:
    message = message.removeprefix("Input ").removeprefix("Value error, ").removeprefix("String ")
    shown = "" if isinstance(value, (dict, list)) else f", not '{printable(str(value), 40)}'"
    if message.startswith("should match pattern"):
        return f"must be a short plain name (lower-case letters, digits, '_' and '-'){shown}"
    return message.replace("should ", "must ").replace("`", "'").replace("True", "true") + shown


def _fields(model: type[BaseModel]) -> set[str]:
    """Field names of a model and of the models inside it: for suggestions."""
    found: set[str] = set()
    for name, info in model.model_fields.items():
        found.add(name)
        for inner in _models(info.annotation):
            found |= set(inner.model_fields)
    return found


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for part in get_args(annotation) for m in _models(part)]
