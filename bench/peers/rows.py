"""What is measured: data sets, and the rows of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

Pair = tuple[str, str]  # side, work


@dataclass(frozen=True)
class Data:
    """A data set: ``answers`` answers for each of ``count`` cards, or (``answers == 0``) ``count`` single rows."""

    count: int
    answers: int = 0
    ragged: bool = False

    @property
    def name(self) -> str:
        """What the table calls it."""
        count = f"{self.count:.0e}".replace("e+0", "e")
        return f"{count} x {'~' if self.ragged else ''}{self.answers}" if self.answers else f"{count} rows"


@dataclass(frozen=True)
class Row:
    """One comparison: how many times faster per item ``ours`` is than ``peer``.

    ``ours_count`` and ``peer_count`` are cards or rows, from the start of the data set; a slow peer does fewer.
    ``wall`` compares wall time instead of processor time. ``columns`` are compared between ``peer`` and ``check``
    (``ours`` when not given), to a relative difference of `SAME`.
    """

    name: str
    data: str
    ours: Pair
    peer: Pair
    ours_count: int
    peer_count: int
    target: float | None = None
    wall: bool = False
    columns: tuple[str, ...] = ()
    check: Pair | None = None


SAME = 1e-4
TWO_CORES = 1.8
NUMPY_LOSS = 1 / 1.15  # through NumPy in at most 15 % more time
STATES = ("stability", "difficulty")
RS, PY, TS, CPP, NUMPY = "fsrs-rs", "py-fsrs", "ts-fsrs", "perdure", "perdure.batch"
LARGE = Data(1_000_000, 100)


def data_sets(*, quick: bool, large: bool) -> list[Data]:
    """Full, or a hundredth of each."""
    full = [
        Data(1_000_000, 10),
        Data(1_000_000, 10, ragged=True),
        Data(100_000, 100),
        Data(100_000, 100, ragged=True),
        Data(10_000_000),
    ]
    if large:
        full.append(LARGE)
    return [replace(each, count=each.count // 100) if quick else each for each in full]


def rows(sets: Sequence[Data], *, quick: bool) -> list[Row]:
    """All rows that these data sets allow, in the order of the table."""
    made: list[Row] = []
    for data in sets:
        made += _replay_rows(data, quick) if data.answers else _column_rows(data, quick)
    return made


def _replay_rows(data: Data, quick: bool) -> list[Row]:
    name, all_cards = data.name, data.count
    target = 12.0 if data.answers <= 10 else 16.0

    def row(ours: Pair, peer: Pair, peer_count: int = all_cards, **more: object) -> Row:
        made = Row(f"replay {name}", name, ours, peer, all_cards, peer_count, columns=STATES)
        return replace(made, **more)  # type: ignore[arg-type]

    made = [
        row((CPP, "replay"), (RS, "replay"), target=target),
        row((NUMPY, "replay"), (RS, "replay"), target=target),
        row((CPP, "replay"), (CPP, "replay-scalar")),
        row((NUMPY, "replay"), (CPP, "replay-kernel")),
        row((CPP, "replay-2"), (CPP, "replay"), target=TWO_CORES, wall=True),
        row((NUMPY, "replay-2"), (NUMPY, "replay-out"), target=TWO_CORES, wall=True),
    ]
    if not data.ragged and data.answers <= 10:
        py_cards, ts_cards = (100, 1000) if quick else (2_000, 20_000)
        made += [
            row((NUMPY, "replay"), (PY, "replay"), py_cards, target=1000.0, check=(NUMPY, "replay@py_fsrs_6_3_2")),
            row((NUMPY, "replay"), (TS, "replay"), ts_cards, check=(NUMPY, "replay@ts_fsrs_5")),
        ]
    return made


def _column_rows(data: Data, quick: bool) -> list[Row]:
    name, all_rows = data.name, data.count
    rs_rows, py_rows, ts_rows = (100_000, 1_000, 2_000) if quick else (1_000_000, 20_000, 50_000)

    def row(item: str, ours: Pair, peer: Pair, peer_count: int = all_rows, **more: object) -> Row:
        return replace(Row(f"{item} {name}", name, ours, peer, all_rows, peer_count), **more)  # type: ignore[arg-type]

    whole = (*STATES, "interval")
    return [
        row("update", (CPP, "update"), (RS, "update"), rs_rows, columns=STATES),
        row("update", (CPP, "update"), (CPP, "update-scalar"), columns=STATES),
        row("update", (NUMPY, "update"), (CPP, "update-kernel"), target=NUMPY_LOSS, columns=STATES),
        row("update", (NUMPY, "update-out"), (CPP, "update-kernel"), target=NUMPY_LOSS, columns=STATES),
        row("update", (CPP, "update-2"), (CPP, "update"), target=TWO_CORES, wall=True, columns=STATES),
        row("update", (NUMPY, "update-2"), (NUMPY, "update-out"), target=TWO_CORES, wall=True, columns=STATES),
        row("update + interval", (CPP, "schedule"), (RS, "schedule"), rs_rows, columns=whole),
        row("update + interval", (CPP, "schedule"), (CPP, "schedule-scalar"), columns=whole),
        row("update + interval", (NUMPY, "schedule-out"), (PY, "schedule"), py_rows, target=1000.0, columns=STATES,
            check=(NUMPY, "schedule@py_fsrs_6_3_2")),
        row("update + interval", (NUMPY, "schedule-out"), (TS, "schedule"), ts_rows, columns=STATES,
            check=(NUMPY, "schedule@ts_fsrs_5")),
        row("recall", (CPP, "recall"), (RS, "recall"), rs_rows, columns=("recall",)),
        row("recall", (CPP, "recall"), (CPP, "recall-scalar"), columns=("recall",)),
        row("recall", (NUMPY, "recall"), (CPP, "recall-kernel"), columns=("recall",)),
        row("recall", (NUMPY, "recall-out"), (CPP, "recall-kernel"), columns=("recall",)),
        row("recall", (CPP, "recall-2"), (CPP, "recall"), target=TWO_CORES, wall=True, columns=("recall",)),
        row("recall", (NUMPY, "recall"), (PY, "recall"), py_rows, columns=("recall",)),
        row("recall", (NUMPY, "recall"), (TS, "recall"), ts_rows, columns=("recall",)),
        row("interval", (CPP, "interval"), (RS, "interval"), rs_rows, columns=("interval",)),
    ]  # fmt: skip
