"""Fits of real logs, which lie beside the repository: where they end does not depend on where they start."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import perdure
import pytest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.mark.parametrize("name", ["anki_josh", "anki_niplav"])
def test_a_hundred_random_starts_end_alike_or_say_that_they_did_not(name: str) -> None:
    path = DATA / f"{name}.csv.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the repository")
    log = perdure.read_answers(path)
    usual = perdure.Fsrs6().fit(log).report_.objective_path[-1]
    low, high = np.array(
        [(spec["lower"], spec["upper"]) for spec in perdure.Fsrs6()._entry["parameters"]], dtype=np.float64
    ).T
    random = np.random.default_rng(20261123)
    unlike = 0
    for _ in range(100):
        start = low + random.random(len(low)) * (high - low)
        start[:4] = np.sort(low[:4] * (high[:4] / low[:4]) ** random.random(4))  # days: even in their logarithm
        report = perdure.Fsrs6(parameters=start).fit(log).report_
        assert report.objective_path[0] > usual
        if report.objective_path[-1] > usual * (1 + 1e-4):
            unlike += 1
            assert report.status != "converged", report.reason
    assert unlike == 0  # since the defaults are tried beside every start
