# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds the reference guest in two stages.

1. :func:`build_base`: Debian disk with Wine prefix, kernel and modules. About a minute; keyed by
   :attr:`Recipe.key`.
2. :func:`build_payload`: the initramfs with the project's own files. About a second.

Only the standard library is used, so ``build.py`` also runs without the project installed.
"""

from .base import (
    BaseImage,
    HostProblem,
    ImageBuildError,
    build_base,
    build_mode,
    host_problems,
)
from .boot import KERNEL_COMMAND_LINE, READY_LINE
from .modules import ModuleMissingError
from .needs import ProgramNeed, program_needs
from .payload import Payload, build_payload
from .progress import Progress, ProgressCallback
from .recipe import Recipe, load_recipe, mmdebstrap_argv

__all__ = [
    "KERNEL_COMMAND_LINE",
    "READY_LINE",
    "BaseImage",
    "HostProblem",
    "ImageBuildError",
    "ModuleMissingError",
    "Payload",
    "ProgramNeed",
    "Progress",
    "ProgressCallback",
    "Recipe",
    "build_base",
    "build_mode",
    "build_payload",
    "host_problems",
    "load_recipe",
    "mmdebstrap_argv",
    "program_needs",
]
