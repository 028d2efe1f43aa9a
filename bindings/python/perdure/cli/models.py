"""Model names of the command line and the estimators behind them."""

from __future__ import annotations

import difflib
from typing import Any

from perdure.errors import InputError

BASELINE = "constant"
PER_ITEM = "per-item"


def known_models() -> list[str]:
    """Names for `--model`: what the catalog lists."""
    import perdure

    return perdure.catalog()


def new_model(name: str, among: list[str] | None = None) -> Any:
    """An unfitted estimator by its name, which must be one of `among`; without it any model, or rival."""
    from perdure.models import MODELS
    from perdure.rivals import RIVALS

    known = among or known_models()
    wanted = name.strip().lower().replace("_", "-")
    if among is None and wanted in RIVALS:
        return RIVALS[wanted]()
    if wanted == PER_ITEM:
        raise InputError(
            "a baseline of `perdure evaluate`, which knows no memory", source="--model", value=name, expected="a model"
        )
    if wanted not in known:
        near = difflib.get_close_matches(wanted, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise InputError("unknown model", source="--model", value=name, expected=", ".join(known) + hint)
    return MODELS[wanted]()
