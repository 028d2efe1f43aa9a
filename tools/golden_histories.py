#!/usr/bin/env python3
"""Print what HLR, DASH and ACT-R give for one history, to 17 digits, for the golden tests.

Usage: golden_histories.py

A second implementation, written from the published equations with 50 decimal digits: every value is computed from the
whole list of answers, without slots, running counts or a solver in floating point. The tests hlr, hlr_duolingo, dash,
dash_mcm, dash_act_r and act_r in tests/golden quote its lines.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, getcontext

getcontext().prec = 50
N = Decimal

HISTORY = "3@0 3@2.5 4@11 1@40 3@0.25 2@3 1@0.5 2@0 4@7.75 3@20"  # grade@days since the last answer
TIMES = "0 0.05 0.5 3 15 30 400"  # days after the last answer
LONG = 40  # answers of the long history: more than there are slots

HLR = "2.5819 -0.8674 2.7245"
DUOLINGO = "0.5 -0.25 1.5"  # nothing but the start, all zero, was published
DASH = "-0.1766 0.4483 -0.3618 0.5953 -0.5104 0.8609 -0.3643 0.6447 1.2815"
DAYS = "0.2024 0.5967 0.1255 0.6039 -0.1485 0.572 0.0933 0.4801 0.787"  # the start for logs in whole days
DAYS_MCM = "0.2783 0.8131 0.4252 1.0056 -0.1527 0.6455 0.1409 0.669 0.843"
DASH_ACT_R = "1.4164 0.516 -0.0564 1.9223 1.0549"
ACT_R = "0.176786766570677 0.216967308403809 0.254893976981164 -0.704205679427144 0.025"
TAU = "0.2434 1.9739 16.0090 129.8426"
WINDOWS = "1 7 30 1e30"

Answers = list[tuple[int, N]]  # grade, day
Recall = Callable[[Answers, N], N]


def numbers(text: str) -> list[N]:
    return [N(word) for word in text.split()]


def dated(text: str) -> Answers:
    day = N(0)
    answers: Answers = []
    for word in text.split():
        grade, gap = word.split("@")
        day += N(gap)
        answers.append((int(grade), day))
    return answers


def long_history() -> Answers:
    """Grades 3, 1, 3, 3, ... after gaps of 0.25, 0.75, 1.25, ... days."""
    return dated(" ".join(f"{1 if k % 3 == 1 else 3}@{N(k) / 2 - N('0.25') if k else 0}" for k in range(LONG)))


def logistic(x: N) -> N:
    return 1 / (1 + (-x).exp())


def right(answers: Answers) -> int:
    return sum(grade > 1 for grade, _ in answers)


def hlr(weights: str) -> Recall:
    w = numbers(weights)

    def recall(answers: Answers, t: N) -> N:
        s, f = N(right(answers)), N(len(answers) - right(answers))
        return N(2) ** (-t / N(2) ** (w[0] * s.sqrt() + w[1] * f.sqrt() + w[2]))

    return recall


def hlr_duolingo(weights: str) -> Recall:
    w = numbers(weights)

    def recall(answers: Answers, t: N) -> N:
        s, f = N(right(answers)), N(len(answers) - right(answers))
        h = N(2) ** (w[0] * (1 + s).sqrt() + w[1] * (1 + f).sqrt() + w[2])
        h = min(max(h, N(15) / (24 * 60)), N(274))
        return min(max(N(2) ** (-t / h), N("0.0001")), N("0.9999"))

    return recall


def dash(weights: str, decaying: bool) -> Recall:
    w = numbers(weights)

    def recall(answers: Answers, t: N) -> N:
        now = answers[-1][1] + t
        x = w[8]
        for j, (window, tau) in enumerate(zip(numbers(WINDOWS), numbers(TAU), strict=True)):
            counted = [
                (grade, (-(now - day) / tau).exp() if decaying else N(now - day <= window)) for grade, day in answers
            ]
            attempts = sum((c for _, c in counted), N(0))
            successes = sum((c for grade, c in counted if grade > 1), N(0))
            x += w[2 * j] * (1 + attempts).ln() + w[2 * j + 1] * (1 + successes).ln()
        return logistic(x)

    return recall


def dash_act_r(weights: str) -> Recall:
    w = numbers(weights)

    def recall(answers: Answers, t: N) -> N:
        now = answers[-1][1] + t
        terms = [(w[3] if grade > 1 else w[2]) * max(now - day, N("0.1")) ** -w[1] for grade, day in answers]
        return logistic(w[0] * (1 + max(N(0), sum(terms, N(0)))).ln() + w[4])

    return recall


def act_r(weights: str) -> Recall:
    a, c, s, tau, h = numbers(weights)

    def recall(answers: Answers, t: N) -> N:
        decays: list[N] = []
        days = [day for _, day in answers]
        for now in [*days, days[-1] + t]:
            strength = sum(
                (max(N(1), 86400 * h * (now - day)) ** -d for day, d in zip(days, decays, strict=False)), N(0)
            )
            decays.append(c * strength + a)  # of the first answer: a
        return 1 / (1 + ((tau - strength.ln()) / s).exp())

    return recall


def interval(recall: Recall, answers: Answers, target: N) -> N:
    low, high = N("1e-12"), N("1e15")
    for _ in range(200):
        middle = (low * high).sqrt()
        low, high = (middle, high) if recall(answers, middle) > target else (low, middle)
    return high


def main() -> None:
    answers = dated(HISTORY)
    models: list[tuple[str, Recall, str]] = [
        ("hlr", hlr(HLR), "0.9"),
        ("hlr-duolingo", hlr_duolingo(DUOLINGO), "0.9"),
        ("dash", dash(DASH, False), "0.9"),
        ("dash, start for whole days", dash(DAYS, False), "0.9"),
        ("dash-mcm", dash(DASH, True), "0.8"),
        ("dash-mcm, start for whole days", dash(DAYS_MCM, True), "0.9"),
        ("dash-act-r", dash_act_r(DASH_ACT_R), "0.9"),
        ("act-r", act_r(ACT_R), "0.9"),
    ]
    for name, recall, target in models:
        print(name)
        for t in numbers(TIMES):
            print(f"  R({t}) = {recall(answers, t):.17g}")
        print(f"  I({target}) = {interval(recall, answers, N(target)):.17g}")
        print(f"  after {LONG} answers: R(3) = {recall(long_history(), N(3)):.17g}")


if __name__ == "__main__":
    main()
