"""The table, as text and as JSON, and what was to be reached."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from bench.peers.report import aligned, short

from .measure import Line
from .rows import CPP, MEMORY

HEAD = (
    "log", "work", "side", "seconds", "of it items", "M answers/s", "times ours", "target", "met", "memory",
    "objective", "held out",
)  # fmt: skip
SLACK = 1e-9  # nats an answer: parameters are written with rounding by some sides


@dataclass(frozen=True)
class Claim:
    """One thing to reach, and whether it was."""

    text: str
    is_met: bool


def table(lines: Sequence[Line]) -> str:
    """Return one Markdown table of all rows, its columns aligned for a terminal too."""
    return aligned([HEAD, *(_cells(line, lines) for line in lines)])


def claims(lines: Sequence[Line]) -> list[Claim]:
    """What ours is to reach beside each line that was measured."""
    found: list[Claim] = []
    for line in lines:
        found += _speed(line, lines) + _objective(line, lines) + _held_out(line, lines)
        found += _pooling(line, lines) + _memory(line)
    return found


def summary(lines: Sequence[Line], rounds: int, *, quick: bool) -> str:
    """How many targets were met, and those that were not."""
    all_claims = claims(lines)
    missed = [claim.text for claim in all_claims if not claim.is_met]
    text = (
        f"{len(all_claims) - len(missed)} of {len(all_claims)} targets met. Seconds are processor time on one core, "
        f"medians of {rounds} rounds (one turn for who takes longer than 20 s); losses are nats an answer."
    )
    text += " A quick run: its figures mean nothing." if quick else ""
    return text + "".join(f"\n- missed: {each}" for each in missed)


def as_json(machine: Mapping[str, str], command: str, lines: Sequence[Line]) -> str:
    """Everything, every sample included."""
    each = [
        {
            **asdict(line),
            "objective": line.objective,
            "times_ours": asdict(found) if (found := _times(line, lines)) else None,
        }
        for line in lines
    ]
    made = [asdict(claim) for claim in claims(lines)]
    whole: dict[str, Any] = {"machine": dict(machine), "command": command, "claims": made, "lines": each}
    return json.dumps(whole, indent=1, allow_nan=False)


def _find(lines: Sequence[Line], data: str, side: str, work: str) -> Line | None:
    """The line of that work, if it was measured."""
    wanted = (data, side, work)
    return next((x for x in lines if (x.row.data, x.row.side, x.row.work) == wanted and x.cpu_ns), None)


def _beside(line: Line, lines: Sequence[Line]) -> Line | None:
    return _find(lines, line.row.data, *line.row.beside) if line.row.beside else None


def _times(line: Line, lines: Sequence[Line]) -> Any:
    ours = _beside(line, lines)
    return line.times(ours) if ours else None


def _speed(line: Line, lines: Sequence[Line]) -> list[Claim]:
    found, row = _times(line, lines), line.row
    if found is None or (row.target is None and row.limit is None):
        return []
    is_met = found.median >= row.target if row.target is not None else found.median <= (row.limit or 0.0)
    wanted = f"≥ {row.target:g}" if row.target is not None else f"≤ {row.limit:g}"
    return [Claim(f"{row.data}, {row.name} of {row.side}: {found.median:.3g} times ours ({wanted})", is_met)]


def _objective(line: Line, lines: Sequence[Line]) -> list[Claim]:
    """A fit of ours ends at an objective at or below that of every peer that minimizes the same."""
    ours, theirs = _beside(line, lines), line.objective
    if ours is None or ours.objective is None or theirs is None:
        return []
    text = f"{line.row.data}, objective of {line.row.work}: ours {ours.objective:.6f}, {line.row.side} {theirs:.6f}"
    return [Claim(text, ours.objective <= theirs + SLACK)]


def _held_out(line: Line, lines: Sequence[Line]) -> list[Claim]:
    """On real logs: ours at or below every peer."""
    ours = _find(lines, line.row.data, CPP, line.row.work)
    if line.row.is_ours or not line.row.data.startswith("anki") or line.held_out is None:
        return []
    if ours is None or ours.held_out is None:
        return []
    both = f"ours {ours.held_out:.6f}, {line.row.side} {line.held_out:.6f}"
    return [
        Claim(f"{line.row.data}, held-out log loss of {line.row.work}: {both}", ours.held_out <= line.held_out + SLACK)
    ]


def _pooling(line: Line, lines: Sequence[Line]) -> list[Claim]:
    """Learners who share what they have in common are predicted better than alone, and better than all as one."""
    together = _find(lines, line.row.data, CPP, "hierarchical")
    if together is None or together.held_out is None or line.held_out is None or line.row.work == "hierarchical":
        return []
    text = f"{line.row.data}, later answers: hierarchical {together.held_out:.6f}, {line.row.work} {line.held_out:.6f}"
    return [Claim(text, together.held_out < line.held_out)]


def _memory(line: Line) -> list[Claim]:
    """Where the columns are large enough to be seen beside what any process needs."""
    if not line.row.is_ours or not line.row.is_fit or line.column_bytes < 10_000_000:
        return []
    times = line.peak_bytes / line.column_bytes
    return [
        Claim(
            f"{line.row.data}, memory of {line.row.side}: {times:.2f} times the columns (≤ {MEMORY:g})", times <= MEMORY
        )
    ]


def _cells(line: Line, lines: Sequence[Line]) -> tuple[str, ...]:
    row = line.row
    if not line.cpu_ns:
        return (row.data, row.name, row.side, f"not measured: {line.why_not}", *[""] * 8)
    seconds, build = median(line.cpu_ns) * 1e-9, median(line.build_cpu_ns) * 1e-9
    times = _times(line, lines)
    speed = _speed(line, lines)
    return (
        row.data,
        row.name,
        row.side,
        _seconds(seconds),
        _seconds(build) if build else "",
        short(line.answers / seconds * 1e-6) if not row.learners else "",
        "" if times is None else f"{short(times.median)} [{short(times.low)}, {short(times.high)}]",
        f"≥ {row.target:g}" if row.target is not None else f"≤ {row.limit:g}" if row.limit is not None else "",
        ("yes" if speed[0].is_met else "no") if speed else "",
        f"{line.peak_bytes / 1e6:.3g} MB, {short(line.peak_bytes / line.column_bytes)} x",
        "" if line.objective is None else f"{line.objective:.5f}",
        "" if line.held_out is None else f"{line.held_out:.5f}",
    )


def _seconds(value: float) -> str:
    return f"{value:.3g}" if value < 100 else f"{value:,.0f}"
