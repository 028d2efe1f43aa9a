"""`perdure plan FILE --model model.json --cohort cohort.toml -o DIR`: who is asked what, and when."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import pyarrow.csv
import typer
from rich.console import RenderableType

from perdure.errors import InputError

from . import options, tables
from .files import refuse_inputs, require_writable_folder, staged_folder
from .inputs import log_facts, read_log, read_model
from .output import Output
from .plain import Row, plain, records

PLAN, CERTIFICATE, CALENDAR = "plan.csv", "certificate.json", "plan.ics"
FILES = (PLAN, CERTIFICATE, CALENDAR)
CHANGES, MODEL = "changes.csv", "model.json"
FIRST_QUESTIONS = 5
MOST_WEEKS = 16


def plan(
    file: options.File,
    model: options.ModelFile,
    cohort: Annotated[
        Path,
        typer.Option(
            "--cohort",
            metavar="TOML",
            help="Calendar, caps, leave, target.",
            show_default=False,
            parser=options.path_of,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Folder for plan.csv, certificate.json and plan.ics.",
            show_default=False,
            parser=options.path_of,
        ),
    ],
    previous: Annotated[
        Path | None,
        typer.Option(
            "--previous",
            metavar="DIR",
            help="Folder of the plan made before: what was sent stays, changes.csv says what differs.",
            show_default=False,
            parser=options.path_of,
        ),
    ] = None,
    max_changes: Annotated[
        int | None,
        typer.Option("--max-changes", metavar="N", min=0, help="Questions that may differ.", show_default=False),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--start", metavar="DATE", help="First day of the plan.", show_default=False),
    ] = None,
    refit: Annotated[
        bool, typer.Option("--refit/--no-refit", help="Replace a model that the answers since --previous reject.")
    ] = True,
    feeds: Annotated[
        Path | None,
        typer.Option(
            "--feeds",
            metavar="DIR",
            help="Folder for a calendar of each learner, LEARNER.ics.",
            show_default=False,
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
    """Plan who is asked what on which days, under the cohort's rules, and say how far from the best that is."""
    import perdure

    output = Output(json=json, quiet=quiet)
    names = FILES if previous is None else (*FILES, CHANGES)
    first = options.day(start, "--start")
    if previous is None and max_changes is not None:
        raise InputError("no plan to change", source="--max-changes", expected="--previous DIR beside it")
    require_writable_folder(out, *names)
    if feeds is not None:
        require_writable_folder(feeds)
    for name in names:
        refuse_inputs(out / name, file, model, cohort)
    rules, fitted = perdure.Cohort.from_toml(cohort), read_model(model)
    before = None if previous is None else perdure.Plan.read(previous, rules)
    log = read_log(file, column, tz, skip_bad_rows, output)
    made = schedule(rules, fitted, log, threads, output, first, before, max_changes, refit)
    if before is not None and made.model is not fitted:
        names = (*names, MODEL)
        refuse_inputs(out / MODEL, file, model, cohort)
    with staged_folder(out) as folder:
        write(made, folder, before)
        if MODEL in names:
            made.model.save(folder / MODEL)
    written = [] if feeds is None else made.to_feeds(feeds, before)
    found = {
        "command": "plan",
        "file": str(file),
        "model": str(model),
        "cohort": str(cohort),
        "output": str(out),
        "files": [str(out / name) for name in names],
        **({} if feeds is None else {"feeds": {"folder": str(feeds), "files": len(written)}}),
        "log": log_facts(log),
        **summarize(made),
    }
    output.result(found)
    output.show(*render(found))


def schedule(
    rules: Any,
    fitted: Any,
    log: Any,
    threads: int | None,
    output: Output,
    start: dt.date | None = None,
    previous: Any = None,
    max_changes: int | None = None,
    refit: bool = True,
) -> Any:
    """The plan of a fitted model for a cohort; made anew where there is a previous one."""
    import perdure

    planner = perdure.Planner(rules)
    with output.progress("Planning") as progress:
        shared: dict[str, Any] = {"progress": progress or False, "threads": threads, "start": start}
        if previous is None:
            return planner.plan(fitted, log, **shared)
        return planner.replan(fitted, log, previous, **shared, max_changes=max_changes, refit=refit)


def write(made: Any, folder: Path, previous: Any = None) -> None:
    """The files of a plan."""
    made.to_csv(folder / PLAN)
    made.write_certificate(folder / CERTIFICATE)
    made.to_ical(folder / CALENDAR, previous)
    if made.changes_table is not None:
        pyarrow.csv.write_csv(made.changes_table, folder / CHANGES)


def summarize(made: Any) -> Row:
    """Workload, worth, what stays uncovered and why, the first questions: what `--json` has beside the file names."""
    rows, uncovered = [row for row in records(made.to_frame()) if row["item"]], records(made.uncovered)
    days = Counter(str(row["date"])[:10] for row in rows)
    weeks: dict[str, list[Row]] = {}
    for row in rows:
        weeks.setdefault(monday(str(row["date"])), []).append(row)
    busiest = min(days, key=lambda day: (-days[day], day), default=None)
    return {
        "questions": len(rows),
        "learners": len({row["learner"] for row in rows}),
        "weeks": [
            {"week": week, "questions": len(part), "learners": len({row["learner"] for row in part})}
            for week, part in sorted(weeks.items())
        ],
        "busiest_day": {"date": busiest, "questions": days[busiest]} if busiest else None,
        "uncovered": {"rows": len(uncovered), "reasons": reasons(uncovered)},
        "first": sorted(rows, key=_weakest_of_the_first_day)[:FIRST_QUESTIONS],
        "summary": plain(made.summary()),
        "certificate": plain(made.certificate),
    }


def _weakest_of_the_first_day(row: Row) -> tuple[str, float, str, str]:
    return str(row["date"]), row["predicted_recall"] or 0.0, row["learner"], row["item"]


def reasons(uncovered: list[Row]) -> list[Row]:
    """How many objectives of learners stay uncovered for each reason, the most frequent first.

    A reason is told apart by its text before the first colon; what follows is shown where all rows agree on it.
    """
    texts: dict[str, list[str]] = {}
    for row in uncovered:
        texts.setdefault(row["reason"].split(":", 1)[0], []).append(row["reason"])
    return [
        {"reason": same[0] if len(set(same)) == 1 else kind, "rows": len(same)}
        for kind, same in sorted(texts.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]


def monday(day: str) -> str:
    """The Monday of a date's week."""
    date = dt.date.fromisoformat(day[:10])
    return str(date - dt.timedelta(date.weekday()))


def render(found: Row) -> list[RenderableType]:
    """The same, for a person."""
    busiest, uncovered = found["busiest_day"], found["uncovered"]
    lines = [("questions", f"{found['questions']:,} for {tables.count(found['learners'], 'learner')}")]
    if busiest:
        lines.append(("busiest day", f"{busiest['date']}, {tables.count(busiest['questions'], 'question')}"))
    lines += _worth(found["certificate"])
    lines.append(
        ("not needed", f"{tables.count(found['summary']['not_due'], 'objective')} above the target to the end")
    )
    lines.append(("uncovered", _uncovered(uncovered["rows"])))
    lines += [("", f"{row['rows']:,} x {row['reason']}") for row in uncovered["reasons"]]
    lines += _since(found["certificate"])
    parts: list[RenderableType] = [tables.facts(lines)]
    if found["weeks"]:
        parts += ["", weeks_table(found["weeks"])]
    if found["first"]:
        parts += ["", first_table(found["first"])]
    parts += [f"Written: {name}" for name in found["files"]]
    if "feeds" in found:
        parts.append(f"Written: {tables.count(found['feeds']['files'], 'calendar')} in {found['feeds']['folder']}")
    return parts


def _worth(certificate: Row) -> list[tuple[str, str]]:
    """What the plan is worth, by the model."""
    share = 100 * certificate["gap"]
    lines = [
        ("recall", f"{_percent(certificate['value'])} when it counts, by the model"),
        ("without questions", _percent(certificate["no_review"])),
        ("gap", f"no plan under these rules is better by more than {share:.2f} %"),
    ]
    for one in certificate["binding"]:
        points = f"{one['recall_points']:.2f} points of an objective"
        lines.append((one["cap"].replace("_", " "), f"{one['limit']}; one more would bring {points}"))
    return lines


def _since(certificate: Row) -> list[tuple[str, str]]:
    """What differs from the plan made before, and what the answers since say of the model."""
    if "changes" not in certificate:
        return []
    answers = certificate["answers"]
    lines = [("changes", tables.count(certificate["changes"]["questions"], "question"))]
    if answers["answers"]:
        shares = f"{_percent(answers['right'])} right, {_percent(answers['expected'])} expected"
        lines.append(("answers since", f"{answers['answers']:,}: {shares}"))
    if answers["rejected"]:
        used = f"; the plan is by {certificate['model']['id']}, fitted anew" if answers.get("candidates") else ""
        lines.append(("", f"they reject the model (p = {answers['p_value']:.1g}){used}"))
    return lines


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def weeks_table(weeks: list[Row]) -> RenderableType:
    """Workload by week."""
    note = f"The first {MOST_WEEKS} of {len(weeks)} weeks; --json has all." if len(weeks) > MOST_WEEKS else None
    rows = [[row["week"], row["questions"], row["learners"]] for row in weeks[:MOST_WEEKS]]
    return tables.table("Questions per week", ["week of", "questions", "learners"], rows, note=note)


def first_table(rows: list[Row]) -> RenderableType:
    """The next questions, with the reason of each."""
    lines = [
        [str(row["date"])[:10], row["learner"], row["item"], row["reason"], tables.recall_cell(row["predicted_recall"])]
        for row in rows
    ]
    return tables.table("Next quizzes", ["date", "learner", "item", "why", "recall"], lines, left=4)


def _uncovered(rows: int) -> str:
    return "nothing" if rows == 0 else tables.count(rows, "objective of a learner", "objectives of learners")
