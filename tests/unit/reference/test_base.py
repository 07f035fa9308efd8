# SPDX-License-Identifier: GPL-2.0-or-later
"""Building the base disk, with a stand-in for mmdebstrap."""

import os

import pytest
from imagebuild.base import FILES, BaseImage, ImageBuildError, build_base, build_mode, host_problems
from imagebuild.recipe import Recipe

RECIPE = Recipe(packages=("wine",), dpkg_options=(), hook="say secret-hook-line\n")
GOOD = """
for word in "$@"; do case $word in
    --customize-hook=copy-out*) out=${word##* } ;;
esac; done
mkdir "$out/hil-artifacts"
cd "$out/hil-artifacts"
touch disk.qcow2 vmlinuz modules.tar busybox
echo "I: running apt-get update..."
echo "I: downloading packages with apt..." >&2
"""


@pytest.fixture
def mmdebstrap(tmp_path, monkeypatch):
    """Returns a function that puts a shell script in mmdebstrap's place."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def install(script):
        program = folder / "mmdebstrap"
        program.write_text(f"#!/bin/sh\n{script}")
        program.chmod(0o755)

    return install


def test_a_good_build_is_complete(mmdebstrap, tmp_path):
    """All files are in the folder, and nothing else is left behind."""
    mmdebstrap(GOOD)
    base = build_base(RECIPE, tmp_path / "cache" / "base")
    assert base.complete
    assert {path.name for path in base.folder.iterdir()} == {*FILES, "build.log"}
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["base"]


def test_progress_is_reported(mmdebstrap, tmp_path):
    """Standard output and standard error both count."""
    mmdebstrap(GOOD)
    seen = []
    build_base(RECIPE, tmp_path / "base", progress=seen.append)
    assert [progress.stage for progress in seen] == ["package lists", "base system"]


def test_a_failed_build_says_why_and_leaves_only_its_log(mmdebstrap, tmp_path):
    """The message carries the last lines of the output, without mmdebstrap's copy of our hook."""
    mmdebstrap("echo 'E: no space left'; echo 'say secret-hook-line'; exit 25")
    with pytest.raises(ImageBuildError, match="ended with 25") as caught:
        build_base(RECIPE, tmp_path / "cache" / "base")
    assert "no space left" in str(caught.value)
    assert "secret-hook-line" not in str(caught.value)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["base.failed.log"]


def test_a_build_that_hangs_is_stopped(mmdebstrap, tmp_path):
    """After the limit it is told to stop; the error names the limit."""
    mmdebstrap("exec sleep 1000")
    with pytest.raises(ImageBuildError, match="not finished after 0 s"):
        build_base(RECIPE, tmp_path / "base", limit_s=0.1)


def test_ctrl_c_ends_mmdebstrap(mmdebstrap, tmp_path):
    """It gets SIGTERM, upon which it removes its tree, and no folder stays."""
    mmdebstrap(
        f"trap 'touch {tmp_path}/cleaned; kill $!; exit 1' TERM\n"
        "sleep 1000 & echo 'I: running apt-get update...'\nwait"
    )

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_base(RECIPE, tmp_path / "cache" / "base", progress=interrupt)
    assert (tmp_path / "cleaned").exists()
    assert list((tmp_path / "cache").iterdir()) == []


def test_an_incomplete_folder_is_not_a_base(tmp_path):
    """For instance one whose disk was deleted by hand."""
    assert not BaseImage(tmp_path).complete


def test_only_root_builds_as_root():
    """Everyone else needs mmdebstrap's unshare mode."""
    assert build_mode(0) == "root"
    assert build_mode(1000) == "unshare"


def test_missing_programs_are_named_with_their_package(monkeypatch):
    """One need, one fix."""
    monkeypatch.setattr("shutil.which", lambda name, path: None)
    problems = host_problems("root")
    assert [problem.need for problem in problems] == [
        "the program qemu-img",
        "the program mmdebstrap",
        "the program mke2fs",
        "the program xz",
    ]
    assert problems[2].fix == "apt-get install e2fsprogs"


def test_a_user_without_subordinate_ids_is_told(monkeypatch):
    """Unshare mode maps a range of ids."""
    monkeypatch.setattr("imagebuild.base._user", lambda: "nobody-at-all")
    monkeypatch.setattr("os.getuid", lambda: 4_000_000_000)
    needs = [problem.fix for problem in host_problems("unshare")]
    assert "usermod --add-subuids 100000-165535 nobody-at-all" in needs
    assert "usermod --add-subgids 100000-165535 nobody-at-all" in needs
