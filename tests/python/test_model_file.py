"""Model files: the same bits back, nothing half-written, and every value that does not fit is named."""

from __future__ import annotations

import copy
import dataclasses
import json
import os
import shutil
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import perdure
import pytest
from perdure import FitOptions, Fsrs6, Gaussian, HalfLife, InputError, ReviewLog, fingerprint, load_model


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.json"


@pytest.fixture(scope="module")
def document(log: ReviewLog, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("saved") / "model.json"
    HalfLife(options=FitOptions(prior_weight=0.5)).fit(log).save(path)
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def check_same(again: Any, model: Any, log: ReviewLog) -> None:
    assert type(again) is type(model)
    assert again.elapsed_rule == model.elapsed_rule
    assert again.parameter_names == model.parameter_names
    assert again.predict_sequence(log).tobytes() == model.predict_sequence(log).tobytes()
    for a, b in zip(again.states(log).state, model.states(log).state, strict=True):
        assert a.tobytes() == b.tobytes()


def test_a_fitted_model_comes_back_bit_for_bit(fitted: Any, log: ReviewLog, path: Path) -> None:
    fitted.save(path)
    again = load_model(path)
    check_same(again, fitted, log)
    assert again.parameters_.tobytes() == fitted.parameters_.tobytes()
    assert again.observation_ == fitted.observation_
    assert again.first_encounters_ == fitted.first_encounters_
    assert dataclasses.replace(again.report_, seconds=fitted.report_.seconds) == fitted.report_
    assert again.covariance_.tobytes() == fitted.covariance_.tobytes()
    assert again.data_ == fitted.data_ == (fingerprint.of(log),)
    assert again.predict_interval(log).tobytes() == fitted.predict_interval(log).tobytes()
    before = path.read_bytes()
    again.save(str(path))
    assert path.read_bytes() == before
    assert names(path.parent) == ["model.json"]


@pytest.mark.parametrize(
    "model",
    [
        Fsrs6(),
        Fsrs6(profile="ts_fsrs_5"),
        HalfLife(parameters=[0.1, 1 / 3, 2.0, 0.3], elapsed="study-days:Europe/Kyiv:4:rest=sat,sun"),
    ],
    ids=repr,
)
def test_an_unfitted_model_comes_back(model: Any, log: ReviewLog, path: Path) -> None:
    model.save(path)
    again = load_model(path)
    check_same(again, model, log)
    with pytest.raises(AttributeError, match="has no report_: it was not fitted, or its file does not hold it"):
        _ = again.report_


@pytest.mark.parametrize("model", [Fsrs6, HalfLife])
def test_a_fit_without_data_comes_back(model: Any, log: ReviewLog, path: Path) -> None:
    fit = model().fit(log.where(np.arange(len(log)) == 0))
    assert fit.report_.status == "no_data"
    fit.save(path)
    again = load_model(path)
    check_same(again, fit, log)
    assert again.report_.status == "no_data"
    assert again.covariance_ is None


OPTIONS = [
    None,
    "fsrs_rs",
    FitOptions(recency=True, minimum_gap=2.0),
    FitOptions(prior=Gaussian(mean={"decay": -1.5}, sd={"decay": 0.5}, log=["decay"])),
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_options_come_back(options: Any, log: ReviewLog, path: Path) -> None:
    fit = Fsrs6(options=options).fit(log)
    fit.save(path)
    again = load_model(path)
    assert again.options == (FitOptions.of_pipeline(options) if isinstance(options, str) else options)
    np.testing.assert_array_equal(again.unfitted().fit(log).parameters_, fit.parameters_)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["perdure_version"] == perdure.__version__ and document["elapsed_rule"] == "exact"
    assert document["data"] == [fingerprint.of(log)]
    if options is not None:
        assert document["options"]["seed"] == 2023


def test_a_file_says_nothing_twice(document: dict[str, Any]) -> None:
    assert not {"parameters", "defaults", "correlation", "seconds"} & set(document["report"])


def test_a_file_of_an_older_version_reads(document: dict[str, Any], log: ReviewLog, path: Path) -> None:
    old = {name: value for name, value in document.items() if name not in NEWER}
    newer = ("evaluations", "effective_answers", "gradient_norm", "standard_errors", "intervals", "learned", "warnings")
    old["report"] = {name: value for name, value in document["report"].items() if name not in newer}
    path.write_text(json.dumps(old), encoding="utf-8")
    again = load_model(path)
    assert again.predict_sequence(log).shape == (len(log),)
    assert again.covariance_ is None and again.report_.standard_errors == {}
    with pytest.raises(AttributeError):
        _ = again.data_


def test_odd_item_names_come_back(path: Path, log: ReviewLog) -> None:
    model = HalfLife().fit(log)
    model.first_encounters_ = {"naïve | \u2028\"'\\": (3.0, 1.0), "日本": (2.0, 2.0), "": (2.0, 0.0)}
    model.save(path)
    assert load_model(path).first_encounters_ == model.first_encounters_


def test_a_zone_of_the_callers_own_folder_is_found(log: ReviewLog, path: Path, tmp_path: Path) -> None:
    """The zone folders that Python searches hold for a model file too, as they do for the fit."""
    from perdure import _zones

    source = next(
        Path(folder) / "Europe/Kyiv" for folder in _zones.search_paths() if (Path(folder) / "Europe/Kyiv").exists()
    )
    (tmp_path / "zones/Own").mkdir(parents=True)
    shutil.copy(source, tmp_path / "zones/Own/Place")
    zoneinfo.reset_tzpath([str(tmp_path / "zones")])
    try:
        model = HalfLife(elapsed="calendar-days:Own/Place:4").fit(log)
        model.save(path)
        check_same(load_model(path), model, log)
    finally:
        zoneinfo.reset_tzpath()


# What is refused


def put(*keys: str) -> Callable[[dict[str, Any], Any], None]:
    """Function that replaces a value; `...` removes it."""

    def change(document: dict[str, Any], value: Any) -> None:
        for key in keys[:-1]:
            document = document[key]
        if value is ...:
            del document[keys[-1]]
        else:
            document[keys[-1]] = value

    return change


NEWER = ("options", "data", "observed", "covariance", "posterior")

CHANGES: list[tuple[tuple[str, ...], list[Any]]] = [
    (("format",), [..., None, "perdure", 3]),
    (("format_version",), [..., None, 0, 2, "1"]),
    (("model",), [..., None, "fsrs8", "guess", ["half-life"]]),
    (("profile",), [..., None, "fsrs_rs", 3]),
    (("elapsed_rule",), [..., None, "weeks", "calendar-days:Mars/Base:4", 1]),
    (("parameters",), [..., None, [], {}, [1.0] * 4]),
    (("parameters", "gain"), [..., None, "4", True, float("nan"), float("inf"), -1.0, 1e9, 10**400]),
    (("parameters", "more"), [1.0]),
    (("observation",), [..., None, [], {}]),
    (("observation", "first_success"), [..., None, -0.1, 1.1, float("nan")]),
    (("observation", "first_weight"), [..., 0.0, "1", 10**400]),
    (("observation", "intercept"), [..., None, float("inf")]),
    (("observation", "slope"), [..., -1.0]),
    (("observation", "minimum_gap"), [..., -1.0]),
    (("first_encounters",), [..., None, [], 3]),
    (("first_encounters", "q1"), [None, [], [1.0], [3.0, 4.0], [3.0, -1.0], ["3", "1"], {"a": 1}]),
    (("options",), [3, [], {"pipeline": "none"}, {"speed": 1}, {"prior_weight": -1}, {"prior": {"sd": {}}}]),
    (("data",), [None, [], "sha256:00", ["sha256:00"], [3]]),
    (("observed",), [None, [], [1.0], [1.0, -1.0], ["1", "2"]]),
    (("covariance",), [None, [], [[1.0]] * 4, [[-1.0], [0.0, 1.0], [0.0] * 3, [0.0] * 4]]),
    (("covariance",), [[[1.0], [2.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 1.0]]]),
    (("covariance",), [[[1.0], [0.0, float("nan")], [0.0] * 3, [0.0] * 4]]),
    (("posterior",), [None, [], {}, {"mean": [0.0] * 4}]),
    (("posterior", "mean"), [None, [], [0.0] * 3, ["0"] * 4, [float("inf")] * 4]),
    (("posterior", "precision"), [None, [], [[1.0]]]),
    (("report",), [[], 3, {}]),
    (("report", "standard_errors"), [3, {"gain": "1"}, {"gain": float("nan")}]),
    (("report", "intervals"), [{"gain": [1.0]}, {"gain": [2.0, 1.0]}]),
    (("report", "warnings"), ["text", [3]]),
    (("report", "gradient_norm"), ["0", float("inf")]),
    (("report", "status"), [..., 3]),
    (("report", "objective_path"), [..., 3]),
    (("report", "answers"), [..., "many"]),
    (("report", "log_loss"), [..., float("nan"), float("inf"), 10**400]),
    (("report", "more"), [1]),
]
CASES = [(f"{'.'.join(keys)}={value!r}"[:40], keys, value) for keys, values in CHANGES for value in values]


@pytest.mark.parametrize(("name", "keys", "value"), CASES, ids=[case[0] for case in CASES])
def test_a_value_that_does_not_fit(
    name: str, keys: tuple[str, ...], value: Any, document: dict[str, Any], path: Path
) -> None:
    changed = copy.deepcopy(document)
    put(*keys)(changed, value)
    path.write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_model(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert keys[0].replace("_", " ") in message.replace("_", " ")
    assert "\n" not in message


FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "not JSON"),
    "binary": (bytes(range(256)), "not JSON"),
    "gzip": (b"\x1f\x8b\x08\x00", "not JSON"),
    "a list": (b"[1, 2]", "not a model file"),
    "a number": (b"3", "not a model file"),
    "another object": (b'{"model": "fsrs6"}', "not a model file"),
    "very deep": (b"[" * 200_000, "not JSON"),
    "a very long number": (b'{"format": ' + b"9" * 5000 + b"}", "not JSON"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "not JSON"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_model(name: str, path: Path) -> None:
    content, message = FILES[name]
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        load_model(path)
    assert str(caught.value).startswith(str(path))


def test_no_file(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.json", tmp_path):
        with pytest.raises(InputError, match="cannot be read") as caught:
            load_model(path)
        assert str(caught.value).startswith(str(path))
    with pytest.raises(InputError, match="path: not a path, got 3"):
        load_model(3)  # type: ignore[arg-type]


def test_a_truncated_file_is_refused(document: dict[str, Any], path: Path) -> None:
    whole = json.dumps(document, indent=1).encode()
    for end in [*range(0, len(whole), 97), len(whole) - 1]:
        path.write_bytes(whole[:end])
        with pytest.raises(InputError, match="not JSON"):
            load_model(path)


# Writing


@pytest.mark.parametrize("old", [None, b"old model"], ids=["new", "replaced"])
@pytest.mark.parametrize("failure", [OSError("disk full"), KeyboardInterrupt()], ids=repr)
def test_a_file_is_there_whole_or_not_at_all(
    old: bytes | None, failure: BaseException, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any, **options: Any) -> None:
        raise failure

    if old is not None:
        path.write_bytes(old)
    monkeypatch.setattr(os, "replace", fail)
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(InputError if isinstance(failure, OSError) else type(failure)) as caught:
        HalfLife().save(path)
    if isinstance(failure, OSError):
        assert str(caught.value) == f"{path}: cannot be written: disk full"
        assert caught.value.__cause__ is failure
    assert names(path.parent) == ([] if old is None else ["model.json"])
    assert old is None or path.read_bytes() == old


def test_a_failing_write_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"old model")
    model = HalfLife()
    model.observation_ = {"intercept": float("nan")}  # not JSON
    with pytest.raises(ValueError, match="JSON"):
        model.save(path)
    assert path.read_bytes() == b"old model"
    assert names(path.parent) == ["model.json"]
    for target, reason in ((path.parent / "nowhere" / "model.json", "does not exist"), (path.parent, "a folder")):
        with pytest.raises(InputError, match=reason) as caught:
            HalfLife().save(target)
        assert caught.value.source == str(target) and ".tmp" not in str(caught.value)


def test_numbers_are_written_in_full(path: Path) -> None:
    parameters = np.nextafter([0.1, 2.0, 1 / 3, 0.7], 1)
    HalfLife(parameters=parameters).save(path)
    assert load_model(path)._values().tobytes() == parameters.tobytes()
