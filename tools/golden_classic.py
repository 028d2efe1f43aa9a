#!/usr/bin/env python3
"""Print what the classic models (SM-2 to Ebisu) give for one history, for the golden tests.

SM-2, Anki's SM-2, Leitner, Pimsleur, power law, Wickelgren and Ebisu.

Usage: golden_classic.py

A second implementation, written from the published equations with 50 decimal digits and nothing of the C++ templates:
log Gamma is Stirling's series at x + 60, every root is a bisection. It prints 17 digits. The tests of the same names
in tests/golden and tests/unit/core/log_gamma_test.cpp quote its lines.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, getcontext
from fractions import Fraction
from math import comb, prod

getcontext().prec = 50
N = Decimal
HALF = N("0.5")
HISTORY = "3@0 3@2.5 4@11 1@40 3@0.25 2@3 1@0.5 2@0 4@7.75 3@20"  # grade@days since the last answer
BENCHMARK = "1@0 3@2.5 1@0.4 3@13.2 4@40 2@0.001 3@99"  # of srs-benchmark-rust's test of Ebisu
TIMES = "0.05 0.5 3 15 30 400"  # days after the last answer

Answers = list[tuple[int, N]]
Curve = Callable[[N], N]


def answers(text: str) -> Answers:
    return [(int(grade), N(gap)) for grade, gap in (word.split("@") for word in text.split())]


def half_to(time: N, half_life: N) -> N:
    return N(2) ** (-time / half_life)


def clip(x: N, low: str | N, high: str | N) -> N:
    return min(max(x, N(low)), N(high))


def sm_2(history: Answers) -> tuple[list[N], Curve]:
    first, second, ease, curvature, peak, offset = map(N, ["1", "6", "2.5", "0.02", "7", "0.18"])
    interval, right = first, 0
    for position, (grade, _) in enumerate(history):
        right = right + 1 if grade > 1 and position else 1
        interval = {1: first, 2: second}.get(right, interval * ease)
        ease = clip(ease + offset - curvature * (grade + 1 - peak) ** 2, "1.3", "10")
    return [interval, ease, N(right)], lambda t: N("0.9") ** (t / interval)


def anki_sm_2(history: Answers) -> tuple[list[N], Curve]:
    interval, ease = (N(4) if history[0][0] == 4 else N(1)), N("2.5")
    for grade, gap in history[1:]:
        if grade == 1:
            after = N(1)
        elif gap < interval:
            base = max(gap * ease, interval)
            after = {2: max(gap, interval / 2) * N("1.2"), 3: base, 4: base * N("1.15")}[grade]
        else:
            hard = max(interval * N("1.2"), interval + 1)
            good = max((interval + gap) / 2 * ease, hard + 1)
            after = {2: hard, 3: good, 4: max(gap * ease * N("1.3"), good + 1)}[grade]
        interval = clip(after, "1", "36500")
        ease = clip(ease + {1: N("-0.2"), 2: N("-0.15"), 3: N(0), 4: N("0.15")}[grade], "1.3", "5.5")
    return [interval, ease], lambda t: N("0.9") ** (t / interval)


def leitner(history: Answers) -> tuple[list[N], Curve]:
    box = N(sum(1 if grade > 1 else -1 for grade, _ in history))
    return [box], lambda t: half_to(t, clip(N(2) ** box, N(15) / (24 * 60), "274"))


def pimsleur(history: Answers) -> tuple[list[N], Curve]:
    h = clip(N(2) ** (N("2.35") * len(history) - N("16.46")), N(15) / (24 * 60), "274")
    return [N(len(history))], lambda t: half_to(t, h)


def power_law(history: Answers) -> tuple[list[N], Curve]:
    wrong, right, decay, gain, lapse = map(N, ["0.22", "2.4", "0.15", "20", "0.3"])
    scale = right if history[0][0] > 1 else wrong
    for grade, gap in history[1:]:
        recall = (1 + gap / scale) ** -decay
        scale = clip(scale * (1 + gain * (1 - recall)) if grade > 1 else lapse * scale, "0.001", "36500")
    return [scale], lambda t: (1 + t / scale) ** -decay


def wickelgren(history: Answers, interference: str = "0") -> tuple[list[N], Curve]:
    strength, wrong, right, psi = map(N, ["0.95", "0.2", "2", "0.15"])
    age = right if history[0][0] > 1 else wrong
    for grade, gap in history[1:]:
        age = age + gap if grade > 1 else wrong
    return [age], lambda t: strength * (1 + t / age) ** -psi * (-N(interference) * t).exp()


def bernoulli(most: int) -> list[Fraction]:
    b = [Fraction(1)]
    for m in range(1, most + 1):
        b.append(-sum(comb(m + 1, k) * b[k] for k in range(m)) / (m + 1))
    return b


B = bernoulli(40)
STIRLING = [N(B[2 * k].numerator) / B[2 * k].denominator / (2 * k * (2 * k - 1)) for k in range(1, 20)]
LOG_TWO_PI = N("1.8378770664093454835606594728112352797227949472756")


def log_gamma(x: N) -> N:
    y = x + 60
    tail = sum(coefficient / y ** (2 * k + 1) for k, coefficient in enumerate(STIRLING))
    return (y - HALF) * y.ln() - y + LOG_TWO_PI / 2 + tail - prod((x + i for i in range(60)), start=N(1)).ln()


def beta_ratio(a: N, b: N, step: N) -> N:
    return (log_gamma(a + step) + log_gamma(a + b) - log_gamma(a) - log_gamma(a + b + step)).exp()


def falls_to(curve: Curve, level: N) -> N:
    low, high = N("1e-15"), N("1e15")
    for _ in range(170):
        middle = (low * high).sqrt()
        low, high = (middle, high) if curve(middle) > level else (low, middle)
    return low


Belief = tuple[N, N, N]


def ebisu_answer(belief: Belief, right: bool, gap: N, known: str = "1", forgotten: str = "0") -> Belief:
    a, b, time = belief
    d = gap / time
    q1, q0 = N(known), N(forgotten)
    c, k = (q1 - q0, q0) if right else (q0 - q1, 1 - q0)  # the answer has probability c p^d + k

    def weighed(x: N) -> N:
        return k * beta_ratio(a, b, x) + c * beta_ratio(a, b, d + x)

    everything = weighed(N(0))
    half = falls_to(lambda x: weighed(x) / everything, HALF)
    shape = 1 / (8 * weighed(2 * half) / everything - 2) - HALF
    return shape, shape, half * time


def ebisu_v2(history: Answers) -> tuple[list[N], Curve]:
    belief: Belief = (N("0.2"), N("0.2"), N(512))
    for grade, gap in history:
        belief = ebisu_answer(belief, grade > 1, max(gap, N("0.001")))
    a, b, time = belief
    return list(belief), lambda t: beta_ratio(a, b, t / time)


def show(name: str, *values: N) -> None:
    print(f"{name:24}", *(f"{value:.17g}" for value in values))


def main() -> None:
    """Print state, recall and interval of every model."""
    for model in (sm_2, anki_sm_2, leitner, pimsleur, power_law, wickelgren, ebisu_v2):
        state, recall = model(answers(HISTORY))
        show(f"{model.__name__} state", *state)
        show(f"{model.__name__} recall", *(recall(N(t)) for t in TIMES.split()))
        show(f"{model.__name__} to 0.9, 0.7", *(falls_to(recall, N(level)) for level in ("0.9", "0.7")))
    _, recall = wickelgren(answers(HISTORY), "0.002")
    show("wickelgren, pi 0.002", recall(N(30)), falls_to(recall, N("0.7")))
    state, recall = ebisu_v2(answers(BENCHMARK))
    show("ebisu_v2, benchmark", *state, recall(N(1)), recall(N(30)), recall(N(365)))
    start: Belief = (N(3), N(4), N(10))
    for right in (True, False):
        show(f"ebisu_v2, noisy {right}", *ebisu_answer(start, right, N(5), "0.9", "0.2"))
        show(f"ebisu_v2, surprise {right}", *ebisu_answer(start, right, N(500) if right else N("0.002")))
    for x in ("1e-3", "0.2", "1.5", "9.99", "10", "12345.678"):
        show(f"ln Gamma {x}", log_gamma(N(x)))
    for a, b, step in (("0.2", "0.2", "1e-9"), ("0.05", "20", "1e6"), ("300", "0.3", "0.2"), ("7", "7", "7")):
        show(f"ln B ratio {a} {b} {step}", beta_ratio(N(a), N(b), N(step)).ln())


if __name__ == "__main__":
    main()
