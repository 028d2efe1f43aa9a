"""How far the best of some policies is from a bound that no plan exceeds, on cohorts from slack to tight."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from perdure import _core

from .problems import Instance, problem

INSTANCES = (
    Instance(1, 10, 1),
    Instance(1, 20, 1),
    Instance(1, 50, 1),
    Instance(1, 100, 1),
    Instance(1, 20, 2),
    Instance(1, 50, 5),
    Instance(1, 10, 3, week=1),
    Instance(1, 50, 5, week=1),
    Instance(1, 100, 5, week=1),
    Instance(1, 20, 5, week=2),
    Instance(1, 50, 5, week=2),
    Instance(1, 100, 5, week=2),
    Instance(1, 200, 10, week=2),
    Instance(20, 50, 5, week=2, spread=0.6),
    Instance(50, 50, 5, week=2, capacity=0.3),
    Instance(50, 50, 5, week=2, capacity=0.3, spread=0.6, leave=True),
    Instance(50, 20, 5, week=2, capacity=0.2),
    Instance(20, 50, 5, week=2, budget=100),
    Instance(20, 50, 5, week=2, budget=180, spread=0.6),
    Instance(20, 50, 5, week=2, average=0.5),
    Instance(20, 50, 5, week=2, group_session=158),
    Instance(20, 50, 5, week=1, group_session=18),
    Instance(20, 48, 5, week=2, classes=3),
    Instance(10, 30, 5, week=1, model="half-life"),
    Instance(10, 60, 5, week=1, model="half-life"),
    Instance(10, 30, 5, week=1, model="fsrs7"),
)
RULES = (
    ("planned", 0.9, [], 1),
    ("steady", 0.9, [], 1),
    ("myopic", 0.9, [], 1),
    ("lowest_recall", 0.9, [], 1),
    ("target", 0.9, [], 1),
    ("fixed_days", 0.9, [2, 14, 60], 1),
    ("fixed_days", 0.9, [30, 90, 179], 1),
)
HEAD = ("cohort", "bound", "best", "95 %", "gap, %", "of gain, %", "residual", *(name for name, *_ in RULES[1:5]))


@dataclass(frozen=True)
class Line:
    """One cohort: bound, value of the best policy, and of its rivals."""

    instance: Instance
    found: dict[str, object]

    @property
    def gap(self) -> float:
        """Of the bound, in percent."""
        return 100.0 * float(self.found["gap"])  # type: ignore[arg-type]

    @property
    def share(self) -> float:
        """Of what asking can gain, in percent."""
        return 100.0 * float(self.found["share_of_gain"])  # type: ignore[arg-type]

    def cells(self) -> tuple[str, ...]:
        """As a row of the table."""
        found: dict[str, object] = self.found
        value: dict[str, float] = found["value"]  # type: ignore[assignment]
        rules: list[dict[str, float]] = found["rules"]  # type: ignore[assignment]
        rivals = tuple(f"{rule['mean']:.4f}" for rule in rules[1:5])
        return (
            f"{self.instance}: {RULES[found['chosen']][0]}",  # type: ignore[index]
            f"{found['upper_bound']:.4f}",
            f"{value['mean']:.4f}",
            f"{value['half_width']:.4f}",
            f"{self.gap:.2f}",
            f"{self.share:.1f}",
            f"{found['residual']:.5f}",
            *rivals,
        )


def measured(one: Instance, threads: int) -> Line:
    """Plan for a cohort, and simulate what comes of it."""
    plan = _core.plan.CohortPlan(**problem(one), threads=threads)
    return Line(one, plan.certify([(*rule, []) for rule in RULES], courses=2000, threads=threads))


def summary(lines: list[Line]) -> str:
    """Median and worst, beside what is aimed at."""
    gaps, shares = [line.gap for line in lines], [line.share for line in lines]
    return (
        f"{len(lines)} cohorts: gap median {median(gaps):.2f} % (at most .7), worst {max(gaps):.2f} % (2); "
        f"of the gain median {median(shares):.1f} % (2), worst {max(shares):.1f} % (5)"
    )
