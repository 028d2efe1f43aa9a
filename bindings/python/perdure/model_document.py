"""The JSON document of a model file: written whole or not at all, read with every value checked."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from . import fingerprint
from ._core import version
from ._files import replacing
from ._observation import UNFITTED
from .errors import InputError
from .fit_options import FitOptions

FORMAT = "perdure-model"
FORMAT_VERSION = 1

FROM_ELSEWHERE = ("seconds", "parameters", "defaults", "correlation")
"""Fields of a report that a file does not repeat: the same fit gives the same file, and the rest stands beside it."""


def write(path: str | os.PathLike[str], content: dict[str, Any]) -> None:
    """Write a document. Numbers are written so that they read back to the same bits."""
    document = {"format": FORMAT, "format_version": FORMAT_VERSION, "perdure_version": version, **content}
    with replacing(Path(path)) as temporary:
        temporary.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def content_of(model: Any) -> dict[str, Any]:
    """What a file says of a memory model; parts that only a fit makes are left out where there is none."""
    names, values = model.parameter_names, model._values().tolist()
    fitted = hasattr(model, "report_")
    covariance, posterior = getattr(model, "covariance_", None), getattr(model, "_posterior", None)
    content: dict[str, Any] = {
        "model": model._entry["id"],
        "profile": model._entry["profile"],
        "elapsed_rule": model.elapsed_rule,
        "options": model.options_to_dict(),
        "data": list(model.data_) if "_sources" in vars(model) else None,
        "parameters": dict(zip(names, values, strict=True)),
        "observation": model._observation(),
        "observed": list(model._observed) if hasattr(model, "_observed") else None,
        "first_encounters": {item: list(counts) for item, counts in model._encounters().items()},
        "covariance": None if covariance is None else _lower(covariance),
        "posterior": None
        if posterior is None
        else {"mean": posterior[0].tolist(), "precision": _lower(posterior[1].reshape(2 * [len(names)]))},
    }
    content = {name: value for name, value in content.items() if value is not None}
    report = model.report_.to_dict() if fitted else None
    content["report"] = report and {name: value for name, value in report.items() if name not in FROM_ELSEWHERE}
    return content


def _lower(matrix: npt.NDArray[np.float64]) -> list[list[float]]:
    """Rows of a symmetric matrix up to the diagonal."""
    return [row[: k + 1] for k, row in enumerate(matrix.tolist())]


def read(source: str) -> dict[str, Any]:
    """Read a document of this format and version; InputError otherwise."""
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


def text(document: dict[str, Any], key: str, source: str) -> str:
    """Text under a key."""
    value = document.get(key)
    if not isinstance(value, str):
        raise InputError("missing or not text", source=source, column=key, value=value, expected="text")
    return value


def number(value: Any, key: str, source: str) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= sys.float_info.max:
        raise InputError("missing or not a number", source=source, column=key, value=value, expected="a finite number")
    return float(value)


def observation(values: Any, source: str) -> dict[str, float]:
    """The numbers of an observation layer."""
    if not isinstance(values, dict) or set(values) != set(UNFITTED):
        raise InputError("wrong set of numbers", source=source, column="observation", expected=", ".join(UNFITTED))
    numbers = {name: number(values[name], f"observation.{name}", source) for name in UNFITTED}
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


def encounters(values: Any, source: str) -> dict[str, tuple[float, float]]:
    """First encounters by item: answers and right answers."""
    if not isinstance(values, dict):
        raise InputError(
            "missing", source=source, column="first_encounters", value=values, expected="item: [answers, right]"
        )
    table = {}
    for item, pair in values.items():
        key = f"first_encounters.{item}"
        if not isinstance(pair, list) or len(pair) != 2:
            raise InputError("not a pair", source=source, column=key, value=pair, expected="[answers, right]")
        answers, right = (number(value, key, source) for value in pair)
        if not 0 <= right <= answers:
            raise InputError("out of bounds", source=source, column=key, value=pair, expected="0 <= right <= answers")
        table[item] = (answers, right)
    return table


def vector(values: Any, size: int, key: str, source: str) -> npt.NDArray[np.float64]:
    """So many finite numbers."""
    if not isinstance(values, list) or len(values) != size:
        raise InputError("not a list of numbers", source=source, column=key, expected=f"{size} numbers")
    return np.array([number(value, f"{key}[{i}]", source) for i, value in enumerate(values)])


def symmetric(rows: Any, size: int, key: str, source: str) -> npt.NDArray[np.float64]:
    """A covariance or its inverse, from its rows up to the diagonal."""
    if not isinstance(rows, list) or len(rows) != size:
        raise InputError("not a matrix", source=source, column=key, expected=f"{size} rows up to the diagonal")
    matrix = np.zeros((size, size))
    for k, row in enumerate(rows):
        matrix[k, : k + 1] = vector(row, k + 1, f"{key}[{k}]", source)
    matrix += np.tril(matrix, -1).T
    variance = np.diag(matrix)
    if np.any(variance < 0) or np.any(np.abs(matrix) > (1 + 1e-6) * np.sqrt(np.outer(variance, variance))):
        raise InputError("not a covariance", source=source, column=key, expected="correlations in [-1, 1]")
    return matrix


def options(values: Any, source: str) -> FitOptions | None:
    """Options of a fit; None where none were given."""
    try:
        return None if values is None else FitOptions.from_dict(values)
    except (TypeError, ValueError) as error:
        raise InputError(f"not usable: {error}", source=source, column="options") from None


def fingerprints(values: Any, source: str) -> list[str]:
    """Fingerprints of logs."""
    if not isinstance(values, list) or not values or not all(map(fingerprint.is_one, values)):
        raise InputError("not fingerprints", source=source, column="data", value=values, expected='["sha256:...", ...]')
    return values
