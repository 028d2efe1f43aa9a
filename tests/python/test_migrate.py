"""Migration: parameters and memories of other schedulers, against fsrs-rs where it is installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import perdure
import pytest
from perdure import _catalog, migrate

FSRS45 = _catalog.defaults(_catalog.find("fsrs4.5", "perdure"))
FSRS5 = _catalog.defaults(_catalog.find("fsrs5", "perdure"))
FSRS6 = _catalog.defaults(_catalog.find("fsrs6", "perdure"))

SINGLE = 1e-6
"""fsrs-rs computes in float32: a rounding of 6e-8, times the exponents of its powers."""


@pytest.mark.parametrize("given", [FSRS45, FSRS5, FSRS6], ids=["17", "19", "21"])
def test_parameters_are_those_of_fsrs_rs(given: np.ndarray, fsrs_rs: Any) -> None:
    rng = np.random.default_rng(5)
    for _ in range(50):
        values = given * rng.uniform(1.0, 1.1, given.size)  # defaults lie at lower bounds, none near an upper one
        expected = fsrs_rs.check_and_fill_parameters(values.tolist())
        assert migrate.migrate_parameters(values, clip=False) == pytest.approx(expected, rel=SINGLE, abs=1e-9)


def test_memories_are_those_of_fsrs_rs(fsrs_rs: Any) -> None:
    rng = np.random.default_rng(6)
    n = 2000
    ease, interval = rng.uniform(1.3, 4.0, n), 10.0 ** rng.uniform(0.0, 3.5, n)
    retention = rng.uniform(0.7, 0.97, n)
    peer = fsrs_rs.FSRS(FSRS6.tolist())
    stability, difficulty = migrate.memory_from_sm2(ease, interval, retention)
    # Near 1 the recall of float32 is good to 6e-8/(1 - r), and stability and growth go as 1/(1 - r).
    loose = 3e-7 / (1.0 - retention)
    for row in range(n):
        expected = peer.memory_state_from_sm2(ease[row], interval[row], retention[row])
        assert stability[row] == pytest.approx(expected.stability, rel=10 * loose[row])
        assert difficulty[row] == pytest.approx(expected.difficulty, abs=100 * loose[row])


def test_migrated_parameters_make_a_model() -> None:
    for given in (FSRS45, FSRS5, FSRS6):
        model = perdure.Fsrs6(parameters=migrate.migrate_parameters(given))
        state = perdure.batch.first("fsrs6", np.array([3], dtype=np.uint8), parameters=model.parameters)
        assert model.interval(state, 0.9)[0] == pytest.approx(given[2], rel=1e-6)


def test_fsrs5_and_its_migration_recall_alike() -> None:
    rng = np.random.default_rng(7)
    n = 300
    later = migrate.migrate_parameters(FSRS5)
    grade = rng.integers(1, 5, n).astype(np.uint8)
    a = perdure.batch.first("fsrs5", grade)
    b = perdure.batch.first("fsrs6", grade, parameters=later)
    for _ in range(6):
        days = rng.exponential(20.0, n).astype(np.float32)
        grade = rng.integers(1, 5, n).astype(np.uint8)
        grade[(days < 1.0) & (grade == 2)] = 3  # the floor under a same-day Hard is what differs
        a = perdure.batch.review("fsrs5", a, grade, days)
        b = perdure.batch.review("fsrs6", b, grade, days, parameters=later)
    for field in range(2):
        assert np.allclose(a[field], b[field], rtol=2e-5)


@pytest.mark.parametrize("model", ["fsrs4.5", "fsrs5", "fsrs6", "fsrs7"])
def test_recall_after_the_interval_is_the_retention(model: str) -> None:
    interval = np.array([0.5, 3.0, 30.0, 365.0])
    retention = np.array([0.8, 0.85, 0.9, 0.95])
    state = migrate.memory_from_sm2(2.5, interval, retention, model=model)
    assert len(state) == len(_catalog.find(model, "perdure")["state"])
    assert all(column.dtype == np.float32 and column.shape == (4,) for column in state)
    recall = perdure.batch.recall(model, state, interval.astype(np.float32))
    assert np.allclose(recall, retention, atol=1e-6)


def test_memory_uses_the_parameters_of_a_model() -> None:
    fitted = perdure.Fsrs6(parameters=np.where(np.arange(21) == 20, 0.5, FSRS6))
    state = migrate.memory_from_sm2(2.5, [10.0], 0.8, model=fitted)
    assert fitted.recall(state, np.float32(10.0))[0] == pytest.approx(0.8, abs=1e-6)
    assert state[0][0] != migrate.memory_from_sm2(2.5, [10.0], 0.8)[0][0]


def test_numbers_stand_for_columns() -> None:
    one = migrate.memory_from_sm2(2.5, 10.0)
    many = migrate.memory_from_sm2(2.5, np.full(3, 10.0))
    assert one[0].shape == (1,)
    assert many[1].tolist() == one[1].tolist() * 3


def test_states_from_a_log_are_the_models_own() -> None:
    log = perdure.read_answers(
        {
            "learner": ["ann"] * 3,
            "item": ["q1"] * 3,
            "success": [1, 1, 0],
            "answered_at": ["2026-03-02T09:00Z", "2026-03-04T09:00Z", "2026-04-02T09:00Z"],
        }
    )
    for model in perdure.models.MODELS.values():
        ours, theirs = migrate.states_from_log(log, model()), model().states(log)
        assert all(np.array_equal(a, b) for a, b in zip(ours.state, theirs.state, strict=True))
    assert migrate.states_from_log(log).model.id == "fsrs6"
    assert migrate.states_from_log(log, "half_life").model.id == "half-life"


BAD_PARAMETERS: list[tuple[Any, str]] = [
    ([0.5] * 18, "17, 19 or 21 numbers, got 18"),
    ([], "17, 19 or 21 numbers, got 0"),
    (np.full((17, 1), 0.5), "one dimension"),
    (np.where(np.arange(19) == 3, np.nan, FSRS5), "parameter 3 must be finite"),
    (np.where(np.arange(17) == 5, -1.0, FSRS45), "parameter 5 must be above -1/3"),
    (np.where(np.arange(19) == 7, 0.9, FSRS5), "parameter 7 (difficulty_reversion) must be in [0.001, 0.75], got 0.9"),
    (["a"], "wrong type"),
]


@pytest.mark.parametrize(("given", "message"), BAD_PARAMETERS)
def test_bad_parameters_are_named(given: Any, message: str) -> None:
    with pytest.raises(perdure.InputError) as caught:
        migrate.migrate_parameters(given)
    assert message in str(caught.value)


def test_clip_takes_the_nearest_bound() -> None:
    assert migrate.migrate_parameters(np.where(np.arange(19) == 7, 0.9, FSRS5), clip=True)[7] == 0.75


def test_only_fsrs6_is_a_target() -> None:
    with pytest.raises(perdure.InputError, match="fsrs6"):
        migrate.migrate_parameters(FSRS5, to="fsrs7")


BAD_MEMORIES: list[tuple[dict[str, Any], str]] = [
    ({"ease": [2.5, 2500], "interval": 1.0}, "row 1: ease must be in [1, 10] (2.5, not 2500), got 2500"),
    ({"ease": 2.5, "interval": [1.0, 2.0, -1.0]}, "row 2: interval must be in [0, 1e6] days, got -1"),
    ({"ease": 2.5, "interval": [np.nan]}, "row 0: interval"),
    ({"ease": 2.5, "interval": 1.0, "retention": 1.0}, "row 0: retention must be in (0, 1), got 1"),
    ({"ease": [2.5, 2.5], "interval": [1.0, 2.0, 3.0]}, "must have 2 rows, got 3"),
    ({"ease": [[2.5]], "interval": 1.0}, "ease must have one dimension"),
    ({"ease": ["a"], "interval": 1.0}, "ease: wrong type"),
    ({"ease": 2.5, "interval": 1.0, "model": "half-life"}, "FSRS"),
    ({"ease": 2.5, "interval": 1.0, "model": "fsrs8"}, "unknown model"),
    ({"ease": 2.5, "interval": 1.0, "model": 7}, "unknown model"),
]


@pytest.mark.parametrize(("given", "message"), BAD_MEMORIES)
def test_bad_memories_are_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(perdure.InputError) as caught:
        migrate.memory_from_sm2(**given)
    assert message in str(caught.value)


def test_no_rows_are_no_error() -> None:
    assert [column.size for column in migrate.memory_from_sm2([], [])] == [0, 0]
