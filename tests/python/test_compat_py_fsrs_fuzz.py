"""Fuzz of the drop-in: where its draws come from, and that a seed addresses them."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from perdure.compat import py_fsrs as drop_in
from perdure.compat.py_fsrs import _fuzz

AT = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def review_card(fsrs: Any, card_id: int = 1, stability: float = 30.0, at: dt.datetime = AT, **options: Any) -> Any:
    card = fsrs.Card(card_id, fsrs.State.Review, None, stability, 5.0, at, at - 10 * DAY)
    return fsrs.Scheduler(**options).review_card(card, fsrs.Rating.Good, at)[0]


def days(card: Any) -> int:
    return int((card.due - card.last_review).days)


def test_a_random_source_draws_what_py_fsrs_draws(py_fsrs: Any) -> None:
    random.seed(77)
    theirs = [days(review_card(py_fsrs.peer)) for _ in range(200)]
    random.seed(77)
    assert [days(review_card(py_fsrs.ours)) for _ in range(200)] == theirs
    source = random.Random(77)
    assert [days(review_card(py_fsrs.ours, seed=source)) for _ in range(200)] == theirs
    assert len(set(theirs)) > 3


def test_every_interval_and_draw_is_changed_alike(py_fsrs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    draws = np.linspace(0.0, 1.0, 101, endpoint=False).tolist()
    theirs = py_fsrs.peer.Scheduler._get_fuzzed_interval
    state: dict[str, float] = {}
    monkeypatch.setitem(theirs.__globals__, "random", lambda: state["draw"])
    for longest in (1, 2, 3, 50, 36500):
        scheduler = py_fsrs.peer.Scheduler(maximum_interval=longest)
        for interval in [*range(3, 61), 99, 100, 101, 1000, 36500]:
            for state["draw"] in draws:
                wanted = theirs(scheduler, interval=dt.timedelta(days=interval)).days
                assert _fuzz.changed(interval, longest, state["draw"]) == wanted


def test_a_seed_addresses_the_draw() -> None:
    state = random.getstate()
    cards = {n: days(review_card(drop_in, card_id=n, seed=5)) for n in range(400)}
    again = {n: days(review_card(drop_in, card_id=n, seed=5)) for n in reversed(range(400))}
    assert cards == again
    assert random.getstate() == state, "the random module was used"
    assert cards != {n: days(review_card(drop_in, card_id=n, seed=6)) for n in range(400)}
    assert len({days(review_card(drop_in, at=AT + k * DAY, seed=5)) for k in range(50)}) > 3


def test_draws_by_address_are_even() -> None:
    n = 20_000
    draws = np.array([_fuzz.addressed(1, card, AT) for card in range(n)])
    assert draws.min() >= 0
    assert draws.max() < 1
    # Mean and variance of a uniform number; 5 standard errors.
    assert draws.mean() == pytest.approx(0.5, abs=5 * np.sqrt(1 / 12 / n))
    assert draws.var() == pytest.approx(1 / 12, abs=5 * np.sqrt(1 / 180 / n))


def test_a_ten_day_interval_may_become_thirteen() -> None:
    # Stability 10 at retention 0.9, so that the interval is 10 days: the published behavior of py-fsrs's draw.
    n = 4000
    found = Counter(_fuzz.changed(10, 36500, _fuzz.addressed(2, card, AT)) for card in range(n))
    assert set(found) == {8, 9, 10, 11, 12, 13}
    for day, share in {8: 0.1, 9: 0.2, 10: 0.2, 11: 0.2, 12: 0.2, 13: 0.1}.items():
        assert found[day] / n == pytest.approx(share, abs=5 * np.sqrt(share * (1 - share) / n))


def test_seeds_are_no_part_of_the_document() -> None:
    assert drop_in.Scheduler(seed=1) == drop_in.Scheduler()
    assert repr(drop_in.Scheduler(seed=1)) == repr(drop_in.Scheduler())
    assert drop_in.Scheduler(seed=1).to_json() == drop_in.Scheduler().to_json()


@pytest.mark.parametrize("seed", ["7", 1.5, b"7", []])
def test_what_is_no_seed_is_refused_at_once(seed: Any) -> None:
    with pytest.raises(TypeError, match="seed must be an int or an object with random"):
        drop_in.Scheduler(seed=seed)


def test_rescheduling_with_a_seed_repeats() -> None:
    scheduler = drop_in.Scheduler(seed=9)
    card, at, logs = drop_in.Card(card_id=4, due=AT), AT, []
    for _ in range(12):
        card, log = scheduler.review_card(card, drop_in.Rating.Good, at)
        logs.append(log)
        at = card.due
    assert scheduler.reschedule_card(card, logs[::-1]) == card
