"""The models of a comparison: their names, and what a saved comparison says of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import _catalog
from .adaptive_fsrs import AdaptiveFsrs
from .cohort_model import CohortModel
from .errors import InputError
from .estimator import Estimator
from .models import MODELS, Constant
from .per_item import PerItem

BASELINES = (PerItem, Constant)

OUTSIDE_CATALOG: dict[str, type[Estimator]] = {model.id: model for model in (PerItem, AdaptiveFsrs, CohortModel)}
"""Estimators that have a name and no entry in the catalog of memory models."""


def named(models: Sequence[Any]) -> dict[str, Estimator]:
    """Models by the name of their row, numbered where it repeats; the baselines last."""
    if isinstance(models, str | Estimator):
        models = [models]
    if not isinstance(models, Sequence):
        raise InputError("not models", source="models", value=models, expected="a list of estimators or catalog ids")
    if not models:
        raise InputError("no model", source="models", expected="at least one")
    baselines: dict[str, Estimator] = {}
    others: dict[str, Estimator] = {}
    for given in [*models, *(baseline() for baseline in BASELINES)]:
        model = _estimator(given)
        if type(model) in BASELINES:
            baselines.setdefault(model.id, model)
            continue
        name, repeat = model.row_name, 2
        while name in others or name in (PerItem.id, Constant.id):
            name, repeat = f"{model.row_name}-{repeat}", repeat + 1
        others[name] = model
    return others | {baseline.id: baselines[baseline.id] for baseline in BASELINES}


def new(name: str) -> Estimator:
    """An estimator with its default arguments, by its name; InputError lists what there is."""
    from .rivals import RIVALS  # they are estimators of this package, of which few comparisons want one

    wanted = name.replace("_", "-")
    outside = OUTSIDE_CATALOG.get(wanted) or RIVALS.get(wanted)
    return MODELS[_catalog.find(name, "perdure")["id"]]() if outside is None else outside()


def _estimator(given: Any) -> Estimator:
    if isinstance(given, str):
        return new(given)
    if not isinstance(given, Estimator):
        raise InputError(
            "not a model", source="models", value=given, expected="an estimator of perdure or a catalog id"
        )
    if not isinstance(getattr(type(given), "id", None), str):
        name = type(given).__name__
        raise InputError("a model without a name", source="models", value=name, expected='a class with id = "..."')
    return given


def described(model: Estimator) -> dict[str, Any]:
    """What a saved comparison says of a model, so that it can be made again."""
    return {
        "id": model.id,
        "class": f"{type(model).__module__}.{type(model).__qualname__}",
        "arguments": {key: _plain(value) for key, value in model.get_params().items()},
        "elapsed_rule": _elapsed_rule(model),
    }


def _elapsed_rule(model: Estimator) -> str | None:
    """How a model counts time; None for a user's own that does not say."""
    try:
        rule = getattr(model, "elapsed_rule", None)
    except InputError:  # a class of ours under an id of its own
        return None
    return None if rule is None else str(rule)


def _plain(value: Any) -> Any:
    """A constructor's argument as JSON can hold it; its repr where it is nothing that JSON knows."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return repr(value)
