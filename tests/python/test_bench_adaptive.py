"""bench/adaptive: what AdaptiveFsrs reaches on real logs, and the command that prints it."""

from __future__ import annotations

import sys
from pathlib import Path

import perdure
import pytest

sys.path.append(str(Path(__file__).resolve().parents[2]))
from bench.adaptive import __main__ as command
from bench.adaptive import measure


@pytest.mark.parametrize("name", measure.LOGS)
def test_targets_are_met_and_no_fit_of_fsrs_is_surely_better(name: str, data_folder: Path) -> None:
    lines = measure.measured(name, perdure.read_answers(data_folder / f"{name}.csv.gz", errors="skip"))
    targets = [line for line in lines if line.target is not None]
    assert len(targets) == 4
    assert all(line.is_met for line in targets), targets
    for line in lines:
        if line.difference is not None:
            mean, low, high = line.difference
            own = next(each for each in lines if (each.model, each.part) == (measure.OWN, line.part))
            assert mean == pytest.approx(line.log_loss - own.log_loss, abs=1e-12)
            assert low < mean < high
            assert high > 0.0, f"{line.model} is better"


def test_the_command_says_what_it_misses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--data", str(tmp_path)]) == 1
    assert "anki_niplav.csv.gz is not there" in capsys.readouterr().err
