"""Models as estimators: scikit-learn's conventions, causal predictions, odd logs, and real ones."""

from __future__ import annotations

import datetime as dt
import pickle
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import perdure
import pytest
from hypothesis import given
from hypothesis import strategies as st
from perdure import Constant, Fsrs6, HalfLife, InputError, ReviewLog, read_answers
from perdure.models import MODELS as CATALOG
from sklearn.base import clone
from sklearn.metrics import log_loss

MODELS = [Fsrs6, HalfLife]
START = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
ESTIMATORS = [
    Fsrs6(),
    Fsrs6(profile="ts_fsrs_5", elapsed="calendar-days:Europe/Kyiv:4"),
    Fsrs6(parameters=np.linspace(0.1, 0.3, 21)),
    HalfLife(parameters=[3.0, 20.0, 2.0, 0.4]),
    Constant(),
    Fsrs6(options="fsrs_rs"),
]


def log_of(rows: list[tuple[str, str, float, int]], **more: Any) -> ReviewLog:
    """Log of (learner, item, day, success); an attempt number keeps rows that look alike apart."""
    learner, item, day, success = zip(*rows, strict=True)
    at = [START + d * DAY for d in day]
    columns = {"learner": list(learner), "item": list(item), "success": list(success), "answered_at": at}
    return read_answers({**columns, "attempt": [str(n) for n in range(len(rows))], **more})


# scikit-learn's conventions


@pytest.mark.parametrize("model", ESTIMATORS, ids=repr)
def test_scikit_learn_can_copy_it(model: Any) -> None:
    copy = clone(model)
    assert type(copy) is type(model)
    assert repr(copy) == repr(model)
    for name, value in model.get_params().items():
        np.testing.assert_array_equal(copy.get_params()[name], value)
        assert getattr(model, name) is value
    assert repr(type(model)().set_params(**model.get_params())) == repr(model)


@pytest.mark.parametrize("model", [ESTIMATORS[1], ESTIMATORS[3], ESTIMATORS[4]], ids=repr)
def test_repr_is_how_it_was_made(model: Any) -> None:
    again = eval(repr(model), {"Fsrs6": Fsrs6, "HalfLife": HalfLife, "Constant": Constant})
    assert again.get_params() == model.get_params()


def test_fit_returns_self_and_leaves_the_arguments(log: ReviewLog) -> None:
    for model in (Fsrs6(), HalfLife(), Constant()):
        before = model.get_params()
        assert not [name for name in vars(model) if name.endswith("_")]
        assert model.fit(log) is model
        assert model.get_params() == before
        assert [name for name in vars(model) if name.endswith("_")]
        assert not hasattr(clone(model), "parameters_")


def test_what_a_fit_leaves(fitted: Any, log: ReviewLog) -> None:
    report = fitted.report_
    assert fitted.parameters_.shape == (len(fitted.parameter_names),)
    assert report.status == "converged"
    assert np.all(np.diff(report.objective_path) < 0)
    assert report.iterations == len(report.objective_path) - 1
    assert report.log_loss < report.start_log_loss
    # What is reported is what the predictions show.
    days = gaps(log) >= 1
    assert report.answers == days.sum()
    predicted = fitted.predict_sequence(log)
    # The fit sums in float32 lanes, to 1e-6 of the loss (perdure/fit/engine.hpp); predictions are double.
    assert report.log_loss == pytest.approx(log_loss(log.success[days], predicted[days]), rel=1e-6)


def test_a_fit_starts_where_it_is_told(fitted: Any, log: ReviewLog) -> None:
    again = type(fitted)(parameters=fitted.parameters_).fit(log)
    assert again.report_.start_log_loss == pytest.approx(fitted.report_.log_loss, rel=1e-6)
    assert again.report_.objective_path[-1] == pytest.approx(fitted.report_.objective_path[-1], rel=1e-5)


@pytest.mark.parametrize("fit", [False, True], ids=["unfitted", "fitted"])
@pytest.mark.parametrize("model", [Fsrs6, HalfLife, Constant])
def test_pickle(model: type[Any], fit: bool, log: ReviewLog) -> None:
    original = model().fit(log) if fit else model()
    again = pickle.loads(pickle.dumps(original))
    np.testing.assert_array_equal(again.predict_sequence(log), original.predict_sequence(log))
    assert repr(again) == repr(original)
    if fit and model is not Constant:
        assert again.report_ == original.report_


# Predictions


def gaps(log: ReviewLog) -> np.ndarray:
    """Days from the last strictly earlier answer on a row's card to the moment it was shown; NaN without one."""
    frame = log.to_frame()
    found = []
    for _, card in frame.groupby(["learner", "item"]):
        times = card["answered_at"].unique()
        for row, answered, shown in zip(card.index, card["answered_at"], card["shown_at"], strict=True):
            earlier = times[times < answered]
            found.append((row, max((shown - earlier.max()) / DAY, 0.0) if len(earlier) else np.nan))
    return np.array([gap for _, gap in sorted(found)])


ROWS = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from(["q0", "q1", "new"]),
        st.sampled_from([0.0, 0.01, 1, 3, 40]),
        st.integers(0, 1),
    ),
    min_size=1,
    max_size=12,
).map(lambda rows: sorted(rows, key=lambda row: row[2]))


@given(ROWS, st.data())
def test_an_outcome_changes_only_later_predictions_of_its_card(
    fitted: Any, rows: list[tuple[str, str, float, int]], data: st.DataObject
) -> None:
    which = data.draw(st.integers(0, len(rows) - 1))
    learner, item, day, success = rows[which]
    changed = [*rows[:which], (learner, item, day, 1 - success), *rows[which + 1 :]]
    before, after = fitted.predict_sequence(log_of(rows)), fitted.predict_sequence(log_of(changed))
    later = np.array([(row[0], row[1]) == (learner, item) and row[2] > day for row in rows])
    np.testing.assert_array_equal(before[~later], after[~later])
    assert before.min() >= 0
    assert before.max() <= 1


@pytest.mark.parametrize("model", MODELS)
def test_an_outcome_does_change_later_predictions_of_its_card(model: type[Any]) -> None:
    rows = [("a", "q", 0, 1), ("a", "q", 2, 1), ("a", "q", 9, 1), ("a", "q", 30, 1)]
    before = model().predict_sequence(log_of(rows))
    for which in range(3):
        after = model().predict_sequence(log_of([*rows[:which], (*rows[which][:3], 0), *rows[which + 1 :]]))
        assert np.all(after[which + 1 :] < before[which + 1 :])


@given(ROWS, ROWS)
def test_later_rows_change_nothing(fitted: Any, rows: list[Any], more: list[Any]) -> None:
    last = rows[-1][2]
    appended = [*rows, *((learner, item, last + day, success) for learner, item, day, success in more)]
    predicted = fitted.predict_sequence(log_of(appended))
    np.testing.assert_array_equal(predicted[: len(rows)], fitted.predict_sequence(log_of(rows)))


@given(ROWS)
def test_rows_at_one_time_do_not_see_each_other(fitted: Any, rows: list[Any]) -> None:
    twice = [row for row in rows for _ in range(2)]
    first, second = fitted.predict_sequence(log_of(twice)).reshape(-1, 2).T
    np.testing.assert_array_equal(first, second)


@given(ROWS, st.permutations(["a", "b"]))
def test_learners_are_alike(fitted: Any, rows: list[Any], names: list[str]) -> None:
    other = {"a": f"{names[0]}'", "b": f"{names[1]}'"}
    swapped = [(other[learner], *rest) for learner, *rest in rows]
    expected = fitted.predict_sequence(log_of(rows))
    np.testing.assert_array_equal(fitted.predict_sequence(log_of(swapped)), expected)
    # Learners one after the other instead of side by side; the log keeps that order, for each is in time order.
    order = np.argsort([row[0] for row in rows], kind="stable")
    np.testing.assert_array_equal(fitted.predict_sequence(log_of([rows[k] for k in order])), expected[order])


def test_an_answers_own_latency_is_not_seen(fitted: Any) -> None:
    rows = [("a", "q1", 0, 1), ("a", "q1", 5, 1), ("a", "q1", 9, 0)]
    quick = log_of(rows, response_ms=[1000, 1000, 1000])
    slow = log_of([*rows[:2], ("a", "q1", 9 + 10 / 1440, 0)], response_ms=[1000, 1000, 601_000])
    np.testing.assert_array_equal(fitted.predict_sequence(slow), fitted.predict_sequence(quick))


def test_predictions_come_in_the_logs_row_order(fitted: Any) -> None:
    rows = [("b", "q1", 5, 1), ("b", "q1", 9, 1), ("a", "q1", 0, 0), ("a", "q1", 9, 1)]  # each learner in time order
    by_card = [fitted.predict_sequence(log_of(rows[part])) for part in (slice(0, 2), slice(2, 4))]
    np.testing.assert_array_equal(fitted.predict_sequence(log_of(rows)), np.concatenate(by_card))


def test_learners_and_items_that_the_fit_never_saw(fitted: Any) -> None:
    log = log_of([("stranger", "elsewhere", 0, 1), ("stranger", "elsewhere", 4, 1), ("stranger", "q1", 4, 1)])
    predicted = fitted.predict_sequence(log)
    assert predicted[0] == fitted.observation_["first_success"]
    state = perdure.batch.first(fitted.id, np.array([3], dtype=np.uint8), parameters=fitted.parameters_)
    # float32 columns against float64 inside: half a unit each for the state and the result.
    assert predicted[1] == pytest.approx(float(fitted.recall(state, [4.0])[0]), abs=2**-23)
    answers, right = fitted.first_encounters_["q1"]
    weight = fitted.observation_["first_weight"]
    assert predicted[2] == pytest.approx((right + weight * predicted[0]) / (answers + weight), rel=1e-12)


# Odd logs


def odd_logs() -> dict[str, list[tuple[str, str, float, int]]]:
    card = [("a", "q", float(day), k % 2) for k, day in enumerate((0, 0.001, 1, 3, 10, 30, 900))]
    twins = [(f"L{n}", item, float(day), day % 3 != 1) for day in (0, 1, 4, 12) for n in range(10) for item in "xy"]
    weekly = [("a", f"q{item}", 7.0 * k, (k + item) % 3 != 0) for k in range(12) for item in range(4)]
    return {
        "one row": card[:1],
        "one card": card,
        "one later answer": [card[0], card[3]],
        "one time": [("a", "q", 0, 1), ("a", "q", 0, 0), ("a", "q", 0, 1)],
        "all right": [(*row[:3], 1) for row in card],
        "all wrong": [(*row[:3], 0) for row in card],
        "all right, many": [(f"L{n}", "q", day, 1) for _, _, day, _ in card for n in range(40)],
        "all wrong, many": [(f"L{n}", "q", day, 0) for _, _, day, _ in card for n in range(40)],
        "all on one day": [("a", "q", k / 100, k % 2) for k in range(30)],
        "first encounters only": [(f"L{n}", f"q{k}", 0, (n + k) % 2) for n in range(5) for k in range(5)],
        "ten twins": [(learner, item, day, int(right)) for learner, item, day, right in twins],
        "constant intervals": [(learner, item, day, int(right)) for learner, item, day, right in weekly],
        "two answers a century apart": [("a", "q", 0, 1), ("a", "q", 36_000, 0)],
    }


def check_numbers(value: Any, where: str) -> None:
    """No number that is not finite, however deep."""
    if isinstance(value, dict):
        for name, part in value.items():
            check_numbers(part, f"{where}.{name}")
    elif isinstance(value, list | tuple):
        for k, part in enumerate(value):
            check_numbers(part, f"{where}[{k}]")
    elif isinstance(value, float):
        assert np.isfinite(value), where


@pytest.mark.parametrize("name", odd_logs())
@pytest.mark.parametrize("model", CATALOG.values(), ids=CATALOG)
def test_odd_logs_give_finite_numbers(model: type[Any], name: str, tmp_path: Path) -> None:
    log = log_of(odd_logs()[name])
    fit = model().fit(log)
    report = fit.report_
    assert report.status in ("converged", "stalled", "no_data")
    check_numbers(report.to_dict(), "report")
    assert list(report.parameters.values()) == fit.parameters_.tolist()
    for spec, value in zip(fit._entry["parameters"], fit.parameters_, strict=True):
        assert spec["lower"] <= value <= spec["upper"]
        interval = report.intervals[spec["name"]]
        assert (interval is None) == (report.standard_errors[spec["name"]] is None)
        if interval is not None:
            assert spec["lower"] <= interval[0] <= value <= interval[1] <= spec["upper"]
            assert report.standard_errors[spec["name"]] > 0
    assert all(0 <= share <= 1 for share in report.learned.values())
    assert str(report) and "nan" not in str(report) and "nan" not in report._repr_html_()
    assert all(np.isfinite(value) for value in fit.observation_.values())
    predicted = fit.predict_sequence(log)
    assert np.all((predicted >= 0) & (predicted <= 1))
    states = fit.states(log)
    assert len(states) == len({row[:2] for row in odd_logs()[name]})
    assert all(np.all(np.isfinite(column)) for column in states.state)
    assert np.all(np.isfinite(Constant().fit(log).predict_sequence(log)))
    if report.status == "no_data":
        np.testing.assert_array_equal(fit.parameters_, model()._start())
        assert fit.covariance_ is None
    retention = states.retention(log.last_answered_at + 10 * DAY)
    if fit.covariance_ is None:
        assert "low" not in retention
        with pytest.raises(InputError, match="no standard errors"):
            fit.predict_interval(log)
    else:
        low, high = fit.predict_interval(log).T
        assert np.all((low >= 0) & (low <= predicted) & (predicted <= high) & (high <= 1))
        low, high = retention["low"], retention["high"]
        assert np.all((low >= 0) & (low <= retention["recall"]) & (retention["recall"] <= high) & (high <= 1))
    fit.save(tmp_path / "model.json")  # refuses NaN
    again = perdure.load_model(tmp_path / "model.json")
    np.testing.assert_array_equal(again.predict_sequence(log), predicted)
    fit.partial_fit(log)
    check_numbers(fit.report_.to_dict(), "report after partial_fit")
    assert np.all(np.isfinite(fit.parameters_))


def test_twins_count_ten_times(log: ReviewLog) -> None:
    """A log and a copy under other names have twice the loss, so the fit moves away from the prior, never back."""
    frame = log.to_frame()
    copy = frame.assign(learner=frame["learner"] + "'")
    both = read_answers(pd.concat([frame, copy]))
    one, two = (HalfLife().fit(source) for source in (log, both))
    assert two.report_.answers == 2 * one.report_.answers
    assert two.report_.log_loss <= one.report_.log_loss


# Progress, elapsed rules


def stop_at(step: int, error: type[BaseException]) -> Any:
    def stop(done: int, total: int, text: str) -> None:
        if done == step:
            raise error

    return stop


def test_a_fit_that_ctrl_c_stops_keeps_the_best_so_far(sample_log: ReviewLog) -> None:
    model, told = Fsrs6(), Fsrs6().fit(sample_log, progress=lambda done, total, text: done < 2)
    with pytest.raises(KeyboardInterrupt):
        model.fit(sample_log, progress=stop_at(2, KeyboardInterrupt))
    assert model.report_.status == "interrupted"
    assert model.report_.objective_path == told.report_.objective_path
    np.testing.assert_array_equal(model.parameters_, told.parameters_)
    assert model.report_.log_loss < model.report_.start_log_loss
    assert model.predict_sequence(sample_log).shape == (len(sample_log),)
    assert model.observation_ == told.observation_
    model.fit(sample_log)
    assert model.report_.status != "interrupted"


def test_a_real_ctrl_c_stops_a_fit(sample_log: ReviewLog) -> None:
    """The signal arrives while compiled code runs; Python sees it between two steps."""

    def signal_at(done: int, total: int, text: str) -> None:
        if done == 2:
            signal.raise_signal(signal.SIGINT)

    model = Fsrs6()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
    try:
        with pytest.raises(KeyboardInterrupt):
            model.fit(sample_log, progress=signal_at)
    finally:
        signal.signal(signal.SIGINT, before)
    assert model.report_.status == "interrupted"
    assert np.all(np.diff(model.report_.objective_path) < 0)


def test_an_error_of_a_callback_leaves_the_estimator_as_it_was(log: ReviewLog, sample_log: ReviewLog) -> None:
    fresh, fit = Fsrs6(), Fsrs6().fit(log)
    before = pickle.dumps(fit)
    for model in (fresh, fit):
        with pytest.raises(ZeroDivisionError):
            model.fit(sample_log, progress=stop_at(2, ZeroDivisionError))
    assert vars(fresh) == vars(Fsrs6())
    assert pickle.dumps(fit) == before


def test_progress_that_says_stop_keeps_the_best_so_far(sample_log: ReviewLog) -> None:
    told = []

    def stop(done: int, total: int, text: str) -> bool:
        told.append((done, total, text))
        return done < 3

    model = Fsrs6().fit(sample_log, progress=stop)
    assert model.report_.status == "interrupted"
    assert [done for done, _, _ in told] == [1, 2, 3]
    assert model.report_.iterations >= 3  # a start from a part of the log counts as one
    assert all(total >= 3 and "fsrs6" in text for _, total, text in told)


# Options


def test_options_reach_the_fit(log: ReviewLog) -> None:
    free = HalfLife(options=perdure.FitOptions(prior=None)).fit(log)
    held = HalfLife(options=perdure.FitOptions(prior_weight=1e6)).fit(log)
    start = np.array(list(free.report_.defaults.values()))
    assert np.all(np.abs(held.parameters_ - start) <= 1e-3 * start)
    assert free.report_.log_loss < held.report_.log_loss
    gap = HalfLife(options=perdure.FitOptions(minimum_gap=5.0)).fit(log)
    assert gap.report_.answers == (gaps(log) >= 5).sum()
    assert gap.observation_["minimum_gap"] == 5.0
    short = Fsrs6(options=perdure.FitOptions(max_iterations=1)).fit(log)
    assert short.report_.status == "iteration_limit"


def test_a_pipeline_by_name(sample_log: ReviewLog) -> None:
    named = Fsrs6(options="fsrs_rs").fit(sample_log)
    given = Fsrs6(options=perdure.FitOptions.of_pipeline("fsrs_rs")).fit(sample_log)
    np.testing.assert_array_equal(named.parameters_, given.parameters_)
    assert "Adam" in named.report_.reason
    assert named.report_.effective_answers < named.report_.answers  # recency weights
    for bad in ("fsrs_sr", 3, {}):
        with pytest.raises(InputError, match="options"):
            Fsrs6(options=bad).fit(sample_log)


@pytest.mark.parametrize("rule", ["whole-days", "calendar-days:Europe/Kyiv:4", "study-days:Europe/Kyiv:4:rest=sat,sun"])
def test_an_elapsed_rule_changes_the_fit(rule: str, log: ReviewLog) -> None:
    exact, other = HalfLife().fit(log), HalfLife(elapsed=rule).fit(log)
    assert other.elapsed_rule == rule
    assert not np.array_equal(exact.parameters_, other.parameters_)
    assert not np.array_equal(exact.predict_sequence(log), other.predict_sequence(log))
    again = HalfLife(elapsed=rule).fit(log)
    np.testing.assert_array_equal(again.parameters_, other.parameters_)


def test_profiles_bring_their_elapsed_rule() -> None:
    expected = {
        "perdure": "exact",
        "py_fsrs_6_3_2": "whole-days",
        "fsrs_rs": "whole-days",
        "ts_fsrs_5": "calendar-days:UTC:0",
    }
    assert {name: Fsrs6(profile=name).elapsed_rule for name in expected} == expected
    assert Fsrs6(profile="fsrs_rs", elapsed="exact").elapsed_rule == "exact"


def test_constant_is_the_share_of_right_answers(log: ReviewLog) -> None:
    rate = Constant().fit(log).predict_sequence(log)
    assert len(set(rate.tolist())) == 1
    assert rate[0] == pytest.approx((log.success.sum() + 0.5) / (len(log) + 1))
    with pytest.raises(InputError):
        Constant().set_params(rate=0.5)


# Real logs


@pytest.mark.parametrize("name", ["anki_josh", "anki_niplav"])
def test_a_fit_beats_the_constant_on_later_answers_of_real_logs(name: str, data_folder: Path) -> None:
    log = read_answers(data_folder / f"{name}.csv.gz")
    at = log.to_frame()["answered_at"]
    cut = at.sort_values().iloc[int(0.6 * len(log))]
    train = (at < cut).to_numpy()
    days = log.to_frame().groupby("item")["answered_at"].diff().to_numpy() >= np.timedelta64(1, "D")
    model, constant = (estimator.fit(log.where(train)) for estimator in (Fsrs6(), Constant()))
    predicted, baseline = model.predict_sequence(log), constant.predict_sequence(log)
    for rows in (~train, ~train & days):
        assert rows.sum() > 1000
        success = log.success[rows]
        # Better than the constant of the training rows, and than the best constant for the test rows.
        assert log_loss(success, predicted[rows]) < log_loss(success, baseline[rows])
        assert log_loss(success, predicted[rows]) < log_loss(success, np.full(rows.sum(), success.mean()))
