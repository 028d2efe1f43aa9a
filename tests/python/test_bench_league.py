"""bench/cohort_league: which rows are held out, scores beside their definitions, tables in a page, and a small run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import perdure
import pytest

sys.path.append(str(Path(__file__).resolve().parents[2]))
from bench.cohort_league import __main__ as command
from bench.cohort_league import cells, report, scores
from bench.cohort_league.cells import Cohort
from bench.cohort_league.run import Found

LEARNERS, ANSWERS = 60, 30


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Cohort:
    """Sixty learners of thirty answers, an hour apart, to ten items of five skills; stands for all cohorts."""
    rng = np.random.default_rng(1)
    learner, seq = np.divmod(np.arange(LEARNERS * ANSWERS), ANSWERS)
    item = rng.integers(0, 10, len(seq))
    start = np.datetime64("2026-03-02T09:00", "ms")
    log = perdure.read_answers(
        {
            "learner": [str(code) for code in learner],
            "item": [str(code) for code in item],
            "skills": [str(code % 5) for code in item],
            "answered_at": start + (seq * 3_600_000).astype("timedelta64[ms]"),
            "success": rng.integers(0, 2, len(seq)),
        },
        tz="UTC",
    )
    made = Cohort("cloze", log, learner, seq, learner % 5)
    for module in (cells, scores):
        monkeypatch.setattr(module, "cohort", lambda data: made)
    return made


def test_new_learners_are_held_out_whole(small: Cohort) -> None:
    judged = np.zeros(len(small.log), dtype=int)
    for part in range(5):
        found = cells.task(small, "A", part)
        assert not set(small.learner[found.train].tolist()) & set(small.learner[found.seen].tolist())
        np.add.at(judged, cells.rows_of(found), 1)
    assert (judged == 1).all()


def test_the_first_sixty_percent_of_each_learner_train(small: Cohort) -> None:
    found = cells.task(small, "B60", 0)
    np.testing.assert_array_equal(found.train, small.seq < 18)
    np.testing.assert_array_equal(cells.rows_of(found), np.flatnonzero(small.seq >= 18))
    assert found.seen.all()


def test_a_cold_start_has_few_learners_and_short_histories(small: Cohort) -> None:
    found = cells.task(small, "cold 25", 2)
    assert len(np.unique(small.learner[found.train])) == 25
    assert not (small.fold[found.train] == 2).any()
    short = cells.task(small, "cold 50 x 20", 2)
    assert small.seq[short.train].max() == small.seq[short.seen].max() == 19
    assert len(np.unique(small.learner[short.train])) == 48  # all there are beside the fold


def test_subsets_are_those_of_gaps_and_places(small: Cohort) -> None:
    core, found = small.log._core, cells.subsets(small)
    for row in range(0, len(small.log), 7):
        earlier = (core.learner == core.learner[row]) & (core.answered_at < core.answered_at[row])
        for name, same in (("item > 1 d", core.item), ("rev > 1 d", np.char.mod("%d", core.item))):
            if name == "rev > 1 d":
                named = small.log.skills_of_items()
                same = np.array([named[item] for item in small.log.items])[core.item]
            past = core.answered_at[earlier & (same == same[row])]
            late = len(past) > 0 and core.answered_at[row] - past.max() > 86_400_000
            assert found[name][row] == late
    assert found["item > 1 d"].any() and found["rev > 1 d"].any()
    np.testing.assert_array_equal(found["first 10"], small.seq < 10)


def test_scores_are_what_they_say() -> None:
    p, y = np.array([0.0, 0.04, 0.5, 0.52, 1.0]), np.array([0, 1, 1, 0, 1], dtype=np.uint8)
    found = scores.score(p, y)
    clipped = np.clip(p, 1e-4, 1 - 1e-4)
    assert found["log_loss"] == pytest.approx(-np.log(np.where(y == 1, clipped, 1 - clipped)).mean(), rel=1e-12)
    assert found["auc"] == pytest.approx(4 / 6)
    # bins: two answers of mean .02 with .5 right, two of .51 with .5, one of 1 with 1
    assert found["rmse"] == pytest.approx(np.sqrt((2 * 0.48**2 + 2 * 0.01**2) / 5), rel=1e-12)


def test_differences_are_to_the_reference_and_only_where_rows_are_judged(small: Cohort) -> None:
    y, found = small.log.success, Found()
    good, bad = np.where(y == 1, 0.7, 0.3), np.full(len(y), 0.5)
    late = small.seq >= 18
    found.predictions = {
        ("cloze", "B60", "good"): np.where(late, good, np.nan),
        ("cloze", "B60", "bad"): np.where(late, bad, np.nan),
    }
    rows = scores.league(found, ["good", "bad"], "bad", 1)
    by_name = {(row["subset"], row["model"]): row for row in rows}
    assert by_name["all", "good"]["n"] == late.sum()
    wanted = np.log(0.5) - np.log(0.7)
    for end in ("difference", "low", "high"):  # every answer gains as much
        assert by_name["all", "good"][end] == pytest.approx(wanted, rel=1e-9)
    assert "difference" not in by_name["all", "bad"]
    assert not [row for row in rows if row["subset"] == "first 10"]


def test_tables_go_between_the_markers_of_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Title\n\n{report.BEGIN}\nold\n{report.END}\n\nafter\n")
    report.put_into(page, "| new |\n")
    report.put_into(page, "| newer |\n")
    assert page.read_text() == f"# Title\n\n{report.BEGIN}\n\n| newer |\n\n{report.END}\n\nafter\n"
    page.write_text("# Title\n")
    with pytest.raises(ValueError, match="between which tables belong"):
        report.put_into(page, "| new |\n")
    assert page.read_text() == "# Title\n"


def test_absent_data_are_skipped_by_name(monkeypatch: Any, tmp_path: Path, capsys: Any) -> None:
    monkeypatch.setattr(cells, "DATA", tmp_path)
    assert command.main(["--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().err
    assert "skipped: cloze" in said and "skipped: algebra05" in said
    assert not (tmp_path / "out").exists()


def test_unknown_models_are_refused(data_folder: Path, capsys: Any) -> None:
    assert command.main(["--only", "oracle"]) == 2
    assert command.main(["--only", "Elo", "--reference", "oracle"]) == 2
    assert "no model holds any of ['oracle']" in capsys.readouterr().err


def test_a_run_reaches_what_was_measured_elsewhere(data_folder: Path, tmp_path: Path) -> None:
    """The item mean and DASH of another implementation on cloze, first 60 % training: .619 / .711 and .503 / .831."""
    page = tmp_path / "page.md"
    page.write_text(f"{report.BEGIN}\n{report.END}\n")
    wanted = ["--data", "cloze", "--protocol", "B60", "--only", "item mean", "--only", "DASH"]
    assert command.main([*wanted, "--out", str(tmp_path), "--page", str(page), "--reference", "DASH"]) == 0
    rows = json.loads((tmp_path / "league.json").read_text())["league"]
    found = {row["model"]: row for row in rows if row["subset"] == "all"}
    assert found["item mean"]["log_loss"] == pytest.approx(0.619, abs=0.002)
    assert found["item mean"]["auc"] == pytest.approx(0.711, abs=0.002)
    assert found["DASH"]["log_loss"] <= 0.505 and found["DASH"]["auc"] >= 0.829
    assert found["item mean"]["low"] > 0
    assert (tmp_path / "league.md").read_text() in page.read_text()
