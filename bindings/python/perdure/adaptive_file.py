"""Files of `AdaptiveFsrs`: written whole or not at all, read with every value checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import _catalog, _core, _fitting, _parameters, model_document
from .errors import InputError
from .models import Fsrs6, Fsrs7

if TYPE_CHECKING:
    from .adaptive_fsrs import AdaptiveFsrs

_CARD = _core.adaptive.card_fields
_CONTEXT = _core.adaptive.context_fields
_LAYER = _core.adaptive.layer_size
_BASES = {"fsrs6": Fsrs6, "fsrs7": Fsrs7}


def write(path: Any, model: AdaptiveFsrs) -> None:
    """Write a fitted model. Numbers are written so that they read back to the same bits."""
    columns = model._known.columns()
    context = columns["context"].reshape(-1, len(_CONTEXT)).tolist()
    layer = columns["layer"].reshape(-1, _LAYER).tolist()
    offset, item = columns["offset"].tolist(), columns["item"].tolist()
    card = columns["card"].reshape(-1, len(_CARD)).tolist()
    learners = {
        learner: {
            "context": dict(zip(_CONTEXT, context[k], strict=True)),
            "layer": layer[k],
            "cards": [[model._items[item[c]], *card[c]] for c in range(offset[k], offset[k + 1])],
        }
        for k, learner in enumerate(model.learners_)
    }
    options = None if model.options is None else _fitting.options_of(model.options).to_dict()
    model_document.write(
        path,
        {
            "model": model.id,
            "inputs": model.inputs,
            **({} if options is None else {"options": options}),
            "data": list(model.data_),
            "parameters": {
                key: dict(zip(base.parameter_names, base._values().tolist(), strict=True))
                for key, base in (("fsrs6", model.fsrs6_), ("fsrs7", model.fsrs7_))
            },
            "card_fields": _CARD,
            "learners": learners,
        },
    )


def read(document: dict[str, Any], source: str) -> AdaptiveFsrs:
    """Read what `write` wrote; InputError where a value does not fit."""
    from .adaptive_fsrs import INPUTS, AdaptiveFsrs

    inputs = model_document.text(document, "inputs", source)
    if inputs not in INPUTS:
        raise InputError("unknown choice", source=source, column="inputs", value=inputs, expected=" or ".join(INPUTS))
    model = AdaptiveFsrs(inputs=inputs, options=model_document.options(document.get("options"), source))
    parameters = document.get("parameters")
    if not isinstance(parameters, dict) or set(parameters) != set(_BASES):
        raise InputError("wrong set of models", source=source, column="parameters", expected=", ".join(_BASES))
    model.fsrs6_, model.fsrs7_ = Fsrs6(options=model.options), Fsrs7(options=model.options)
    model.fsrs6_.parameters_ = _parameters_of("fsrs6", parameters["fsrs6"], source)
    model.fsrs7_.parameters_ = _parameters_of("fsrs7", parameters["fsrs7"], source)
    if document.get("card_fields") != _CARD:
        raise InputError("wrong set of fields", source=source, column="card_fields", expected=", ".join(_CARD))
    learners = document.get("learners")
    if not isinstance(learners, dict):
        raise InputError("not an object", source=source, column="learners", expected="{learner: what is known of him}")
    codes: dict[str, int] = {}
    context, layer, offset, item, card = [], [], [0], [], []
    for learner, content in learners.items():
        key = f"learners.{learner}"
        if not isinstance(content, dict) or set(content) != {"context", "layer", "cards"}:
            raise InputError("wrong set of keys", source=source, column=key, expected="context, layer, cards")
        context.append(_context(content["context"], f"{key}.context", source))
        layer.append(model_document.vector(content["layer"], _LAYER, f"{key}.layer", source))
        for name, numbers in _cards(content["cards"], f"{key}.cards", source):
            item.append(codes.setdefault(name, len(codes)))
            card.append(numbers)
        offset.append(len(item))
    try:
        model._known = _core.adaptive.Learners(
            {
                "context": np.array(context, dtype=np.float64).reshape(-1),
                "layer": np.array(layer, dtype=np.float64).reshape(-1),
                "offset": np.array(offset, dtype=np.uint64),
                "item": np.array(item, dtype=np.uint32),
                "card": np.array(card, dtype=np.float64).reshape(-1),
            }
        )
    except ValueError as error:
        raise InputError(f"does not fit: {error}", source=source, column="learners") from None
    model.learners_, model._items = list(learners), list(codes)
    model._sources = [*model_document.fingerprints(document.get("data"), source)]
    return model


def _parameters_of(model_id: str, values: Any, source: str) -> Any:
    base = _BASES[model_id]()
    names, key = base.parameter_names, f"parameters.{model_id}"
    if not isinstance(values, dict) or set(values) != set(names):
        raise InputError("wrong set of parameters", source=source, column=key, expected=", ".join(names))
    numbers = np.array([model_document.number(values[name], f"{key}.{name}", source) for name in names])
    try:
        _parameters.check(numbers, _catalog.find(model_id, base.profile))
    except InputError as error:
        raise InputError(
            error.problem, source=source, column=f"{key}.{error.column}", value=error.value, expected=error.expected
        ) from None
    return numbers


def _context(values: Any, key: str, source: str) -> list[float]:
    if not isinstance(values, dict) or list(values) != _CONTEXT:
        raise InputError("wrong set of numbers", source=source, column=key, expected=", ".join(_CONTEXT))
    return [model_document.number(values[name], f"{key}.{name}", source) for name in _CONTEXT]


def _cards(rows: Any, key: str, source: str) -> list[tuple[str, list[float]]]:
    expected = f"[[item, {', '.join(_CARD)}], ...]"
    if not isinstance(rows, list):
        raise InputError("not a list of cards", source=source, column=key, expected=expected)
    found = []
    for k, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != len(_CARD) + 1 or not isinstance(row[0], str):
            raise InputError("not a card", source=source, column=f"{key}[{k}]", value=row, expected=expected)
        found.append((row[0], [model_document.number(value, f"{key}[{k}]", source) for value in row[1:]]))
    return found
