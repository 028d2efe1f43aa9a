"""Plans beside exact optima where memory is deterministic: a mixed-integer program that knows nothing of prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from perdure import _core

optimize = pytest.importorskip("scipy.optimize", reason="exact optima are found by scipy's solver")

START, STEP = 1.0, 1.0
"""Of Pimsleur's memory: after n answers, right or wrong, the half-life is 2^(START + STEP n) days."""
MOST_ASKINGS = 5


@dataclass(frozen=True)
class Case:
    """A learner, and what limits what is asked: questions of a session, sessions in 7 days (0 for no limit)."""

    answers: tuple[int, ...]
    days: int
    session: int
    week: int = 0

    @property
    def askable(self) -> list[int]:
        """Working days of a plan that starts on a Monday."""
        return [day for day in range(self.days) if day % 7 < 5]

    def recalled(self, answers: int, last: int) -> float:
        """Recall at the end."""
        return float(2.0 ** (-(self.days - last) / 2.0 ** (START + STEP * answers)))


CASES = [
    Case((1, 1, 1), 14, 1),
    Case((1, 2, 1, 2), 21, 1, week=1),
    Case((1, 1, 2, 2, 3), 21, 2, week=1),
    Case((1, 2, 3, 1, 2, 3), 28, 2, week=2),
    Case((1,) * 8, 28, 3, week=1),
    Case((2, 1, 3, 2, 1, 2, 3, 1, 1, 2), 28, 5, week=1),
]


def optimum(case: Case) -> float:
    """Most recall in all at the end: each question takes a path through the days of its last answers, and stops.

    Variables: whether a session is held, by day; and for each question whether it goes from one last answer to the
    next, or stops, by day of the last answer and number of answers in the plan. Those who share a day share its places.
    """
    days = [-1, *case.askable]
    worth: list[float] = [0.0] * len(case.askable)
    rows: list[dict[int, float]] = []
    low: list[float] = []
    high: list[float] = []

    def must(row: dict[int, float], least: float, most: float) -> None:
        rows.append(row)
        low.append(least)
        high.append(most)

    asked: list[dict[int, float]] = [{t: -float(case.session)} for t in range(len(case.askable))]
    for answers in case.answers:
        balance: dict[tuple[int, int], dict[int, float]] = {}
        for m in range(MOST_ASKINGS + 1):
            for s in range(len(days)) if m else [0]:
                node = balance.setdefault((s, m), {})
                node[len(worth)] = -1.0
                worth.append(case.recalled(answers + m, days[s]))
                for t in range(s + 1, len(days)) if m < MOST_ASKINGS else []:
                    node[len(worth)] = -1.0
                    balance.setdefault((t, m + 1), {})[len(worth)] = 1.0
                    asked[t - 1][len(worth)] = 1.0
                    worth.append(0.0)
        for node, row in balance.items():
            source = -1.0 if node == (0, 0) else 0.0
            must(row, source, source)
    for row in asked:
        must(row, -np.inf, 0.0)
    for day in case.askable if case.week else []:
        must({t: 1.0 for t, other in enumerate(case.askable) if day <= other < day + 7}, 0.0, case.week)
    matrix = np.zeros((len(rows), len(worth)))
    for number, row in enumerate(rows):
        for column, value in row.items():
            matrix[number, column] += value
    found = optimize.milp(
        -np.array(worth),
        constraints=optimize.LinearConstraint(matrix, low, high),
        integrality=np.ones(len(worth)),
        bounds=optimize.Bounds(0.0, 1.0),
        options={"mip_rel_gap": 0.0},
    )
    assert found.success, found.message
    return float(-found.fun)


def planned(case: Case) -> Any:
    memory = _core.plan.Memory("pimsleur", "perdure", [START, STEP])
    is_open = np.zeros(case.days, np.uint8)
    is_open[case.askable] = 1
    count = len(case.answers)
    return _core.plan.CohortPlan(
        days=case.days,
        askable=case.askable,
        classes=[(memory, case.days, 1.0, 0.0, -1, 0)],
        calendars=[(is_open, [], [], [])],
        caps=[(case.session, case.week, 0, None, None)],
        columns={
            "calendar": np.zeros(1, np.uint32),
            "cap": np.zeros(1, np.uint32),
            "first": np.array([0, count], np.uint64),
            "question_class": np.zeros(count, np.uint16),
            "last_day": np.full(count, -1, np.int32),
        },
        state=[np.array(case.answers, np.float32)],
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_plan_is_better_than_the_bound_and_ours_is_near_the_best(case: Case) -> None:
    plan, best = planned(case), optimum(case)
    bound = plan.bound()["value"]
    values = {
        rule: float(plan.run(policy=rule)["value"][0]) for rule in ("planned", "steady", "myopic", "lowest_recall")
    }
    assert best <= bound <= 1.02 * best
    assert max(values.values()) <= best * (1 + 1e-12)  # rounding
    assert values["planned"] == pytest.approx(max(values.values()))
    assert values["planned"] >= 0.94 * best


def test_some_plans_are_the_best() -> None:
    found = [float(planned(case).run()["value"][0]) / optimum(case) for case in CASES]
    assert sum(ratio > 1 - 1e-9 for ratio in found) >= 4
    assert np.mean(found) > 0.98
