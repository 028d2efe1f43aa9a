"""What `perdure evaluate` prints and writes, for few models and for many."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import perdure
import pytest
from perdure import sample
from perdure.cli.app import run
from perdure.cli.evaluate import contenders, facts, gap_table, league_table, scores_table
from perdure.exploit import RmseBinsExploit
from rich.console import Console, RenderableType

ANSWERS = str(sample.answers_path())


def found(models: list[str]) -> dict[str, Any]:
    gaps = {"first": 4171, "same day": 208, "a day or more": 10901}
    return {
        "models": [{"model": model} for model in models],
        "by_gap": [
            {"gap": gap, "model": model, "n": n, "log_loss": 0.5} for gap, n in gaps.items() for model in models
        ],
    }


def printed(table: RenderableType) -> list[str]:
    console = Console(file=io.StringIO(), width=80)
    console.print(table)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("count", [2, 3, 4, 5, len(perdure.catalog())])
def test_log_loss_by_gap_is_readable_in_80_columns(count: int) -> None:
    models = perdure.catalog()[-count:]
    lines = printed(gap_table(found(models)))
    words = {word for line in lines for word in line.split()}
    assert words >= {*models, "first", "0.5000"}  # no name and no number is broken over lines
    assert len(lines) <= count + 6


def test_the_league_is_readable_in_80_columns(sample_log: perdure.ReviewLog) -> None:
    models = [perdure.HlrDuolingo(), perdure.Leitner()]  # the longest name, and the largest losses
    rows = facts(perdure.evaluate(models, sample_log, folds=2), sample_log)
    league, scores = printed(league_table(rows)), printed(scores_table(rows))
    assert max(len(line) for line in league + scores) <= 80
    for row in rows["models"]:
        [line] = [line for line in league if line.startswith(row["model"][:12]) and f"{row['log_loss']:.4f}" in line]
        if row["model"] != "constant":
            assert f"{row['gain_low']:+.4f}, {row['gain_high']:+.4f}" in line
        if row["model"] != "per-item":
            assert f"{row['item_gain_low']:+.4f}, {row['item_gain_high']:+.4f}" in line
        assert f"{row['rmse_bins_srs_benchmark']:.4f}" in line
        [line] = [line for line in scores if line.startswith(row["model"][:12]) and f"{row['brier']:.4f}" in line]
        for name in ("rmse", "rmse_bins_fsrs_rs", "ece", "ici", "sm_ece", "mbe"):
            assert f"{row[name]:.4f}" in line
    assert "! leitner: worse than the constant" in league
    assert league[0].startswith("Predicting later answers, in 2 steps of time: 12,")


def test_the_league_warns_of_the_exploit(sample_log: perdure.ReviewLog) -> None:
    rows = facts(perdure.evaluate([RmseBinsExploit()], sample_log, folds=2), sample_log)
    assert "! rmse-bins-exploit: low RMSE(bins), high log loss; worse than the constant" in printed(league_table(rows))


@pytest.mark.parametrize(
    ("split", "title"),
    [
        ("time", "Predicting later answers, in 1 step of time: "),
        ("prequential", "Predicting the next answers, in 3 steps of time: "),
        ("learner", "Predicting learners that no fit saw, in 3 parts: 18,336 answers"),
        ("item", "Predicting items that no fit saw, in 3 parts: 18,336 answers"),
    ],
)
def test_every_split_has_a_title(split: str, title: str, capsys: pytest.CaptureFixture[str]) -> None:
    folds = "1" if split == "time" else "3"
    assert run(["evaluate", ANSWERS, "-m", "constant", "--split", split, "--folds", folds]) == 0
    assert capsys.readouterr().out.startswith(title)


def test_output_holds_what_json_prints_and_what_python_saves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sample_log: perdure.ReviewLog
) -> None:
    path = tmp_path / "evaluation.json"
    assert run(["evaluate", ANSWERS, "-m", "half-life", "--folds", "2", "-o", str(path), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    written = json.loads(path.read_text(encoding="utf-8"))
    assert shown["output"] == str(path)
    assert (written.pop("format"), written.pop("format_version")) == ("perdure-evaluation", 1)
    assert {name: shown[name] for name in written} == written
    by_python = tmp_path / "by_python.json"
    perdure.evaluate([perdure.HalfLife()], sample_log, folds=2).save(by_python)
    assert by_python.read_bytes() == path.read_bytes()


def test_output_is_named_and_nothing_is_written_without_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "e.json"
    assert run(["evaluate", ANSWERS, "-m", "constant", "--folds", "1", "-o", str(path)]) == 0
    assert f"Written: {path}" in capsys.readouterr().out.replace("\n", "")
    assert [entry.name for entry in tmp_path.iterdir()] == ["e.json"]


def test_the_baselines_need_no_naming() -> None:
    assert contenders(["constant", "per-item", "fsrs6", "fsrs6"]) == ["fsrs6", "constant"]
    assert contenders(None) == ["fsrs6", "half-life", "constant"]
    assert set(contenders(["all"])) == {*perdure.catalog(), "adaptive-fsrs", "cohort"}
