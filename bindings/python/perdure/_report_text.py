"""A fit report as text of 80 columns and as HTML."""

from __future__ import annotations

import html as _html
import textwrap
from collections.abc import Sequence
from typing import Any

WIDTH = 80
COLUMNS = ("parameter", "value", "default", "se", "low", "high", "learned")

Rows = Sequence[dict[str, Any]]


def plain(summary: Sequence[str], rows: Rows, warnings: Sequence[str]) -> str:
    """Summary, table and warnings, no line longer than 80 characters unless a name is."""
    lines = [line for text in summary for line in textwrap.wrap(text, WIDTH)]
    if rows:
        lines += ["", *table(rows)]
    for text in warnings:
        lines += ["", *textwrap.wrap(text, WIDTH, initial_indent="- ", subsequent_indent="  ")]
    return "\n".join(lines)


def short(report: Any) -> str:
    """A report in one line, as a notebook shows it in a list or a dict."""
    loss = "" if report.log_loss is None else f", log loss {report.log_loss:.4f}"
    return f"<{type(report).__name__}: {report.status}, {report.answers:,} answers{loss}>"


def counted(number: int, what: str) -> str:
    """A number of things: 1 group, 2 groups."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def table(rows: Rows) -> list[str]:
    """Lines of a table: names to the left, numbers to the right."""
    cells = [COLUMNS, *(cells_of(row) for row in rows)]
    widths = [max(len(line[k]) for line in cells) for k in range(len(COLUMNS))]
    lines = []
    for first, *others in cells:
        numbers = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        lines.append("  ".join((first.ljust(widths[0]), *numbers)))
    return lines


def html(summary: Sequence[str], rows: Rows, warnings: Sequence[str]) -> str:
    """The same for a notebook."""
    parts = [f"<p>{_html.escape(text)}</p>" for text in summary]
    if rows:
        head = "".join(f"<th>{name}</th>" for name in (*COLUMNS, "note"))
        body = "".join(
            f"<tr>{''.join(f'<td>{_html.escape(cell)}</td>' for cell in (*cells_of(row), row['note']))}</tr>"
            for row in rows
        )
        parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    if warnings:
        parts.append(f"<ul>{''.join(f'<li>{_html.escape(text)}</li>' for text in warnings)}</ul>")
    return "".join(parts)


def cells_of(row: dict[str, Any]) -> tuple[str, ...]:
    """Cells of a row under `COLUMNS`; what there is none of is a dash, and a value on its bound has a star."""
    learned = "-" if row["learned"] is None or row["se"] is None else f"{100 * row['learned']:.0f} %"
    value = number(row["value"]) + ("*" if row["at_bound"] else "")
    return (row["parameter"], value, *(number(row[name]) for name in ("default", "se", "low", "high")), learned)


def number(value: float | None) -> str:
    """Four significant digits, without an exponent where that is short; a dash for None."""
    if value is None:
        return "-"
    if value != 0 and not 1e-4 <= abs(value) < 1e5:
        return f"{value:.2e}"
    digits = f"{value:.4g}"
    return f"{value:.0f}" if "e" in digits else digits
