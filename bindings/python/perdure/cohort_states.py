"""What a cohort model knows of every learner × item of a log."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pyarrow as pa

from . import _core
from ._cohort_ids import MS_PER_DAY, Ids
from ._frames import to_kind
from .errors import InputError
from .log import ReviewLog
from .states import Moment, States


class CohortStates(States):
    """Learner × item pairs of a log, after its last answer.

    Recall is the probability of a right answer, guessing included; its bounds hold what is uncertain of the learner,
    the item, its skills and how fast they are forgotten.
    """

    def __init__(self, model: Any, log: ReviewLog, ids: Ids, filter_: Any) -> None:
        # the grouping of answers is that of any model; the constant's has no state columns of its own
        columns = _core.fit.states("constant", "perdure", log._core, log.histories("exact"), np.zeros(1) + 0.5, 1)
        super().__init__(model, log, {**columns, "state": ()})
        self._log = None
        self._filter = filter_
        # a part of a log names learners and items of the whole, of which the filter need not know
        self._learner_codes = np.array(
            [ids.find_learner(log.learners[code]) for code in self.learner.tolist()], np.uint32
        )
        what = (log.items[code] for code in self.item.tolist())
        self._item_codes = np.array([ids.find_item(name) for name in what], np.uint32)

    def retention(self, at: Moment, tz: str = "UTC", level: float | None = 0.95, threads: int | None = None) -> Any:
        """Predicted recall of every learner × item at a moment, with bounds; see `States.retention`."""
        moment = self._moment(at, tz)
        found = self._filter.forecast(
            self._learner_codes,
            self._item_codes,
            np.full(len(self), moment / MS_PER_DAY),
            z_of(0.95 if level is None else level),
        )
        columns = self._ids()
        columns["elapsed_days"] = pa.array((moment - self.last_answered_at) / MS_PER_DAY)
        columns["recall"] = pa.array(found["probability"])
        if level is not None:
            columns["low"], columns["high"] = pa.array(found["low"]), pa.array(found["high"])
        return to_kind(pa.table(columns), self._kind)


def z_of(level: Any) -> float:
    """Standard deviations on each side that hold a share of a normal distribution."""
    from statistics import NormalDist

    if isinstance(level, bool) or not isinstance(level, int | float) or not 0.0 < level < 1.0:
        raise InputError("not a level", source="level", value=level, expected="a number in (0, 1)")
    return NormalDist().inv_cdf(0.5 + 0.5 * cast(float, level))
