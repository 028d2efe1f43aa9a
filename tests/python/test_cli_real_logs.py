"""Every command on real logs, in under a minute each. They lie beside the repository and are not part of it."""

from __future__ import annotations

import csv
import datetime as dt
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from perdure import Cohort, plan_checker

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
LOGS = {
    "anki_josh.csv.gz": 12_580,
    "anki_niplav.csv.gz": 68_092,
    "statistics_cloze.csv.gz": 55_122,
    "algebra05.tsv.gz": 129_998,
}
"""File -> answers in it, as its description counts them."""

LIMIT_SECONDS = 60
COHORT = """
[cohort]
timezone = "Europe/Paris"
horizon_days = 60
target_retention = 0.85

[caps]
questions_per_session = 20
"""

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"real logs are not here: {DATA.name}/ beside the repository")


@pytest.fixture(scope="module", params=list(LOGS))
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A log's path, and a folder with a model of it."""
    if not (DATA / request.param).is_file():
        pytest.skip(f"{request.param} is not here")
    folder = tmp_path_factory.mktemp("real")
    (folder / "cohort.toml").write_text(COHORT, encoding="utf-8")
    return str(DATA / request.param), folder


def names(folder: Path) -> list[str]:
    """What lies in a folder, in order."""
    return sorted(path.name for path in folder.iterdir())


def perdure(*arguments: str, folder: Path) -> dict[str, Any]:
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "perdure.cli", *arguments, "--json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=10 * LIMIT_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - started < LIMIT_SECONDS
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_check(log: tuple[str, Path]) -> None:
    path, folder = log
    found = perdure("check", path, folder=folder)
    report = found["report"]
    assert report["rows"] == sum(report[name] for name in report if name != "rows")
    assert report["rejected"] == 0
    assert report["rows"] - report["set_aside"] <= LOGS[Path(path).name] <= report["rows"]


def test_fit_forecast_and_plan(log: tuple[str, Path]) -> None:
    path, folder = log
    found = perdure("fit", path, "-o", "model.json", folder=folder)
    assert found["train"]["log_loss"] < found["train"]["log_loss_constant"]

    at = found["log"]["last_answered_at"][:4]
    forecast = perdure("forecast", path, "-m", "model.json", "--at", f"{int(at) + 1}-01-31", folder=folder)
    assert forecast["total"]["states"] > 0 and 0 < forecast["total"]["recall"] < 1

    made = perdure("plan", path, "-m", "model.json", "--cohort", "cohort.toml", "-o", "plan", folder=folder)
    with (folder / "plan" / "plan.csv").open(encoding="utf-8", newline="") as file:
        days = [(row["learner"], row["date"]) for row in csv.DictReader(file) if row["item"]]
    assert len(days) == made["questions"] > 0
    assert max(days.count(day) for day in set(days[:2000])) <= 20
    assert names(folder) == ["cohort.toml", "model.json", "plan"]
    first = dt.date.fromisoformat(made["summary"]["first"])
    rules = Cohort.from_toml(folder / "cohort.toml")
    assert plan_checker.check_plan(folder / "plan" / "plan.csv", rules, first=first) == []


def test_evaluate(log: tuple[str, Path]) -> None:
    path, folder = log
    found = perdure("evaluate", path, "-m", "fsrs6", folder=folder)
    losses = {row["model"]: row["log_loss"] for row in found["models"]}
    assert set(losses) == {"fsrs6", "per-item", "constant"}
    if Path(path).name.startswith("anki"):
        assert losses["fsrs6"] < losses["constant"]
