"""A card: what a scheduler knows about one learner and one item."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self, TypedDict

from ._ids import new_card_id
from .state import State


class CardDict(TypedDict):
    """A card as plain values, in the order of the JSON document."""

    card_id: int
    state: int
    step: int | None
    stability: float | None
    difficulty: float | None
    due: str
    last_review: str | None


@dataclass(init=False)
class Card:
    """One learner's memory of one item, and when it is due.

    Attributes
    ----------
    card_id : int
        Milliseconds since 1970 at creation, when not given; no two cards of a process get the same.
    state : State
    step : int or None
        Index into the learning or relearning steps; None in review. A new card in learning starts at 0.
    stability : float or None
        Days until recall has fallen to 0.9; None before the first answer.
    difficulty : float or None
        In [1, 10]; None before the first answer.
    due : datetime
        Now, when not given.
    last_review : datetime or None
    """

    card_id: int
    state: State
    step: int | None
    stability: float | None
    difficulty: float | None
    due: datetime
    last_review: datetime | None

    def __init__(
        self,
        card_id: int | None = None,
        state: State = State.Learning,
        step: int | None = None,
        stability: float | None = None,
        difficulty: float | None = None,
        due: datetime | None = None,
        last_review: datetime | None = None,
    ) -> None:
        self.card_id = new_card_id() if card_id is None else card_id
        self.state = state
        self.step = 0 if step is None and state == State.Learning else step
        self.stability = stability
        self.difficulty = difficulty
        self.due = datetime.now(UTC) if due is None else due
        self.last_review = last_review

    def to_dict(self) -> CardDict:
        """The card as plain values; times in ISO 8601."""
        return {
            "card_id": self.card_id,
            "state": self.state.value,
            "step": self.step,
            "stability": self.stability,
            "difficulty": self.difficulty,
            "due": self.due.isoformat(),
            "last_review": self.last_review.isoformat() if self.last_review else None,
        }

    @classmethod
    def from_dict(cls, source_dict: CardDict) -> Self:
        """A card from what `to_dict` made, here or in py-fsrs; KeyError or ValueError for anything else."""
        last_review = source_dict["last_review"]
        return cls(
            card_id=int(source_dict["card_id"]),
            state=State(int(source_dict["state"])),
            step=source_dict["step"],
            stability=_number(source_dict["stability"]),
            difficulty=_number(source_dict["difficulty"]),
            due=datetime.fromisoformat(source_dict["due"]),
            last_review=datetime.fromisoformat(last_review) if last_review else None,
        )

    def to_json(self, indent: int | str | None = None) -> str:
        """The card as a JSON document; `indent` as in `json.dumps`."""
        return json.dumps(self.to_dict(), indent=indent)

    @classmethod
    def from_json(cls, source_json: str) -> Self:
        """A card from the document of `to_json`, here or in py-fsrs."""
        return cls.from_dict(json.loads(source_json))


def _number(value: float | None) -> float | None:
    """A stored stability or difficulty; zero stands for none, as in py-fsrs."""
    return float(value) if value else None


__all__ = ["Card"]
