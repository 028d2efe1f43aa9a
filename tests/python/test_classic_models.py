"""The classic models as estimators: what is trained and what is not, and one constant everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import perdure
import pytest
from perdure import AnkiSm2, Constant, EbisuV2, Leitner, Pimsleur, PowerLaw, ReviewLog, Sm2, Wickelgren

FIXED = [Leitner, Pimsleur]
TRAINED = [EbisuV2, Sm2, AnkiSm2, PowerLaw, Wickelgren]


@pytest.mark.parametrize("model", FIXED)
def test_a_fixed_model_says_that_nothing_is_trained(model: type[Any], log: ReviewLog) -> None:
    fit = model().fit(log)
    assert "not trained" in fit.report_.reason
    assert fit.report_.iterations == 0
    assert fit.report_.log_loss == fit.report_.start_log_loss
    np.testing.assert_array_equal(fit.parameters_, model()._start())


@pytest.mark.parametrize("model", TRAINED)
def test_a_fit_lowers_the_log_loss(model: type[Any], log: ReviewLog) -> None:
    report = model().fit(log).report_
    assert report.iterations > 0
    assert report.log_loss < report.start_log_loss


@pytest.mark.parametrize("model", [*FIXED, *TRAINED, Constant])
def test_a_file_keeps_the_fit(model: type[Any], log: ReviewLog, tmp_path: Path) -> None:
    fit = model().fit(log)
    fit.save(tmp_path / "model.json")
    again = perdure.load_model(tmp_path / "model.json")
    assert type(again) is model
    np.testing.assert_array_equal(again.predict_sequence(log), fit.predict_sequence(log))
    assert again.report_.log_loss == fit.report_.log_loss


def test_the_constant_is_one(log: ReviewLog) -> None:
    fit = Constant().fit(log)
    rate = fit.success_rate_
    assert fit.parameters_.tolist() == [rate]
    assert set(fit.predict_sequence(log).tolist()) == {rate}
    states = fit.states(log)
    np.testing.assert_array_equal(states.state[0], states.answers)
    recall = perdure.batch.recall("constant", states.state, np.full(len(states), 3.0, np.float32), parameters=[rate])
    np.testing.assert_array_equal(recall, np.float32(rate))
    never, at_once = (fit.interval(states.state, np.full(len(states), t, np.float32)) for t in (rate / 2, 1.0))
    assert np.all(np.isinf(never))
    assert np.all(at_once == 0)


def test_the_constants_report_is_its_log_loss_on_all_answers(log: ReviewLog) -> None:
    fit = Constant().fit(log)
    p = np.where(log.success == 1, fit.success_rate_, 1 - fit.success_rate_)
    assert fit.report_.answers == len(log)
    assert fit.report_.log_loss == pytest.approx(-np.log(p).mean(), rel=1e-12)


def test_an_unfitted_constant_guesses_what_it_is_told(log: ReviewLog) -> None:
    assert set(Constant().predict_sequence(log).tolist()) == {0.5}
    assert set(Constant(parameters=[0.8]).predict_sequence(log).tolist()) == {0.8}
    with pytest.raises(perdure.InputError, match="out of bounds"):
        Constant(parameters=[1.5]).predict_sequence(log)
