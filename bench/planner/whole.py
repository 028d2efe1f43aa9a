"""How long a whole plan takes, from a log's states to the rows of the plan, and how much room."""

from __future__ import annotations

import datetime as dt
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import perdure
import pyarrow as pa
from perdure.cohort import Caps, Course, Learner, Leave, Organisation

LEARNERS = (1_000, 3_000, 10_000, 30_000, 100_000)
HEAD = ("learners", "rows", "plan, s", "a learner, ms", "memory before, GB", "memory, GB", "recall", "gap, %")
START = dt.date(2026, 3, 2)
DAYS, QUESTIONS, COURSES = 180, 50, 10
DAY = dt.timedelta(1)


def cohort_of(learners: int, seed: int = 1) -> tuple[perdure.Cohort, perdure.ReviewLog]:
    """Ten courses of five questions, answered once on the day before the plan.

    Half of the learners are away for two weeks of their own, and there are contacts for three in ten of them a day.
    """
    draw = np.random.default_rng(seed)
    away, week = draw.random(learners) < 0.5, draw.integers(0, 24, learners)
    ids = [f"L{number}" for number in range(learners)]
    pools = [[f"c{course}q{number}" for number in range(QUESTIONS // COURSES)] for course in range(COURSES)]
    cohort = perdure.Cohort(
        "Europe/Paris",
        start=START,
        deadline=START + (DAYS - 1) * DAY,
        caps=Caps(questions_per_session=5, sessions_per_week=2),
        organisation=Organisation(contacts_per_day=max(1, int(0.3 * learners))),
        courses=tuple(
            Course(
                f"c{n}", items=tuple(pool), training_end=START - DAY, deadline=START + (DAYS - 1 - 7 * (n % 3)) * DAY
            )
            for n, pool in enumerate(pools)
        ),
        learners=tuple(
            Learner(ids[u], leave=(Leave(START + int(week[u]) * 7 * DAY, START + (int(week[u]) * 7 + 13) * DAY),))
            for u in np.flatnonzero(away).tolist()
        ),
    )
    items = [item for pool in pools for item in pool]
    began = int(dt.datetime.combine(START - DAY, dt.time(9), dt.UTC).timestamp() * 1000)
    answered = began + np.tile(np.arange(QUESTIONS), learners) * 60_000
    table = pa.table(
        {
            "learner": pa.array(ids).take(pa.array(np.repeat(np.arange(learners), QUESTIONS))),
            "item": pa.array(items).take(pa.array(np.tile(np.arange(QUESTIONS), learners))),
            "answered_at": pa.array(answered, pa.timestamp("ms", "UTC")),
            "success": pa.array(draw.random(learners * QUESTIONS) < 0.8),
        }
    )
    return cohort, perdure.read_answers(table)


def measured(learners: int, threads: int) -> tuple[str, ...]:
    """One row, by this process: memory is the highest so far."""
    cohort, log = cohort_of(learners)
    states = perdure.Fsrs6().states(log)
    before = _memory()
    began = time.perf_counter()
    plan = perdure.Planner(cohort).plan(states.model, states, threads=threads)
    seconds = time.perf_counter() - began
    worth = plan.certificate
    return (
        f"{learners:,}",
        f"{len(plan):,}",
        f"{seconds:.1f}",
        f"{1000 * seconds / learners:.2f}",
        f"{before:.2f}",
        f"{_memory():.2f}",
        f"{worth['value']:.4f}",
        f"{100 * worth['gap']:.2f}",
    )


def in_a_process_of_its_own(learners: int, threads: int) -> tuple[str, ...]:
    """One row, with the memory of that plan alone."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.planner.whole", str(learners), str(threads)],
        check=True,
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    return tuple(done.stdout.strip().split("\t"))


def plot(rows: list[tuple[str, ...]], path: Path) -> None:
    """Time against learners, both as logarithms, beside a line that is proportional to learners."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "perdure", "svg.fonttype": "none", "font.size": 10})
    import matplotlib.pyplot as plt

    learners = np.array([float(row[0].replace(",", "")) for row in rows])
    seconds = np.array([float(row[2]) for row in rows])
    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    axes.loglog(learners, seconds, "o-", color="#1f5fa8", label="a whole plan")
    axes.loglog(
        learners, seconds[-1] * learners / learners[-1], "--", color="#888888", label="proportional to learners"
    )
    axes.set(xlabel="learners, 50 questions each, 180 days", ylabel="seconds, 2 threads")
    axes.grid(which="major", color="#dddddd")
    axes.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None, "Creator": None})


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    print("\t".join(measured(int(sys.argv[1]), int(sys.argv[2]))))
