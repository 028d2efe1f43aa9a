"""What a command says: to a person, to a machine (`--json`), or nothing (`--quiet`)."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rich.console import Console, RenderableType

from .plain import to_json

Progress = Callable[[int, int, str], None]


class QuietConsole(Console):
    """A console whose reader may leave: after a broken pipe it says no more, and the work goes on."""

    def on_broken_pipe(self) -> None:
        """Say no more."""
        self.quiet = True
        mute_stdout()


def mute_stdout() -> None:
    """Send what is still to come to nowhere, so that the interpreter's last flush does not fail."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Output:
    """Where a command prints. Built once per command from its options."""

    def __init__(self, *, json: bool = False, quiet: bool = False, console: Console | None = None) -> None:
        self.json, self.quiet = json, quiet
        self.console = console or QuietConsole(highlight=False)

    def show(self, *parts: RenderableType) -> None:
        """Print for a person; silent with `--json` and `--quiet`. Strings are printed as they are, without markup."""
        if self.json or self.quiet:
            return
        try:
            for part in parts:
                self.console.print(part, markup=False, emoji=False)
        except BrokenPipeError:
            self.console.quiet = True
            mute_stdout()

    def heading(self, text: str) -> None:
        """Open a part of the output."""
        from rich.text import Text

        self.show("", Text(text, style="bold cyan"))

    def result(self, value: Mapping[str, Any]) -> None:
        """Print the one JSON object of `--json`."""
        if not self.json:
            return
        try:
            sys.stdout.write(to_json(value) + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            mute_stdout()

    @contextlib.contextmanager
    def progress(self, text: str) -> Iterator[Progress | None]:
        """Show a progress bar on stderr while the block runs; yields None where nobody watches."""
        console = Console(stderr=True, highlight=False)
        if self.json or self.quiet or not console.is_terminal:
            yield None
            return
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
        )
        with Bar(*columns, console=console, transient=True) as bar:
            task = bar.add_task(text, total=None)

            def advance(done: int, total: int, what: str = "") -> None:
                bar.update(task, completed=done, total=total or None, description=what or text)

            yield advance
