"""The tables of docs/models/fsrs6.md say what each implementation does: each cell is measured on the implementation."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import perdure
import pytest
from perdure import _catalog

PAGE = Path(__file__).resolve().parents[2] / "docs" / "models" / "fsrs6.md"
DAY, HOUR, MINUTE = 86_400_000, 3_600_000, 60_000
AT = 1_767_229_200_000  # 2026-01-01T01:00:00Z
DEFAULTS = [spec["init"] for spec in _catalog.find("fsrs6", "perdure")["parameters"]]
COLUMNS = {
    "py_fsrs_6_3_1": "py-fsrs 6.3.1",
    "py_fsrs_6_3_2": "py-fsrs 6.3.2",
    "fsrs_rs": "fsrs crate",
    "ts_fsrs_5": "ts-fsrs",
    "perdure": "Perdure",
}


class Perdure:
    """Perdure's own profile, or another one, measured like an implementation."""

    def __init__(self, replay: Callable[..., Any], profile: str) -> None:
        self._replay, self.profile = replay, profile

    def replay(self, job: Any) -> Any:
        return self._replay(self.profile, job)


@pytest.fixture(scope="module")
def measured(peer: Any, ours: Any) -> list[Any]:
    """An implementation, the profile named after it, and Perdure's own."""
    return [peer, Perdure(ours, peer.profile), Perdure(ours, "perdure")]


def table(first_cell: str) -> list[dict[str, str]]:
    """Rows of the table whose header starts with a cell."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith(f"| {first_cell} | "))
    header, *rows = ([cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines[start:])
    found = []
    for row in rows[1:]:
        if len(row) != len(header):
            break
        found.append(dict(zip(header, row, strict=True)))
    return found


def memory_cell(profile: str, column: str) -> str:
    return next(row[column] for row in table("profile") if row["profile"] == f"`{profile}`")


def around_cell(profile: str, what: str) -> str:
    return next(row[COLUMNS[profile]] for row in table("what") if row["what"] == what)


def parameters(**changes: float) -> list[float]:
    names = [spec["name"] for spec in _catalog.find("fsrs6", "perdure")["parameters"]]
    values = dict(zip(names, DEFAULTS, strict=True)) | changes
    return [values[name] for name in names]


def stability(who: Any, job: Any, grades: list[int], gaps: list[int], **changes: float) -> Any:
    times = (AT + np.cumsum(gaps)).tolist()
    return who.replay(job(parameters(**changes), [grades], [times])).stability


def test_every_row_has_its_test() -> None:
    for row in table("what"):
        assert row["test"].strip("`") in globals(), row
    assert {row["profile"].strip("`") for row in table("profile")} == set(COLUMNS)


def test_elapsed_rule(measured: list[Any], job: Any, ours: Any) -> None:
    gaps = [0, 23 * HOUR + 10 * MINUTE, int(1.99 * DAY), int(2.6 * DAY), 5 * HOUR]  # crossing midnight at many hours
    for who in measured:
        found = stability(who, job, [3] * 5, gaps)
        # `exact` is that of the profile `perdure`; for the others the profile that has the rule tells what it gives.
        by_rule = {
            memory_cell(profile, "elapsed rule"): stability(Perdure(ours, profile), job, [3] * 5, gaps)
            for profile in ("perdure", "py_fsrs_6_3_2", "ts_fsrs_5")
        }
        near = [rule for rule, wanted in by_rule.items() if np.allclose(found, wanted, rtol=1e-4)]
        assert near == [memory_cell(who.profile, "elapsed rule")]
        assert near == [f"`{_catalog.find('fsrs6', who.profile)['elapsed_rule']}`"]


def test_hard_on_the_same_day(measured: list[Any], job: Any) -> None:
    for who in measured:
        found = stability(who, job, [4, 4, 2], [0, 9 * DAY, HOUR])
        assert found[2] <= found[1]
        says = "may lower stability" if found[2] < found[1] else "never lowers stability"
        assert says == memory_cell(who.profile, "Hard on the same day")


def test_first_stability_at_least(measured: list[Any], job: Any) -> None:
    for who in measured:
        found = stability(who, job, [1], [0], first_stability_again=0.001)[0]
        assert f"{found:g}" == memory_cell(who.profile, "first stability at least")


def test_stability_at_least(measured: list[Any], job: Any) -> None:
    for who in measured:
        found = stability(who, job, [1] * 30, [MINUTE] * 30)[-1]
        assert f"{found:g}" == memory_cell(who.profile, "stability at least")


def test_stability_at_most(measured: list[Any], job: Any) -> None:
    for who in measured:
        found = stability(who, job, [4] * 12, [400 * DAY] * 12, growth=4.5, growth_saturation=0.0)[-1]
        assert found >= 36500
        assert ("none" if found > 36500 else f"{found:g}") == memory_cell(who.profile, "stability at most")


def test_rounding_of_states(measured: list[Any], job: Any) -> None:
    for who in measured:
        found = stability(who, job, [3, 3, 1, 3, 3, 2, 4], [0, *([3 * DAY] * 6)])
        says = "8 decimals" if np.array_equal(found, np.round(found, 8)) else "none"
        assert says == memory_cell(who.profile, "rounding of states")


def test_arithmetic(measured: list[Any], job: Any) -> None:
    for who in (measured[0], measured[2]):
        found = stability(who, job, [3, 3, 1, 3, 3, 2, 4], [0, *([3 * DAY] * 6)])
        says = "float32" if np.array_equal(found, found.astype(np.float32)) else "float64"
        assert says == around_cell(who.profile, "arithmetic")


def intervals(who: Any, job: Any, days: float) -> Any:
    """Intervals to a retention of 0.9 after a first answer that leaves this stability."""
    return who.replay(job(parameters(first_stability_good=days), [[3]], [[AT]])).intervals[0][0]


def test_interval(measured: list[Any], job: Any) -> None:
    for who in (measured[0], measured[2]):
        found = [float(intervals(who, job, days)) for days in (0.2, 3.4, 3.6)]
        says = {(1.0, 3.0, 4.0): "whole days from 1 to the longest"}.get(tuple(found), "fraction of days")
        assert says == around_cell(who.profile, "interval")
        if says == "fraction of days":
            assert found == pytest.approx([0.2, 3.4, 3.6], rel=1e-6)
        elif who.profile == "ts_fsrs_5":
            job_of = job(parameters(), [[4, 4]], [[AT, AT + 9 * DAY]], {"maximum_interval": 7})
            assert who.replay(job_of).intervals.max() == 7
        else:
            scheduler = who.fsrs.Scheduler(maximum_interval=7, enable_fuzzing=False, learning_steps=())
            card, log = scheduler.review_card(who.fsrs.Card(), who.fsrs.Rating.Easy)
            assert (card.due - log.review_datetime).days == 7


def test_half_a_day(measured: list[Any], job: Any) -> None:
    # With the default decay a stability of 2.5 days gives an interval of exactly that.
    for who in (measured[0], measured[2]):
        found = float(intervals(who, job, 2.5))
        assert {2.0: "to even", 3.0: "up", 2.5: "kept"}[round(found, 6)] == around_cell(who.profile, "half a day")


def outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as error:
        return error


def test_target_above_one(peer: Any, job: Any) -> None:
    if peer.profile == "fsrs_rs":
        found = peer.fsrs_rs.FSRS(DEFAULTS).next_interval(10.0, 1.5, 3)
        says = "negative" if found < 0 else str(found)
    elif peer.profile == "ts_fsrs_5":
        found = outcome(lambda: peer.replay(job(DEFAULTS, [[3]], [[AT]], {"request_retention": 1.5})))
        says = "error" if isinstance(found, ValueError) else str(found)
    else:
        found = peer.fsrs.Scheduler(desired_retention=1.5)._next_interval(stability=10.0)
        says = f"{found} day"
    assert says == around_cell(peer.profile, "target retention above 1")
    with pytest.raises(perdure.InputError):
        perdure.Fsrs6(profile=peer.profile).interval((np.float32([10]), np.float32([5])), 1.5)
    assert around_cell("perdure", "target retention above 1") == "error"


def test_parameters_out_of_bounds(peer: Any, job: Any, ours: Any) -> None:
    outside = parameters(first_stability_good=200.0)
    found = outcome(lambda: peer.replay(job(outside, [[3]], [[AT]])).stability[0])
    says = "error" if isinstance(found, ValueError) else {100.0: "clipped"}.get(float(found), str(found))
    assert says == around_cell(peer.profile, "parameters out of bounds")
    with pytest.raises(ValueError, match="first_stability_good"):
        ours(peer.profile, job(outside, [[3]], [[AT]]))
    assert around_cell("perdure", "parameters out of bounds") == "error"


def test_lowest_saturation(peer: Any, job: Any) -> None:
    """Saturation shows in an Easy on the same day: S' / S = e^(w17 (1 + w18)) S^-w19."""
    found = peer.replay(job(parameters(same_day_saturation=0.0), [[4, 4]], [[AT, AT + HOUR]])).stability
    saturation = (0.5425 * 1.0912 - np.log(found[1] / found[0])) / np.log(found[0])
    assert f"{round(saturation, 4) + 0.0:g}" == around_cell(peer.profile, "lowest `same_day_saturation`")
    lowest = next(
        spec["lower"]
        for spec in _catalog.find("fsrs6", peer.profile)["parameters"]
        if spec["name"] == "same_day_saturation"
    )
    assert f"{lowest:g}" == around_cell("perdure", "lowest `same_day_saturation`")


@pytest.mark.parametrize("number", [17, 19])
def test_number_of_parameters(peer: Any, job: Any, ours: Any, number: int) -> None:
    few = DEFAULTS[:number]
    found = outcome(lambda: peer.replay(job(few, [[3, 3]], [[AT, AT + 2 * DAY]])))
    says = "error" if isinstance(found, ValueError) else "migrated"
    assert says == around_cell(peer.profile, "17 or 19 parameters")
    if says == "migrated":
        # The exponent of forgetting of the older models.
        days = 0.9 ** (-1 / 0.5) - 1
        wanted = found.stability[0] * (0.75 ** (-1 / 0.5) - 1) / days
        assert found.intervals[1][0] == pytest.approx(wanted, abs=0.5)
    with pytest.raises(ValueError, match=f"21 parameters, got {number}"):
        ours(peer.profile, job(few, [[3]], [[AT]]))
    assert around_cell("perdure", "17 or 19 parameters") == "error"


def test_recall_of_a_new_item(peer: Any, job: Any) -> None:
    says = "not offered"
    if peer.offers_recall:
        says = f"{peer.replay(job(DEFAULTS, [[3]], [[AT]])).recall[0]:g}"
    else:
        assert not any("retriev" in name or "recall" in name for name in dir(peer.fsrs_rs.FSRS))
    assert says == around_cell(peer.profile, "recall of an item without an answer")
    assert around_cell("perdure", "recall of an item without an answer") == "not offered"


def test_days_of_recall(peer: Any, job: Any) -> None:
    what = "days in a recall that is asked for"
    if not peer.offers_recall:
        assert around_cell(peer.profile, what) == "not offered"
        return
    # 23 hours and a date later, 25 hours and a date later, 47 hours and two dates later.
    found = [peer.replay(job(DEFAULTS, [[3, 3]], [[AT, AT + gap * HOUR]])).recall[1] for gap in (23, 25, 47)]
    one_day = perdure.batch.recall("fsrs6", (np.float32([2.3065]), np.float32([2])), 1.0)[0]
    assert found == pytest.approx([1.0, one_day, one_day], abs=1e-6)
    assert around_cell(peer.profile, what) == "whole periods"


def test_fuzz(peer: Any) -> None:
    if peer.profile == "ts_fsrs_5":
        question = {"options": {}, "retentions": [], "grades": [[4]] * 20, "times": [[AT + k] for k in range(20)]}
        says = "off" if len(set(peer.ask(question)["scheduled"])) == 1 else "on"
        question["options"] = {"enable_fuzz": True}
        assert len(set(peer.ask(question)["scheduled"])) > 1
    elif peer.profile == "fsrs_rs":
        model = peer.fsrs_rs.FSRS(DEFAULTS)
        says = "none" if len({model.next_interval(30.0, 0.9, 3) for _ in range(20)}) == 1 else "on"
    else:
        random.seed(1)
        cards = [peer.fsrs.Scheduler().review_card(peer.fsrs.Card(), peer.fsrs.Rating.Easy)[0] for _ in range(20)]
        says = "on" if len({(card.due - card.last_review).days for card in cards}) > 1 else "off"
    assert says == around_cell(peer.profile, "fuzz when nothing is said")
    assert around_cell("perdure", "fuzz when nothing is said") == "none"


def test_versions_are_those_of_the_page(request: pytest.FixtureRequest) -> None:
    text = re.sub(r"\s+", " ", PAGE.read_text(encoding="utf-8"))
    lock = (Path(__file__).parent / "ts_fsrs" / "package.json").read_text(encoding="utf-8")
    assert f"ts-fsrs {re.search(r'.ts-fsrs.: .([0-9.]+)', lock)[1]}" in text  # type: ignore[index]
    project = (PAGE.parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert f"fsrs-rs-python {re.search(r'fsrs-rs-python==([0-9.]+)', project)[1]}" in text  # type: ignore[index]
    assert re.search(r'"fsrs==6\.3\.2"', project)
