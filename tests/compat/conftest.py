"""Implementations of FSRS-6 that a profile stands for, behind one interface; and histories to replay through them.

`peer.replay(job)` gives what the peer itself computes, `ours(peer.profile, job)` what the profile does with the same
answers.
PERDURE_COMPAT_HISTORIES sets the number of random histories, 100,000 when not given.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import itertools
import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import settings
from perdure import _catalog, _core

settings.register_profile("perdure", deadline=None, derandomize=True, database=None)
settings.load_profile("perdure")

Floats = npt.NDArray[np.float64]

DAY_MS = 86_400_000
START_MS = 1_577_836_800_000  # 2020-01-01T00:00:00Z
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
RETENTIONS = (0.9, 0.75)
LONGEST_DAYS = 36500
SPECS = _catalog.find("fsrs6", "perdure")["parameters"]
DEFAULTS, LOWER, UPPER = (np.array([spec[key] for spec in SPECS]) for key in ("init", "lower", "upper"))


@dataclass(frozen=True)
class Job:
    """Cards to replay with one set of parameters: grades 1 to 4, and times in ms since 1970 in UTC."""

    parameters: list[float]
    grades: list[list[int]]
    times: list[list[int]]
    options: dict[str, Any] = field(default_factory=dict)
    """More options of the peer's scheduler."""
    usual: bool = True
    """Whether the parameters are such as a fit finds: not far from the defaults."""


@dataclass(frozen=True)
class Replay:
    """What came out, one number per answer, card after card."""

    stability: Floats
    difficulty: Floats
    recall: Floats
    """Before the answer."""
    intervals: Floats
    """One row per retention of RETENTIONS, as the implementation gives them: whole days or not."""

    @classmethod
    def of(cls, rows: list[tuple[float, ...]]) -> Replay:
        columns = np.array(rows, dtype=np.float64).T
        return cls(columns[0], columns[1], columns[2], columns[3:])


def whole_days(earlier: int, later: int) -> int:
    """The rule `whole-days`: periods of 24 hours."""
    return (later - earlier) // DAY_MS


def utc_dates(earlier: int, later: int) -> int:
    """The rule `calendar-days:UTC:0`."""
    return later // DAY_MS - earlier // DAY_MS


def exact(earlier: int, later: int) -> float:
    """The rule `exact`."""
    return (later - earlier) / DAY_MS


ELAPSED: dict[str, Callable[[int, int], float]] = {
    "exact": exact,
    "whole-days": whole_days,
    "calendar-days:UTC:0": utc_dates,
}

ASKED_RECALL = {"ts_fsrs_5": whole_days}
"""Where an implementation counts time in another way when it is asked for recall than when it updates a memory."""


def replay_ours(profile: str, job: Job, told: Replay | None = None) -> Replay:
    """The profile's equations in double, elapsed time by the profile's rule.

    With `told`, each answer starts from the memory that the other replay had before it.
    """
    _core.models.Scalar("fsrs6", profile, job.parameters)  # refuses parameters out of bounds
    # py-fsrs has no ceiling on stability: states may leave the range that columns accept.
    model = _core.models.Scalar("fsrs6", profile, job.parameters, bounded=False)
    rule = ELAPSED[_catalog.find("fsrs6", profile)["elapsed_rule"]]
    asked = ASKED_RECALL.get(profile, rule)
    rows = []
    for grades, times in zip(job.grades, job.times, strict=True):
        state: tuple[float, ...] = ()
        for k, grade in enumerate(grades):
            if k and told:
                state = told.stability[len(rows) - 1], told.difficulty[len(rows) - 1]
            days = rule(times[k - 1], times[k]) if k else 0
            recall = model.recall(state, asked(times[k - 1], times[k])) if k else 0.0
            state = model.review(state, days, grade) if k else model.first(grade)
            rows.append((*state, recall, *(model.interval(state, r) for r in RETENTIONS)))
    return Replay.of(rows)


class PyFsrsPeer:
    """py-fsrs through its public methods, without steps: each answer's due date is its interval."""

    rounds_intervals = True
    """To whole days, at least one."""
    offers_recall = True
    epsilon = 2.0**-52
    """Rounding of its arithmetic at numbers near 1."""

    def __init__(self, fsrs: Any, profile: str) -> None:
        self.fsrs, self.profile = fsrs, profile

    def replay(self, job: Job) -> Replay:
        fsrs = self.fsrs
        common = {"parameters": job.parameters, "learning_steps": (), "relearning_steps": (), "enable_fuzzing": False}
        scheduler, *others = (fsrs.Scheduler(desired_retention=r, **common, **job.options) for r in RETENTIONS)
        ratings = (None, *fsrs.Rating)
        rows = []
        for number, (grades, times) in enumerate(zip(job.grades, job.times, strict=True)):
            card = fsrs.Card(card_id=number, due=EPOCH)
            for grade, at in zip(grades, times, strict=True):
                now = EPOCH + dt.timedelta(milliseconds=at)
                recall = scheduler.get_card_retrievability(card, now)
                card, _ = scheduler.review_card(card, ratings[grade], now)
                more = (other._next_interval(stability=card.stability) for other in others)
                rows.append((card.stability, card.difficulty, recall, (card.due - now).days, *more))
        return Replay.of(rows)


class FsrsRsPeer:
    """The fsrs crate through its Python package. It counts no time: the caller gives whole days."""

    rounds_intervals = False
    offers_recall = False
    epsilon = 2.0**-24

    def __init__(self, fsrs_rs: Any) -> None:
        self.fsrs_rs, self.profile = fsrs_rs, "fsrs_rs"

    def replay(self, job: Job) -> Replay:
        model = self.fsrs_rs.FSRS(job.parameters)
        items, reviews, item = [], self.fsrs_rs.FSRSReview, self.fsrs_rs.FSRSItem
        elapsed = []
        for grades, times in zip(job.grades, job.times, strict=True):
            days = [0, *(whole_days(a, b) for a, b in itertools.pairwise(times))]
            items.append(item([reviews(g, t) for g, t in zip(grades, days, strict=True)]))
            elapsed.append(days)
        rows = []
        for states, days in zip(model.historical_memory_state_batch(items), elapsed, strict=True):
            assert len(states) == len(days)
            for state in states:
                intervals = (model.next_interval(state.stability, r, 3) for r in RETENTIONS)
                rows.append((state.stability, state.difficulty, np.nan, *intervals))
        return Replay.of(rows)


class TsFsrsPeer:
    """ts-fsrs in node: dates in, cards out."""

    profile = "ts_fsrs_5"
    rounds_intervals = True
    offers_recall = True
    epsilon = 0.5e-8  # it rounds recall to eight decimals

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def replay(self, job: Job) -> Replay:
        options = {"w": job.parameters, "enable_fuzz": False, **job.options}
        answer = self.ask({"options": options, "retentions": RETENTIONS, "grades": job.grades, "times": job.times})
        columns = (answer[key] for key in ("stability", "difficulty", "recall"))
        return Replay(*(np.array(column) for column in columns), np.array(answer["intervals"]))

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        script = Path(__file__).parent / "ts_fsrs" / "replay.mjs"
        done = subprocess.run(
            ["node", script, self.folder], input=json.dumps(question), capture_output=True, text=True, check=True
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer


PEERS = ["py_fsrs_6_3_1", "py_fsrs_6_3_2", "fsrs_rs", "ts_fsrs_5"]


@pytest.fixture(scope="session", params=PEERS)
def peer(request: pytest.FixtureRequest) -> Any:
    """Each implementation that a profile stands for."""
    if request.param == "fsrs_rs":
        return FsrsRsPeer(request.getfixturevalue("fsrs_rs"))
    if request.param == "ts_fsrs_5":
        return TsFsrsPeer(request.getfixturevalue("ts_fsrs"))
    return PyFsrsPeer(request.getfixturevalue("py_fsrs_of")(request.param[8:].replace("_", ".")), request.param)


@pytest.fixture(scope="session")
def ours() -> Callable[[str, Job], Replay]:
    """The profile's replay."""
    return replay_ours


@pytest.fixture(scope="session")
def job() -> type[Job]:
    """Cards with one set of parameters."""
    return Job


def random_cards(rng: np.random.Generator, count: int) -> tuple[list[list[int]], list[list[int]]]:
    """Grades and times of cards with 1 to 12 answers, at gaps of seconds to two years, a quarter of them short."""
    length = rng.integers(1, 13, count)
    total = int(length.sum())
    short = rng.random(total) < 0.25
    low, high = np.where(short, 1e4, DAY_MS / 2), np.where(short, 0.9 * DAY_MS, 700.0 * DAY_MS)
    gaps = np.exp(rng.uniform(np.log(low), np.log(high))).astype(np.int64)
    grades = rng.choice([1, 2, 3, 4], total, p=[0.2, 0.15, 0.5, 0.15]).tolist()
    ends = np.cumsum(length)
    starts = START_MS + rng.integers(0, 1000 * DAY_MS, count)
    spans = list(zip((ends - length).tolist(), ends.tolist(), starts.tolist(), strict=True))
    return [grades[a:b] for a, b, _ in spans], [(start + np.cumsum(gaps[a:b])).tolist() for a, b, start in spans]


@pytest.fixture(scope="session")
def random_jobs() -> list[Job]:
    """Random histories: the defaults, sets of parameters around them, and sets from all over their bounds."""
    count = int(os.environ.get("PERDURE_COMPAT_HISTORIES", "100000"))
    rng = np.random.default_rng(20260302)
    sets = 40
    jobs = []
    for number in range(sets):
        share = 0.0 if number == 0 else (0.4 if number % 2 else 1.0)
        parameters = DEFAULTS + share * (rng.uniform(LOWER, UPPER) - DEFAULTS)
        if number == sets - 2:
            parameters = np.where(rng.random(len(SPECS)) < 0.5, LOWER, UPPER)
        # What float32 holds exactly, so that a peer in float32 has the same parameters.
        parameters = np.clip(parameters.astype(np.float32), LOWER, UPPER)
        jobs.append(Job(parameters.tolist(), *random_cards(rng, -(-count // sets)), usual=share < 1))
    return jobs


@pytest.fixture(scope="session", params=["anki_josh.csv.gz", "anki_niplav.csv.gz"])
def real_job(request: pytest.FixtureRequest) -> Job:
    """A real flashcard log with default parameters; answers of a card with the time of one before are left out."""
    path = Path(__file__).resolve().parents[3] / "shared" / "data" / request.param
    if not path.is_file():
        pytest.skip(f"real logs are not here: shared/data/{request.param} beside the repository")
    cards: dict[str, dict[int, int]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            grade = int(row.get("rating") or row["review_rating"])
            if "review_time_ms" in row:
                at = int(row["review_time_ms"])
            else:
                at = (dt.datetime.fromisoformat(row["review_time"]) - EPOCH) // dt.timedelta(milliseconds=1)
            if 1 <= grade <= 4:
                cards.setdefault(row["card_id"], {}).setdefault(at, grade)
    grades = [[answers[at] for at in sorted(answers)] for answers in cards.values()]
    return Job(DEFAULTS.tolist(), grades, [sorted(answers) for answers in cards.values()])
