"""The scheduler: memory by Perdure's FSRS-6, steps, intervals and fuzz by the rules of py-fsrs."""

from __future__ import annotations

import functools
import json
import math
import operator
import random
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self, TypedDict

from ... import _catalog, _core
from . import _fuzz, _steps
from .card import Card
from .rating import Rating
from .review_log import ReviewLog
from .state import State

_SPECS = _catalog.find("fsrs6", "py_fsrs_6_3_2")["parameters"]

DEFAULT_PARAMETERS: tuple[float, ...] = tuple(spec["init"] for spec in _SPECS)
LOWER_BOUNDS_PARAMETERS: tuple[float, ...] = tuple(spec["lower"] for spec in _SPECS)
UPPER_BOUNDS_PARAMETERS: tuple[float, ...] = tuple(spec["upper"] for spec in _SPECS)
FSRS_DEFAULT_DECAY = DEFAULT_PARAMETERS[20]
STABILITY_MIN = 0.001
INITIAL_STABILITY_MAX = 100.0
MIN_DIFFICULTY = 1.0
MAX_DIFFICULTY = 10.0
FUZZ_RANGES = [{"start": start, "end": end, "factor": share} for start, end, share in _fuzz.RANGES]

# Looking an enumerator up takes longer than comparing it.
_LEARNING, _REVIEW, _RELEARNING, _AGAIN = State.Learning, State.Review, State.Relearning, Rating.Again
_days = functools.lru_cache(maxsize=4096)(timedelta)


class SchedulerDict(TypedDict):
    """A scheduler as plain values, in the order of the JSON document; steps in seconds."""

    parameters: list[float]
    desired_retention: float
    learning_steps: list[int]
    relearning_steps: list[int]
    maximum_interval: int
    enable_fuzzing: bool


@dataclass(init=False)
class Scheduler:
    """When to ask a card next, by FSRS-6.

    Parameters
    ----------
    parameters : sequence of 21 floats
        w0 to w20 (docs/models/fsrs6.md). ValueError for another number of them or one out of bounds.
    desired_retention : float
        A card in review is due when its recall has fallen to this.
    learning_steps, relearning_steps : sequence of timedelta
        Waits of new cards, and of cards after a lapse, until they are (again) in review. May be empty.
    maximum_interval : int
        Days.
    enable_fuzzing : bool
        Change intervals of three days or more at random, a little.
    seed : int or object with ``random()``, optional
        Not in py-fsrs. Where fuzz comes from: the `random` module when not given, as in py-fsrs; with an int, a
        function of (seed, card id, time of the answer), so that neither the order of calls nor other cards matter;
        else the object's next draw. It takes no part in equality, ``repr`` and documents.
    """

    profile: ClassVar[str] = "py_fsrs_6_3_2"
    """The profile of FSRS-6 that the memory follows."""

    parameters: tuple[float, ...]
    desired_retention: float
    learning_steps: tuple[timedelta, ...]
    relearning_steps: tuple[timedelta, ...]
    maximum_interval: int
    enable_fuzzing: bool

    def __init__(
        self,
        parameters: Sequence[float] = DEFAULT_PARAMETERS,
        desired_retention: float = 0.9,
        learning_steps: tuple[timedelta, ...] | list[timedelta] = (timedelta(minutes=1), timedelta(minutes=10)),
        relearning_steps: tuple[timedelta, ...] | list[timedelta] = (timedelta(minutes=10),),
        maximum_interval: int = 36500,
        enable_fuzzing: bool = True,
        *,
        seed: int | _fuzz.RandomSource | None = None,
    ) -> None:
        _check(parameters)
        self.parameters = tuple(parameters)
        self.desired_retention = desired_retention
        self.learning_steps = tuple(learning_steps)
        self.relearning_steps = tuple(relearning_steps)
        self.maximum_interval = maximum_interval
        self.enable_fuzzing = enable_fuzzing
        self.seed = _fuzz.checked(seed)
        self._model: Any = None
        self._made_of: tuple[float, ...] | None = None

    def get_card_retrievability(self, card: Card, current_datetime: datetime | None = None) -> float:
        """Probability of recall at a time (default: now), counted in whole days; 0 for a card without an answer."""
        if card.last_review is None or card.stability is None:
            return 0
        if current_datetime is None:
            current_datetime = datetime.now(UTC)
        days = max(0, (current_datetime - card.last_review).days)
        # Recall does not depend on difficulty, which a card made by hand may lack.
        return float(self._memory().recall((card.stability, MIN_DIFFICULTY), days))

    def review_card(
        self,
        card: Card,
        rating: Rating,
        review_datetime: datetime | None = None,
        review_duration: int | None = None,
    ) -> tuple[Card, ReviewLog]:
        """The card after an answer, and the record of the answer. The card that is given stays as it is.

        Parameters
        ----------
        card : Card
        rating : Rating
        review_datetime : datetime, optional
            In UTC (``timezone.utc``); now, when not given.
        review_duration : int, optional
            Milliseconds, for the record.

        Raises
        ------
        ValueError
            A time without a zone or in another one than UTC; an unknown rating or state.
        """
        if review_datetime is None:
            review_datetime = datetime.now(UTC)
        elif review_datetime.tzinfo is None or review_datetime.tzinfo != UTC:
            raise ValueError(f"review_datetime must be in UTC (timezone.utc), got {review_datetime!r}")
        # Recall after infinitely many days is 0: what py-fsrs takes for a card with a memory but no last answer.
        days = (review_datetime - card.last_review).days if card.last_review else math.inf
        if rating not in (1, 2, 3, 4):
            raise ValueError(f"rating must be Again, Hard, Good or Easy, got {rating!r}")

        card = _copied(card)
        card.stability, card.difficulty = self._answered(card, rating, days)
        wait = self._step(card, rating)
        card.due = review_datetime + (self._interval(card, review_datetime) if wait is None else wait)
        card.last_review = review_datetime
        return card, ReviewLog(card.card_id, rating, review_datetime, review_duration)

    def reschedule_card(self, card: Card, review_logs: list[ReviewLog]) -> Card:
        """The card as if this scheduler had been there for all of its answers (in any order).

        Raises
        ------
        ValueError
            An answer belongs to another card.
        """
        for log in review_logs:
            if log.card_id != card.card_id:
                raise ValueError(f"an answer to card {log.card_id} cannot reschedule card {card.card_id}")
        made = Card(card_id=card.card_id, due=card.due)
        for log in sorted(review_logs, key=lambda log: log.review_datetime):
            made, _ = self.review_card(made, log.rating, log.review_datetime)
        return made

    def to_dict(self) -> SchedulerDict:
        """The scheduler as plain values; steps in whole seconds."""
        return {
            "parameters": list(self.parameters),
            "desired_retention": self.desired_retention,
            "learning_steps": [int(step.total_seconds()) for step in self.learning_steps],
            "relearning_steps": [int(step.total_seconds()) for step in self.relearning_steps],
            "maximum_interval": self.maximum_interval,
            "enable_fuzzing": self.enable_fuzzing,
        }

    @classmethod
    def from_dict(cls, source_dict: SchedulerDict) -> Self:
        """A scheduler from what `to_dict` made, here or in py-fsrs; KeyError or ValueError for anything else."""
        return cls(
            parameters=source_dict["parameters"],
            desired_retention=source_dict["desired_retention"],
            learning_steps=[timedelta(seconds=step) for step in source_dict["learning_steps"]],
            relearning_steps=[timedelta(seconds=step) for step in source_dict["relearning_steps"]],
            maximum_interval=source_dict["maximum_interval"],
            enable_fuzzing=source_dict["enable_fuzzing"],
        )

    def to_json(self, indent: int | str | None = None) -> str:
        """The scheduler as a JSON document; `indent` as in `json.dumps`."""
        return json.dumps(self.to_dict(), indent=indent)

    @classmethod
    def from_json(cls, source_json: str) -> Self:
        """A scheduler from the document of `to_json`, here or in py-fsrs."""
        return cls.from_dict(json.loads(source_json))

    def _memory(self) -> Any:
        """The compiled model with this scheduler's parameters."""
        if self._made_of is not self.parameters:
            # Not bounded: without a ceiling on stability, as in py-fsrs, a memory may leave the range of the catalog.
            self._model = _core.models.Scalar("fsrs6", self.profile, list(self.parameters), bounded=False)
            self._made_of = self.parameters
        return self._model

    def _answered(self, card: Card, rating: int, days: float) -> tuple[float, float]:
        """Stability and difficulty after an answer."""
        state = card.state
        if state == _REVIEW or state == _RELEARNING:  # noqa: SIM109 (a tuple takes longer)
            assert card.stability is not None, "a card in review or relearning has a stability"
            assert card.difficulty is not None, "a card in review or relearning has a difficulty"
            assert state == _REVIEW or card.step is not None, "a card in relearning has a step"
        elif state == _LEARNING:
            assert card.step is not None, "a card in learning has a step"
            if card.stability is None or card.difficulty is None:
                first: tuple[float, float] = self._memory().first(operator.index(rating))
                return first
        else:
            raise ValueError(f"state must be Learning, Review or Relearning, got {state!r}")
        # An answer that is dated before the last one counts as one on the same day.
        after: tuple[float, float] = self._memory().review(
            (card.stability, card.difficulty), days if days > 0 else 0, int(rating)
        )
        return after

    def _step(self, card: Card, rating: int) -> timedelta | None:
        """Move the card among the steps: the wait until the next one, or None when the card is in review now."""
        if card.state == _REVIEW:
            if rating != _AGAIN or len(self.relearning_steps) == 0:
                return None
            card.state, card.step = _RELEARNING, 0
            return self.relearning_steps[0]
        assert card.step is not None
        steps = self.learning_steps if card.state == _LEARNING else self.relearning_steps
        following = _steps.after(steps, card.step, rating)
        if following is None:
            card.state, card.step = _REVIEW, None
            return None
        card.step, wait = following
        return wait

    def _interval(self, card: Card, answered_at: datetime) -> timedelta:
        """Whole days until recall falls to the desired retention, at least one and at most the longest, with fuzz."""
        retention, longest = self.desired_retention, self.maximum_interval
        if 0 < retention <= 1:
            days = round(self._memory().interval((card.stability, card.difficulty), retention))
        else:
            days = _never_or_at_once(retention)
        if days < 1:
            days = 1
        if days > longest:
            days = longest
        if not self.enable_fuzzing:
            return _days(days)
        whole = days if isinstance(days, int) else int(days)  # a maximum_interval may have a fraction
        if whole < _fuzz.SHORTEST:
            return _days(days)
        seed = self.seed
        if seed is None:
            draw = random.random()
        elif isinstance(seed, int):
            draw = _fuzz.addressed(seed, card.card_id, answered_at)
        else:
            draw = seed.random()
        return _days(_fuzz.changed(whole, longest, draw))


def _never_or_at_once(retention: float) -> int:
    """Days for a desired retention outside (0, 1], as in py-fsrs: 0 above 1, an error else."""
    if retention > 1:
        return 0
    if retention == 0:
        raise ZeroDivisionError("recall never falls to a desired_retention of 0")
    raise ValueError(f"desired_retention must be in (0, 1], got {retention}")


def _copied(card: Card) -> Card:
    """A shallow copy; quick for a plain card, by the rules of `copy` for a subclass or a card with more attributes."""
    if type(card) is not Card or len(card.__dict__) != 7:
        return copy(card)
    made = Card.__new__(Card)
    made.card_id = card.card_id
    made.state = card.state
    made.step = card.step
    made.stability = card.stability
    made.difficulty = card.difficulty
    made.due = card.due
    made.last_review = card.last_review
    return made


def _check(parameters: Sequence[float]) -> None:
    """Refuse a wrong number of parameters, and all that are out of bounds at once."""
    if len(parameters) != len(DEFAULT_PARAMETERS):
        raise ValueError(f"parameters must be {len(DEFAULT_PARAMETERS)} numbers, got {len(parameters)}")
    rows = zip(parameters, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS, strict=True)
    outside = [
        f"parameters[{i}] must be in [{lower:g}, {upper:g}], got {value}"
        for i, (value, lower, upper) in enumerate(rows)
        if not lower <= value <= upper
    ]
    if outside:
        raise ValueError("; ".join(outside))


__all__ = ["Scheduler"]
