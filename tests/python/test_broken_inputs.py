"""The corpus of broken inputs: each is refused with one clear message, or repaired and counted."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # tests run with --import-mode=importlib

from corpus.broken import GOOD_ROWS, INPUTS, Broken, Refused, write_log

perdure = pytest.importorskip("perdure")
if not hasattr(perdure, "read_answers"):
    pytest.skip("perdure.read_answers is not built", allow_module_level=True)

NOBODY = 65534
LOGS = [b for b in INPUTS if not b.cohort]
COHORTS = [b for b in INPUTS if b.cohort]


@contextlib.contextmanager
def without_privileges() -> Iterator[None]:
    """Root may read everything: give that up for a moment, or the file would be readable."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def message_of(error: Exception) -> str:
    text = str(error)
    assert "\n" not in text
    return text


def assert_words(text: str, expected: Refused) -> None:
    missing = [word for word in expected.words if word not in text]
    assert not missing, f"{missing} not in {text!r}"


def test_corpus_covers_every_entry_of_the_list() -> None:
    assert len({b.entry for b in INPUTS}) == 26
    assert len({b.id for b in INPUTS}) == len(INPUTS) == 30


@pytest.mark.parametrize("case", LOGS, ids=lambda b: b.id)
def test_log(case: Broken, tmp_path: Path) -> None:
    perdure.read_answers(write_log(tmp_path / "sound.csv", GOOD_ROWS))  # loads all there is to load
    path = case.build(tmp_path)
    if isinstance(case.expected, Refused):
        privileges = without_privileges() if case.unreadable else contextlib.nullcontext()
        with privileges, pytest.raises(perdure.InputError) as caught:
            perdure.read_answers(path, tz=case.tz)
        assert_words(message_of(caught.value), case.expected)
        return
    report = perdure.read_answers(path, tz=case.tz).report
    assert report.rows == case.expected.rows
    assert report.rejected == 0
    assert report.duplicates == case.expected.duplicates
    if case.expected.exactly:
        assert report.repaired == case.expected.repaired
    else:
        assert report.repaired >= case.expected.repaired
    assert report.accepted + report.repaired + report.duplicates == report.rows


@pytest.mark.parametrize("case", [b for b in LOGS if not b.unreadable], ids=lambda b: b.id)
def test_check_exits_with_the_right_code(case: Broken, tmp_path: Path) -> None:
    path = case.build(tmp_path)
    zone = ["--tz", case.tz] if case.tz else []
    done = run_perdure("check", str(path), *zone)
    assert done.returncode == case.expected.exit_code, done.stderr
    if isinstance(case.expected, Refused):
        assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    model = perdure.Fsrs6().fit(perdure.read_answers(write_log(folder / "answers.csv", GOOD_ROWS)))
    model.save(folder / "model.json")
    return folder / "model.json"


@pytest.mark.parametrize("case", COHORTS, ids=lambda b: b.id)
def test_cohort(case: Broken, tmp_path: Path, model_file: Path) -> None:
    assert isinstance(case.expected, Refused)
    path = case.build(tmp_path)
    log = perdure.read_answers(tmp_path / "answers.csv")
    model = perdure.load_model(model_file)
    with pytest.raises(perdure.InputError) as caught:
        perdure.Planner(perdure.Cohort.from_toml(path)).plan(model, model.states(log))
    assert_words(message_of(caught.value), case.expected)


@pytest.mark.parametrize("case", COHORTS, ids=lambda b: b.id)
def test_plan_exits_with_2_and_writes_nothing(case: Broken, tmp_path: Path, model_file: Path) -> None:
    path = case.build(tmp_path)
    done = run_perdure(
        "plan",
        str(tmp_path / "answers.csv"),
        "--model",
        str(model_file),
        "--cohort",
        str(path),
        "-o",
        str(tmp_path / "out"),
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "out").glob("*"))


def run_perdure(*arguments: str) -> subprocess.CompletedProcess[str]:
    wide = {**os.environ, "COLUMNS": "1000"}
    return subprocess.run(
        [sys.executable, "-m", "perdure.cli", *arguments],
        capture_output=True,
        text=True,
        env=wide,
        timeout=120,
        check=False,
    )
