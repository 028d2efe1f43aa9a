"""Output files appear whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from perdure.cli.files import refuse_inputs, replacing, require_writable, require_writable_folder, staged_folder
from perdure.errors import InputError


def names(folder: Path) -> list[str]:
    """What lies in a folder, in order."""
    return sorted(path.name for path in folder.iterdir())


def test_a_finished_file_takes_its_place(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    with replacing(target) as temporary:
        temporary.write_text("new", encoding="utf-8")
        assert not target.exists() and temporary.parent == target.parent
    assert target.read_text(encoding="utf-8") == "new" and names(tmp_path) == ["a.json"]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failure_keeps_the_old_file(tmp_path: Path, failure: type[BaseException]) -> None:
    target = tmp_path / "a.json"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(failure), replacing(target) as temporary:
        temporary.write_text("half", encoding="utf-8")
        raise failure
    assert target.read_text(encoding="utf-8") == "old" and names(tmp_path) == ["a.json"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old", encoding="utf-8")
    (tmp_path / "link").symlink_to("real")
    with replacing(tmp_path / "link") as temporary:
        temporary.write_text("new", encoding="utf-8")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_text(encoding="utf-8") == "new"


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs /dev/null")
def test_a_device_is_written_to_not_replaced() -> None:
    with replacing(Path("/dev/null")) as temporary:
        temporary.write_text("gone", encoding="utf-8")
    assert Path("/dev/null").is_char_device()


def test_a_new_folder_appears_at_once(tmp_path: Path) -> None:
    target = tmp_path / "plan"
    with staged_folder(target) as staging:
        (staging / "plan.csv").write_text("a", encoding="utf-8")
        assert not target.exists()
    assert names(tmp_path) == ["plan"] and names(target) == ["plan.csv"]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_no_folder(tmp_path: Path, failure: type[BaseException]) -> None:
    with pytest.raises(failure), staged_folder(tmp_path / "plan") as staging:
        (staging / "plan.csv").write_text("half", encoding="utf-8")
        raise failure
    assert names(tmp_path) == []


def test_other_files_of_a_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "plan.csv").write_text("old", encoding="utf-8")
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with staged_folder(tmp_path) as staging:
        (staging / "plan.csv").write_text("new", encoding="utf-8")
    assert names(tmp_path) == ["mine.txt", "plan.csv"]
    assert (tmp_path / "plan.csv").read_text(encoding="utf-8") == "new"
    assert not [name for name in names(tmp_path.parent) if name.endswith(".tmp")]


def test_targets_are_checked_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="this is a folder"):
        require_writable(tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        require_writable(tmp_path / "no" / "such" / "file.json")
    with pytest.raises(InputError, match="this is a file"):
        require_writable_folder(tmp_path / "file")
    require_writable(tmp_path / "new.json")
    require_writable_folder(tmp_path / "new")
    (tmp_path / "plan.csv").mkdir()
    with pytest.raises(InputError, match=r"plan\.csv: this is a folder"):
        require_writable_folder(tmp_path, "plan.csv")


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for check in (require_writable, require_writable_folder):
        with pytest.raises(InputError) as caught:
            check(loop)
        assert caught.value.source == str(loop)
    assert loop.is_symlink()


# An error names what the caller named, not a temporary file.


def failing(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def check_error(error: InputError, path: Path, reason: int = errno.ENOSPC) -> None:
    assert error.source == str(path) and ".tmp" not in str(error)
    assert os.strerror(reason).lower() in str(error).lower()


def test_an_error_of_a_file_names_the_callers_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.json"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(InputError) as caught, replacing(target):
        failing()  # a write names no file
    check_error(caught.value, target)
    with pytest.raises(InputError) as caught, replacing(target) as temporary:
        temporary.joinpath("x").write_text("", encoding="utf-8")
    check_error(caught.value, target / "x", errno.ENOENT)
    with pytest.raises(InputError) as caught, replacing(target):
        pass  # nothing was written, so nothing can be moved
    check_error(caught.value, target, errno.ENOENT)
    with pytest.raises(FileNotFoundError) as other, replacing(target):
        (tmp_path / "missing").read_bytes()
    assert other.value.filename == str(tmp_path / "missing"), "an error about another file stays as it is"
    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(InputError) as caught, replacing(target) as temporary:
        temporary.write_text("new", encoding="utf-8")
    check_error(caught.value, target)
    assert names(tmp_path) == ["a.json"] and target.read_text(encoding="utf-8") == "old"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_device_is_named() -> None:
    with pytest.raises(InputError) as caught, replacing(Path("/dev/full")) as temporary:
        temporary.write_text("new", encoding="utf-8")
    check_error(caught.value, Path("/dev/full"))


def test_a_folder_is_no_place_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is a folder"), replacing(tmp_path):
        pass
    assert names(tmp_path) == []


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    target = tmp_path / ("n" * 250)
    with replacing(target) as temporary:
        temporary.write_text("new", encoding="utf-8")
    assert names(tmp_path) == [target.name]
    for check in (require_writable, require_writable_folder):
        with pytest.raises(InputError) as caught:
            check(tmp_path / ("n" * 300))
        check_error(caught.value, tmp_path / ("n" * 300), errno.ENAMETOOLONG)


@pytest.mark.parametrize("there", [False, True], ids=["new", "there"])
def test_an_error_of_a_folder_names_the_callers_path(
    there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "plan"
    if there:
        target.mkdir()
        (target / "plan.csv").write_text("old", encoding="utf-8")
    with pytest.raises(InputError) as caught, staged_folder(target) as staging:
        (staging / "no" / "plan.csv").write_text("new", encoding="utf-8")
    check_error(caught.value, target / "no" / "plan.csv", errno.ENOENT)
    with pytest.raises(InputError) as caught, staged_folder(target) as staging, replacing(staging / "plan.csv"):
        failing()
    check_error(caught.value, target / "plan.csv")
    with monkeypatch.context() as patched, pytest.raises(InputError) as caught, staged_folder(target) as staging:
        (staging / "plan.csv").write_text("new", encoding="utf-8")
        patched.setattr(Path, "replace", failing)
    check_error(caught.value, target / "plan.csv" if there else target)
    assert names(tmp_path) == (["plan"] if there else [])
    assert not there or (names(target) == ["plan.csv"] and (target / "plan.csv").read_text(encoding="utf-8") == "old")


def test_no_file_of_a_folder_is_replaced_when_one_has_no_place(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("old", encoding="utf-8")
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(InputError) as caught, staged_folder(tmp_path) as staging:
        for name in ("a.csv", "b.csv"):
            (staging / name).write_text("new", encoding="utf-8")
    assert caught.value.source == str(tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "old" and names(tmp_path) == ["a.csv", "b.csv"]


# An output is never an input.


def test_an_input_is_refused_as_output(tmp_path: Path) -> None:
    given, other = tmp_path / "ok.csv", tmp_path / "other.csv"
    given.write_text("mine", encoding="utf-8")
    other.write_text("mine", encoding="utf-8")
    (tmp_path / "soft").symlink_to("ok.csv")
    (tmp_path / "hard").hardlink_to(given)
    (tmp_path / "here").symlink_to(".")
    for out in (given, tmp_path / "soft", tmp_path / "hard", tmp_path / "here" / "ok.csv"):
        with pytest.raises(InputError) as caught:
            refuse_inputs(out, other, given)
        assert caught.value.source == str(out) and str(given) in caught.value.problem
    refuse_inputs(other, given, tmp_path / "missing.csv")
    refuse_inputs(tmp_path / "new.csv", given)
    refuse_inputs(Path(os.devnull), Path(os.devnull))
