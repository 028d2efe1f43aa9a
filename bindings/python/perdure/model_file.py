"""Model files: one JSON object, complete or not there at all."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from . import _core
from ._files import replacing
from ._zones import search_paths
from .errors import InputError
from .fit_report import FitReport
from .models import MODELS, UNFITTED, MemoryModel, _check

FORMAT = "perdure-model"
FORMAT_VERSION = 1


def save(model: MemoryModel, path: str | os.PathLike[str]) -> None:
    """Write a model. Numbers are written so that they read back to the same bits."""
    entry = model._entry
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "perdure_version": _core.version,
        "model": entry["id"],
        "profile": entry["profile"],
        "elapsed_rule": model.elapsed_rule,
        "parameters": dict(zip(model.parameter_names, model._values().tolist(), strict=True)),
        "observation": model._observation(),
        "first_encounters": {item: list(counts) for item, counts in getattr(model, "first_encounters_", {}).items()},
        "report": _report(model),
    }
    with replacing(Path(path)) as temporary:
        temporary.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def load_model(path: str | os.PathLike[str]) -> MemoryModel:
    """Read what `MemoryModel.save` wrote.

    Raises
    ------
    InputError
        A file that cannot be read, is not a model file, or holds a value that does not fit: the key, the value and
        what was expected.
    """
    source = os.fspath(path)
    document = _document(source)
    model_id = document.get("model")
    if not isinstance(model_id, str) or model_id not in MODELS:
        raise InputError("unknown model", source=source, column="model", value=model_id, expected=", ".join(MODELS))
    model = MODELS[model_id](
        profile=_text(document, "profile", source), elapsed=_text(document, "elapsed_rule", source)
    )
    model.parameters_ = _parameters(document.get("parameters"), model, source)
    model.observation_ = _observation(document.get("observation"), source)
    model.first_encounters_ = _encounters(document.get("first_encounters"), source)
    try:
        _core.time.ElapsedRule(model.elapsed_rule, search_paths())
        report = document.get("report")
        if report is not None:
            model.report_ = FitReport.from_dict(report)
    except (TypeError, ValueError, AttributeError) as error:
        raise InputError(f"not usable: {error}", source=source) from None
    return model


def _report(model: MemoryModel) -> dict[str, Any] | None:
    """The fit report without its wall time: the same fit gives the same file."""
    if not hasattr(model, "report_"):
        return None
    return {name: value for name, value in model.report_.to_dict().items() if name != "seconds"}


def _document(source: str) -> dict[str, Any]:
    try:
        document = json.loads(Path(source).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror}", source=source, expected="a model file written by perdure fit"
        ) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON: {error}", source=source, expected="a model file written by perdure fit") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputError("not a model file", source=source, expected=f'a JSON object with "format": "{FORMAT}"')
    if document.get("format_version") != FORMAT_VERSION:
        found = document.get("format_version")
        raise InputError(
            "unknown version", source=source, column="format_version", value=found, expected=str(FORMAT_VERSION)
        )
    return document


def _text(document: dict[str, Any], key: str, source: str) -> str:
    value = document.get(key)
    if not isinstance(value, str):
        raise InputError("missing or not text", source=source, column=key, value=value, expected="text")
    return value


def _number(value: Any, key: str, source: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= sys.float_info.max:
        raise InputError("missing or not a number", source=source, column=key, value=value, expected="a finite number")
    return float(value)


def _parameters(values: Any, model: MemoryModel, source: str) -> Any:
    names = model.parameter_names
    if not isinstance(values, dict) or set(values) != set(names):
        raise InputError("wrong set of parameters", source=source, column="parameters", expected=", ".join(names))
    numbers = np.array([_number(values[name], f"parameters.{name}", source) for name in names])
    try:
        _check(numbers, model._entry)
    except InputError as error:
        raise InputError(
            error.problem,
            source=source,
            column=f"parameters.{error.column}",
            value=error.value,
            expected=error.expected,
        ) from None
    return numbers


def _observation(values: Any, source: str) -> dict[str, float]:
    if not isinstance(values, dict) or set(values) != set(UNFITTED):
        raise InputError("wrong set of numbers", source=source, column="observation", expected=", ".join(UNFITTED))
    numbers = {name: _number(values[name], f"observation.{name}", source) for name in UNFITTED}
    for name, fits, expected in (
        ("first_success", 0 <= numbers["first_success"] <= 1, "in [0, 1]"),
        ("first_weight", numbers["first_weight"] > 0, "above 0"),
        ("slope", numbers["slope"] >= 0, "at least 0"),
        ("minimum_gap", numbers["minimum_gap"] >= 0, "at least 0"),
    ):
        if not fits:
            raise InputError(
                "out of bounds", source=source, column=f"observation.{name}", value=numbers[name], expected=expected
            )
    return numbers


def _encounters(values: Any, source: str) -> dict[str, tuple[float, float]]:
    if not isinstance(values, dict):
        raise InputError(
            "missing", source=source, column="first_encounters", value=values, expected="item: [answers, right]"
        )
    table = {}
    for item, pair in values.items():
        key = f"first_encounters.{item}"
        if not isinstance(pair, list) or len(pair) != 2:
            raise InputError("not a pair", source=source, column=key, value=pair, expected="[answers, right]")
        answers, right = (_number(number, key, source) for number in pair)
        if not 0 <= right <= answers:
            raise InputError("out of bounds", source=source, column=key, value=pair, expected="0 <= right <= answers")
        table[item] = (answers, right)
    return table
