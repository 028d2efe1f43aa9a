"""Output files appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from perdure.cli.files import replacing, require_writable, require_writable_folder, staged_folder
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
