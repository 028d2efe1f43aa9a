"""Files of hierarchical models: written whole or not at all, read with every value checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core, _parameters, grouping, model_document
from ._zones import search_paths
from .errors import InputError
from .hierarchical_report import HierarchicalReport

if TYPE_CHECKING:
    from .hierarchical import Hierarchical

KEY = "hierarchical"
"""What the document of such a model has and that of another has not."""


def write(path: Any, model: Hierarchical) -> None:
    """Write a fitted model. The same fit gives the same file: the wall time is left out."""
    names = model.parameter_names
    report = model.report_.to_dict()
    errors = [[None if np.isnan(error) else error for error in row] for row in model.standard_errors_.tolist()]
    model_document.write(
        path,
        {
            "model": model.model,
            "profile": model.profile,
            "elapsed_rule": model.elapsed_rule,
            "options": model.options_to_dict(),
            "data": list(model.data_) if "_sources" in vars(model) else None,
            KEY: {
                "by": grouping.as_text(model.by),
                "of": model._of,
                "pooling": model.pooling,
                "covariance_scale": model.covariance_scale,
                "parameter_names": names,
                "mean": model.mean_.tolist(),
                "covariance": [row[: k + 1] for k, row in enumerate(model.covariance_.tolist())],
                "logarithmic": model.logarithmic_,
                "groups": model.groups_,
                "parameters": model.parameters_.tolist(),
                "standard_errors": errors,
            },
            "observation": model.observation_,
            "first_encounters": {item: list(counts) for item, counts in model.first_encounters_.items()},
            "report": {name: value for name, value in report.items() if name != "seconds"},
        },
    )


def read(document: dict[str, Any], source: str) -> Hierarchical:
    """Read the model of a document that has `KEY`; InputError where a value does not fit."""
    from .hierarchical import POOLING, Hierarchical

    content = document[KEY]
    if not isinstance(content, dict):
        raise InputError("not an object", source=source, column=KEY, value=content)
    by = content.get("by")
    if not isinstance(by, str) and not (isinstance(by, dict) and all(isinstance(label, str) for label in by.values())):
        raise InputError("does not fit", source=source, column="by", value=by, expected="a column, or {id: label, ...}")
    pooling = model_document.text(content, "pooling", source)
    if pooling not in POOLING:
        raise InputError("unknown choice", source=source, column="pooling", value=pooling, expected=", ".join(POOLING))
    model = Hierarchical(
        model=model_document.text(document, "model", source),
        by=by,
        pooling=pooling,
        covariance_scale=model_document.number(content.get("covariance_scale"), "covariance_scale", source),
        profile=model_document.text(document, "profile", source),
        elapsed=model_document.text(document, "elapsed_rule", source),
    )
    try:
        names = model.parameter_names
        _core.time.ElapsedRule(model.elapsed_rule, search_paths())
    except InputError as error:
        raise InputError(error.problem, source=source, value=error.value, expected=error.expected) from None
    except ValueError as error:
        raise InputError(f"not usable: {error}", source=source, column="elapsed_rule") from None
    if content.get("parameter_names") != names:
        raise InputError("wrong set of parameters", source=source, column="parameter_names", expected=", ".join(names))
    groups = _texts(content, "groups", source)
    size = len(names)
    model._of = model_document.text(content, "of", source)
    model.groups_ = groups
    model.logarithmic_ = _texts(content, "logarithmic", source)
    model.mean_ = _checked(content.get("mean"), model, "mean", source)
    model.covariance_ = model_document.symmetric(content.get("covariance"), size, "covariance", source)
    rows, errors = content.get("parameters"), content.get("standard_errors")
    for key, value in (("parameters", rows), ("standard_errors", errors)):
        if not isinstance(value, list) or len(value) != len(groups):
            raise InputError("not a row a group", source=source, column=key, expected=f"{len(groups)} rows")
    assert isinstance(rows, list) and isinstance(errors, list)
    table = [_checked(row, model, f"parameters[{k}]", source) for k, row in enumerate(rows)]
    model.parameters_ = np.array(table).reshape(-1, size)
    model.standard_errors_ = np.array(
        [_errors(row, size, f"standard_errors[{k}]", source) for k, row in enumerate(errors)]
    ).reshape(-1, size)
    model.observation_ = model_document.observation(document.get("observation"), source)
    model.first_encounters_ = model_document.encounters(document.get("first_encounters"), source)
    try:
        model.report_ = HierarchicalReport.from_dict(document.get("report"))
    except InputError as error:
        raise InputError(error.problem, source=source, column="report", value=error.value) from None
    if "options" in document:
        model.options = model_document.options(document["options"], source)
    if "data" in document:
        model._sources = [*model_document.fingerprints(document["data"], source)]
    return model


def _texts(content: dict[str, Any], key: str, source: str) -> list[str]:
    values = content.get(key)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InputError("not a list of texts", source=source, column=key, value=values)
    return values


def _checked(values: Any, model: Hierarchical, key: str, source: str) -> Any:
    """Parameters within their bounds."""
    numbers = model_document.vector(values, len(model.parameter_names), key, source)
    try:
        _parameters.check(numbers, model._entry)
    except InputError as error:
        raise InputError(
            error.problem, source=source, column=f"{key}.{error.column}", value=error.value, expected=error.expected
        ) from None
    return numbers


def _errors(values: Any, size: int, key: str, source: str) -> Any:
    """Standard errors: numbers from 0 on, or null."""
    if not isinstance(values, list):
        raise InputError("not a list of numbers", source=source, column=key, expected=f"{size} numbers")
    numbers = model_document.vector([0.0 if value is None else value for value in values], size, key, source)
    if np.any(numbers < 0):
        raise InputError("below 0", source=source, column=key, expected="standard errors")
    return np.where([value is None for value in values], np.nan, numbers)
