"""`perdure evaluate FILE`: an honest league table on later answers, with the constant guess always in it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import RenderableType

from . import options, tables
from .inputs import log_facts, read_log
from .models import BASELINE, new_model
from .output import Output
from .plain import Row, plain

USUAL = ("fsrs6", "half-life")
"""Compared when no model is named: a good one and a small one, in seconds on a log of 100,000 answers."""
MOST_COLUMNS = 4
"""Models that fit side by side into 80 columns."""


def evaluate(
    file: options.File,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            "-m",
            metavar="ID",
            help="A model to compare; repeat for more, or say all. Default: fsrs6 and half-life.",
            show_default=False,
        ),
    ] = None,
    folds: Annotated[int, typer.Option("--folds", metavar="N", min=1, help="Steps of time that are predicted.")] = 5,
    tz: options.Tz = None,
    column: options.Column = None,
    skip_bad_rows: options.SkipBadRows = False,
    threads: options.Threads = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Compare models on answers later than those they learned from."""
    output = Output(json=json, quiet=quiet)
    candidates = [new_model(name) for name in contenders(model)]
    log = read_log(file, column, tz, skip_bad_rows, output)
    found = {"command": "evaluate", "file": str(file), **compare(candidates, log, folds, threads, output)}
    output.result(found)
    output.show(*render(found))


def contenders(wanted: list[str] | None) -> list[str]:
    """The wanted models without repeats, the constant guess last and always; ``all`` stands for all that ship."""
    from .models import known_models

    asked = wanted or list(USUAL)
    names = list(dict.fromkeys(name for ask in asked for name in (known_models() if ask == "all" else [ask])))
    return [name for name in names if name != BASELINE] + [BASELINE]


def compare(candidates: list[Any], log: Any, folds: int, threads: int | None, output: Output) -> Row:
    """League table, scores by gap and by fold, and calibration, as `--json` carries them."""
    import perdure

    with output.progress("Evaluating") as progress:
        result = perdure.evaluate(
            candidates, log, split="time", folds=folds, progress=progress or False, threads=threads
        )
    return {"log": log_facts(log), **plain(result.to_dict())}


def render(found: Row) -> list[RenderableType]:
    """The same, for a person."""
    best = found["models"][0]["model"]
    calibration = [row for row in found["calibration"] if row["model"] == best]
    return [league_table(found), "", gap_table(found), "", calibration_table(best, calibration)]


def league_table(found: Row) -> RenderableType:
    """Draw every model beside the constant guess, with the interval of its gain."""
    rows = [[row["model"], row["n"], row["log_loss"], _gain(row), row["auc"]] for row in found["models"]]
    return tables.table(
        f"Predicting later answers, in {max(row['fold'] for row in found['folds'])} steps of time",
        ["model", "answers", "log loss", "gain over constant (95 %)", "AUC"],
        rows,
        note="Log loss: lower is better. AUC: 0.5 is chance. Every answer is predicted from earlier ones.",
    )


def gap_table(found: Row) -> RenderableType:
    """Draw log loss apart for first answers and for answers soon or long after the last one."""
    models = [row["model"] for row in found["models"]]
    gaps = {row["gap"]: row["n"] for row in found["by_gap"]}
    losses = {(row["gap"], row["model"]): row["log_loss"] for row in found["by_gap"]}
    rows = [[gap, count, *(losses[gap, model] for model in models)] for gap, count in gaps.items()]
    title = "Log loss by time since the last answer"
    if len(models) <= MOST_COLUMNS:
        return tables.table(title, ["since the last", "answers", *models], rows)
    counted = [f"{gap} ({count:,})" for gap, count in gaps.items()]
    turned = [[model, *(losses[gap, model] for gap in gaps)] for model in models]
    return tables.table(title, ["model", *counted], turned, note="In brackets: answers.")


def calibration_table(model: str, rows: list[Row]) -> RenderableType:
    """Draw predicted against observed: of the answers given 70 %, how many were right."""
    lines = [
        [
            row["n"],
            tables.percent(row["predicted"], 1),
            tables.percent(row["observed"], 1),
            f"{100 * row['low']:.0f} to {100 * row['high']:.0f} %",
        ]
        for row in rows
    ]
    columns = ["answers", "predicted", "right", "95 % interval"]
    return tables.table(f"Calibration of {model}: what it said, and what came", columns, lines, left=0)


def _gain(row: Row) -> str | None:
    if row["model"] == BASELINE:
        return None
    if row["gain_low"] is None or row["gain_high"] is None:
        return f"{row['gain']:+.4f}"
    return f"{row['gain']:+.4f} ({row['gain_low']:+.4f} to {row['gain_high']:+.4f})"
