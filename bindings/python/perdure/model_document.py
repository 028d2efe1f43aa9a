"""The JSON document of a model file: written whole or not at all, read with every value checked."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from ._core import version
from ._files import replacing
from ._observation import UNFITTED
from .errors import InputError

FORMAT = "perdure-model"
FORMAT_VERSION = 1


def write(path: str | os.PathLike[str], content: dict[str, Any]) -> None:
    """Write a document. Numbers are written so that they read back to the same bits."""
    document = {"format": FORMAT, "format_version": FORMAT_VERSION, "perdure_version": version, **content}
    with replacing(Path(path)) as temporary:
        temporary.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")


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
