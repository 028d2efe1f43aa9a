"""One command, one table: how far plans are from a bound, how they do in other worlds, or how long they take."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.peers.report import aligned

from . import gap, scale, whole, worlds


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one of the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.planner", description=__doc__)
    parser.add_argument("table", choices=("gap", "worlds", "scale", "whole"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--learners", type=int, nargs="*", help="of the tables of times")
    parser.add_argument("--plot", type=Path, help="SVG file for the times of whole plans; needs matplotlib")
    chosen = parser.parse_args(arguments)
    if chosen.table == "gap":
        lines = []
        for number, one in enumerate(gap.INSTANCES, 1):
            print(f"{number} of {len(gap.INSTANCES)}: {one}", file=sys.stderr, flush=True)
            lines.append(gap.measured(one, chosen.threads))
        print(aligned([gap.HEAD, *(line.cells() for line in lines)]))
        print(gap.summary(lines))
    elif chosen.table == "worlds":
        rows = worlds.table(worlds.COHORT, chosen.threads, lambda name: print(name, file=sys.stderr, flush=True))
        print(aligned([worlds.HEAD, *rows]))
    elif chosen.table == "scale":
        many = chosen.learners or scale.LEARNERS
        print(aligned([scale.HEAD, *(scale.measured(learners, chosen.threads) for learners in many)]))
    else:
        rows = []
        for learners in chosen.learners or whole.LEARNERS:
            print(f"{learners:,} learners", file=sys.stderr, flush=True)
            rows.append(whole.in_a_process_of_its_own(learners, chosen.threads))
        print(aligned([whole.HEAD, *rows]))
        if chosen.plot:
            whole.plot(rows, chosen.plot)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
