"""Options of a fit: what pipelines stand for, what is refused and how, and that each option reaches the fit."""

from __future__ import annotations

import dataclasses
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from perdure import FitOptions, Fsrs5, Fsrs6, Fsrs7, Gaussian, HalfLife, InputError, ReviewLog
from perdure.fit_options import PIPELINES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "peers-pipelines.md"


def test_a_pipeline_says_what_is_not_given() -> None:
    crate = FitOptions.of_pipeline("fsrs_rs")
    assert (crate.recency, crate.outliers, crate.first_intervals, crate.optimizer) == (True, True, True, "adam")
    assert crate.prior_weight == 2.0
    assert crate == FitOptions(pipeline="fsrs_rs")
    assert FitOptions.of_pipeline("py_fsrs").seed == 42
    changed = FitOptions.of_pipeline("fsrs_rs", recency=False, optimizer="fisher")
    assert (changed.recency, changed.outliers, changed.optimizer) == (False, True, "fisher")
    ours = FitOptions()
    assert (ours.recency, ours.outliers, ours.first_intervals, ours.optimizer) == (False, False, False, "fisher")
    assert ours == FitOptions.of_pipeline("perdure")


def test_options_are_plain_values() -> None:
    options = FitOptions(recency=True, prior=Gaussian({"decay": 0.3}, {"decay": 0.1}))
    with pytest.raises(dataclasses.FrozenInstanceError):
        options.recency = False  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(options)) == options
    assert FitOptions.from_dict(json.loads(json.dumps(options.to_dict()))) == options
    covariance = Gaussian({"decay": 0.3, "growth": 1.0}, covariance=[[0.01, 0.002], [0.002, 0.1]], log=["decay"])
    options = FitOptions.of_pipeline("fsrs_rs", prior=covariance, seed=7)
    assert FitOptions.from_dict(json.loads(json.dumps(options.to_dict()))) == options
    assert FitOptions.from_dict({"pipeline": "fsrs_rs"}) == FitOptions.of_pipeline("fsrs_rs")
    assert FitOptions(max_iterations=np.int64(3), tolerance=np.float32(0.5)).to_dict()["max_iterations"] == 3


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"pipeline": "anki"}, "pipeline"),
        ({"pipeline": None}, "pipeline"),
        ({"minimum_gap": -1}, "minimum_gap"),
        ({"minimum_gap": float("nan")}, "minimum_gap"),
        ({"minimum_gap": "1"}, "minimum_gap"),
        ({"prior": "flat"}, "prior"),
        ({"prior": 1.0}, "prior"),
        ({"prior_weight": 1e7}, "prior_weight"),
        ({"recency": 1}, "recency"),
        ({"outliers": "yes"}, "outliers"),
        ({"optimizer": "sgd"}, "optimizer"),
        ({"max_iterations": 0}, "max_iterations"),
        ({"max_iterations": 2.5}, "max_iterations"),
        ({"max_iterations": True}, "max_iterations"),
        ({"tolerance": 0}, "tolerance"),
        ({"tolerance": 1}, "tolerance"),
        ({"warm_start": None}, "warm_start"),
        ({"second_start": 1}, "second_start"),
        ({"epochs": 0}, "epochs"),
        ({"learning_rate": 0}, "learning_rate"),
        ({"batch_size": 0}, "batch_size"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**32}, "seed"),
    ],
)
def test_what_cannot_be_is_refused_by_name(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as refused:
        FitOptions(**given)
    message = str(refused.value)
    assert "options" in message and "\n" not in message


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"mean": {}}, "mean"),
        ({"mean": [1.0], "sd": [1.0]}, "mean"),
        ({"mean": {"decay": "x"}, "sd": {"decay": 1.0}}, "decay"),
        ({"mean": {"decay": 0.3}}, "sd or covariance"),
        ({"mean": {"decay": 0.3}, "sd": {"decay": 0.1}, "covariance": [[0.01]]}, "sd or covariance"),
        ({"mean": {"decay": 0.3}, "sd": {"decay": 0.0}}, "decay"),
        ({"mean": {"decay": 0.3}, "sd": {"growth": 0.1}}, "other names"),
        ({"mean": {"decay": 0.3}, "covariance": [[0.0]]}, "positive definite"),
        ({"mean": {"decay": 0.3}, "covariance": [[1.0, 2.0]]}, "shape"),
        ({"mean": {"decay": 0.3}, "covariance": [["x"]]}, "matrix"),
        ({"mean": {"decay": 0.3, "growth": 1.0}, "covariance": [[1.0, 0.5], [0.1, 1.0]]}, "symmetric"),
        ({"mean": {"decay": 0.3}, "sd": {"decay": 0.1}, "log": ["growth"]}, "growth"),
        ({"mean": {"decay": 0.3}, "sd": {"decay": 0.1}, "log": "decay"}, "log"),
    ],
)
def test_a_prior_that_cannot_be_is_refused(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Gaussian(**given)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([], "mapping"),
        ({"speed": 1}, "speed"),
        ({"prior": {"sd": {"decay": 1.0}}}, "prior"),
        ({"prior": {"mean": {"decay": 0.3}, "sd": {"decay": 0.1}, "more": 1}}, "more"),
        ({"pipeline": ["perdure"]}, "pipeline"),
    ],
)
def test_broken_files_are_refused(values: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        FitOptions.from_dict(values)


def test_options_that_a_model_cannot_take_are_refused(log: ReviewLog) -> None:
    for model in (HalfLife, Fsrs7):
        with pytest.raises(InputError, match="first_intervals"):
            model(options="fsrs_rs").fit(log)
    assert Fsrs5(options="fsrs_rs").fit(log).report_.answers > 0
    fitted = HalfLife(options=FitOptions.of_pipeline("fsrs_rs", first_intervals=False)).fit(log)
    assert np.isfinite(fitted.parameters_).all()
    with pytest.raises(InputError, match="speed"):
        Fsrs6(options=FitOptions(prior=Gaussian({"speed": 1.0}, {"speed": 1.0}))).fit(log)
    with pytest.raises(InputError, match="logarithm"):
        Fsrs6(options=FitOptions(prior=Gaussian({"growth": 1.0}, {"growth": 1.0}, log=["growth"]))).fit(log)


def test_a_prior_by_name_holds_what_it_names(log: ReviewLog) -> None:
    usual = dict(zip(Fsrs6().parameter_names, Fsrs6().fit(log).parameters_, strict=True))
    tight = Gaussian(
        {"decay": 0.7, "first_stability_good": np.log(50.0)},
        {"decay": 1e-5, "first_stability_good": 1e-5},
        log=["first_stability_good"],
    )
    fitted = Fsrs6(options=FitOptions(prior=tight)).fit(log)
    held = dict(zip(fitted.parameter_names, fitted.parameters_, strict=True))
    assert abs(usual["decay"] - 0.7) > 0.1
    assert held["decay"] == pytest.approx(0.7, abs=1e-3)
    assert held["first_stability_good"] == pytest.approx(50.0, rel=1e-3)
    same = Gaussian({"decay": 0.7}, covariance=[[1e-10]])
    assert Fsrs6(options=FitOptions(prior=same)).fit(log).parameters_[20] == pytest.approx(0.7, abs=1e-3)


@pytest.mark.parametrize(
    "changes",
    [
        {"prior": None},
        {"prior_weight": 50.0},
        {"recency": True},
        {"outliers": True},
        {"minimum_gap": 20.0},
        {"optimizer": "adam"},
        {"max_iterations": 1},
    ],
)
def test_every_option_reaches_the_fit(log: ReviewLog, changes: dict[str, Any]) -> None:
    assert not np.array_equal(Fsrs6(options=FitOptions(**changes)).fit(log).parameters_, Fsrs6().fit(log).parameters_)


@pytest.mark.parametrize("changes", [{"epochs": 1}, {"learning_rate": 0.01}, {"batch_size": 64}, {"seed": 1}])
def test_adams_options_reach_the_fit(log: ReviewLog, changes: dict[str, Any]) -> None:
    usual = Fsrs6(options=FitOptions(optimizer="adam", batch_size=128)).fit(log).parameters_
    changed = Fsrs6(options=FitOptions(**{"optimizer": "adam", "batch_size": 128, **changes})).fit(log).parameters_
    assert not np.array_equal(usual, changed)


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_every_pipeline_fits_the_same_at_any_number_of_threads(log: ReviewLog, pipeline: str) -> None:
    one = Fsrs6(options=pipeline).fit(log, threads=1)
    two = Fsrs6(options=pipeline).fit(log, threads=2)
    assert np.array_equal(one.parameters_, two.parameters_)
    assert one.report_.log_loss < one.report_.start_log_loss or pipeline == "py_fsrs"
    assert np.isfinite(one.report_.objective_path).all()


def test_the_page_names_every_pipeline_and_option() -> None:
    if not PAGE.is_file():
        pytest.skip("docs/ is not here")
    text = PAGE.read_text(encoding="utf-8")
    for name in PIPELINES:
        assert f'`"{name}"`' in text
    for item in dataclasses.fields(FitOptions):
        assert f"`{item.name}`" in text
