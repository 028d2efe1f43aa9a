"""Comparisons: scores as scikit-learn computes them, folds that never look ahead, and tables that add up."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
import pytest
from perdure import Constant, Evaluation, Fsrs6, HalfLife, InputError, ReviewLog, evaluate, read_answers
from perdure.models import Estimator
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

SPLITS = ["time", "learner"]


@pytest.fixture(scope="module", params=SPLITS)
def result(request: pytest.FixtureRequest, log: ReviewLog) -> Evaluation:
    return evaluate([Fsrs6(), HalfLife(), HalfLife(elapsed="whole-days")], log, split=request.param, folds=3)


def check_scores(row: dict[str, Any], predicted: np.ndarray, success: np.ndarray) -> None:
    assert row["n"] == len(success)
    assert row["success_rate"] == pytest.approx(success.mean(), rel=1e-12)
    assert row["log_loss"] == pytest.approx(log_loss(success, predicted, labels=[0, 1]), abs=1e-9)
    assert row["brier"] == pytest.approx(brier_score_loss(success, predicted, pos_label=1), abs=1e-9)
    if len(set(success.tolist())) == 2:
        assert row["auc"] == pytest.approx(roc_auc_score(success, predicted), abs=1e-9)
    else:
        assert np.isnan(row["auc"])
    bins = np.minimum((predicted * 20).astype(int), 19)
    parts = [predicted[bins == b].sum() - success[bins == b].sum() for b in range(20)]
    assert row["ece"] == pytest.approx(np.abs(parts).sum() / len(success), abs=1e-9)


def test_scores_are_those_of_scikit_learn(result: Evaluation) -> None:
    for row in result.to_frame().to_dict("records"):
        check_scores(row, result.predictions[row["model"]], result.success)


def test_scores_of_folds_and_gaps(result: Evaluation) -> None:
    gap = np.nan_to_num(result.gap, nan=-1.0)
    parts = {"first": gap < 0, "same day": (gap >= 0) & (gap < 1), "a day or more": gap >= 1}
    for frame, key, masks in (
        (result.by_gap(), "gap", parts),
        (result.folds_frame(), "fold", {fold: result.fold == fold for fold in (1, 2, 3)}),
    ):
        rows = frame.to_dict("records")
        assert len(rows) == 3 * 4
        for row in rows:
            check_scores(row, result.predictions[row["model"]][masks[row[key]]], result.success[masks[row[key]]])
        assert frame.groupby("model")["n"].sum().tolist() == [len(result.success)] * 4


def test_equal_predictions_count_half_in_auc(result: Evaluation) -> None:
    constant = result.folds_frame().query("model == 'constant'")
    assert constant["auc"].tolist() == [0.5] * 3


def test_gain_is_against_the_constant_and_inside_its_interval(result: Evaluation) -> None:
    frame = result.to_frame()
    assert frame["log_loss"].is_monotonic_increasing
    assert sorted(frame["model"]) == ["constant", "fsrs6", "half-life", "half-life-2"]
    baseline = frame.set_index("model").loc["constant", "log_loss"]
    for row in frame.to_dict("records"):
        assert row["gain"] == pytest.approx(baseline - row["log_loss"], abs=1e-12)
        assert row["gain_low"] <= row["gain"] <= row["gain_high"]
        assert (row["gain_low"] == row["gain_high"]) == (row["model"] == "constant")


def test_the_gain_interval_is_that_of_resampled_learners(result: Evaluation, log: ReviewLog) -> None:
    success, cluster = result.success, result.cluster
    frame = log.to_frame()
    assert len(set(cluster.tolist())) == frame["learner"].nunique()
    if result.split == "learner":  # every row is held out
        assert [log.learners[code] for code in cluster] == frame["learner"].tolist()

    def losses(name: str) -> np.ndarray:
        p = np.clip(result.predictions[name], 1e-7, 1 - 1e-7)
        return -np.where(success == 1, np.log(p), np.log1p(-p))

    gain = losses("constant") - losses("half-life")
    n, total = np.bincount(cluster), np.bincount(cluster, gain)
    draws = np.random.default_rng(0).integers(0, len(n), (20_000, len(n)))
    low, high = np.quantile(total[draws].sum(1) / n[draws].sum(1), [0.025, 0.975])
    row = result.to_frame().set_index("model").loc["half-life"]
    # A 2.5 % quantile of 1000 draws: 5 standard errors of sqrt(p q / n) / density(-1.96) = 0.085 standard deviations.
    spread = 5 * 0.085 * (high - low) / 3.92
    assert row["gain_low"] == pytest.approx(low, abs=spread)
    assert row["gain_high"] == pytest.approx(high, abs=spread)


def test_calibration_adds_up(result: Evaluation) -> None:
    for name, table in result.calibration().groupby("model"):
        predicted = result.predictions[name]
        assert table["n"].sum() == len(result.success)
        assert (table["n"] > 0).all()
        assert np.allclose(table["to"] - table["from"], 1 / 20)
        assert (table["from"] <= table["predicted"]).all()
        assert (table["predicted"] <= table["to"] + 1e-12).all()
        assert (table["n"] * table["predicted"]).sum() == pytest.approx(predicted.sum())
        assert (table["n"] * table["observed"]).sum() == pytest.approx(result.success.sum())
        assert (table["low"] <= table["observed"] + 1e-12).all()
        assert (table["observed"] <= table["high"] + 1e-12).all()


def test_to_dict_is_json(result: Evaluation) -> None:
    document = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert document["n"] == len(result.success)
    assert document["models"] == result.to_frame().to_dict("records")
    assert set(document) == {"split", "n", "models", "by_gap", "folds", "calibration"}


class Recorder(Estimator):
    """Writes down what it is shown."""

    id = "recorder"
    fits: ClassVar[list[ReviewLog]] = []
    contexts: ClassVar[list[ReviewLog]] = []

    def fit(self, log: ReviewLog, progress: Any = False, threads: int | None = None) -> Self:
        self.fits.append(log)
        return self

    def predict_sequence(self, log: ReviewLog) -> np.ndarray:
        self.contexts.append(log)
        return np.full(len(log), 0.5)


def keys(log: ReviewLog) -> set[tuple[Any, ...]]:
    frame = log.to_frame()
    return set(zip(frame["learner"], frame["item"], frame["answered_at"], frame["success"], strict=True))


def record(log: ReviewLog, split: str, folds: int) -> tuple[list[tuple[ReviewLog, ReviewLog]], Evaluation]:
    Recorder.fits.clear()
    Recorder.contexts.clear()
    result = evaluate([Recorder()], log, split=split, folds=folds)
    assert len(Recorder.fits) == len(Recorder.contexts) == folds
    return list(zip(Recorder.fits, Recorder.contexts, strict=True)), result


def test_a_time_split_never_looks_ahead(log: ReviewLog) -> None:
    shown, result = record(log, "time", 4)
    held_out: set[tuple[Any, ...]] = set()
    for fold, (train, context) in enumerate(shown, 1):
        test = keys(context) - keys(train)
        assert keys(train) < keys(context)
        assert max(row[2] for row in keys(train)) < min(row[2] for row in test)
        assert len(test) == (result.fold == fold).sum()
        assert not held_out & test
        held_out |= test
    assert len(held_out) == len(result.success)
    sizes = np.bincount(result.fold)[1:]
    assert sizes.max() - sizes.min() <= 1  # all times differ, so parts are equal
    assert held_out | keys(shown[0][0]) == keys(log)


def test_a_time_split_keeps_equal_times_together(simulate: Callable[..., dict[str, Any]]) -> None:
    columns = simulate(4, 5, 4)
    columns["answered_at"] = [
        moment.replace(hour=0, minute=0, second=0, microsecond=0) for moment in columns["answered_at"]
    ]
    for train, context in record(read_answers(columns), "time", 5)[0]:
        test = keys(context) - keys(train)
        assert max(row[2] for row in keys(train)) < min(row[2] for row in test)


def test_a_learner_split_holds_out_whole_learners(log: ReviewLog) -> None:
    shown, result = record(log, "learner", 3)
    assert len(result.success) == len(log)
    frame = log.to_frame()
    for fold, (train, context) in enumerate(shown, 1):
        assert keys(context) == keys(log)
        assert set(frame["learner"][result.fold == fold]).isdisjoint(row[0] for row in keys(train))
        assert len(train) + (result.fold == fold).sum() == len(log)


@pytest.mark.parametrize("split", SPLITS)
def test_predictions_are_those_of_a_fit_by_hand(split: str, log: ReviewLog) -> None:
    result = evaluate(["half-life"], log, split=split, folds=2)
    at, learner = log.to_frame()["answered_at"].to_numpy(), log.to_frame()["learner"].to_numpy()
    for fold in (1, 2):
        if split == "time":
            held_out = np.zeros(len(log), dtype=bool)
            held_out[np.argsort(at)[len(log) * fold // 3 : len(log) * (fold + 1) // 3]] = True
            train = at < at[held_out].min()
        else:
            held_out = np.isin(learner, sorted(log.learners)[fold - 1 :: 2])
            train = ~held_out
        expected = HalfLife().fit(log.where(train)).predict_sequence(log)[held_out]
        np.testing.assert_array_equal(result.predictions["half-life"][result.fold == fold], expected)
        np.testing.assert_array_equal(result.success[result.fold == fold], log.success[held_out])


def test_models_are_left_as_they_were(log: ReviewLog) -> None:
    fresh, fit = HalfLife(), HalfLife().fit(log)
    before = fit.parameters_.copy()
    evaluate([fresh, fit], log, folds=2)
    assert not hasattr(fresh, "parameters_")
    np.testing.assert_array_equal(fit.parameters_, before)


@pytest.mark.parametrize(
    ("models", "names"),
    [
        (["half-life"], ["half-life", "constant"]),
        ([HalfLife(), HalfLife(), "half-life"], ["half-life", "half-life-2", "half-life-3", "constant"]),
        ([Constant(), HalfLife(), Constant()], ["half-life", "constant"]),
        (["constant"], ["constant"]),
        ("half-life", ["half-life", "constant"]),
        (HalfLife(), ["half-life", "constant"]),
    ],
)
def test_names_of_rows(models: Any, names: list[str], log: ReviewLog) -> None:
    assert list(evaluate(models, log, folds=1).predictions) == names


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"models": []}, "models: no model"),
        ({"models": [object()]}, "models: not a model"),
        ({"models": [HalfLife]}, "models: not a model"),
        ({"models": ["fsrs66"]}, "model: unknown model, got 'fsrs66'.*did you mean fsrs6"),
        ({"split": "random"}, "split: unknown choice, got 'random'; expected 'time' or 'learner'"),
        ({"folds": 0}, "folds: .*got 0; expected a whole number from 1"),
        ({"folds": 1, "split": "learner"}, "folds: .*got 1; expected a whole number from 2"),
        ({"folds": 2.0}, "folds: .*got 2.0"),
        ({"folds": True}, "folds: .*got True"),
        ({"folds": 9, "split": "learner"}, "folds: too few learners, got 9; expected at most 8"),
        ({"folds": 1000}, "folds: the log has too few different times, got 1000"),
        ({"folds": 1001}, "folds: "),
    ],
)
def test_bad_arguments(arguments: dict[str, Any], message: str, log: ReviewLog) -> None:
    with pytest.raises(InputError, match=message):
        evaluate(**{"models": ["half-life"], "log": log, "split": "time", "folds": 2, **arguments})


def test_a_log_of_one_answer_is_too_small() -> None:
    one = read_answers({"learner": ["a"], "item": ["q"], "success": [1], "answered_at": ["2026-03-02T09:00Z"]})
    for split in SPLITS:
        with pytest.raises(InputError, match="folds"):
            evaluate(["half-life"], one, split=split)


def test_one_learner_is_resampled_by_day(log: ReviewLog) -> None:
    alone = log.where(log.to_frame()["learner"].to_numpy() == "L3")
    result = evaluate(["half-life"], alone, folds=2)
    days = alone.to_frame()["answered_at"].dt.floor("D")
    assert len(set(result.cluster.tolist())) <= days.nunique()
    assert np.isfinite(result.to_frame()[["gain_low", "gain_high"]]).all(axis=None)


def test_progress_and_interruption(log: ReviewLog) -> None:
    told: list[tuple[int, int, str]] = []
    evaluate(["half-life"], log, folds=2, progress=lambda *facts: told.append(facts))
    assert [done for done, _, _ in told] == [0, 1, 2, 3, 4]
    assert {total for _, total, _ in told} == {4}

    def interrupt(*facts: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(["half-life"], log, folds=2, progress=interrupt)


def test_frames_come_in_the_kind_that_came_in(simulate: Callable[..., dict[str, Any]]) -> None:
    result = evaluate(["half-life"], read_answers(pl.DataFrame(simulate())), folds=1)
    for frame in (result.to_frame(), result.by_gap(), result.folds_frame(), result.calibration()):
        assert isinstance(frame, pl.DataFrame)


class Broken(Constant):
    """Predictions that a user's own model may make by mistake."""

    id: ClassVar[str] = "broken"
    answer: ClassVar[Any] = None

    def predict_sequence(self, log: ReviewLog) -> Any:
        return type(self).answer(len(log))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            lambda n: np.where(np.arange(n) == 7, np.nan, 0.5),
            "predictions of broken, row 7: not a probability, got nan",
        ),
        (lambda n: np.full(n, 1.5), "row 0: not a probability, got 1.5"),
        (lambda n: np.full(n + 1, 0.5), "predictions of broken: not one value a row"),
        (lambda n: ["0.5"] * n, "predictions of broken: wrong type"),
    ],
    ids=["NaN", "above one", "too many", "text"],
)
def test_a_model_that_predicts_no_probabilities_is_named(log: ReviewLog, answer: Any, message: str) -> None:
    named = type("Named", (Broken,), {"answer": staticmethod(answer)})
    with pytest.raises(InputError, match=re.escape(message)):
        evaluate([named()], log, folds=2)


def test_learner_folds_depend_on_ids_alone(log: ReviewLog) -> None:
    frame = log.to_frame()
    shuffled = read_answers(frame.sort_values(["learner", "answered_at"], ascending=[False, True], kind="stable"))
    even = log.where(log._core.learner % 2 == 0)
    for one, other in ((log, shuffled), (even, read_answers(even.to_frame()))):
        scores = [evaluate(["half-life"], part, split="learner", folds=2).to_frame() for part in (one, other)]
        np.testing.assert_allclose(scores[0]["log_loss"], scores[1]["log_loss"], rtol=1e-12)
        assert (scores[0]["n"] == len(one)).all()


@pytest.mark.parametrize("models", [None, 5, {"a": 1}])
def test_what_is_no_list_of_models(log: ReviewLog, models: Any) -> None:
    with pytest.raises(InputError, match="models"):
        evaluate(models, log)
