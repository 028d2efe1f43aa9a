"""`perdure forecast FILE --model model.json --at DATE`: what is still known on a date."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from . import options, tables
from .files import refuse_inputs, replacing, require_writable
from .groups import EVERYONE, Groups
from .inputs import log_facts, moment, read_log, read_model
from .output import Output
from .plain import Row, records

AT_RISK = 0.6
MOST_ROWS = 20
CSV_COLUMNS = ("learner", "item", "skills", "cohort", "recall", "low", "high")


def forecast(
    file: options.File,
    model: options.ModelFile,
    at: Annotated[
        str, typer.Option("--at", metavar="DATE", help="A date, or a date and time: 2026-12-31.", show_default=False)
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="CSV",
            help="Write one row per learner and item to this file.",
            parser=options.path_of,
        ),
    ] = None,
    tz: options.Tz = None,
    column: options.Column = None,
    skip_bad_rows: options.SkipBadRows = False,
    threads: options.Threads = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Predict what every learner still knows on a date, by cohort and skill."""
    output = Output(json=json, quiet=quiet)
    when = moment(at, tz)
    if out is not None:
        require_writable(out)
        refuse_inputs(out, file, model)
    fitted = read_model(model)
    log = read_log(file, column, tz, skip_bad_rows, output)
    with output.progress("Predicting"):
        rows = retention(fitted.states(log, threads=threads), log, when)
    if out is not None:
        write_rows(out, rows)
    found = {
        "command": "forecast",
        "file": str(file),
        "model": str(model),
        "at": when,
        "output": str(out) if out else None,
        "log": log_facts(log),
        **summarize(rows),
    }
    output.result(found)
    output.show(*render(found))


def retention(states: Any, log: Any, at: Any) -> list[Row]:
    """One row per learner x item: learner, item, skill, cohort, recall and, where they are known, its 95 % bounds."""
    groups = Groups(log)
    rows = []
    for row in records(states.retention(at=at)):
        learner, item = str(row["learner"]), str(row["item"])
        known: Row = {
            "learner": learner,
            "item": item,
            "cohort": groups.cohort(learner, item),
            "skills": groups.skills(item),
        }
        known.update({name: row[name] for name in ("recall", "low", "high") if name in row})
        rows.append(known)
    return rows


def summarize(rows: list[Row]) -> Row:
    """Mean recall over everything, by cohort, by skill and by cohort x skill; `at_risk` counts recalls below 60 %."""
    return {
        "total": _mean(rows),
        "by_cohort": _grouped(rows, lambda row: [(row["cohort"],)], ("cohort",)),
        "by_skill": _grouped(rows, lambda row: [(skill,) for skill in row["skills"]], ("skill",)),
        "by_cohort_and_skill": _grouped(
            rows, lambda row: [(row["cohort"], skill) for skill in row["skills"]], ("cohort", "skill")
        ),
    }


def render(found: Row) -> list[RenderableType]:
    """The same, for a person."""
    total = found["total"]
    parts: list[RenderableType] = [
        tables.facts(
            [
                ("on", str(found["at"])[:16].replace("T", " ")),
                ("still known", f"{tables.percent(total['recall'])} of what was asked, on average"),
                ("below 60 %", f"{total['at_risk']:,} of {total['states']:,} learner-item pairs"),
            ]
        )
    ]
    drawn = cross_table(found)
    if drawn is not None:
        parts += ["", drawn]
    if found["output"]:
        parts.append(f"One row per learner and item: {found['output']}")
    return parts


def cross_table(found: Row) -> RenderableType | None:
    """Skill x cohort when both exist, one of them when one does, nothing otherwise."""
    cohorts, skills = [row["cohort"] for row in found["by_cohort"]], [row["skill"] for row in found["by_skill"]]
    if len(skills) > 1 and 1 < len(cohorts) <= 5:
        title, rows = "Predicted recall by skill and cohort", _weakest(found["by_cohort_and_skill"], found["by_skill"])
        names, lines = tables.crossing(rows, "skill", "cohort", "recall")
        return tables.table(title, names, lines, note=_left_off(len(skills)))
    for name, rows in (("skill", found["by_skill"]), ("cohort", found["by_cohort"])):
        if len(rows) > 1:
            chosen = sorted(rows, key=lambda row: row["recall"])[:MOST_ROWS]
            lines = [[row[name], row["states"], row["at_risk"], tables.recall_cell(row["recall"])] for row in chosen]
            return tables.table(
                f"Predicted recall by {name}", [name, "pairs", "below 60 %", "recall"], lines, note=_left_off(len(rows))
            )
    return None


def write_rows(path: Path, rows: list[Row]) -> None:
    """forecast.csv: one row per learner x item."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(CSV_COLUMNS)
        writer.writerows(csv_row(row) for row in rows)


def csv_row(row: Row) -> list[str]:
    """The cells of one learner x item, in the order of `CSV_COLUMNS`."""
    cohort = "" if row["cohort"] == EVERYONE else row["cohort"]
    recalls = ["" if row.get(name) is None else f"{row[name]:.6f}" for name in ("recall", "low", "high")]
    return [row["learner"], row["item"], "|".join(row["skills"]), cohort, *recalls]


def _grouped(rows: list[Row], keys: Any, names: tuple[str, ...]) -> list[Row]:
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        for key in keys(row):
            groups.setdefault(key, []).append(row)
    return [{**dict(zip(names, key, strict=True)), **_mean(groups[key])} for key in sorted(groups)]


def _mean(rows: Iterable[Row]) -> Row:
    recalls = [row["recall"] for row in rows if row["recall"] is not None]
    return {
        "states": len(recalls),
        "recall": sum(recalls) / len(recalls) if recalls else None,
        "at_risk": sum(recall < AT_RISK for recall in recalls),
    }


def _weakest(rows: list[Row], by_skill: list[Row]) -> list[Row]:
    chosen = [row["skill"] for row in sorted(by_skill, key=lambda row: row["recall"])[:MOST_ROWS]]
    place = {skill: position for position, skill in enumerate(chosen)}
    return sorted((row for row in rows if row["skill"] in place), key=lambda row: (place[row["skill"]], row["cohort"]))


def _left_off(number: int) -> str | None:
    return f"The {MOST_ROWS} weakest of {number}; --json has all." if number > MOST_ROWS else "The weakest first."
