# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the board's page: one HTML file that needs no network and no server.

Style, script and data are inside. The page forbids itself every other source by a content security
policy that names its style and its script by hash, and forbids its script to make markup of strings
(trusted types): what a DLL or a guest named itself stays text.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness.board.coding import script_json
from harness.report.render import csp_hash

SCRIPTS: Final = (
    "data.js", "state.js", "selection.js", "summary.js", "filters.js", "grid.js", "details.js",
    "chart.js", "trends.js", "groups.js", "board.js",
)  # fmt: skip
"""The parts of the page's script, in the order in which they stand in it."""


def page(content: dict[str, Any]) -> str:
    """The page that shows `content` (`harness.board.content`)."""
    style, script = _style(), _script()
    return _environment().get_template("board.html.j2").render(
        style=Markup(style),  # noqa: S704 (files of these packages)
        script=Markup(script),  # noqa: S704 (files of this package)
        style_hash=csp_hash(style),
        script_hash=csp_hash(script),
        data=Markup(script_json(content)),  # noqa: S704 (escaped there)
    )  # fmt: skip


@cache
def _style() -> str:
    """The style of reports, and what the board has beside it."""
    report = files("harness.report").joinpath("templates/report.css").read_text("utf-8")
    return report.strip() + "\n" + _text("board.css")


@cache
def _script() -> str:
    return '"use strict";\n' + "".join(_text(f"scripts/{name}") for name in SCRIPTS)


def _text(name: str) -> str:
    return files("harness.board").joinpath("templates", name).read_text("utf-8").strip() + "\n"


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("harness.board"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
