"""One answer, as a scheduler records it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Self, TypedDict

from .rating import Rating


class ReviewLogDict(TypedDict):
    """An answer as plain values, in the order of the JSON document."""

    card_id: int
    rating: int
    review_datetime: str
    review_duration: int | None


@dataclass
class ReviewLog:
    """One answer to one card.

    Attributes
    ----------
    card_id : int
    rating : Rating
    review_datetime : datetime
    review_duration : int or None
        Milliseconds that the answer took.
    """

    card_id: int
    rating: Rating
    review_datetime: datetime
    review_duration: int | None

    def to_dict(self) -> ReviewLogDict:
        """The answer as plain values; its time in ISO 8601."""
        return {
            "card_id": self.card_id,
            "rating": int(self.rating),
            "review_datetime": self.review_datetime.isoformat(),
            "review_duration": self.review_duration,
        }

    @classmethod
    def from_dict(cls, source_dict: ReviewLogDict) -> Self:
        """An answer from what `to_dict` made, here or in py-fsrs; KeyError or ValueError for anything else."""
        return cls(
            card_id=source_dict["card_id"],
            rating=Rating(int(source_dict["rating"])),
            review_datetime=datetime.fromisoformat(source_dict["review_datetime"]),
            review_duration=source_dict["review_duration"],
        )

    def to_json(self, indent: int | str | None = None) -> str:
        """The answer as a JSON document; `indent` as in `json.dumps`."""
        return json.dumps(self.to_dict(), indent=indent)

    @classmethod
    def from_json(cls, source_json: str) -> Self:
        """An answer from the document of `to_json`, here or in py-fsrs."""
        return cls.from_dict(json.loads(source_json))


__all__ = ["ReviewLog"]
