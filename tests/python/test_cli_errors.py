"""The command line refuses what it cannot use: exit code 2, one message, nothing written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from perdure import sample
from perdure.cli.app import BAD_INPUT, run
from perdure.cli.inputs import moment

ANSWERS = str(sample.answers_path())
COHORT = str(sample.cohort_path())


def names(folder: Path) -> list[str]:
    """What lies in a folder, in order."""
    return sorted(path.name for path in folder.iterdir())


def in_process(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command line in this process."""
    code = run(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


BAD = [
    ["check", "missing.csv"],
    ["fit", "missing.csv", "-o", "m.json"],
    ["fit", ANSWERS, "-o", "no/such/folder/m.json"],
    ["fit", ANSWERS, "-o", "."],
    ["fit", ANSWERS, "-o", "m.json", "-m", "fsrs-66"],
    ["fit", ANSWERS, "-o", "m.json", "--column", "learner"],
    ["fit", ANSWERS, "-o", "m.json", "--threads", "0"],
    ["fit", ANSWERS, "-o", "m.json", "--pipeline", "fsrs_sr"],
    ["fit", ANSWERS, "-o", "m.json", "--pipeline", "fsrs_rs", "-m", "hlr"],
    ["fit", ANSWERS, "-o", "m.json", "--prior-weight", "-1"],
    ["fit", ANSWERS, "-o", "m.json", "--prior-weight", "nan"],
    ["fit", ANSWERS],
    ["evaluate", ANSWERS, "-m", "oracle"],
    ["evaluate", ANSWERS, "--folds", "0"],
    ["evaluate", ANSWERS, "--split", "random"],
    ["evaluate", ANSWERS, "-m", "constant", "-o", ANSWERS],
    ["evaluate", ANSWERS, "-m", "constant", "-o", "missing/e.json"],
    ["forecast", ANSWERS, "-m", ANSWERS, "--at", "2026-07-12"],
    ["forecast", ANSWERS, "-m", "{model}", "--at", "2026-13-01"],
    ["forecast", ANSWERS, "-m", "{model}", "--at", "2026-07-12", "--tz", "Mars/Olympus"],
    ["plan", ANSWERS, "-m", "{model}", "--cohort", "missing.toml", "-o", "out"],
    ["plan", ANSWERS, "-m", "{model}", "--cohort", ANSWERS, "-o", "out"],
    ["demo", "--bogus"],
    ["nonsense"],
]


@pytest.mark.parametrize("arguments", BAD, ids=lambda arguments: " ".join(Path(a).name for a in arguments))
def test_bad_input(
    arguments: list[str],
    model_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = [argument.format(model=model_folder / "model.json") for argument in arguments]
    code, out, err = in_process(capsys, *arguments)
    assert code == BAD_INPUT and out == ""
    assert err.startswith("error: ") and err.count("\n") == 1, err
    assert names(tmp_path) == []

    code, out, err = in_process(capsys, *arguments, "--json")
    assert code == BAD_INPUT and out == ""
    assert json.loads(err)["error"]["message"]


# An output is never an input.


@pytest.fixture
def inputs(model_folder: Path, tmp_path: Path) -> Path:
    """A folder with what the commands read, and links to the log."""
    shutil.copy(ANSWERS, tmp_path / "plan.csv")
    shutil.copy(COHORT, tmp_path / "c.toml")
    shutil.copy(model_folder / "model.json", tmp_path / "m.json")
    for folder in ("soft", "hard"):
        (tmp_path / folder).mkdir()
    (tmp_path / "soft" / "plan.csv").symlink_to(tmp_path / "plan.csv")
    (tmp_path / "hard" / "plan.csv").hardlink_to(tmp_path / "plan.csv")
    return tmp_path


FORECAST = ["forecast", "plan.csv", "-m", "m.json", "--at", "2026-07-12", "-o"]
PLAN = ["plan", "plan.csv", "-m", "m.json", "--cohort", "c.toml", "-o"]
LOGS = ["plan.csv", "./plan.csv", "soft/plan.csv", "hard/plan.csv"]
OVERWRITING = [
    *[(["fit", "plan.csv", "-o", out], out, "plan.csv") for out in LOGS],
    *[([*FORECAST, out], out, "plan.csv") for out in LOGS],
    ([*FORECAST, "m.json"], "m.json", "m.json"),
    *[([*PLAN, out], str(Path(out) / "plan.csv"), "plan.csv") for out in (".", "soft", "hard")],
]


@pytest.mark.parametrize(("arguments", "out", "given"), OVERWRITING, ids=lambda value: "".join(value[:1] + value[-1:]))
def test_an_input_is_not_overwritten(
    arguments: list[str],
    out: str,
    given: str,
    inputs: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def tree() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in inputs.rglob("*") if path.is_file()}

    monkeypatch.chdir(inputs)
    before = tree()
    code, _, err = in_process(capsys, *arguments)
    assert code == BAD_INPUT and err.startswith(f"error: {Path(out)}: this is the input {given},"), err
    assert tree() == before and (inputs / "soft" / "plan.csv").is_symlink()


@pytest.mark.parametrize(
    "arguments",
    [
        ["fit", ANSWERS, "-o", ""],
        ["fit", "", "-o", "m.json"],
        ["forecast", ANSWERS, "-m", "{model}", "--at", "2026-07-12", "-o", ""],
        ["plan", ANSWERS, "-m", "{model}", "--cohort", COHORT, "-o", ""],
        ["plan", ANSWERS, "-m", "", "--cohort", COHORT, "-o", "out"],
        ["plan", ANSWERS, "-m", "{model}", "--cohort", "", "-o", "out"],
        ["demo", ""],
    ],
    ids=lambda arguments: " ".join(Path(a).name for a in arguments),
)
def test_an_empty_path_is_refused(
    arguments: list[str],
    model_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = in_process(capsys, *(argument.format(model=model_folder / "model.json") for argument in arguments))
    assert code == BAD_INPUT and out == "" and "the path is empty" in err and err.count("\n") == 1
    assert names(tmp_path) == []


def test_the_demo_replaces_no_file_of_yours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cohort.toml").write_text("mine", encoding="utf-8")
    code, _, err = in_process(capsys, "demo", str(tmp_path), "--force")
    assert code == BAD_INPUT and err.startswith(f"error: {tmp_path / 'cohort.toml'}: ")
    assert names(tmp_path) == ["cohort.toml"]
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "demo.json").write_text("{}", encoding="utf-8")
    (linked / "answers.csv.gz").symlink_to(ANSWERS)
    code, _, err = in_process(capsys, "demo", str(linked))
    assert code == BAD_INPUT and "this is the input" in err and ANSWERS in err


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder in which nothing can be made")
@pytest.mark.parametrize("arguments", [["demo", "/proc/x"], ["fit", ANSWERS, "-o", "/proc/x"]], ids=lambda a: a[0])
def test_an_error_names_the_path_that_was_given(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = in_process(capsys, *arguments)
    assert code == BAD_INPUT and err.startswith("error: /proc/x: ") and ".tmp" not in err


# Moments and zones.


@pytest.mark.parametrize(
    "at",
    [
        "0001-01-01T00:00+23:59",
        "0001-01-01",
        "1969-12-31",
        "1970-01-01T00:00+00:01",
        "2199-12-31T23:59-23:59",
        "2200-01-01",
        "9999-12-31T23:59-23:59",
        "9999-12-31T23:59+23:59",
    ],
)
@pytest.mark.parametrize("tz", ["UTC", "Pacific/Kiritimati", "America/Adak"])
def test_a_moment_out_of_range(at: str, tz: str, model_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = str(model_folder / "model.json")
    code, out, err = in_process(capsys, "forecast", ANSWERS, "-m", model, "--at", at, "--tz", tz)
    assert code == BAD_INPUT and out == "" and "out of range" in err and err.count("\n") == 1, err


def test_a_moment_is_on_the_clock_of_its_zone() -> None:
    assert moment("2026-07-12", None).isoformat() == "2026-07-12T00:00:00+00:00"
    assert moment("2026-07-12", "Europe/Paris").isoformat() == "2026-07-12T00:00:00+02:00"
    assert moment("2026-01-12T09:00Z", "Europe/Paris").isoformat() == "2026-01-12T10:00:00+01:00"
    assert moment("2199-12-31T23:59", "America/Adak").year == 2199


@pytest.mark.parametrize(
    "zone", ["localtime", "posixrules", "Factory", "posix/Factory", "Mars/Olympus", "zone.tab", ""]
)
@pytest.mark.parametrize("command", ["check", "fit", "evaluate", "forecast", "plan"])
def test_a_zone_that_is_none(
    zone: str,
    command: str,
    model_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    model = ["-m", str(model_folder / "model.json")]
    arguments = {
        "fit": ["-o", "m.json"],
        "forecast": [*model, "--at", "2026-07-12"],
        "plan": [*model, "--cohort", COHORT, "-o", "out"],
    }
    code, out, err = in_process(capsys, command, ANSWERS, *arguments.get(command, []), "--tz", zone)
    assert code == BAD_INPUT and out == "" and names(tmp_path) == []
    assert err.startswith("error: --tz: ") and zone in err and err.count("\n") == 1, err


@pytest.mark.parametrize("zone", ["localtime", "posixrules", "Factory"])
def test_a_cohort_without_a_place(
    zone: str, model_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "c.toml"
    rules.write_text(f'[cohort]\ntimezone = "{zone}"\n', encoding="utf-8")
    arguments = ["-m", str(model_folder / "model.json"), "--cohort", str(rules), "-o", str(tmp_path / "out")]
    code, _, err = in_process(capsys, "plan", ANSWERS, *arguments)
    assert code == BAD_INPUT and "timezone" in err and zone in err and names(tmp_path) == ["c.toml"]
