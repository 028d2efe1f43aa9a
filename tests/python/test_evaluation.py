"""Comparisons: scores as scikit-learn computes them, folds that never look ahead, and tables that add up."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
import pytest
from perdure import (
    Constant,
    Evaluation,
    FitOptions,
    Fsrs6,
    HalfLife,
    Hierarchical,
    InputError,
    PerItem,
    ReviewLog,
    evaluate,
    read_answers,
)
from perdure.models import Estimator
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score, root_mean_squared_error

SPLITS = ["time", "learner", "item", "prequential"]


@pytest.fixture(scope="module", params=SPLITS)
def result(request: pytest.FixtureRequest, log: ReviewLog) -> Evaluation:
    return evaluate([Fsrs6(), HalfLife(), HalfLife(elapsed="whole-days")], log, split=request.param, folds=3)


def check_scores(row: dict[str, Any], predicted: np.ndarray, success: np.ndarray) -> None:
    assert row["n"] == len(success)
    assert row["success_rate"] == pytest.approx(success.mean(), rel=1e-12)
    assert row["log_loss"] == pytest.approx(log_loss(success, predicted, labels=[0, 1]), abs=1e-9)
    assert row["brier"] == pytest.approx(brier_score_loss(success, predicted, pos_label=1), abs=1e-9)
    assert row["rmse"] == pytest.approx(root_mean_squared_error(success, predicted), abs=1e-9)
    assert row["mbe"] == pytest.approx((predicted - success).mean(), abs=1e-9)
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
        assert len(rows) == 3 * 5
        for row in rows:
            check_scores(row, result.predictions[row["model"]][masks[row[key]]], result.success[masks[row[key]]])
        assert frame.groupby("model")["n"].sum().tolist() == [len(result.success)] * 5


def test_every_fold_says_how_its_fits_ended(log: ReviewLog) -> None:
    early = HalfLife(options=FitOptions(max_iterations=1))
    result = evaluate([early, HalfLife(), Spy(0.6)], log, split="item", folds=3)
    folds = result.folds_frame()
    for fold, rows in folds.groupby("fold"):
        train, _ = held_out_by_hand(log, "item", 3, fold)
        report = HalfLife(options=FitOptions(max_iterations=1)).fit(log.where(train)).report_
        row = rows.set_index("model").loc["half-life"]
        assert (row["status"], row["reason"], row["predicted_decrease"]) == (
            "iteration_limit",
            report.reason,
            report.predicted_decrease,
        )
    assert folds.query("model == 'half-life-2'")["status"].tolist() == ["converged"] * 3
    assert folds.query("model in ('spy', 'per-item')")[["status", "reason", "predicted_decrease"]].isna().all(axis=None)
    warnings = result.to_frame().set_index("model")["warning"]
    assert warnings["half-life"].endswith("3 of 3 fits did not converge")
    assert "converge" not in warnings["half-life-2"] + warnings["spy"]
    saved = [row for row in result.to_dict()["folds"] if row["model"] == "half-life"]
    assert [row["status"] for row in saved] == ["iteration_limit"] * 3


def test_a_fit_without_answers_is_told_apart() -> None:
    days = [f"2026-03-{day:02d}T09:00Z" for day in range(1, 13)]
    items = [f"q{k}" for k in range(6)]
    log = read_answers({"learner": ["a"] * 12, "item": items * 2, "success": [1, 0, 1] * 4, "answered_at": days})
    result = evaluate(["half-life"], log, split="time", folds=3)
    assert result.folds_frame().query("model == 'half-life'")["status"].tolist() == ["no_data", "no_data", "converged"]
    warning = result.to_frame().set_index("model").loc["half-life", "warning"]
    assert warning.endswith("2 of 3 fits had no answers to learn from")


def test_equal_predictions_count_half_in_auc(result: Evaluation) -> None:
    constant = result.folds_frame().query("model == 'constant'")
    assert constant["auc"].tolist() == [0.5] * 3


def test_gain_is_against_the_constant_and_inside_its_interval(result: Evaluation) -> None:
    frame = result.to_frame()
    assert frame["log_loss"].is_monotonic_increasing
    assert sorted(frame["model"]) == ["constant", "fsrs6", "half-life", "half-life-2", "per-item"]
    same = {"constant", "per-item"} if result.split == "item" else set()  # a new item has the common rate
    for gain, name in (("gain", "constant"), ("item_gain", "per-item")):
        baseline = frame.set_index("model").loc[name, "log_loss"]
        for row in frame.to_dict("records"):
            assert row[gain] == pytest.approx(baseline - row["log_loss"], abs=1e-12)
            assert row[f"{gain}_low"] <= row[gain] <= row[f"{gain}_high"]
            assert (row[f"{gain}_low"] == row[f"{gain}_high"]) == (row["model"] in {name} | same)


def test_differences_are_every_pair_both_ways(result: Evaluation) -> None:
    frame, league = result.differences(), result.to_frame()
    losses = league.set_index("model")["log_loss"]
    pairs = {(row["model"], row["than"]): row for row in frame.to_dict("records")}
    assert set(pairs) == {(a, b) for a in losses.index for b in losses.index if a != b}
    assert list(dict.fromkeys(frame["model"])) == league["model"].tolist()
    for (a, b), row in pairs.items():
        assert row["difference"] == pytest.approx(losses[a] - losses[b], abs=1e-12)
        assert row["low"] <= row["difference"] <= row["high"]
        assert row["better"] == (row["high"] < 0)
        assert [row["low"], row["high"]] == [-pairs[b, a]["high"], -pairs[b, a]["low"]]
    for name, gain in (("constant", "gain"), ("per-item", "item_gain")):
        for row in league.to_dict("records"):
            if row["model"] != name:
                over = pairs[name, row["model"]]
                assert [over["low"], over["high"]] == [row[f"{gain}_low"], row[f"{gain}_high"]]


def test_the_gain_interval_is_that_of_resampled_learners(result: Evaluation, log: ReviewLog) -> None:
    success, cluster = result.success, result.cluster
    frame = log.to_frame()
    assert len(set(cluster.tolist())) == frame["learner"].nunique()
    if result.split in ("learner", "item"):  # every row is held out
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


@pytest.mark.parametrize("by", ["width", "quantile"])
def test_calibration_adds_up(result: Evaluation, by: Any) -> None:
    for name, table in result.calibration(by).groupby("model"):
        predicted = result.predictions[name]
        assert table["n"].sum() == len(result.success)
        assert (table["n"] > 0).all()
        if by == "width":
            assert np.allclose(table["to"] - table["from"], 1 / 20)
        else:
            assert table["from"].min() == predicted.min() and table["to"].max() == predicted.max()
            assert (table["from"].to_numpy()[1:] > table["to"].to_numpy()[:-1]).all()
        assert (table["from"] <= table["predicted"] + 1e-12).all()
        assert (table["predicted"] <= table["to"] + 1e-12).all()
        assert (table["n"] * table["predicted"]).sum() == pytest.approx(predicted.sum())
        assert (table["n"] * table["observed"]).sum() == pytest.approx(result.success.sum())
        assert (table["low"] <= table["observed"] + 1e-12).all()
        assert (table["observed"] <= table["high"] + 1e-12).all()


def test_to_dict_is_json(result: Evaluation) -> None:
    document = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert document["n"] == len(result.success)
    assert document["models"] == result.to_frame().to_dict("records")
    assert document["differences"] == result.differences().to_dict("records")
    assert document["universal"] == result.universal().to_dict("records")
    tables = {"models", "differences", "universal", "by_gap", "folds", "calibration", "calibration_by_quantile"}
    assert set(document) == {"split", "n", "settings", *tables}


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
    assert np.bincount(result.fold)[1:].tolist() == [len(log) // 5] * 4  # all times differ, so parts are equal
    assert held_out | keys(shown[0][0]) == keys(log)


def test_a_time_split_keeps_equal_times_together(simulate: Callable[..., dict[str, Any]]) -> None:
    columns = simulate(4, 5, 4)
    columns["answered_at"] = [
        moment.replace(hour=0, minute=0, second=0, microsecond=0) for moment in columns["answered_at"]
    ]
    for train, context in record(read_answers(columns), "time", 5)[0]:
        test = keys(context) - keys(train)
        assert max(row[2] for row in keys(train)) < min(row[2] for row in test)


@pytest.mark.parametrize("split", ["learner", "item"])
def test_an_id_split_holds_out_whole_ids(split: str, log: ReviewLog) -> None:
    shown, result = record(log, split, 3)
    assert len(result.success) == len(log)
    frame = log.to_frame()
    position = ["learner", "item"].index(split)
    for fold, (train, context) in enumerate(shown, 1):
        assert keys(context) == keys(log)
        assert set(frame[split][result.fold == fold]).isdisjoint(row[position] for row in keys(train))
        assert len(train) + (result.fold == fold).sum() == len(log)


def test_a_prequential_split_learns_from_all_that_came_before(log: ReviewLog) -> None:
    shown, result = record(log, "prequential", 7)
    known = len(log) // 5
    assert [len(train) for train, _ in shown] == [known + (len(log) - known) * fold // 7 for fold in range(7)]
    for (_, context), (train, _) in pairwise(shown):
        assert keys(context) == keys(train)
    assert len(shown[-1][1]) == len(log)
    assert len(result.success) == len(log) - known


def held_out_by_hand(log: ReviewLog, split: str, folds: int, fold: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows to fit on and to predict, written down anew; all times of the log differ."""
    frame = log.to_frame()
    if split in ("learner", "item"):
        ids = sorted(log.learners if split == "learner" else log.items)
        held_out = np.isin(frame[split], ids[fold - 1 :: folds])
        return ~held_out, held_out
    place = np.empty(len(log), dtype=int)
    place[np.argsort(frame["answered_at"].to_numpy())] = np.arange(len(log))
    if split == "time":
        size = len(log) // (folds + 1)
        start, end = (len(log) - (folds + 1 - k) * size for k in (fold, fold + 1))
    else:
        first = len(log) // 5
        start, end = (first + (len(log) - first) * k // folds for k in (fold - 1, fold))
    return place < start, (place >= start) & (place < end)


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("model", [HalfLife, Fsrs6, PerItem, Constant])
def test_predictions_are_those_of_a_fit_by_hand(split: str, model: Any, log: ReviewLog) -> None:
    result = evaluate([model()], log, split=split, folds=2)
    for fold in (1, 2):
        train, held_out = held_out_by_hand(log, split, 2, fold)
        expected = model().fit(log.where(train)).predict_sequence(log)[held_out]
        np.testing.assert_array_equal(result.predictions[model.id][result.fold == fold], expected)
        np.testing.assert_array_equal(result.success[result.fold == fold], log.success[held_out])


class Spy(Estimator):
    """Counts every use of it, whichever way it is used."""

    id = "spy"
    used: ClassVar[list[tuple[str, int]]] = []

    def __init__(self, rate: float = 0.5) -> None:
        self.rate = rate

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("_") and name not in ("id", "used", "rate"):
            type(self).used.append((name, id(self)))
        return super().__getattribute__(name)

    def fit(self, log: ReviewLog, progress: Any = False, threads: int | None = None) -> Self:
        return self

    def predict_sequence(self, log: ReviewLog) -> np.ndarray:
        return np.full(len(log), self.rate)


@pytest.mark.parametrize("split", SPLITS)
def test_an_evaluation_fits_and_predicts_and_does_nothing_else(split: str, log: ReviewLog) -> None:
    Spy.used.clear()
    spy = Spy(0.6)
    result = evaluate([spy], log, split=split, folds=3)
    mine = [name for name, which in Spy.used if which == id(spy)]
    fresh = [(name, which) for name, which in Spy.used if which != id(spy)]
    assert set(mine) == {"row_name", "unfitted", "get_params", "elapsed_rule"} and mine.count("unfitted") == 3
    assert [name for name, _ in fresh] == ["fit", "predict_sequence", "report_"] * 3
    for k in range(0, 9, 3):
        assert len({which for _, which in fresh[k : k + 3]}) == 1
    assert (result.predictions["spy"] == 0.6).all()


def test_models_are_left_as_they_were(log: ReviewLog) -> None:
    fresh, fit = HalfLife(), HalfLife().fit(log)
    before = fit.parameters_.copy()
    evaluate([fresh, fit], log, folds=2)
    assert not hasattr(fresh, "parameters_")
    np.testing.assert_array_equal(fit.parameters_, before)


@pytest.mark.parametrize(
    ("models", "names"),
    [
        (["half-life"], ["half-life"]),
        ([HalfLife(), HalfLife(), "half-life"], ["half-life", "half-life-2", "half-life-3"]),
        ([Constant(), HalfLife(), PerItem(), Constant()], ["half-life"]),
        (["constant"], []),
        (["per-item"], []),
        (["per_item", "half_life"], ["half-life"]),
        ("half-life", ["half-life"]),
        (HalfLife(), ["half-life"]),
        (
            [Hierarchical("half-life"), Hierarchical("half-life", by="item")],
            ["hierarchical-half-life", "hierarchical-half-life-2"],
        ),
    ],
)
def test_names_of_rows(models: Any, names: list[str], log: ReviewLog) -> None:
    assert list(evaluate(models, log, folds=1).predictions) == [*names, "per-item", "constant"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"models": []}, "models: no model"),
        ({"models": [object()]}, "models: not a model"),
        ({"models": [HalfLife]}, "models: not a model"),
        ({"models": ["fsrs66"]}, "model: unknown model, got 'fsrs66'.*did you mean fsrs6"),
        (
            {"split": "random"},
            "split: unknown choice, got 'random'; expected 'time', 'learner', 'item' or 'prequential'",
        ),
        ({"split": ["time"]}, r"split: unknown choice, got \['time'\]"),
        ({"folds": 0}, "folds: .*got 0; expected a whole number from 1"),
        ({"folds": 1, "split": "learner"}, "folds: .*got 1; expected a whole number from 2"),
        ({"folds": 2.0}, "folds: .*got 2.0"),
        ({"folds": True}, "folds: .*got True"),
        ({"folds": 9, "split": "learner"}, "folds: too few learners, got 9; expected at most 8"),
        ({"folds": 1, "split": "item"}, "folds: .*got 1; expected a whole number from 2"),
        ({"folds": 13, "split": "item"}, "folds: too few items, got 13; expected at most 12"),
        (
            {"folds": 700, "split": "prequential"},
            "folds: too many for 576 answers at 576 different times, got 700; expected fewer",
        ),
        ({"folds": 1000}, "folds: too many for 576 answers at 576 different times, got 1000; expected fewer"),
        ({"folds": 1001}, "folds: "),
    ],
)
def test_bad_arguments(arguments: dict[str, Any], message: str, log: ReviewLog) -> None:
    with pytest.raises(InputError, match=message):
        evaluate(**{"models": ["half-life"], "log": log, "split": "time", "folds": 2, **arguments})


def test_a_log_of_one_answer_is_too_small() -> None:
    one = read_answers({"learner": ["a"], "item": ["q"], "success": [1], "answered_at": ["2026-03-02T09:00Z"]})
    for split in SPLITS:
        cause = f"one of the {split}s alone" if split in ("learner", "item") else "nothing to cut in time: all answers"
        with pytest.raises(InputError, match=cause):
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
    assert [done for done, _, _ in told] == [0, 1, 2, 3, 4, 5, 6]
    assert {total for _, total, _ in told} == {6}

    def interrupt(*facts: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(["half-life"], log, folds=2, progress=interrupt)


def test_frames_come_in_the_kind_that_came_in(simulate: Callable[..., dict[str, Any]]) -> None:
    result = evaluate(["half-life"], read_answers(pl.DataFrame(simulate())), folds=1)
    frames = (result.to_frame(), result.by_gap(), result.folds_frame(), result.calibration(), result.differences())
    for frame in (*frames, result.universal()):
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
        for column in ("log_loss", "rmse_bins_srs_benchmark", "rmse_bins_fsrs_rs"):  # the last weighs by time
            np.testing.assert_allclose(scores[0][column], scores[1][column], rtol=1e-9)
        assert (scores[0]["n"] == len(one)).all()


def test_a_model_that_breaks_the_rules_is_named(log: ReviewLog) -> None:
    class Nameless(Recorder):
        id = None  # type: ignore[assignment]

    class Forgetful(Recorder):
        id = "forgetful"

        def fit(self, log: ReviewLog, progress: Any = False, threads: int | None = None) -> Any:
            return None

    with pytest.raises(InputError, match="models: a model without a name, got 'Nameless'"):
        evaluate([Nameless()], log)
    with pytest.raises(InputError, match="fit of forgetful: not the estimator; expected self"):
        evaluate([Forgetful()], log)


@pytest.mark.parametrize("models", [None, 5, {"a": 1}])
def test_what_is_no_list_of_models(log: ReviewLog, models: Any) -> None:
    with pytest.raises(InputError, match="models"):
        evaluate(models, log)
