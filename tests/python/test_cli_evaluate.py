"""The tables of `perdure evaluate`, for few models and for many."""

from __future__ import annotations

import io
from typing import Any

import perdure
import pytest
from perdure.cli.evaluate import gap_table
from rich.console import Console


def found(models: list[str]) -> dict[str, Any]:
    gaps = {"first": 4171, "same day": 208, "a day or more": 10901}
    return {
        "models": [{"model": model} for model in models],
        "by_gap": [
            {"gap": gap, "model": model, "n": n, "log_loss": 0.5} for gap, n in gaps.items() for model in models
        ],
    }


@pytest.mark.parametrize("count", [2, 3, 4, 5, len(perdure.catalog())])
def test_log_loss_by_gap_is_readable_in_80_columns(count: int) -> None:
    models = perdure.catalog()[-count:]
    console = Console(file=io.StringIO(), width=80)
    console.print(gap_table(found(models)))
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    words = {word for line in lines for word in line.split()}
    assert words >= {*models, "first", "0.5000"}  # no name and no number is broken over lines
    assert len(lines) <= count + 6
