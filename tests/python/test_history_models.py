"""Models whose state is a history: HLR, DASH and ACT-R and their kin, from Python."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import perdure
import pytest
from perdure import batch

MODELS = [perdure.Hlr, perdure.HlrDuolingo, perdure.Dash, perdure.DashMcm, perdure.DashActR, perdure.ActR]


@pytest.fixture(scope="module")
def log() -> perdure.ReviewLog:
    return perdure.read_answers(perdure.sample.answers_path())


@pytest.mark.parametrize("model", MODELS)
def test_a_fit_beats_the_start_and_survives_a_file(model: type, log: perdure.ReviewLog, tmp_path: Path) -> None:
    fitted = model().fit(log)
    report = fitted.report_
    assert report.status in ("converged", "stalled")
    assert report.log_loss < report.start_log_loss
    fitted.save(tmp_path / "model.json")
    loaded = perdure.load_model(tmp_path / "model.json")
    assert fitted.same_memory(loaded)
    np.testing.assert_array_equal(fitted.predict_sequence(log), loaded.predict_sequence(log))


def test_history_columns_stay_out_of_forecasts(log: perdure.ReviewLog) -> None:
    states = perdure.Dash().states(log)
    assert len(states.state) == 48
    assert {"age_1", "attempts_16", "successes_16"} <= set(states.to_frame().columns)
    columns = ["learner", "item", "skills", "elapsed_days", "recall"]
    assert [c for c in states.retention("2027-01-01").columns if c in columns] == list(
        states.retention("2027-01-01").columns
    )


@pytest.mark.parametrize("model", ["dash", "dash-act-r", "act-r"])
def test_columns_replay_a_long_history_as_states_do(model: str, log: perdure.ReviewLog) -> None:
    """More answers than slots; columns keep float32 between answers, a replay keeps doubles."""
    rng = np.random.default_rng(3)
    gaps = np.round(np.exp(rng.uniform(-2.0, 2.5, 40)), 3)
    days = np.datetime64("2026-01-01T00:00", "ms") + (np.cumsum(gaps) * 86_400_000).astype("timedelta64[ms]")
    right = rng.random(40) < 0.7
    alone = perdure.read_answers(
        {
            "learner": ["a"] * 40,
            "item": ["q"] * 40,
            "success": right.astype(int),
            "answered_at": [f"{d}Z" for d in days],
        }
    )
    expected = {"dash": perdure.Dash, "dash-act-r": perdure.DashActR, "act-r": perdure.ActR}[model]().states(alone)
    grades = np.where(right, 3, 1).astype(np.uint8)
    state = batch.first(model, grades[:1])
    for gap, grade in zip(np.diff(days).astype(np.float64) / 86_400_000.0, grades[1:], strict=True):
        state = batch.review(model, state, np.array([grade]), np.array([gap]))
    for got, wanted in zip(state, expected.state, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-6)
