#!/usr/bin/env python3
"""Print what the equations of FSRS-4.5, FSRS-5 and FSRS-7 give, to 17 digits, for the golden tests.

Usage: golden_fsrs.py

A second implementation, written from the published equations with 60 decimal digits and lists of numbered weights, so
that it shares nothing with the C++ templates. tests/golden/fsrs4_5_test.cpp, fsrs5_test.cpp, fsrs7_test.cpp and
migrate_test.cpp quote its lines.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, getcontext
from functools import partial

getcontext().prec = 60
N = Decimal

W45 = (
    "0.4872 1.4003 3.7145 13.8206 5.1618 1.2298 0.8975 0.031 1.6474 0.1367 1.0461 2.1072 0.0793 0.3246 1.587 0.2272 "
    "2.8755"
)
W5 = (
    "0.40255 1.18385 3.173 15.69105 7.1949 0.5345 1.4604 0.0046 1.54575 0.1192 1.01925 1.9395 0.11 0.29605 2.2698 "
    "0.2315 2.9898 0.51655 0.6621"
)
W6 = (
    "0.212 1.2931 2.3065 8.2956 6.4133 0.8334 3.0194 0.001 1.8722 0.1666 0.796 1.4835 0.0614 0.2629 1.6483 0.6014 "
    "1.8729 0.5425 0.0912 0.0658 0.1542"
)
W7 = (
    "0.1104 2.2395 3.9221 11.7841 6.1686 0.6457 3.6807 1.9795 0 1.3826 0.7024 0.5999 0.8146 0.6398 1 1.3207 0.6707 "
    "3.8668 0.4416 0.0934 1.8631 0.6162 1.0869 0.1567 0.0801 0.2421 0.9464 0.1433 0.7145 0 0.5667 0.3734 0.5333 0.3048"
)
HISTORY = "3@0 3@2.5 4@11 1@40 3@0.25 2@3 1@0.5 2@0 4@7.75 3@90"  # grade@days since the last answer
Weights = list[N]


def weights(text: str) -> Weights:
    return [N(word) for word in text.split()]


def clamp(x: N, low: str, high: str) -> N:
    return min(max(x, N(low)), N(high))


def root_curve(t: N, s: N) -> N:
    return (1 + N(19) / 81 * t / s) ** N("-0.5")


def grown(w: Weights, s: N, d: N, r: N, g: int) -> N:
    factor = {2: w[15], 3: N(1), 4: w[16]}[g]
    return s * (1 + w[8].exp() * (11 - d) * s ** -w[9] * (((1 - r) * w[10]).exp() - 1) * factor)


def shrunk(w: Weights, s: N, d: N, r: N) -> N:
    return w[11] * d ** -w[12] * ((s + 1) ** w[13] - 1) * ((1 - r) * w[14]).exp()


def difficulty(w: Weights, d: N, step: N, pull: N) -> N:
    aim = w[4] - (3 * w[5]).exp() + 1
    return clamp(pull * aim + (1 - pull) * (d + (10 - d) / 9 * step), "1", "10")


def fsrs45(w: Weights, state: tuple[N, ...] | None, t: N, g: int) -> tuple[N, ...]:
    if state is None:
        return clamp(w[g - 1], "0.01", "36500"), clamp(w[4] - w[5] * (g - 3), "1", "10")
    s, d = state
    r = root_curve(t, s)
    new = grown(w, s, d, r, g) if g > 1 else min(shrunk(w, s, d, r), s)
    return clamp(new, "0.01", "36500"), clamp(w[7] * w[4] + (1 - w[7]) * (d - w[6] * (g - 3)), "1", "10")


def fsrs5(w: Weights, state: tuple[N, ...] | None, t: N, g: int) -> tuple[N, ...]:
    if state is None:
        return clamp(w[g - 1], "0.01", "36500"), clamp(w[4] - (w[5] * (g - 1)).exp() + 1, "1", "10")
    s, d = state
    r = root_curve(t, s)
    if t < 1:
        new = s * (w[17] * (g - 3 + w[18])).exp()
    elif g > 1:
        new = grown(w, s, d, r, g)
    else:
        new = min(shrunk(w, s, d, r), s / (w[17] * w[18]).exp())
    return clamp(new, "0.01", "36500"), difficulty(w, d, -w[6] * (g - 3), w[7])


def fsrs7_fast(w: Weights, t: N, sf: N) -> N:
    decay = -clamp(w[23] * sf ** (w[33] - N("0.3")), "0.01", "0.95")
    factor = min(w[25].ln() / decay, N(60)).exp() - 1
    return (1 + factor * t / sf) ** decay


def fsrs7_recall(w: Weights, state: tuple[N, ...], t: N) -> N:
    s, d, sf = state
    decay = -w[24]
    factor = (w[26] ** (1 / decay) - 1) * ((d - 5) * (w[32] - N("0.3"))).exp()
    slow = (1 + factor * t / s) ** decay
    af = w[27] * sf ** -w[29]
    at = w[28] * s ** w[30] * ((d - 5) * (w[31] - N("0.5"))).exp()
    e = N("1e-5")
    return e + (1 - 2 * e) * (af * fsrs7_fast(w, t, sf) + at * slow) / (af + at)


def fsrs7_trace(w: Weights, k: int, x: N, d: N, q: N, g: int) -> N:
    low = min(x, w[k + 3] * ((x + 1) ** w[k + 4] - 1) * ((1 - q) * w[k + 5]).exp())
    factor = {1: N(1), 2: w[k + 6], 3: N(1), 4: w[k + 7]}[g]
    high = x * (1 + (w[k] - N("1.5")).exp() * (11 - d) * x ** -w[k + 1] * (((1 - q) * w[k + 2]).exp() - 1) * factor)
    return clamp(low if g == 1 else max(low, high), "0.0001", "36500")


def fsrs7(w: Weights, state: tuple[N, ...] | None, t: N, g: int) -> tuple[N, ...]:
    if state is None:
        s = w[g - 1]
        return s, clamp(w[4] - (w[5] * (g - 1)).exp() + 1, "1", "10"), clamp(N("0.8") * s, "0.0001", "36500")
    s, d, sf = state
    r = fsrs7_recall(w, state, t)
    slow = fsrs7_trace(w, 7, s, d, r, g)
    fast = fsrs7_trace(w, 15, sf, d, fsrs7_fast(w, t, sf), g)
    if g == 1:
        fast = clamp(min(fast, N("0.8") * slow), "0.0001", "36500")
    step = -w[6] * (g - 3) * (r + N("0.1") if g == 1 else 1)
    return slow, difficulty(w, d, step, N("0.01")), fast


def solved(falling: Callable[[N], N], target: N) -> N:
    """Where a falling function of a positive number is `target`, by bisection over its logarithm."""
    low, high = N(-60), N(60)
    for _ in range(150):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle.exp()) > target else (low, middle)
    return low.exp()


def recall_of_inverse(w: Weights, t: N, x: N) -> N:
    """Recall after t days where the slow stability is 1/x: it falls with x."""
    return fsrs7_recall(w, (1 / x, N(5), N("0.8") / x), t)


def show(label: str, *values: N) -> None:
    print(f"{label}: {', '.join(f'{float(value):.17g}' for value in values)}")


def main() -> None:
    """Print everything."""
    for name, step, text in (("fsrs4.5", fsrs45, W45), ("fsrs5", fsrs5, W5), ("fsrs7", fsrs7, W7)):
        w, state = weights(text), None
        for answer in HISTORY.split():
            grade, days = answer.split("@")
            state = step(w, state, N(days), int(grade))
            show(f"{name} grade {grade} after {days} days", *state)
    w7 = weights(W7)
    state = (N("9.30026235"), N("9.06657289"), N("78.89178434"))
    for t in ("0", "0.001", "0.25", "1", "7", "100", "36500"):
        show(f"fsrs7 recall after {t} days", fsrs7_recall(w7, state, N(t)))
    for target in ("0.3", "0.5", "0.7", "0.8", "0.9", "0.95", "0.99", "0.9999"):
        show(f"fsrs7 interval to {target}", solved(partial(fsrs7_recall, w7, state), N(target)))
    for g in (1, 2, 3, 4):
        first = fsrs7(w7, None, N(0), g)
        show(f"fsrs7 interval to 0.9 after a first {g}", solved(partial(fsrs7_recall, w7, first), N("0.9")))
    w6 = weights(W6)
    curve = N("0.9") ** (-1 / w6[20]) - 1
    for ease, days, kept in (("2.5", "10", "0.9"), ("1.3", "100", "0.85"), ("3.1", "3", "0.95"), ("2.5", "1", "0.7")):
        s = N(days) * curve / (N(kept) ** (-1 / w6[20]) - 1)
        d = 11 - (N(ease) - 1) / (w6[8].exp() * s ** -w6[9] * (((1 - N(kept)) * w6[10]).exp() - 1))
        show(f"fsrs6 from ease {ease}, {days} days, retention {kept}", s, clamp(d, "1", "10"))
        slow = 1 / solved(partial(recall_of_inverse, w7, N(days)), N(kept))
        show(f"fsrs7 from {days} days, retention {kept}", slow, N(5), N("0.8") * slow)
    w45 = weights(W45)
    show("17 to 21", *w45[:4], w45[4] + 2 * w45[5], (3 * w45[5] + 1).ln() / 3, w45[6] + N("0.5"), *w45[7:])


if __name__ == "__main__":
    main()
