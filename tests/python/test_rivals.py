"""Rivals: each learns what it should from data of its own kind, and none sees what it may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas
import perdure
import pytest
from perdure import Fsrs6, InputError, ReviewLog, _core, evaluate, metrics, read_answers
from perdure.cli.app import run
from perdure.rivals import (
    RIVALS,
    BestLrWindows,
    Das3h,
    DashRegression,
    Elo,
    Fsrs6Item,
    Fsrs6Online,
    Fsrs6Skill,
    HlrCeiling,
    Irt1Pl,
    Irt2Pl,
    ItemMean,
    Pfa,
    features,
)
from perdure.rivals.count_regression import COUNT_SCALE, TOLERANCE

pytest.importorskip("sklearn")

START = np.datetime64("2026-03-02T09:00", "ms")
ONLINE = [DashRegression(ability="online"), Das3h(ability="online"), Elo(items="online")]
EVERY = [*(make() for make in RIVALS.values()), *ONLINE]
every = pytest.mark.parametrize("rival", EVERY, ids=lambda rival: f"{rival.id}-{getattr(rival, 'ability', '')}")


def log_of(
    learner: Any, item: Any, success: Any, days: Any, skills: Callable[[int], str | None] = lambda item: f"s{item % 3}"
) -> ReviewLog:
    """A log from codes, and times in days."""
    learner, item, success = (np.asarray(column) for column in (learner, item, success))
    frame = pandas.DataFrame(
        {
            "learner": [f"L{code}" for code in learner],
            "item": [f"q{code}" for code in item],
            "skills": [skills(code) for code in item],
            "success": success.astype(int),
            "answered_at": START + np.rint(np.asarray(days) * 86_400_000).astype("timedelta64[ms]"),
            "attempt": [str(row) for row in range(len(item))],
        }
    )
    return read_answers(frame.sort_values("answered_at", kind="stable"), tz="UTC")


def drawn(p: np.ndarray, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random(len(p)) < p


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def exam(slopes: np.ndarray, easiness: np.ndarray, ability: np.ndarray, seed: int, names: int = 0) -> ReviewLog:
    """Every learner answers every item once, in an order of his own, a minute apart."""
    learner, item = (column.ravel() for column in np.meshgrid(np.arange(len(ability)), np.arange(len(easiness))))
    at = np.random.default_rng(seed + 1).random(len(learner))
    p = sigmoid(easiness[item] + slopes[item] * ability[learner])
    return log_of(learner + names, item, drawn(p, seed), at)


@pytest.fixture(scope="module")
def wide() -> ReviewLog:
    """Learners with histories on items: of unequal ability, forgetting, now and then at one time."""
    rng = np.random.default_rng(4)
    rows = 3000
    learner, item = rng.integers(0, 20, rows), rng.integers(0, 30, rows)
    days = np.round(np.sort(rng.random(rows) * 40), 2)
    p = sigmoid(rng.normal(0, 1, 20)[learner] + rng.normal(0, 1, 30)[item])
    return log_of(learner, item, drawn(p, 5), days)


def turned(log: ReviewLog, rows: np.ndarray) -> ReviewLog:
    """The log with the answers of some rows turned round."""
    frame = log.to_frame().drop(columns=["score", "grade"])
    return read_answers(frame.assign(success=np.where(rows, 1 - frame["success"], frame["success"])))


@every
def test_no_prediction_depends_on_an_answer_that_is_not_earlier(rival: Any, wide: ReviewLog) -> None:
    model = rival.unfitted().fit(wide)
    moment = wide._core.answered_at
    cut = int(np.sort(moment)[len(wide) // 2])
    assert (moment == cut).sum() >= 1
    p, q = (model.predict_sequence(log) for log in (wide, turned(wide, moment >= cut)))
    np.testing.assert_array_equal(p[moment <= cut], q[moment <= cut])
    if not isinstance(rival, ItemMean):
        assert (p[moment > cut] != q[moment > cut]).any()


@every
def test_answers_of_one_time_do_not_see_each_other(rival: Any, wide: ReviewLog) -> None:
    model = rival.unfitted().fit(wide)
    one = log_of([0] * 6, [0, 1, 0, 3, 0, 3], [1, 0, 1, 1, 0, 1], [1, 1, 2, 2, 2, 2])
    other = turned(one, np.array([0, 0, 1, 1, 1, 0], dtype=bool))
    np.testing.assert_array_equal(model.predict_sequence(one), model.predict_sequence(other))


@every
def test_new_learners_items_and_skills_have_predictions(rival: Any, wide: ReviewLog) -> None:
    model = rival.unfitted().fit(wide)
    new = log_of([100, 100, 101], [200, 200, 0], [1, 0, 1], [1, 2, 50], lambda item: "new" if item else None)
    p = model.predict_sequence(new)
    assert ((p > 0) & (p < 1)).all()
    assert len(model.predict_sequence(wide.where(np.zeros(len(wide), dtype=bool)))) == 0


@every
def test_fits_repeat_to_the_bit(rival: Any, wide: ReviewLog) -> None:
    p, q = (rival.unfitted().fit(wide, threads=threads).predict_sequence(wide) for threads in (1, 2))
    np.testing.assert_array_equal(p, q)


@every
@pytest.mark.parametrize("success", [[1, 1, 1], [0, 0, 0], [1]], ids=["all right", "all wrong", "one answer"])
def test_a_fit_to_next_to_nothing(rival: Any, success: list[int]) -> None:
    rows = len(success)
    log = log_of([0, 0, 1][:rows], [0, 0, 1][:rows], success, [1, 3, 5][:rows])
    p = rival.unfitted().fit(log).predict_sequence(log)
    assert ((p > 0) & (p < 1)).all()


@every
def test_bad_input_is_named(rival: Any, wide: ReviewLog) -> None:
    with pytest.raises(InputError, match="log: not a review log, got 'list'"):
        rival.unfitted().fit([1, 2])
    with pytest.raises(InputError, match="not fitted; expected a call of fit"):
        rival.unfitted().predict_sequence(wide)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"inner": "item"}, "pfa, inner: unknown choice, got 'item'; expected 'learner' or 'time'"),
        ({"ability": "online"}, "pfa, ability: unknown choice, got 'online'; expected 'fitted'"),
        ({"strengths": [1.0, 0.1]}, r"pfa, strengths: not strengths, got \[1.0, 0.1\]; expected numbers above 0, asc"),
        ({"strengths": []}, "pfa, strengths: not strengths"),
        ({"strengths": [0.0]}, "pfa, strengths: not strengths"),
        ({"strengths": "many"}, "pfa, strengths: not strengths"),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, Any], message: str, wide: ReviewLog) -> None:
    with pytest.raises(InputError, match=message):
        Pfa(**arguments).fit(wide)


def test_items_go_on_being_rated_by_request_and_what_was_learned_does_not_count_twice() -> None:
    rng = np.random.default_rng(20)
    log = exam(np.ones(30), rng.normal(0, 2, 30), rng.normal(0, 1, 80), 21)
    old = (log._core.item < 20) & (log._core.learner < 50)
    model, frozen = (Elo(items=items).fit(log.where(old)) for items in ("online", "frozen"))
    p, q = model.predict_sequence(log.where(old)), frozen.predict_sequence(log.where(old))
    np.testing.assert_array_equal(p, q)  # all of it was learned from
    new = log._core.learner >= 50
    losses = [metrics.log_loss(log.success[new], m.predict_sequence(log.where(new))) for m in (model, frozen)]
    assert losses[0] < losses[1] - 0.02
    with pytest.raises(InputError, match="elo, items: unknown choice, got 'old'; expected 'frozen' or 'online'"):
        Elo(items="old").fit(log)


def test_a_comparison_takes_rivals_by_id(wide: ReviewLog) -> None:
    result = evaluate(["irt_1pl", "elo", Irt1Pl()], wide, split="learner", folds=2)
    assert set(result.predictions) == {"irt-1pl", "elo", "irt-1pl-2", "per-item", "constant"}
    league = result.to_frame().set_index("model")
    assert league.loc["irt-1pl", "item_gain_low"] > 0
    assert league.loc["elo", "item_gain_low"] > 0


def test_so_does_the_command_line(capsys: Any) -> None:
    assert run(["evaluate", str(perdure.sample.answers_path()), "-m", "pfa", "--folds", "1"]) == 0
    assert "pfa" in capsys.readouterr().out


def test_a_rasch_model_is_recovered() -> None:
    """300 learners, 60 items: an easiness has a standard error of 0.14, so 0.99 of the variance is the truth's."""
    rng = np.random.default_rng(1)
    easiness, ability = rng.normal(0.5, 1.2, 60), rng.normal(0, 1, 300)
    log = exam(np.full(60, 0.8), easiness, ability, 2)
    one = Irt1Pl().fit(log)
    found = np.array([one.items_[f"q{code}"][0] for code in range(60)])
    assert np.corrcoef(found, easiness)[0, 1] > 0.98
    assert one.slope_ == pytest.approx(0.8, abs=0.08)  # 0.8 / sqrt(2 x 300) and the error of each ability
    assert one.spread_ == pytest.approx(np.std(easiness), rel=0.1)
    elo = Elo().fit(log)
    hard = [elo.difficulties_[f"q{k}"] + elo.skill_difficulties_[f"s{k % 3}"] for k in range(60)]
    assert np.corrcoef(hard, -easiness)[0, 1] > 0.9


def test_two_parameters_beat_one_where_items_differ_in_slope() -> None:
    rng = np.random.default_rng(3)
    slopes, easiness = np.exp(rng.normal(0, 0.6, 40)), rng.normal(0, 1, 40)
    training = exam(slopes, easiness, rng.normal(0, 1, 600), 4)
    two = Irt2Pl().fit(training)
    found = np.array([two.items_[f"q{code}"][1] for code in range(40)])
    assert np.corrcoef(np.log(found), np.log(slopes))[0, 1] > 0.9
    new = exam(slopes, easiness, rng.normal(0, 1, 600), 5, names=600)
    losses = [metrics.log_loss(new.success, m.predict_sequence(new)) for m in (two, Irt1Pl().fit(training))]
    assert losses[0] < losses[1] - 0.002


def test_a_regression_is_the_minimum_of_its_penalized_loss(wide: ReviewLog) -> None:
    """DASH, on columns from an obvious loop: learners, items, then logs of attempts and of right answers by window."""
    part = wide.where(np.arange(len(wide)) < 400)
    core, y = part._core, part.success
    x = np.zeros((400, 20 + 30 + 10))
    for row in range(400):
        x[row, core.learner[row]] = x[row, 20 + core.item[row]] = 1
        earlier = (core.learner == core.learner[row]) & (core.item == core.item[row])
        earlier &= core.answered_at < core.answered_at[row]
        for column, days in enumerate(features.WINDOWS):
            near = earlier & (core.answered_at[row] - core.answered_at < days * 86_400_000)
            x[row, 50 + column] = COUNT_SCALE * np.log1p(near.sum())
            x[row, 55 + column] = COUNT_SCALE * np.log1p(y[near].sum())

    model = DashRegression(strengths=[0.7]).fit(part)
    p = model.predict_sequence(part)
    np.testing.assert_allclose(p, sigmoid(x @ model.weights_ + model.intercept_), rtol=1e-12)
    # the penalized loss is convex: where it is flat is its only minimum
    slope = x.T @ (p - y) + model.weights_ / 0.7
    assert np.abs(slope).max() <= TOLERANCE
    assert abs((p - y).sum()) <= TOLERANCE


@pytest.mark.parametrize(("spread", "low", "high"), [(0.0, 0.0, 0.1), (1.5, 0.9, 9.0)])
def test_the_strength_of_the_prior_is_that_of_the_data(spread: float, low: float, high: float) -> None:
    rng = np.random.default_rng(8)
    easiness = rng.normal(0, spread, 30) if spread else np.zeros(30)
    log = exam(np.zeros(30), easiness, rng.normal(0, 1, 60), 9)
    assert low <= Das3h().fit(log).strength_ <= high


def test_an_ability_is_learned_online_by_request() -> None:
    rng = np.random.default_rng(10)
    easiness = rng.normal(0, 1, 40)
    training, new = (exam(np.ones(40), easiness, rng.normal(0, 1, 200), s, names=200 * s) for s in (1, 2))
    frozen, online = (DashRegression(ability=ability).fit(training) for ability in ("fitted", "online"))
    assert online.ability_sd_ in (0.75, 1.0, 1.5)
    losses = [metrics.log_loss(new.success, model.predict_sequence(new)) for model in (online, frozen)]
    assert losses[0] < losses[1] - 0.05
    # who was in the training has a fitted ability; nobody does once it is online
    assert np.corrcoef(frozen.predict_sequence(training), training.success)[0, 1] > 0.5


def test_windows_find_forgetting_that_counts_do_not() -> None:
    """Half of what is answered within an hour of the last answer is right by that alone."""
    rng = np.random.default_rng(12)
    days, learner, item, success = [], [], [], []
    for who in range(60):
        at, last = 0.0, np.full(5, -np.inf)
        for _ in range(60):
            at += rng.choice([0.01, 2.0])
            what = int(rng.integers(0, 5))
            p = 0.9 if at - last[what] < 1 / 24 else 0.4
            last[what] = at
            days.append(at), learner.append(who), item.append(what), success.append(rng.random() < p)
    log = log_of(learner, item, success, days)
    first = log._core.learner < 30
    losses = {}
    for make in (BestLrWindows, RIVALS["best-lr"]):
        model = make().fit(log.where(first))
        losses[make.id] = metrics.log_loss(log.success[~first], model.predict_sequence(log.where(~first)))
    assert losses["best-lr-windows"] < losses["best-lr"] - 0.02


def test_half_lives_under_a_ceiling_are_recovered() -> None:
    rng = np.random.default_rng(14)
    days, learner, item, success = [], [], [], []
    for who in range(400):
        for what in range(5):
            at, right, wrong = rng.random(), 0, 0
            for number in range(6):
                gap = float(np.exp(rng.uniform(-3, 3)))
                p = 0.6 if number == 0 else 0.85 * 2 ** (-gap / 2 ** (1.2 * right**0.5 - 0.4 * wrong**0.5 + 0.5))
                at += gap if number else 0.0
                y = rng.random() < p
                days.append(at), learner.append(who), item.append(what), success.append(y)
                right, wrong = right + y, wrong + (not y)
    model = HlrCeiling().fit(log_of(learner, item, success, days))
    assert model.ceiling_ == pytest.approx(0.85, abs=0.03)
    assert model.doublings_ == pytest.approx((1.2, -0.4, 0.5), abs=0.25)


def test_by_item_is_fsrs_itself_where_there_is_a_history(wide: ReviewLog) -> None:
    later = ~np.isnan(wide.histories("exact").gaps())
    p, q = Fsrs6Item().fit(wide).predict_sequence(wide), Fsrs6().fit(wide).predict_sequence(wide)
    np.testing.assert_array_equal(p[later], q[later])


def test_by_skill_is_by_item_where_each_item_is_a_skill(wide: ReviewLog) -> None:
    frame = wide.to_frame()
    own = read_answers(frame.assign(skills=frame["item"]).drop(columns=["score", "grade"]))
    np.testing.assert_array_equal(*(make().fit(own).predict_sequence(own) for make in (Fsrs6Item, Fsrs6Skill)))
    none = read_answers(frame.drop(columns=["score", "grade", "skills"]))
    np.testing.assert_array_equal(*(Fsrs6Skill().fit(log).predict_sequence(log) for log in (own, none)))


def test_an_item_with_several_skills_is_the_mean_of_their_memories(wide: ReviewLog) -> None:
    model = Fsrs6Skill().fit(wide)
    past = ([0, 0, 0], [0, 1, 5], [1, 0, 1], [0, 1, 4])
    names = {0: "s0", 1: "s1", 5: "s0|s1|s9"}
    both = model.predict_sequence(log_of(*past, names.__getitem__))[2]
    alone = [model.predict_sequence(log_of(*past, {**names, 5: skill}.__getitem__))[2] for skill in ("s0", "s1")]
    assert both == pytest.approx(np.mean(alone), rel=1e-12)
    assert alone[0] != alone[1]


def test_means_of_items_lean_on_those_of_skills() -> None:
    rng = np.random.default_rng(16)
    item = np.repeat(np.arange(400), 3)
    rate = np.array([0.2, 0.5, 0.9])[item % 3]
    model = ItemMean().fit(log_of(np.arange(1200) % 60, item, drawn(rate, 17), rng.random(1200)))
    new = log_of(
        [0, 0, 0, 0],
        [1000, 1001, 1002, 1003],
        [1] * 4,
        [1, 2, 3, 4],
        {1000: "?", 1001: "s1|s2", 1002: "s1", 1003: "s0"}.__getitem__,
    )
    by_name = dict(zip(new.items, model.predict_sequence(new), strict=True))
    skills = [model.skill_rates_[f"skill s{k}"] for k in range(3)]
    assert skills == pytest.approx([0.2, 0.5, 0.9], abs=0.08)  # 4 standard errors of 400 answers
    assert by_name == pytest.approx(
        {"q1000": model.success_rate_, "q1001": np.mean(skills[1:]), "q1002": skills[1], "q1003": skills[0]}
    )


def test_the_online_layer_is_the_filter_of_its_equations() -> None:
    """Beside a loop over answers that keeps effects in a dictionary; the last two answers come at one moment."""
    names = ("ability", "item", "skill", "pair_skill", "pair_item", "q", "qr", "s", "sr")
    v = dict(zip(names, (0.6, 0.9, 0.5, 0.3, 0.2, 0.01, 0.02, 0.03, 0.04), strict=True))
    learner, item, skill = [0, 0, 1, 0, 1, 1], [0, 1, 0, 0, 2, 0], [0, 1, 0, 0, 1, 0]
    base, days, y = [0.3, -0.5, 0.1, 1.2, 0.0, 0.7], [0.0, 0.5, 1.0, 3.0, 4.0, 4.0], [1, 0, 1, 1, 0, 1]
    known = [0, 0, 1, 0, 0, 0]
    effects: dict[Any, list[float]] = {}
    last: dict[Any, float] = {}
    wanted = np.empty(6)

    def of(row: int) -> list[Any]:
        who, what, about = learner[row], item[row], skill[row]
        keys = ["ability", who], ["pair_skill", who, about], ["pair_item", who, what], ["item", what], ["skill", about]
        return [effects.setdefault(tuple(key), [0.0, v[key[0]]]) for key in keys]

    def outlook(row: int) -> tuple[float, float]:
        return base[row] + sum(m for m, _ in of(row)), sum(spread for _, spread in of(row))

    for moment in dict.fromkeys(days):
        rows = [row for row in range(6) if days[row] == moment]
        for row in rows:
            eta, spread = outlook(row)
            wanted[row] = sigmoid(np.array(eta / np.sqrt(1 + np.pi / 8 * spread)))
        for row in rows:
            for place, noise, rate in ((0, "q", "qr"), (1, "s", "sr")):
                key = (place, learner[row], skill[row] if place else None)
                if key in last:
                    of(row)[place][1] += v[noise] + v[rate] * np.log1p(moment - last[key])
                last[key] = moment
            eta, spread = outlook(row)
            p = float(sigmoid(np.array(eta)))
            gain = 1 / (1 + p * (1 - p) * spread)
            for effect in of(row)[: 3 if known[row] else 5]:
                effect[0] += effect[1] * (y[row] - p) * gain
                effect[1] -= effect[1] ** 2 * p * (1 - p) * gain
    codes = [np.array(column, np.uint32) for column in (learner, item, skill, [0, 1, 2, 0, 3, 2], [0, 1, 2, 0, 3, 2])]
    columns = (*codes, *(np.array(column, np.float64) for column in (base, days, y)), np.array(known, np.uint8))
    p, of_items, _ = _core.logit_layer.run(
        np.array(list(v.values())), columns, (np.zeros(3), np.full(3, 0.9)), (np.zeros(2), np.full(2, 0.5))
    )
    np.testing.assert_allclose(p, wanted, rtol=1e-12)
    np.testing.assert_allclose(of_items[0], [effects["item", code][0] for code in range(3)], rtol=1e-12)
    np.testing.assert_allclose(of_items[1], [effects["item", code][1] for code in range(3)], rtol=1e-12)


def test_fsrs_in_the_online_layer_learns_who_and_what() -> None:
    rng = np.random.default_rng(22)
    log = exam(np.ones(30), rng.normal(0, 1.5, 30), rng.normal(0, 1.5, 80), 23)
    old = log._core.learner < 60
    new = log.where(~old)
    model = Fsrs6Online().fit(log.where(old))
    losses = [metrics.log_loss(new.success, m.predict_sequence(new)) for m in (model, Fsrs6Item().fit(log.where(old)))]
    assert losses[0] < losses[1] - 0.05
    np.testing.assert_array_equal(model.predict_sequence(log)[~old], model.predict_sequence(new))
