"""The tables as Markdown and as JSON, and their place in a page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.peers.report import aligned

Row = dict[str, Any]

BEGIN, END = "<!-- tables: make league -->", "<!-- end of tables -->"


def document(tables: dict[str, Any], models: Sequence[str]) -> str:
    """All tables, with a heading each."""
    reference, rows = tables["reference"], tables["league"]
    text = [
        f"Difference: log loss less that of *{reference}*, with its 95 % interval (learners resampled); "
        "below 0 is better. RMSE is over 20 bins."
    ]
    for data, protocol, subset in dict.fromkeys((row["data"], row["protocol"], row["subset"]) for row in rows):
        if protocol.startswith("cold"):
            continue
        here = [row for row in rows if (row["data"], row["protocol"], row["subset"]) == (data, protocol, subset)]
        text += [f"### {data}, {protocol}, {subset} ({here[0]['n']:,} answers)", _league(here)]
    cold = [row for row in rows if row["protocol"].startswith("cold") and row["subset"] == "all"]
    if cold:
        text += ["### cloze, few training learners (log loss / AUC of all answers)", _cold(cold)]
    if tables["forgetting"]:
        text += [
            "### cloze, A: right answers, observed and predicted, by time since the last answer to the item",
            _forgetting(tables["forgetting"], models),
        ]
    text += ["### Seconds of a fit and of its predictions (mean of the parts)", _times(tables["times"], models)]
    return "\n\n".join(text) + "\n"


def as_json(tables: dict[str, Any]) -> str:
    """Everything, as it was computed."""
    return json.dumps(tables, indent=1) + "\n"


def put_into(page: Path, text: str) -> None:
    """Replace what stands between the markers of a page."""
    old = page.read_text(encoding="utf-8")
    before, begin, rest = old.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page}: no lines {BEGIN} and {END}, between which tables belong")
    page.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", encoding="utf-8")


def _league(rows: Sequence[Row]) -> str:
    body = [
        (row["model"], _number(row["log_loss"], 4), _number(row["auc"]), _number(row["rmse"]), _difference(row))
        for row in sorted(rows, key=lambda row: row["log_loss"])
    ]
    return aligned([("model", "log loss", "AUC", "RMSE", "difference (95 %)"), *body])


def _difference(row: Row) -> str:
    if "difference" not in row:
        return "-"
    return f"{row['difference']:+.4f} ({row['low']:+.4f}, {row['high']:+.4f})"


def _cold(rows: Sequence[Row]) -> str:
    protocols = list(dict.fromkeys(row["protocol"] for row in rows))
    models = list(dict.fromkeys(row["model"] for row in rows))
    cells = {(row["model"], row["protocol"]): f"{row['log_loss']:.4f} / {row['auc']:.3f}" for row in rows}
    heads = [protocol.removeprefix("cold ").replace(" x ", " learners x ") for protocol in protocols]
    body = [(model, *(cells.get((model, protocol), "-") for protocol in protocols)) for model in models]
    return aligned([("training learners", *heads), *body])


def _forgetting(rows: Sequence[Row], models: Sequence[str]) -> str:
    played = [model for model in models if model in rows[0]]
    body = [
        (row["gap"], f"{row['n']:,}", _number(row["observed"]), *(_number(row[model]) for model in played))
        for row in rows
    ]
    return aligned([("gap", "answers", "observed", *played), *body])


def _times(rows: Sequence[Row], models: Sequence[str]) -> str:
    shown = [row for row in rows if not row["protocol"].startswith("cold")]
    heads = list(dict.fromkeys((row["data"], row["protocol"]) for row in sorted(shown, key=_place)))
    cells = {(row["model"], row["data"], row["protocol"]): f"{row['fit']:.1f} / {row['predict']:.1f}" for row in shown}
    body = [(model, *(cells.get((model, *head), "-") for head in heads)) for model in models]
    return aligned([("fit / predict", *(" ".join(head) for head in heads)), *body])


def _place(row: Row) -> tuple[str, str]:
    return row["data"], row["protocol"]


def _number(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}"
