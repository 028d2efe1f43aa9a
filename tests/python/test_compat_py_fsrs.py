"""The drop-in has the interface of py-fsrs: names, signatures, values and documents."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import importlib
import inspect
import json
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from perdure.compat import py_fsrs as drop_in
from perdure.compat import py_fsrs_6_3_1 as older_drop_in

AT = dt.datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
CLASSES = ("Card", "ReviewLog", "Scheduler")


def public(kind: type) -> list[str]:
    return [name for name in vars(kind) if not name.startswith("_")]


def parameters(function: Callable[..., Any]) -> list[tuple[str, Any, Any]]:
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


def made(fsrs: Any) -> list[Any]:
    """One value of each kind, the same from both packages."""
    return [
        fsrs.Card(card_id=7, due=AT),
        fsrs.Card(7, fsrs.State.Review, None, 3.25, 5.5, AT + DAY, AT),
        fsrs.Card(
            card_id=7, state=fsrs.State.Relearning, step=1, stability=0.5, difficulty=10.0, due=AT, last_review=AT
        ),
        fsrs.ReviewLog(7, fsrs.Rating.Hard, AT, 1234),
        fsrs.ReviewLog(card_id=7, rating=fsrs.Rating.Easy, review_datetime=AT, review_duration=None),
        fsrs.Scheduler(),
        fsrs.Scheduler([*drop_in.scheduler.DEFAULT_PARAMETERS[:20], 0.3], 0.8, [DAY], (), 100, False),
    ]


def test_every_name_is_there(py_fsrs: Any) -> None:
    assert set(py_fsrs.peer.__all__) <= set(py_fsrs.ours.__all__)
    for name in CLASSES:
        assert set(public(getattr(py_fsrs.peer, name))) <= set(dir(getattr(py_fsrs.ours, name))), name
    for module in ("card", "rating", "review_log", "state", "optimizer", "scheduler"):
        theirs = importlib.import_module(f"fsrs.{module}")
        ours = importlib.import_module(f"perdure.compat.py_fsrs.{module}")
        assert set(theirs.__all__) <= set(ours.__all__)


def test_constants_are_the_same(py_fsrs: Any) -> None:
    theirs = vars(sys.modules[py_fsrs.peer.Scheduler.__module__]) if py_fsrs.version == "6.3.2" else None
    if theirs is None:
        theirs = py_fsrs.peer.Scheduler.__init__.__globals__
    constants = {name: value for name, value in theirs.items() if name.isupper() and name != "TYPE_CHECKING"}
    assert len(constants) >= 9
    for name, value in constants.items():
        assert getattr(drop_in.scheduler, name) == value, name


def test_signatures_are_the_same(py_fsrs: Any) -> None:
    for name in CLASSES:
        theirs, ours = getattr(py_fsrs.peer, name), getattr(py_fsrs.ours, name)
        for method in ["__init__", *public(theirs)]:
            if not callable(getattr(theirs, method)):
                continue
            wanted, found = parameters(getattr(theirs, method)), parameters(getattr(ours, method))
            # The drop-in may take more, by keyword alone.
            assert [str(row) for row in found[: len(wanted)]] == [str(row) for row in wanted], (name, method)
            assert all(kind is inspect.Parameter.KEYWORD_ONLY for _, kind, _ in found[len(wanted) :])


def test_enumerations_are_the_same(py_fsrs: Any) -> None:
    for name in ("Rating", "State"):
        theirs, ours = getattr(py_fsrs.peer, name), getattr(py_fsrs.ours, name)
        assert [(m.name, m.value, repr(m), str(m)) for m in ours] == [
            (m.name, m.value, repr(m), str(m)) for m in theirs
        ]
        assert ours(1) == 1
        assert ours.__mro__[1:] == theirs.__mro__[1:]


def test_values_read_the_same(py_fsrs: Any) -> None:
    for theirs, ours in zip(made(py_fsrs.peer), made(py_fsrs.ours), strict=True):
        assert repr(ours) == repr(theirs)
        assert [f.name for f in dataclasses.fields(ours)] == [f.name for f in dataclasses.fields(theirs)]
        assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
        assert type(ours).__match_args__ == type(theirs).__match_args__
        assert list(vars(ours))[: len(dataclasses.fields(ours))] == [f.name for f in dataclasses.fields(ours)]


def test_values_behave_as_values(py_fsrs: Any) -> None:
    for ours, again in zip(made(py_fsrs.ours), made(py_fsrs.ours), strict=True):
        assert ours == again
        for other in (
            copy.copy(ours),
            copy.deepcopy(ours),
            pickle.loads(pickle.dumps(ours)),
            dataclasses.replace(ours),
        ):
            assert other == ours
            assert type(other) is type(ours)
        with pytest.raises(TypeError, match="unhashable"):
            hash(ours)
    cards = made(py_fsrs.ours)
    assert cards[0] != cards[1]
    assert cards[0] != 7


def test_a_used_scheduler_can_be_copied_and_pickled() -> None:
    scheduler = drop_in.Scheduler(seed=3)
    card, _ = scheduler.review_card(drop_in.Card(card_id=1), drop_in.Rating.Easy, AT)
    for other in (copy.copy(scheduler), copy.deepcopy(scheduler), pickle.loads(pickle.dumps(scheduler))):
        assert other == scheduler
        assert other.review_card(card, 3, AT + 9 * DAY) == scheduler.review_card(card, 3, AT + 9 * DAY)


def test_documents_are_the_same_bytes(py_fsrs: Any) -> None:
    for theirs, ours in zip(made(py_fsrs.peer), made(py_fsrs.ours), strict=True):
        assert list(ours.to_dict().items()) == list(theirs.to_dict().items())
        for indent in (None, 2, "\t"):
            assert ours.to_json(indent=indent) == theirs.to_json(indent=indent)
        assert ours.to_json(4) == theirs.to_json(4)
        assert type(ours).from_json(theirs.to_json()) == ours
        assert type(theirs).from_json(ours.to_json()) == theirs
        assert type(ours).from_dict(theirs.to_dict()) == ours
        assert type(theirs).from_dict(ours.to_dict()) == theirs


def test_numbers_of_a_document_are_read_as_py_fsrs_reads_them(py_fsrs: Any) -> None:
    document = {**py_fsrs.ours.Card(card_id=1, due=AT).to_dict(), "card_id": "12", "stability": 0, "difficulty": "5.5"}
    theirs, ours = py_fsrs.peer.Card.from_dict(document), py_fsrs.ours.Card.from_dict(document)
    assert vars(ours) == vars(theirs)
    assert (ours.stability, ours.difficulty, ours.card_id) == (None, 5.5, 12)


def test_subclasses_keep_their_type_and_attributes(py_fsrs: Any) -> None:
    for fsrs in (py_fsrs.peer, py_fsrs.ours):
        deck_card = type("DeckCard", (fsrs.Card,), {})
        card = deck_card(card_id=1, due=AT)
        card.deck = "verbs"
        after, _ = fsrs.Scheduler().review_card(card, fsrs.Rating.Good, AT)
        assert type(after) is deck_card
        assert after.deck == "verbs"
        assert type(deck_card.from_json(card.to_json())) is deck_card
        plain = fsrs.Card(card_id=1, due=AT)
        plain.deck = "nouns"
        assert fsrs.Scheduler().review_card(plain, fsrs.Rating.Good, AT)[0].deck == "nouns"


def test_the_given_card_stays_as_it_is(py_fsrs: Any) -> None:
    card = py_fsrs.ours.Card(card_id=1, due=AT)
    before = copy.copy(card)
    scheduler = py_fsrs.ours.Scheduler()
    scheduler.review_card(card, py_fsrs.ours.Rating.Good, AT)
    with pytest.raises(ValueError, match="rating"):
        scheduler.review_card(card, 9, AT)
    assert card == before


def test_options_may_be_set_later(py_fsrs: Any) -> None:
    results = []
    for fsrs in (py_fsrs.peer, py_fsrs.ours):
        scheduler = fsrs.Scheduler()
        scheduler.enable_fuzzing = False
        scheduler.learning_steps = ()
        scheduler.desired_retention = 0.7
        scheduler.maximum_interval = 40
        card, _ = scheduler.review_card(fsrs.Card(card_id=1), fsrs.Rating.Easy, AT)
        results.append((card.due, card.stability))
    assert results[0] == results[1]
    scheduler = py_fsrs.ours.Scheduler(enable_fuzzing=False, learning_steps=())
    scheduler.review_card(py_fsrs.ours.Card(card_id=1), 1, AT)
    scheduler.parameters = (5.0, *scheduler.parameters[1:])
    assert scheduler.review_card(py_fsrs.ours.Card(card_id=1), 1, AT)[0].stability == 5.0


def test_cards_get_ids_of_their_own() -> None:
    before = int(dt.datetime.now(dt.UTC).timestamp() * 1000)
    ids: list[int] = []

    def make() -> None:
        ids.extend(drop_in.Card().card_id for _ in range(2000))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == 8000
    assert before <= min(ids)


def test_now_is_the_default_time(py_fsrs: Any) -> None:
    before = dt.datetime.now(dt.UTC)
    new = py_fsrs.ours.Card()
    card, log = py_fsrs.ours.Scheduler().review_card(new, py_fsrs.ours.Rating.Good)
    assert before <= new.due <= log.review_datetime <= dt.datetime.now(dt.UTC)
    assert card.last_review == log.review_datetime
    assert 0.99 < py_fsrs.ours.Scheduler().get_card_retrievability(card) <= 1
    assert log.review_datetime.tzinfo == dt.UTC


def test_retrievability_of_a_new_card_is_zero(py_fsrs: Any) -> None:
    for fsrs in (py_fsrs.peer, py_fsrs.ours):
        recall = fsrs.Scheduler().get_card_retrievability(fsrs.Card())
        assert (recall, type(recall)) == (0, int)


def test_import_needs_no_torch_and_no_py_fsrs() -> None:
    code = "import sys, perdure.compat.py_fsrs as f; f.Optimizer; print(*(n in sys.modules for n in ('torch', 'fsrs')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_both_drop_ins_share_cards_and_logs() -> None:
    assert older_drop_in.Card is drop_in.Card
    assert older_drop_in.Scheduler() != drop_in.Scheduler()
    assert json.loads(older_drop_in.Scheduler().to_json()) == json.loads(drop_in.Scheduler().to_json())
    assert type(older_drop_in.Scheduler.from_json(drop_in.Scheduler().to_json())) is older_drop_in.Scheduler
