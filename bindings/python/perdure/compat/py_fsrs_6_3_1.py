"""`perdure.compat.py_fsrs` with the results of py-fsrs 6.3.1: a Hard on the same day may lower stability."""

from __future__ import annotations

from .py_fsrs import Card, Rating, ReviewLog, State, optimizer, scheduler


class Scheduler(scheduler.Scheduler):
    """`perdure.compat.py_fsrs.Scheduler` as of 6.3.1."""

    profile = "py_fsrs_6_3_1"


class Optimizer(optimizer.Optimizer):
    """`perdure.compat.py_fsrs.Optimizer` for the scheduler of 6.3.1."""

    profile = "py_fsrs_6_3_1"


__all__ = ["Card", "Optimizer", "Rating", "ReviewLog", "Scheduler", "State"]
