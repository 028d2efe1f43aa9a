#!/usr/bin/env python3
"""Fail when a file includes a layer that it may not know about.

Usage: check_layers.py [ROOT]   (ROOT: the checkout, the folder above this one by default)
The table is that of HACKING.md: a layer is a folder under include/perdure, and dependencies point one way.
Sources under src/<layer> obey it too.
"""

import re
import sys
from pathlib import Path

MAY_INCLUDE: dict[str, frozenset[str]] = {
    "core": frozenset(),
    "time": frozenset({"core"}),
    "data": frozenset({"core", "time"}),
    "models": frozenset({"core"}),
    "fit": frozenset({"core", "data", "models"}),
    "cohort": frozenset({"core", "data", "models", "fit"}),
    "evaluate": frozenset({"core", "data", "models", "fit"}),
    "schedule": frozenset({"core", "time", "data", "models"}),
    "plan": frozenset({"core", "time", "data", "models", "schedule"}),
    "simulate": frozenset({"core", "time", "data", "models", "schedule", "plan"}),
    "io": frozenset({"core", "time", "data", "models"}),
    "catalog": frozenset({"core", "time", "data", "models", "fit", "evaluate", "schedule", "plan", "simulate", "io"}),
    "batch": frozenset({"core", "data", "models", "fit", "cohort", "catalog"}),
    "kernels": frozenset(
        {"core", "models", "fit", "cohort", "catalog", "batch"}
    ),  # sources alone: what is compiled per instruction set
    "testing": frozenset({"core", "time", "data", "models", "schedule", "io"}),
}
# Headers above the layers, by name, and what they may include.
TOP_LEVEL: dict[str, frozenset[str]] = {"version.hpp": frozenset({"core"})}

INCLUDE = re.compile(r"""^\s*#\s*include\s*([<"])([^>"]+)[>"]""")


def problems_of(text: str, layer: str, allowed: frozenset[str]) -> list[tuple[int, str]]:
    """Return (line, problem) for each include in `text` that a file of `layer` may not have."""
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        found = INCLUDE.match(line)
        if found is None:
            continue
        bracket, target = found.groups()
        parts = target.split("/")
        if ".." in parts or "." in parts:
            problems.append((number, f"relative include {target}; write <perdure/...>"))
        elif parts[0] != "perdure":
            continue
        elif bracket == '"':
            problems.append((number, f'"{target}" is ours; write <{target}>'))
        elif len(parts) == 2:
            if parts[1] not in TOP_LEVEL:
                problems.append((number, f"{target} is in no layer"))
        elif parts[1] not in MAY_INCLUDE:
            problems.append((number, f"{target} is in an unknown layer, {parts[1]}"))
        elif parts[1] != layer and parts[1] not in allowed:
            problems.append((number, f"{layer} may not include {parts[1]} ({target})"))
    return problems


def check_file(path: Path, base: Path) -> list[tuple[int, str]]:
    """Return the problems of one header or source; `base` is the folder that holds the layers."""
    parts = path.relative_to(base).parts
    text = path.read_text(encoding="utf-8")
    if len(parts) == 1:
        stem_header = f"{path.stem}.hpp"
        if stem_header not in TOP_LEVEL:
            return [(1, "file in no layer")]
        return problems_of(text, stem_header, TOP_LEVEL[stem_header])
    layer = parts[0]
    if layer not in MAY_INCLUDE:
        return [(1, f"unknown layer {layer}")]
    return problems_of(text, layer, MAY_INCLUDE[layer])


def main(root: Path) -> int:
    """Check every header and source below `root`; return 1 when one breaks the table."""
    files = 0
    bad = 0
    for base in (root / "include" / "perdure", root / "src"):
        for path in sorted(base.rglob("*.[ch]pp")):
            files += 1
            for line, problem in check_file(path, base):
                bad += 1
                print(f"{path.relative_to(root)}:{line}: {problem}")
    print(f"layers: {files} files, {bad} problems")
    return 1 if bad or not files else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent))
