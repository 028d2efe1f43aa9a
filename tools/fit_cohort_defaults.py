#!/usr/bin/env python3
"""Find the default parameters of the cohort model: those that fit several logs together, each counted the same.

Usage: fit_cohort_defaults.py DATA [--without NAME]... [--output FILE.json] [--write]
DATA is the folder of logs beside the repository. Every log is looked at in several ways, so that the parameters serve
items with and without skills: with its skills, without them, and with skills in place of items. `--without cloze`
leaves out one log in all its ways: what the others say of it is what an unfitted model is worth
(docs/models/cohort.md).
`--write` puts the values into include/perdure/cohort/parameters.hpp. Needs the perdure package.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from perdure import _core
from perdure._cohort_parameters import SPECS

HEADER = Path(__file__).parents[1] / "include/perdure/cohort/parameters.hpp"
ANSWERS_EACH = 30_000
"""What every log counts for."""
PRIOR_WEIGHT = 0.25
"""Around the values below: next to nothing, but for what no log tells."""
PLAIN: dict[str, float] = {
    "level": 0.0,
    "practice": 0.05,
    "ability_variance": 0.5,
    "item_variance": 1.0,
    "skill_variance": 0.5,
    "learner_skill_variance": 0.3,
    "learner_item_variance": 0.3,
    "ability_noise": 0.003,
    "ability_noise_rate": 0.003,
    "learner_skill_noise": 0.003,
    "learner_skill_noise_rate": 0.003,
    "form_keep": 0.9,
    "form_gain": 0.05,
    "learner_decay_variance": 0.001,
    "cohort_level_variance": 0.3,
    "guess": 0.01,
    "slip": 0.01,
    "exposure": 0.5,
}
PLAIN_OF_MEMORY: dict[str, float] = {
    "offset": 0.0,
    "count": 0.2,
    "wins": 0.1,
    "losses": 0.1,
    "decay": 0.1,
    "carry": 0.1,
    "first_gain": 0.3,
    "growth": 0.1,
    "growth_decay": 0.3,
    "failure": 0.9,
    "form_keep": 0.7,
    "form_gain": 0.1,
    "count_variance": 0.01,
    "learner_count_variance": 0.01,
    "decay_variance": 0.001,
    "cohort_offset_variance": 0.3,
    "cohort_count_variance": 0.03,
    "cohort_decay_variance": 0.003,
}
"""Round numbers to start from, so that what is found does not depend on what was found before.

How much cohorts differ stays as it is here: four logs, to which the other parameters are fitted at the same time, make
the differences between cohorts look small.
"""
MOST_STEPS = 100
TICK = 1e-9
DAY_MS = 86_400_000


def cohort(path: Path) -> pd.DataFrame:
    """A cleaned cohort; answers of one time stand in the order of the learner's history."""
    log = pd.read_csv(path).sort_values(["learner", "seq"], kind="stable")
    tied = log.groupby(["learner", "t_days"]).cumcount()
    return pd.DataFrame(
        {
            "learner": log.learner,
            "item": log.item,
            "skill": log.skill,
            "time": log.t_days + TICK * tied,
            "score": log.correct,
        }
    )


def with_study(path: Path) -> pd.DataFrame:
    """The log that the cloze cohort was made of, with its study trials as exposures."""
    log = pd.read_csv(path)
    log = log[log.outcome.isin(["CORRECT", "INCORRECT"]) | (log.response_type == "STUDY") | (log.outcome == "STUDY")]
    score = np.where(log.outcome == "CORRECT", 1.0, np.where(log.outcome == "INCORRECT", 0.0, -1.0))
    table = pd.DataFrame(
        {
            "learner": pd.factorize(log.user_id)[0],
            "item": pd.factorize(log.variant_id)[0],
            "skill": pd.factorize(log.item_id)[0],
            "time": log.ts / 86_400.0,
            "score": score,
        }
    )
    table["time"] += TICK * table.groupby(["learner", "time"]).cumcount()
    return table


def flashcards(card: pd.Series, time: pd.Series, grade: pd.Series) -> pd.DataFrame:
    """One learner's cards."""
    table = pd.DataFrame(
        {"learner": 0, "item": pd.factorize(card)[0], "skill": -1, "time": time, "score": (grade > 1) * 1.0}
    )
    table = table.sort_values("time", kind="stable")
    table["time"] += TICK * table.groupby("time").cumcount()
    return table


def logs(folder: Path) -> dict[str, dict[str, pd.DataFrame]]:
    """Every log in all its ways."""
    josh, niplav = (pd.read_csv(folder / f"anki_{name}.csv.gz") for name in ("josh", "niplav"))
    found = {
        "cloze": {"skills": cohort(folder / "cohort_cloze.csv.gz")},
        "algebra05": {"skills": cohort(folder / "cohort_algebra05.csv.gz")},
    }
    for ways in found.values():
        table = ways["skills"]
        ways["no skills"] = table.assign(skill=-1)
        ways["skills as items"] = table.assign(item=table.skill, skill=-1)
    del found["algebra05"]["no skills"]  # nearly every answer is to an item of its own
    found["cloze"]["study trials"] = with_study(folder / "statistics_cloze.csv.gz")
    when = pd.to_datetime(josh.review_time, format="ISO8601").astype("datetime64[ms, UTC]").astype("int64")
    found["anki_josh"] = {"cards": flashcards(josh.card_id, when / DAY_MS, josh.review_rating)}
    found["anki_niplav"] = {"cards": flashcards(niplav.card_id, niplav.review_time_ms / DAY_MS, niplav.rating)}
    return found


def start() -> np.ndarray[Any, np.dtype[np.float64]]:
    """The values to start from, in order; what is fixed keeps its value."""
    plain = PLAIN | {f"{level}_{name}": value for level in ("skill", "item") for name, value in PLAIN_OF_MEMORY.items()}
    return np.array([plain.get(spec["name"], spec["init"]) for spec in SPECS])


def prepared(table: pd.DataFrame) -> tuple[Any, Any, float]:
    """A filter that knows the items, the columns, and what each answer counts."""
    item, first = np.unique(table.item, return_index=True)
    skill = table.skill.to_numpy()[first]
    filter_ = _core.cohort.Filter(start())
    has = skill >= 0
    filter_.add_items(
        np.r_[0, np.cumsum(has)].astype(np.uint64),
        skill[has].astype(np.uint32),
        np.ones(int(has.sum())),
        np.full(len(item), -1.0),
    )
    learner = pd.factorize(table.learner)[0].astype(np.uint32)
    filter_.add_learners(int(learner.max()) + 1)
    time = table.time.to_numpy(np.float64)
    columns = (
        learner,
        np.searchsorted(item, table.item).astype(np.uint32),
        time,
        time,
        table.score.to_numpy(np.float32),
    )
    return filter_, columns, ANSWERS_EACH / (table.score >= 0).sum()


def fitted(tables: list[pd.DataFrame]) -> dict[str, Any]:
    """The fit of all tables together."""
    facts, _ = _core.cohort.fit(
        [prepared(table) for table in tables],
        start(),
        prior_weight=PRIOR_WEIGHT,
        max_iterations=MOST_STEPS,
        most_rows=10**9,
        threads=2,
        late_counts=1.0,  # what ships serves every answer alike
        held=[i for i, spec in enumerate(SPECS) if "cohort_" in spec["name"]],
        progress=lambda done, objective: print(f"{done:3d} {objective:.2f}", file=sys.stderr) or True,
    )
    return facts


def by_name(facts: dict[str, Any]) -> dict[str, float]:
    """Parameters of a fit, by name."""
    return {spec["name"]: value for spec, value in zip(SPECS, facts["parameters"].tolist(), strict=True)}


def defaults(folder: Path, without: Collection[str] = ()) -> dict[str, float]:
    """What the logs of a folder say together, some of them left out by name."""
    return by_name(
        fitted([table for name, ways in logs(folder).items() if name not in without for table in ways.values()])
    )


def write(values: dict[str, float]) -> None:
    """Put values into the header, six digits each."""
    text = HEADER.read_text(encoding="utf-8")
    for name, value in values.items():
        pattern = re.compile(rf'(detail::(?:plain|positive|share)\("{name}", )[^,]+,')
        text = pattern.sub(lambda found, value=value: f"{found[1]}{value:.6g},", text)
    HEADER.write_text(text, encoding="utf-8")


def main() -> None:
    """Fit, and say or write what came out."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--without", action="append", default=[], help="name of a log to leave out")
    parser.add_argument("--output", type=Path, help="JSON file for the values")
    parser.add_argument("--write", action="store_true", help="put the values into parameters.hpp")
    arguments = parser.parse_args()
    found = logs(arguments.data)
    used = [(name, way) for name, ways in found.items() if name not in arguments.without for way in ways]
    facts = fitted([found[name][way] for name, way in used])
    values = by_name(facts)
    print(f"{facts['status']}: {facts['reason']}; {facts['iterations']} steps, {', '.join(map(' '.join, used))}")
    for name, value in values.items():
        print(f"{name:34s} {value:.6g}")
    if arguments.output:
        arguments.output.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    if arguments.write:
        write(values)


if __name__ == "__main__":
    main()
