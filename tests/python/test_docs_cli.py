"""The examples of docs/how-to/command-line.md run, and print what the page shows."""

from __future__ import annotations

import fnmatch
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from perdure import sample

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "command-line.md"
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="docs/ is not here (tests run outside the repository)")


def examples(text: str) -> list[tuple[str, str]]:
    """Every `$ command` with the lines that the page shows after it."""
    found = []
    for block in BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            found.append((command, shown))
    return found


def matches(printed: str, shown: str) -> bool:
    """Whether the output is what is shown; a line `...` stands for any lines, `...` in a line for any text."""
    pattern = "".join(f"[{c}]" if c in "[*?" else c for c in shown.strip())
    return fnmatch.fnmatchcase(printed.strip(), pattern.replace("...", "*"))


def test_the_page_has_every_command() -> None:
    commands = {command.split()[1] for command, _ in examples(PAGE.read_text(encoding="utf-8"))}
    assert commands == {"demo", "check", "fit", "evaluate", "forecast", "plan", "explain"}


def test_examples_run_in_order(tmp_path: Path) -> None:
    shutil.copy(sample.answers_path(), tmp_path / "answers.csv.gz")
    shutil.copy(sample.cohort_path(), tmp_path / "cohort.toml")
    for command, shown in examples(PAGE.read_text(encoding="utf-8")):
        name, *arguments = shlex.split(command)
        assert name == "perdure", command
        done = subprocess.run(
            [sys.executable, "-m", "perdure.cli", *arguments],
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "80"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"$ {command}\n{done.stderr}"
        assert matches(done.stdout, shown), f"$ {command}\n{done.stdout}"


def test_the_picture_shows_what_the_demo_prints() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "make_picture.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_picture_is_self_contained() -> None:
    picture = (ROOT / "docs" / "images" / "demo.svg").read_text(encoding="utf-8")
    assert "font-face" not in picture and "url(http" not in picture
    assert "perdure-demo/plan.csv" in picture.replace("&#160;", " ") and "seconds" not in picture


def test_what_makes_two_pictures_alike() -> None:
    spec = importlib.util.spec_from_file_location("make_picture", ROOT / "tools" / "make_picture.py")
    assert spec is not None and spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.alike(["82 to 73 %", "2026-04-13"], ["83 to 73 %", "2026-04-13"])
    assert tool.alike(["3,094"], ["3,093"])
    assert not tool.alike(["82 to 73 %"], ["84 to 73 %"])
    assert not tool.alike(["2026-04-13"], ["2026-04-14"])
    assert not tool.alike(["lift-03"], ["lift-04"])
    assert not tool.alike(["overdue"], ["delayed"])
