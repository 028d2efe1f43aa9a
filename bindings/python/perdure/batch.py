"""Memory models over columns: one row a card, float32 states in and out.

A model is named by its catalog id. A state is a tuple of float32 columns, one per state field of the model:
``(stability, difficulty)`` for ``fsrs6``, ``(half_life,)`` for ``half-life``. Columns of the right type are borrowed,
not copied; the GIL is released; the result does not depend on the number of threads. Where a column of grades, days or
targets is expected, one number stands for all rows.

>>> import numpy as np
>>> S, D = first("fsrs6", np.array([1, 3, 4], dtype=np.uint8))
>>> S, D = review("fsrs6", (S, D), np.array([3, 3, 3], dtype=np.uint8), np.array([2.0, 2.0, 2.0], dtype=np.float32))
>>> recall("fsrs6", (S, D), np.zeros(3, dtype=np.float32)).tolist()
[1.0, 1.0, 1.0]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _catalog, _core, _threads
from ._columns import as_array, numbers
from .errors import InputError

Column = npt.NDArray[np.float32]

__all__ = ["first", "interval", "recall", "review"]


def first(
    model: str,
    grade: npt.ArrayLike,
    *,
    parameters: npt.ArrayLike | None = None,
    profile: str = "perdure",
    threads: int | None = None,
) -> tuple[Column, ...]:
    """State after the first answer.

    Parameters
    ----------
    model : str
        Catalog id, e.g. ``"fsrs6"``.
    grade : uint8 array, shape (n,)
        1 again (wrong), 2 hard, 3 good (right), 4 easy.
    parameters : float64 array, optional
        In the order of the catalog; the model's defaults when not given.
    profile : str
        Compatibility profile.
    threads : int, optional
        Default: the processors of the machine, or ``PERDURE_THREADS``.

    Returns
    -------
    tuple of float32 arrays, shape (n,)

    Raises
    ------
    InputError
        A row outside its range (index and value are named), a wrong type or shape, an unknown model.
    """
    entry = _entry(model, profile)
    made = _run(_core.batch.first, entry, _values(entry, parameters), _grades(grade), _threads.resolve(threads))
    return tuple(made)


def review(
    model: str,
    state: Sequence[npt.ArrayLike],
    grade: npt.ArrayLike,
    elapsed_days: npt.ArrayLike,
    *,
    parameters: npt.ArrayLike | None = None,
    profile: str = "perdure",
    threads: int | None = None,
) -> tuple[Column, ...]:
    """State after one more answer, given ``elapsed_days`` after the last one; see `first` for the other arguments.

    Parameters
    ----------
    state : tuple of float32 arrays, shape (n,)
        What `first` or `review` returned.
    elapsed_days : float32 array, shape (n,)
        In [0, 1e6] days, fractions allowed.
    """
    entry = _entry(model, profile)
    columns = _state(state, entry)
    made = _run(
        _core.batch.review,
        entry,
        _values(entry, parameters),
        columns,
        _grades(_spread(grade, columns)),
        _floats(_spread(elapsed_days, columns), "elapsed_days"),
        _threads.resolve(threads),
    )
    return tuple(made)


def recall(
    model: str,
    state: Sequence[npt.ArrayLike],
    elapsed_days: npt.ArrayLike,
    *,
    parameters: npt.ArrayLike | None = None,
    profile: str = "perdure",
    threads: int | None = None,
) -> Column:
    """Probability of recall ``elapsed_days`` after the last answer: float32 array in [0, 1], never rising with time."""
    entry = _entry(model, profile)
    columns = _state(state, entry)
    days = _floats(_spread(elapsed_days, columns), "elapsed_days")
    out: Column = _run(_core.batch.recall, entry, _values(entry, parameters), columns, days, _threads.resolve(threads))
    return out


def interval(
    model: str,
    state: Sequence[npt.ArrayLike],
    target: npt.ArrayLike = 0.9,
    *,
    parameters: npt.ArrayLike | None = None,
    profile: str = "perdure",
    threads: int | None = None,
) -> Column:
    """Days until recall falls to ``target`` (one number, or one a row, in (0, 1]): float32 array, unrounded."""
    entry = _entry(model, profile)
    columns = _state(state, entry)
    out: Column = _run(
        _core.batch.interval,
        entry,
        _values(entry, parameters),
        columns,
        _floats(_spread(target, columns), "target"),
        _threads.resolve(threads),
    )
    return out


def _entry(model: str, profile: str) -> dict[str, Any]:
    return _catalog.find(model, profile)


def _run(kernel: Any, entry: dict[str, Any], *arguments: Any) -> Any:
    try:
        return kernel(entry["id"], entry["profile"], *arguments)
    except (TypeError, ValueError) as error:
        raise InputError(str(error), source=f"perdure.batch.{kernel.__name__}") from None


def _values(entry: dict[str, Any], parameters: npt.ArrayLike | None) -> npt.NDArray[np.float64]:
    return _catalog.defaults(entry) if parameters is None else numbers(parameters, "parameters").astype(np.float64)


def _spread(values: npt.ArrayLike, columns: list[Column]) -> npt.ArrayLike:
    """One number stands for a whole column."""
    column = as_array(values, "column")
    return np.full(columns[0].shape, column) if column.ndim == 0 else column


def _grades(grade: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    column = as_array(grade, "grade")
    if column.dtype == np.uint8:
        return np.ascontiguousarray(column)
    if column.dtype.kind not in "iu" and column.size:
        raise InputError(
            "wrong type", source="grade", value=str(column.dtype), expected="whole numbers 1, 2, 3 or 4 (uint8)"
        )
    outside = np.flatnonzero((column < 1) | (column > 4))
    if outside.size:
        at = int(outside[0])
        raise InputError(f"grade[{at}] must be 1, 2, 3 or 4", source="perdure.batch", value=int(column.reshape(-1)[at]))
    return np.ascontiguousarray(column.astype(np.uint8))


def _state(state: Sequence[npt.ArrayLike], entry: dict[str, Any]) -> list[Column]:
    names = [field["name"] for field in entry["state"]]
    if isinstance(state, np.ndarray) and state.ndim == 1:
        state = (state,)
    if not isinstance(state, tuple | list | np.ndarray) or len(state) != len(names):
        found = f"{len(state)} columns" if isinstance(state, tuple | list | np.ndarray) else state
        expected = f"a tuple of {len(names)}: {', '.join(names)}"
        raise InputError(f"not a state of {entry['id']}", source="state", value=found, expected=expected)
    return [_floats(column, name) for column, name in zip(state, names, strict=True)]


def _floats(values: npt.ArrayLike, name: str) -> Column:
    return np.ascontiguousarray(numbers(values, name).astype(np.float32, copy=False))
