"""What a plan is worth: its value beside a bound, the policies it was chosen from, and what each cap costs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cohort import Cohort
from ..memory_model import MemoryModel
from .problem import Problem
from .rules import Rule, portfolio

CHOOSING = 4
"""Times as many courses as a policy is chosen on give the value of the chosen one."""
TRIFLE = 1e-6
"""Recall below which a price is none."""


def certificate_of(
    cohort: Cohort, model: MemoryModel, core: Any, problem: Problem, courses: int, threads: int, previous: Any = None
) -> tuple[Rule, dict[str, Any]]:
    """The best policy, and the certificate of a plan by it as plain data.

    Where a plan made before is kept (``previous``), the planner's own policy is the only one.
    """
    rules = portfolio(problem.rules, cohort.target_retention)
    if previous is not None:
        rules = rules[:1]
    found = core.certify(
        [rule for _, rule in rules],
        courses=courses,
        choosing=courses // CHOOSING,
        seed=cohort.seed,
        previous=previous,
        threads=threads,
    )
    chosen, value = found["chosen"], found["value"]
    certificate = {
        "value": value["mean"],
        "ci": [value["mean"] - value["half_width"], value["mean"] + value["half_width"]],
        "cost_of_questions": found["cost"],
        "upper_bound": found["upper_bound"],
        "gap": found["gap"],
        "share_of_gain": found["share_of_gain"],
        "no_review": found["no_review"],
        "residual": found["residual"],
        "worst_decile": value["worst_decile"],
        "questions_of_a_learner": value["questions"],
        "sessions_of_a_learner": value["sessions"],
        "policy": rules[chosen][0],
        "policies": [
            {"policy": name, "value": one["mean"], "half_width": one["half_width"], "questions": one["questions"]}
            for (name, _), one in zip(rules, found["rules"], strict=True)
        ],
        "model": {"id": model.id, "profile": model.profile, "parameters": [float(x) for x in model._values()]},
        "relative_to": "the planner's model of memory, which is an assumption; learners may forget otherwise",
        "seed": cohort.seed,
        "binding": binding(cohort, core, problem),
    }
    return rules[chosen][1], certificate


def binding(cohort: Cohort, core: Any, problem: Problem) -> list[dict[str, Any]]:
    """Caps that cost recall: what one more question or session would bring, in points of a learner's summed recall.

    Prices are those of the group of the learner with most questions. `recall_points` is the mean over days of what one
    more place brings, in hundredths of one objective's recall; `questions` says how many places that is worth. What one
    more session or contact a week brings is an estimate from above: all its places at the price of the first.
    """
    columns = problem.arguments["columns"]
    if not problem.arguments["askable"]:
        return []
    learner = int(np.argmax(np.diff(columns["first"].astype(np.int64))))
    price = core.prices(learner)
    place, session = float(np.mean(price["question"])), float(np.mean(price["session"]))
    caps = cohort.caps
    found = []

    def add(name: str, cap: Any, worth: float) -> None:
        if cap is not None and worth > TRIFLE:
            unit = place + float(price["budget"])
            found.append(
                {
                    "cap": name,
                    "limit": cap,
                    "recall_points": 100 * worth,
                    "questions": worth / unit if unit > 0 else None,
                }
            )

    add("questions_per_session", caps.questions_per_session, place)
    add("sessions_per_week", caps.sessions_per_week, place * caps.questions_per_session)
    add("contacts_per_week", caps.contacts_per_week, place * caps.questions_per_session)
    add("questions_in_all", caps.questions_in_all, float(price["budget"]))
    add("contacts_per_day", cohort.organisation.contacts_per_day, session)
    return found
