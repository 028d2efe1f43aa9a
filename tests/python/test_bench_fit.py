"""bench/peers_fit: the neutral judge, the columns, and a run of the whole on little data."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).resolve().parents[2]))
from bench.peers.ratios import ratio
from bench.peers_fit import __main__ as command
from bench.peers_fit import columns, fsrs6, measure, report
from bench.peers_fit.columns import DAY_MS, Log
from bench.peers_fit.objective import Judge
from bench.peers_fit.rows import CPP, RS, Row, data_sets, rows

# Published: docs/models/fsrs6.md names the same vector.
GRADES = np.array([1, 3, 3, 3, 3, 3], dtype=np.uint8)
DAYS = np.array([0, 0, 1, 3, 8, 21])


def one_card(minutes_between: int = 10) -> Log:
    when = columns.START_MS + np.cumsum(DAYS * DAY_MS + (DAYS == 0) * minutes_between * 60_000)
    zeros = np.zeros(DAYS.size, dtype=np.uint32)
    return Log(zeros, zeros, when.astype(np.int64), GRADES)


def test_the_neutral_states_are_the_published_ones() -> None:
    stability, difficulty = fsrs6.first(fsrs6.DEFAULTS, GRADES[:1])
    for grade, days in zip(GRADES[1:], DAYS[1:], strict=True):
        stability, difficulty = fsrs6.review(
            fsrs6.DEFAULTS, stability, difficulty, np.array([float(days)]), np.array([grade])
        )
    # Published with six digits, from float32.
    assert stability[0] == pytest.approx(53.6269, rel=2e-5)
    assert difficulty[0] == pytest.approx(6.35749, rel=2e-5)


def test_recall_by_card_parameters_is_recall_by_common_ones_where_they_are_equal() -> None:
    log, own = columns.simulated_cohort(3, 5, 8, seed=2)
    judge = Judge(log)
    assert own.shape == (3, 21)
    common = np.tile(columns.TRUTH, (3, 1))
    assert np.array_equal(judge.recalls(common), judge.recalls(columns.TRUTH))
    # A learner's parameters reach the recall of that learner's cards, and of no other's.
    common[1, 20] = 0.5
    changed = judge.recalls(common) != judge.recalls(columns.TRUTH)
    assert np.array_equal(changed, log.learner[judge.targets] == 1)


def test_what_is_predicted_comes_a_day_later() -> None:
    judge = Judge(one_card())
    assert judge.targets.tolist() == [2, 3, 4, 5]
    assert Judge(one_card(minutes_between=23 * 60)).targets.tolist() == [2, 3, 4, 5]
    expected = []
    stability, difficulty = fsrs6.first(fsrs6.DEFAULTS, GRADES[:1])
    for grade, days in zip(GRADES[1:], DAYS[1:].astype(float), strict=True):
        if days > 0:
            expected.append(float(fsrs6.recall(fsrs6.DEFAULTS, stability, np.array([days]))[0]))
        stability, difficulty = fsrs6.review(fsrs6.DEFAULTS, stability, difficulty, np.array([days]), np.array([grade]))
    assert judge.recalls(fsrs6.DEFAULTS) == pytest.approx(expected, rel=1e-14)
    plain = -np.log(expected).mean()  # all four are right, and the defaults pay no penalty
    assert judge.objective(fsrs6.DEFAULTS, recency=False) == pytest.approx(plain, rel=1e-14)
    weight = np.array([0.25, 0.25 + 0.75 / 27, 0.25 + 0.75 * 8 / 27, 1.0])
    recency = -(weight * np.log(expected)).sum() / weight.sum()
    assert judge.objective(fsrs6.DEFAULTS, recency=True) == pytest.approx(recency, rel=1e-14)
    moved = (
        fsrs6.DEFAULTS + np.eye(21)[7] * fsrs6.SPREADS[7]
    )  # one standard deviation costs one nat; reversion moves recall
    losses = judge.losses(moved)
    assert judge.objective(moved, recency=False) == pytest.approx((losses.sum() + 1.0) / 4, rel=1e-14)


def test_folds_lie_in_time_order_and_cover_all_but_the_first_part() -> None:
    log = columns.simulated(40, 6, learners=1, seed=5)
    judge = Judge(log)
    folds = judge.folds()
    assert len(folds) == 5
    assert folds[0].begin == judge.targets.size // 6
    assert folds[-1].end == judge.targets.size
    assert all(a.end == b.begin for a, b in pairwise(folds))
    for fold in folds:
        # Fitted to what came before its first answer, and to nothing else.
        assert log.answered_at[: fold.rows].max() <= log.answered_at[judge.targets[fold.begin]]
        assert fold.rows == judge.targets[fold.begin]
    same = judge.held_out([columns.TRUTH] * 5)
    assert same == pytest.approx(judge.losses(columns.TRUTH)[folds[0].begin :].mean(), rel=1e-14)


def test_simulated_logs_come_again_and_go_through_files(tmp_path: Path) -> None:
    log = columns.simulated(200, 12, learners=4, seed=7)
    assert log.rows == 2400
    assert log.bytes == 17 * log.rows
    assert np.all(np.diff(log.answered_at) >= 0)
    assert np.unique(np.stack([log.learner, log.item, log.answered_at]), axis=1).shape[1] == log.rows
    log.write(tmp_path)
    again, read = columns.simulated(200, 12, learners=4, seed=7), Log.read(tmp_path)
    for name in ("learner", "item", "answered_at", "grade"):
        assert np.array_equal(getattr(log, name), getattr(again, name))
        assert np.array_equal(getattr(log, name), getattr(read, name))
    # The outcomes are those of the truth: its log loss is lower than the defaults' by more than chance.
    judge = Judge(columns.simulated(4000, 12, learners=4, seed=7))
    gain = judge.losses(fsrs6.DEFAULTS) - judge.losses(columns.TRUTH)
    assert gain.mean() > 5 * gain.std() / np.sqrt(gain.size)


def test_the_first_answers_of_each_learner() -> None:
    log = columns.simulated_cohort(5, 10, 6, seed=3)[0]
    early = log.is_early(7)
    assert np.bincount(log.learner[early]).tolist() == [7] * 5
    for learner in range(5):
        mine = early[log.learner == learner]
        assert mine[:7].all()
        assert not mine[7:].any()


@pytest.mark.parametrize("name", ["anki_josh", "anki_niplav"])
def test_real_logs_are_in_time_order_without_doubles(name: str) -> None:
    if not (columns.REAL_LOGS / f"{name}.csv.gz").exists():
        pytest.skip(f"no {name}.csv.gz in shared/data beside the repository")
    log = columns.real_log(name)
    assert log.rows > 12_000
    assert set(np.unique(log.grade)) <= {1, 2, 3, 4}
    assert np.all(np.diff(log.answered_at) >= 0)
    assert np.unique(np.stack([log.item, log.answered_at.astype(np.uint64)]), axis=1).shape[1] == log.rows


def test_every_row_has_its_log_and_what_it_is_beside() -> None:
    for quick in (False, True):
        sets = data_sets(quick=quick)
        made = rows(sets)
        names = [data.name for data in sets]
        assert len(set(names)) == len(names)
        works = {(row.data, row.side, row.work) for row in made}
        assert len(works) == len(made)
        for row in made:
            assert row.data in names
            assert row.beside is None or (row.data, *row.beside) in works


def line(side: str, work: str, cpu: list[float], objective: float, **more: float) -> measure.Line:
    beside = None if side == CPP else (CPP, work)
    row = Row("anki_x", side, work, beside=beside, target=None if side == CPP else 4.0)
    made = measure.Line(row, answers=10, column_bytes=170, cpu_ns=cpu, wall_ns=cpu, build_cpu_ns=[1.0] * len(cpu))
    made.recency, made.plain, made.held_out = objective, 9.9, more.get("held_out")
    return made


def test_the_table_says_what_was_reached() -> None:
    ours = line(CPP, "fit-recency", [10.0, 10.0, 10.0], 0.5, held_out=0.6)
    lines = [
        ours,
        line(RS, "fit-recency", [50.0, 60.0, 70.0], 0.500001, held_out=0.59),
        line("slow", "fit-recency", [20.0], 0.49, held_out=0.61),
        measure.Line(Row("anki_x", "absent", "fit-recency", beside=(CPP, "fit-recency")), why_not="no cargo"),
    ]
    assert lines[1].times(ours) == ratio([10.0] * 3, [50.0, 60.0, 70.0])
    claims = {claim.text: claim.is_met for claim in report.claims(lines)}
    assert list(claims.values()) == [True, True, False, False, False, True]
    text = report.table(lines)
    assert len({len(each) for each in text.splitlines()}) == 1
    assert "not measured: no cargo" in text
    closing = report.summary(lines, 3, quick=True)
    assert closing.startswith("3 of 6 targets met")
    assert closing.count("- missed: ") == 3
    assert "held-out log loss of fit-recency: ours 0.600000, fsrs-rs 0.590000" in closing
    assert json.loads(report.as_json({}, "", lines))["lines"][3]["why_not"] == "no cargo"


def test_a_filter_that_fits_nothing_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--only", "no such row"]) == 2
    assert "no row holds" in capsys.readouterr().err


def test_a_quick_run_from_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sides in Python alone, so that nothing is built: the crate and our C++ are started by `make bench-fit`."""
    if importlib.util.find_spec("fsrs_rs_python") is None:
        pytest.skip("fsrs-rs-python is not installed: pip install '.[test]'")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(p for p in sys.path if p))
    options = ["--quick", "--only", "1e3 x 10 a card", "--build", str(tmp_path), "--out", str(tmp_path)]
    for side in ("perdure", "fsrs-rs"):
        options += ["--without", side]
    assert command.main(options) == 0
    found = json.loads((tmp_path / "fits.json").read_text(encoding="utf-8"))
    by_side = {(each["row"]["side"], each["row"]["work"]): each for each in found["lines"]}
    ours, theirs = by_side["perdure (Python)", "fit-recency"], by_side["fsrs-rs-python", "fit-recency"]
    for each in (ours, theirs):
        assert each["cpu_ns"][0] > each["build_cpu_ns"][0] > 0
        assert len(each["parameters"]) == 21
        assert 0.1 < each["held_out"] < 0.7
    # No accident: ours has converged on this objective, theirs takes five epochs.
    assert ours["objective"] <= theirs["objective"]
    assert "torch is not installed" in by_side["FSRS-Optimizer", "fit"]["why_not"]
    assert (tmp_path / "fits.md").read_text(encoding="utf-8").count("| fit") >= 4
