#!/usr/bin/env python3
"""Makes the sample cohort that ships inside the Python package.

    python tools/make_sample.py            # writes answers.csv.gz, cohort.toml and truth.json of perdure.sample
    python tools/make_sample.py --check    # exit 1 when what is committed differs from what the script makes

Three sites end the same course on three dates; six months of quizzes follow. Answers come from FSRS-6 with parameters
that are not the defaults, so that a fit has something to find. Same seed, same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import sys
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from sample_learners import COHORTS, DAYS_OFF, PARAMETERS, SEED, SKILLS, Draws, Learner, make_items

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "bindings" / "python" / "perdure" / "sample"
CANONICAL = "learner,item,skills,shown_at,answered_at,success,response_ms,course,session,kind"


def load_simulator() -> ModuleType:
    """perdure.sample.simulator, from its file: the package itself need not be built."""
    sys.path.insert(0, str(SAMPLE))
    try:
        import simulator  # type: ignore[import-not-found]
    finally:
        sys.path.pop(0)
    return simulator  # type: ignore[no-any-return]


def make_files() -> dict[str, bytes]:
    """Name -> content of the three files."""
    simulator, items = load_simulator(), make_items()
    learners: list[Learner] = []
    for cohort, facts in COHORTS.items():
        for _ in range(facts["learners"]):
            learners.append(Learner(len(learners) + 1, cohort, items, simulator))
            learners[-1].live()
    rows = sorted(
        ((*row, learner.name) for learner in learners for row in learner.rows), key=lambda row: (row[0], row[2])
    )
    text = "\n".join([CANONICAL, *(row[1] for row in rows)]) + "\n"
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as file:
        file.write(text.encode())
    truth = {
        "about": "Made by tools/make_sample.py. Elapsed days count times the pace of learner and item.",
        "seed": SEED, "model": "fsrs6", "parameters": PARAMETERS, "timezone": "Europe/Paris",
        "skills": list(SKILLS.values()), "days_off": sorted(map(str, DAYS_OFF)),
        "cohorts": {name: {**facts, "course_end": str(facts["course_end"])} for name, facts in COHORTS.items()},
        "counts": {
            "rows": len(rows), "learners": len(learners), "items": len(items), "skills": len(SKILLS),
            "cohorts": len(COHORTS), "right": sum(row[1].split(",")[5] == "1" for row in rows),
        },
        "items": items,
        "learners": {
            a.name: {
                "cohort": a.cohort, "pace": a.pace, "ability": a.ability, "adherence": a.adherence,
                "nuggets": a.nuggets, "leave": [[str(first), str(last)] for first, last in a.leave],
            } for a in learners
        },
    }  # fmt: skip
    return {
        "answers.csv.gz": packed.getvalue(),
        "cohort.toml": make_cohort([a.name for a in learners]).encode(),
        "truth.json": one_line_each(truth).encode(),
    }


def one_line_each(truth: dict[str, Any]) -> str:
    """JSON with one learner or item to a line: small, and readable in a diff."""
    parts = []
    for key, value in truth.items():
        if key in ("items", "learners"):
            lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(facts)}" for name, facts in value.items())
            parts.append(f"  {json.dumps(key)}: {{\n{lines}\n  }}")
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


COHORT_FILE = """\
# The rules of the plan: who may be asked, when, and how often.

[cohort]
name = "Safety basics, three sites"
timezone = "Europe/Paris"
start = 2026-04-13
deadline = 2026-07-10
target_retention = 0.85

[caps]
questions_per_session = 5

[calendar]
working_days = ["mon", "tue", "wed", "thu", "fri"]
days_off = [2026-05-01, 2026-05-08, 2026-05-14, 2026-05-15, 2026-05-25]

[[courses]]
id = "safety"
name = "Safety basics"
training_end = 2026-04-10

[[group_sessions]]
id = "refresher"
name = "Refresher, all sites"
course = "safety"
dates = [2026-05-12, 2026-06-02, 2026-06-23]
minutes = 45

[[steps]]
id = "cold"
kind = "cold-evaluation"
course = "safety"
after_days = 60
"""


def make_cohort(learners: list[str]) -> str:
    """cohort.toml: one learner in twenty is away for a while, and one of them wants fewer questions."""
    draws, blocks = Draws(0, 1), [COHORT_FILE]
    for position, name in enumerate(sorted(draws.shuffled(learners)[: len(learners) // 20])):
        first = date(2026, 4, 20) + timedelta(7 * draws.below(9))
        last = first + timedelta(7 * (1 + draws.below(3)) - 3)
        fewer = "caps = { questions_per_session = 2 }\n" if position == 0 else ""
        blocks.append(f'[[learners]]\nid = "{name}"\n{fewer}leave = [{{ first = {first}, last = {last} }}]\n')
    return "\n".join(blocks)


def content(name: str, data: bytes) -> bytes:
    """What is compared: the text inside a gzip file, because compressors differ between builds of zlib."""
    return gzip.decompress(data) if name.endswith(".gz") else data


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed files; write nothing")
    arguments = parser.parse_args()
    files = make_files()
    if arguments.check:
        wrong = [
            n
            for n, d in files.items()
            if not (SAMPLE / n).is_file() or content(n, (SAMPLE / n).read_bytes()) != content(n, d)
        ]
        if wrong:
            print(f"differs from what tools/make_sample.py makes: {', '.join(wrong)}", file=sys.stderr)
        return 1 if wrong else 0
    for name, data in files.items():
        (SAMPLE / name).write_bytes(data)
        print(f"{name}: {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
