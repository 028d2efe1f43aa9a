"""`perdure check FILE`: what is in a log or cohort file, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from perdure.errors import InputError

from . import check_cohort, check_plan, options, tables
from .inputs import columns_of, log_facts, zone_of
from .output import Output
from .plain import Row, records

SHOWN_PROBLEMS = 20
OUTCOMES = ("accepted", "repaired", "rejected", "duplicates", "set_aside")


def check(
    file: options.File,
    tz: options.Tz = None,
    column: options.Column = None,
    cohort: Annotated[
        Path | None,
        typer.Option(
            "--cohort",
            metavar="TOML",
            help="A cohort file, to check against the answers.",
            show_default=False,
            parser=options.path_of,
        ),
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan",
            metavar="CSV",
            help="A plan, to check against the cohort file.",
            show_default=False,
            parser=options.path_of,
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            metavar="N",
            parser=options.whole(0, options.MOST_ROWS),
            help=f"Problem rows to list, 0 for all.  [{SHOWN_PROBLEMS}; --json: all]",
        ),
    ] = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Read a log, or a cohort file (.toml), and list its problems.

    Exit code 2 when it cannot be used as it is, 1 when a plan breaks a rule.
    """
    output = Output(json=json, quiet=quiet)
    if file.suffix == ".toml":
        _refuse_options(tz=tz, column=column, limit=limit, cohort=cohort)
        said = check_cohort.inspect(file)
        found: Row = {"command": "check", "file": str(file), "ok": True, "cohort": said, **_plan(plan, file)}
        output.result(found)
        output.show(*check_cohort.render(said), *_render_plan(found))
        return 1 if found.get("violations") else 0
    if plan is not None and cohort is None:
        raise InputError("says nothing without a cohort file", source="--plan", expected="--cohort beside it")
    if limit is None:
        limit = 0 if json else SHOWN_PROBLEMS
    found = inspect(file, column, tz, limit or None, output, cohort, plan)
    output.result(found)
    output.show(*render(found))
    return 2 if not found["ok"] else 1 if found.get("violations") else 0


def _plan(plan: Path | None, cohort: Path | None, log: Any = None) -> Row:
    """The rules that a plan breaks, where there is one to check."""
    return {} if plan is None or cohort is None else {"violations": check_plan.inspect(plan, cohort, log)}


def _render_plan(found: Row) -> list[RenderableType]:
    return check_plan.render(found["violations"]) if "violations" in found else []


def _refuse_options(**given: Any) -> None:
    """Options that say how answers are read have no meaning for a cohort file."""
    for name, value in given.items():
        if value is not None:
            raise InputError(
                "says nothing of a cohort file", source=f"--{name}", expected="a file of answers beside it"
            )


def inspect(
    file: Path,
    column: list[str] | None,
    tz: str | None,
    limit: int | None,
    output: Output,
    cohort: Path | None = None,
    plan: Path | None = None,
) -> Row:
    """Everything `check` says, as one dict: the object of `--json`. At most `limit` problem rows, None for all."""
    log, report = read(file, column, tz, output)
    problems = records(report.problems(limit))
    outside = report.rows - report.accepted
    return {
        "command": "check",
        "file": str(file),
        "ok": report.rejected == 0,
        "layout": report.layout,
        "report": {"rows": report.rows, **{name: getattr(report, name) for name in OUTCOMES}},
        "log": log_facts(log) if log is not None else None,
        "summary": records(report.to_frame()),
        "problems": problems,
        "problems_left_off": max(0, outside - len(problems)),
        "notes": [*report.notes, *(notes(log) if log is not None else [])],
        **({"cohort": check_cohort.inspect(cohort, log)} if cohort is not None else {}),
        **_plan(plan, cohort, log),
    }


def read(file: Path, column: list[str] | None, tz: str | None, output: Output) -> tuple[Any, Any]:
    """Read the log and its import report; the log is None when no row can be used."""
    import perdure
    from perdure.readers import read_table
    from perdure.report import ImportReport

    columns = columns_of(column)
    if tz is not None:
        zone_of(tz)
    try:
        with output.progress("Reading") as progress:
            log = perdure.read_answers(file, columns=columns, tz=tz, errors="skip", progress=progress)
        return log, log.report
    except InputError:
        raw = read_table(file, columns, tz)
        if raw.findings.count("rejected") == 0:
            raise
        return None, ImportReport(raw.findings, raw.layout, raw.kind)


def notes(log: Any) -> list[str]:
    """What a reader of the log should know before trusting a fit."""
    found = []
    if len(log) / len(log.learners) < 10:
        found.append("fewer than ten answers per learner: expect a cohort's average, not a person's")
    return found


def render(found: Row) -> list[RenderableType]:
    """The same, for a person."""
    report, log = found["report"], found["log"]
    parts: list[RenderableType] = [
        tables.facts([("file", found["file"]), ("layout", found["layout"]), ("answers", _answers(log))]),
        "",
    ]
    parts.append(
        tables.table(
            None,
            ["rows", *(name.replace("_", " ") for name in OUTCOMES)],
            [[report["rows"], *(report[name] for name in OUTCOMES)]],
            left=0,
        )
    )
    reasons = [(row["outcome"], _reason(row)) for row in found["summary"] if row["outcome"] != "accepted"]
    if reasons:
        parts += ["", tables.facts(reasons)]
    if found["problems"]:
        rows = [
            [row["row"], row["column"], tables.cut(row["value"]), row["expected"] or row["reason"]]
            for row in found["problems"]
        ]
        parts += ["", tables.table(None, ["row", "column", "value", "expected"], rows, left=4)]
    if found["problems_left_off"]:
        parts.append(
            f"... and {tables.count(found['problems_left_off'], 'more row', 'more rows')}; --limit 0 lists all"
        )
    parts += ["", *(f"note: {note}" for note in found["notes"]), _verdict(report, log)]
    if "cohort" in found:
        parts += ["", *check_cohort.render(found["cohort"])]
    return [*parts, *_render_plan(found)]


def _reason(row: Row) -> str:
    where = f"{row['column']}, first in row {row['first_row']}" if row["column"] else f"first row {row['first_row']}"
    example = f": {tables.cut(row['example'])}" if row["example"] is not None else ""
    expected = f"; expected {row['expected']}" if row["expected"] else ""
    return f"{tables.count(row['rows'], 'row')}: {row['reason']} ({where}{example}){expected}"


def _answers(log: Row | None) -> str:
    if log is None:
        return "none that can be used"
    first, last = (str(log[name])[:10] for name in ("first_answered_at", "last_answered_at"))
    return f"{tables.count(log['rows'], 'answer')} {tables.who(log)}, {first} to {last}"


def _verdict(report: Row, log: Row | None) -> str:
    if log is None:
        return "No row can be used."
    if report["rejected"]:
        rows = tables.count(report["rejected"], "row")
        return f"{rows} cannot be used: mend the file, or read the rest of it with --skip-bad-rows."
    if report["accepted"] == report["rows"]:
        return "Every row can be used."
    return "Every row is used or accounted for; nothing stands in the way of a fit."
