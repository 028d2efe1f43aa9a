"""Rows in, rich tables out. Nothing here reads a file or computes a result; everything fits 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]
GOOD_RECALL, FAIR_RECALL = 0.8, 0.6
MISSING = "-"
LONGEST_VALUE = 30


def table(
    title: str | None, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, left: int = 1, note: str | None = None
) -> RenderableType:
    """Draw a table whose first `left` columns hold text and whose others hold numbers, aligned right."""
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, show_header=any(columns))
    for position, name in enumerate(columns):
        drawn.add_column(Text(name), justify="left" if position < left else "right", overflow="fold")
    for row in rows:
        drawn.add_row(*(cell if isinstance(cell, Text) else Text(_text(cell)) for cell in row))
    above = [Text(title, style="bold")] if title else []
    below = [Text(note, style="dim")] if note else []
    return Group(*above, drawn, *below)


def facts(rows: Iterable[tuple[str, Any]]) -> RenderableType:
    """Draw names and values, one pair to a line."""
    drawn = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    drawn.add_column(style="dim", no_wrap=True)
    drawn.add_column(overflow="fold")
    for name, value in rows:
        drawn.add_row(Text(name), value if isinstance(value, Text) else Text(_text(value)))
    return drawn


def percent(share: float | None, digits: int = 0) -> str:
    """0.834 as "83 %"."""
    return MISSING if share is None else f"{100 * share:.{digits}f} %"


def recall_cell(recall: float | None) -> Text:
    """A recall as percent, green from 80 %, yellow from 60 %, red below."""
    if recall is None:
        return Text(MISSING)
    return Text(
        percent(recall), style="green" if recall >= GOOD_RECALL else "yellow" if recall >= FAIR_RECALL else "red"
    )


def from_to(before: float | None, after: float | None) -> Text:
    """Two recalls in one cell, "73 to 67 %", colored by the second."""
    if before is None or after is None:
        return Text(MISSING)
    cell = recall_cell(after)
    return Text(f"{100 * before:.0f} to {100 * after:.0f} %", style=cell.style)


def crossing(rows: Sequence[Row], down: str, across: str, value: str) -> tuple[list[str], list[list[Any]]]:
    """Long rows as a cross table: (column names, rows); each value is a recall."""
    names = list(dict.fromkeys(str(row[across]) for row in rows))
    lines: dict[str, dict[str, float | None]] = {}
    for row in rows:
        lines.setdefault(str(row[down]), {})[str(row[across])] = row[value]
    return [down, *names], [[line, *(recall_cell(cells.get(name)) for name in names)] for line, cells in lines.items()]


def count(number: int, one: str, many: str | None = None) -> str:
    """3 as "3 rows", 1 as "1 row"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def who(log: Row) -> str:
    """Name the size of a log: "by 150 learners to 48 items"."""
    return f"by {count(log['learners'], 'learner')} to {count(log['items'], 'item')}"


def cut(text: str | None) -> str | None:
    """Shorten a value that may be as long as a file."""
    return text if text is None or len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."


def _text(cell: Any) -> str:
    if cell is None or cell == "":
        return MISSING
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, float):
        return f"{cell:.4f}"
    return " ".join(str(cell).split())
