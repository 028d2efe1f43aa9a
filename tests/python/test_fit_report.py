"""The report of a fit: what it says is so, it reads well, and it survives a file."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest
from perdure import Constant, FitOptions, FitReport, Fsrs6, Fsrs7, HalfLife, PowerLaw, ReviewLog
from perdure.models import MODELS


@pytest.fixture(scope="module", params=[Fsrs6, HalfLife, PowerLaw], ids=lambda model: model.id)
def model(request: pytest.FixtureRequest, sample_log: ReviewLog) -> Any:
    return request.param().fit(sample_log)


def test_standard_errors_are_those_of_the_covariance(model: Any) -> None:
    report = model.report_
    names = model.parameter_names
    assert list(report.standard_errors) == list(report.intervals) == list(report.learned) == names
    np.testing.assert_array_equal(model.covariance_, model.covariance_.T)
    for i, name in enumerate(names):
        error = report.standard_errors[name]
        if error is None:
            assert name in report.at_bound
            continue
        assert error**2 == pytest.approx(model.covariance_[i, i], rel=1e-9)
        for j, other in enumerate(names):
            if report.standard_errors[other] is not None:
                scale = error * report.standard_errors[other]
                assert report.correlation[i][j] == pytest.approx(model.covariance_[i, j] / scale, abs=1e-9)
    correlation = np.array(report.correlation)
    assert np.all(np.diag(correlation) == 1) and np.all(np.abs(correlation) <= 1)


def objective(model: Any, log: ReviewLog, values: np.ndarray) -> float:
    """Log loss sum plus prior, by predictions alone."""
    other = type(model)()
    other.parameters_ = values
    later = log.histories(model.elapsed_rule).gaps() >= 1
    p = np.clip(other.predict_sequence(log)[later], 1e-7, 1 - 1e-7)
    y = log.success[later]
    prior = 0.0
    for value, spec in zip(values, model._entry["parameters"], strict=True):
        if spec["unit"] == "days":  # log-normal, with a standard deviation of 1 at least
            variance = max(1.0, np.log((1 + np.sqrt(1 + 4 * (spec["prior_sd"] / spec["init"]) ** 2)) / 2))
            prior += 0.5 * np.log(value / spec["init"]) ** 2 / variance
        else:
            prior += 0.5 * ((value - spec["init"]) / spec["prior_sd"]) ** 2
    return float(-np.sum(y * np.log(p) + (1 - y) * np.log1p(-p)) + prior)


def test_a_standard_error_is_the_curvature_of_the_objective(sample_log: ReviewLog) -> None:
    """One parameter of one number: the objective rises by half a nat at one standard error, others moving along."""
    model = HalfLife().fit(sample_log)
    report, at = model.report_, model.parameters_
    assert report.objective_path[-1] == pytest.approx(objective(model, sample_log, at), rel=1e-6)
    for i, name in enumerate(model.parameter_names):
        error = report.standard_errors[name]
        assert error is not None and name not in report.at_bound
        along = model.covariance_[:, i] / model.covariance_[i, i]  # how the others follow
        rises = [objective(model, sample_log, at + sign * error * along) for sign in (1, -1)]
        # Expected information against the curvature of 10,928 answers; the cubic part cancels between the two sides.
        assert np.mean(rises) - objective(model, sample_log, at) == pytest.approx(0.5, rel=0.15)


def test_intervals_hold_their_values_and_bounds(model: Any) -> None:
    report = model.report_
    for spec in model._entry["parameters"]:
        name, interval = spec["name"], report.intervals[spec["name"]]
        if interval is None:
            continue
        low, high = interval
        assert spec["lower"] <= low <= report.parameters[name] <= high <= spec["upper"] and low < high
        if spec["unit"] != "days" and spec["lower"] < low and high < spec["upper"]:
            assert high - low == pytest.approx(2 * 1.959963984540054 * report.standard_errors[name], rel=1e-9)


def test_a_heavier_prior_leaves_less_to_learn(log: ReviewLog) -> None:
    light, heavy = (HalfLife(options=FitOptions(prior_weight=w)).fit(log).report_ for w in (1.0, 1000.0))
    for name in light.learned:
        if light.standard_errors[name] and heavy.standard_errors[name]:
            assert heavy.standard_errors[name] < light.standard_errors[name]


def test_recency_weights_make_answers_worth_less(sample_log: ReviewLog) -> None:
    report = HalfLife(options=FitOptions(recency=True)).fit(sample_log).report_
    assert report.effective_answers < 0.95 * report.answers
    assert f"{report.answers:,} answers (worth {report.effective_answers:,.0f} of equal weight)" in str(report)
    assert "worth" not in str(HalfLife().fit(sample_log).report_)


def test_the_path_and_the_counts(model: Any) -> None:
    report = model.report_
    assert np.all(np.diff(report.objective_path) < 0)
    assert report.iterations == len(report.objective_path) - 1
    assert report.evaluations >= report.iterations
    assert report.effective_answers == report.answers
    if report.status == "converged":
        assert report.predicted_decrease <= 0.5  # at a kink of FSRS-6: one standard error in any direction
        assert np.isfinite(report.gradient_norm)


def test_as_a_frame(model: Any) -> None:
    report = model.report_
    frame = report.to_frame()
    assert isinstance(frame, pd.DataFrame)
    names = ["parameter", "value", "default", "se", "low", "high", "learned", "at_bound", "note"]
    assert list(frame.columns) == names
    assert frame["parameter"].tolist() == model.parameter_names
    assert frame["value"].tolist() == model.parameters_.tolist()
    assert frame["default"].tolist() == model._start().tolist()
    assert frame["se"].isna().tolist() == [error is None for error in report.standard_errors.values()]
    assert set(frame.loc[frame["at_bound"], "note"]) <= {"at a bound"}
    little = (frame["learned"] < 0.1) & ~frame["at_bound"] & frame["se"].notna()
    assert (frame["note"] == "mostly the prior").tolist() == little.tolist()


def test_warnings_name_what_the_answers_do_not_tell(sample_log: ReviewLog) -> None:
    report = Fsrs6().fit(sample_log).report_  # its answers are right or wrong: nothing says what hard and easy do
    text = " ".join(report.warnings)
    assert all(name in text for name in ("first_stability_hard", "hard_factor", "easy_factor"))
    right = HalfLife().fit(sample_log.where(sample_log.success == 1))
    bounded = right.report_
    assert bounded.at_bound and np.all(right.covariance_[[n in bounded.at_bound for n in right.parameter_names]] == 0)
    assert all(any(name in sentence for sentence in bounded.warnings) for name in bounded.at_bound)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.cells = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)
        self.cells += tag == "td"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", MODELS)
def test_as_text_it_fits_80_columns(name: str, sample_log: ReviewLog) -> None:
    report = MODELS[name]().fit(sample_log).report_
    text = str(report)
    assert max(map(len, text.splitlines())) <= 80
    assert text.startswith(report.status.replace("_", " "))
    assert f"{report.answers:,} answers" in text
    assert all(parameter in text for parameter in report.parameters)
    assert "nan" not in text.lower() and "None" not in text
    tags = _Tags()
    tags.feed(report._repr_html_())
    assert tags.open == [] and tags.cells == 8 * len(report.parameters)


def test_html_is_escaped() -> None:
    report = FitReport("converged", "<b> & more", 1, (2.0, 1.0), 3, 0.1, 0.2, 0.0, (), warnings=("a < b",))
    assert "&lt;b&gt; &amp; more" in report._repr_html_() and "a &lt; b" in report._repr_html_()
    assert str(report).splitlines()[0] == "converged after 1 step: <b> & more"


@pytest.mark.parametrize("model", [HalfLife, Fsrs7, Constant])
def test_it_survives_json(model: type[Any], log: ReviewLog) -> None:
    report = model().fit(log).report_
    again = FitReport.from_dict(json.loads(json.dumps(report.to_dict(), allow_nan=False)))
    assert again == report
    assert dataclasses.replace(again, seconds=1.0) != report


def test_a_report_of_an_older_file_reads(log: ReviewLog) -> None:
    values = HalfLife().fit(log).report_.to_dict()
    old = ("status", "reason", "iterations", "objective_path", "answers", "log_loss", "start_log_loss")
    old += ("predicted_decrease", "at_bound")
    report = FitReport.from_dict({name: values[name] for name in old})
    assert report.standard_errors == {} and report.warnings == () and str(report)
    assert len(report.to_frame()) == 0
    for bad in ({**values, "more": 1}, {k: values[k] for k in old[:-1]}, [], {**values, "intervals": {"gain": [2, 1]}}):
        with pytest.raises(
            ValueError, match=r"has the unknown key more|lacks at_bound|not a report|intervals does not fit"
        ):
            FitReport.from_dict(bad)


def test_in_a_list_it_is_one_short_line(model: Any) -> None:
    assert re.fullmatch(r"<FitReport: \w+, [\d,]+ answers, log loss [\d.]+>", repr(model.report_))


def test_a_fit_without_answers(log: ReviewLog) -> None:
    fit = Fsrs6().fit(log.where(np.arange(len(log)) == 0))
    report = fit.report_
    assert report.status == "no_data" and report.log_loss is None and fit.covariance_ is None
    assert set(report.standard_errors.values()) == {None} and set(report.learned.values()) == {0.0}
    assert report.correlation == () and "-" in str(report)
    assert set(report.to_frame()["note"]) == {""}


def test_a_model_that_trains_nothing(sample_log: ReviewLog) -> None:
    fit = MODELS["leitner"]().fit(sample_log)
    assert fit.report_.reason == "this model's parameters are not trained"
    assert fit.report_.log_loss == fit.report_.start_log_loss
    assert set(fit.report_.standard_errors.values()) == {None}


def test_a_constants_report(log: ReviewLog) -> None:
    fit = Constant().fit(log)
    rate, n = log.success.mean(), len(log)
    assert fit.report_.standard_errors["rate"] == pytest.approx(np.sqrt(rate * (1 - rate) / n), rel=0.01)
    assert fit.report_.intervals["rate"][0] < rate < fit.report_.intervals["rate"][1]
    assert fit.report_.learned["rate"] > 0.9
