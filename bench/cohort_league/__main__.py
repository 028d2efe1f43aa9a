"""One command, one set of tables: rivals of the cohort model on real cohorts. See bench/README.md."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from perdure import __version__
from perdure._progress import reporting

from . import report, scores
from .cells import COHORTS, cells, file_of
from .entries import ENTRIES, REFERENCES
from .run import run

ROOT = Path(__file__).resolve().parents[2]
FEW = (
    "Elo",
    "DASH, ability online",
    "Best-LR + time windows",
    "FSRS-6 optimized on > 1 d (item)",
    "FSRS-6 in the online layer",
    "cohort model",
)
"""Models of the table of forgetting."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when every wanted cell was worked on, or when there are no data."""
    options = _parser().parse_args(arguments)
    data = [each for each in options.data or COHORTS if file_of(each).exists()]
    for each in options.data or COHORTS:
        if each not in data:
            print(f"skipped: {each}, since {file_of(each)} is not there", file=sys.stderr)
    models = [name for name in ENTRIES if not options.only or any(text in name for text in options.only)]
    if not data:
        return 0
    if not models:
        print(f"bench.cohort_league: no model holds any of {options.only}", file=sys.stderr)
        return 2
    reference = options.reference or next((name for name in REFERENCES if name in models), models[-1])
    if reference not in models:
        print(f"bench.cohort_league: no such model plays: {reference}; expected one of {models}", file=sys.stderr)
        return 2
    kinds = {
        name: tuple(k for k in ENTRIES[name][1] if not options.protocol or k in options.protocol) for name in models
    }
    started = time.perf_counter()
    with reporting(True, "League") as progress:
        found = run(list(cells(data, kinds)), options.jobs, progress)
    tables: dict[str, Any] = {
        "perdure_version": __version__,
        "reference": reference,
        "seed": scores.SEED,
        "replicates": scores.REPLICATES,
        "league": scores.league(found, models, reference, options.jobs),
        "forgetting": scores.forgetting(found, [name for name in FEW if name in models]),
        "times": scores.times(found),
    }
    text = report.document(tables, models)
    print(text)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "league.md").write_text(text, encoding="utf-8")
    (options.out / "league.json").write_text(report.as_json(tables), encoding="utf-8")
    print(f"written: {options.out}/league.md, {options.out}/league.json", file=sys.stderr)
    if options.page:
        report.put_into(options.page, text)
        print(f"tables replaced: {options.page}", file=sys.stderr)
    print(f"{time.perf_counter() - started:.0f} s", file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.cohort_league", description=__doc__)
    parser.add_argument("--data", action="append", choices=COHORTS, help="one cohort alone; repeatable")
    parser.add_argument("--only", action="append", metavar="TEXT", help="models whose name holds this text; repeatable")
    parser.add_argument("--protocol", action="append", choices=["A", "B60", "cold"], help="one protocol; repeatable")
    parser.add_argument(
        "--reference", metavar="MODEL", help="what differences are taken to (default: the cohort model)"
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes at once (default 2)")
    parser.add_argument("--page", type=Path, help="page between whose markers the tables are put")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "build" / "league", help="folder of league.md and league.json"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
