"""The same random programs through py-fsrs and the drop-in: all cards, records, documents, errors and draws."""

from __future__ import annotations

import copy
import datetime as dt
import math
import pickle
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from perdure.compat import py_fsrs as drop_in

AT = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
LOWER = drop_in.scheduler.LOWER_BOUNDS_PARAMETERS
UPPER = drop_in.scheduler.UPPER_BOUNDS_PARAMETERS
DEFAULTS = drop_in.scheduler.DEFAULT_PARAMETERS

# The two write the same equations differently (e**x against exp(x), say): a few units in the last place of each of the
# hundred factors of a long history.
NEAR = {"rel": 1e-9, "abs": 1e-12}
PROGRAMS = 250
LONGEST_PROGRAM = 60


def random_options(rng: random.Random) -> dict[str, Any]:
    """Options of a scheduler: defaults, or values anywhere in their bounds, on them, and of odd kinds."""
    options: dict[str, Any] = {}
    if rng.random() < 0.7:
        share = rng.choice([0.1, 1.0])
        parameters = [
            rng.choice([low, high]) if rng.random() < 0.05 else w + share * (rng.uniform(low, high) - w)
            for w, low, high in zip(DEFAULTS, LOWER, UPPER, strict=True)
        ]
        options["parameters"] = tuple(parameters) if rng.random() < 0.5 else parameters
    if rng.random() < 0.5:
        options["desired_retention"] = rng.choice([0.7, 0.8, 0.95, 1.0, rng.uniform(0.05, 0.99)])
    for name in ("learning_steps", "relearning_steps"):
        if rng.random() < 0.6:
            units = [dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)]
            steps = [rng.choice(units) * rng.randint(0, 50) for _ in range(rng.choice([0, 0, 1, 1, 2, 3, 5]))]
            options[name] = tuple(steps) if rng.random() < 0.5 else steps
    if rng.random() < 0.5:
        options["maximum_interval"] = rng.choice([1, 2, 3, 10, 365, 36500, rng.randint(1, 1000)])
    if rng.random() < 0.4:
        options["enable_fuzzing"] = rng.random() < 0.5
    return options


def random_gap(rng: random.Random) -> dt.timedelta:
    """Microseconds to decades, edges of days, and sometimes back in time."""
    kind = rng.random()
    if kind < 0.1:
        return rng.choice([-1, 1]) * rng.choice(
            [dt.timedelta(0), dt.timedelta(microseconds=1), dt.timedelta(days=1), dt.timedelta(days=1, microseconds=-1)]
        )
    return dt.timedelta(seconds=math.exp(rng.uniform(math.log(0.01), math.log(1e9 if kind < 0.15 else 1e7))))


class Twin:
    """A program that runs in both packages at once; each step compares results, errors and the draws that it took."""

    def __init__(self, peer: Any, ours: Any, seed: int) -> None:
        self.packages = (peer, ours)
        self.rng = random.Random(seed)
        options = random_options(self.rng)
        self.schedulers = [package.Scheduler(**options) for package in self.packages]
        self.cards = [[package.Card(card_id=n, due=AT) for n in range(3)] for package in self.packages]
        self.logs: list[list[Any]] = [[], []]
        self.now = AT
        random.seed(seed)

    def both(self, call: Callable[[int], Any]) -> list[Any]:
        """Run in the peer, then here from the same state of the `random` module."""
        results: list[Any] = []
        before, after = random.getstate(), []
        for side in (0, 1):
            random.setstate(before)
            try:
                results.append(call(side))
            except Exception as error:
                results.append(error)
            after.append(random.getstate())
        assert after[0] == after[1], "another number of draws"
        failed = [isinstance(result, Exception) for result in results]
        assert failed[0] == failed[1], results
        if failed[0]:
            assert type(results[0]) is type(results[1])
        return results

    def step(self) -> None:
        """One random operation."""
        operations = [self.review] * 8 + [self.recall, self.reschedule, self.exchange, self.new_scheduler, self.copies]
        self.rng.choice(operations)()

    def review(self) -> None:
        number, grade = self.rng.randrange(3), self.rng.choice([1, 2, 3, 3, 4])
        duration = self.rng.choice([None, self.rng.randint(0, 60_000)])
        on_time = self.rng.random() < 0.4
        at = self.cards[0][number].due if on_time else self.now + random_gap(self.rng)
        made = self.both(
            lambda side: self.schedulers[side].review_card(
                self.cards[side][number], self.packages[side].Rating(grade), at, review_duration=duration
            )
        )
        if isinstance(made[0], Exception):
            return
        self.now = max(self.now, min(at, dt.datetime(2400, 1, 1, tzinfo=dt.UTC)))
        for side in (0, 1):
            self.cards[side][number], log = made[side]
            self.logs[side].append(log)
        same_card(self.cards[0][number], self.cards[1][number])
        assert vars(made[1][1]) == vars(made[0][1])

    def recall(self) -> None:
        number, at = self.rng.randrange(3), self.now + random_gap(self.rng)
        made = self.both(lambda side: self.schedulers[side].get_card_retrievability(self.cards[side][number], at))
        if not isinstance(made[0], Exception):
            assert made[1] == pytest.approx(made[0], **NEAR)
            assert type(made[1]) is type(made[0])

    def reschedule(self) -> None:
        number = self.rng.randrange(3)
        order = list(range(len(self.logs[0])))
        self.rng.shuffle(order)

        def call(side: int) -> Any:
            logs = [self.logs[side][k] for k in order if self.logs[side][k].card_id == number]
            return self.schedulers[side].reschedule_card(self.cards[side][number], logs)

        made = self.both(call)
        if not isinstance(made[0], Exception):
            same_card(*made)
            if self.rng.random() < 0.5:
                self.cards[0][number], self.cards[1][number] = made

    def exchange(self) -> None:
        """Each side goes on with what it reads from py-fsrs's documents; those of the drop-in differ in last digits."""
        options = self.schedulers[0].to_json(), self.schedulers[1].to_json()
        assert options[0] == options[1]
        cards = [card.to_json() for card in self.cards[0]]
        for card, theirs in zip(self.cards[1], cards, strict=True):
            same_card(self.packages[0].Card.from_json(theirs), self.packages[0].Card.from_json(card.to_json()))
        logs = [log.to_json() for log in self.logs[0]]
        assert [log.to_json() for log in self.logs[1]] == logs
        for side, package in enumerate(self.packages):
            self.schedulers[side] = package.Scheduler.from_json(options[0])
            self.cards[side] = [package.Card.from_json(card) for card in cards]
            self.logs[side] = [package.ReviewLog.from_json(log) for log in logs]
            assert [card.to_json() for card in self.cards[side]] == cards
            assert [log.to_json() for log in self.logs[side]] == logs

    def new_scheduler(self) -> None:
        """Cards move to a scheduler with other steps."""
        options = random_options(self.rng)
        self.schedulers = [package.Scheduler(**options) for package in self.packages]

    def copies(self) -> None:
        again = self.rng.choice([copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
        scheduler, cards = again(self.schedulers[1]), [again(card) for card in self.cards[1]]
        assert (scheduler, cards) == (self.schedulers[1], self.cards[1])
        self.schedulers[1], self.cards[1] = scheduler, cards


def same_card(theirs: Any, ours: Any) -> None:
    for name in ("stability", "difficulty"):
        found, wanted = getattr(ours, name), getattr(theirs, name)
        assert (found is None) == (wanted is None), name
        assert wanted is None or found == pytest.approx(wanted, **NEAR), name
    for name in ("card_id", "state", "step", "due", "last_review"):
        assert getattr(ours, name) == getattr(theirs, name), name


def test_random_programs_do_the_same(py_fsrs: Any) -> None:
    answers = 0
    for seed in range(PROGRAMS):
        twin = Twin(py_fsrs.peer, py_fsrs.ours, seed)
        for _ in range(twin.rng.randint(1, LONGEST_PROGRAM)):
            twin.step()
        answers += len(twin.logs[0])
    assert answers > 10 * PROGRAMS


GAPS = st.timedeltas(min_value=dt.timedelta(0), max_value=dt.timedelta(days=4000))
STEPS = st.lists(st.timedeltas(min_value=dt.timedelta(0), max_value=dt.timedelta(days=3)), max_size=4)


@given(
    answers=st.lists(st.tuples(st.sampled_from([1, 2, 3, 4]), GAPS), min_size=1, max_size=25),
    retention=st.floats(0.3, 0.999),
    learning_steps=STEPS,
    relearning_steps=STEPS,
    longest=st.integers(1, 40_000),
    fuzz=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_any_history_ends_the_same(
    py_fsrs: Any,
    answers: list[tuple[int, dt.timedelta]],
    retention: float,
    learning_steps: list[dt.timedelta],
    relearning_steps: list[dt.timedelta],
    longest: int,
    fuzz: bool,
    seed: int,
) -> None:
    ends = []
    for package in (py_fsrs.peer, py_fsrs.ours):
        random.seed(seed)
        scheduler = package.Scheduler(
            desired_retention=retention,
            learning_steps=learning_steps,
            relearning_steps=relearning_steps,
            maximum_interval=longest,
            enable_fuzzing=fuzz,
        )
        card, at = package.Card(card_id=1, due=AT), AT
        for grade, gap in answers:
            at += gap
            card, _ = scheduler.review_card(card, package.Rating(grade), at)
        ends.append(card)
    same_card(*ends)


def test_published_intervals(py_fsrs: Any) -> None:
    # models.md: py-fsrs's own vectors.
    fsrs = py_fsrs.ours
    scheduler, card, at = fsrs.Scheduler(enable_fuzzing=False), fsrs.Card(card_id=1, due=AT), AT
    intervals = []
    for grade in [3] * 6 + [1, 1] + [3] * 5:
        card, _ = scheduler.review_card(card, fsrs.Rating(grade), at)
        intervals.append((card.due - card.last_review).days)
        at = card.due
    assert intervals == [0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21]


def test_published_memory(py_fsrs: Any) -> None:
    fsrs = py_fsrs.ours
    card, at = fsrs.Card(card_id=1), AT
    for grade, days in zip([1, 3, 3, 3, 3, 3], [0, 0, 1, 3, 8, 21], strict=True):
        at += dt.timedelta(days=days)
        card, _ = fsrs.Scheduler(enable_fuzzing=False).review_card(card, fsrs.Rating(grade), at)
    # Half a unit of the printed digits.
    assert card.stability == pytest.approx(53.6269, abs=5e-5)
    assert card.difficulty == pytest.approx(6.35749, abs=5e-6)
