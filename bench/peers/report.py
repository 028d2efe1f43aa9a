"""The table, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from .kernels import KernelLine
from .measure import Line
from .ratios import Ratio

HEAD = ("what", "ours", "M/s", "beside", "M/s", "times faster", "target", "met", "apart by")


def table(lines: Sequence[Line], kernels: Sequence[KernelLine]) -> str:
    """Return one Markdown table of all rows, its columns aligned for a terminal too."""
    return aligned([HEAD, *(_kernel_cells(line) for line in kernels), *(_cells(line) for line in lines)])


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table of rows of cells, the first its head, in columns as wide as their widest cell."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    ruled = [rows[0], ["-" * width for width in widths], *rows[1:]]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in ruled]
    return "\n".join(f"| {' | '.join(row)} |" for row in padded)


def summary(lines: Sequence[Line], kernels: Sequence[KernelLine], rounds: int, *, quick: bool) -> str:
    """How many targets were met, and what the interval is."""
    all_lines: list[Line | KernelLine] = [*kernels, *lines]
    judged = [line.is_met for line in all_lines if line.is_met is not None]
    different = [line.row.name for line in lines if not line.is_same]
    measured = [line.ratio for line in all_lines if line.ratio is not None]
    covered = f"{min(each.coverage for each in measured):.0%}" if measured else "no"
    text = (
        f"{sum(judged)} of {len(judged)} targets met. Ratios are medians of {rounds} rounds; the interval covers the "
        f"median with {covered} probability or more."
    )
    text += " A quick run: its figures mean nothing." if quick else ""
    return text + (f" RESULTS DIFFER: {', '.join(different)}." if different else "")


def document(machine: Mapping[str, str], command: str, body: str, closing: str) -> str:
    """Return what is printed and written: the machine, the command, the table."""
    head = "\n".join(f"- {name}: {text}" for name, text in machine.items())
    return f"{head}\n- command: `{command}`\n\n{body}\n\n{closing}\n"


def as_json(machine: Mapping[str, str], command: str, lines: Sequence[Line], kernels: Sequence[KernelLine]) -> str:
    """Everything, every sample included (nanoseconds per item, one a round)."""
    peers = [
        {
            **asdict(line.row),
            "why_not": line.why_not,
            "difference": line.difference,
            "ratio": asdict(line.ratio) if line.ratio else None,
            "ratio_of_minima": min(line.theirs) / min(line.ours) if line.ours else None,
            "met": line.is_met,
            "ours_ns": line.ours,
            "peer_ns": line.theirs,
        }
        for line in lines
    ]
    own = [
        {**asdict(line), "ratio": asdict(line.ratio) if line.ratio else None, "met": line.is_met} for line in kernels
    ]
    whole: dict[str, Any] = {"machine": dict(machine), "command": command, "kernels": own, "peers": peers}
    return json.dumps(whole, indent=1, allow_nan=False)


def _cells(line: Line) -> tuple[str, ...]:
    row = line.row
    if line.ratio is None:
        return _absent(row.name, " ".join(row.ours), " ".join(row.peer), line.why_not, row.target)
    same = "" if line.difference is None else f"{line.difference:.0e}" if line.difference else "0"
    same += "" if line.is_same else " DIFFERS"
    ours, theirs = (" ".join(row.ours), _rate(line.ours)), (" ".join(row.peer), _rate(line.theirs))
    return (row.name, *ours, *theirs, _ratio(line.ratio), _target(row.target), _met(line.is_met), same)


def _kernel_cells(line: KernelLine) -> tuple[str, ...]:
    if line.ratio is None:
        return _absent(line.name, line.ours, line.peer, line.why_not, line.target)
    ours, theirs = (line.ours, _rate(line.ours_ns)), (line.peer, _rate(line.peer_ns))
    return (line.name, *ours, *theirs, _ratio(line.ratio), _target(line.target), _met(line.is_met), "")


def _absent(name: str, ours: str, peer: str, why_not: str, target: float | None) -> tuple[str, ...]:
    return (name, ours, "", peer, "", f"not measured: {why_not}", _target(target), "", "")


def _rate(ns_per_item: Sequence[float]) -> str:
    """Millions of items a second, at the median."""
    return short(1e3 / median(ns_per_item))


def _ratio(found: Ratio) -> str:
    return f"{short(found.median)} [{short(found.low)}, {short(found.high)}]"


def short(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _target(target: float | None) -> str:
    return "" if target is None else f"≥ {short(target)}"


def _met(met: bool | None) -> str:
    return {None: "", True: "yes", False: "no"}[met]
