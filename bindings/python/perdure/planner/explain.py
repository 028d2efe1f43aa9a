"""Why a question is on its day: what a plan's rows and its certificate say, in sentences."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ..cohort.kinds import did_you_mean
from ..errors import InputError

Row = dict[str, Any]


@dataclass(frozen=True)
class Explanation:
    """Four answers about one row of a plan, each in a sentence or a few.

    Attributes
    ----------
    question : str
        Why this question.
    day : str
        Why on this day and not earlier.
    worth : str
        What it is worth.
    caps : tuple of str
        What each cap costs, of those that cost anything.
    """

    learner: str
    date: dt.date
    kind: str
    objective: str
    item: str
    question: str
    day: str
    worth: str
    caps: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "date": self.date.isoformat(), "caps": list(self.caps)}


def explain(
    table: pa.Table,
    certificate: dict[str, Any],
    learner: str,
    objective: str | None = None,
    date: dt.date | None = None,
) -> list[Explanation]:
    """Explain what a learner is asked.

    Parameters
    ----------
    table : pyarrow.Table
        A plan's rows (`perdure.plan_table.SCHEMA`).
    certificate : dict
        Of the same plan.
    learner : str
    objective : str, optional
        A skill or an item; all when not given.
    date : date, optional
        Of the questions; all when not given.

    Raises
    ------
    InputError
        The plan has no such question.
    """
    rows: list[Row] = table.filter(pc.equal(table["learner"], learner)).to_pylist()
    own = [row for row in rows if row["item"]]
    if not own:
        known = set(pc.unique(table["learner"]).to_pylist())
        expected = f"a learner with a question{did_you_mean(learner, known - {learner})}"
        raise InputError("no question in the plan", source="learner", value=learner, expected=expected)
    chosen = [row for row in own if objective in (None, row["skill"], row["item"]) and date in (None, row["date"])]
    if not chosen:
        names = sorted({row["skill"] or row["item"] for row in own})
        days = sorted({str(row["date"]) for row in own})
        raise InputError(
            "no such question in the plan",
            source="objective" if date is None else "date",
            value=objective if date is None else str(date),
            expected=f"one of {', '.join(names if date is None else days)}",
        )
    caps = tuple(_cap(one) for one in certificate.get("binding", []))
    return [_explained(row, own, caps) for row in chosen]


def _explained(row: Row, own: list[Row], caps: tuple[str, ...]) -> Explanation:
    name = row["skill"] or row["item"]
    return Explanation(
        row["learner"], row["date"], row["kind"], name, row["item"], _question(row), _day(row, own), _worth(row), caps
    )


def _question(row: Row) -> str:
    recall = f"{100 * row['predicted_recall']:.0f} %"
    if row["kind"] == "group-session":
        return f"The group session covers it. By the model {recall} would be recalled on that day."
    if row["gain"] is None:
        return f"{row['reason'].capitalize()}. By the model {recall} would be recalled on that day."
    same = "Among the questions of that day it is one of those that bring most."
    return f"By the model {recall} would be recalled on that day. {same}"


def _day(row: Row, own: list[Row]) -> str:
    if row["kind"] in ("group-session", "review-quiz"):
        return f"The date is that of the {row['kind'].replace('-', ' ')}."
    name = row["skill"] or row["item"]
    before = [one for one in own if one["date"] < row["date"]]
    asked = [one["date"] for one in before if (one["skill"] or one["item"]) == name]
    since = f"It was asked on {max(asked)} before. " if asked else "It is the first time in this plan. "
    quizzes = [one for one in before if one["kind"] == "quiz" and not (asked and one["date"] <= max(asked))]
    if not quizzes:
        return since + "No quiz of theirs is between."
    last = max(one["date"] for one in quizzes)
    taken = [one for one in quizzes if one["date"] == last]
    others = ", ".join(sorted({one["skill"] or one["item"] for one in taken}))
    return since + f"The quiz before, on {last}, went to {others}: worth more then, or this one worth more by waiting."


def _worth(row: Row) -> str:
    if row["gain"] is None:
        return "The rule that chose it does not price questions."
    gain, price = 100 * row["gain"], 100 * (row["price"] or 0.0)
    return (
        f"Asking now, rather than later or never, adds {gain:.2f} points of recall when it counts; "
        f"its place in the quiz is worth {price:.2f} points to other questions."
    )


def _cap(one: dict[str, Any]) -> str:
    name = one["cap"].replace("_", " ")
    return f"{name} is {one['limit']}; one more would add {one['recall_points']:.2f} points to one objective."
