"""What `perdure fit` fits, and what its options and their mistakes are called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import perdure
import pytest
from perdure import sample
from perdure.cli.app import BAD_INPUT, run

ANSWERS = str(sample.answers_path())


def fit(folder: Path, *options: str) -> Any:
    assert run(["fit", ANSWERS, "-o", str(folder / "model.json"), "--quiet", *options]) == 0
    return perdure.load_model(folder / "model.json")


@pytest.mark.parametrize(
    ("pipeline", "profile"),
    [("fsrs_rs", "fsrs_rs"), ("fsrs_rs_items", "fsrs_rs"), ("fsrs_optimizer", "fsrs_rs"), ("py_fsrs", "py_fsrs_6_3_2")],
)
def test_a_pipeline_brings_the_profile_that_its_peer_fits(
    pipeline: str, profile: str, tmp_path: Path, sample_log: perdure.ReviewLog
) -> None:
    model = fit(tmp_path, "--pipeline", pipeline)
    assert (model.profile, model.elapsed_rule) == (profile, "whole-days")
    same = perdure.Fsrs6(profile=profile, options=pipeline).fit(sample_log)
    assert model.parameters_.tolist() == same.parameters_.tolist()
    table = (Path(__file__).resolve().parents[2] / "docs/how-to/peers-pipelines.md").read_text(encoding="utf-8")
    [row] = [line for line in table.splitlines() if line.startswith(f'| `"{pipeline}"` |')]
    assert f'`"{profile}"`' in row


def test_profile_and_elapsed_rule_by_name(tmp_path: Path) -> None:
    model = fit(tmp_path, "--pipeline", "fsrs_rs", "--profile", "perdure")
    assert (model.profile, model.elapsed_rule) == ("perdure", "exact")
    model = fit(tmp_path, "--pipeline", "fsrs_optimizer", "--elapsed", "calendar-days:Europe/Paris:4")
    assert (model.profile, model.elapsed_rule) == ("fsrs_rs", "calendar-days:Europe/Paris:4")
    model = fit(tmp_path, "-m", "half-life", "--pipeline", "py_fsrs")  # has one profile
    assert (model.profile, model.elapsed_rule) == ("perdure", "exact")


def test_it_says_which_answers_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = str(tmp_path / "model.json")
    assert run(["fit", ANSWERS, "-o", target, "-m", "half-life"]) == 0
    out = capsys.readouterr().out
    report = perdure.load_model(target).report_
    counted = f"{report.answers:,} answers a day or more after the last one: log loss {report.log_loss:.4f}"
    assert (
        f"fitted to     {counted}" in out
        and "18,336 answers by" in out
        and " on all 18,336; a constant guess has " in out
    )
    assert run(["fit", ANSWERS, "-o", target, "-m", "half-life", "--pipeline", "fsrs_rs", "--json"]) == BAD_INPUT
    capsys.readouterr()
    assert run(["fit", ANSWERS, "-o", target, "--pipeline", "fsrs_rs"]) == 0
    assert f", worth {perdure.load_model(target).report_.effective_answers:,.0f}: " in capsys.readouterr().out
    assert run(["fit", ANSWERS, "-o", target, "-m", "constant"]) == 0
    assert "fitted to     18,336 answers: log loss" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "option", "value"),
    [
        (["--profile", "fsrs-rs"], "--profile", "fsrs-rs"),
        (["--profile", "fsrs_rs", "-m", "half-life"], "--profile", "fsrs_rs"),
        (["--prior-weight", "much"], "--prior-weight", "much"),
        (["--threads", "1.5"], "--threads", "1.5"),
        (["-m", "per-item"], "--model", "per-item"),
    ],
)
def test_a_wrong_value_is_named_with_its_option(
    arguments: list[str], option: str, value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["fit", ANSWERS, "-o", str(tmp_path / "model.json"), *arguments]
    assert run(command) == BAD_INPUT
    err = capsys.readouterr().err
    assert err.startswith(f"error: {option}: ") and f"got {value!r}; expected " in err and err.count("\n") == 1
    assert run([*command, "--json"]) == BAD_INPUT
    error = json.loads(capsys.readouterr().err)["error"]
    assert (error["source"], error["value"]) == (option, value) and error["expected"]
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_elapsed_rule_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fit", ANSWERS, "-o", str(tmp_path / "model.json"), "--elapsed", "days"]) == BAD_INPUT
    assert capsys.readouterr().err.startswith('error: --elapsed: elapsed rule "days" is unknown; expected exact, ')


@pytest.mark.parametrize(
    ("command", "source"),
    [(["fit", ANSWERS], "--output"), (["fit", "-o", "x"], "FILE"), (["fit", ANSWERS, "--nothing"], "--nothing")],
)
def test_what_is_missing_or_unknown_is_named(
    command: list[str], source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, "--json"]) == BAD_INPUT
    error = json.loads(capsys.readouterr().err)["error"]
    assert error["kind"] == "usage" and error["source"] == source
    assert error["message"].endswith(". Try `perdure fit --help`.")


def test_the_bar_says_once_what_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # as on a terminal
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert run(["fit", ANSWERS, "-o", str(tmp_path / "model.json"), "-m", "half-life"]) == 0
    err = capsys.readouterr().err
    assert "Fitting half-life" in err and "Fitting:" not in err


@pytest.mark.parametrize("command", ["forecast", "plan"])
def test_what_knows_no_single_memory_is_refused(
    command: str, tmp_path: Path, sample_log: perdure.ReviewLog, capsys: pytest.CaptureFixture[str]
) -> None:
    target = str(tmp_path / "model.json")
    more = {"forecast": ["--at", "2026-12-31"], "plan": ["--cohort", str(sample.cohort_path()), "-o", "out"]}[command]
    perdure.PerItem().fit(sample_log).save(target)
    assert run([command, ANSWERS, "--model", target, *more]) == BAD_INPUT
    assert "model.json: knows no memory, got 'per-item'" in capsys.readouterr().err
    if command == "plan":
        perdure.Hierarchical("half-life").fit(sample_log).save(target)
        assert run([command, ANSWERS, "--model", target, *more]) == BAD_INPUT
        assert "model: not a single memory model" in capsys.readouterr().err
