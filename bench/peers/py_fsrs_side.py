"""py-fsrs as one side: a loop of ``review_card``. Cards, grades and dates are made before the clock starts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

from fsrs import Card, Rating, Scheduler, State

from .histories import read
from .serve import Results, serve

START = datetime(2024, 1, 1, tzinfo=UTC)
Work = tuple[Callable[[], Any], int, Callable[[Any], Results]]


@cache
def _column(folder: Path, name: str, count: int) -> list[Any]:
    values: list[Any] = read(folder, name)[:count].tolist()
    return values


def _states(cards: list[Card]) -> Results:
    return {"stability": [c.stability or 0.0 for c in cards], "difficulty": [c.difficulty or 0.0 for c in cards]}


def _replay(folder: Path, count: int) -> Work:
    offsets = _column(folder, "offsets.i64", count + 1)
    grades = [Rating(grade) for grade in _column(folder, "grade.u8", offsets[-1])]
    dates: list[datetime] = []
    for begin, end in pairwise(offsets):
        at = START
        for days in _column(folder, "days.u32", offsets[-1])[begin:end]:
            at += timedelta(days=days)
            dates.append(at)
    histories = [list(zip(grades[a:b], dates[a:b], strict=True)) for a, b in pairwise(offsets)]
    # A card without an id waits a millisecond for one.
    new = [Card(card_id=number, due=START) for number in range(count)]
    scheduler = Scheduler(enable_fuzzing=False)

    def run() -> list[Card]:
        final = []
        for card, history in zip(new, histories, strict=True):
            for grade, at in history:
                card, _ = scheduler.review_card(card, grade, at)
            final.append(card)
        return final

    return run, offsets[-1], _states


def _rows(folder: Path, count: int) -> tuple[list[Card], list[Rating], list[datetime]]:
    states = zip(_column(folder, "stability.f32", count), _column(folder, "difficulty.f32", count), strict=True)
    cards = [
        Card(card_id=n, state=State.Review, stability=s, difficulty=d, due=START, last_review=START)
        for n, (s, d) in enumerate(states)
    ]
    grades = [Rating(grade) for grade in _column(folder, "grade.u8", count)]
    return cards, grades, [START + timedelta(days=days) for days in _column(folder, "days.u32", count)]


def _schedule(folder: Path, count: int) -> Work:
    cards, grades, dates = _rows(folder, count)
    scheduler = Scheduler(enable_fuzzing=False)

    def run() -> list[Card]:
        return [scheduler.review_card(*row)[0] for row in zip(cards, grades, dates, strict=True)]

    return run, count, _states


def _recall(folder: Path, count: int) -> Work:
    cards, _, dates = _rows(folder, count)
    scheduler = Scheduler(enable_fuzzing=False)

    def run() -> list[float]:
        return [scheduler.get_card_retrievability(card, at) for card, at in zip(cards, dates, strict=True)]

    return run, count, lambda made: {"recall": made}


if __name__ == "__main__":
    serve("py-fsrs", version("fsrs"), {"replay": _replay, "schedule": _schedule, "recall": _recall})
