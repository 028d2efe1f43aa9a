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
from .models import new_model
from .output import Output
from .plain import Row


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
    candidate = new_model(model, perdure.catalog())
    log = read_log(file, column, tz, skip_bad_rows, output)
    fitted, found = train(candidate, log, model, threads, output)
    found = {"command": "fit", "file": str(file), "output": str(out), **found}
    fitted.save(out)
    output.result(found)
    output.show(*render(found))


def train(candidate: Any, log: Any, name: str, threads: int | None, output: Output) -> tuple[Any, Row]:
    """The fitted model, and what `fit` says about it."""
    import perdure

    started = time.perf_counter()
    with output.progress("Fitting") as progress:
        fitted = candidate.fit(log, progress=progress or False, threads=threads)
    seconds = time.perf_counter() - started
    return fitted, {
        "model": name,
        "log": log_facts(log),
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
    bounded = [row["name"] for row in found["parameters"] if row["at_bound"]]
    loss, constant = train_loss["log_loss"], train_loss["log_loss_constant"]
    lines = [
        ("model", found["model"]),
        ("learned from", f"{log['rows']:,} answers {tables.who(log)}"),
        ("status", _status(report)),
        ("log loss", f"{loss:.4f} on these answers; a constant guess has {constant:.4f}"),
        ("at a bound", ", ".join(bounded) if bounded else "no parameter"),
        ("seconds", f"{found['seconds']:.1f}"),
        ("written to", found["output"]),
    ]
    parts: list[RenderableType] = [tables.facts(lines)]
    if loss >= constant:
        parts.append("note: no better than the constant guess on its own answers; this log holds little to learn from")
    parts.append("`perdure evaluate` measures it on later answers that it has not seen.")
    return parts


def log_loss(estimator: Any, log: Any) -> float:
    """Mean over all answers, in nats, each predicted from earlier ones."""
    from perdure import _core

    return float(_core.evaluate.score(estimator.predict_sequence(log), log.success)["log_loss"])


def parameters_of(fitted: Any) -> list[Row]:
    """Name, fitted value, default and `at_bound` of every parameter."""
    from perdure._catalog import defaults, find

    start = defaults(find(fitted.id, fitted.profile)).tolist()
    return [
        {"name": name, "value": value, "default": default, "at_bound": name in fitted.report_.at_bound}
        for name, value, default in zip(fitted.parameter_names, fitted.parameters_.tolist(), start, strict=True)
    ]


def _status(report: Row) -> str:
    steps = tables.count(report["iterations"], "step")
    return f"{report['status'].replace('_', ' ')} after {steps}: {report['reason']}"
