"""Memory models over columns: one row a card, float32 states in and out.

A model is named by its catalog id. A state is a tuple of float32 columns, one per state field of the model:
``(stability, difficulty)`` for ``fsrs6``, ``(half_life,)`` for ``half-life``. Columns of the right type are borrowed,
not copied; the GIL is released; the result does not depend on the number of threads. Where a column of grades, days or
targets is expected, one number stands for all rows.

The arithmetic is float32, by kernels for the widest instruction set that the machine has (`instruction_set`; the
environment variable ``PERDURE_ISA`` pins one). Within one set a result always has the same bits; between sets results
agree to a few units in the sixth digit.

Results go into new arrays, or into those given as ``out``. An output may be a whole input column of float32 (a state
column: that of its own field), but not of `replay`; any other overlap of memory is an error. After an error, columns
that are input and output at once are unchanged.

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
from ._columns import Column, floats, grades, numbers, spread, tuple_of, writeable
from ._columns import offsets as offset_column
from .errors import InputError

Out = Sequence[Column] | None

__all__ = ["first", "instruction_set", "interval", "recall", "replay", "review", "review_interval"]


def instruction_set() -> str:
    """Name of the instruction set in use: ``"avx512"``, ``"avx2"`` or ``"sse2"`` (``"baseline"`` off x86)."""
    try:
        return str(_core.batch.active_isa())
    except ValueError as error:
        raise InputError(str(error), source="PERDURE_ISA") from None


def first(
    model: str,
    grade: npt.ArrayLike,
    *,
    parameters: npt.ArrayLike | None = None,
    profile: str = "perdure",
    threads: int | None = None,
    out: Out = None,
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
    out : tuple of float32 arrays, shape (n,), optional
        Where the state goes, one array per field.

    Returns
    -------
    tuple of float32 arrays, shape (n,)

    Raises
    ------
    InputError
        A row outside its range (index and value are named), a wrong type or shape, an unknown model.
    """
    entry = _catalog.find(model, profile)
    grade_column = grades(grade)
    into = _outputs(out, entry, grade_column.size)
    _run(_core.batch.first, entry, _values(entry, parameters), grade_column, into, _threads.resolve(threads))
    return tuple(into)


def review(
    model: str,
    state: Sequence[npt.ArrayLike],
    grade: npt.ArrayLike,
    elapsed_days: npt.ArrayLike,
    *,
    parameters: npt.ArrayLike | None = None,
    profile: str = "perdure",
    threads: int | None = None,
    out: Out = None,
) -> tuple[Column, ...]:
    """State after one more answer, given ``elapsed_days`` after the last one; see `first` for the other arguments.

    Parameters
    ----------
    state : tuple of float32 arrays, shape (n,)
        What `first` or `review` returned.
    elapsed_days : float32 array, shape (n,)
        In [0, 1e6] days, fractions allowed.
    """
    return _review(model, state, grade, elapsed_days, None, parameters, profile, threads, out)[0]


def review_interval(
    model: str,
    state: Sequence[npt.ArrayLike],
    grade: npt.ArrayLike,
    elapsed_days: npt.ArrayLike,
    target: float = 0.9,
    *,
    parameters: npt.ArrayLike | None = None,
    profile: str = "perdure",
    threads: int | None = None,
    out: Out = None,
) -> tuple[tuple[Column, ...], Column]:
    """`review` and `interval` in one pass: the new state, and days from the answer until recall falls to ``target``.

    ``out`` holds the state columns and, after them, that of the days.
    """
    goal = np.float32(numbers(target, "target")) if np.ndim(target) == 0 else None
    if goal is None:
        raise InputError("not one number", source="target", value=target, expected="one number in (0, 1] for all rows")
    made, due = _review(model, state, grade, elapsed_days, float(goal), parameters, profile, threads, out)
    assert due is not None
    return made, due


def recall(
    model: str,
    state: Sequence[npt.ArrayLike],
    elapsed_days: npt.ArrayLike,
    *,
    parameters: npt.ArrayLike | None = None,
    profile: str = "perdure",
    threads: int | None = None,
    out: Column | None = None,
) -> Column:
    """Probability of recall ``elapsed_days`` after the last answer: float32 array in [0, 1], never rising with time."""
    entry = _catalog.find(model, profile)
    columns = _state(state, entry)
    days = floats(spread(elapsed_days, columns[0].size, "elapsed_days"), "elapsed_days")
    into = np.empty(days.size, dtype=np.float32) if out is None else writeable(out, "out")
    _run(_core.batch.recall, entry, _values(entry, parameters), columns, days, into, _threads.resolve(threads))
    return into


def interval(
    model: str,
    state: Sequence[npt.ArrayLike],
    target: npt.ArrayLike = 0.9,
    *,
    parameters: npt.ArrayLike | None = None,
    profile: str = "perdure",
    threads: int | None = None,
    out: Column | None = None,
) -> Column:
    """Days until recall falls to ``target`` (one number, or one a row, in (0, 1]): float32 array, unrounded.

    0 where recall is there at once; infinity where it never gets there, or where the days are beyond float32.
    """
    entry = _catalog.find(model, profile)
    columns = _state(state, entry)
    targets = floats(spread(target, columns[0].size, "target"), "target")
    into = np.empty(targets.size, dtype=np.float32) if out is None else writeable(out, "out")
    _run(_core.batch.interval, entry, _values(entry, parameters), columns, targets, into, _threads.resolve(threads))
    return into


def replay(
    model: str,
    offsets: npt.ArrayLike,
    grade: npt.ArrayLike,
    elapsed_days: npt.ArrayLike,
    *,
    parameters: npt.ArrayLike | None = None,
    profile: str = "perdure",
    threads: int | None = None,
    out: Out = None,
) -> tuple[Column, ...]:
    """State after whole histories: one row a card, from the answers of all cards one after the other.

    Parameters
    ----------
    offsets : int64 array, shape (cards + 1,)
        Card ``c`` has the answers ``offsets[c]`` to ``offsets[c + 1] - 1``, in order of time. Offsets never fall.
    grade : uint8 array, shape (answers,)
    elapsed_days : float32 array, shape (answers,)
        Days since the card's previous answer; that of a card's first answer is not read.

    Returns
    -------
    tuple of float32 arrays, shape (cards,)
        NaN for a card without answers.

    >>> S, D = replay("fsrs6", [0, 2, 3], [3, 3, 1], [0, 2.0, 0])
    >>> print(S.round(2))
    [10.96  0.21]
    """
    entry = _catalog.find(model, profile)
    starts = offset_column(offsets)
    grade_column = grades(grade)
    days = floats(elapsed_days, "elapsed_days")
    into = _outputs(out, entry, max(starts.size - 1, 0))
    _run(
        _core.batch.replay,
        entry,
        _values(entry, parameters),
        starts,
        grade_column,
        days,
        into,
        _threads.resolve(threads),
    )
    return tuple(into)


def _review(
    model: str,
    state: Sequence[npt.ArrayLike],
    grade: npt.ArrayLike,
    elapsed_days: npt.ArrayLike,
    target: float | None,
    parameters: npt.ArrayLike | None,
    profile: str,
    threads: int | None,
    out: Out,
) -> tuple[tuple[Column, ...], Column | None]:
    entry = _catalog.find(model, profile)
    columns = _state(state, entry)
    grade_column = grades(spread(grade, columns[0].size, "grade"))
    days = floats(spread(elapsed_days, columns[0].size, "elapsed_days"), "elapsed_days")
    into = _outputs(out, entry, columns[0].size, extra=[] if target is None else ["interval"])
    due = None if target is None else into.pop()
    _run(
        _core.batch.review,
        entry,
        _values(entry, parameters),
        columns,
        grade_column,
        days,
        into,
        1.0 if target is None else target,
        due,
        _threads.resolve(threads),
    )
    return tuple(into), due


def _run(kernel: Any, entry: dict[str, Any], *arguments: Any) -> None:
    try:
        kernel(entry["id"], entry["profile"], *arguments)
    except (TypeError, ValueError) as error:
        raise InputError(str(error), source=f"perdure.batch.{kernel.__name__}") from None


def _values(entry: dict[str, Any], parameters: npt.ArrayLike | None) -> npt.NDArray[np.float64]:
    return _catalog.defaults(entry) if parameters is None else numbers(parameters, "parameters").astype(np.float64)


def _state(state: Sequence[npt.ArrayLike], entry: dict[str, Any]) -> list[Column]:
    names = [field["name"] for field in entry["state"]]
    if isinstance(state, np.ndarray) and state.ndim == 1:
        state = (state,)
    if not isinstance(state, tuple | list | np.ndarray) or len(state) != len(names):
        found = f"{len(state)} columns" if isinstance(state, tuple | list | np.ndarray) else state
        expected = tuple_of(names)
        raise InputError(f"not a state of {entry['id']}", source="state", value=found, expected=expected)
    return [floats(column, name) for column, name in zip(state, names, strict=True)]


def _outputs(out: Out, entry: dict[str, Any], rows: int, extra: Sequence[str] = ()) -> list[Column]:
    """Where results go: new columns, or the caller's."""
    names = [*(field["name"] for field in entry["state"]), *extra]
    if out is None:
        return [np.empty(rows, dtype=np.float32) for _ in names]
    if not isinstance(out, tuple | list) or len(out) != len(names):
        found = f"{len(out)} columns" if isinstance(out, tuple | list) else out
        expected = tuple_of(names)
        raise InputError("not as many columns as results", source="out", value=found, expected=expected)
    return [writeable(column, name) for column, name in zip(out, names, strict=True)]
