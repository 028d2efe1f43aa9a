"""Which item of an objective is asked: of a pool the one asked longest ago comes next, those never asked first."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ..states import States
from .objectives import Objective

Int = npt.NDArray[np.int64]


def offsets(objectives: list[Objective]) -> Int:
    """Where the items of each objective begin in the list of all."""
    return np.concatenate([[0], np.cumsum([len(one.items) for one in objectives])]).astype(np.int64)


def items_of(objectives: list[Objective], states: States, learner: Int, objective: Int, day: Int) -> Int:
    """Positions of the items that questions have, in the list of the items of all objectives.

    Parameters
    ----------
    states : States
        When each item was last answered before the plan.
    learner, objective, day : int arrays
        By question, in any order; a learner's objective has one question a day at most.
    """
    begin = offsets(objectives)
    found = begin[objective]
    pooled = np.diff(begin) > 1
    rows = np.flatnonzero(pooled[objective])
    if rows.size == 0:
        return found
    rows = rows[np.lexsort((day[rows], learner[rows], objective[rows]))]
    own, who = objective[rows], learner[rows]
    is_new = np.concatenate([[True], (np.diff(own) != 0) | (np.diff(who) != 0)])
    pair = np.cumsum(is_new) - 1
    starts = np.flatnonzero(is_new)
    time = np.arange(rows.size) - starts[pair]  # how often it was asked in the plan before
    answers = _LastAnswers(states)
    for first, last in _runs(own[starts]):
        number = int(own[starts[first]])
        order = answers.order(objectives[number].items, who[starts[first:last]])
        stop = starts[last] if last < starts.size else rows.size
        part = slice(int(starts[first]), int(stop))
        found[rows[part]] += order[pair[part] - first, time[part] % order.shape[1]]
    return found


def _runs(x: Int) -> list[tuple[int, int]]:
    """Where equal neighbours begin and end."""
    edges = [0, *(np.flatnonzero(np.diff(x)) + 1).tolist(), x.size]
    return list(pairwise(edges))


class _LastAnswers:
    """When items were last answered before the plan, by item."""

    def __init__(self, states: States) -> None:
        order = np.argsort(states.item, kind="stable")
        self.known = {item: position for position, item in enumerate(states.items)}
        self.begin = np.searchsorted(states.item[order], np.arange(len(states.items) + 1))
        self.learner, self.at = states.learner[order].astype(np.int64), states.last_answered_at[order]

    def order(self, items: tuple[str, ...], learners: Int) -> Int:
        """By learner, ascending: positions of a pool's items, the one to be asked first before the others."""
        last = np.full((learners.size, len(items)), np.iinfo(np.int64).min)
        for position, item in enumerate(items):
            number = self.known.get(item)
            if number is None:
                continue
            rows = slice(self.begin[number], self.begin[number + 1])
            place = np.minimum(np.searchsorted(learners, self.learner[rows]), learners.size - 1)
            is_own = learners[place] == self.learner[rows]
            last[place[is_own], position] = self.at[rows][is_own]
        return np.argsort(last, axis=1, kind="stable")
