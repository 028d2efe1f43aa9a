"""Learning on: a fit and further answers come close to one fit to all, and what was known is not forgotten."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import perdure
import pytest
from perdure import Constant, Fsrs6, HalfLife, InputError, PowerLaw, ReviewLog, fingerprint

MODELS = [HalfLife, PowerLaw, Fsrs6]


def halves(log: ReviewLog) -> tuple[ReviewLog, ReviewLog]:
    """The cards of a log in two halves: every other learner."""
    odd = log._core.learner % 2 == 1
    return log.where(~odd), log.where(odd)


def spread(model: Any) -> np.ndarray:
    """Standard errors, of parameters in days as a share of them: these are normal by their logarithm."""
    errors = np.array([np.nan if e is None else e for e in model.report_.standard_errors.values()])
    days = np.array([spec["unit"] == "days" for spec in model._entry["parameters"]])
    return np.where(days, errors / model.parameters_, errors)


def off(model: Any, full: Any) -> np.ndarray:
    """How far parameters lie from those of another fit, in its standard errors; NaN where it has none."""
    errors = np.array([np.nan if e is None else e for e in full.report_.standard_errors.values()])
    return np.abs(model.parameters_ - full.parameters_) / errors


@pytest.mark.parametrize("model", MODELS)
def test_two_halves_come_close_to_the_whole(model: type[Any], sample_log: ReviewLog) -> None:
    one, other = halves(sample_log)
    full = model().fit(sample_log)
    first = model().fit(one)
    apart = np.nanmax(off(first, full))
    on = first.partial_fit(other)
    # The second half moves parameters by about a standard error; what the normal distribution misses is a part of one.
    assert np.nanmax(off(on, full)) < 0.75
    assert np.nanmax(off(on, full)) < apart
    ratio = spread(on) / spread(full)
    ratio = ratio[np.isfinite(ratio)]
    assert np.all((ratio > 0.6) & (ratio < 1.6))
    assert on.report_.answers + model().fit(one).report_.answers == full.report_.answers
    assert on.data_ == (fingerprint.of(one), fingerprint.of(other))
    later = sample_log.histories(on.elapsed_rule).gaps() >= 1
    p, q = on.predict_sequence(sample_log)[later], full.predict_sequence(sample_log)[later]
    assert np.abs(p - q).mean() < 0.01


def test_the_observation_layer_joins(sample_log: ReviewLog) -> None:
    one, other = halves(sample_log)
    on, full = HalfLife().fit(one).partial_fit(other), HalfLife().fit(sample_log)
    assert on.observation_["first_success"] == pytest.approx(full.observation_["first_success"], abs=1e-12)
    soon = sample_log.histories("exact").gaps() < 1
    p, q = on.predict_sequence(sample_log)[soon], full.predict_sequence(sample_log)[soon]
    assert np.abs(p - q).mean() < 0.02
    assert on.first_encounters_ == full.first_encounters_


def test_since_learns_from_later_answers_of_known_cards(sample_log: ReviewLog) -> None:
    at = sample_log._core.answered_at
    cut = int(np.quantile(at, 0.6))
    moment = dt.datetime.fromtimestamp(cut / 1000, dt.UTC)
    early, full = HalfLife().fit(sample_log.where(at < cut)), HalfLife().fit(sample_log)
    on = pickle.loads(pickle.dumps(early)).partial_fit(sample_log, since=moment)
    assert early.report_.answers + on.report_.answers == full.report_.answers
    assert np.nanmax(off(on, full)) < 0.75
    assert np.nanmax(off(on, full)) < np.nanmax(off(early, full))
    assert on.observation_["first_success"] == pytest.approx(full.observation_["first_success"], abs=1e-12)
    # Without what came before, cards would look new: other answers are predicted.
    blind = pickle.loads(pickle.dumps(early)).partial_fit(sample_log.where(at >= cut))
    assert blind.report_.answers < on.report_.answers


@pytest.mark.parametrize("model", MODELS)
def test_a_log_without_later_answers_changes_nothing(model: type[Any], log: ReviewLog) -> None:
    fit = model().fit(log)
    before, known = fit.parameters_.copy(), fit._posterior
    fit.partial_fit(log.where(np.arange(len(log)) == 0))
    assert fit.report_.status == "no_data"
    np.testing.assert_array_equal(fit.parameters_, before)
    assert fit._posterior is known


def test_the_same_answers_twice_count_twice(log: ReviewLog) -> None:
    fit = HalfLife().fit(log)
    before = dict(fit.report_.standard_errors)
    fit.partial_fit(log)
    pairs = [(error, before[name]) for name, error in fit.report_.standard_errors.items()]
    both = [(after, error) for after, error in pairs if after is not None and error is not None]
    assert len(both) >= 2 and all(after < error for after, error in both)


@pytest.mark.parametrize("model", [*MODELS, Constant])
def test_an_unfitted_model_is_fitted(model: type[Any], log: ReviewLog) -> None:
    np.testing.assert_array_equal(model().partial_fit(log).parameters_, model().fit(log).parameters_)


def test_a_saved_model_goes_on_as_it_would_have(log: ReviewLog, tmp_path: Path) -> None:
    one, other = halves(log)
    fit = Fsrs6().fit(one)
    fit.save(tmp_path / "model.json")
    again = perdure.load_model(tmp_path / "model.json").partial_fit(other)
    fit.partial_fit(other)
    np.testing.assert_array_equal(again.parameters_, fit.parameters_)
    assert again.observation_ == fit.observation_
    assert again.data_ == fit.data_


def test_a_file_that_does_not_say_how_much_it_knows(log: ReviewLog, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    HalfLife().fit(log).save(path)
    document = json.loads(path.read_text())
    for name in ("posterior", "covariance", "observed", "data", "options"):
        document.pop(name, None)
    path.write_text(json.dumps(document))
    old = perdure.load_model(path)
    assert old.predict_sequence(log).shape == (len(log),)
    with pytest.raises(InputError, match="does not say how much it knows"):
        old.partial_fit(log)
    with pytest.raises(InputError, match="no standard errors"):
        old.predict_interval(log)
    assert "low" not in old.states(log).retention(log.last_answered_at)
    old.fit(log).partial_fit(log)


@pytest.mark.parametrize("model", [HalfLife, Fsrs6])
def test_nothing_new_leaves_what_was_known(model: Any, log: ReviewLog) -> None:
    fit = model().fit(log)
    before, bands = fit.report_, fit.predict_interval(log)
    for arguments in ({"log": log, "since": "2035-01-01"}, {"log": log.where(np.zeros(len(log), dtype=bool))}):
        fit.partial_fit(**arguments)
        report = fit.report_
        assert report.status == "no_data" and "what was known stands" in report.reason and report.answers == 0
        for name in ("parameters", "standard_errors", "intervals", "learned", "correlation"):
            assert getattr(report, name) == getattr(before, name)
        np.testing.assert_array_equal(fit.predict_interval(log), bands)
    assert fit.partial_fit(log).report_.answers == before.answers


def test_a_constant_goes_on_exactly(log: ReviewLog) -> None:
    one, other = halves(log)
    on, full = Constant().fit(one).partial_fit(other), Constant().fit(log)
    assert on.success_rate_ == pytest.approx(full.success_rate_, rel=1e-12)
    assert on.report_.answers == full.report_.answers


def test_bad_moments(log: ReviewLog) -> None:
    for model in (HalfLife().fit(log), Constant().fit(log), HalfLife()):
        with pytest.raises(InputError, match="since: not a date, got 'soon'"):
            model.partial_fit(log, since="soon")
