"""What is wrong or odd does in the drop-in what it does in py-fsrs: the same type of error, or the same dates."""

from __future__ import annotations

import datetime as dt
import random
import zoneinfo
from collections.abc import Callable
from typing import Any

import pytest
from perdure.compat import py_fsrs as drop_in

AT = dt.datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
DEFAULTS = drop_in.scheduler.DEFAULT_PARAMETERS
NAIVE, PARIS = dt.datetime(2026, 3, 2), AT.astimezone(zoneinfo.ZoneInfo("Europe/Paris"))
REVIEWED = {"card_id": 1, "stability": 3.0, "difficulty": 5.0, "due": AT, "last_review": AT}


def card(f: Any, state: int = 2, **changes: Any) -> Any:
    return f.Card(**{**REVIEWED, "state": f.State(state), **changes})


def with_attribute(value: Any, **attributes: Any) -> Any:
    for name, attribute in attributes.items():
        setattr(value, name, attribute)
    return value


ERRORS: dict[str, Callable[[Any], Any]] = {
    "too few parameters": lambda f: f.Scheduler(parameters=DEFAULTS[:19]),
    "no parameters": lambda f: f.Scheduler(parameters=()),
    "parameter too large": lambda f: f.Scheduler(parameters=[*DEFAULTS[:20], 0.9]),
    "parameter is not a number": lambda f: f.Scheduler(parameters=[*DEFAULTS[:20], float("nan")]),
    "parameter is a text": lambda f: f.Scheduler(parameters=[*DEFAULTS[:20], "0.2"]),
    "parameters are a number": lambda f: f.Scheduler(parameters=3),
    "unknown option": lambda f: f.Scheduler(retention=0.9),
    "steps are a number": lambda f: f.Scheduler(learning_steps=3),
    "naive time": lambda f: f.Scheduler().review_card(card(f), f.Rating.Good, NAIVE),
    "time in another zone": lambda f: f.Scheduler().review_card(card(f), f.Rating.Good, PARIS),
    "time in the zone UTC of the zone data": lambda f: f.Scheduler().review_card(
        card(f), f.Rating.Good, AT.replace(tzinfo=zoneinfo.ZoneInfo("UTC"))
    ),
    "naive last review": lambda f: f.Scheduler().review_card(card(f, last_review=NAIVE), f.Rating.Good, AT),
    "naive time of recall": lambda f: f.Scheduler().get_card_retrievability(card(f), NAIVE),
    "rating 5 in review": lambda f: f.Scheduler().review_card(card(f), 5, AT + DAY),
    "rating 0 in learning": lambda f: f.Scheduler().review_card(f.Card(), 0, AT),
    "rating 3.0 for a new card": lambda f: f.Scheduler().review_card(f.Card(), 3.0, AT),
    "unknown state": lambda f: f.Scheduler().review_card(with_attribute(card(f), state=4), f.Rating.Good, AT),
    "review without a stability": lambda f: f.Scheduler().review_card(card(f, stability=None), f.Rating.Good, AT),
    "review without a difficulty": lambda f: f.Scheduler().review_card(card(f, difficulty=None), f.Rating.Good, AT),
    "relearning without a step": lambda f: f.Scheduler().review_card(card(f, 3), f.Rating.Good, AT),
    "learning without a step": lambda f: f.Scheduler().review_card(with_attribute(f.Card(), step=None), 3, AT),
    "beyond the last year": lambda f: f.Scheduler(maximum_interval=10**7).review_card(
        card(f, stability=1e9), 3, AT + DAY
    ),
    "retention 0": lambda f: f.Scheduler(desired_retention=0).review_card(card(f), f.Rating.Good, AT + DAY),
    "retention is not a number": lambda f: f.Scheduler(desired_retention=float("nan")).review_card(
        card(f), 3, AT + DAY
    ),
    "answer to another card": lambda f: f.Scheduler().reschedule_card(
        f.Card(card_id=1), [f.ReviewLog(card_id=2, rating=f.Rating.Good, review_datetime=AT, review_duration=None)]
    ),
    "naive answer": lambda f: f.Scheduler().reschedule_card(
        f.Card(card_id=1), [f.ReviewLog(1, f.Rating.Good, NAIVE, None)]
    ),
    "card document without a key": lambda f: f.Card.from_dict({"card_id": 1}),
    "card document with an unknown state": lambda f: f.Card.from_dict({**card(f).to_dict(), "state": 9}),
    "card document with a broken time": lambda f: f.Card.from_dict({**card(f).to_dict(), "due": "soon"}),
    "log document with an unknown rating": lambda f: f.ReviewLog.from_dict(
        {"card_id": 1, "rating": 5, "review_datetime": AT.isoformat(), "review_duration": None}
    ),
    "scheduler document without a key": lambda f: f.Scheduler.from_dict({"parameters": list(DEFAULTS)}),
    "broken JSON": lambda f: f.Card.from_json("{"),
    "no review time in a log": lambda f: f.ReviewLog(1, f.Rating.Good),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors_are_of_the_same_type(py_fsrs: Any, case: str) -> None:
    with pytest.raises(Exception) as theirs:
        ERRORS[case](py_fsrs.peer)
    with pytest.raises(theirs.type) as ours:
        ERRORS[case](py_fsrs.ours)
    assert ours.type is theirs.type


NO_ERRORS: dict[str, Callable[[Any], Any]] = {
    "saturation 0": lambda f: f.Scheduler(parameters=[*DEFAULTS[:19], 0.0, DEFAULTS[20]]),
    "retention 1": lambda f: f.Scheduler(desired_retention=1),
    "retention above 1": lambda f: f.Scheduler(desired_retention=1.5),
    "longest interval 0": lambda f: f.Scheduler(maximum_interval=0),
    "longest interval below 0": lambda f: f.Scheduler(maximum_interval=-3),
    "longest interval with a fraction": lambda f: f.Scheduler(maximum_interval=10.5),
    "retention close to 1": lambda f: f.Scheduler(desired_retention=0.9999999),
    "retention close to 0": lambda f: f.Scheduler(desired_retention=1e-6),
}


@pytest.mark.parametrize("case", NO_ERRORS)
def test_odd_options_do_the_same(py_fsrs: Any, case: str) -> None:
    def due(f: Any) -> list[Any]:
        random.seed(5)
        cards = [
            card(f),
            card(f, last_review=None),
            card(f, 1, step=5),
            card(f, 1, difficulty=None),
            card(f, stability=1e7),
        ]
        made = [NO_ERRORS[case](f).review_card(c, rating, AT + 3 * DAY)[0] for c in cards for rating in f.Rating]
        return [(c.due, int(c.state), c.step, pytest.approx(c.stability), pytest.approx(c.difficulty)) for c in made]

    assert due(py_fsrs.ours) == due(py_fsrs.peer)


def test_a_rating_that_equals_one_counts_as_one(py_fsrs: Any) -> None:
    for rating in (1.0, 3.0, True):
        ours, theirs = (
            f.Scheduler().review_card(card(f, stability=2.0), rating, AT)[0] for f in (py_fsrs.ours, py_fsrs.peer)
        )
        assert (ours.due, ours.stability) == (theirs.due, pytest.approx(theirs.stability))


def test_messages_name_what_was_wrong() -> None:
    with pytest.raises(ValueError, match=r"parameters\[4\].*0\.5.*parameters\[20\].*0\.9"):
        drop_in.Scheduler(parameters=[*DEFAULTS[:4], 0.5, *DEFAULTS[5:20], 0.9])
    with pytest.raises(ValueError, match="21 numbers, got 17"):
        drop_in.Scheduler(parameters=DEFAULTS[:17])


def test_a_card_that_no_scheduler_made_is_refused() -> None:
    for stability, difficulty in ((-1.0, 5.0), (float("nan"), 5.0), (3.0, 0.0), (3.0, -1.0)):
        with pytest.raises(ValueError, match="must be above 0"):
            drop_in.Scheduler().review_card(card(drop_in, stability=stability, difficulty=difficulty), 3, AT + DAY)
