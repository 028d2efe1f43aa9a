"""Simulated cohorts: what comes out is what was asked for, and the truth is the truth of the answers."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import perdure
import pytest
from perdure import InputError, simulate

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "simulate-a-cohort.md"


@pytest.fixture(scope="module", params=simulate.MEMORIES)
def made(request: pytest.FixtureRequest) -> simulate.SimulatedCohort:
    return simulate.cohort(memory=request.param, seed=1, choices=(0, 4), score_parts=2)


def test_rows_of_the_log_are_those_of_the_truth(made: simulate.SimulatedCohort) -> None:
    log = made.log
    assert len(log) == len(made) == made.truth.probability.size == log.report.accepted
    frame = made.to_frame()
    assert log.success.tolist() == frame["success"].tolist()
    assert log.to_frame()["shown_at"].tolist() == frame["shown_at"].tolist()
    surprise = frame["success"] - made.truth.probability
    error = np.sqrt((made.truth.probability * (1.0 - made.truth.probability)).sum())
    assert abs(surprise.sum()) < 5.0 * error
    # A score has the same mean and varies less.
    assert abs((frame["score"] - made.truth.probability).sum()) < 5.0 * error
    assert set(np.round(frame["score"] * 5.0, 6)) <= {0.0, 1.0, 2.0, 3.0, 4.0, 5.0}


def test_the_truth_forgets_and_stays_above_guessing(made: simulate.SimulatedCohort) -> None:
    truth = made.truth
    soon, late, very_late = (truth.recall(at) for at in ("2026-09-15", "2026-12-15", "2050-01-01"))
    assert (soon >= late).all(axis=None)
    assert (late >= very_late).all(axis=None)
    # Not all: some left before an item was asked, and of some the half-life has passed so often that nothing is left.
    assert (soon > late).to_numpy().mean() > 0.8
    assert (very_late >= truth.items["guess"]).all(axis=None)
    assert list(soon.index) == list(truth.learners.index)
    assert list(soon.columns) == list(truth.items.index)


def test_traits_are_what_was_asked_for() -> None:
    made = simulate.cohort(learners=20_000, items=500, ability_sd=1.5, item_sd=0.0, nugget_weeks=0, course_rounds=1)
    ability = made.truth.learners["ability"]
    assert abs(ability.mean()) < 5.0 * 1.5 / np.sqrt(20_000)
    assert abs(ability.std() - 1.5) < 5.0 * 1.5 / np.sqrt(40_000)
    assert (made.truth.items["difficulty"] == 0.0).all()
    assert set(made.truth.items["skill"]) == set(made.truth.skills.index)


def test_threads_and_seed() -> None:
    one = simulate.cohort(seed=2, threads=1)
    three = simulate.cohort(seed=2, threads=3)
    pd.testing.assert_frame_equal(one.to_frame(), three.to_frame())
    assert np.array_equal(one.truth.probability, three.truth.probability)
    pd.testing.assert_frame_equal(
        one.truth.recall("2027-01-01", threads=1), three.truth.recall("2027-01-01", threads=3)
    )
    other = simulate.cohort(seed=2**64 - 1)
    assert not np.array_equal(one.truth.learners["ability"], other.truth.learners["ability"])


def test_nobody_answers_on_rest_days_nor_after_leaving() -> None:
    off = dt.date(2026, 2, 4)
    made = simulate.cohort(learners=500, days_off=[off], dropout=0.3, late_days=4)
    frame = made.to_frame()
    assert set(frame["shown_at"].dt.day_of_week) == {0, 1, 2, 3, 4}
    assert not (frame["shown_at"].dt.date == off).any()
    assert (simulate.cohort(learners=500, late_days=4).to_frame()["shown_at"].dt.date == off).any()
    who = made.truth.learners
    since = frame["shown_at"].dt.tz_localize(None) - frame["learner"].map(who["starts"])
    assert (since / pd.Timedelta(days=1) <= frame["learner"].map(who["dropout_days"])).all()
    assert abs((who["dropout_days"] > 60).mean() - 0.49) < 5.0 * 0.5 / np.sqrt(500)


def test_sessions_and_response_times() -> None:
    frame = simulate.cohort().to_frame()
    assert set(frame["session"]) == {"course", "review", "nugget"}
    spent = (frame["answered_at"] - frame["shown_at"]) / pd.Timedelta(milliseconds=1)
    assert (frame["response_ms"] == spent).all()
    instantly = simulate.cohort(response_seconds=0).to_frame()
    assert "response_ms" not in instantly
    assert (instantly["answered_at"] == instantly["shown_at"]).all()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"memory": "sm2"}, "simulate.cohort: memory must be one of power-odds exponential fsrs6 two-store, got sm2"),
        ({"ability_sd": -1}, "simulate.cohort: ability_sd must be in [0, 5], got -1"),
        ({"learners": 2.5}, "simulate.cohort: learners must be a whole number in [1, 1e+07], got 2.5"),
        ({"slip": float("nan")}, "simulate.cohort: slip must be in [0, 0.4], got nan"),
        ({"dropout": "often"}, "dropout: not a number, got 'often'; expected a number"),
        ({"dropout": True}, "dropout: not a number, got True; expected a number"),
        ({"skills": 90}, "simulate.cohort: skills must be at most items, got 90"),
        ({"seed": -1}, f"seed: not a whole number in range, got -1; expected a whole number in [0, {2**64 - 1}]"),
        ({"choices": 4}, "choices: not a sequence, got 4; expected a list"),
        ({"choices": [1]}, "simulate.cohort: choices must be 0 or in [2, 20], got 1"),
        ({"review_days": [30, 1e9]}, "review_days: not a whole number in range, got 1000000000.0"),
        ({"start": "2026-01-05"}, "start: not a date, got '2026-01-05'; expected a datetime.date"),
        ({"start": dt.date(1960, 1, 1)}, "simulate.cohort: start must be in [1970-01-01, 2100-01-01)"),
        ({"days_off": [1]}, "days_off: not a date, got 1; expected a datetime.date"),
        ({"abilty_sd": 1}, "simulate.cohort: no such option, got 'abilty_sd'; expected one of learners, items"),
        ({"threads": 0}, "threads: not a number of threads, got 0"),
    ],
)
def test_a_bad_option_is_named(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        simulate.cohort(**arguments)
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


def test_the_truth_is_known_after_the_log_only() -> None:
    made = simulate.cohort(learners=5, items=6)
    with pytest.raises(InputError, match=r"^at: before the last answer of the log, got '2026-02-01'; expected 2026-"):
        made.truth.recall("2026-02-01")


def test_a_model_fits_a_simulated_log() -> None:
    log = simulate.cohort(learners=100, memory="exponential", choices=(0,)).log
    model = perdure.HalfLife().fit(log)
    assert model.report_.status == "converged"


def test_the_page_lists_every_number() -> None:
    if not PAGE.is_file():
        pytest.skip("docs/ is not here (tests run outside the repository)")
    rows = re.findall(
        r"^\| `(\w+)` \| (\S+) \| \[(\S+), (\S+)\] \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    wanted = [
        (name, f"{row.default:g}", f"{row.lower:g}", f"{row.upper:g}", row.doc)
        for name, row in simulate.options().iterrows()
    ]
    text = "\n".join(f"| `{n}` | {d} | [{low}, {high}] | {doc} |" for n, d, low, high, doc in wanted)
    assert rows == wanted, f"the table is\n{text}"
