"""Pipelines of `perdure.FitOptions` beside the peers that they are named after: the same parameters from the same log.

The peers stop before they converge, so that their parameters depend on the order of their batches; the pipelines follow
that order. The peers compute in float32 where Perdure has float32 kernels or double, and Adam's steps have a fixed
length: differences of rounding stay that small.

py-fsrs's optimizer and FSRS-Optimizer need torch; their tests run where they are installed.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from perdure import Fsrs6, ReviewLog, read_answers

Floats = npt.NDArray[np.float64]
Rows = list[tuple[int, int, int]]
"""(time in ms since 1970, card, grade), in time order."""

DAY_MS = 86_400_000
START_MS = 1_700_000_000_000
JOSH = Path(__file__).resolve().parents[3] / "shared" / "data" / "anki_josh.csv.gz"
NEAR = 2e-5
"""Of parameters: twenty times what was seen, for sums in float32 on another machine."""
ROUNDED = 1e-4
"""The same, where the peer rounds to four decimals."""


def log_of(rows: Rows) -> ReviewLog:
    times, cards, grades = (np.array(column) for column in zip(*rows, strict=True))
    return read_answers(
        {
            "learner": np.zeros(len(rows), dtype=np.int64),
            "item": np.char.add("card", np.char.zfill(cards.astype(str), 6)),
            "answered_at": times.astype("datetime64[ms]"),
            "grade": grades,
        },
        tz="UTC",
    )


def items_of(fsrs_rs: Any, rows: Rows) -> tuple[list[Any], list[int]]:
    """What the crate is given: one item a later answer, with the card's past; and the cards."""
    past: dict[int, list[tuple[int, int, int]]] = {}
    items, cards = [], []
    for time, card, grade in rows:
        known = past.setdefault(card, [])
        days = (time - known[-1][0]) // DAY_MS if known else 0
        known.append((time, grade, days))
        if days > 0:
            items.append(fsrs_rs.FSRSItem([fsrs_rs.FSRSReview(g, d) for _, g, d in known]))
            cards.append(card)
    return items, cards


def simulated(seed: int, cards: int, answers: int = 8, first: tuple[float, ...] = (0.3, 0.15, 0.4, 0.15)) -> Rows:
    """A learner whose cards come back after some of a few gaps, at times that differ by a second at least."""
    rng = np.random.default_rng(seed)
    gaps = np.array([0.01, 1.2, 2.3, 4.4, 7.1, 15.6, 40.5])
    rows = []
    for card in range(cards):
        strength = rng.normal(1.0, 0.7)
        grades = [int(rng.choice([1, 2, 3, 4], p=first))]
        days = [rng.uniform(0, 200)]
        for k in range(1, rng.integers(1, answers + 1)):
            gap = rng.choice(gaps[: 4 + k])
            right = rng.random() < 1 / (1 + np.exp(-strength - 0.4 * k + 0.05 * gap))
            grades.append(int(rng.choice([2, 3, 4], p=[0.2, 0.6, 0.2])) if right else 1)
            days.append(days[-1] + gap)
        rows += [(START_MS + 1000 * round(86_400 * day), card, grade) for day, grade in zip(days, grades, strict=True)]
    rows.sort()
    taken: set[int] = set()
    for i, (time, card, grade) in enumerate(rows):
        while time in taken:
            time += 1000
        taken.add(time)
        rows[i] = (time, card, grade)
    return sorted(rows)


@pytest.fixture(scope="module")
def josh() -> Rows:
    if not JOSH.is_file():
        pytest.skip(f"the real log is not here: {JOSH}")
    with gzip.open(JOSH, "rt") as file:
        answers = [
            (dt.datetime.fromisoformat(row["review_time"]), int(row["card_id"]), int(row["review_rating"]))
            for row in csv.DictReader(file)
        ]
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return sorted(((time - epoch) // dt.timedelta(milliseconds=1), card, grade) for time, card, grade in answers)


def numbered(rows: Rows) -> Rows:
    """Cards numbered by their first answer, as the log orders them: the peers break ties by the number."""
    number: dict[int, int] = {}
    return [(time, number.setdefault(card, len(number)), grade) for time, card, grade in rows]


def mean_log_loss(log: ReviewLog, parameters: npt.ArrayLike) -> float:
    """Of the answers that come a day or more after the last one, by one evaluation for whoever fitted."""
    specs = Fsrs6(profile="fsrs_rs")._entry["parameters"]
    inside = np.clip(parameters, [spec["lower"] for spec in specs], [spec["upper"] for spec in specs])
    model = Fsrs6(inside, profile="fsrs_rs")
    predicted = model.predict_sequence(log)
    later = later_rows(log)
    y = np.asarray(log.success)[later]
    p = np.clip(predicted[later], 1e-7, 1 - 1e-7)
    return float(-np.mean(np.where(y, np.log(p), np.log1p(-p))))


def later_rows(log: ReviewLog) -> npt.NDArray[np.bool_]:
    frame = log.to_frame()
    gap = frame.groupby(["learner", "item"])["answered_at"].diff()
    return np.asarray(gap >= "1D")


@pytest.mark.parametrize("pipeline", ["fsrs_rs", "fsrs_rs_items"])
def test_the_crate_on_a_real_log(fsrs_rs: Any, josh: Rows, pipeline: str) -> None:
    rows = numbered(josh)
    items, cards = items_of(fsrs_rs, rows)
    peer = fsrs_rs.FSRS([]).compute_parameters(items, cards if pipeline == "fsrs_rs" else None)
    log = log_of(rows)
    ours = Fsrs6(profile="fsrs_rs", options=pipeline).fit(log)
    np.testing.assert_allclose(ours.parameters_, peer, rtol=NEAR, atol=NEAR)
    assert mean_log_loss(log, ours.parameters_) == pytest.approx(mean_log_loss(log, peer), abs=1e-6)


@pytest.mark.parametrize("pipeline", ["fsrs_rs", "fsrs_rs_items"])
@pytest.mark.parametrize(("seed", "cards"), [(1, 1), (2, 4), (3, 12), (4, 30), (5, 80), (6, 150), (7, 400), (8, 1000)])
def test_the_crate_on_logs_of_all_sizes(fsrs_rs: Any, seed: int, cards: int, pipeline: str) -> None:
    rows = numbered(simulated(seed, cards))
    items, numbers = items_of(fsrs_rs, rows)
    peer = fsrs_rs.FSRS([]).compute_parameters(items, numbers if pipeline == "fsrs_rs" else None)
    ours = Fsrs6(profile="fsrs_rs", options=pipeline).fit(log_of(rows)).parameters_
    np.testing.assert_allclose(ours, peer, rtol=NEAR, atol=NEAR)


@pytest.mark.parametrize(
    "first",
    [(1.0, 0, 0, 0), (0, 0, 1.0, 0), (0.5, 0, 0, 0.5), (0, 0.5, 0, 0.5), (0.4, 0.3, 0, 0.3), (0, 0.3, 0.3, 0.4)],
)
def test_the_crate_on_logs_without_some_first_grades(fsrs_rs: Any, first: tuple[float, ...]) -> None:
    rows = numbered(simulated(9, 300, first=first))
    items, numbers = items_of(fsrs_rs, rows)
    peer = np.array(fsrs_rs.FSRS([]).compute_parameters(items, numbers))
    ours = Fsrs6(profile="fsrs_rs", options="fsrs_rs").fit(log_of(rows)).parameters_
    # Perdure's parameters always rise with the first grade; the crate's last step mostly sees to that
    peer[:4] = np.maximum.accumulate(peer[:4])
    np.testing.assert_allclose(ours, peer, rtol=NEAR, atol=NEAR)


def test_the_crate_filters_the_same_answers(fsrs_rs: Any) -> None:
    rows = numbered(simulated(10, 500))
    items, _ = items_of(fsrs_rs, rows)
    first = [item for item in items if item.long_term_review_cnt() == 1]
    later = [item for item in items if item.long_term_review_cnt() > 1]
    kept, rest = fsrs_rs.filter_outlier(first, later)
    fitted = Fsrs6(profile="fsrs_rs", options="fsrs_rs").fit(log_of(rows))
    assert len(kept) + len(rest) < len(items)
    assert fitted.report_.answers == len(kept) + len(rest)


def test_a_converged_fit_of_the_crates_objective_is_below_the_crate(fsrs_rs: Any, josh: Rows) -> None:
    from perdure import FitOptions

    log = log_of(numbered(josh))
    converged = Fsrs6(profile="fsrs_rs", options=FitOptions.of_pipeline("fsrs_rs", optimizer="fisher")).fit(log)
    stopped = Fsrs6(profile="fsrs_rs", options="fsrs_rs").fit(log)
    assert converged.report_.objective_path[-1] < stopped.report_.objective_path[-1] - 5
    assert mean_log_loss(log, converged.parameters_) < mean_log_loss(log, stopped.parameters_) - 1e-3


OPTIMIZER = """
import json, sys
import fsrs_optimizer
optimizer = fsrs_optimizer.Optimizer()
optimizer.create_time_series("UTC", "2006-10-05", 0, analysis=False)
optimizer.define_model()
optimizer.initialize_parameters(verbose=False)
optimizer.train(verbose=False, recency_weight=True)
print(json.dumps(optimizer.w))
"""


def test_fsrs_optimizer_on_a_real_log(josh: Rows, tmp_path: Path) -> None:
    pytest.importorskip("fsrs_optimizer", reason="fsrs-optimizer is not installed; it needs torch")
    rows = numbered(josh)
    lines = [f"{card},{time},{grade}\n" for time, card, grade in rows]
    (tmp_path / "revlog.csv").write_text("card_id,review_time,review_rating\n" + "".join(lines))
    done = subprocess.run([sys.executable, "-c", OPTIMIZER], cwd=tmp_path, capture_output=True, text=True, check=True)
    peer = json.loads(done.stdout.splitlines()[-1])
    ours = Fsrs6(profile="fsrs_rs", elapsed="calendar-days:UTC:0", options="fsrs_optimizer").fit(log_of(rows))
    np.testing.assert_allclose(ours.parameters_, peer, rtol=0, atol=ROUNDED)


def test_py_fsrs_on_a_real_log(josh: Rows) -> None:
    pytest.importorskip("torch", reason="py-fsrs's optimizer needs torch")
    fsrs = pytest.importorskip("fsrs", reason="fsrs is not installed")
    rows = numbered(josh)
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    logs = [
        fsrs.ReviewLog(
            card_id=card,
            rating=fsrs.Rating(grade),
            review_datetime=epoch + dt.timedelta(milliseconds=time),
            review_duration=None,
        )
        for time, card, grade in rows
    ]
    peer = fsrs.Optimizer(logs).compute_optimal_parameters()
    log = log_of(rows)
    ours = Fsrs6(profile="py_fsrs_6_3_2", options="py_fsrs").fit(log)
    # py-fsrs carries the memory of a card over the end of a batch, as the old parameters left it; ours replays it
    np.testing.assert_allclose(ours.parameters_, peer, rtol=0.02, atol=0.02)
    assert mean_log_loss(log, ours.parameters_) == pytest.approx(mean_log_loss(log, peer), abs=1e-4)
