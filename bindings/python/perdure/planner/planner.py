"""The planner of cohorts: from a fitted model and a cohort's rules to a plan and its certificate."""

from __future__ import annotations

import datetime as dt
import zoneinfo
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
from ..cohort_model import CohortModel
from ..errors import InputError
from ..log import ReviewLog, require_log
from ..memory_model import MemoryModel
from ..states import States
from .beliefs import beliefs_of
from .certificate import certificate_of
from .changes import count, dates_of, difference, margin_for
from .objectives import objectives_of
from .plan import Plan
from .previous import coming_questions, previous_of, questions_of
from .problem import Problem, problem_of
from .recent import by_likelihood, calibration
from .rows import table_of
from .rules import Rule, portfolio
from .sessions import choose_dates
from .surrogate import MOST_STATE_FIELDS, needs_surrogate, require_log_for, surrogate_of
from .told import Told
from .uncovered import uncovered_of

EPOCH = dt.date(1970, 1, 1)
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
        model: MemoryModel | CohortModel,
        states: States | ReviewLog,
        progress: bool | Callable[[int, int, str], object] = False,
        threads: int | None = None,
        *,
        start: dt.date | None = None,
        previous: Plan | None = None,
        max_changes: int | None = None,
    ) -> Plan:
        """Make the plan.

        Parameters
        ----------
        model : fitted model
            Where its memory is not one to three numbers (`CohortModel`, DASH, ACT-R), a surrogate plans: FSRS-6 with
            the same forecasts, see `perdure.planner.surrogate`. `certificate["surrogate"]` says how near it is.
        states : States or ReviewLog
            Memory after the last answers, from the same model; or the log that has them, which a surrogate needs.
        progress : bool or callable
        threads : int, optional
            The plan does not depend on it.
        start : date, optional
            The plan's first day, when it is neither the cohort's start nor the day after the log's last answer.
        previous : Plan, optional
            The plan made before. Its rows before the first day stay, count in caps, and come first in the new plan; the
            dates of its group sessions stay as well. `Plan.changes` says what differs and why.
        max_changes : int, optional
            At most so many questions are added, moved or dropped against ``previous``: those that bring most. Changes
            that rules force, such as new leave, are made in any case.

        Raises
        ------
        InputError
            The cohort names a learner that the log does not have, its dates lie before the log's last answer, or there
            is nothing that could be asked.
        """
        workers = _threads.resolve(threads)
        given, surrogate = model, None
        if needs_surrogate(model):
            log = require_log_for(model, states)
            surrogate = surrogate_of(model, log, self._horizon(log, start, previous), workers)
            model, states = surrogate.model, surrogate.states
        elif isinstance(states, ReviewLog) and isinstance(model, MemoryModel):
            states = model.states(states, threads=workers)
        _check(model, states)
        assert isinstance(model, MemoryModel) and isinstance(states, States)
        _check_previous(previous, max_changes)
        check_names(self.cohort, states.learners)
        with reporting(progress, "Planning") as report:
            last_day = _local_days(self.cohort, states)
            first = self._first(int(last_day.max()), start, previous)
            before = None if previous is None else previous_of(previous.table, previous.certificate, self.cohort, first)
            begun = first if before is None else min(before.begun, self.cohort.start or first)
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
                return problem_of(self.cohort, memory, states.learners, objectives, beliefs, first, dates, before)

            known = before.dates if before else None
            dates = choose_dates(self.cohort, states.learners, solve, first, workers, known)
            problem = solve(dates)
            if problem.objective.size == 0:
                learner, number, why = problem.unplanned[0]
                raise InputError(
                    f"nothing can be planned: {states.learners[learner]}, {objectives[number].name}: {why}",
                    source=self.cohort.source,
                    expected="an objective that can be asked before its recall counts",
                )
            report(2, STEPS, "Planning: prices")
            core: Any = _core.plan.CohortPlan(**problem.arguments, question_cost=self.question_cost, threads=workers)
            report(3, STEPS, "Planning: value and bound")

            def ask(rule: Rule, kept: Any = None) -> dict[str, Any]:
                options = dict(zip(("policy", "target", "days", "wrong", "by_course"), rule, strict=True))
                seed = self.cohort.seed
                found: dict[str, Any] = core.run(**options, likely=True, seed=seed, previous=kept, threads=workers)
                return found

            def rows(asked: dict[str, Any]) -> pa.Table:
                return table_of(self.cohort, states, objectives, beliefs, problem, asked, first, begun)

            kept, counts = None, {}
            if before is not None and max_changes is not None:
                to_come = questions_of(before.coming, self.cohort, states.learners, objectives, problem, first)
                rule = portfolio(problem.rules, self.cohort.target_retention)[0][1]
                was = dates_of(coming_questions(before.coming))

                def changes(margin: float) -> int:
                    return count(was, dates_of(coming_questions(rows(ask(rule, (*to_come, margin))))))

                margin, _, forced = margin_for(max_changes, changes)
                counts = {"most": max_changes, "margin": margin, "forced": forced}
                kept = (*to_come, margin)
            rule, certificate = certificate_of(self.cohort, model, core, problem, self._courses(problem), workers, kept)
            last = self.cohort.last_day(first)
            certificate |= {"first": first.isoformat(), "last": last.isoformat(), "question_cost": self.question_cost}
            if surrogate is not None:
                certificate["surrogate"] = surrogate.report
                certificate["relative_to"] += f"; {surrogate.report['by']} stands for {surrogate.report['of']}"
            certificate["model"]["since"] = _model_since(model, previous, first).isoformat()
            certificate["group_sessions"] = {
                name: day.isoformat() for name, day in {**(before.dates if before else {}), **dates}.items()
            }
            report(4, STEPS, "Planning: questions")
            asked = ask(rule, kept)
            core = None  # its tables make room for the rows
            uncovered, not_due = uncovered_of(
                self.cohort, model, states.learners, objectives, problem, asked, first, workers
            )
            table, changed = rows(asked), None
            if before is not None:
                told = Told(model, states.learners, objectives, beliefs, problem, first, self.cohort, workers)
                changed = difference(before.coming, table, told.recall_on, told.why_not)
                certificate["changes"] = {"questions": changed.num_rows, **counts}
                table = pa.concat_tables([before.past, table]).unify_dictionaries()
            report(5, STEPS, "Planning: done")
        if empty:
            certificate["skills_without_questions"] = empty
        return Plan(self.cohort, table, uncovered, certificate, first, last, not_due, states._kind, given, changed)

    def replan(
        self,
        model: MemoryModel | CohortModel,
        log: ReviewLog,
        previous: Plan,
        progress: bool | Callable[[int, int, str], object] = False,
        threads: int | None = None,
        *,
        start: dt.date | None = None,
        max_changes: int | None = None,
        refit: bool = True,
    ) -> Plan:
        """Make the plan anew from the answers that came since, testing the model on them.

        Parameters
        ----------
        model : fitted model
            That of ``previous``, or another.
        log : ReviewLog
            All answers, those before ``previous`` among them.
        previous : Plan
        start, max_changes
            As in `plan`.
        refit : bool
            Whether a model that the recent answers reject is replaced by the one that explains them best: itself, the
            same fitted anew, FSRS-6 or half-lives, each fitted to the answers before them.

        Returns
        -------
        Plan
            `certificate["answers"]` has the test (`perdure.planner.recent.calibration`) and, after a rejection, the
            log losses of the candidates; `Plan.model` is the model that was used.
        """
        _check_previous(previous, max_changes)
        require_log(log)
        began = dt.date.fromisoformat(previous.certificate["model"].get("since", previous.first.isoformat()))
        moment = dt.datetime.combine(began, dt.time(), zoneinfo.ZoneInfo(self.cohort.timezone))
        answers = calibration(model, log, moment, threads)
        if answers["rejected"] and refit:
            model, answers["candidates"] = by_likelihood(model, log, moment, threads)
        made = self.plan(model, log, progress, threads, start=start, previous=previous, max_changes=max_changes)
        made.certificate["answers"] = answers
        if "candidates" not in answers:
            made.certificate["model"]["since"] = began.isoformat()
        return made

    def _courses(self, problem: Problem) -> int:
        each = problem.objective.size / np.unique(problem.arguments["columns"]["first"]).size
        return min(self.courses, max(FEWEST_COURSES, int(QUESTIONS_IN_ALL / each)))

    def _horizon(self, log: ReviewLog, start: dt.date | None, previous: Plan | None) -> int:
        """Days from the log's last answer to the end of the plan."""
        zone = zoneinfo.ZoneInfo(self.cohort.timezone)
        latest = log.last_answered_at.astimezone(zone).date()
        first = self._first((latest - EPOCH).days, start, previous)
        return (self.cohort.last_day(first) - latest).days

    def _first(self, latest: int, start: dt.date | None, previous: Plan | None) -> dt.date:
        """First day of the plan."""
        cohort, after = self.cohort, EPOCH + dt.timedelta(latest + 1)
        first = start or cohort.start or after
        if start is None and previous is not None:
            first = max(first, after)
        expected = f"{after} or later"
        if first < after:
            source = f"{cohort.source}, key cohort.start" if start is None else "start"
            raise InputError("before the log's last answer", source=source, value=str(first), expected=expected)
        if cohort.last_day(first) < first:
            source, value = f"{cohort.source}, key cohort.deadline", str(cohort.deadline)
            raise InputError("in the past: before the log's last answer", source=source, value=value, expected=expected)
        return first


def _model_since(model: MemoryModel, previous: Plan | None, first: dt.date) -> dt.date:
    """The day from which a model's predictions are put to the test: that of the first plan made with it."""
    if previous is not None:
        known = previous.certificate["model"]
        if known["parameters"] == [float(x) for x in model._values()] and known["id"] == model.id:
            return dt.date.fromisoformat(known.get("since", previous.first.isoformat()))
    return first


def _check_previous(previous: Plan | None, max_changes: int | None) -> None:
    if previous is not None and not isinstance(previous, Plan):
        raise InputError("not a plan", source="previous", value=type(previous).__name__, expected="perdure.Plan")
    if max_changes is None:
        return
    if previous is None:
        raise InputError("no plan to change", source="previous", value=None, expected="a plan, beside max_changes")
    if not isinstance(max_changes, int) or isinstance(max_changes, bool) or max_changes < 0:
        raise InputError("does not fit", source="max_changes", value=max_changes, expected="a whole number, 0 or more")


def _local_days(cohort: Cohort, states: States) -> npt.NDArray[np.int32]:
    days: npt.NDArray[np.int32] = _core.time.local_date(cohort.timezone, states.last_answered_at, paths=search_paths())
    return days


def _check(model: Any, states: Any) -> None:
    """Refuse what cannot be planned: no states, states of another model, a model whose clock knows only study days."""
    if not isinstance(model, MemoryModel):
        raise InputError(
            "not a single memory model", source="model", value=model, expected="one, like Hierarchical.of(group)"
        )
    if not isinstance(states, States):
        raise InputError(
            "not states", source="states", value=type(states).__name__, expected="what model.states returns, or a log"
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
