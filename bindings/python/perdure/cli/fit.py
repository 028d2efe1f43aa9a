"""`perdure fit FILE -o model.json`: learn how a cohort forgets."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from . import options, tables
from .files import refuse_inputs, require_writable
from .inputs import log_facts, read_log
from .models import BASELINE, new_model
from .output import Output
from .plain import Row, records

MOST_WARNINGS = 8
PERDURE = "perdure"
COHORT = "cohort"
PROFILES = {
    "fsrs_rs": "fsrs_rs",
    "fsrs_rs_items": "fsrs_rs",
    "fsrs_optimizer": "fsrs_rs",
    "py_fsrs": "py_fsrs_6_3_2",
}
"""What each peer's pipeline fits, where the model has it (docs/how-to/peers-pipelines.md)."""


def fit(
    file: options.File,
    out: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="MODEL",
            help="The model file to write.",
            show_default=False,
            parser=options.path_of,
        ),
    ],
    model: Annotated[str, typer.Option("--model", "-m", metavar="ID", help="Which model to fit.")] = "fsrs6",
    pipeline: Annotated[
        str | None,
        typer.Option(
            "--pipeline",
            "--options",
            metavar="NAME",
            help="How to fit: perdure, or as fsrs_rs, fsrs_rs_items, fsrs_optimizer or py_fsrs do.",
            show_default="perdure",
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            metavar="NAME",
            help="Whose reading of the model, e.g. fsrs_rs.",
            show_default="the pipeline's",
        ),
    ] = None,
    elapsed: Annotated[
        str | None,
        typer.Option(
            "--elapsed",
            metavar="RULE",
            help="How days are counted: exact, whole-days, calendar-days:ZONE:HOUR.",
            show_default="the profile's",
        ),
    ] = None,
    prior_weight: Annotated[
        float | None,
        typer.Option(
            "--prior-weight",
            metavar="X",
            parser=options.number(0.0, options.MOST_PRIOR_WEIGHT),
            help="How much the published defaults count; 0 switches them off.",
            show_default="1",
        ),
    ] = None,
    tz: options.Tz = None,
    column: options.Column = None,
    skip_bad_rows: options.SkipBadRows = False,
    threads: options.Threads = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Learn from a log how its learners forget, and write the model."""
    import perdure

    output = Output(json=json, quiet=quiet)
    require_writable(out)
    refuse_inputs(out, file)
    candidate = new_model(model, [*perdure.catalog(), COHORT])
    if candidate.id == COHORT:
        refuse_settings(
            {"--pipeline": pipeline, "--profile": profile, "--elapsed": elapsed, "--prior-weight": prior_weight}
        )
    else:
        candidate.set_params(
            options=fit_options(pipeline, prior_weight),
            profile=profile_of(candidate.id, pipeline, profile),
            elapsed=None if elapsed is None else rule_of(elapsed),
        )
    log = read_log(file, column, tz, skip_bad_rows, output)
    fitted, found = train(candidate, log, model, threads, output)
    found = {"command": "fit", "file": str(file), "output": str(out), **found}
    fitted.save(out)
    output.result(found)
    output.show(*render(found))


def refuse_settings(given: dict[str, Any]) -> None:
    """Refuse settings that the cohort model does not have."""
    from perdure.errors import InputError

    for name, value in given.items():
        if value is not None:
            raise InputError("not a setting of the cohort model", source=name, value=value, expected="none")


def profile_of(model: str, pipeline: str | None, wanted: str | None) -> str:
    """The wanted profile, which the model must have; else the pipeline's own where the model has it."""
    from perdure import _catalog
    from perdure.errors import InputError
    from perdure.splits import one_of

    known = [entry["profile"] for entry in _catalog.entries() if entry["id"] == model]
    if wanted is None:
        own = PROFILES.get(pipeline or "", PERDURE)
        return own if own in known else PERDURE
    if wanted not in known:
        raise InputError(f"unknown profile of {model}", source="--profile", value=wanted, expected=one_of(known))
    return wanted


def rule_of(elapsed: str) -> str:
    """An elapsed rule that can be used; InputError otherwise."""
    from perdure._core import time
    from perdure._zones import search_paths
    from perdure.errors import InputError

    try:
        time.ElapsedRule(elapsed, search_paths())
    except ValueError as error:
        raise InputError(str(error), source="--elapsed") from None
    return elapsed


def fit_options(pipeline: str | None, prior_weight: float | None) -> Any:
    """The options that the command line names; None for those of the model."""
    import dataclasses

    from perdure.errors import InputError
    from perdure.fit_options import FitOptions

    if pipeline is None and prior_weight is None:
        return None
    try:
        chosen = FitOptions.of_pipeline(pipeline or "perdure")
    except InputError as error:
        raise InputError(error.problem, source="--pipeline", value=error.value, expected=error.expected) from None
    if prior_weight is None:
        return chosen
    return dataclasses.replace(chosen, prior_weight=prior_weight)


def train(candidate: Any, log: Any, name: str, threads: int | None, output: Output) -> tuple[Any, Row]:
    """The fitted model, and what `fit` says about it."""
    import perdure

    started = time.perf_counter()
    with output.progress("Fitting") as progress:
        fitted = candidate.fit(log, progress=progress or False, threads=threads)
    seconds = time.perf_counter() - started
    return fitted, {
        "model": name,
        "profile": getattr(fitted, "profile", PERDURE),
        "log": log_facts(log),
        "elapsed_rule": fitted.elapsed_rule,
        "options": fitted.options_to_dict() if fitted.id != COHORT else None,
        "data": list(fitted.data_),
        "report": fitted.report_.to_dict(),
        "seconds": round(seconds, 3),
        "train": {
            "log_loss": log_loss(fitted, log),
            "log_loss_constant": log_loss(perdure.Constant().fit(log), log),
        },
        "parameters": parameters_of(fitted),
    }


def render(found: Row) -> list[RenderableType]:
    """The same, for a person."""
    log, train_loss, report = found["log"], found["train"], found["report"]
    loss, constant = train_loss["log_loss"], train_loss["log_loss_constant"]
    lines = [
        ("model", _reading(found)),
        ("learned from", f"{log['rows']:,} answers {tables.who(log)}"),
        ("status", _status(report)),
        ("fitted to", _counted(found)),
        ("log loss", f"{loss:.4f} on all {log['rows']:,}; a constant guess has {constant:.4f}"),
        ("seconds", f"{found['seconds']:.2g}"),
        ("written to", found["output"]),
    ]
    parts: list[RenderableType] = [tables.facts(lines)]
    if found["model"] != COHORT:  # whose parameters are many, and say little one by one
        parts += ["", *parameter_table(found["parameters"])]
    parts += warnings(report["warnings"])
    if loss >= constant:
        parts.append("note: no better than the constant guess on its own answers; this log holds little to learn from")
    parts.append("`perdure evaluate` measures it on later answers that it has not seen.")
    return parts


def log_loss(estimator: Any, log: Any) -> float:
    """Mean over all answers, in nats, each predicted from earlier ones."""
    from perdure import _core

    return float(_core.evaluate.score(estimator.predict_sequence(log), log.success)["log_loss"])


def parameters_of(fitted: Any) -> list[Row]:
    """Name, value, default, standard error, 95 % interval, share learned, `at_bound` and a note of every parameter."""
    rows = records(fitted.report_.to_frame())
    return [{"name": row["parameter"], **{key: row[key] for key in row if key != "parameter"}} for row in rows]


def parameter_table(rows: list[Row]) -> list[RenderableType]:
    """Parameters with their standard errors, a line each, and what the columns mean."""
    from rich.text import Text

    from perdure._report_text import table

    head, *lines = table([{"parameter": row["name"], **row} for row in rows])
    parts: list[RenderableType] = [Text(head, style="bold"), *lines]
    if any(row["at_bound"] for row in rows):
        parts.append(Text("* on a bound", style="dim"))
    if any(row["se"] is not None for row in rows):
        meaning = "se: standard error; low, high: 95 %; learned: share that is not the prior's"
        parts.append(Text(meaning, style="dim"))
    return parts


def warnings(sentences: list[str]) -> list[RenderableType]:
    """What the answers could not tell, one line each."""
    shown: list[RenderableType] = [f"note: {sentence}" for sentence in sentences[:MOST_WARNINGS]]
    if len(sentences) > MOST_WARNINGS:
        shown.append(f"note: {tables.count(len(sentences) - MOST_WARNINGS, 'more warning')} with --json")
    return ["", *shown] if shown else []


def _reading(found: Row) -> str:
    """The model, and what is not its own way to read a log."""
    profile = "" if found["profile"] == PERDURE else f", profile {found['profile']}"
    return f"{found['model']}{profile}, days counted as {found['elapsed_rule']}"


def _counted(found: Row) -> str:
    """The answers that the fit predicted, and how well."""
    report, answers = found["report"], tables.count(found["report"]["answers"], "answer")
    if found["model"] not in (BASELINE, COHORT):
        answers += " a day or more after the last one"
    if abs(report["effective_answers"] - report["answers"]) >= 0.5:
        answers += f", worth {report['effective_answers']:,.0f}"
    return answers if report["log_loss"] is None else f"{answers}: log loss {report['log_loss']:.4f}"


def _status(report: Row) -> str:
    steps = tables.count(report["iterations"], "step")
    return f"{report['status'].replace('_', ' ')} after {steps}: {report['reason']}"
