"""Reads model files back into models."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from . import _catalog, _core, model_document
from ._zones import search_paths
from .errors import InputError
from .fit_report import FitReport
from .models import MODELS, MemoryModel, check_parameters


def load_model(path: str | os.PathLike[str]) -> MemoryModel:
    """Read what `MemoryModel.save` wrote.

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
    model_id = document.get("model")
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
    model.parameters_ = _parameters(document.get("parameters"), model, source)
    model.observation_ = model_document.observation(document.get("observation"), source)
    model.first_encounters_ = model_document.encounters(document.get("first_encounters"), source)
    report = document.get("report")
    if report is not None:
        try:
            model.report_ = FitReport.from_dict(report)
        except ValueError as error:
            raise InputError(f"not usable: {error}", source=source, column="report") from None
    return model


def _parameters(values: Any, model: MemoryModel, source: str) -> Any:
    names = model.parameter_names
    if not isinstance(values, dict) or set(values) != set(names):
        raise InputError("wrong set of parameters", source=source, column="parameters", expected=", ".join(names))
    numbers = np.array([model_document.number(values[name], f"parameters.{name}", source) for name in names])
    try:
        check_parameters(numbers, model._entry)
    except InputError as error:
        raise InputError(
            error.problem,
            source=source,
            column=f"parameters.{error.column}",
            value=error.value,
            expected=error.expected,
        ) from None
    return numbers
