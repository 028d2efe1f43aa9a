"""Which cohort a learner x item and which skills an item belong to, as far as the log tells."""

from __future__ import annotations

from typing import Any

import narwhals as nw

EVERYONE = "everyone"
MOST_COHORTS = 50


class Groups:
    """Cohort by learner x item (the course of its last answer) and skills by item.

    Both come from the log's optional columns `course` and `skills`.
    """

    def __init__(self, log: Any) -> None:
        frame = nw.from_native(log.to_frame(), eager_only=True)
        self._cohorts = _last(frame, ["learner", "item"], "course")
        if len(set(self._cohorts.values())) > MOST_COHORTS:
            self._cohorts = {}  # a column that tells nearly everyone apart names no cohorts
        self._skills = {item: split_skills(skills) for (item,), skills in _last(frame, ["item"], "skills").items()}

    def cohort(self, learner: str, item: str) -> str:
        """Return the cohort, or `EVERYONE` when the log names none."""
        return self._cohorts.get((learner, item), EVERYONE)

    def skills(self, item: str) -> list[str]:
        """Return the skills of an item, none when the log names none."""
        return self._skills.get(item, [])


def split_skills(text: str) -> list[str]:
    """Split `a|b` into its parts."""
    return [skill for skill in (part.strip() for part in text.split("|")) if skill]


def _last(frame: Any, keys: list[str], value: str) -> dict[tuple[str, ...], str]:
    """The value of the last answer by key."""
    if value not in frame.columns:
        return {}
    pairs = (
        frame.select(*keys, value, "answered_at")
        .drop_nulls()
        .sort("answered_at")
        .unique(keys, keep="last", maintain_order=True)
    )
    columns = [map(str, pairs[key].to_list()) for key in keys]
    return dict(zip(zip(*columns, strict=True), map(str, pairs[value].to_list()), strict=True))
