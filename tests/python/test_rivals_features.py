"""What rivals see of a log: counts beside an obvious loop, skills, inner splits, abilities beside an integral."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from perdure import InputError, ReviewLog, read_answers
from perdure.rivals import _extra, ability, features, inner_split

DAY = 86_400_000


def tangled(rows: int = 400, seed: int = 3) -> ReviewLog:
    """Few learners, items of none, one or two skills, many equal times, questions shown before they are answered."""
    rng = np.random.default_rng(seed)
    item = rng.integers(0, 9, rows)
    skills = ["", "s0", "s1", "s0|s1", "s2", "s2|s0|s2", "", "q1", "s1"]
    answered = np.sort(rng.integers(0, 60, rows)) * DAY // 3
    latency = rng.integers(0, 3, rows) * DAY // 48
    return read_answers(
        {
            "learner": [f"L{code}" for code in rng.integers(0, 4, rows)],
            "item": [f"q{code}" for code in item],
            "skills": [skills[code] or None for code in item],
            "success": rng.integers(0, 2, rows),
            "answered_at": (np.datetime64("2026-03-02T09:00", "ms") + answered.astype("timedelta64[ms]")),
            "shown_at": (np.datetime64("2026-03-02T09:00", "ms") + (answered - latency).astype("timedelta64[ms]")),
            "attempt": [str(row) for row in range(rows)],
        },
        tz="UTC",
    )


@pytest.mark.parametrize("kind", ["items", "skills", "everything"])
def test_counts_are_those_of_an_obvious_loop(kind: str) -> None:
    log = tangled()
    core, success = log._core, log.success
    assert (core.shown_at < core.answered_at).any()
    about = getattr(features, kind)(log)
    found = features.counts(log, about, features.WINDOWS)
    entries = list(zip(about.row.tolist(), about.thing.tolist(), strict=True))
    for at, (row, thing) in enumerate(entries):
        earlier = [
            other
            for other, of in entries
            if of == thing
            and core.learner[other] == core.learner[row]
            and core.answered_at[other] < core.answered_at[row]
        ]
        for column, days in enumerate(features.WINDOWS):
            near = [other for other in earlier if core.shown_at[row] - core.answered_at[other] < days * DAY]
            assert found.attempts[at, column] == len(near)
            assert found.wins[at, column] == success[near].sum()
    assert found.attempts[:, -1].max() > found.attempts[:, 1].max() > 0


def test_skills_are_those_of_items_and_items_without_any_stand_for_themselves() -> None:
    log = tangled()
    about = features.skills(log)
    wanted = {"q0": ["item q0"], "q3": ["skill s0", "skill s1"], "q5": ["skill s2", "skill s0"], "q7": ["skill q1"]}
    of_row: dict[int, list[str]] = {}
    for row, thing in zip(about.row.tolist(), about.thing.tolist(), strict=True):
        of_row.setdefault(row, []).append(about.names[thing])
    assert list(of_row) == list(range(len(log)))
    for row, code in enumerate(log._core.item.tolist()):
        if log.items[code] in wanted:
            assert of_row[row] == wanted[log.items[code]]


def test_an_empty_log_has_no_counts() -> None:
    log = tangled()
    empty = log.where(np.zeros(len(log), dtype=bool))
    assert features.counts(empty, features.skills(empty), features.WINDOWS).wins.shape == (0, 5)


def test_every_fifth_learner_is_held_back(simulate: Any) -> None:
    log = read_answers(simulate(learners=20))
    late = inner_split.held_back(log, "learner")
    learner = log._core.learner
    assert len(np.unique(learner[late])) == 4
    assert not set(learner[late].tolist()) & set(learner[~late].tolist())


@pytest.mark.parametrize("learners", [3, 20])
def test_the_last_fifth_of_each_learner_is_held_back(learners: int, simulate: Any) -> None:
    """By request, and where there are too few learners to hold any back."""
    log = read_answers(simulate(learners=learners))
    late = inner_split.held_back(log, "time" if learners == 20 else "learner")
    core = log._core
    for code in np.unique(core.learner):
        own = core.learner == code
        assert core.answered_at[own & ~late].max() < core.answered_at[own & late].min()
        assert abs(int(late[own].sum()) - int(own.sum()) // 5) <= 1


def test_answers_of_one_time_are_not_torn_apart_by_a_split() -> None:
    log = tangled()
    late = inner_split.held_back(log, "time")
    moments = set(zip(log._core.learner[late].tolist(), log._core.answered_at[late].tolist(), strict=True))
    others = set(zip(log._core.learner[~late].tolist(), log._core.answered_at[~late].tolist(), strict=True))
    assert moments and not moments & others


def test_predictions_by_ability_are_integrals_over_its_posterior() -> None:
    integrate = pytest.importorskip("scipy.integrate")
    log = tangled(40)
    rng = np.random.default_rng(1)
    base, slope = rng.normal(0, 1, len(log)), rng.uniform(0.5, 1.5, len(log))
    found = ability.predictions(log, base, slope)
    core, success = log._core, log.success

    def right(row: int, at: float) -> float:
        return float(1 / (1 + np.exp(-base[row] - slope[row] * at)))

    for row in range(0, len(log), 5):
        own = (core.learner == core.learner[row]) & (core.answered_at < core.answered_at[row])
        past = np.flatnonzero(own).tolist()

        def density(at: float, past: list[int] = past) -> float:
            answers = [right(other, at) if success[other] else 1 - right(other, at) for other in past]
            return float(np.exp(-0.5 * at**2) * np.prod(answers))

        whole = integrate.quad(density, -8, 8, epsabs=0)[0]
        part = integrate.quad(lambda at, row=row: density(at) * right(row, at), -8, 8, epsabs=0)[0]
        # of the normal distribution 6e-5 lies beyond the grid's ends
        assert found[row] == pytest.approx(part / whole, abs=1e-4)


def test_a_missing_library_is_named_with_what_installs_it() -> None:
    with pytest.raises(InputError, match=r"elo: needs no_such_library, .* expected pip install 'perdure\[rivals\]'"):
        _extra.needed("no_such_library.part", "elo")
