"""How long a plan takes: ten courses, half of the learners on leave, capacity for three in ten of them a day."""

from __future__ import annotations

import resource
import time

from perdure import _core

from .problems import Instance, problem

LEARNERS = (1_000, 10_000, 100_000)
HEAD = (
    "learners",
    "prices and tables, s",
    "bound, s",
    "whole course, s",
    "in all, s",
    "memory, GB",
    "bound",
    "recall",
    "gap, %",
)


def measured(learners: int, threads: int) -> tuple[str, ...]:
    """One row. Memory is the highest so far of the whole process, columns of the cohort included."""
    one = Instance(learners, 50, 5, week=2, capacity=0.3, spread=0.4, classes=10, leave=True)
    given = problem(one)
    began = time.perf_counter()
    plan = _core.plan.CohortPlan(**given, threads=threads)
    priced = time.perf_counter()
    bound = plan.bound(threads=threads)
    bounded = time.perf_counter()
    value = plan.run(seed=1, threads=threads, askings=False)["value"].sum()
    ended = time.perf_counter()
    return (
        f"{learners:,}",
        f"{priced - began:.1f}",
        f"{bounded - priced:.1f}",
        f"{ended - bounded:.1f}",
        f"{ended - began:.1f}",
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f}",
        f"{bound['value'] / bound['goals']:.4f}",
        f"{value / bound['goals']:.4f}",
        f"{100 * (1 - value / bound['value']):.2f}",
    )
