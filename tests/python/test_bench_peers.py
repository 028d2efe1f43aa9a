"""The bench that sets Perdure beside its peers: its statistics, its histories, and rounds with sides made up here."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).resolve().parents[2]))
from bench.peers import __main__ as command
from bench.peers import histories, kernels, measure, report
from bench.peers.ratios import interval_rank, ratio
from bench.peers.rows import Row, data_sets, rows
from bench.peers.sides import Side, SideError

# A side that answers every request with the time and the result that its command line names, or an error.
FAKE = """
import array, json, sys
name, ns, result = sys.argv[1:4]
print(json.dumps({"side": name, "version": "1"}), flush=True)
for line in sys.stdin:
    work, folder, count, *out = line.rstrip("\\n").split("\\t")
    if work == "fail":
        print(json.dumps({"error": "no such work"}), flush=True)
        continue
    for folder in out:
        array.array("d", [float(result)] * int(count)).tofile(open(folder + "/recall.f64", "wb"))
    times = {"wall_ns": int(ns) * int(count), "cpu_ns": int(ns) * int(count)}
    print(json.dumps({"items": int(count), **times}), flush=True)
"""


def fake(name: str, ns: int, result: float) -> Side:
    return Side([sys.executable, "-c", FAKE, name, str(ns), str(result)])


def row(peer: str, target: float | None = None) -> Row:
    return Row("recall", "rows", ("mine", "recall"), (peer, "recall"), 100, 10, target, columns=("recall",))


def test_the_interval_covers_the_median_as_often_as_it_says() -> None:
    assert interval_rank(9) == (1, 1.0 - 2.0 * 10 / 512)
    assert interval_rank(6) == (0, 1.0 - 2.0 / 64)
    assert interval_rank(1) == (0, 0.0)
    for rounds in range(6, 40):
        rank, coverage = interval_rank(rounds)
        assert coverage >= 0.95
        wider = ratio([1.0] * rounds, [float(k) for k in range(1, rounds + 1)])
        assert (wider.low, wider.high) == (rank + 1, rounds - rank)


def test_a_ratio_pairs_rounds() -> None:
    # A machine that is ten times slower in one round leaves the ratio alone.
    found = ratio([1.0, 10.0, 1.0], [3.0, 30.0, 3.0])
    assert (found.median, found.low, found.high) == (3.0, 3.0, 3.0)
    with pytest.raises(ValueError, match="pair up"):
        ratio([1.0], [])


@pytest.mark.parametrize("ragged", [False, True])
def test_histories_look_like_histories(tmp_path: Path, ragged: bool) -> None:
    histories.write_histories(tmp_path, 500, 20, ragged=ragged, seed=3)
    offsets, grade, days = (histories.read(tmp_path, name) for name in ("offsets.i64", "grade.u8", "days.u32"))
    lengths = np.diff(offsets)
    assert offsets[0] == 0
    assert offsets[-1] == grade.size == days.size
    assert lengths.min() >= 1
    assert abs(lengths.mean() - 20) < (5 * 16 / np.sqrt(500) if ragged else 1e-9)
    assert set(np.unique(grade)) == {1, 2, 3, 4}
    assert not days[offsets[:-1]].any()
    assert days.max() <= histories.LONGEST_GAP
    again = tmp_path / "again"
    histories.write_histories(again, 500, 20, ragged=ragged, seed=3)
    assert (again / "days.u32").read_bytes() == (tmp_path / "days.u32").read_bytes()


def test_rounds_give_ratios_and_say_what_is_missing_or_different(tmp_path: Path) -> None:
    wanted = [row("slow", target=5.0), row("fast", target=5.0), row("wrong"), row("absent")]
    with ExitStack() as stack:
        made = {"mine": (10, 0.5), "slow": (60, 0.5), "fast": (5, 0.50004), "wrong": (10, 0.6)}
        sides = {name: stack.enter_context(fake(name, *about)) for name, about in made.items()}
        lines = measure.run(wanted, {"rows": tmp_path}, sides, {"absent": "no cargo"}, rounds=3)
    found = [line.ratio.median if line.ratio else None for line in lines]
    assert found == [6.0, 0.5, 1.0, None]
    assert [line.is_met for line in lines] == [True, False, None, None]
    assert [line.is_same for line in lines] == [True, True, False, True]
    text = report.table(lines, [])
    assert "not measured: no cargo" in text
    assert "DIFFERS" in text.splitlines()[4]
    assert len({len(line) for line in text.splitlines()}) == 1
    closing = report.summary(lines, [], 3, quick=True)
    assert "1 of 2 targets met" in closing
    assert "RESULTS DIFFER: recall" in closing
    assert '"why_not": "no cargo"' in report.as_json({}, "", lines, [])


def test_a_side_that_fails_is_named(tmp_path: Path) -> None:
    with fake("mine", 1, 0.5) as mine, pytest.raises(SideError, match="mine: no such work"):
        mine.ask("fail", tmp_path, 1)
    with pytest.raises(SideError, match="no answer"):
        Side([sys.executable, "-c", "raise SystemExit(3)"])


def test_every_row_has_its_data_and_a_hundredth_of_it_when_quick() -> None:
    for quick in (False, True):
        sets = data_sets(quick=quick, large=True)
        counts = {data.name: data.count for data in sets}
        assert len(counts) == len(sets)
        for each in rows(sets, quick=quick):
            assert max(each.ours_count, each.peer_count) <= counts[each.data]


def test_times_of_google_benchmark_are_read_by_repetition() -> None:
    one = {"run_type": "iteration", "run_name": "k/update", "repetition_index": 1, "items_per_second": 5e8}
    other = {**one, "repetition_index": 0, "items_per_second": 1e9}
    mean = {**one, "run_type": "aggregate"}
    assert kernels._times({"benchmarks": [one, other, mean]}) == {"k/update": [1.0, 2.0]}


def test_a_filter_that_fits_nothing_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--only", "no such row"]) == 2
    assert "no row holds" in capsys.readouterr().err
