"""Reads model files back into models."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from . import (
    _catalog,
    _core,
    _parameters,
    adaptive_file,
    cohort_model_file,
    hierarchical_file,
    model_document,
    per_item,
)
from ._zones import search_paths
from .adaptive_fsrs import AdaptiveFsrs
from .cohort_model import CohortModel
from .errors import InputError
from .fit_report import FitReport, correlation_of
from .hierarchical import Hierarchical
from .models import MODELS, MemoryModel
from .per_item import PerItem


def load_model(path: str | os.PathLike[str]) -> MemoryModel | Hierarchical | AdaptiveFsrs | CohortModel | PerItem:
    """Read what `save` of a model wrote: a memory model, `Hierarchical`, `AdaptiveFsrs`, `CohortModel` or `PerItem`.

    Raises
    ------
    InputError
        A file that cannot be read, is not a model file, or holds a value that does not fit: the key, the value and
        what was expected.
    """
    if not isinstance(path, str | os.PathLike):
        raise InputError("not a path", source="path", value=path, expected="the path of a model file")
    source = os.fspath(path)
    document = model_document.read(source)
    if hierarchical_file.KEY in document:
        return hierarchical_file.read(document, source)
    model_id = document.get("model")
    if model_id == PerItem.id:
        return per_item.read(document, source)
    if model_id == AdaptiveFsrs.id:
        return adaptive_file.read(document, source)
    if model_id == CohortModel.id:
        return cohort_model_file.read(document, source)
    if not isinstance(model_id, str) or model_id not in MODELS:
        raise InputError("unknown model", source=source, column="model", value=model_id, expected=", ".join(MODELS))
    model = MODELS[model_id](
        profile=model_document.text(document, "profile", source),
        elapsed=model_document.text(document, "elapsed_rule", source),
    )
    try:
        _catalog.find(model_id, model.profile)
    except InputError as error:
        raise InputError(
            error.problem, source=source, column="profile", value=error.value, expected=error.expected
        ) from None
    try:
        _core.time.ElapsedRule(model.elapsed_rule, search_paths())
    except ValueError as error:
        raise InputError(f"not usable: {error}", source=source, column="elapsed_rule") from None
    model.parameters_ = _parameters_of(document.get("parameters"), model, source)
    model.observation_ = model_document.observation(document.get("observation"), source)
    model.first_encounters_ = model_document.encounters(document.get("first_encounters"), source)
    _add_what_is_known(model, document, source)
    report = document.get("report")
    if report is not None:
        model.report_ = _report(report, model, source)
    return model


def _add_what_is_known(model: MemoryModel, document: dict[str, Any], source: str) -> None:
    """Parts that older files lack."""
    size = len(model.parameter_names)
    if "options" in document:
        model.options = model_document.options(document["options"], source)
    if "data" in document:
        model._sources = [*model_document.fingerprints(document["data"], source)]
    if "observed" in document:
        first, same_day = model_document.vector(document["observed"], 2, "observed", source).tolist()
        if min(first, same_day) < 0:
            raise InputError("out of bounds", source=source, column="observed", expected="two numbers of answers")
        model._observed = (first, same_day)
    if document.get("report") is not None:
        model.covariance_ = None
    if "covariance" in document:
        model.covariance_ = model_document.symmetric(document["covariance"], size, "covariance", source)
    if "posterior" in document:
        posterior = document["posterior"]
        if not isinstance(posterior, dict) or set(posterior) != {"mean", "precision"}:
            raise InputError("wrong set of keys", source=source, column="posterior", expected="mean, precision")
        mean = model_document.vector(posterior["mean"], size, "posterior.mean", source)
        precision = model_document.symmetric(posterior["precision"], size, "posterior.precision", source)
        model._posterior = (mean, precision.reshape(-1))


def _report(values: Any, model: MemoryModel, source: str) -> FitReport:
    names, specs = model.parameter_names, model._entry["parameters"]
    try:
        return FitReport.from_dict(
            values,
            parameters=dict(zip(names, model.parameters_.tolist(), strict=True)),
            defaults={spec["name"]: float(spec["init"]) for spec in specs},
            correlation=correlation_of(model.covariance_, len(names)),
        )
    except InputError as error:
        raise InputError(error.problem, source=source, column="report", value=error.value) from None


def _parameters_of(values: Any, model: MemoryModel, source: str) -> Any:
    names = model.parameter_names
    if not isinstance(values, dict) or set(values) != set(names):
        raise InputError("wrong set of parameters", source=source, column="parameters", expected=", ".join(names))
    numbers = np.array([model_document.number(values[name], f"parameters.{name}", source) for name in names])
    try:
        _parameters.check(numbers, model._entry)
    except InputError as error:
        raise InputError(
            error.problem,
            source=source,
            column=f"parameters.{error.column}",
            value=error.value,
            expected=error.expected,
        ) from None
    return numbers
