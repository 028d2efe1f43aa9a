"""The compiled planner of cohorts, by arrays: what reaches Python, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import perdure
import pytest
from perdure import _core


def problem(learners: int = 30, questions: int = 10, days: int = 56, **changes: Any) -> dict[str, Any]:
    """A cohort that ended its training the day before the plan."""
    model = perdure.Fsrs6()
    memory = _core.plan.Memory("fsrs6", model.profile, list(model._values()))
    askable = [day for day in range(days) if day % 7 < 5]
    is_open = np.zeros(days, np.uint8)
    is_open[askable] = 1
    rows = learners * questions
    columns = {
        "calendar": np.zeros(learners, np.uint32),
        "cap": np.zeros(learners, np.uint32),
        "first": np.arange(learners + 1, dtype=np.uint64) * questions,
        "question_class": np.zeros(rows, np.uint16),
        "last_day": np.full(rows, -1, np.int32),
    }
    state = [np.full(rows, 2.5, np.float32), np.full(rows, 4.0, np.float32)]
    whole = {
        "days": days,
        "askable": askable,
        "classes": [(memory, days, 1.0, 0.0, -1, 0)],
        "calendars": [(is_open, [], [], [])],
        "caps": [(3, 2, 0, None, None)],
        "columns": columns,
        "state": state,
    }
    return {**whole, **changes}


def test_a_run_keeps_the_caps_and_stays_below_the_bound() -> None:
    plan = _core.plan.CohortPlan(**problem())
    bound = plan.bound()
    found = plan.run(seed=1)
    assert found["value"].sum() <= bound["value"] <= bound["goals"] * 1.001
    assert bound["no_review"] < found["value"].sum()
    assert bound["learner"].sum() == pytest.approx(bound["value"])
    sessions, asked = np.unique(np.stack([found["learner"], found["day"]]), axis=1, return_counts=True)
    assert asked.max() <= 3
    assert found["sessions"].sum() == sessions.shape[1]
    assert found["questions"].sum() == asked.sum() == found["recall"].size
    assert set(found["day"].tolist()) <= {day for day in range(56) if day % 7 < 5}


def test_threads_and_subsets_change_nothing() -> None:
    given = problem()
    one = _core.plan.CohortPlan(**given).run(seed=3)
    two = _core.plan.CohortPlan(**given, threads=2).run(seed=3, threads=2)
    for name, column in one.items():
        assert np.array_equal(column, two[name], equal_nan=name == "gain"), name
    few = _core.plan.CohortPlan(**given).run(seed=3, learners=np.array([4, 20], np.uint32))
    assert few["value"].tolist() == one["value"][[4, 20]].tolist()


def test_prices_rise_towards_the_end() -> None:
    plan = _core.plan.CohortPlan(**problem(questions=30))
    price = plan.prices(0)
    assert price["question"][-1] > price["question"][20] > 0
    assert price["budget"] == 0.0
    assert not plan.by_day


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"days": 0}, "at least a day"),
        ({"askable": [3, 2]}, "ascend"),
        ({"caps": [(0, 0, 0, None, None)]}, "questions_per_session"),
        ({"caps": []}, "cap 0 of row 0 is unknown"),
        ({"capacity": [1]}, "capacities"),
        ({"calendars": [(np.zeros(3, np.uint8), [], [], [])]}, "a mark a day"),
        ({"state": []}, "state 0"),
        ({"columns": {}}, "."),
    ],
)
def test_refuses_what_is_no_problem(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _core.plan.CohortPlan(**problem(**changes))


def test_refuses_memories_rules_and_learners_that_it_cannot_plan_with() -> None:
    with pytest.raises(ValueError, match="no model"):
        _core.plan.Memory("fsrs99", "", [])
    plan = _core.plan.CohortPlan(**problem())
    with pytest.raises(ValueError, match="no policy"):
        plan.run(policy="best")
    with pytest.raises(ValueError, match="below 30"):
        plan.run(learners=np.array([30], np.uint32))
    with pytest.raises(TypeError, match="learners"):
        plan.run(learners=np.array([1.0]))
    with pytest.raises(ValueError, match="no learner 30"):
        plan.prices(30)
