"""What a fitted cohort model says, as tables: of learners and items, of items alone, of learners alone, of itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from . import _cohort_quality, _core
from ._cohort_ids import MS_PER_DAY, Ids, of_log
from .cohort_states import z_of
from .errors import InputError
from .estimator import Values
from .log import ReviewLog

if TYPE_CHECKING:
    from .cohort_model import CohortModel


def forecast(
    model: CohortModel,
    moment: int,
    learners: Sequence[str] | None,
    items: Sequence[str] | None,
    skills: Sequence[str] | None,
    z: float,
) -> Any:
    """`CohortModel.forecast` at a moment in milliseconds, with bounds ``z`` standard deviations away."""
    if skills is not None and items is not None:
        raise InputError("items and skills at once", source="forecast", expected="one of the two")
    filter_, what = model._filter, model._ids.items if items is None else list(items)
    who = model._ids.learners if learners is None else list(learners)
    if skills is None:
        codes = [model._ids.find_item(name) for name in what]
    else:
        what, filter_ = list(skills), model._filter.copy()
        codes = [filter_.items + k for k in range(len(what))]
        unseen = [f"\0{name}" for name in what]
        for name in what:
            model._ids.find_skill(name)
        model._ids.copy().add_items(filter_, unseen, dict(zip(unseen, ((name,) for name in what), strict=True)), None)
    learner = np.repeat(np.array([model._ids.find_learner(name) for name in who], np.uint32), len(what))
    item = np.tile(np.array(codes, np.uint32), len(who))
    found = filter_.forecast(learner, item, np.full(len(item), moment / MS_PER_DAY), z)
    names = {"probability": "recall", "low": "low", "high": "high", "learner": "of_learner", "item": "of_item"}
    names |= {"skill": "of_skill", "pair": "of_pair", "gain": "repetition", "forgetting": "forgetting"}
    ids = {"learner": np.repeat(who, len(what)), "item" if skills is None else "skill": np.tile(what, len(who))}
    return pd.DataFrame(ids | {name: found[key] for key, name in names.items()})


def explanation(learner: str, item: str, row: Any) -> str:
    """`CohortModel.explain` of one row of a forecast."""
    causes = {
        "the learner": row["of_learner"],
        "the item": row["of_item"],
        "its skills": row["of_skill"],
        "how this learner differs on them": row["of_pair"],
        "what earlier answers left by then": row["repetition"] - row["forgetting"],
    }
    lines = [
        f"{learner} answers {item} right with probability {row['recall']:.2f} "
        f"({row['low']:.2f} to {row['high']:.2f}, 80 %)."
    ]
    for cause, value in sorted(causes.items(), key=lambda pair: -abs(pair[1])):
        if value != 0.0:
            direction = "raises" if value > 0 else "lowers"
            lines.append(f"- {cause} {direction} the odds by a factor of {np.exp(abs(value)):.2f}")
    return "\n".join(lines)


def learners(model: CohortModel, moment: int, target: float) -> Any:
    """`CohortModel.learners` at a moment in milliseconds."""
    state = model._filter.state()
    values = state["learners"].reshape(len(model._ids.learners), -1)
    keys = state["item_memories"]["keys"]
    learner, item = (keys >> np.uint64(32)).astype(np.uint32), (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    when = np.full(len(keys), moment / MS_PER_DAY)
    found = model._filter.forecast(learner, item, when, 1.0)
    count = np.bincount(learner, minlength=len(values))

    def mean(values_: Values) -> Values:
        sums = np.bincount(learner, values_, minlength=len(values))
        means: Values = np.divide(sums, count, out=np.full(len(values), np.nan), where=count > 0)
        return means

    recall = mean(found["probability"])
    error = np.sqrt(values[:, 1].astype(np.float64))
    slope = mean(found["probability"] * (1.0 - found["probability"]))
    half = z_of(0.8) * slope * error
    table = pd.DataFrame(
        {
            "learner": model._ids.learners,
            "answers": values[:, 9].astype(np.int64),
            "ability": values[:, 0].astype(np.float64),
            "ability_error": error,
            "recall": recall,
            "low": np.clip(recall - half, 0.0, 1.0),
            "high": np.clip(recall + half, 0.0, 1.0),
            "at_risk": recall < target,
        }
    )
    return table.sort_values("recall", kind="stable", ignore_index=True)


def items(model: CohortModel, log: ReviewLog) -> Any:
    """`CohortModel.items`."""
    ids, answers, _ = _residuals(model, log)
    rows = _cohort_quality.by_item(answers, len(ids.items))
    state = model._filter.state()["items"].reshape(-1, 6)
    used = np.unique(answers.item)
    known = used[used < len(state)]
    difficulty, error = (np.full(len(ids.items), np.nan) for _ in range(2))
    difficulty[known], error[known] = -state[known, 0], np.sqrt(state[known, 1])
    table = pd.DataFrame(
        {
            "item": np.array(ids.items, object),
            "skills": ["|".join(skills) for skills in ids.skills_of],
            "difficulty": difficulty,
            "difficulty_error": error,
            **rows,
        }
    )
    table["warning"] = ["; ".join(_cohort_quality.words_of(row)) for row in table.to_dict("records")]
    return table.iloc[used].reset_index(drop=True)


def misfit(model: CohortModel, log: ReviewLog) -> Any:
    """`CohortModel.misfit`."""
    _, answers, gaps = _residuals(model, log)
    return pd.DataFrame(_cohort_quality.misfit(answers, gaps))


def _residuals(model: CohortModel, log: ReviewLog) -> tuple[Ids, _cohort_quality.Answers, Values]:
    """Answers of a log in order of time, each predicted from those before it alone, under the fitted parameters."""
    ids, filter_ = Ids(), _core.cohort.Filter(model.parameters_)
    ids.add_items(
        filter_, model._ids.items, dict(zip(model._ids.items, model._ids.skills_of, strict=True)), model.guessing
    )
    columns = of_log(ids, filter_, log, model.skills, model.guessing)
    probability, of_learner = filter_.run(columns)
    order = np.argsort(columns[2], kind="stable")
    guess = np.array(ids.guess_of)
    guess[guess < 0.0] = dict(zip(model.parameter_names, model.parameters_.tolist(), strict=True))["guess"]
    answers = _cohort_quality.Answers(
        item=columns[1][order],
        score=columns[4][order].astype(np.float64),
        probability=probability[order],
        of_learner=of_learner[order],
        guess=guess[columns[1]][order],
    )
    return ids, answers, log.histories("exact").gaps()[order]
