# SPDX-License-Identifier: GPL-2.0-or-later
"""Files and folders that are there whole or not at all."""

import pytest
from imagebuild.files import created_folder, replaced


def test_a_file_takes_its_place_whole(tmp_path):
    """Until the block ends the old content stands."""
    target = tmp_path / "new" / "initrd"
    with replaced(target) as temporary:
        temporary.write_text("one")
        assert not target.exists()
    assert target.read_text() == "one"
    assert [p.name for p in target.parent.iterdir()] == ["initrd"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_failure_leaves_the_old_file_and_nothing_else(tmp_path, error):
    """Also Ctrl-C in the middle of writing."""
    target = tmp_path / "initrd"
    target.write_text("old")

    def fail():
        with replaced(target) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_replaces_an_older_one(tmp_path):
    """A folder that is there (an incomplete one, say) gives way to the complete one."""
    target = tmp_path / "base"
    target.mkdir()
    (target / "stale").touch()
    with created_folder(target) as folder:
        (folder / "disk").touch()
    assert [p.name for p in target.iterdir()] == ["disk"]
    assert list(tmp_path.iterdir()) == [target]


def test_failure_leaves_no_folder(tmp_path):
    """Nothing half-built is ever found under the final name."""

    def fail():
        with created_folder(tmp_path / "base") as folder:
            (folder / "disk").touch()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []
