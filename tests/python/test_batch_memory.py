"""Columns that share memory or hold no numbers: a result is right, or there is an InputError."""

from __future__ import annotations

from typing import Any

import numpy as np
import perdure
import pytest
from perdure import InputError, batch

N = 5000
RNG = np.random.default_rng(5)
GRADE = RNG.integers(1, 5, N).astype(np.uint8)
DAYS = RNG.exponential(10, N).astype(np.float32)
STATE = (RNG.uniform(1, 100, N).astype(np.float32), RNG.uniform(1, 10, N).astype(np.float32))


def empty() -> np.ndarray:
    return np.empty(N, dtype=np.float32)


def longer(column: np.ndarray) -> np.ndarray:
    return np.append(column, column[:1])


def on_days() -> Any:
    days = longer(DAYS)
    return batch.review("fsrs6", STATE, GRADE, days[:N], out=(days[1:], empty()))


def on_grades() -> Any:
    memory = np.tile(GRADE, 4)
    return batch.first("fsrs6", memory[:N], out=(memory.view(np.float32), empty()))


def recall_on_days() -> Any:
    days = longer(DAYS)
    return batch.recall("fsrs6", STATE, days[:N], out=days[1:])


def recall_on_state() -> Any:
    stability = longer(STATE[0])
    return batch.recall("fsrs6", (stability[:N], STATE[1]), DAYS, out=stability[1:])


def interval_on_targets() -> Any:
    targets = np.full(N + 1, 0.9, dtype=np.float32)
    return batch.interval("fsrs6", STATE, targets[:N], out=targets[1:])


def due_on_state() -> Any:
    stability = longer(STATE[0])
    return batch.review_interval("fsrs6", (stability[:N], STATE[1]), GRADE, DAYS, out=(empty(), empty(), stability[1:]))


def due_on_the_new_state() -> Any:
    both = empty()
    return batch.review_interval("fsrs6", STATE, GRADE, DAYS, out=(both, empty(), both))


def replay_on_days() -> Any:
    days = DAYS.copy()
    return batch.replay("fsrs6", np.arange(0, N + 1, 10), GRADE, days, out=(days[: N // 10], np.empty_like(days[::10])))


@pytest.mark.parametrize(
    "call",
    [
        on_days,
        on_grades,
        recall_on_days,
        recall_on_state,
        interval_on_targets,
        due_on_state,
        due_on_the_new_state,
        replay_on_days,
    ],
)
def test_a_result_overwrites_nothing_that_is_still_read(call: Any) -> None:
    with pytest.raises(InputError, match=r"the output column .* overlaps"):
        call()


@pytest.mark.parametrize("model", perdure.catalog())
def test_a_whole_input_may_become_the_output(model: str) -> None:
    state = batch.review(model, batch.first(model, GRADE), GRADE[::-1], DAYS)
    expected, due = batch.review_interval(model, state, GRADE, DAYS)
    days, column = DAYS.copy(), state[-1].copy()
    into = [empty() for _ in state]
    made, interval = batch.review_interval(model, state, GRADE, days, out=(*into[:-1], days, column))
    for got, wanted in zip((*made, interval), (*expected, due), strict=True):
        np.testing.assert_array_equal(got, wanted)
    kept = (*state[:-1], state[-1].copy())
    _, interval = batch.review_interval(model, kept, GRADE, DAYS, out=(*into, kept[-1]))
    np.testing.assert_array_equal(interval, due)


def test_an_output_askew_is_refused() -> None:
    askew = np.zeros(4 * N + 1, dtype=np.uint8)[1:].view(np.float32)
    assert not askew.flags.aligned
    with pytest.raises(InputError, match="expected a contiguous, aligned, writeable float32 array"):
        batch.recall("fsrs6", STATE, DAYS, out=askew)


def test_a_locked_output_is_said_to_be_locked() -> None:
    locked = empty()
    locked.flags.writeable = False
    with pytest.raises(InputError, match="read-only"):
        batch.recall("fsrs6", STATE, DAYS, out=locked)


def test_masked_values_are_no_numbers() -> None:
    masked = np.ma.array(DAYS, mask=DAYS > 20)  # type: ignore[no-untyped-call]
    with pytest.raises(InputError, match="elapsed_days: masked values"):
        batch.recall("fsrs6", STATE, masked)


@pytest.mark.filterwarnings("error")
def test_a_number_beyond_float32_is_an_error_and_no_warning() -> None:
    with pytest.raises(InputError, match=r"elapsed_days\[0\] must be in \[0, 1e6\] days, got inf"):
        batch.recall("fsrs6", STATE, np.full(N, 1e300))


def test_an_offset_beyond_int64_is_named_as_it_is() -> None:
    with pytest.raises(InputError, match="offsets: out of range, got 9223372036854775813"):
        batch.replay("fsrs6", np.array([0, 2**63 + 5], dtype=np.uint64), GRADE, DAYS)


def test_the_columns_of_a_long_state_are_not_all_listed() -> None:
    with pytest.raises(InputError, match=r"a tuple of 48: age_1, .*, \.\.\., successes_16$") as caught:
        batch.recall("dash", STATE, DAYS)
    assert len(str(caught.value)) < 200
