"""The per-item baseline, the planted exploit, and what a league table warns of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pandas
import perdure
import pytest
from perdure import Constant, Fsrs6, InputError, PerItem, ReviewLog, evaluate, fingerprint, metrics, read_answers
from perdure.estimator import Estimator
from perdure.exploit import RmseBinsExploit
from perdure.league import LOW_BINS_ALONE, Held


def counts(log: ReviewLog) -> tuple[np.ndarray, np.ndarray]:
    item = log._core.item
    return np.bincount(item, minlength=len(log.items)), np.bincount(item, log.success, minlength=len(log.items))


def test_per_item_is_the_share_of_each_item_shrunk_to_the_common_one(log: ReviewLog) -> None:
    model = PerItem().fit(log)
    answers, right = counts(log)
    rate = (right.sum() + 0.5) / (answers.sum() + 1)
    assert model.success_rate_ == pytest.approx(rate, rel=1e-12)
    wanted = (right + model.weight_ * rate) / (answers + model.weight_)
    assert model.item_rates_ == pytest.approx(dict(zip(log.items, wanted, strict=True)), rel=1e-12)
    np.testing.assert_allclose(model.predict_sequence(log), wanted[log._core.item], rtol=1e-12)


def answers_of(rates: np.ndarray, each: int, seed: int) -> ReviewLog:
    """Items of given rates, answered by as many learners once each."""
    rng = np.random.default_rng(seed)
    item, learner = (column.ravel() for column in np.meshgrid(np.arange(len(rates)), np.arange(each)))
    return read_answers(
        {
            "learner": [f"L{code}" for code in learner],
            "item": [f"q{code:04d}" for code in item],
            "success": (rng.random(len(item)) < rates[item]).astype(int),
            "answered_at": np.datetime64("2026-03-02T09:00") + np.arange(len(item)).astype("timedelta64[m]"),
        },
        tz="UTC",
    )


@pytest.mark.parametrize("weight", [2.0, 10.0, 50.0])
def test_its_weight_is_that_of_the_distribution_of_items(weight: float) -> None:
    """Rates from Beta(0.7 w, 0.3 w): the estimate from 400 items of 60 answers lies within 25 % of w."""
    rates = np.random.default_rng(5).beta(0.7 * weight, 0.3 * weight, 400)
    assert PerItem().fit(answers_of(rates, 60, 6)).weight_ == pytest.approx(weight, rel=0.25)


def test_items_that_do_not_differ_get_the_common_rate() -> None:
    model = PerItem().fit(answers_of(np.full(300, 0.8), 40, 1))
    assert model.weight_ > 200
    assert max(abs(rate - model.success_rate_) for rate in model.item_rates_.values()) < 0.04


@pytest.mark.parametrize(
    "success", [[1, 1, 1, 1], [0, 0, 0, 0], [1, 0, 1, 0], [1]], ids=["all right", "all wrong", "both", "one answer"]
)
def test_per_item_on_next_to_nothing(success: list[int]) -> None:
    rows = len(success)
    log = read_answers(
        {
            "learner": ["a"] * rows,
            "item": ["p", "p", "q", "q"][:rows],
            "success": success,
            "answered_at": [f"2026-03-0{day}T09:00Z" for day in range(1, rows + 1)],
        }
    )
    p = PerItem().fit(log).predict_sequence(log)
    assert ((p > 0) & (p < 1)).all()
    nothing = PerItem().fit(log.where(np.zeros(rows, dtype=bool)))
    assert (nothing.predict_sequence(log) == 0.5).all()


def test_an_item_that_the_fit_never_saw_gets_the_common_rate(log: ReviewLog) -> None:
    known = log._core.item != 3
    model = PerItem().fit(log.where(known))
    p = model.predict_sequence(log)
    assert (p[~known] == model.success_rate_).all()
    assert len(np.unique(p[known])) > 5


def test_per_item_learns_from_the_training_part_alone(log: ReviewLog) -> None:
    """Answers of a fold, turned round, leave its predictions as they are."""
    frame = log.to_frame()
    late = (frame["answered_at"] >= frame["answered_at"].sort_values().iloc[len(log) - len(log) // 3]).to_numpy()
    turned = frame.assign(success=np.where(late, 1 - frame["success"], frame["success"]))
    both = [
        evaluate(["per-item"], read_answers(table.drop(columns=["score", "grade"])), folds=2)
        for table in (frame, turned)
    ]
    last = both[0].fold == 2
    assert (both[0].success[last] != both[1].success[last]).all()
    np.testing.assert_array_equal(*(result.predictions["per-item"][last] for result in both))


def test_it_survives_a_file(log: ReviewLog, tmp_path: Path) -> None:
    model = PerItem().fit(log)
    model.save(tmp_path / "model.json")
    again = perdure.load_model(tmp_path / "model.json")
    np.testing.assert_array_equal(again.predict_sequence(log), model.predict_sequence(log))
    assert again.data_ == model.data_ == (perdure.fingerprint.of(log),)
    again.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "model.json").read_bytes()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("success_rate", 1.5),
        ("success_rate", None),
        ("weight", 0.0),
        ("item_rates", [0.5]),
        ("item_rates", {"q1": -0.1}),
        ("item_rates", {"q1": "half"}),
        ("data", []),
    ],
)
def test_a_damaged_file_is_refused(log: ReviewLog, tmp_path: Path, key: str, value: Any) -> None:
    path = tmp_path / "model.json"
    PerItem().fit(log).save(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    with pytest.raises(InputError, match=rf"model\.json, column '{key}"):
        perdure.load_model(path)


def test_an_unfitted_one_says_so(log: ReviewLog) -> None:
    with pytest.raises(InputError, match="PerItem: not fitted"):
        PerItem().save("model.json")
    with pytest.raises(InputError, match="PerItem: not fitted"):
        PerItem().predict_sequence(log)


@pytest.mark.parametrize("split", ["time", "prequential", "learner", "item"])
def test_the_exploit_wins_rmse_bins_loses_log_loss_and_is_flagged(split: Any, sample_log: ReviewLog) -> None:
    league = evaluate([RmseBinsExploit(), Fsrs6()], sample_log, split=split, folds=3).to_frame().set_index("model")
    cheat, honest, constant = (league.loc[name] for name in ("rmse-bins-exploit", "fsrs6", "constant"))
    for variant in ("rmse_bins_srs_benchmark", "rmse_bins_fsrs_rs"):
        assert cheat[variant] < 0.8 * honest[variant] < 0.3 * constant[variant]
    assert cheat["log_loss"] > 3 > constant["log_loss"] > honest["log_loss"]
    assert cheat["warning"] == f"{LOW_BINS_ALONE}; worse than the constant"
    assert honest["warning"] == ""
    assert constant["warning"] == ""


def test_the_exploit_is_caught_where_the_rest_of_a_model_is_good() -> None:
    """Mostly first encounters, which the model predicts well: it beats the constant, but not where RMSE(bins) looks."""

    class Mixed(PerItem):
        id: ClassVar[str] = "mixed"

        def predict_sequence(self, log: ReviewLog) -> Any:
            cheat = RmseBinsExploit().fit(log).predict_sequence(log)
            return np.where(metrics.review_bins(log) >= 0, cheat, super().predict_sequence(log))

    first = answers_of(np.random.default_rng(1).choice([0.05, 0.95], 40), 60, 2).to_frame()
    again = first.iloc[::20].assign(answered_at=first["answered_at"] + np.timedelta64(3, "D"))
    again["success"] = np.random.default_rng(3).random(len(again)) < 0.6
    rows = [frame[["learner", "item", "answered_at", "success"]] for frame in (first, again)]
    log = read_answers(pandas.concat(rows).astype({"success": int}))
    league = evaluate([Mixed()], log, split="learner", folds=3).to_frame().set_index("model")
    assert league.loc["mixed", "gain_low"] > 0
    assert league.loc["mixed", "warning"] == LOW_BINS_ALONE


def test_the_exploit_looks_at_strictly_earlier_answers(log: ReviewLog) -> None:
    model = RmseBinsExploit().fit(log)
    p, moment = model.predict_sequence(log), log._core.answered_at
    assert {0.0, 1.0} <= set(p.tolist())
    cut = int(np.sort(moment)[len(log) // 2])
    early = moment <= cut
    np.testing.assert_array_equal(model.predict_sequence(log.where(early)), p[early])


class Says(Estimator):
    """Says what its maker wants of every answer, whether or not it may know it."""

    id: ClassVar[str] = "says"

    def __init__(self, rule: Any = None, name: str = "says") -> None:
        self.rule = rule
        self.name = name

    def fit(self, log: ReviewLog, progress: Any = False, threads: int | None = None) -> Self:
        self.rate = log.success.mean()
        return self

    def predict_sequence(self, log: ReviewLog) -> Any:
        return self.rule(self.rate, log)


@pytest.mark.parametrize(
    ("rule", "warning"),
    [
        (lambda rate, log: np.where(log.success == 1, 0.9, 0.4), ""),
        (lambda rate, log: np.where(log.success == 1, 0.4, 0.9), "worse than the constant"),
        (
            lambda rate, log: np.clip(rate + 0.02 * np.sin(np.arange(len(log))), 0, 1),
            "too few answers to tell from the constant",
        ),
        (lambda rate, log: Constant().fit(log).predict_sequence(log), None),
    ],
    ids=["knows", "has it backwards", "noise", "another constant"],
)
def test_warnings(rule: Any, warning: str | None, log: ReviewLog) -> None:
    row = evaluate([Says(rule)], log, split="learner", folds=2).to_frame().set_index("model").loc["says"]
    if warning is not None:
        assert row["warning"] == warning
    else:
        assert LOW_BINS_ALONE not in row["warning"]


def test_bad_luck_is_not_warned_of() -> None:
    """The lowest RMSE(bins), and a log loss above the constant's by no more than chance can do."""
    success = np.arange(100) % 4 > 0
    constant = np.full(100, 0.80)
    noisy = np.where(np.arange(100) // 4 % 2, 0.92, 0.64)  # on average 0.78, nearer to 0.75
    held = Held(
        success=success.astype(np.uint8),
        fold=np.ones(100, dtype=np.int64),
        gap=np.full(100, 2.0),
        cluster=np.arange(100, dtype=np.uint32),
        bins=np.zeros(100, dtype=np.int32),
        recency=np.ones(100),
        predictions={"noisy": noisy, "per-item": constant + 0.1, "constant": constant},
        fits={
            name: [dict.fromkeys(("status", "reason", "predicted_decrease"))]
            for name in ("noisy", "per-item", "constant")
        },
        seed=1,
        threads=1,
    )
    noisy_row, constant_row = ({row["model"]: row for row in held.league()}[name] for name in ("noisy", "constant"))
    assert noisy_row["rmse_bins_srs_benchmark"] < constant_row["rmse_bins_srs_benchmark"]
    assert noisy_row["gain_low"] < noisy_row["gain"] < 0 < noisy_row["gain_high"]
    assert noisy_row["warning"] == "too few answers to tell from the constant"


def test_copies_of_one_learner_have_an_interval_without_width() -> None:
    days = [f"2026-03-{day:02d}T09:00Z" for day in range(1, 21)]
    one = {"item": ["q1", "q2"] * 10, "success": [1, 0] * 10, "answered_at": days}
    copies = {name: values * 10 for name, values in one.items()}
    log = read_answers({"learner": [f"L{k}" for k in range(10) for _ in days], **copies})
    row = evaluate(["half-life"], log, folds=2).to_frame().set_index("model").loc["per-item"]
    assert row["gain"] > 0.1 and row["gain_high"] - row["gain_low"] < 1e-12
    assert row["warning"] == "the interval has no width: what was resampled is all alike"


def test_the_same_as_the_constant_is_said(log: ReviewLog) -> None:
    league = evaluate(["constant"], log, split="item", folds=2).to_frame().set_index("model")
    assert league.loc["per-item", "warning"] == "the same as the constant"


def test_where_nothing_can_be_resampled_the_table_says_so() -> None:
    day = {
        "learner": ["a"] * 12,
        "item": [f"q{k % 3}" for k in range(12)],
        "success": [1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0],
        "answered_at": [f"2026-03-02T{hour:02d}:00Z" for hour in range(12)],
    }
    frame = evaluate(["half-life"], read_answers(day), folds=2).to_frame().set_index("model")
    assert frame.loc[["half-life", "per-item"], ["gain_low", "gain_high", "item_gain_low"]].iloc[0].isna().all()
    nothing = "2 of 2 fits had no answers to learn from"
    assert frame.loc["half-life", "warning"] == f"too few answers to tell from the constant; {nothing}"
    assert np.isnan(frame.loc["half-life", "rmse_bins_srs_benchmark"])


def test_save_holds_what_the_numbers_come_from(log: ReviewLog, tmp_path: Path) -> None:
    path = tmp_path / "evaluation.json"
    models = [Fsrs6(elapsed="whole-days"), perdure.HalfLife(parameters=[10.0, 20.0, 2.0, 0.3])]
    evaluate(models, log, split="prequential", folds=2).save(path)
    first = path.read_bytes()
    document = json.loads(first)
    assert (document["format"], document["format_version"]) == ("perdure-evaluation", 1)
    settings = document["settings"]
    assert settings["perdure_version"] == perdure.__version__
    assert (settings["split"], settings["folds"]) == ("prequential", 2)
    assert isinstance(settings["seed"], int) and settings["replicates"] == 1000
    assert settings["log"] == {
        "fingerprint": fingerprint.of(log),
        "rows": len(log),
        "learners": len(log.learners),
        "items": len(log.items),
    }
    assert settings["elapsed_rules"] == {"gap": "exact", "rmse_bins": "whole-days"}
    assert list(settings["models"]) == ["fsrs6", "half-life", "per-item", "constant"]
    assert settings["models"]["fsrs6"]["elapsed_rule"] == "whole-days"
    assert settings["models"]["half-life"]["arguments"]["parameters"] == [10.0, 20.0, 2.0, 0.3]
    assert len(document["models"]) == 4 and len(document["differences"]) == 12 and len(document["universal"]) == 12
    evaluate(models, log, split="prequential", folds=2, threads=2).save(path)
    assert path.read_bytes() == first


def test_arguments_that_json_does_not_know_are_described(log: ReviewLog) -> None:
    class Odd(Says):
        def __init__(self, rule: Any = None, extra: Any = None) -> None:
            super().__init__(rule)
            self.extra = extra

    def half(rate: float, part: ReviewLog) -> Any:
        return np.full(len(part), 0.5)

    extra = {"a": np.float32(0.5), 3: (1, float("inf")), "b": {1, 2}}
    found = evaluate([Odd(half, extra)], log, folds=1).to_dict()["settings"]["models"]["says"]["arguments"]
    assert found["extra"] == {"a": 0.5, "3": [1, "inf"], "b": "{1, 2}"}
    assert "half" in found["rule"]
    json.dumps(found, allow_nan=False)
