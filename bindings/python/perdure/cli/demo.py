"""`perdure demo [DIR]`: the whole job on the sample cohort, and how close it comes to a truth that the sample knows."""

from __future__ import annotations

import datetime as dt
import shutil
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from perdure import sample
from perdure.errors import InputError

from . import check as checking
from . import demo_tables as drawn
from . import evaluate as evaluating
from . import fit as fitting
from . import forecast as forecasting
from . import options
from . import plan as planning
from .files import refuse_inputs, require_writable_folder, staged_folder
from .inputs import log_facts, moment, read_log
from .models import new_model
from .output import Output
from .plain import Row, to_json
from .truth import compare_with_truth

RESULTS = "demo.json"
DAYS_AHEAD = 90
FILES = {
    "answers": ("answers.csv.gz", "the answers: three sites, six months"),
    "cohort": ("cohort.toml", "the rules: working days, leave, questions per day"),
    "model": ("model.json", "how this cohort forgets"),
    "forecast": ("forecast.csv", "what each learner still knows, on both dates"),
    "plan": (planning.PLAN, "who is asked what, when, and why"),
    "certificate": (planning.CERTIFICATE, "what the plan is worth, and what no plan exceeds"),
    "calendar": (planning.CALENDAR, "the group session, for a calendar"),
    "results": (RESULTS, "the numbers of this demo"),
}


def demo(
    folder: Annotated[
        Path,
        typer.Argument(metavar="[DIR]", help="Where the files go.", show_default=False, parser=options.path_of),
    ] = Path("perdure-demo"),
    force: Annotated[bool, typer.Option("--force", help="Write into a folder that holds other files.")] = False,
    threads: options.Threads = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Run check, fit, evaluate, forecast and plan on the sample cohort that comes with Perdure."""
    output = Output(json=json, quiet=quiet)
    require_own_folder(folder, force)
    show(folder, threads, output)


def show(folder: Path, threads: int | None, output: Output) -> None:
    """Run the demo into `folder` and say so."""
    with staged_folder(folder) as staging:
        found = run(staging, folder, threads, output)
        (staging / RESULTS).write_text(to_json(without_seconds(found)) + "\n", encoding="utf-8")
    output.result(found)
    output.heading("6  Results")
    output.show(*drawn.results(found, FILES))


def require_own_folder(folder: Path, force: bool) -> None:
    """Refuse a folder with somebody's files in it; with `force` only one where a file of the demo would replace one."""
    names = [name for name, _ in FILES.values()]
    require_writable_folder(folder, *names)
    for name in names:
        refuse_inputs(folder / name, sample.answers_path(), sample.cohort_path())
    if not folder.is_dir() or (folder / RESULTS).is_file():
        return
    if not force and any(folder.iterdir()):
        raise InputError(
            "this folder holds files that are not from `perdure demo`",
            source=str(folder),
            expected="another name, or --force to write beside them",
        )
    for name in names:
        if (folder / name).exists():
            raise InputError(
                "this file is not from `perdure demo`", source=str(folder / name), expected="another folder"
            )


def run(staging: Path, folder: Path, threads: int | None, output: Output) -> Row:
    """Take the steps, each shown as it ends; files go to `staging` and are named as in `folder`."""
    import perdure

    staged = {name: staging / file for name, (file, _) in FILES.items()}
    named = {name: str(folder / file) for name, (file, _) in FILES.items()}
    shutil.copyfile(sample.answers_path(), staged["answers"])
    shutil.copyfile(sample.cohort_path(), staged["cohort"])
    output.show(Text("Perdure on its sample cohort", style="bold"), drawn.introduction(sample.truth()))

    output.heading("1  Check: can the answers be used?")
    checked = {**checking.inspect(staged["answers"], None, None, None, output), "file": named["answers"]}
    output.show(*checking.render(checked))

    output.heading("2  Fit: learn how this cohort forgets")
    log = read_log(staged["answers"], None, None, False, output)
    model, trained = fitting.train(new_model("fsrs6"), log, "fsrs6", threads, output)
    model.save(staged["model"])
    output.show(*fitting.render({**trained, "output": named["model"]})[:1])

    output.heading("3  Evaluate: are later answers predicted?")
    names = evaluating.contenders(None)
    compared = evaluating.compare([new_model(name) for name in names], log, 5, threads, output)
    output.show(evaluating.league_table(compared), "", evaluating.gap_table(compared))

    output.heading("4  Forecast: what is still known?")
    dates = planning_dates(staged["cohort"])
    states = model.states(log, threads=threads)
    rows = {name: forecasting.retention(states, log, at) for name, at in dates.items()}
    write_forecast(staged["forecast"], rows, dates)
    forecasts = {name: {"at": dates[name], **forecasting.summarize(part)} for name, part in rows.items()}
    truth = {name: compare_with_truth(log, part, dates[name], threads) for name, part in rows.items()}
    output.show(*drawn.truth(truth["later"]))

    output.heading("5  Plan: who is asked what, and when?")
    made = planning.schedule(perdure.Cohort.from_toml(staged["cohort"]), model, log, threads, output)
    planning.write(made, staging)
    planned = planning.summarize(made)
    output.show(*planning.render({**planned, "first": [], "files": []}))
    return {
        "command": "demo",
        "output": str(folder),
        "files": named,
        "log": log_facts(log),
        "check": checked,
        "fit": {**trained, "output": named["model"]},
        "evaluate": compared,
        "forecast": forecasts,
        "truth": truth,
        "plan": planned,
    }


def planning_dates(cohort: Path) -> dict[str, dt.datetime]:
    """First moment of the plan's first day, and `DAYS_AHEAD` days later, on the clock of the cohort."""
    rules: dict[str, Any] = tomllib.loads(cohort.read_text(encoding="utf-8"))["cohort"]
    days = {"today": rules["start"], "later": rules["start"] + dt.timedelta(DAYS_AHEAD)}
    return {name: moment(day.isoformat(), rules["timezone"]) for name, day in days.items()}


def write_forecast(path: Path, rows: dict[str, list[Row]], dates: dict[str, dt.datetime]) -> None:
    """forecast.csv of the demo: one file, a date column in front."""
    import csv

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["date", *forecasting.CSV_COLUMNS])
        for name, part in rows.items():
            writer.writerows([f"{dates[name]:%Y-%m-%d}", *forecasting.csv_row(row)] for row in part)


def without_seconds(found: Row) -> Row:
    """The same without timings, so that two runs write the same bytes."""
    clean: Row = {key: value for key, value in found.items() if key != "seconds"}
    return {key: without_seconds(value) if isinstance(value, dict) else value for key, value in clean.items()}
