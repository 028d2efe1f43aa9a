"""What a caller may hand over, and what is refused: one InputError with the argument, the row and the value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from perdure import Cohort, Fsrs6, HalfLife, InputError, Planner, ReviewLog, batch, evaluate, read_answers

N = 4
GRADE = np.array([1, 2, 3, 4], dtype=np.uint8)
DAYS = np.array([0, 0.5, 1, 30], dtype=np.float32)
STATE = (np.array([1, 2, 3, 4], dtype=np.float32), np.array([1, 4, 7, 10], dtype=np.float32))
EXPECTED = batch.review("fsrs6", STATE, GRADE, DAYS)


def review(**changes: Any) -> tuple[np.ndarray, ...]:
    arguments: dict[str, Any] = {"model": "fsrs6", "state": STATE, "grade": GRADE, "elapsed_days": DAYS, **changes}
    return batch.review(**arguments)


def with_value(column: np.ndarray, at: int, value: float) -> np.ndarray:
    changed = column.copy()
    changed[at] = value
    return changed


def strided(column: np.ndarray) -> np.ndarray:
    return np.repeat(column, 2)[::2]


def read_only(column: np.ndarray) -> np.ndarray:
    locked = column.copy()
    locked.flags.writeable = False
    return locked


def unaligned(column: np.ndarray) -> np.ndarray:
    buffer = np.zeros(column.nbytes + 1, dtype=np.uint8)[1:]
    view = buffer.view(column.dtype)
    view[:] = column
    return view


def swapped(column: np.ndarray) -> np.ndarray:
    return column.astype(column.dtype.newbyteorder())


def as_float64(column: np.ndarray) -> np.ndarray:
    return column.astype(np.float64)


def as_int64(column: np.ndarray) -> np.ndarray:
    return column.astype(np.int64)


@pytest.mark.parametrize(
    "kind",
    [strided, read_only, unaligned, swapped, np.ndarray.tolist, pd.Series, pl.Series, pa.array, as_float64, as_int64],
    ids=lambda kind: kind.__name__,
)
def test_columns_of_every_kind(kind: Callable[[np.ndarray], Any]) -> None:
    whole = np.array([0, 0, 1, 30], dtype=np.float32)
    expected = batch.review("fsrs6", STATE, GRADE, whole)
    grade = GRADE if kind is as_float64 else kind(GRADE)
    before = [column.copy() for column in (*STATE, GRADE, whole)]
    got = review(state=[kind(column) for column in STATE], grade=grade, elapsed_days=kind(whole))
    for a, b in zip(got, expected, strict=True):
        assert a.dtype == np.float32
        assert a.flags.writeable
        np.testing.assert_array_equal(a, b)
    for a, b in zip((*STATE, GRADE, whole), before, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("model", ["fsrs6", "half-life"])
def test_empty_columns_give_empty_columns(model: str) -> None:
    empty = np.array([], dtype=np.float32)
    state = batch.first(model, np.array([], dtype=np.uint8))
    assert [column.shape for column in batch.review(model, state, np.array([], dtype=np.uint8), empty)] == [(0,)] * len(
        state
    )
    assert batch.recall(model, state, empty).shape == batch.interval(model, state).shape == (0,)


def test_a_number_stands_for_a_column() -> None:
    whole = batch.review("fsrs6", STATE, np.full(N, 3, dtype=np.uint8), np.full(N, 2.5, dtype=np.float32))
    np.testing.assert_array_equal(review(grade=3, elapsed_days=2.5), whole)
    np.testing.assert_array_equal(batch.recall("fsrs6", STATE, 4), batch.recall("fsrs6", STATE, np.full(N, 4.0)))
    np.testing.assert_array_equal(batch.interval("fsrs6", STATE), batch.interval("fsrs6", STATE, np.full(N, 0.9)))


def test_a_row_of_a_state_array_is_a_column() -> None:
    np.testing.assert_array_equal(review(state=np.stack(STATE))[0], EXPECTED[0])
    lives = np.array([3.0], dtype=np.float32)
    assert batch.recall("half-life", lives, [3.0])[0] == batch.recall("half-life", (lives,), [3.0])[0] == 0.5


BAD_COLUMNS: dict[str, tuple[dict[str, Any], str]] = {
    "grade 0": ({"grade": with_value(GRADE, 2, 0)}, r"grade\[2\] must be 1, 2, 3 or 4, got 0"),
    "grade 7": ({"grade": with_value(GRADE, 3, 7)}, r"grade\[3\] must be 1, 2, 3 or 4, got 7"),
    "grade 257 in int64": ({"grade": np.array([1, 257, 1, 1])}, r"grade\[1\] .*257"),
    "grade -1 in int8": ({"grade": np.array([1, 1, -1, 1], dtype=np.int8)}, r"grade\[2\] .*-1"),
    "grade as float": ({"grade": GRADE.astype(float)}, "grade: wrong type.*float64"),
    "grade as bool": ({"grade": GRADE > 1}, "grade: wrong type.*bool"),
    "grade as text": ({"grade": ["good"] * N}, "grade: wrong type"),
    "grade with gaps": ({"grade": [1, None, 3, 4]}, "grade: wrong type.*object"),
    "grade in two dimensions": ({"grade": GRADE.reshape(2, 2)}, "grade must have one dimension"),
    "grade as a number": ({"grade": 7}, r"grade\[0\] must be 1, 2, 3 or 4.*7"),
    "one grade too few": ({"grade": GRADE[:3]}, "grade must have 4 rows, got 3"),
    "NaN days": (
        {"elapsed_days": with_value(DAYS, 1, np.nan)},
        r"elapsed_days\[1\] must be in \[0, 1e6\] days, got nan",
    ),
    "negative days": ({"elapsed_days": with_value(DAYS, 3, -0.5)}, r"elapsed_days\[3\] .* got -0.5"),
    "infinite days": ({"elapsed_days": with_value(DAYS, 0, np.inf)}, r"elapsed_days\[0\] .* got inf"),
    "too many days": ({"elapsed_days": with_value(DAYS, 0, 1.1e6)}, r"elapsed_days\[0\] .* got 1"),
    "days as objects": ({"elapsed_days": DAYS.astype(object)}, "elapsed_days: wrong type.*object"),
    "days as complex": ({"elapsed_days": DAYS.astype(complex)}, "elapsed_days: wrong type.*complex"),
    "days as dates": ({"elapsed_days": DAYS.astype("timedelta64[D]")}, "elapsed_days: wrong type.*timedelta64"),
    "days in two dimensions": ({"elapsed_days": DAYS.reshape(4, 1)}, "elapsed_days must have one dimension, got 2"),
    "one day too many": ({"elapsed_days": np.zeros(5)}, "elapsed_days must have 4 rows, got 5"),
    "stability 0": ({"state": (with_value(STATE[0], 2, 0), STATE[1])}, r"stability\[2\] must be in .*got 0"),
    "stability NaN": ({"state": (with_value(STATE[0], 0, np.nan), STATE[1])}, r"stability\[0\] .*nan"),
    "difficulty 10.1": ({"state": (STATE[0], with_value(STATE[1], 1, 10.1))}, r"difficulty\[1\] must be in \[1, 10\]"),
    "one state column": (
        {"state": STATE[:1]},
        "not a state of fsrs6, got '1 columns'; expected a tuple of 2: stability, difficulty",
    ),
    "three state columns": ({"state": (*STATE, STATE[0])}, "got '3 columns'; expected a tuple of 2"),
    "state columns that differ": ({"state": (STATE[0], STATE[1][:3])}, "difficulty must have 4 rows, got 3"),
    "no such model": ({"model": "fsrs66"}, "model: unknown model.*'fsrs66'.*did you mean fsrs6"),
    "no such profile": ({"profile": "py_fsrs"}, "profile: unknown profile of fsrs6.*'py_fsrs'.*did you mean py_fsrs_6"),
    "20 parameters": ({"parameters": np.ones(20)}, "21.*20"),
    "no parameters": ({"parameters": []}, "21.*0"),
    "parameters as text": ({"parameters": ["1"] * 21}, "parameters: wrong type"),
    "threads 0": ({"threads": 0}, "threads: .*got 0; expected a whole number from 1 to 1024"),
    "threads -1": ({"threads": -1}, "threads: .*got -1"),
    "threads 1025": ({"threads": 1025}, "threads: .*got 1025"),
    "threads 1.5": ({"threads": 1.5}, "threads: .*got 1.5"),
    "threads as text": ({"threads": "many"}, "threads: .*got 'many'"),
}


@pytest.mark.parametrize("name", BAD_COLUMNS)
def test_bad_columns(name: str) -> None:
    changes, message = BAD_COLUMNS[name]
    with pytest.raises(InputError, match=message):
        review(**changes)


@pytest.mark.parametrize("bad", [0.0, -0.1, 1.001, np.nan])
def test_bad_targets(bad: float) -> None:
    with pytest.raises(InputError, match=r"target\[0\] must be in \(0, 1\]"):
        batch.interval("fsrs6", STATE, bad)
    with pytest.raises(InputError, match=r"target\[2\] must be in \(0, 1\]"):
        batch.interval("fsrs6", STATE, with_value(DAYS * 0 + 1, 2, bad))


@pytest.mark.parametrize("which", range(21))
def test_a_parameter_out_of_bounds_is_named(which: int) -> None:
    model = Fsrs6()
    defaults = np.array([spec["init"] for spec in model._entry["parameters"]])
    spec = model._entry["parameters"][which]
    for value in (spec["lower"] - 0.01, spec["upper"] + 0.01, np.nan, np.inf):
        values = with_value(defaults, which, value)
        with pytest.raises(InputError, match=spec["name"]):
            review(parameters=values)
        with pytest.raises(InputError, match=spec["name"]):
            Fsrs6(parameters=values).fit(read_answers(ONE_ANSWER))


ONE_ANSWER = {"learner": ["a"], "item": ["q"], "success": [1], "answered_at": ["2026-03-02T09:00Z"]}


@pytest.mark.parametrize("value", [[[1, 2], [3]], None, "abc", object()], ids=["ragged", "None", "text", "object"])
@pytest.mark.parametrize("argument", ["state", "grade", "elapsed_days", "parameters"])
def test_what_is_no_column_is_an_input_error(argument: str, value: object) -> None:
    if argument == "parameters" and value is None:
        return  # the defaults
    with pytest.raises(InputError):
        review(**{argument: value})


@pytest.mark.parametrize("value", ["0", "-3", "two", "1.5"])
def test_a_bad_environment_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PERDURE_THREADS", value)
    with pytest.raises(InputError, match=f"PERDURE_THREADS: .*got '{re.escape(value)}'"):
        review()


def test_the_environment_sets_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERDURE_THREADS", "2")
    np.testing.assert_array_equal(review()[0], EXPECTED[0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda log: Fsrs6(parameters=[1.0] * 4).fit(log), "expected the 21 numbers of fsrs6: "),
        (lambda log: HalfLife(parameters=[1.0] * 21).fit(log), "expected the 4 numbers of half-life: "),
        (lambda log: Fsrs6(profile="sm2").fit(log), "profile: unknown profile of fsrs6, got 'sm2'"),
        (lambda log: HalfLife(profile="fsrs_rs").predict_sequence(log), "profile: unknown profile of half-life"),
        (lambda log: Fsrs6().fit(log, threads=0), "threads: "),
        (lambda log: Fsrs6().states(log, threads=0), "threads: "),
        (
            lambda log: Fsrs6().set_params(decay=0.2),
            "unknown parameter of Fsrs6, got 'decay'; expected parameters, profile",
        ),
        (lambda log: evaluate(["fsrs6"], log, threads=0), "threads: "),
        (lambda log: read_answers(ONE_ANSWER, errors="ignore"), "errors: unknown choice, got 'ignore'"),
    ],
)
def test_bad_arguments_of_estimators(log: ReviewLog, call: Callable[[ReviewLog], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        call(log)


@pytest.mark.parametrize("rule", ["weeks", "calendar-days:Mars/Base:4", "calendar-days:Europe/Paris:25", "exact:4", 7])
def test_bad_elapsed_rules(log: ReviewLog, rule: str) -> None:
    for use in (Fsrs6(elapsed=rule).fit, Fsrs6(elapsed=rule).states, Fsrs6(elapsed=rule).predict_sequence):
        with pytest.raises(InputError, match="elapsed: "):
            use(log)


def nothing(log: ReviewLog) -> ReviewLog:
    return log.where(np.zeros(len(log), dtype=bool))


@pytest.mark.parametrize(
    "call",
    [
        lambda log: Fsrs6().fit(log.to_frame()),
        lambda log: Fsrs6(parameters=["x"] * 21).fit(log),
        lambda log: HalfLife(parameters=[[1], [2, 3]]).fit(log),
        lambda log: log.where(np.ones(3, dtype=bool)),
        lambda log: evaluate(["half-life"], nothing(log)),
        lambda log: Planner(Cohort("UTC")).plan(HalfLife(), HalfLife().states(nothing(log))),
        lambda log: Cohort("UTC", calendar=None),
    ],
    ids=[
        "a frame to fit",
        "text",
        "ragged",
        "a short mask",
        "nothing to evaluate",
        "nothing to plan",
        "no working days",
    ],
)
def test_what_is_no_argument_is_an_input_error(log: ReviewLog, call: Callable[[ReviewLog], object]) -> None:
    with pytest.raises(InputError):
        call(log)
