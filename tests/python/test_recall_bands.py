"""Bands on recall: the delta method by hand, how often they hold the truth, and where there are none."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from perdure import Constant, Fsrs6, HalfLife, InputError, PowerLaw, ReviewLog, batch, read_answers

DAY = dt.timedelta(days=1)
DAY_MS = 86_400_000
Z = 1.959963984540054


def logit(p: Any) -> Any:
    return np.log(p) - np.log1p(-p)


@pytest.fixture(scope="module", params=[HalfLife, PowerLaw, Fsrs6], ids=lambda model: model.id)
def model(request: pytest.FixtureRequest, log: ReviewLog) -> Any:
    return request.param().fit(log)


def by_differences(model: Any, log: ReviewLog) -> np.ndarray:
    """Standard error of the log-odds of every prediction, from predictions at parameters a little off."""
    slopes = []
    for i, value in enumerate(model.parameters_):
        step = 1e-5 * max(abs(value), 0.01)
        ends = []
        for sign in (1.0, -1.0):
            other = copy.copy(model)
            other.parameters_ = model.parameters_.copy()
            other.parameters_[i] += sign * step
            ends.append(logit(_inside_its_bounds(other, i).predict_sequence(log)))
        slopes.append((ends[0] - ends[1]) / (2 * step))
    g = np.array(slopes)
    return np.sqrt(np.einsum("ir,ij,jr->r", g, model.covariance_, g))


def _inside_its_bounds(model: Any, i: int) -> Any:
    spec = model._entry["parameters"][i]
    model.parameters_[i] = np.clip(model.parameters_[i], spec["lower"], spec["upper"])  # has no variance there
    return model


def test_it_is_the_delta_method(model: Any, log: ReviewLog) -> None:
    low, high = model.predict_interval(log).T
    p = model.predict_sequence(log)
    error = (logit(high) - logit(low)) / (2 * Z)
    np.testing.assert_allclose(logit(low) + logit(high), 2 * logit(p), atol=1e-8)
    gap = log.histories(model.elapsed_rule).gaps()
    for rows in (gap >= 1, gap < 1):  # recall itself, and through the observation layer; NaN for first encounters
        # Differences miss kinks within their step; they are exact to 1e-4 or so elsewhere.
        relative = np.abs(error - by_differences(model, log))[rows] / error[rows].mean()
        assert np.median(relative) < 1e-4
        assert np.mean(relative < 1e-2) > 0.97
    first = np.isnan(gap)
    assert np.all(error[first] > 0)


def test_first_encounters_are_surer_the_more_there_were(model: Any, log: ReviewLog) -> None:
    new = read_answers(
        {
            "learner": ["x"] * 2,
            "item": ["q1", "never seen"],
            "success": [1, 1],
            "answered_at": ["2030-01-01T00:00Z"] * 2,
        }
    )
    known, unknown = np.diff(model.predict_interval(new)).reshape(-1)
    assert 0 < known < unknown < 1


def test_levels_are_nested(model: Any, log: ReviewLog) -> None:
    p = model.predict_sequence(log)
    before = np.column_stack((p, p))
    for level in (0.01, 0.5, 0.9, 0.95, 0.999999):
        ends = model.predict_interval(log, level=level)
        assert np.all(ends[:, 0] <= before[:, 0]) and np.all(ends[:, 1] >= before[:, 1])
        assert ends.min() >= 0 and ends.max() <= 1
        before = ends


def test_threads_change_nothing(sample_log: ReviewLog) -> None:
    fit = Fsrs6().fit(sample_log)
    one, three = (fit.predict_interval(sample_log, threads=threads) for threads in (1, 3))
    np.testing.assert_array_equal(one, three)
    states = fit.states(sample_log)
    tables = [states.retention("2027-01-01", threads=threads) for threads in (1, 3)]
    assert tables[0].equals(tables[1])


def test_more_answers_give_narrower_bands(sample_log: ReviewLog) -> None:
    few = sample_log.where(sample_log._core.learner < 15)
    gap = sample_log.histories("exact").gaps() >= 1
    widths = [np.diff(HalfLife().fit(source).predict_interval(sample_log)[gap]).mean() for source in (few, sample_log)]
    # A tenth of the answers: the square root of 10 wider, but for what the prior knows.
    assert 1.5 * widths[1] < widths[0] < 5 * widths[1]


def test_retention_has_bounds(model: Any, log: ReviewLog) -> None:
    states = model.states(log)
    at = log.last_answered_at + 20 * DAY
    frame = states.retention(at)
    assert list(frame.columns) == ["learner", "item", "skills", "elapsed_days", "recall", "low", "high"]
    assert np.all((frame["low"] < frame["recall"]) & (frame["recall"] < frame["high"]))
    # The same as the prediction of one more answer at that time.
    more = log.to_frame()
    card = more[(more["learner"] == "L0") & (more["item"] == "q0")]
    again = card.iloc[[-1]].assign(answered_at=at, shown_at=at, success=1)
    asked = read_answers(pd.concat([more, again]))
    row = frame[(frame["learner"] == "L0") & (frame["item"] == "q0")].iloc[0]
    place = int(np.flatnonzero(asked.to_frame()["answered_at"] == at)[0])
    # float32 state against float64
    assert row["recall"] == pytest.approx(model.predict_sequence(asked)[place], abs=1e-6)
    assert row[["low", "high"]].tolist() == pytest.approx(model.predict_interval(asked)[place].tolist(), abs=1e-6)
    narrow = states.retention(at, level=0.5)
    assert np.all((narrow["low"] > frame["low"]) & (narrow["high"] < frame["high"]))
    assert list(states.retention(at, level=None).columns) == list(frame.columns[:-2])
    assert pickle.loads(pickle.dumps(states)).retention(at).equals(frame)


def test_recall_at_once_is_certain(model: Any, log: ReviewLog) -> None:
    states = model.states(log)
    frame = states.retention(log.last_answered_at)
    last = states.last_answered_at == states.last_answered_at.max()
    assert frame.loc[last, ["recall", "low", "high"]].to_numpy().tolist() == [[1.0, 1.0, 1.0]] * last.sum()


def test_frames_come_in_the_kind_that_came_in(log: ReviewLog) -> None:
    polars = read_answers(pl.from_pandas(log.to_frame()))
    frame = HalfLife().fit(polars).states(polars).retention("2030-01-01")
    assert isinstance(frame, pl.DataFrame) and {"low", "high"} <= set(frame.columns)


def test_without_standard_errors_there_are_no_bands(log: ReviewLog) -> None:
    for model in (Fsrs6(), Constant(), HalfLife().fit(log.where(np.arange(len(log)) == 0))):
        with pytest.raises(InputError, match="no standard errors to make a band of"):
            model.predict_interval(log)
        if not isinstance(model, Constant):
            assert "low" not in model.states(log).retention("2030-01-01")


@pytest.mark.parametrize("level", [0, 1, -0.5, 95, float("nan"), "0.95", None, True])
def test_bad_levels(level: Any, log: ReviewLog) -> None:
    fit = HalfLife().fit(log)
    with pytest.raises(InputError, match="level: not a level"):
        fit.predict_interval(log, level=level)
    if level is not None:
        with pytest.raises(InputError, match="level: not a level"):
            fit.states(log).retention("2030-01-01", level=level)


def test_a_constants_band_is_its_shares(log: ReviewLog) -> None:
    ends = Constant().fit(log).predict_interval(log)
    assert np.all(ends == ends[0])
    rate, n = log.success.mean(), len(log)
    assert ends[0].tolist() == pytest.approx(
        [rate + s * Z * np.sqrt(rate * (1 - rate) / n) for s in (-1, 1)], abs=4e-3
    )  # symmetric in log-odds


def simulated(truth: np.ndarray, cards: int, seed: int) -> ReviewLog:
    """Six answers a card at gaps of hours to months, right with the recall of `truth`."""
    rng = np.random.default_rng(seed)
    at = rng.integers(0, 30 * DAY_MS, cards)
    grade = np.where(rng.random(cards) < 0.6, 3, 1).astype(np.uint8)
    state = batch.first("half-life", grade, parameters=truth)
    rows = [(at.copy(), grade)]
    for _ in range(5):
        gap = np.exp(rng.uniform(np.log(0.1), np.log(90.0), cards))
        recall = batch.recall("half-life", state, gap, parameters=truth)
        grade = np.where(rng.random(cards) < recall, 3, 1).astype(np.uint8)
        state = batch.review("half-life", state, grade, gap, parameters=truth)
        at = at + (gap * DAY_MS).astype(np.int64)
        rows.append((at.copy(), grade))
    moments = (np.concatenate([when for when, _ in rows]) + 1_772_442_000_000).astype("datetime64[ms]")
    order = np.argsort(moments, kind="stable")
    card = np.tile(np.arange(cards), 6)[order]
    success = np.concatenate([grade for _, grade in rows])[order] > 1
    columns = {"learner": [f"L{c % 20}" for c in card], "item": [f"q{c // 20}" for c in card]}
    return read_answers(
        {**columns, "answered_at": [f"{moment}Z" for moment in moments[order]], "success": success.astype(int)}
    )


def test_bands_hold_the_truth_as_often_as_they_say() -> None:
    """Sixty logs of 1200 answers from known parameters: a 95 % band of recall holds the true recall in about 95 %."""
    truth = np.array([1.5, 6.0, 2.5, 0.5])
    held = []
    for seed in range(60):
        log = simulated(truth, 200, seed)
        fit, known = HalfLife().fit(log), HalfLife(parameters=truth)
        later = log.histories("exact").gaps() >= 1
        low, high = fit.predict_interval(log).T
        p = known.predict_sequence(log)
        held.append(np.mean((low <= p)[later] & (p <= high)[later]))
    # One log's rows rise and fall together: about 4 independent numbers a log, so 240, with a standard error of 1.4 %.
    assert 0.90 < np.mean(held) < 0.99
