"""Files of `CohortModel`: written whole or not at all, read with every value checked, the same to the bit."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core, model_document
from ._cohort_ids import Ids, guess, weighted
from ._cohort_parameters import DEFAULTS, SPECS, start_of
from .errors import InputError
from .fit_report import FitReport

if TYPE_CHECKING:
    from .cohort_model import CohortModel

KEYS = {"cohort": "<f4", "learners": "<f4", "learners_last": "<f8", "items": "<f4", "skills": "<f4"}
MEMORY_KEYS = {"keys": "<u8", "values": "<f4", "last": "<f8"}
LEVELS = ("item_memories", "skill_memories")


def write(path: Any, model: CohortModel) -> None:
    """Write a fitted model. State columns are base64 of little-endian numbers."""
    state = model._filter.state()
    ids = model._ids
    model_document.write(
        path,
        {
            "model": model.id,
            "refit": model.refit,
            "new_items": {"skills": _plain(model.skills), "guessing": _plain(model.guessing)},
            "data": list(model.data_),
            "parameters": dict(zip(model.parameter_names, model.parameters_.tolist(), strict=True)),
            "learners": ids.learners,
            "skills": ids.skills,
            "items": {name: ids.skills_of[k] for k, name in enumerate(ids.items)},
            "guessing": {name: ids.guess_of[k] for k, name in enumerate(ids.items) if ids.guess_of[k] >= 0.0},
            "state": {key: _encoded(state[key], kind) for key, kind in KEYS.items()}
            | {
                level: {key: _encoded(state[level][key], kind) for key, kind in MEMORY_KEYS.items()} for level in LEVELS
            },
            "report": {
                name: value
                for name, value in model.report_.to_dict().items()
                if name not in model_document.FROM_ELSEWHERE
            },
        },
    )


def read(document: dict[str, Any], source: str) -> CohortModel:
    """Read what `write` wrote; InputError where a value does not fit."""
    from .cohort_model import CohortModel

    def refuse(key: str, problem: str, expected: str, value: Any = None) -> InputError:
        return InputError(problem, source=source, column=key, value=value, expected=expected)

    def part(key: str, kind: type) -> Any:
        value = document.get(key)
        if not isinstance(value, kind):
            raise refuse(key, f"not {'an object' if kind is dict else 'a list'}", "what save wrote", value)
        return value

    names = [spec["name"] for spec in SPECS]
    given = part("parameters", dict)
    if set(given) != set(names):
        raise refuse("parameters", "not the parameters of this version", ", ".join(names))
    try:
        parameters = start_of(given)
    except InputError as error:
        key = f"parameters.{error.column}"
        raise InputError(error.problem, source=source, column=key, value=error.value, expected=error.expected) from None
    ids = Ids()
    for key, known in (("learners", ids.learner_code), ("skills", ids.skill_code)):
        for name in part(key, list):
            if not isinstance(name, str):
                raise refuse(key, "not names", "a list of strings", name)
            known(name)
    filter_ = _core.cohort.Filter(parameters)
    items = part("items", dict)
    try:
        ids.add_items(filter_, list(items), items, part("guessing", dict))
    except InputError as error:
        raise InputError(error.problem, source=source, column="items", value=error.value) from None
    filter_.add_learners(len(ids.learners))
    state = part("state", dict)
    if not all(isinstance(state.get(level), dict) for level in LEVELS):
        raise refuse("state", "incomplete", "what save wrote")
    columns = _columns(state, KEYS, "state", source)
    for level in LEVELS:
        columns[level] = _columns(state[level], MEMORY_KEYS, f"state.{level}", source)
    try:
        filter_.restore(columns)
    except ValueError as error:
        raise refuse("state", str(error), "what save wrote") from None
    if filter_.learners != len(ids.learners):
        raise refuse("state.learners", "not one state a learner", f"{len(ids.learners)} states")
    refit = document.get("refit")
    if not isinstance(refit, bool):
        raise refuse("refit", "not true or false", "true or false", refit)
    skills, guessing = _new_items(document.get("new_items"), source)
    model = CohortModel(refit=refit, skills=skills, guessing=guessing)
    model.__dict__.update(
        parameters_=parameters,
        report_=_report(document.get("report"), parameters, source),
        _ids=ids,
        _filter=filter_,
        _sources=[*model_document.fingerprints(document.get("data"), source)],
    )
    return model


def _plain(given: Any) -> Any:
    """What a caller said of items by name, as JSON has it."""
    if not isinstance(given, Mapping):
        return given
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in given.items()}


def _new_items(given: Any, source: str) -> tuple[Any, Any]:
    """What the constructor was told of skills and guessing, which items that come later need."""
    if not isinstance(given, dict) or set(given) != {"skills", "guessing"}:
        raise InputError("not what save wrote", source=source, column="new_items", expected="skills and guessing")
    skills, guessing = given["skills"], given["guessing"]
    try:
        if not isinstance(skills, dict | None) or not isinstance(guessing, dict | float | int | None):
            raise InputError("neither null nor said of items", source="new_items", expected="what save wrote")
        for item, its_skills in (skills or {}).items():
            weighted(its_skills, item)
        for item in guessing if isinstance(guessing, dict) else ["an item"]:
            guess(guessing, item)
    except InputError as error:
        raise InputError(
            error.problem, source=source, column="new_items", value=error.value, expected=error.expected
        ) from None
    return skills, guessing


def _report(values: Any, parameters: Any, source: str) -> FitReport:
    names = [spec["name"] for spec in SPECS]
    if not isinstance(values, dict):
        raise InputError("not an object", source=source, column="report", value=values, expected="a report")
    try:
        return FitReport.from_dict(
            values,
            seconds=None,
            parameters=dict(zip(names, parameters.tolist(), strict=True)),
            defaults=dict(zip(names, DEFAULTS.tolist(), strict=True)),
        )
    except InputError as error:
        raise InputError(
            error.problem, source=source, column=f"report.{error.column}", value=error.value, expected=error.expected
        ) from None


def _encoded(values: Any, kind: str) -> str:
    return base64.b64encode(np.asarray(values).astype(kind).tobytes()).decode("ascii")


def _columns(given: dict[str, Any], kinds: dict[str, str], where: str, source: str) -> dict[str, Any]:
    return {key: _decoded(given.get(key), kind, f"{where}.{key}", source) for key, kind in kinds.items()}


def _decoded(text: Any, kind: str, key: str, source: str) -> Any:
    try:
        raw = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        raw = None
    size = np.dtype(kind).itemsize
    if raw is None or len(raw) % size:
        raise InputError("not base64 of numbers", source=source, column=key, expected=f"{size}-byte numbers in base64")
    return np.frombuffer(raw, kind).astype(kind[1:], copy=True)
