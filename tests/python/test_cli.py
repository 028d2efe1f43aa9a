"""The command line: every command on the sample, its JSON, its exit codes, and what an interruption leaves behind."""

from __future__ import annotations

import csv
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from perdure import sample
from perdure.cli.app import BAD_INPUT, INTERRUPTED, app, run
from perdure.cli.plan import reasons
from typer.testing import CliRunner

ANSWERS = str(sample.answers_path())
COHORT = str(sample.cohort_path())


def names(folder: Path) -> list[str]:
    """What lies in a folder, in order."""
    return sorted(path.name for path in folder.iterdir())


def perdure(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command as a user does: in a process of its own, output piped."""
    return subprocess.run(
        [sys.executable, "-m", "perdure.cli", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def in_process(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command line in this process."""
    code = run(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_help_names_every_command() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    assert all(name in result.output for name in ("demo", "check", "fit", "evaluate", "forecast", "plan", "explain"))


@pytest.mark.parametrize("command", ["demo", "check", "fit", "evaluate", "forecast", "plan", "explain"])
def test_every_command_has_help(command: str) -> None:
    result = CliRunner().invoke(app, [command, "-h"])
    assert result.exit_code == 0 and f"perdure {command}" in result.output.replace("root", "perdure")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    import perdure as package

    assert in_process(capsys, "--version") == (0, f"perdure {package.__version__}\n", "")


def test_no_command_shows_help(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = in_process(capsys)
    assert code == 0 and "perdure demo" in out


# JSON: one object on stdout, the documented keys, nothing else.

KEYS: dict[str, set[str]] = {
    "check": {"command", "file", "ok", "layout", "report", "log", "summary", "problems", "problems_left_off", "notes"},
    "fit": {
        "command", "file", "output", "model", "elapsed_rule", "options", "data", "log", "report", "seconds", "train",
        "parameters", "profile",
    },
    "evaluate": {
        "command", "file", "output", "log", "split", "n", "settings", "models", "differences", "universal", "by_gap",
        "folds", "calibration", "calibration_by_quantile",
    },
    "forecast": {
        "command", "file", "model", "at", "output", "log", "total", "by_cohort", "by_skill", "by_cohort_and_skill",
    },
    "plan": {
        "command", "file", "model", "cohort", "output", "files", "log", "questions", "learners", "weeks", "busiest_day",
        "uncovered", "first", "summary", "certificate",
    },
}  # fmt: skip


def as_json(command: str, *arguments: str, folder: Path) -> dict[str, Any]:
    done = perdure(command, *arguments, "--json", folder=folder)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert set(found) == KEYS[command] and found["command"] == command
    return found


def test_check_json(tmp_path: Path) -> None:
    found = as_json("check", ANSWERS, folder=tmp_path)
    report = found["report"]
    assert found["ok"] and found["problems"] == []
    assert report["rows"] == sum(report[name] for name in report if name != "rows") == sample.truth()["counts"]["rows"]
    assert sum(row["rows"] for row in found["summary"]) == report["rows"]


def test_fit_json(tmp_path: Path) -> None:
    found = as_json("fit", ANSWERS, "-o", "model.json", folder=tmp_path)
    assert found["train"]["log_loss"] < found["train"]["log_loss_constant"]
    columns = {"name", "value", "default", "se", "low", "high", "learned", "at_bound", "note"}
    assert len(found["parameters"]) == 21 and columns == set(found["parameters"][0])
    assert found["report"]["standard_errors"]["decay"] == next(
        r["se"] for r in found["parameters"] if r["name"] == "decay"
    )
    assert found["report"]["warnings"] and found["options"] is None and found["data"][0].startswith("sha256:")
    assert found["log"]["learners"] == 150 and (tmp_path / "model.json").is_file()


def test_fit_options(tmp_path: Path) -> None:
    arguments = ["-o", "model.json", "--pipeline", "fsrs_rs", "--prior-weight", "3"]
    found = as_json("fit", ANSWERS, *arguments, folder=tmp_path)
    assert found["options"]["optimizer"] == "adam" and found["options"]["prior_weight"] == 3.0
    assert json.loads((tmp_path / "model.json").read_text())["options"] == found["options"]
    text = perdure("fit", ANSWERS, *arguments, folder=tmp_path, COLUMNS="80").stdout
    assert "Adam" in text and "decay" in text and max(map(len, text.splitlines())) <= 80


def test_evaluate_json(tmp_path: Path) -> None:
    found = as_json("evaluate", ANSWERS, "-m", "fsrs6", folder=tmp_path)
    losses = {row["model"]: row["log_loss"] for row in found["models"]}
    assert set(losses) == {"fsrs6", "per-item", "constant"}, "the baselines are always there"
    assert losses["fsrs6"] < losses["constant"]
    assert found["calibration"] and {"model", "n", "predicted", "observed"} <= set(found["calibration"][0])


def test_forecast_json(model_folder: Path, tmp_path: Path) -> None:
    model = str(model_folder / "model.json")
    found = as_json("forecast", ANSWERS, "-m", model, "--at", "2026-07-12", "-o", "f.csv", folder=tmp_path)
    assert found["total"]["states"] == 150 * 48 and 0 < found["total"]["recall"] < 1
    assert {row["cohort"] for row in found["by_cohort"]} == set(sample.truth()["cohorts"])
    assert [row["skill"] for row in found["by_skill"]] == sorted(sample.truth()["skills"])
    assert len(found["by_cohort_and_skill"]) == 24
    with (tmp_path / "f.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == found["total"]["states"]
    assert sum(float(row["recall"]) for row in rows) / len(rows) == pytest.approx(found["total"]["recall"], abs=1e-6)


def test_plan_json(model_folder: Path, tmp_path: Path) -> None:
    found = as_json(
        "plan", ANSWERS, "-m", str(model_folder / "model.json"), "--cohort", COHORT, "-o", "out", folder=tmp_path
    )
    with (tmp_path / "out" / "plan.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:7] == ["learner", "course", "item", "skill", "date", "time", "kind"]
    questions = [row for row in rows if row["item"]]
    assert len(questions) == found["questions"] == sum(week["questions"] for week in found["weeks"])
    assert names(tmp_path) == ["out"] and names(tmp_path / "out") == ["certificate.json", "plan.csv", "plan.ics"]
    assert json.loads((tmp_path / "out" / "certificate.json").read_text(encoding="utf-8")) == found["certificate"]


# For people.


def test_tables_fit_80_columns(model_folder: Path, tmp_path: Path) -> None:
    model = ["-m", str(model_folder / "model.json")]
    for arguments in (
        ["check", ANSWERS],
        ["fit", ANSWERS, "-o", "m.json"],
        ["evaluate", ANSWERS, "-m", "fsrs6"],
        ["forecast", ANSWERS, *model, "--at", "2026-07-12"],
        ["plan", ANSWERS, *model, "--cohort", COHORT, "-o", "out"],
    ):
        done = perdure(*arguments, folder=tmp_path, COLUMNS="80")
        assert done.returncode == 0 and done.stderr == "", done.stderr
        assert max(len(line) for line in done.stdout.splitlines()) <= 80
        assert "\x1b" not in done.stdout, "no color into a pipe"


def test_quiet_prints_nothing(tmp_path: Path) -> None:
    done = perdure("fit", ANSWERS, "-o", "m.json", "--quiet", folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "m.json").is_file()


def test_demo(tmp_path: Path) -> None:
    done = perdure("demo", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "perdure-demo"
    files = ["answers.csv.gz", "certificate.json", "cohort.toml", "demo.json", "forecast.csv", "model.json", "plan.csv"]
    files += ["plan.ics"]
    assert names(folder) == files
    assert all(f"perdure-demo/{name}" in done.stdout for name in files)
    assert all(word in done.stdout for word in ("lille", "nantes", "lyon", "fire safety", "Next quizzes", "constant"))
    found = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
    errors = {row["model"]: row["rmse"] for row in found["truth"]["later"]["models"]}
    assert errors["fsrs6, fitted"] < errors["fsrs6, default parameters"] < errors["constant"]

    def written() -> dict[str, bytes]:
        return {name: (folder / name).read_bytes() for name in files}

    first = written()
    (folder / "mine.txt").write_text("kept", encoding="utf-8")
    assert perdure("demo", folder=tmp_path).returncode == 0, "its own folder may be written again"
    assert written() == first, "the same bytes again"
    assert (folder / "mine.txt").read_text(encoding="utf-8") == "kept"


def test_demo_refuses_a_folder_of_yours(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    done = perdure("demo", ".", folder=tmp_path)
    assert done.returncode == BAD_INPUT and "--force" in done.stderr
    assert names(tmp_path) == ["thesis.txt"]


def test_reasons_are_told_apart_by_what_stands_before_the_colon() -> None:
    texts = ["no room: until 1 May", "no room: until 2 May", "away: on leave", "no room: until 1 May", "unknown"]
    assert reasons([{"reason": text} for text in texts]) == [
        {"reason": "no room", "rows": 3},
        {"reason": "away: on leave", "rows": 1},
        {"reason": "unknown", "rows": 1},
    ]


@pytest.fixture
def with_a_bad_row(tmp_path: Path) -> Path:
    lines = gzip.decompress(sample.answers_path().read_bytes()).decode().splitlines()[:3000]
    cells = lines[41].split(",")
    cells[5] = "maybe"
    lines[41] = ",".join(cells)
    path = tmp_path / "answers.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_bad_row_is_named_and_can_be_left_out(with_a_bad_row: Path) -> None:
    folder, name = with_a_bad_row.parent, with_a_bad_row.name
    done = perdure("check", name, folder=folder)
    assert done.returncode == BAD_INPUT and "42" in done.stdout and "maybe" in done.stdout
    done = perdure("check", name, "--json", folder=folder)
    problem = json.loads(done.stdout)["problems"]
    assert done.returncode == BAD_INPUT and len(problem) == 1
    assert (problem[0]["row"], problem[0]["column"], problem[0]["value"]) == (42, "success", "maybe")

    done = perdure("fit", name, "-o", "m.json", folder=folder)
    assert done.returncode == BAD_INPUT and all(word in done.stderr for word in (name, "42", "success", "maybe"))
    assert names(folder) == [name]
    done = perdure("fit", name, "-o", "m.json", "--skip-bad-rows", "--json", folder=folder)
    assert done.returncode == 0 and json.loads(done.stdout)["log"]["rows"] == 2998


def test_columns_can_be_mapped(tmp_path: Path) -> None:
    lines = gzip.decompress(sample.answers_path().read_bytes()).decode().splitlines()[:500]
    lines[0] = lines[0].replace("learner", "email").replace("success", "mark")
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    columns = ["--column", "learner=email", "--column", "success=mark"]
    others = ["item", "skills", "shown_at", "answered_at", "response_ms", "course", "session", "kind"]
    columns += [part for name in others for part in ("--column", f"{name}={name}")]
    done = perdure("check", "a.csv", "--json", *columns, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["report"]["rows"] == 499


# Interruptions.


def started(command: list[str], folder: Path) -> subprocess.Popen[str]:
    """A command on its way: SIGINT reaches it even when the tests run in the background."""
    return subprocess.Popen(
        [sys.executable, "-m", "perdure.cli", *command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("delay", [0.0, 0.3, 1.0])
def test_interrupted_in_the_middle(delay: float, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    process = started(["demo", str(folder)], tmp_path)
    assert process.stdout is not None
    process.stdout.readline()  # the first line comes before the work
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    if process.returncode in (0, -signal.SIGINT):  # it was faster than the signal, or Python was shutting down already
        assert (folder / "demo.json").is_file()
        return
    assert process.returncode == INTERRUPTED, err
    assert "Traceback" not in err and "interrupted" in err
    assert names(tmp_path) == [], "nothing half-written is left"


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_an_interruption_keeps_the_old_file(model_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_bytes((model_folder / "model.json").read_bytes())
    before = (tmp_path / "model.json").read_bytes()
    for delay in (0.8, 1.2, 1.6):
        process = started(["fit", ANSWERS, "-o", "model.json", "-q"], tmp_path)
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode in (0, INTERRUPTED, -signal.SIGINT)
        assert names(tmp_path) == ["model.json"]
        assert (tmp_path / "model.json").read_bytes() == before


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    process = started(["evaluate", ANSWERS, "-m", "constant"], tmp_path)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 0


# The same bits whatever the clock of the machine and the number of threads.


def test_the_same_model_and_plan_everywhere(tmp_path: Path) -> None:
    made = []
    for zone, threads in (("UTC", "1"), ("Europe/Kyiv", "2"), ("Europe/Kyiv", "1")):
        folder = tmp_path / f"{zone.replace('/', '-')}-{threads}"
        folder.mkdir()
        environment = {"TZ": zone}
        common = ["--threads", threads, "-q"]
        for arguments in (
            ["fit", ANSWERS, "-o", "m.json", *common],
            ["forecast", ANSWERS, "-m", "m.json", "--at", "2026-07-12", "-o", "f.csv", *common],
            ["plan", ANSWERS, "-m", "m.json", "--cohort", COHORT, "-o", "plan", *common],
        ):
            done = perdure(*arguments, folder=folder, **environment)
            assert done.returncode == 0, done.stderr
        files = {
            name: (folder / name).read_bytes() for name in ("m.json", "f.csv", "plan/plan.csv", "plan/certificate.json")
        }
        scores = perdure("evaluate", ANSWERS, "--json", "--threads", threads, folder=folder, **environment).stdout
        made.append({**files, "scores": scores})
    assert made[0] == made[1] == made[2]
