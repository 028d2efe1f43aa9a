#!/usr/bin/env python3
"""Fail when a model of the catalog has no page, no test or no benchmark of its own name.

Usage: check_mirror.py [ROOT]   (ROOT: the checkout, the folder above this one by default)
The models are the headers that include/perdure/catalog/models.hpp includes from perdure/models. For <name>.hpp
these must exist: docs/models/<name>.md; tests/unit/models/<name>_test.cpp or tests/golden/<name>_test.cpp;
bench/models/<name>_bench.cpp.
"""

import re
import sys
from pathlib import Path

CATALOG = "include/perdure/catalog/models.hpp"
MODEL_HEADER = re.compile(r"^#include <perdure/models/(\w+)\.hpp>", re.MULTILINE)


def models(root: Path) -> list[str]:
    """Return the names of the catalog's models, without `.hpp`; none when there is no catalog."""
    catalog = root / CATALOG
    return MODEL_HEADER.findall(catalog.read_text(encoding="utf-8")) if catalog.is_file() else []


def missing(root: Path, model: str) -> list[str]:
    """Return one line for each file that a model should have and has not."""
    places = [
        [f"include/perdure/models/{model}.hpp"],
        [f"docs/models/{model}.md"],
        [f"tests/unit/models/{model}_test.cpp", f"tests/golden/{model}_test.cpp"],
        [f"bench/models/{model}_bench.cpp"],
    ]
    return [
        f"{model}: no {' or '.join(group)}" for group in places if not any((root / name).is_file() for name in group)
    ]


def main(root: Path) -> int:
    """Print what is missing; return 1 when something is, or when no model was found."""
    names = models(root)
    lines = [line for model in names for line in missing(root, model)]
    for line in lines:
        print(line)
    print(f"mirror: {len(names)} models, {len(lines)} problems")
    return 1 if lines or not names else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent))
