"""Model names of the command line and the estimators behind them."""

from __future__ import annotations

import difflib
from typing import Any

from perdure.errors import InputError

BASELINE = "constant"
PER_ITEM = "per-item"


def known_models() -> list[str]:
    """Names for `--model`: what the catalog lists, and models outside it; not the baseline `per-item`."""
    import perdure
    from perdure.contenders import OUTSIDE_CATALOG

    return [*perdure.catalog(), *(name for name in OUTSIDE_CATALOG if name != PER_ITEM)]


def new_model(name: str, among: list[str] | None = None) -> Any:
    """An unfitted estimator by its name, which must be one of `among`; without it any model, or rival."""
    from perdure.contenders import new
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
    return new(wanted)
