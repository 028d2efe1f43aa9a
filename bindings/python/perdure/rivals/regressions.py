"""Regressions on counts, as published: PFA, DASH, DAS3H and Best-LR."""

from __future__ import annotations

from typing import ClassVar

from .count_regression import CountRegression, Terms
from .features import EVER, WINDOWS


class Pfa(CountRegression):
    """Performance factors analysis: a level for each skill, and what its right answers and attempts add.

    Pavlik, Cen and Koedinger (2009), with logs of counts as in Gervet et al. (2020).
    """

    id: ClassVar[str] = "pfa"
    terms: ClassVar[Terms] = Terms(("skill",), by_skill=EVER)


class DashRegression(CountRegression):
    """DASH: learner, item, and the learner's history on the item in time windows, with weights in common.

    Lindsey, Shroyer, Pashler and Mozer (2014). The model ``dash`` of the catalog is the same history alone.
    """

    id: ClassVar[str] = "dash-lr"
    terms: ClassVar[Terms] = Terms(("learner", "item"), shared=(("item", WINDOWS),))


class Das3h(CountRegression):
    """DAS3H: learner, item, skills, and the learner's history on each skill in time windows, weights by skill.

    Choffin, Popineau, Bourda and Vie (2019).
    """

    id: ClassVar[str] = "das3h"
    terms: ClassVar[Terms] = Terms(("learner", "item", "skill"), by_skill=WINDOWS)


class BestLr(CountRegression):
    """Best-LR: item, skills, and counts of the learner's answers to each skill, to the item, and in all.

    Gervet, Koedinger, Schneider and Mitchell (2020).
    """

    id: ClassVar[str] = "best-lr"
    terms: ClassVar[Terms] = Terms(("item", "skill"), by_skill=EVER, shared=(("item", EVER), ("learner", EVER)))


class BestLrWindows(CountRegression):
    """Best-LR with the time windows of DAS3H in place of each count."""

    id: ClassVar[str] = "best-lr-windows"
    terms: ClassVar[Terms] = Terms(
        ("item", "skill"), by_skill=WINDOWS, shared=(("item", WINDOWS), ("learner", WINDOWS))
    )
