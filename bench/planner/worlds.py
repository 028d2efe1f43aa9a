"""Plans by FSRS-6 beside other policies where memory is as FSRS-6 says, and where it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import perdure
from perdure import _core

from .problems import Instance, problem, starts_of

COHORT = Instance(200, 50, 5, week=2, spread=0.3)
Policy = tuple[str, float, list[int], int]
FREE: dict[str, Policy] = {  # with as many questions as sessions have places
    "lowest recall": ("lowest_recall", 0.9, [], 1),
    "myopic": ("myopic", 0.9, [], 1),
    "round robin": ("round_robin", 0.9, [], 1),
}
COUNTED: dict[str, Policy] = {  # beside a plan that has no more questions than they ask
    "2-2-2": ("fixed_days", 0.9, [2, 14, 60], 1),
    "J+30, 90, 179": ("fixed_days", 0.9, [30, 90, 179], 1),
    "60, 14, 2 days before": ("fixed_days", 0.9, [120, 166, 178], 1),  # 2-2-2 aimed at the date
    "target .9": ("target", 0.9, [], 1),
}
HEAD = ("memory", "planned", *FREE, *COUNTED)

Columns = list[npt.NDArray[np.float32]]
DECAY = 20
"""Position of the decay among the parameters of FSRS-6."""


@dataclass(frozen=True)
class Difference:
    """Recall on the last day: the plan's less a rival's, half of a 95 % interval over learners, and questions each."""

    mean: float
    half: float
    planned: float
    rival: float

    def __str__(self) -> str:
        return f"{self.mean:+.4f} ± {self.half:.4f} ({self.planned:.0f} / {self.rival:.0f})"


def worlds(one: Instance, given: dict[str, Any]) -> dict[str, tuple[Any, Columns] | None]:
    """True memories by name: the model, and the state of every question after the course. None: as is believed."""
    stability, difficulty = given["state"]
    draw = np.random.default_rng(7)
    by_learner = np.repeat(np.exp(0.8 * draw.standard_normal(one.learners)), one.questions).astype(np.float32)
    believed = perdure.Fsrs6()
    steep = list(believed._values())
    steep[DECAY] = 0.5
    return {
        "FSRS-6, as believed": None,
        "stability halved": (believed, [stability * np.float32(0.5), difficulty]),
        "stability doubled": (believed, [stability * np.float32(2.0), difficulty]),
        "learners apart": (believed, [stability * by_learner, difficulty]),
        "power law, decay .5": (perdure.Fsrs6(parameters=steep), [stability, difficulty]),
        "FSRS-7": (perdure.Fsrs7(), starts_of("fsrs7", one)),
        "half-life (exponential, no spacing)": (perdure.HalfLife(), starts_of("half-life", one)),
    }


def core_world(world: tuple[Any, Columns] | None) -> Any:
    """A world as the compiled planner takes it."""
    if world is None:
        return None
    model, state = world
    memory = _core.plan.Memory(model.id, model.profile, list(model._values()))
    return [memory], [np.ascontiguousarray(column, np.float32) for column in state]


class Plans:
    """Plans of one cohort, by the number of questions that each learner may be asked; made once."""

    def __init__(self, one: Instance, threads: int) -> None:
        self.one, self.threads = one, threads
        self.given = problem(one)
        self._known: dict[int | None, Any] = {}

    def run(self, policy: Policy, world: Any, budget: int | None = None) -> dict[str, Any]:
        """A course of all learners."""
        if budget not in self._known:
            caps = [(self.one.session, self.one.week, 0, budget, None)]
            self._known[budget] = _core.plan.CohortPlan(**{**self.given, "caps": caps}, threads=self.threads)
        name, target, days, wrong = policy
        found: dict[str, Any] = self._known[budget].run(
            policy=name, target=target, days=days, wrong=wrong, world=world, seed=5, askings=False, threads=self.threads
        )
        return found


def measured(plans: Plans, world: Any) -> tuple[float, dict[str, Difference]]:
    """Recall of the plan with all places, and what it is beside each rival."""
    planned: Policy = ("planned", 0.9, [], 1)
    whole = plans.run(planned, world)
    found = {name: _difference(plans, whole, plans.run(rival, world)) for name, rival in FREE.items()}
    for name, rival in COUNTED.items():
        other = plans.run(rival, world)
        budget = max(1, int(other["questions"].mean()))
        found[name] = _difference(plans, plans.run(planned, world, budget), other)
    return float(whole["value"].mean()) / plans.one.questions, found


def _difference(plans: Plans, planned: dict[str, Any], rival: dict[str, Any]) -> Difference:
    by_learner = (planned["value"] - rival["value"]) / plans.one.questions
    half = 1.96 * by_learner.std() / np.sqrt(by_learner.size)
    return Difference(float(by_learner.mean()), float(half), planned["questions"].mean(), rival["questions"].mean())


def table(one: Instance, threads: int, say: Callable[[str], object]) -> list[tuple[str, ...]]:
    """A row for each memory."""
    plans = Plans(one, threads)
    rows = []
    for name, world in worlds(one, plans.given).items():
        say(name)
        recall, found = measured(plans, core_world(world))
        rows.append((name, f"{recall:.4f}", *(str(found[rival]) for rival in (*FREE, *COUNTED))))
    return rows
