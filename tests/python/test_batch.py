"""Models over columns: published vectors, a second implementation, another library, and the bits of a result."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import itertools
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import perdure
import pytest
from perdure import batch
from perdure._catalog import entries

HALF_ULP = 2.0**-24
"""Half a unit in the last place of float32, the type of columns."""

KERNEL = 2e-5
"""What float32 kernels are held to, in relative terms; tests/laws/kernel_rows.hpp derives it."""


def waived(model: str) -> set[str]:
    """Laws that a model says it breaks."""
    return {waiver["law"] for entry in entries() if entry["id"] == model for waiver in entry["waivers"]}


RISING = {model for model in perdure.catalog() if "recall_never_rises" in waived(model)}
START = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)

DEFAULTS = np.fromstring(
    "0.212 1.2931 2.3065 8.2956 6.4133 0.8334 3.0194 0.001 1.8722 0.1666 0.796 "
    "1.4835 0.0614 0.2629 1.6483 0.6014 1.8729 0.5425 0.0912 0.0658 0.1542",
    sep=" ",
)
LOWER = np.array([0.001] * 4 + [1, 0.001, 0.001, 0.001, 0, 0, 0.001, 0.001, 0.001, 0.001, 0, 0, 1, 0, 0, 0, 0.1])
UPPER = np.array([100] * 4 + [10, 4, 4, 0.75, 4.5, 0.8, 3.5, 5, 0.25, 0.9, 4, 1, 6, 2, 2, 0.8, 0.8])
PROFILES: dict[str, dict[str, Any]] = {
    "perdure": {},
    "fsrs_rs": {},
    "py_fsrs_6_3_1": {"hard_floor": False, "ceiling": np.inf},
    "py_fsrs_6_3_2": {"ceiling": np.inf},
    "ts_fsrs_5": {"first_floor": 0.1},
}


def grades(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.uint8)


def floats(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def replay(grade: list[int], gaps: list[float], **options: Any) -> tuple[float, float]:
    """Stability and difficulty after a sequence, one batch row at a time; the first gap counts for nothing."""
    state = batch.first("fsrs6", grades(grade[0]), **options)
    for g, t in zip(grade[1:], gaps[1:], strict=True):
        state = batch.review("fsrs6", state, grades(g), floats(t), **options)
    return float(state[0][0]), float(state[1][0])


def random_rows(n: int, seed: int, ceiling: float = 36500.0) -> dict[str, np.ndarray]:
    """States over their whole range with a tenth of them on an edge, grades, and gaps from minutes to centuries."""
    rng = np.random.default_rng(seed)
    s = np.exp(rng.uniform(np.log(0.001), np.log(ceiling), n))
    d = rng.uniform(1.0, 10.0, n)
    t = np.exp(rng.uniform(np.log(1e-4), np.log(1e5), n))
    for column, edges in ((s, [0.001, ceiling]), (d, [1.0, 10.0]), (t, [0.0, 0.999, 1.0, 1e5])):
        on_edge = rng.random(n) < 0.1
        column[on_edge] = rng.choice(edges, int(on_edge.sum()))
    return {
        "s": s.astype(np.float32),
        "d": d.astype(np.float32),
        "t": t.astype(np.float32),
        "g": rng.integers(1, 5, n).astype(np.uint8),
    }


def test_parameters_are_the_published_ones() -> None:
    for entry in entries():
        if entry["id"] == "fsrs6":
            assert entry["profile"] in PROFILES
            for key, expected in (("init", DEFAULTS), ("lower", LOWER), ("upper", UPPER)):
                assert [spec[key] for spec in entry["parameters"]] == expected.tolist()


def test_the_published_sequence() -> None:
    s, d = replay([1, 3, 3, 3, 3, 3], [0, 0, 1, 3, 8, 21], profile="fsrs_rs")
    assert s == pytest.approx(53.6269, rel=KERNEL)
    assert d == pytest.approx(6.35749, rel=KERNEL)


def test_the_published_sequence_through_states() -> None:
    gaps = [dt.timedelta(0), dt.timedelta(minutes=10), *(dt.timedelta(days=n) for n in (1, 3, 8, 21))]
    at = [START + gap for gap in itertools.accumulate(gaps)]
    log = perdure.read_answers(
        {"learner": ["a"] * 6, "item": ["q"] * 6, "grade": [1, 3, 3, 3, 3, 3], "answered_at": at}
    )
    states = perdure.Fsrs6(profile="fsrs_rs").states(log)
    assert float(states.state[0][0]) == pytest.approx(53.6269, abs=5e-5 + 53.6 * HALF_ULP)
    assert float(states.state[1][0]) == pytest.approx(6.35749, abs=5e-6 + 6.4 * HALF_ULP)


def test_the_published_intervals() -> None:
    grade = [3, 3, 3, 3, 3, 3, 1, 1, 3, 3, 3, 3, 3]
    days = [0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21]
    s, d = replay(grade, [0, *days[:-1]], profile="py_fsrs_6_3_2")
    assert s == pytest.approx(20.77036, rel=KERNEL)
    assert d == pytest.approx(9.05576, rel=KERNEL)
    assert round(float(batch.interval("fsrs6", (floats(s), floats(d)), 0.9)[0])) == days[-1]


def test_published_single_steps() -> None:
    # The source computes in float32 too.
    five = np.full(4, 5.0, dtype=np.float32)
    d, r, g = floats(1, 2, 3, 4), floats(0.9, 0.8, 0.7, 0.6), grades(1, 2, 3, 4)
    t = batch.interval("fsrs6", (five, d), r)
    right = batch.review("fsrs6", (five, d), np.maximum(g, 2) + grades(1, 0, 0, 0), t)[0]
    np.testing.assert_allclose(right, [25.602541, 28.226582, 58.656002, 127.226685], rtol=KERNEL)
    wrong = batch.review("fsrs6", (five, d), grades(1, 1, 1, 1), t)[0]
    np.testing.assert_allclose(wrong, [1.0525396, 1.1894329, 1.3680838, 1.584989], rtol=KERNEL)
    same_day = batch.review("fsrs6", (five, d), g, floats(0, 0, 0, 0))[0]
    np.testing.assert_allclose(same_day, [1.596818, 5.0, 5.0, 8.12961], rtol=KERNEL)
    np.testing.assert_allclose(
        batch.review("fsrs6", (five, five), g, t)[1], [8.341763, 6.6659956, 4.990228, 3.3144615], rtol=KERNEL
    )
    s = floats(1, 2, 3, 4, 4, 2)
    np.testing.assert_allclose(
        batch.recall("fsrs6", (s, s), np.arange(6, dtype=np.float32)),
        [1, 0.9403443, 0.9253786, 0.9185229, 0.9, 0.8261359],
        rtol=KERNEL,
    )


def test_published_intervals_of_one_day() -> None:
    targets = np.arange(1, 11, dtype=np.float32) / np.float32(10)
    one = np.ones(10, dtype=np.float32)
    days = np.maximum(np.round(batch.interval("fsrs6", (one, one), targets)), 1)
    np.testing.assert_allclose(days, [3116766, 34793, 2508, 387, 90, 27, 9, 3, 1, 1], rtol=KERNEL, atol=0)


@pytest.mark.parametrize("profile", PROFILES)
def test_batch_equals_a_second_implementation(profile: str, fsrs6_reference: Callable[..., Any]) -> None:
    options = PROFILES[profile]
    ceiling = 1e6 if options.get("ceiling") == np.inf else 36500.0
    rng = np.random.default_rng(7)
    # The rounding of ts-fsrs to 8 decimals is on top; it is not in the kernels.
    near = {"rtol": KERNEL, "atol": 1e-8 if profile == "ts_fsrs_5" else 0.0}
    for number in range(4):
        w = DEFAULTS if number == 0 else rng.uniform(LOWER, UPPER)
        w[:4].sort()
        reference = fsrs6_reference(w, **options)
        rows = random_rows(25_000, number, ceiling)
        s, d, t, g = (rows[name].astype(np.float64) for name in "sdtg")
        state, common = (rows["s"], rows["d"]), {"parameters": w, "profile": profile}

        for got, expected in zip(
            batch.first("fsrs6", rows["g"], **common), reference.first(rows["g"].astype(int)), strict=True
        ):
            np.testing.assert_allclose(got, expected, **near)
        for got, expected in zip(
            batch.review("fsrs6", state, rows["g"], rows["t"], **common), reference.review(s, d, g, t), strict=True
        ):
            np.testing.assert_allclose(got, expected, **near)
        np.testing.assert_allclose(batch.recall("fsrs6", state, rows["t"], **common), reference.recall(t, s), **near)
        targets = rng.uniform(0.3, 1.0, s.size).astype(np.float32)
        np.testing.assert_allclose(
            batch.interval("fsrs6", state, targets, **common),
            reference.interval(targets.astype(np.float64), s),
            rtol=KERNEL,
            atol=1e-9,  # near 1 the reference is a difference of numbers near 1: float64 leaves 1e-16 x S/F
        )


def test_half_life_equals_a_second_implementation() -> None:
    rows = random_rows(50_000, 3)
    wrong_first, right_first, gain, lapse = w = np.array([3.0, 20.0, 2.5, 0.4])
    h, t = np.maximum(rows["s"], np.float32(1 / 96)), rows["t"].astype(np.float64)
    r = 2.0 ** (-t / h.astype(np.float64))
    right = rows["g"] > 1
    expected = np.clip(np.where(right, h * (1.0 + gain * (1.0 - r)), lapse * h), 1 / 96, 36500.0)
    common = {"parameters": w}
    np.testing.assert_allclose(batch.recall("half-life", h, rows["t"], **common), r, rtol=KERNEL, atol=2e-38)
    np.testing.assert_allclose(
        batch.review("half-life", (h,), rows["g"], rows["t"], **common)[0], expected, rtol=KERNEL
    )
    first = batch.first("half-life", rows["g"], **common)[0]
    np.testing.assert_array_equal(first, np.where(right, right_first, wrong_first).astype(np.float32))


@pytest.mark.parametrize("model", sorted(set(perdure.catalog()) - RISING))
def test_recall_and_interval_invert_each_other(model: str) -> None:
    rows = random_rows(20_000, 5)
    state = batch.review(model, batch.first(model, rows["g"]), rows["g"][::-1], np.minimum(rows["t"], 1e3))
    targets = np.random.default_rng(6).uniform(0.5, 1.0, rows["s"].size).astype(np.float32)
    targets[:2] = 1.0
    days = batch.interval(model, state, targets)
    within = days < 9e5
    # Recall may fall in steps, so what is asked is that the target lies between just before and just after.
    before = batch.recall(model, state, np.where(within, days * np.float32(1 - 1e-5), 1e6))
    after = batch.recall(model, state, np.where(within, days * np.float32(1 + 1e-5), 0.0))
    assert np.all(days >= 0)
    beyond = (days > 9e5) & np.isfinite(days)  # elapsed days end at a million
    assert np.all((before >= targets - KERNEL) | (days == 0) | beyond)
    assert np.all((after <= targets + KERNEL) | ~within)


@pytest.mark.parametrize("model", perdure.catalog())
def test_recall_never_rises_unless_the_model_says_so(model: str) -> None:
    rows = random_rows(20_000, 5)
    state = batch.first(model, rows["g"])
    if "recall_starts_at_one" not in waived(model):
        np.testing.assert_allclose(batch.recall(model, state, np.zeros_like(rows["t"])), 1, atol=2e-4)
    if model not in RISING:
        later = batch.recall(model, state, np.minimum(rows["t"] * np.float32(1.5), 1e6))
        assert np.all(batch.recall(model, state, rows["t"]) >= later - np.float32(1e-6))


@pytest.mark.parametrize("model", perdure.catalog())
def test_every_number_of_threads_gives_the_same_bits(model: str) -> None:
    rows = random_rows(50_001, 8)  # several tasks, the last one short

    def run(threads: int) -> bytes:
        first = batch.first(model, rows["g"], threads=threads)
        state = batch.review(model, first, rows["g"], rows["t"], threads=threads)
        more = batch.recall(model, state, rows["t"], threads=threads), batch.interval(model, state, threads=threads)
        return b"".join(column.tobytes() for column in (*first, *state, *more))

    one = run(1)
    assert one == run(2) == run(7)


def test_the_gil_is_released() -> None:
    """With the GIL held, no other thread could take a time stamp in the middle of a call."""
    rows = random_rows(2_000_000, 9)
    ticks: list[float] = []
    done = threading.Event()

    def count() -> None:
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.0005)

    counter = threading.Thread(target=count)
    counter.start()
    try:
        for _ in range(20):  # a busy machine may starve the other thread once, not twenty times
            ticks.clear()
            start = time.perf_counter()
            batch.review("fsrs6", (rows["s"], rows["d"]), rows["g"], rows["t"], threads=1)
            length = time.perf_counter() - start
            if sum(start + 0.4 * length < tick < start + 0.9 * length for tick in list(ticks)) > 1:
                return
    finally:
        done.set()
        counter.join()
    pytest.fail("no other thread ran during twenty calls")


def test_states_equal_those_of_py_fsrs() -> None:
    fsrs = pytest.importorskip("fsrs")
    version = tuple(int(part) for part in importlib.metadata.version("fsrs").split(".")[:3])
    profile = "py_fsrs_6_3_2" if version >= (6, 3, 2) else "py_fsrs_6_3_1"
    scheduler = fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    rng = np.random.default_rng(10)
    rows: dict[str, list[Any]] = {"learner": [], "item": [], "grade": [], "answered_at": []}
    expected = {}
    for number in range(300):
        card, at = fsrs.Card(card_id=number), START
        for _ in range(rng.integers(1, 15)):
            grade = int(rng.choice([1, 2, 3, 4], p=[0.2, 0.15, 0.5, 0.15]))
            card, _ = scheduler.review_card(card, fsrs.Rating(grade), at)
            for name, value in zip(rows, ("a", f"c{number}", grade, at), strict=True):
                rows[name].append(value)
            at += dt.timedelta(milliseconds=int(np.exp(rng.uniform(np.log(6e4), np.log(1.5e10)))))
        expected[f"c{number}"] = (card.stability, card.difficulty)
    frame = perdure.Fsrs6(profile=profile).states(perdure.read_answers(rows)).to_frame().set_index("item")
    assert len(frame) == 300
    np.testing.assert_allclose(
        frame.loc[list(expected), ["stability", "difficulty"]], list(expected.values()), rtol=1e-6
    )
