"""The options that several commands share, each described once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def path_of(text: str | Path) -> Path:
    """A path; an empty one, which would mean the current folder, is refused."""
    if not str(text):
        raise typer.BadParameter("the path is empty; expected the name of a file or folder")
    return Path(text)


File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="Answers: CSV, TSV, Parquet or JSON Lines; gzip too.",
        show_default=False,
        parser=path_of,
    ),
]
Tz = Annotated[
    str | None, typer.Option("--tz", metavar="ZONE", help="Zone of clock times that name none, e.g. Europe/Paris.")
]
Column = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="NAME=YOURS", help="Name of your column, e.g. learner=email. Repeat for more."),
]
SkipBadRows = Annotated[
    bool, typer.Option("--skip-bad-rows", help="Leave out rows that cannot be used, and count them.")
]
Threads = Annotated[
    int | None,
    typer.Option("--threads", metavar="N", min=1, help="Threads to use; the result is the same for any number."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
ModelFile = Annotated[
    Path,
    typer.Option(
        "--model",
        "-m",
        metavar="MODEL",
        help="A model that `perdure fit` wrote.",
        show_default=False,
        parser=path_of,
    ),
]
