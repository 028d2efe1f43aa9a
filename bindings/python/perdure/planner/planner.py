"""The planner of cohorts: from a fitted model and a cohort's rules to a plan and its certificate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .. import _core, _threads
from .._progress import reporting
from .._zones import search_paths
from ..cohort import Cohort
from ..cohort.checks import check_names
from ..errors import InputError
from ..memory_model import MemoryModel
from ..states import States
from .beliefs import beliefs_of
from .certificate import certificate_of
from .objectives import Objective, objectives_of
from .plan import Plan
from .problem import Problem, problem_of
from .rows import table_of
from .sessions import choose_dates

EPOCH = dt.date(1970, 1, 1)
MOST_STATE_FIELDS = 3
FEWEST_COURSES = 50
QUESTIONS_IN_ALL = 400_000
"""Questions of all simulated courses of a policy, about."""
STEPS = 5


class Planner:
    """Plans what a cohort is asked, and on which days.

    Parameters
    ----------
    cohort : Cohort
        Courses, goals, dates, caps, calendars.
    courses : int
        Simulated courses of learners that a value is a mean over, at least 1; fewer where learners have hundreds of
        questions each.
    question_cost : float
        Recall of one objective that a question must bring to be asked, in [0, 1): by default a tenth of a point for the
        minute that it takes. With 0, sessions are filled as long as anything can be gained.

    Notes
    -----
    The objective is mean recall as the goals of the courses weigh it, as the model predicts it. Learners with like
    room share prices for places in sessions; under them the questions worth most are asked on the days worth most.
    `Plan.certificate` says how far that is from a bound. docs/concepts/planner.md explains how.

    Examples
    --------
    >>> import perdure
    >>> from perdure import sample
    >>> cohort = perdure.Cohort.from_toml(sample.cohort_path())
    >>> states = perdure.Fsrs6().states(perdure.read_answers(sample.answers_path()))
    >>> plan = perdure.Planner(cohort, courses=200).plan(states.model, states)
    >>> plan.certificate["value"] <= plan.certificate["upper_bound"]
    True
    """

    def __init__(self, cohort: Cohort, *, courses: int = 4000, question_cost: float = 0.001) -> None:
        if not isinstance(cohort, Cohort):
            raise InputError(
                "not a cohort", source="cohort", value=cohort, expected="perdure.Cohort, e.g. by from_toml"
            )
        if not (isinstance(courses, int) and courses >= 1):
            raise InputError("does not fit", source="courses", value=courses, expected="a whole number, 1 or more")
        if not (isinstance(question_cost, int | float) and 0 <= question_cost < 1):
            raise InputError("does not fit", source="question_cost", value=question_cost, expected="a number in [0, 1)")
        self.cohort, self.courses, self.question_cost = cohort, courses, float(question_cost)

    def plan(
        self,
        model: MemoryModel,
        states: States,
        progress: bool | Callable[[int, int, str], object] = False,
        threads: int | None = None,
    ) -> Plan:
        """Make the plan.

        Parameters
        ----------
        model : fitted model
            Of one to three state variables.
        states : States
            From the same model: memory after the last answers.
        progress : bool or callable
        threads : int, optional
            The plan does not depend on it.

        Raises
        ------
        InputError
            The cohort names a learner that the log does not have, its dates lie before the log's last answer, or there
            is nothing that could be asked.
        """
        workers = _threads.resolve(threads)
        _check(model, states)
        check_names(self.cohort, states.learners)
        with reporting(progress, "Planning") as report:
            last_day = _local_days(self.cohort, states)
            first = self._first(int(last_day.max()))
            memory = _core.plan.Memory(model.id, model.profile, list(model._values()))
            objectives, empty = objectives_of(self.cohort, states)
            since = (last_day - (first - EPOCH).days).astype(np.int32)
            beliefs = beliefs_of(self.cohort, model, states, objectives, since, first)
            if beliefs.learner.size == 0:
                raise InputError(
                    "nothing to plan", source=self.cohort.source, expected="a learner with a course and its questions"
                )
            report(1, STEPS, "Planning: group sessions")

            def solve(dates: dict[str, dt.date]) -> Problem:
                return problem_of(self.cohort, memory, states.learners, objectives, beliefs, first, dates)

            dates = choose_dates(self.cohort, states.learners, solve, first, workers)
            problem = solve(dates)
            if problem.objective.size == 0:
                learner, number, why = problem.unplanned[0]
                raise InputError(
                    f"nothing can be planned: {states.learners[learner]}, {objectives[number].name}: {why}",
                    source=self.cohort.source,
                    expected="an objective that can be asked before its recall counts",
                )
            report(2, STEPS, "Planning: prices")
            core = _core.plan.CohortPlan(**problem.arguments, question_cost=self.question_cost, threads=workers)
            report(3, STEPS, "Planning: value and bound")
            rule, certificate = certificate_of(self.cohort, model, core, problem, self._courses(problem), workers)
            certificate["question_cost"] = self.question_cost
            certificate["group_sessions"] = {name: day.isoformat() for name, day in dates.items()}
            report(4, STEPS, "Planning: questions")
            policy, target, days, wrong, by_course = rule
            asked = core.run(
                policy=policy,
                target=target,
                days=days,
                wrong=wrong,
                by_course=by_course,
                likely=True,
                seed=self.cohort.seed,
                threads=workers,
            )
            table = table_of(self.cohort, states.learners, objectives, beliefs, problem, asked, first)
            uncovered, not_due = self._uncovered(model, states, objectives, problem, asked, first, workers)
            report(5, STEPS, "Planning: done")
        if empty:
            certificate["skills_without_questions"] = empty
        last = self.cohort.last_day(first)
        return Plan(self.cohort, table, uncovered, certificate, first, last, not_due, states._kind)

    def _courses(self, problem: Problem) -> int:
        each = problem.objective.size / np.unique(problem.arguments["columns"]["first"]).size
        return min(self.courses, max(FEWEST_COURSES, int(QUESTIONS_IN_ALL / each)))

    def _first(self, latest: int) -> dt.date:
        """First day of the plan."""
        cohort, after = self.cohort, EPOCH + dt.timedelta(latest + 1)
        first = cohort.start or after
        expected = f"{after} or later"
        if first < after:
            source = f"{cohort.source}, key cohort.start"
            raise InputError("before the log's last answer", source=source, value=str(first), expected=expected)
        if cohort.last_day(first) < first:
            source, value = f"{cohort.source}, key cohort.deadline", str(cohort.deadline)
            raise InputError("in the past: before the log's last answer", source=source, value=value, expected=expected)
        return first

    def _uncovered(
        self,
        model: MemoryModel,
        states: States,
        objectives: list[Objective],
        problem: Problem,
        asked: dict[str, Any],
        first: dt.date,
        threads: int,
    ) -> tuple[pa.Table, int]:
        """Objectives without a question: those that stay below the target with why, and how many do not."""
        columns = problem.arguments["columns"]
        starts = columns["first"].astype(np.int64)
        has = np.zeros(problem.objective.size, bool)
        has[starts[asked["learner"]] + asked["question"]] = True
        left = np.flatnonzero(~has)
        state = tuple(column[left] for column in problem.arguments["state"])
        elapsed = (problem.end[left] - columns["last_day"][left]).astype(np.float32)
        recall = model.recall(state, elapsed, threads).astype(np.float64) if left.size else np.zeros(0)
        owner = np.searchsorted(starts, left, side="right") - 1
        rows: list[tuple[str, str, float | None, str]] = [
            (states.learners[learner], objectives[number].name, None, why) for learner, number, why in problem.unplanned
        ]
        targets = self._targets(objectives)
        told = {(learner, number) for learner, number, _ in problem.unplanned}
        low = [
            (int(learner), int(problem.objective[row]), float(r), int(problem.end[row]))
            for row, learner, r in zip(left.tolist(), owner.tolist(), recall.tolist(), strict=True)
            if (int(learner), int(problem.objective[row])) not in told and r < targets[int(problem.objective[row])]
        ]
        counts = np.bincount([one[0] for one in low], minlength=len(states.learners))
        askings = np.bincount(asked["learner"], minlength=len(states.learners))
        for learner, number, r, end in low:
            why = self._why(problem, learner, int(askings[learner]), int(counts[learner]), end, first)
            rows.append((states.learners[learner], objectives[number].name, r, why))
        names = ("learner", "objective", "recall", "reason")
        types = (pa.string(), pa.string(), pa.float64(), pa.string())
        turned = list(zip(*rows, strict=True)) or [(), (), (), ()]
        arrays = [pa.array(list(column), type) for column, type in zip(turned, types, strict=True)]
        unsaid = sum((int(u), int(k)) not in told for u, k in zip(owner, problem.objective[left], strict=True))
        return pa.table(arrays, names=list(names)), unsaid - len(low)

    def _targets(self, objectives: list[Objective]) -> list[float]:
        own = [course.goal.target_retention for course in self.cohort.courses] or [None]
        return [own[one.course] or self.cohort.target_retention for one in objectives]

    def _why(self, problem: Problem, learner: int, askings: int, left: int, end: int, first: dt.date) -> str:
        days = problem.days_of[learner]
        until = first + dt.timedelta(end)
        if not any(days.open[:end]) and not days.given:
            return f"no study day from {first} to the day before {until}"
        return f"no room that would not be missed elsewhere: {askings} questions before {until}, {left} objectives left"


def _local_days(cohort: Cohort, states: States) -> npt.NDArray[np.int32]:
    days: npt.NDArray[np.int32] = _core.time.local_date(cohort.timezone, states.last_answered_at, paths=search_paths())
    return days


def _check(model: MemoryModel, states: States) -> None:
    """Refuse what cannot be planned: no states, states of another model, a model whose clock knows only study days."""
    if not isinstance(states, States):
        raise InputError(
            "not states", source="states", value=type(states).__name__, expected="what model.states returns"
        )
    if not isinstance(model, MemoryModel):
        raise InputError(
            "not a single memory model", source="model", value=model, expected="one, like Hierarchical.of(group)"
        )
    if not (states.model is model or states.model.same_memory(model)):
        raise InputError("states of another model", source="states", value=states.model, expected=f"those of {model!r}")
    if len(states) == 0:
        raise InputError("nothing to plan", source="states", value="no rows", expected="at least one learner and item")
    if model.elapsed_rule.startswith("study-days"):
        raise InputError(
            "plans count calendar days", source="model", value=model.elapsed_rule, expected="another elapsed rule"
        )
    if len(states.state) > MOST_STATE_FIELDS:
        raise InputError(
            "a memory of too many state variables",
            source="model",
            value=f"{model.id}: {len(states.state)}",
            expected=f"a model of at most {MOST_STATE_FIELDS}, such as fsrs6",
        )
