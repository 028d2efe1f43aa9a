"""The checks in tools/ find what they are for, on small trees made here."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write(root: Path, name: str, text: str = "") -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


layers = load("check_layers")
mirror = load("check_mirror")
links = load("check_links")


@pytest.mark.parametrize(
    ("name", "include"),
    [
        ("include/perdure/fit/a.hpp", "<perdure/core/result.hpp>"),
        ("include/perdure/fit/a.hpp", "<perdure/fit/b.hpp>"),
        ("include/perdure/plan/a.hpp", "<perdure/schedule/policy.hpp>"),
        ("include/perdure/core/a.hpp", "<vector>"),
        ("include/perdure/core/a.hpp", "<Eigen/Core>"),
        ("include/perdure/version.hpp", "<perdure/core/abi.hpp>"),
        ("src/time/a.cpp", '"zone_file.hpp"'),
        ("src/time/a.cpp", "<perdure/time/zone.hpp>"),
        ("src/version.cpp", "<perdure/version.hpp>"),
    ],
)
def test_layers_accept(tmp_path: Path, name: str, include: str) -> None:
    write(tmp_path, name, f"#pragma once\n#include {include}\n")
    assert layers.main(tmp_path) == 0


@pytest.mark.parametrize(
    ("name", "include", "problem"),
    [
        ("include/perdure/core/a.hpp", "<perdure/time/date.hpp>", "core may not include time"),
        ("include/perdure/models/a.hpp", "<perdure/simulate/engine.hpp>", "models may not include simulate"),
        ("include/perdure/schedule/a.hpp", "<perdure/plan/plan.hpp>", "schedule may not include plan"),
        ("src/time/a.cpp", "<perdure/data/log.hpp>", "time may not include data"),
        ("include/perdure/time/a.hpp", '"../core/result.hpp"', "relative include"),
        ("include/perdure/time/a.hpp", '"perdure/core/result.hpp"', "write <perdure/core/result.hpp>"),
        ("include/perdure/time/a.hpp", "<perdure/extras/b.hpp>", "unknown layer, extras"),
        ("include/perdure/extras/a.hpp", "<vector>", "unknown layer extras"),
        ("include/perdure/loose.hpp", "<vector>", "file in no layer"),
        ("include/perdure/version.hpp", "<perdure/time/date.hpp>", "may not include time"),
    ],
)
def test_layers_refuse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, include: str, problem: str
) -> None:
    write(tmp_path, name, f"#pragma once\n#include {include}\n")
    assert layers.main(tmp_path) == 1
    output = capsys.readouterr().out
    assert problem in output
    assert name in output


def test_layers_refuse_an_empty_tree(tmp_path: Path) -> None:
    assert layers.main(tmp_path) == 1


def test_layer_table_has_no_cycle() -> None:
    # A layer may include only layers that may not, by any way, include it.
    table = layers.MAY_INCLUDE
    for layer, below in table.items():
        assert layer not in below
        for other in below:
            assert layer not in table[other], f"{layer} and {other} include each other"


def make_model(root: Path, name: str) -> None:
    write(root, "include/perdure/catalog/models.hpp", f"#include <perdure/models/{name}.hpp>\n")
    write(root, f"include/perdure/models/{name}.hpp")
    write(root, f"docs/models/{name}.md")
    write(root, f"bench/models/{name}_bench.cpp")


def test_mirror_accepts_a_whole_model_and_helpers(tmp_path: Path) -> None:
    make_model(tmp_path, "power_law")
    write(tmp_path, "tests/golden/power_law_test.cpp")
    write(tmp_path, "include/perdure/models/concept.hpp")
    assert mirror.main(tmp_path) == 0


def test_mirror_names_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_model(tmp_path, "power_law")
    assert mirror.main(tmp_path) == 1
    expected = "no tests/unit/models/power_law_test.cpp or tests/golden/power_law_test.cpp"
    assert expected in capsys.readouterr().out


def test_mirror_refuses_a_tree_without_models(tmp_path: Path) -> None:
    assert mirror.main(tmp_path) == 1


@pytest.mark.parametrize("target", ["there.md", "there.md#a-heading", "#own-heading", "https://example.org/x"])
def test_links_accept(tmp_path: Path, target: str) -> None:
    write(tmp_path, "there.md", "# A heading\n")
    write(tmp_path, "page.md", f"# Own heading\n\nSee [it]({target}).\n")
    assert links.main(tmp_path) == 0


@pytest.mark.parametrize("target", ["nowhere.md", "there.md#no-heading", "#no-heading"])
def test_links_refuse(tmp_path: Path, capsys: pytest.CaptureFixture[str], target: str) -> None:
    write(tmp_path, "there.md", "# A heading\n")
    write(tmp_path, "page.md", f"# Own heading\n\nSee [it]({target}).\n")
    assert links.main(tmp_path) == 1
    assert target in capsys.readouterr().out
