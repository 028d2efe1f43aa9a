"""What is measured: data sets, who works on them, and what ours is to reach beside each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .columns import Log, real_log, simulated, simulated_cohort

CPP, PYTHON = "perdure", "perdure (Python)"
RS, RS_PYTHON, OPTIMIZER, PY = "fsrs-rs", "fsrs-rs-python", "FSRS-Optimizer", "py-fsrs"
Pair = tuple[str, str]  # side, work

MEMORY = 3.0  # peak of ours, times the bytes of the columns
MILLION = 1_000_000
EARLY = (10, 50, 500)  # answers of each learner of the cohort that parameters are fitted to, when the others judge them


@dataclass(frozen=True)
class Data:
    """A log: how it is made, from a seed when it is simulated, and how parameters are judged beside the objective.

    ``folds``: on five later parts, each fitted to what came before. ``early``: work is on the first so many answers of
    each learner alone, and judged on the others.
    """

    name: str
    make: Callable[[int], Log]
    folds: bool = False
    early: int | None = None


@dataclass(frozen=True)
class Row:
    """One side's work on one log, beside ours.

    ``beside`` is the work of ours that its time, and for a fit its objective, is compared with; ``target`` how many
    times as long it is to take, ``limit`` how many times at most. ``learners`` is for work on so many of them; else it
    is on all answers.
    """

    data: str
    side: str
    work: str
    beside: Pair | None = None
    target: float | None = None
    limit: float | None = None
    learners: int | None = None
    why_not: str = ""

    @property
    def name(self) -> str:
        """What the table calls the work."""
        return f"{self.work}, {self.learners} learners" if self.learners else self.work

    @property
    def is_fit(self) -> bool:
        """Whether it is one fit to all answers, whose parameters can be judged."""
        return self.work in ("fit", "fit-recency", "fit-as-fsrs-rs")

    @property
    def has_parameters(self) -> bool:
        """Whether its parameters can be judged on other answers: those of one fit, or of one a learner."""
        return self.is_fit or (self.work in ("fit-each", "hierarchical") and self.learners is None)

    @property
    def is_ours(self) -> bool:
        """Whether the side is one of ours."""
        return self.side in (CPP, PYTHON)


def data_sets(*, quick: bool) -> list[Data]:
    """Two real logs, simulated ones of 1e5 to 1e7 answers, and a cohort; a hundredth of each when quick."""
    part = 100 if quick else 1
    cohort = 1000 // part
    return [
        *(_real(name, 1500 if quick else None) for name in ("anki_josh", "anki_niplav")),
        _simulated(100_000 // part, 10, folds=True),
        _simulated(MILLION // part, 10),
        _simulated(MILLION // part, 100),
        _simulated(10 * MILLION // part, 10),
        _cohort(cohort),
        *(_cohort(cohort, early) for early in EARLY),
        *(_cohort(cohort, early, own_gaps=True) for early in EARLY),
    ]


def _real(name: str, rows: int | None) -> Data:
    def make(_: int) -> Log:
        log = real_log(name)
        return log.first(rows or log.rows)

    return Data(name if rows is None else f"{name}, {rows}", make, folds=True)


def _simulated(rows: int, answers: int, *, folds: bool = False) -> Data:
    name = f"{rows:.0e} x {answers} a card".replace("e+0", "e")
    return Data(
        name,
        lambda seed: simulated(rows // answers, answers, learners=max(rows // 10_000, 1), seed=seed),
        folds=folds,
    )


def _cohort(learners: int, early: int | None = None, *, own_gaps: bool = False) -> Data:
    name = f"cohort {learners} x {early or 1000}{', own gaps' if own_gaps else ''}"
    return Data(name, lambda seed: simulated_cohort(learners, 100, 10, seed=seed, own_gaps=own_gaps)[0], early=early)


def rows(sets: Sequence[Data]) -> list[Row]:
    """All rows, in the order of the table."""
    josh, niplav, small, ten, hundred, large, cohort, *early = (data.name for data in sets)
    return [
        *_fits(josh, target=8.0),
        *_fits(niplav),
        *_fits(small, slow={PY: "some minutes a fit"}),
        *_fits(ten, target=8.0, slow={OPTIMIZER: "a quarter of an hour a fit", PY: "most of an hour a fit"}),
        *_fits(
            hundred, target=8.0, slow={OPTIMIZER: "drops cards of more than 64 answers", PY: "most of an hour a fit"}
        ),
        *_fits(large, slow={RS_PYTHON: "too many Python objects", OPTIMIZER: "hours a fit", PY: "hours a fit"}),
        *(row for name in (niplav, ten, hundred) for row in _rates(name)),
        Row(cohort, CPP, "hierarchical"),
        Row(cohort, RS, "fit-each", beside=(CPP, "hierarchical"), target=1.0, learners=50),
        *(Row(name, CPP, work) for name in early for work in ("hierarchical", "fit-each", "fit")),
    ]


def _fits(data: str, *, target: float | None = None, slow: dict[str, str] | None = None) -> list[Row]:
    why = slow or {}

    def peer(side: str, work: str, at: float | None = None) -> Row:
        return Row(data, side, work, beside=(CPP, work), target=at, why_not=why.get(side, ""))

    return [
        Row(data, CPP, "fit-recency"),
        Row(data, CPP, "fit"),
        Row(data, CPP, "fit-as-fsrs-rs"),
        Row(data, PYTHON, "fit-recency"),
        Row(data, PYTHON, "fit"),
        peer(RS, "fit-recency", target),
        peer(RS_PYTHON, "fit-recency"),
        peer(OPTIMIZER, "fit-recency"),
        peer(OPTIMIZER, "fit", 100.0),
        peer(PY, "fit"),
    ]


def _rates(data: str) -> list[Row]:
    return [
        Row(data, CPP, "gradient"),
        Row(data, CPP, "fisher", beside=(CPP, "gradient"), limit=3.0),
        Row(data, RS, "gradient", beside=(CPP, "gradient"), target=16.0),
    ]
