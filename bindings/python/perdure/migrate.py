"""From older versions of FSRS, from SM-2 and from Anki: parameters, and memories where there is no log to replay.

>>> fsrs5 = [0.40255, 1.18385, 3.173, 15.69105, 7.1949, 0.5345, 1.4604, 0.0046, 1.54575, 0.1192,
...          1.01925, 1.9395, 0.11, 0.29605, 2.2698, 0.2315, 2.9898, 0.51655, 0.6621]
>>> migrate_parameters(fsrs5)[-2:].tolist()
[0.0, 0.5]
>>> S, D = memory_from_sm2(ease=[2.5, 1.3], interval=[10, 100])
>>> S.round().tolist(), D.round().tolist()
([10.0, 100.0], [7.0, 10.0])
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core
from ._columns import Column, numbers
from .errors import InputError
from .log import ReviewLog
from .models import MODELS, MemoryModel
from .states import States

__all__ = ["memory_from_sm2", "migrate_parameters", "states_from_log"]


def migrate_parameters(parameters: npt.ArrayLike, *, to: str = "fsrs6", clip: bool = False) -> npt.NDArray[np.float64]:
    """Parameters of FSRS-6 that stand for those of an older version.

    Parameters
    ----------
    parameters : array of 17, 19 or 21 numbers
        Of FSRS-4.5, FSRS-5 or FSRS-6, in published order. FSRS-4 has 17 too and is read as if it were 4.5.
    to : {"fsrs6"}
        The version to migrate to. FSRS-7 has no parameters in common with older versions: fit it.
    clip : bool
        Whether a parameter that comes out beyond its bounds becomes the nearest bound. It is an InputError otherwise.

    Returns
    -------
    float64 array, shape (21,)
        19 numbers become FSRS-5 itself but for the floor under a same-day Hard, 17 an approximation of FSRS-4.5; 21
        stay.

    Raises
    ------
    InputError
        Another count, a number that is not finite, or one that comes out beyond its bounds, by position and name.
    """
    if to != "fsrs6":
        raise InputError("parameters cannot be migrated to this", source="to", value=to, expected="fsrs6")
    values = np.ascontiguousarray(numbers(parameters, "parameters").astype(np.float64))
    try:
        migrated: npt.NDArray[np.float64] = _core.migrate.parameters(values, bool(clip))
    except ValueError as error:
        raise InputError(str(error), source="parameters") from None
    return migrated


def memory_from_sm2(
    ease: npt.ArrayLike,
    interval: npt.ArrayLike,
    retention: npt.ArrayLike = 0.9,
    *,
    model: str | MemoryModel = "fsrs6",
) -> tuple[Column, ...]:
    """Memory of items that SM-2, or Anki's variant of it, has scheduled.

    The memory is that right after the last answer: recall is ``retention`` when ``interval`` days have passed, or as
    near to it as the bounds of a stability allow (an interval of 0, a retention next to 0 or 1). For
    FSRS-4.5, 5 and 6 difficulty is such that a Good then multiplies stability by ``ease``. FSRS-7 does not use the
    ease: difficulty is 5, and the fast stability 0.8 of the slow one.

    Parameters
    ----------
    ease : array, shape (n,), or number
        In [1, 10]: 2.5 where Anki stores 2500.
    interval : array, shape (n,), or number
        Days, in [0, 1e6].
    retention : array, shape (n,), or number
        Recall that the intervals are believed to have led to, in (0, 1).
    model : str or model
        ``"fsrs6"``, ``"fsrs7"``, ``"fsrs5"`` or ``"fsrs4.5"`` with default parameters, or a model of one of these,
        whose parameters are used.

    Returns
    -------
    tuple of float32 arrays, shape (n,)
        The state columns of the model, as in `perdure.batch`.

    Raises
    ------
    InputError
        A row outside its range, by row, name and value; columns of different lengths; a model that is none of these.
    """
    chosen = _model(model)
    columns = [
        numbers(column, name).astype(np.float64)
        for column, name in ((ease, "ease"), (interval, "interval"), (retention, "retention"))
    ]
    rows = max((column.size for column in columns if column.ndim > 0), default=1)
    spread = [np.ascontiguousarray(np.full(rows, c) if c.ndim == 0 else c) for c in columns]
    try:
        made = _core.migrate.from_sm2(*chosen._name, chosen._values(), *spread)
    except ValueError as error:
        raise InputError(str(error), source="perdure.migrate.memory_from_sm2") from None
    return tuple(made)


def states_from_log(log: ReviewLog, model: str | MemoryModel = "fsrs6", *, threads: int | None = None) -> States:
    """Memory of every learner × item of a log, by replay: from any scheduler that kept its answers to any model.

    Parameters
    ----------
    log : ReviewLog
    model : str or model
        A catalog id, with default parameters, or a model.
    threads : int, optional
        The result does not depend on it.

    Returns
    -------
    States
        What ``model.states(log)`` gives.
    """
    return _model(model).states(log, threads=threads)


def _model(model: Any) -> MemoryModel:
    if isinstance(model, MemoryModel):
        return model
    if isinstance(model, str):
        model = model.replace("_", "-")
    if not isinstance(model, str) or model not in MODELS:
        raise InputError(
            "unknown model", source="model", value=model, expected=f"a model, or one of {', '.join(MODELS)}"
        )
    return MODELS[model]()
