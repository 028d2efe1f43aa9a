#!/usr/bin/env python3
"""Time the drop-in beside py-fsrs on the same answers, and print both with their ratio.

Usage: bench_py_fsrs.py [ROUNDS]   (7 when not given)
In each round one takes its turn after the other; the median of the rounds' ratios counts, and their range is shown.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import fsrs
from perdure.compat import py_fsrs

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANSWERS = 20_000
CARDS = 2_000


def answers(package: Any) -> float:
    """Answers a second: one card a day for three weeks, then another; every seventh answer is wrong."""
    scheduler, ratings = package.Scheduler(), [package.Rating.Good] * 6 + [package.Rating.Again]
    random.seed(1)
    started = time.perf_counter()
    for number in range(ANSWERS // 20):
        card, at = package.Card(card_id=number, due=AT), AT
        for k in range(20):
            card, _ = scheduler.review_card(card, ratings[(number + k) % 7], at)
            at += timedelta(days=1)
    return ANSWERS / (time.perf_counter() - started)


def rescheduled(package: Any) -> float:
    """Answers a second when cards are rescheduled from 50 answers each."""
    scheduler = package.Scheduler()
    logs = [package.ReviewLog(1, package.Rating.Good, AT + timedelta(days=3 * k), None) for k in range(50)]
    card = package.Card(card_id=1)
    random.seed(1)
    started = time.perf_counter()
    for _ in range(100):
        scheduler.reschedule_card(card, logs)
    return 5000 / (time.perf_counter() - started)


def documents(package: Any) -> float:
    """Cards a second through JSON and back."""
    card = package.Scheduler().review_card(package.Card(card_id=1), package.Rating.Easy, AT)[0]
    started = time.perf_counter()
    for _ in range(CARDS):
        package.Card.from_json(card.to_json())
    return CARDS / (time.perf_counter() - started)


def new_cards(package: Any) -> float:
    """New cards a second."""
    count = 200 if package is fsrs else CARDS
    started = time.perf_counter()
    for _ in range(count):
        package.Card()
    return count / (time.perf_counter() - started)


WORK: dict[str, Callable[[Any], float]] = {
    "review_card": answers,
    "reschedule_card": rescheduled,
    "JSON and back": documents,
    "Card()": new_cards,
}


def main(rounds: int) -> None:
    """Print a table."""
    print(f"{'a second':<16} {'py-fsrs':>12} {'perdure':>12} {'ratio':>8}  range over {rounds} rounds")
    for name, work in WORK.items():
        pairs = [(work(fsrs), work(py_fsrs)) for _ in range(rounds)]
        ratios = [ours / theirs for theirs, ours in pairs]
        theirs, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio, low, high = statistics.median(ratios), min(ratios), max(ratios)
        print(f"{name:<16} {theirs:>12,.0f} {ours:>12,.0f} {ratio:>8.1f}  {low:.1f} to {high:.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
