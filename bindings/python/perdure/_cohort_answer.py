"""One answer, learned by a cohort model in place: what a service that sees answers come in one by one needs."""

from __future__ import annotations

from typing import Any

from . import _core
from ._cohort_ids import MS_PER_DAY, SESSION_DAYS, Guessing, Ids, Skills
from ._cohort_parameters import DEFAULTS
from .errors import InputError

HALF_A_TICK_DAYS = 0.5 / MS_PER_DAY
"""Times are kept to the millisecond."""
NEVER = -float("inf")


def learn(
    ids: Ids,
    filter_: Any,
    learner: str,
    item: str,
    score: float,
    answered_ms: int,
    shown_ms: int | None,
    skills: Skills | None,
    guessing: Guessing,
) -> float:
    """Learn one answer; say how likely a right one was. InputError, and nothing learned, where it does not fit."""
    _check(learner, item, score)
    answered = answered_ms / MS_PER_DAY
    if shown_ms is not None and shown_ms > answered_ms:
        raise InputError("shown after it was answered", source="shown_at", expected="a time no later than at")
    who, asked = ids.learner_code_if_known(learner), ids.item_code_if_known(item)
    last, seen = (NEVER, NEVER) if who is None else filter_.last(who, 0 if asked is None else asked)
    if answered < last - HALF_A_TICK_DAYS or (asked is not None and answered < seen + HALF_A_TICK_DAYS):
        problem = f"not after what is known of learner {learner}"
        raise InputError(problem, source="at", expected="answers in order of time, each once")
    if asked is None:
        Ids().add_items(
            _core.cohort.Filter(DEFAULTS), [item], skills or {}, guessing
        )  # refuses what would be half added
        ids.add_items(filter_, [item], skills or {}, guessing)
    if who is None:
        who = ids.learner_code(learner)
        filter_.add_learners(len(ids.learners))
    inside_a_session = 0.0 < answered - last <= SESSION_DAYS
    shown = shown_ms / MS_PER_DAY if shown_ms is not None else last if inside_a_session else answered
    expected: float = filter_.learn(who, ids.find_item(item), shown, max(answered, last), float(score))
    return expected


def _check(learner: Any, item: Any, score: Any) -> None:
    for source, name in (("learner", learner), ("item", item)):
        if not isinstance(name, str) or not name:
            raise InputError("not a name", source=source, value=name, expected="text that is not empty")
    try:
        fits = not isinstance(score, str) and 0.0 <= float(score) <= 1.0
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise InputError("not a score", source="score", value=score, expected="a number in [0, 1], or True or False")
