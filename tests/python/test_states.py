"""States and retention: what `batch` says by hand, and what counts as a moment."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from perdure import Fsrs6, HalfLife, InputError, ReviewLog, batch, read_answers

LAST = dt.datetime(2026, 3, 29, 0, 30, tzinfo=dt.UTC)  # the night of the change to summer time
ROWS: dict[str, list[Any]] = {
    "learner": ["b", "a", "b", "a", "b"],
    "item": ["q1", "q1", "q1", "q2", "q2"],
    "skills": ["s1", "s1", "s1", None, None],
    "success": [0, 1, 1, 1, 0],
    "answered_at": [LAST - dt.timedelta(days=d) for d in (40, 30, 20, 10, 0)],
}


def states_of(rows: Any = None, **options: Any) -> Any:
    return Fsrs6(**options).states(read_answers(ROWS if rows is None else rows))


def test_states_are_one_row_a_card() -> None:
    frame = states_of().to_frame()
    assert list(zip(frame["learner"], frame["item"], strict=True)) == [
        ("b", "q1"),
        ("b", "q2"),
        ("a", "q1"),
        ("a", "q2"),
    ]
    assert frame["answers"].tolist() == [2, 1, 1, 1]
    assert frame["lapses"].tolist() == [1, 1, 0, 0]
    assert frame["skills"].fillna("none").tolist() == ["s1", "none", "s1", "none"]
    assert frame["last_answered_at"].tolist() == [LAST - dt.timedelta(days=d) for d in (20, 0, 30, 10)]


@pytest.mark.parametrize("model", [Fsrs6, HalfLife])
def test_states_are_those_of_batch(model: type[Any], log: ReviewLog) -> None:
    """Card by card through the batch functions: float32 between answers instead of at the end."""
    fit = model().fit(log)
    states = fit.states(log).to_frame().set_index(["learner", "item"])
    options = {"parameters": fit.parameters_}
    for key, card in log.to_frame().groupby(["learner", "item"]):
        grades = card["grade"].to_numpy(np.uint8)
        days = card["answered_at"].diff().dt.total_seconds().to_numpy() / 86400
        state = batch.first(fit.id, grades[:1], **options)
        for k in range(1, len(card)):
            state = batch.review(fit.id, state, grades[k : k + 1], days[k : k + 1], **options)
        got = states.loc[key, [field["name"] for field in fit._entry["state"]]].to_numpy(float)
        np.testing.assert_allclose(got, np.concatenate(state), rtol=len(card) * 4 * 2**-24)


def test_retention_is_recall_by_hand(fitted: Any, log: ReviewLog) -> None:
    states = fitted.states(log)
    at = log.last_answered_at + dt.timedelta(days=12.5)
    frame = states.retention(at)
    days = (at - states.to_frame()["last_answered_at"]).dt.total_seconds().to_numpy() / 86400
    np.testing.assert_allclose(frame["elapsed_days"], days, rtol=1e-12)
    by_hand = batch.recall(fitted.id, states.state, days, parameters=fitted.parameters_)
    np.testing.assert_array_equal(frame["recall"], by_hand.astype(float))
    assert frame["learner"].tolist() == states.to_frame()["learner"].tolist()
    assert len(frame) == len(states)


def test_retention_never_rises_with_time(fitted: Any, log: ReviewLog) -> None:
    states = fitted.states(log)
    moments = [log.last_answered_at + dt.timedelta(days=d) for d in (0, 0.001, 1, 1.5, 30, 365, 20_000)]
    recalls = np.array([states.retention(at)["recall"] for at in moments])
    assert np.all(np.diff(recalls, axis=0) <= 0)
    assert recalls.max() <= 1
    assert recalls.min() >= 0
    just_answered = states.last_answered_at == states.last_answered_at.max()
    assert np.all(recalls[0][just_answered] == 1)


@pytest.mark.parametrize(
    ("at", "tz", "utc"),
    [
        ("2026-12-31", "UTC", "2026-12-31T00:00Z"),
        (dt.date(2026, 12, 31), "UTC", "2026-12-31T00:00Z"),
        (dt.date(2026, 12, 31), "Europe/Paris", "2026-12-30T23:00Z"),
        ("2026-07-14", "Europe/Paris", "2026-07-13T22:00Z"),
        ("2026-07-14T09:30", "Europe/Paris", "2026-07-14T07:30Z"),
        (" 2026-07-14 09:30:15.5 ", "Asia/Kathmandu", "2026-07-14T03:45:15.5Z"),
        (dt.datetime(2026, 7, 14, 9, 30), "Europe/Paris", "2026-07-14T07:30Z"),
        ("2026-07-14T09:30+05:30", "Europe/Paris", "2026-07-14T04:00Z"),
        ("2026-07-14T09:30Z", "Europe/Paris", "2026-07-14T09:30Z"),
        (dt.datetime(2026, 7, 14, 9, 30, tzinfo=ZoneInfo("Asia/Tokyo")), "Europe/Paris", "2026-07-14T00:30Z"),
        (pd.Timestamp("2026-07-14T09:30", tz="Asia/Tokyo"), "UTC", "2026-07-14T00:30Z"),
        ("2026-03-29T02:30", "Europe/Paris", "2026-03-29T01:00Z"),  # does not exist: the first moment after
        ("2026-10-25T02:30", "Europe/Paris", "2026-10-25T00:30Z"),  # happens twice: the first
        ("9999-12-30", "UTC", None),
    ],
    ids=str,
)
def test_moments(at: Any, tz: str, utc: str | None) -> None:
    states = states_of()
    if utc is None:
        with pytest.raises(InputError):
            states.retention(at, tz)  # 8000 years are more than the 1e6 days that recall takes
        return
    days = states.retention(at, tz)["elapsed_days"]
    moment = dt.datetime.fromisoformat(utc)
    assert days.tolist() == [(moment - last) / dt.timedelta(days=1) for last in states.to_frame()["last_answered_at"]]


def test_days_are_counted_by_the_models_rule() -> None:
    at = LAST + dt.timedelta(hours=1, minutes=59)
    for rule, expected in {
        "exact": [20 + 119 / 1440, 119 / 1440, 30 + 119 / 1440, 10 + 119 / 1440],
        "whole-days": [20, 0, 30, 10],
        # 03:29 UTC is 04:29 in Paris before the change and 04:29 is past the 04:00 rollover; LAST itself is 01:30.
        "calendar-days:Europe/Paris:4": [21, 1, 31, 11],
        "study-days:UTC:0:rest=sat,sun": [14, 0, 20, 6],
    }.items():
        assert states_of(elapsed=rule).retention(at)["elapsed_days"].tolist() == pytest.approx(expected, abs=1e-12), (
            rule
        )


def test_a_moment_before_the_last_answer_is_refused() -> None:
    states = states_of()
    assert states.retention(LAST)["elapsed_days"].min() == 0
    for early in (LAST - dt.timedelta(milliseconds=1), "2026-03-29", dt.date(1900, 1, 1)):
        with pytest.raises(
            InputError, match=r"at: before the last answer.*expected 2026-03-29T00:30:00\+00:00 or later"
        ):
            states.retention(early)
    assert len(states.retention("2026-03-29T01:30", "Europe/Paris")) == 4


@pytest.mark.parametrize(
    ("at", "tz", "message"),
    [
        ("tomorrow", "UTC", "at: not a date, got 'tomorrow'"),
        ("2026-02-30", "UTC", "at: not a date"),
        ("", "UTC", "at: not a date"),
        (20261231, "UTC", "at: not a date"),
        (None, "UTC", "at: not a date"),
        (np.datetime64("2026-12-31"), "UTC", "at: not a date"),
        ("2026-12-31", "Mars/Base", "tz: .*Mars/Base"),
        ("2026-12-31", "../etc/passwd", "tz: "),
        ("2026-12-31", "", "tz: "),
    ],
)
def test_bad_moments(at: Any, tz: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        states_of().retention(at, tz)


@pytest.mark.parametrize(
    ("kind", "make"), [(pd.DataFrame, pd.DataFrame), (pl.DataFrame, pl.DataFrame), (pa.Table, pa.table)]
)
def test_frames_come_in_the_kind_that_came_in(kind: type[Any], make: Any) -> None:
    states = states_of(make(ROWS))
    assert type(states.to_frame()) is kind
    assert type(states.retention("2026-12-31")) is kind


def test_states_do_not_depend_on_threads(sample_log: ReviewLog) -> None:
    one, two = (Fsrs6().states(sample_log, threads=threads) for threads in (1, 2))
    for a, b in zip(one.state, two.state, strict=True):
        assert a.tobytes() == b.tobytes()
