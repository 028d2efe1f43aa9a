"""Which item of a pool is asked: the arrays beside a learner's list, kept by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from perdure import Fsrs6, States, read_answers
from perdure.planner.objectives import Objective
from perdure.planner.pools import items_of


def states(draw: np.random.Generator) -> States:
    """Three learners that have answered some of nine items, at times of their own."""
    rows = [
        {"learner": f"L{who}", "item": f"q{what}", "answered_at": f"2026-03-0{day}T0{hour}:00Z", "success": True}
        for who in range(3)
        for what in range(9)
        for day, hour in [(1 + int(draw.integers(5)), int(draw.integers(9)))]
        if draw.random() < 0.6
    ]
    return Fsrs6().states(read_answers(pd.DataFrame(rows)))


@pytest.mark.parametrize("seed", range(20))
def test_the_one_asked_longest_ago_comes_next(seed: int) -> None:
    draw = np.random.default_rng(seed)
    known = states(draw)
    pools = (("q0", "q1", "q2", "never"), ("q3",), ("q4", "q5", "q6", "q7", "q8"))
    objectives = [Objective(0, f"skill {n}", True, 1.0, 1.0, pool) for n, pool in enumerate(pools)]
    asked = sorted(
        {(who, day, what) for who in range(len(known.learners)) for what in range(3) for day in draw.integers(0, 30, 8)}
    )
    last = {
        (int(who), known.items[what]): (0, int(at))
        for who, what, at in zip(known.learner, known.item, known.last_answered_at, strict=True)
    }
    wanted = []
    for who, day, what in asked:
        item = min(pools[what], key=lambda one: last.get((who, one), (-1, 0)))
        last[who, item] = (1, int(day))
        wanted.append(item)
    order = draw.permutation(len(asked))
    learner, day, objective = (np.array(column, np.int64)[order] for column in zip(*asked, strict=True))
    items = [item for pool in pools for item in pool]
    found = [items[position] for position in items_of(objectives, known, learner, objective, day)]
    assert found == [wanted[position] for position in order]
