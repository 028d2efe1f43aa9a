"""`perdure check ... --plan plan.csv`: the rules of the cohort file that a plan breaks."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import RenderableType

from . import check_cohort, tables
from .plain import Row

SHOWN_VIOLATIONS = 20


def inspect(plan: Path, cohort_file: Path, log: Any = None) -> list[Row]:
    """Every violation; with a log, beside what was asked before."""
    import perdure
    from perdure.plan_checker import check_plan

    cohort = perdure.Cohort.from_toml(cohort_file)
    first = cohort.start if log is None else check_cohort.first_day(cohort, log)
    asked = None if log is None else _asked(cohort, log)
    return [dataclasses.asdict(one) for one in check_plan(plan, cohort, first=first, asked=asked)]


def _asked(cohort: Any, log: Any) -> dict[str, set[str]]:
    """Skills that each learner of the log was asked for, by the cohort's pools, elsewhere by the log."""
    skill_of = log.skills_of_items()
    for _, skill in cohort.skills.values():
        skill_of.update(dict.fromkeys(skill.items or (), skill.id))
    found: dict[str, set[str]] = {id: set() for id in log.learners}
    for learner, item in np.unique(np.stack([log._core.learner, log._core.item]), axis=1).T.tolist():
        skill = skill_of.get(log.items[item])
        if skill is not None:
            found[log.learners[learner]].add(skill)
    return found


def render(violations: list[Row]) -> list[RenderableType]:
    """The same, for a person."""
    if not violations:
        return ["", "The plan keeps every rule of the cohort file."]
    names = ("rule", "learner", "date", "what")
    rows = [[str(one[name] or "") for name in names] for one in violations[:SHOWN_VIOLATIONS]]
    left = len(violations) - len(rows)
    note = f"... and {left} more; --json has all." if left else None
    verdict = f"The plan breaks rules {tables.count(len(violations), 'time')}."
    return ["", tables.table("Rules broken", list(names), rows, left=4, note=note), "", verdict]
