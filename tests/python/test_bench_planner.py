"""The benchmark of the planner: its cohorts, and that its table says what was measured."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from bench.planner import gap, whole, worlds
from bench.planner.problems import Instance, problem


@pytest.mark.parametrize("one", gap.INSTANCES, ids=str)
def test_cohorts_are_as_their_names_say(one: Instance) -> None:
    given = problem(one)
    columns, days = given["columns"], given["days"]
    assert columns["calendar"].size == one.learners
    assert columns["question_class"].size == one.learners * one.questions == given["state"][0].size
    assert given["caps"] == [(one.session, one.week, 0, one.budget or None, None)]
    assert set(columns["question_class"].tolist()) == set(range(len(given["classes"])))
    assert bool(given["capacity"]) == (one.capacity > 0)
    if one.group_session >= 0:
        assert one.group_session in given["askable"]
        assert all(is_open[one.group_session] == 0 for is_open, *_ in given["calendars"])
    if one.leave:
        closed = np.array([days - is_open.sum() for is_open, *_ in given["calendars"]])
        assert (closed[1:] == closed[0] + 10).all()
        assert np.unique(columns["calendar"]).size > 1


def test_a_line_has_what_was_measured() -> None:
    line = gap.measured(Instance(2, 5, 1, week=1), threads=1)
    cells = line.cells()
    assert len(cells) == len(gap.HEAD)
    assert cells[0].startswith("2 x 5, 1 a session, 1 a week: ")
    assert float(cells[2]) - float(cells[3]) <= float(cells[1])
    assert line.gap == pytest.approx(100.0 * (1.0 - float(cells[2]) / float(cells[1])), abs=0.02)
    assert line.share >= line.gap
    assert "1 cohorts: gap median" in gap.summary([line])


def test_a_whole_plan_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    row = whole.in_a_process_of_its_own(20, 2)
    assert len(row) == len(whole.HEAD)
    assert row[0] == "20" and int(row[1].replace(",", "")) > 20 * 50
    assert float(row[5]) >= float(row[4]) > 0
    assert 0 < float(row[6]) < 1 and 0 < float(row[7]) < 5
    pytest.importorskip("matplotlib")
    whole.plot([row, ("40", row[1], "99.0", *row[3:])], tmp_path / "plot.svg")
    assert "proportional to learners" in (tmp_path / "plot.svg").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def plans() -> worlds.Plans:
    return worlds.Plans(dataclasses.replace(worlds.COHORT, learners=60), threads=2)


@pytest.mark.parametrize("name", ["FSRS-6, as believed", "stability halved", "power law, decay .5", "FSRS-7"])
def test_plans_beat_their_rivals_where_memory_is_otherwise(name: str, plans: worlds.Plans) -> None:
    """Prices that were not found anew for a budget, and questions beyond what prices want, once lost here."""
    world = worlds.worlds(plans.one, plans.given)[name]
    recall, found = worlds.measured(plans, worlds.core_world(world))
    assert 0.9 < recall < 1
    for rival, difference in found.items():
        assert difference.planned <= difference.rival, rival
        assert difference.mean > difference.half, rival


def test_plans_beat_ladders_where_there_is_no_spacing_effect(plans: worlds.Plans) -> None:
    name = next(name for name in worlds.worlds(plans.one, plans.given) if name.startswith("half-life"))
    _, found = worlds.measured(plans, worlds.core_world(worlds.worlds(plans.one, plans.given)[name]))
    for rival in ("2-2-2", "J+30, 90, 179", "lowest recall"):
        assert found[rival].mean > found[rival].half, rival
    assert found["myopic"].mean > -0.2  # it loses to it there: docs/concepts/planner.md
