"""Progress of long work: a bar, a callback or nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

Report = Callable[[int, int, str], object]
"""``report(done, total, text)``."""


@contextlib.contextmanager
def reporting(progress: bool | Report, text: str) -> Iterator[Report]:
    """Yield a callback: the caller's own, one that draws a bar on standard error, or one that does nothing."""
    if callable(progress):
        yield progress
        return
    if not progress:
        yield lambda done, total, what: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=None)

        def draw(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=what)

        yield draw
