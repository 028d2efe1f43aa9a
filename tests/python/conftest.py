"""What several test files share: FSRS-6 written a second time, simulated logs, and fitted models."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import perdure
import pytest
from hypothesis import settings
from perdure import sample
from perdure.cli.app import run

Floats = npt.NDArray[np.float64]

DAY_MS = 86_400_000
START_MS = 1_772_442_000_000  # 2026-03-02T09:00:00Z, a Monday

# The same examples in every run, however slow the machine.
settings.register_profile("perdure", deadline=None, derandomize=True, database=None)
settings.load_profile("perdure")


@dataclass(frozen=True)
class Fsrs6Reference:
    """FSRS-6 in float64 from the published equations, written without a look at the package."""

    w: Floats
    hard_floor: bool = True
    ceiling: float = 36500.0
    first_floor: float = 0.001

    @property
    def factor(self) -> float:
        return float(0.9 ** (-1.0 / self.w[20]) - 1.0)

    def recall(self, t: Floats, s: Floats) -> Floats:
        return (1.0 + self.factor * t / s) ** -self.w[20]

    def interval(self, r: Floats, s: Floats) -> Floats:
        return s / self.factor * (r ** (-1.0 / self.w[20]) - 1.0)

    def _first_difficulty(self, g: Any) -> Any:
        return self.w[4] - np.exp(self.w[5] * (np.asarray(g, float) - 1.0)) + 1.0

    def first(self, g: npt.NDArray[Any]) -> tuple[Floats, Floats]:
        return np.clip(self.w[g - 1], self.first_floor, self.ceiling), np.clip(self._first_difficulty(g), 1.0, 10.0)

    def review(self, s: Floats, d: Floats, g: npt.NDArray[Any], t: Floats) -> tuple[Floats, Floats]:
        w, r = self.w, self.recall(t, s)
        bonus = np.where(g == 2, w[15], np.where(g == 4, w[16], 1.0))
        right = s * (1.0 + np.exp(w[8]) * (11.0 - d) * s ** -w[9] * (np.exp(w[10] * (1.0 - r)) - 1.0) * bonus)
        lapse = w[11] * d ** -w[12] * ((s + 1.0) ** w[13] - 1.0) * np.exp(w[14] * (1.0 - r))
        wrong = np.minimum(lapse, s / np.exp(w[17] * w[18]))
        change = np.exp(w[17] * (g - 3.0 + w[18])) * s ** -w[19]
        floored = g >= (2 if self.hard_floor else 3)
        same_day = s * np.where(floored, np.maximum(change, 1.0), change)
        damped = d + (10.0 - d) / 9.0 * (-w[6] * (g - 3.0))
        next_d = np.clip(w[7] * self._first_difficulty(4) + (1.0 - w[7]) * damped, 1.0, 10.0)
        return np.clip(np.where(t < 1.0, same_day, np.where(g > 1, right, wrong)), 0.001, self.ceiling), next_d


@pytest.fixture(scope="session")
def fsrs6_reference() -> type[Fsrs6Reference]:
    """The second implementation."""
    return Fsrs6Reference


def columns(learners: int = 8, items: int = 12, answers: int = 6, seed: int = 1) -> dict[str, list[Any]]:
    """Answers in time order, at gaps of minutes to months; success falls with the gap."""
    rng = np.random.default_rng(seed)
    rows = []
    for learner in range(learners):
        for item in range(items):
            at = START_MS + int(rng.integers(0, 20 * DAY_MS))
            gap = 0.0
            for number in range(answers):
                right = rng.random() < (0.7 if number == 0 else 0.35 + 0.6 * np.exp(-gap / 40.0))
                rows.append((at, f"L{learner}", f"q{item}", int(right), f"s{item % 3}"))
                gap = float(np.exp(rng.uniform(np.log(0.01), np.log(60.0))))
                at += int(gap * DAY_MS) + 1
    rows.sort()
    moment = [dt.datetime.fromtimestamp(row[0] / 1000, dt.UTC) for row in rows]
    names = ("learner", "item", "success", "skills")
    return {"answered_at": moment, **{name: [row[k] for row in rows] for k, name in enumerate(names, 1)}}


@pytest.fixture(scope="session")
def simulate() -> Callable[..., dict[str, list[Any]]]:
    """Function that makes columns of answers."""
    return columns


@pytest.fixture(scope="session")
def log() -> perdure.ReviewLog:
    """A small simulated log."""
    return perdure.read_answers(columns())


@pytest.fixture(scope="session")
def sample_log() -> perdure.ReviewLog:
    """The embedded sample."""
    return perdure.read_answers(sample.answers_path())


@pytest.fixture(scope="session", params=[perdure.Fsrs6, perdure.HalfLife], ids=lambda model: model.id)
def fitted(request: pytest.FixtureRequest, log: perdure.ReviewLog) -> Any:
    """Each model, fitted to the small log. Not to be changed."""
    return request.param().fit(log)


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model of the sample alone, as `perdure fit` writes it."""
    folder = tmp_path_factory.mktemp("fitted")
    assert run(["fit", str(sample.answers_path()), "-o", str(folder / "model.json"), "--quiet"]) == 0
    assert [path.name for path in folder.iterdir()] == ["model.json"]
    return folder


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Folder of the real logs beside the repository; skips where it is absent."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no real logs: shared/data is not beside the repository")
    return folder
