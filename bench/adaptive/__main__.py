"""One command, one table: AdaptiveFsrs beside FSRS-6 and FSRS-7 on later answers of real logs. See bench/README.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import perdure

from bench.peers.report import aligned

from . import measure
from .measure import Line

HEAD = ("log", "part", "answers", "model", "log loss", "more than adaptive-fsrs (95 %, days)", "target", "met")


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when all logs are there, whether or not targets were met."""
    parser = argparse.ArgumentParser(prog="python -m bench.adaptive", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=measure.DATA, help="folder of the real logs (default: %(default)s)"
    )
    folder: Path = parser.parse_args(arguments).data
    lines: list[Line] = []
    for name in measure.LOGS:
        path = folder / f"{name}.csv.gz"
        if not path.exists():
            print(f"bench.adaptive: {path} is not there", file=sys.stderr)
            return 1
        lines += measure.measured(name, perdure.read_answers(path, errors="skip"))
    print(aligned([HEAD, *(_cells(line) for line in lines)]))
    targets = [line for line in lines if line.target is not None]
    print(f"\n{sum(line.is_met for line in targets)} of {len(targets)} targets met.")
    return 0


def _cells(line: Line) -> tuple[str, ...]:
    difference = "" if line.difference is None else "{:+.4f} [{:+.4f}, {:+.4f}]".format(*line.difference)
    target = "" if line.target is None else f"{line.target:.3f}"
    met = "" if line.target is None else "yes" if line.is_met else "no"
    return (line.log, line.part, f"{line.answers:,}", line.model, f"{line.log_loss:.4f}", difference, target, met)


if __name__ == "__main__":
    sys.exit(main())
