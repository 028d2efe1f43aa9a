"""`perdure explain DIR --learner NAME`: why these questions are on their days."""

from __future__ import annotations

import datetime as dt
import json as text
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from perdure.errors import InputError

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
    from perdure.planner.explain import explain as explained

    output = Output(json=json, quiet=quiet)
    found = explained(_rows(folder / PLAN), _certificate(folder / CERTIFICATE), learner, objective, _day(date))
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


def _rows(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.csv as csv

    from perdure.plan_table import SCHEMA

    kept = ["learner", "item", "skill", "date", "kind", "predicted_recall", "gain", "price", "reason"]
    types = {field.name: field.type for field in SCHEMA if field.name in kept}
    try:
        convert = csv.ConvertOptions(
            column_types=types, include_columns=kept, strings_can_be_null=True, quoted_strings_can_be_null=False
        )
        return csv.read_csv(path, convert_options=convert)
    except (OSError, pa.ArrowInvalid, pa.ArrowKeyError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"cannot be read: {reason}", source=str(path), expected="a plan by `perdure plan`") from None


def _certificate(path: Path) -> dict[str, Any]:
    try:
        found = text.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"cannot be read: {reason}", source=str(path), expected="a certificate (JSON)") from None
    if not isinstance(found, dict):
        raise InputError("no certificate", source=str(path), expected="an object in JSON")
    return found


def _day(given: str | None) -> dt.date | None:
    try:
        return None if given is None else dt.date.fromisoformat(given)
    except ValueError:
        raise InputError("no date", source="--date", value=given, expected="a date such as 2026-12-18") from None
