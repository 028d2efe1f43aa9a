"""`perdure explain DIR --learner NAME`: why these questions are on their days."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from . import options, tables
from .output import Output
from .plan import CERTIFICATE, PLAN

MOST = 20


def explain(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="Folder that `perdure plan` wrote.", show_default=False, parser=options.path_of
        ),
    ],
    learner: Annotated[str, typer.Option("--learner", "-l", help="Who is asked.", show_default=False)],
    objective: Annotated[
        str | None, typer.Option("--objective", help="A skill or an item; all without.", show_default=False)
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="DATE", help="One day; all without.", show_default=False)
    ] = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Say why a learner is asked what on which day, what it is worth, and what the caps cost."""
    from perdure.plan_table import read_csv
    from perdure.planner.explain import explain as explained
    from perdure.planner.plan import read_certificate

    output = Output(json=json, quiet=quiet)
    table, certificate = read_csv(folder / PLAN), read_certificate(folder / CERTIFICATE)
    found = explained(table, certificate, learner, objective, options.day(date, "--date"))
    output.result(
        {
            "command": "explain",
            "folder": str(folder),
            "learner": learner,
            "questions": [one.to_dict() for one in found],
        }
    )
    parts: list[RenderableType] = []
    for one in found[:MOST]:
        parts += [
            Text(f"{one.date}  {one.objective}  ({one.item}, {one.kind})", style="bold"),
            tables.facts([("why this", one.question), ("why then", one.day), ("worth", one.worth)]),
            "",
        ]
    if len(found) > MOST:
        parts.append(f"The first {MOST} of {len(found)} questions; --date or --objective choose, --json has all.")
    caps = found[0].caps if found else ()
    parts += [*caps] if caps else ["No cap costs recall in this plan."]
    output.show(*parts)
