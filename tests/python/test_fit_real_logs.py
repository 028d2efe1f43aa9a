"""Fits of real logs, which lie beside the repository: where they end hardly depends on where they start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import perdure
import pytest
from perdure import FitOptions, ReviewLog

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
ALIKE = 1e-4
"""Relative difference of objectives that does not count."""


def read(name: str) -> ReviewLog:
    path = DATA / f"{name}.csv.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the repository")
    return perdure.read_answers(path)


def random_starts(model: Any, count: int) -> list[npt.NDArray[np.float64]]:
    low, high = np.array([(spec["lower"], spec["upper"]) for spec in model._entry["parameters"]], dtype=np.float64).T
    random = np.random.default_rng(20261123)
    starts = []
    for _ in range(count):
        start = low + random.random(len(low)) * (high - low)
        start[:4] = np.sort(low[:4] * (high[:4] / low[:4]) ** random.random(4))  # days: even in their logarithm
        starts.append(start)
    return starts


@pytest.mark.parametrize(
    ("name", "model", "count"),
    [
        ("anki_josh", perdure.Fsrs45, 100),
        ("anki_josh", perdure.Fsrs5, 100),
        ("anki_josh", perdure.Fsrs6, 100),
        ("anki_josh", perdure.Fsrs7, 100),
        ("anki_niplav", perdure.Fsrs6, 40),
    ],
)
def test_random_starts_end_alike_or_say_that_they_did_not(name: str, model: Any, count: int) -> None:
    log = read(name)
    usual = model().fit(log).report_.objective_path[-1]
    for start in random_starts(model(), count):
        report = model(parameters=start).fit(log).report_
        assert report.objective_path[0] > usual
        end = report.objective_path[-1] / usual - 1
        if end > ALIKE:
            assert report.status != "converged", report.reason
        if end < -ALIKE and report.status == "converged":
            assert any("more than one valley" in text for text in report.warnings), report


def test_most_random_starts_need_no_second_one() -> None:
    log = read("anki_josh")
    usual = perdure.Fsrs6().fit(log).report_.objective_path[-1]
    options = FitOptions(second_start=False)
    ends = [
        perdure.Fsrs6(parameters=start, options=options).fit(log).report_.objective_path[-1] / usual - 1
        for start in random_starts(perdure.Fsrs6(), 100)
    ]
    assert min(ends) > -ALIKE  # nothing lies below where the defaults lead
    assert sum(end < ALIKE for end in ends) >= 95  # 97 when this was written


# Objectives of the best of eleven starts, when this was written. Before, hlr crawled at 3050, half-life stood still at
# 2517.7, and act-r called 2588.8 converged.
@pytest.mark.parametrize(
    ("name", "model", "best"),
    [
        ("anki_josh", perdure.Hlr, 2577.28),
        ("anki_josh", perdure.HalfLife, 2514.95),
        ("anki_josh", perdure.ActR, 2573.25),
        ("anki_niplav", perdure.Hlr, 23939.25),
        ("cohort_cloze", perdure.ActR, 2582.09),
    ],
)
def test_fits_from_the_defaults_end_at_the_best_that_is_known(name: str, model: Any, best: float) -> None:
    report = model().fit(read(name)).report_
    assert report.status == "converged"
    assert report.objective_path[-1] == pytest.approx(best, rel=ALIKE)


@pytest.mark.parametrize(
    ("model", "start", "best"),
    [  # a kink on a bound that only moves of single parameters leave; a bound that rounding was kept off
        (perdure.ActR, [0.5123, 0.9505, 0.1450, -1.0280, 0.3125], 2573.25),
        (perdure.EbisuV2, [0.83987789, 10.5953558, 0.02565407], 2931.16),
    ],
)
def test_far_starts_do_not_end_at_once(model: Any, start: list[float], best: float) -> None:
    report = model(parameters=start, options=FitOptions(second_start=False)).fit(read("anki_josh")).report_
    assert report.objective_path[-1] == pytest.approx(best, rel=ALIKE)
