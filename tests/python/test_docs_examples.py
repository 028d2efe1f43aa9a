"""The examples of README.md and docs/ hold: code runs or is quoted from a tested file, tables agree with the package.

- The ```python blocks of a page run in order, in one namespace, in an empty folder. A ```text block right after one is
  what it prints; `...` stands for any text.
- A ```toml NAME block is written to NAME before the page's Python runs.
- The `perdure` lines of ```sh blocks run beside the sample's answers.csv.gz and cohort.toml.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fnmatch
import io
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import perdure
import pytest
from perdure import _catalog, sample
from perdure.cohort.schema import key_rows
from perdure.plan_checker import RULES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
INSTALLED = ROOT / "tests" / "install"
EXAMPLES = DOCS / "examples"  # built and run by the install tests
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))] if DOCS.is_dir() else []
FENCE = re.compile(r"^```(\w*)[ \t]*([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.skipif(not PAGES, reason="docs/ is not here (tests run outside the repository)")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    language: str
    title: str
    text: str
    line: int
    end: int


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(found[1], found[2].strip(), found[3], text.count("\n", 0, found.start(3)) + 1, found.end())
        for found in FENCE.finditer(text)
    ]


def shown_after(page: Path, code: Block) -> str | None:
    """The ```text block that follows a block with nothing but blank lines between."""
    rest = page.read_text(encoding="utf-8")[code.end :]
    found = FENCE.match(rest.lstrip("\n"))
    return found[3] if found and found[1] == "text" else None


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def pages_with(*languages: str) -> list[Any]:
    return [
        pytest.param(page, id=name_of(page))
        for page in PAGES
        if any(block.language in languages for block in blocks(page))
    ]


DECIMAL = re.compile(r"(?<![\w.-])-?\d+\.\d+(?![\w.-])")


def matches(printed: str, shown: str) -> bool:
    """Whether the output is what is shown: `...` is any text, a decimal number may differ by one in its last digit."""
    got, wanted = (" ".join(text.split()) for text in (printed, shown))
    pattern = "".join(f"[{c}]" if c in "[*?" else c for c in DECIMAL.sub("#", wanted))
    if not fnmatch.fnmatchcase(DECIMAL.sub("#", got), pattern.replace("...", "*")):
        return False
    if "..." in wanted:
        return True
    pairs = zip(DECIMAL.findall(got), DECIMAL.findall(wanted), strict=True)
    return all(abs(float(g) - float(w)) <= 1.001 * 10.0 ** -len(w.partition(".")[2]) for g, w in pairs)


def test_what_matches() -> None:
    assert matches("a  0.51\nb 7", "a 0.52\nb 7")
    assert not matches("a 0.50", "a 0.52")
    assert not matches("b 8", "b 7")
    assert not matches("2026-04-12", "2026-04-13")
    assert matches("x [1] 0.3 and more", "x [1]...")
    assert not matches("y 0.3", "x...")


@pytest.mark.parametrize("page", pages_with("python"))
def test_python_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {"__name__": "example"}
    for block in blocks(page):
        if block.language == "toml" and block.title:
            Path(block.title).write_text(block.text, encoding="utf-8")
    for block in blocks(page):
        if block.language != "python":
            continue
        output = io.StringIO()
        code = compile("\n" * (block.line - 1) + block.text, name_of(page), "exec")
        with contextlib.redirect_stdout(output):
            exec(code, namespace)
        shown = shown_after(page, block)
        if shown is not None:
            assert matches(output.getvalue(), shown), f"{name_of(page)}:{block.line} prints\n{output.getvalue()}"


def test_readme_has_the_three_uses() -> None:
    found = [block.language for block in blocks(ROOT / "README.md")]
    assert found.count("cpp") >= 1
    assert found.count("python") >= 2
    longest = max(len(block.text.strip().splitlines()) for block in blocks(ROOT / "README.md"))
    assert longest <= 14


@pytest.mark.parametrize("page", pages_with("sh"))
def test_commands_run(page: Path, tmp_path: Path) -> None:
    shutil.copy(sample.answers_path(), tmp_path / "answers.csv.gz")
    shutil.copy(sample.cohort_path(), tmp_path / "cohort.toml")
    for block in blocks(page):
        for line in block.text.splitlines() if block.language == "sh" else []:
            words = shlex.split(line, comments=True)
            if not words or words[0] != "perdure":
                continue
            done = subprocess.run(
                [sys.executable, "-m", "perdure.cli", *words[1:]],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{name_of(page)}:{block.line} {line}\n{done.stderr}"


def quoted_lines(text: str, comment: str) -> list[str]:
    """Lines of code without indentation; blank lines and lines of comment alone say nothing to compare."""
    stripped = (line.strip() for line in text.splitlines())
    return [line for line in stripped if line and not line.startswith(comment)]


def stands_in(quoted: list[str], source: list[str]) -> str | None:
    """The first line that is not in the source after the one before it, or None. Includes may stand anywhere."""
    rest = iter(source)
    for line in quoted:
        found = line in source if line.startswith(("#include", "using namespace")) else line in rest
        if not found:
            return line
    return None


@pytest.mark.parametrize(
    ("language", "sources", "comment"),
    [
        ("cpp", [*sorted((ROOT / "tests").glob("unit/**/*_test.cpp")), *sorted(EXAMPLES.rglob("*.cpp"))], "//"),
        ("cmake", sorted(path for root in (INSTALLED, EXAMPLES) for path in root.rglob("CMakeLists.txt")), "#"),
    ],
    ids=["cpp", "cmake"],
)
def test_code_stands_in_a_tested_file(language: str, sources: list[Path], comment: str) -> None:
    lines = [quoted_lines(source.read_text(encoding="utf-8"), comment) for source in sources]
    checked = 0
    for page in [*PAGES, ROOT / "HACKING.md", ROOT / "CONTRIBUTING.md"]:
        for block in blocks(page) if page.is_file() else []:
            if block.language != language:
                continue
            quoted = quoted_lines(block.text, comment)
            missing = [stands_in(quoted, source) for source in lines]
            assert None in missing, f"{name_of(page)}:{block.line} is in no tested file"
            checked += 1
    assert checked >= 1


def cells(page: Path) -> list[list[str]]:
    """Rows of all tables of a page."""
    rows = re.findall(r"^\| (.*) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [[cell.strip() for cell in row.split(" | ")] for row in rows]


def model_page(model: str) -> Path:
    return DOCS / "models" / f"{re.sub('[-.]', '_', model)}.md"


def parameter_rows(entry: dict[str, Any]) -> list[list[str]]:
    """The parameter table of a model's page."""
    return [
        [
            f"`{p['name']}`",
            p["unit"],
            f"{p['init']:g}",
            f"[{p['lower']:g}, {p['upper']:g}]",
            f"{p['prior_sd']:g}",
            p["doc"],
        ]
        for p in entry["parameters"]
    ]


@pytest.mark.parametrize("model", perdure.catalog())
def test_parameter_table_is_the_catalogs(model: str) -> None:
    found = cells(model_page(model))
    for entry in _catalog.entries():
        if entry["id"] != model:
            continue
        wanted = parameter_rows(entry)
        names = [row[0] for row in wanted]
        table = [row[-6:] for row in found if len(row) >= 6 and row[-6] in names]
        text = "\n".join(f"| {' | '.join(row)} |" for row in wanted)
        assert table == wanted, f"the table of {model} ({entry['profile']}) is\n{text}"


def state_rows(entry: dict[str, Any]) -> set[tuple[str, str]]:
    """Field and unit in the state table of a page: one row per kind of a history's slots, `age_1` to `age_16`."""
    rows = {(f"`{field['name']}`", field["unit"]) for field in entry["state"]}
    if ("`age_16`", "days") not in rows:
        return rows
    return {(f"{name[:-4]}_1` to {name}", unit) for name, unit in rows if name.endswith("_16`")}


@pytest.mark.parametrize("model", perdure.catalog())
def test_page_names_profiles_rules_and_state(model: str) -> None:
    found = cells(model_page(model))
    for entry in _catalog.entries():
        if entry["id"] == model:
            assert [f"`{entry['profile']}`", f"`{entry['elapsed_rule']}`"] in [row[:2] for row in found]
            for field, unit in state_rows(entry):
                assert [field, unit] in [row[:2] for row in found]


def test_cohort_page_has_the_table_of_keys() -> None:
    rows = [tuple(row) for row in cells(DOCS / "how-to" / "cohort-file.md")]
    first = rows.index(("key", "type", "default", "meaning")) + 2
    wanted = key_rows()
    assert rows[first : first + len(wanted)] == wanted, "run tools/cohort_keys.py"


def test_cohort_page_has_the_rules_of_the_checker() -> None:
    rows = [tuple(row) for row in cells(DOCS / "how-to" / "cohort-file.md")]
    first = rows.index(("rule", "asks for")) + 2
    assert rows[first : first + len(RULES)] == [(f"`{rule}`", what) for rule, what in RULES.items()]


def test_fit_page_has_every_field_of_the_report() -> None:
    rows = {row[0].strip("`") for row in cells(DOCS / "concepts" / "fit-and-evaluate.md")}
    assert {field.name for field in dataclasses.fields(perdure.FitReport)} <= rows


def test_map_has_the_layer_table() -> None:
    text = (ROOT / "tools" / "check_layers.py").read_text(encoding="utf-8")
    table = dict(re.findall(r'^    "(\w+)": frozenset\((.*)\),$', text, re.MULTILINE))
    rows = {row[0]: set(re.findall(r"\w+", row[1])) for row in cells(ROOT / "HACKING.md") if row[0] in table}
    assert {layer: found - {"nothing", "of", "ours"} for layer, found in rows.items()} == {
        layer: set(re.findall(r"\w+", allowed)) for layer, allowed in table.items()
    }


def test_index_links_every_page() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = [
        page for page in PAGES if DOCS in page.parents and page != DOCS / "README.md" and page.parent.name != "adr"
    ]
    missing = [name for page in pages if (name := page.relative_to(DOCS).as_posix()) not in index]
    assert missing == []
