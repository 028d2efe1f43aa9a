"""Ebisu v2 beside the package it comes from: the same updates, recalls and times, on random beliefs and histories."""

from __future__ import annotations

from typing import Any

import numpy as np
import perdure
import pytest

ebisu = pytest.importorskip("ebisu", reason="ebisu is not installed")

# Columns are float32: half a unit in the last place is 6e-8 of a value.
ROUNDING = 6e-8
Belief = tuple[float, float, float]


def columns(beliefs: list[Belief]) -> tuple[np.ndarray, ...]:
    return tuple(np.array(column, dtype=np.float32) for column in zip(*beliefs, strict=True))


def float32(values: np.ndarray) -> np.ndarray:
    """Values that a float32 holds exactly, so that both sides see the same."""
    return values.astype(np.float32).astype(np.float64)


def random_beliefs(random: np.random.Generator, n: int) -> list[Belief]:
    alpha, beta = (float32(10 ** random.uniform(-0.5, 1.5, n)) for _ in range(2))
    half_life = float32(10 ** random.uniform(-1, 3, n))
    return list(zip(alpha.tolist(), beta.tolist(), half_life.tolist(), strict=True))


def theirs(belief: Belief, success: bool, days: float) -> Belief | None:
    """The package's update; None where it gives up."""
    try:
        alpha, beta, half_life = ebisu.updateRecall(belief, int(success), 1, days)
    except AssertionError:
        return None
    return float(alpha), float(beta), float(half_life)


def test_updates() -> None:
    random = np.random.default_rng(20261123)
    n = 3000
    beliefs = random_beliefs(random, n)
    half_life = np.array([belief[2] for belief in beliefs])
    days = float32(np.maximum(0.001, half_life * 10 ** random.uniform(-2, 1.5, n)))
    grade = random.integers(1, 5, n).astype(np.uint8)
    ours = np.stack(perdure.batch.review("ebisu-v2", columns(beliefs), grade, days.astype(np.float32)))
    expected = [theirs(b, g > 1, d) for b, g, d in zip(beliefs, grade.tolist(), days.tolist(), strict=True)]
    answered = np.array([value is not None for value in expected])
    assert answered.mean() > 0.99
    wanted = np.array([value for value in expected if value is not None]).T
    # The package subtracts Betas that are nearly equal, and loses up to six of its sixteen digits there.
    np.testing.assert_allclose(ours[:, answered], wanted, rtol=1e-6)
    assert np.median(np.abs(ours[:, answered] / wanted - 1)) < ROUNDING


def test_recall_and_times_to_a_recall() -> None:
    random = np.random.default_rng(7)
    n = 3000
    beliefs = random_beliefs(random, n)
    half_life = np.array([belief[2] for belief in beliefs])
    days = float32(half_life * 10 ** random.uniform(-3, 2, n))
    target = float32(random.uniform(0.05, 0.99, n))
    recall = perdure.batch.recall("ebisu-v2", columns(beliefs), days.astype(np.float32))
    interval = perdure.batch.interval("ebisu-v2", columns(beliefs), target.astype(np.float32))
    wanted = [ebisu.predictRecall(b, d, exact=True) for b, d in zip(beliefs, days.tolist(), strict=True)]
    np.testing.assert_allclose(recall, wanted, rtol=2 * ROUNDING, atol=1e-12)
    # Its root finder stops at a step of 2e-12 of a half-life, or 1e-9 of a short time.
    times = [ebisu.modelToPercentileDecay(b, p) for b, p in zip(beliefs, target.tolist(), strict=True)]
    np.testing.assert_allclose(interval, times, rtol=1e-6)


def test_whole_histories() -> None:
    random = np.random.default_rng(3)
    cards, answers = 200, 12
    grade = random.integers(1, 5, (answers, cards)).astype(np.uint8)
    days = float32(10 ** random.uniform(-2, 2, (answers, cards)))
    state: Any = perdure.batch.first("ebisu-v2", grade[0])
    prior: Belief = (0.2, 0.2, 512.0)
    beliefs = [theirs(prior, g > 1, 0.001) for g in grade[0].tolist()]
    for step in range(1, answers):
        state = perdure.batch.review("ebisu-v2", state, grade[step], days[step].astype(np.float32))
        beliefs = [
            theirs(b, g > 1, d) if b else None
            for b, g, d in zip(beliefs, grade[step].tolist(), days[step].tolist(), strict=True)
        ]
    answered = np.array([belief is not None for belief in beliefs])
    assert answered.mean() > 0.9
    wanted = np.array([belief for belief in beliefs if belief is not None]).T
    # Eleven roundings of the state, each of which an update may magnify a little.
    np.testing.assert_allclose(np.stack(state)[:, answered], wanted, rtol=2e-5)


def test_vector_of_srs_benchmark() -> None:
    state: Any = perdure.batch.first("ebisu-v2", np.uint8([1]))
    belief: Belief | None = theirs((0.2, 0.2, 512.0), False, 0.001)
    for days, grade in ((2.5, 3), (0.4, 1), (13.2, 3), (40.0, 4), (0.001, 2), (99.0, 3)):
        state = perdure.batch.review("ebisu-v2", state, np.uint8([grade]), np.float32([days]))
        assert belief is not None
        belief = theirs(belief, grade > 1, days)
    for values in (np.concatenate(state), belief):
        np.testing.assert_allclose(values, (2.8880615, 2.8880615, 70.490433), rtol=1e-6)
    assert perdure.batch.recall("ebisu-v2", state, np.float32([30.0]))[0] == pytest.approx(0.7288776, rel=1e-6)
