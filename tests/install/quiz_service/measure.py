#!/usr/bin/env python3
"""Print how many answers a second docs/examples/quiz_service stores, by number of threads and durability.

Usage: measure.py FOLDER [ANSWERS] [RUNS]   (FOLDER: where quiz_service was built; 20000 answers and 5 runs by default)
The cases take turns, so that whatever else the machine does meets all of them; the table has the median and the
range. Databases lie in a temporary folder: set TMPDIR to the disk that is of interest.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

THREADS = (1, 2, 4)
SYNC = ("normal", "full")


def lines(answers: int) -> str:
    """Answers of 500 learners on 8 items each, in turn; two weeks between two answers of one card."""
    cards = 500 * 8
    start, minute, pause = 1_800_000_000, 60, 14 * 86_400
    text = []
    for k in range(answers):
        at = time.gmtime(start + pause * (k // cards) + minute * (k % cards))
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", at)
        text.append(f"learner-{k % 500},item-{k // 500 % 8},{stamp},{1 if k % 7 == 0 else 3}\n")
    return "".join(text)


def rate(program: Path, source: Path, threads: int, sync: str) -> float:
    """Answers a second, as the program tells."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [
                program,
                "answer",
                "--database",
                Path(folder, "quiz.db"),
                "--threads",
                str(threads),
                "--sync",
                sync,
                source,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=True,
        )
    found = re.findall(r"(\d+)/s, threads", done.stderr)
    return float(found[-1])


def main(folder: str, answers: int = 20_000, runs: int = 5) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as source:
        source.write(lines(answers))
        source.flush()
        cases = [(sync, threads) for sync in SYNC for threads in THREADS]
        found: dict[tuple[str, int], list[float]] = {case: [] for case in cases}
        for _ in range(runs):
            for sync, threads in cases:
                found[sync, threads].append(rate(Path(folder, "quiz_service"), Path(source.name), threads, sync))
    print("| --sync | threads | answers/s, median | range |")
    print("| --- | --- | --- | --- |")
    for (sync, threads), rates in found.items():
        print(f"| {sync} | {threads} | {statistics.median(rates):,.0f} | {min(rates):,.0f} to {max(rates):,.0f} |")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:4]))
