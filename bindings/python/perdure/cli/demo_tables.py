"""What the demo draws beside the tables of its commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from . import plan, tables
from .models import BASELINE
from .plain import Row


def introduction(truth: Mapping[str, Any]) -> str:
    """Who the sample is."""
    counts, sites = truth["counts"], " and ".join([", ".join(list(truth["cohorts"])[:-1]), list(truth["cohorts"])[-1]])
    return (
        f"{counts['learners']} learners in {sites} ended a safety course in autumn 2025.\n"
        "They were quizzed for six months. "
        "The answers are simulated, so the truth is known and every prediction below can be compared with it."
    )


def truth(found: Row) -> list[RenderableType]:
    """Predicted against true recall."""
    rows = [
        [row["model"], tables.percent(row["recall"]), f"{100 * row['bias']:+.1f}", f"{100 * row['rmse']:.1f}"]
        for row in found["models"]
    ]
    rows.append(["the truth", tables.percent(found["true_recall"]), None, None])
    return [
        tables.table(
            f"Predicted and true recall on {str(found['at'])[:10]}, {found['states']:,} learner-item pairs",
            ["prediction", "mean recall", "bias, points", "typical error, points"],
            rows,
            note="Typical error: root mean square. One curve for all leaves the differences between people.",
        )
    ]


def results(found: Row, files: Mapping[str, tuple[str, str]]) -> list[RenderableType]:
    """The table of results, the next quizzes, the score, and where the files are."""
    return [
        retention(found["forecast"]["today"], found["forecast"]["later"]),
        "",
        plan.first_table(found["plan"]["first"]),
        "",
        score(found["evaluate"]),
        "",
        tables.table("Files", ["", ""], [[found["files"][name], what] for name, (_, what) in files.items()], left=2),
        "",
        "Next: the same commands on your own answers, starting with `perdure check FILE`.",
    ]


def retention(today: Row, later: Row) -> RenderableType:
    """Recall by skill and cohort, on two dates in one cell."""
    first, last = (
        {(row["skill"], row["cohort"]): row["recall"] for row in part["by_cohort_and_skill"]} for part in (today, later)
    )
    cohorts = [row["cohort"] for row in today["by_cohort"]]
    weakest = sorted(today["by_skill"], key=lambda row: row["recall"])
    lines = [
        [row["skill"], *(tables.from_to(first.get(key), last.get(key)) for key in ((row["skill"], c) for c in cohorts))]
        for row in weakest
    ]
    ends = {row["cohort"]: row["recall"] for row in later["by_cohort"]}
    lines.append(
        [
            Text("all skills", style="bold"),
            *(tables.from_to(row["recall"], ends[row["cohort"]]) for row in today["by_cohort"]),
        ]
    )
    title = f"Recall on {str(today['at'])[:10]}, and on {str(later['at'])[:10]} without any further quiz"
    return tables.table(
        title, ["skill", *cohorts], lines, note="Predicted, mean of learners and items; the weakest first."
    )


def score(found: Row) -> str:
    """Say the evaluation in one sentence."""
    losses = {row["model"]: row["log_loss"] for row in found["models"]}
    best, constant = found["models"][0], losses[BASELINE]
    if best["model"] == BASELINE:
        return "Evaluation: no model beats the constant guess on later answers."
    share = 100 * best["gain"] / constant
    return (
        f"Evaluation: on later answers {best['model']} has log loss {best['log_loss']:.4f}, {share:.0f} % less than a"
        f" constant guess ({constant:.4f})."
    )
