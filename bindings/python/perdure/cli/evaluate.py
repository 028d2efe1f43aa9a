"""`perdure evaluate FILE`: an honest league table on answers that no fit saw, with two baselines always in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from perdure.errors import InputError
from perdure.splits import MOST_FOLDS

from . import options, tables
from .files import refuse_inputs, require_writable
from .inputs import log_facts, read_log
from .models import BASELINE, PER_ITEM, new_model
from .output import Output
from .plain import Row, plain

USUAL = ("fsrs6", "half-life")
"""Compared when no model is named: a good one and a small one, in seconds on a log of 100,000 answers."""
MOST_COLUMNS = 4
"""Models that fit side by side into 80 columns."""
TITLES = {
    "time": "Predicting later answers, in {} of time",
    "prequential": "Predicting the next answers, in {} of time",
    "learner": "Predicting learners that no fit saw, in {}",
    "item": "Predicting items that no fit saw, in {}",
}


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
    split: Annotated[
        str,
        typer.Option(
            "--split", metavar="HOW", help="What is held out: time, prequential (in small steps), learner or item."
        ),
    ] = "time",
    folds: Annotated[
        int,
        typer.Option("--folds", metavar="N", parser=options.whole(1, MOST_FOLDS), help="Parts that are predicted."),
    ] = 5,
    out: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="JSON",
            help="File for all tables, with what they come from.",
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
    """Compare models on answers that they did not learn from."""
    from perdure.splits import SPLITS, one_of

    output = Output(json=json, quiet=quiet)
    if split not in SPLITS:
        raise InputError("unknown choice", source="--split", value=split, expected=one_of(SPLITS))
    if out is not None:
        require_writable(out)
        refuse_inputs(out, file)
    candidates = [new_model(name) for name in contenders(model)]
    log = read_log(file, column, tz, skip_bad_rows, output)
    try:
        result = held_out(candidates, log, folds, threads, output, split)
    except InputError as error:
        if error.source != "folds":
            raise
        raise InputError(error.problem, source="--folds", value=error.value, expected=error.expected) from None
    if out is not None:
        result.save(out)
    found = {"command": "evaluate", "file": str(file), "output": out and str(out), **facts(result, log)}
    output.result(found)
    output.show(*render(found))
    if out is not None:
        output.show("", f"Written: {out}")


def contenders(wanted: list[str] | None) -> list[str]:
    """The wanted models without repeats, the constant guess last and always; ``all`` stands for all that ship."""
    from .models import known_models

    asked = wanted or list(USUAL)
    names = list(dict.fromkeys(name for ask in asked for name in (known_models() if ask == "all" else [ask])))
    return [name for name in names if name not in (BASELINE, PER_ITEM)] + [BASELINE]


def compare(candidates: list[Any], log: Any, folds: int, threads: int | None, output: Output) -> Row:
    """All tables of a comparison on later answers, as `--json` carries them."""
    return facts(held_out(candidates, log, folds, threads, output), log)


def held_out(
    candidates: list[Any], log: Any, folds: int, threads: int | None, output: Output, split: Any = "time"
) -> Any:
    """The comparison (`perdure.Evaluation`), with a progress bar."""
    import perdure

    with output.progress("Evaluating") as progress:
        return perdure.evaluate(candidates, log, split=split, folds=folds, progress=progress or False, threads=threads)


def facts(result: Any, log: Any) -> Row:
    """The log, the settings and all tables."""
    return {"log": log_facts(log), **plain(result.to_dict())}


def render(found: Row) -> list[RenderableType]:
    """The same, for a person."""
    best = found["models"][0]["model"]
    calibration = [row for row in found["calibration"] if row["model"] == best]
    return [
        league_table(found),
        "",
        scores_table(found),
        "",
        gap_table(found),
        "",
        calibration_table(best, calibration),
    ]


def league_table(found: Row) -> RenderableType:
    """Draw every model beside the baselines, with the intervals of its gains, and what makes a row doubtful."""
    rows = [
        [
            row["model"],
            row["log_loss"],
            _gain(row, "gain", BASELINE),
            _gain(row, "item_gain", PER_ITEM),
            row["auc"],
            row["rmse_bins_srs_benchmark"],
        ]
        for row in found["models"]
    ]
    time = found["split"] in ("time", "prequential")
    steps = tables.count(found["settings"]["folds"], "step" if time else "part")
    table = tables.table(
        f"{TITLES[found['split']].format(steps)}: {found['n']:,} answers",
        ["model", "log loss", "gain over\nconstant (95 %)", "gain over\nper-item (95 %)", "AUC", "RMSE\n(bins)"],
        rows,
        note="Gain: in log loss. Log loss and RMSE(bins): lower is better. AUC: 0.5 is chance.",
    )
    warnings = [f"! {row['model']}: {row['warning']}" for row in found["models"] if row["warning"]]
    return Group(table, Text("\n".join(warnings), style="yellow")) if warnings else table


def scores_table(found: Row) -> RenderableType:
    """Draw the other scores."""
    columns = {
        "Brier": "brier",
        "RMSE": "rmse",
        "RMSE\n(bins)\nfsrs-rs": "rmse_bins_fsrs_rs",
        "ECE": "ece",
        "ICI": "ici",
        "smECE": "sm_ece",
        "bias\n(MBE)": "mbe",
    }
    rows = [[row["model"], *(row[column] for column in columns.values())] for row in found["models"]]
    note = "Lower is better; bias: near 0. Only Brier and RMSE judge every single answer."
    return tables.table("Other scores", ["model", *columns], rows, note=note)


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


def _gain(row: Row, column: str, baseline: str) -> str | None:
    if row["model"] == baseline:
        return None
    low, high = row[f"{column}_low"], row[f"{column}_high"]
    return f"{row[column]:+.4f}" if low is None or high is None else f"{low:+.4f}, {high:+.4f}"
