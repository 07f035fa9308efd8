# SPDX-License-Identifier: GPL-2.0-or-later
"""What a base disk is made of."""

from dataclasses import replace
from pathlib import Path

import pytest
from imagebuild.recipe import Recipe, load_recipe, mmdebstrap_argv

from . import REFERENCE

RECIPE = Recipe(packages=("wine", "kmod"), dpkg_options=("path-exclude=/x/*",), hook="true\n")


def test_the_command_line():
    """The whole of it: no mirror is named, the hook goes in as text, the tree is thrown away."""
    assert mmdebstrap_argv(RECIPE, "unshare", Path("/out"), None) == [
        "mmdebstrap",
        "--verbose",
        "--mode=unshare",
        "--variant=essential",
        "--format=null",
        "--include=wine,kmod",
        "--dpkgopt=path-exclude=/x/*",
        '--aptopt=Acquire::Languages "none"',
        '--aptopt=APT::Install-Recommends "false"',
        "--customize-hook=true\n",
        "--customize-hook=copy-out /hil-artifacts /out",
        "trixie",
        "/dev/null",
    ]


def test_the_package_cache_is_filled_before_the_hook_empties_it():
    """sync-out must see the packages that the hook removes from the disk."""
    argv = mmdebstrap_argv(RECIPE, "root", Path("/out"), Path("/debs"))
    assert "--skip=essential/unlink" in argv
    out = argv.index("--customize-hook=sync-out /var/cache/apt/archives /debs")
    assert out < argv.index("--customize-hook=true\n")


@pytest.mark.parametrize(
    "change",
    [{"packages": ("wine",)}, {"dpkg_options": ()}, {"hook": "false\n"}],
    ids=["packages", "dpkg options", "hook"],
)
def test_every_input_changes_the_key(change):
    """A disk of other inputs is another disk."""
    assert replace(RECIPE, **change).key != RECIPE.key


def test_the_key_depends_on_nothing_else():
    """Not on where the build goes or who builds: the same disk serves all."""
    assert replace(RECIPE).key == RECIPE.key


def test_the_shipped_recipe_is_read():
    """Comments are dropped, filters are path filters, and no address of a mirror is in it."""
    recipe = load_recipe(REFERENCE / "recipe")
    assert "wine64" in recipe.packages
    assert all("#" not in package and " " not in package for package in recipe.packages)
    assert all(o.startswith(("path-exclude=/", "path-include=/")) for o in recipe.dpkg_options)
    assert "://" not in "".join(mmdebstrap_argv(recipe, "root", Path("o"), None))
