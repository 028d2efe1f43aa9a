"""Each profile agrees with the implementation that it is named after, over random histories and real flashcard logs.

The public path is `perdure.read_answers` and `Fsrs6.states`; numbers in double come from the same equations, one answer
at a time.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pandas as pd
import perdure

LONGEST_DAYS = 36500
HALF_ULP = 2.0**-24
"""Relative rounding of float32, in which states are stored."""

CLOSE = 1e-4
"""The promise: relative difference of stability, difficulty and interval."""

SMALL_DAYS = 0.1
"""Below this stability the promise is absolute: a second."""

DOUBLE = 1e-11
"""What two doubles may differ by after the longest history."""


def rounding(peer: Any, job: Any) -> tuple[float, float]:
    """What the peer's arithmetic may change in one answer: a share of stability, and days.

    At a success stability grows by e^w8 (11 - D) S^-w9 (e^(w10 (1 - R)) - 1) w16 of itself, so that a rounding of R and
    one of the exponential move it by at most 10 e^w8 (w10 + 1) e^w10 w16 times the rounding. At a lapse a rounding of
    (S + 1)^w13, a number near 1 for small S, moves what is left by w11 e^w14 times the rounding. Twice, for R has more
    roundings than one.
    """
    w = job.parameters
    growth = 10.0 * math.exp(w[8] + w[10]) * (w[10] + 1.0) * w[16]
    return 2.0 * (growth + 10.0) * peer.epsilon, 2.0 * w[11] * math.exp(w[14]) * peer.epsilon


def difference(theirs: Any, mine: Any) -> Any:
    """Largest relative difference of a state, one per answer; that of a small stability is taken to SMALL_DAYS."""
    stability = np.abs(mine.stability - theirs.stability) / np.maximum(theirs.stability, SMALL_DAYS)
    return np.maximum(stability, np.abs(mine.difficulty / theirs.difficulty - 1))


def assert_same(peer: Any, theirs: Any, mine: Any, relative: float, days: float) -> None:
    np.testing.assert_allclose(mine.stability, theirs.stability, rtol=relative, atol=days)
    np.testing.assert_allclose(mine.difficulty, theirs.difficulty, rtol=relative)
    if peer.offers_recall:
        np.testing.assert_allclose(mine.recall, theirs.recall, rtol=relative, atol=2 * peer.epsilon)


def assert_same_intervals(peer: Any, theirs: Any, mine: Any, relative: float) -> None:
    found = np.clip(mine.intervals, 1, LONGEST_DAYS)
    wanted = np.clip(theirs.intervals, 1, LONGEST_DAYS)
    # Where the peer rounds to whole days and the fraction is close to a half, the day may turn either way.
    assert np.all(np.abs(found - wanted) <= (0.5 if peer.rounds_intervals else 0.0) + relative * found)


def test_random_histories(peer: Any, ours: Any, random_jobs: list[Any]) -> None:
    histories, differences = 0, []
    for job in random_jobs:
        theirs, mine = peer.replay(job), ours(peer.profile, job)
        assert_same(peer, theirs, ours(peer.profile, job, theirs), *rounding(peer, job))
        differences.append(difference(theirs, mine))
        if job.usual:
            assert_same_intervals(peer, theirs, mine, close(peer))
        histories += len(job.grades)
    # Over a whole history a peer's own rounding shows where parameters stand far out, and nowhere else.
    all_of_them = np.concatenate(differences)
    usual = np.concatenate([found for found, job in zip(differences, random_jobs, strict=True) if job.usual])
    print(
        f"{peer.profile}: {histories} histories, {all_of_them.size} answers; largest difference {usual.max():.1e}, "
        f"with parameters anywhere in their bounds {all_of_them.max():.1e}, "
        f"{np.mean(all_of_them > CLOSE):.1e} of them above {CLOSE}"
    )
    assert usual.max() < close(peer)
    assert np.mean(all_of_them > close(peer)) < 1e-3


def close(peer: Any) -> float:
    return CLOSE if peer.epsilon > DOUBLE else DOUBLE


def test_real_logs(peer: Any, ours: Any, real_job: Any) -> None:
    theirs, mine = peer.replay(real_job), ours(peer.profile, real_job)
    assert len(mine.stability) > 10_000
    print(f"{peer.profile}: {len(mine.stability)} answers, largest difference {difference(theirs, mine).max():.1e}")
    assert_same(peer, theirs, mine, close(peer), close(peer) * SMALL_DAYS)
    assert_same_intervals(peer, theirs, mine, close(peer))


def columns_of(job: Any) -> pd.DataFrame:
    lengths = [len(grades) for grades in job.grades]
    return pd.DataFrame(
        {
            "learner": "ann",
            "item": np.repeat(np.arange(len(lengths)), lengths).astype(str),
            "grade": np.concatenate([np.array(grades) for grades in job.grades]),
            "answered_at": pd.to_datetime(np.concatenate([np.array(t) for t in job.times]), unit="ms", utc=True),
        }
    )


def assert_states(peer: Any, job: Any) -> None:
    """Times in, states and intervals out, as a user does it: float32, and the profile's own elapsed rule."""
    theirs = peer.replay(job)
    model = perdure.Fsrs6(parameters=job.parameters, profile=peer.profile)
    states = model.states(perdure.read_answers(columns_of(job)))
    frame = states.to_frame().set_index("item").loc[[str(k) for k in range(len(job.grades))]]
    last = np.cumsum([len(grades) for grades in job.grades]) - 1
    relative = close(peer) + 2 * HALF_ULP
    np.testing.assert_allclose(frame["stability"], theirs.stability[last], rtol=relative, atol=CLOSE * SMALL_DAYS)
    np.testing.assert_allclose(frame["difficulty"], theirs.difficulty[last], rtol=relative)
    state = (frame["stability"].to_numpy(), frame["difficulty"].to_numpy())
    for retention, intervals in zip((0.9, 0.75), theirs.intervals, strict=True):
        found = np.clip(model.interval(state, retention).astype(np.float64), 1, LONGEST_DAYS)
        half = 0.5 if peer.rounds_intervals else 0.0
        assert np.all(np.abs(found - np.clip(intervals[last], 1, LONGEST_DAYS)) <= half + CLOSE * found)


def test_states_of_random_logs(peer: Any, random_jobs: list[Any]) -> None:
    for job in [job for job in random_jobs if job.usual][:4]:
        assert_states(peer, job)


def test_states_of_real_logs(peer: Any, real_job: Any) -> None:
    assert_states(peer, real_job)


def test_another_profile_is_found_out(peer: Any, ours: Any, random_jobs: list[Any]) -> None:
    """These histories reach every rule in which profiles differ."""
    some = 300  # cards of each set
    jobs = [dataclasses.replace(job, grades=job.grades[:some], times=job.times[:some]) for job in random_jobs]
    replays = [peer.replay(job) for job in jobs]
    for profile in ("py_fsrs_6_3_1", "py_fsrs_6_3_2", "fsrs_rs", "ts_fsrs_5"):
        pairs = zip(replays, jobs, strict=True)
        largest = max(difference(theirs, ours(profile, job)).max() for theirs, job in pairs)
        assert (largest < 0.05) == (profile == peer.profile), profile
