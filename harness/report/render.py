# SPDX-License-Identifier: GPL-2.0-or-later
"""Renders the report and the contract page: HTML files that need no network and no server.

Style, script and drawings are inline. The page forbids itself every other source by a content
security policy that names its one script by hash, so even a string of the guest that got past the
template's escaping could neither run nor fetch anything.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness import text
from harness.checks.catalogue import Entry
from harness.checks.figures import FIGURES
from harness.report import broken, view
from harness.report.contract import contract
from harness.report.coverage import WORDS
from harness.report.origin import Clocks
from harness.results import wording
from harness.results.model import RunResult
from harness.results.wording import describe_fault
from hil_common.security import SECURITY_CHOICES

_RULE_ID = re.compile(r"\b[A-Z]{2,8}-[0-9]{2}\b")


def render(
    result: RunResult,
    timelines: broken.Timelines | None = None,
    rules: broken.Rules | None = None,
    clocks: Clocks | None = None,
) -> str:
    """Return ``report.html`` of a run; with ``clocks`` it says where zero is on each of them.

    ``timelines`` maps an association's index to its events; an association without one is listed
    but not drawn. ``rules`` maps a rule id to its text; an unknown rule is shown by id alone.
    """
    timelines, rules = timelines or {}, rules or {}
    drawings, drawings_note = view.drawings(result, timelines, clocks)
    script = inline_text("report.js")
    return environment().get_template("report.html.j2").render(
        result=result,
        facts=view.facts(result),
        tally=view.tally(result),
        environment=view.environment(result),
        network=view.network(result),
        findings=broken.findings(result, timelines, rules, clocks),
        files=view.evidence_paths(result),
        drawings=drawings,
        drawings_note=drawings_note,
        drawn={drawing.item.index for drawing in drawings},
        figures=view.figures(result),
        several=any(len(item.handshakes) > 1 for item in result.associations),
        rules=view.rule_tally(result),
        undecided=view.undecided(result),
        waived=view.waived(result),
        table_figures=[
            (name, head, FIGURES[name].span)
            for name, head in view.TABLE_FIGURES.items()
            if name != "handshake" or result.air is None or _has_keys(result.air.security)
        ],
        cells=result.requested_associations <= view.CELLS_UP_TO,
        not_run=max(result.requested_associations - len(result.associations), 0),
        style=Markup(inline_text("report.css")),  # noqa: S704 (a file of this package)
        script=Markup(script),  # noqa: S704 (a file of this package)
        script_hash=csp_hash(script),
    )  # fmt: skip


def render_contract(
    result: RunResult,
    timelines: broken.Timelines,
    rules: Sequence[Entry],
    clocks: Clocks | None = None,
) -> str:
    """Return ``contract.html`` of a run: every rule against every association."""
    script = inline_text("report.js")
    return environment().get_template("contract.html.j2").render(
        result=result,
        contract=contract(result, timelines, rules, clocks),
        files=view.evidence_paths(result),
        words=WORDS,
        style=Markup(inline_text("report.css")),  # noqa: S704 (a file of this package)
        script=Markup(script),  # noqa: S704 (a file of this package)
        script_hash=csp_hash(script),
    )  # fmt: skip


@cache
def environment() -> Environment:
    """Jinja2 with our templates, escaping on, and the filters they use."""
    made = Environment(
        loader=PackageLoader("harness.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "clean": text.clean,
        "win32": wording.win32,
        "reason_code": wording.reason_code,
        "ms": text.milliseconds,
        "span_us": wording.span_us,
        "span_s": wording.span_s,
        "size": wording.size_bytes,
        "eapol": wording.eapol_counts,
        "echo": wording.echo_counts,
        "figure": wording.figure_spans,
        "fault": describe_fault,
        "href": _href,
        "rule_ids": _rule_ids,
    }
    return made


def _href(path: str) -> str:
    """Return a link to a file beside the report; never anything but a relative path."""
    return "./" + quote(path)


def _rule_ids(text: str) -> Markup:
    """Return escaped text in which rule ids are marked as code, so that they never break."""
    escaped = str(Markup.escape(text))
    return Markup(_RULE_ID.sub(r"<code>\g<0></code>", escaped))  # noqa: S704 (escaped above)


def inline_text(name: str) -> str:
    """A file of the templates, as it stands in a page."""
    loader = environment().loader
    assert loader is not None
    return loader.get_source(environment(), name)[0].strip() + "\n"


def _has_keys(security: str) -> bool:
    """Whether a network of that security has handshakes; one not known here may."""
    choice = SECURITY_CHOICES.get(security)
    return choice is None or choice.has_keys


def csp_hash(script: str) -> str:
    """The source by which a content security policy allows an element that holds a line end, then
    `script`."""
    digest = hashlib.sha256(("\n" + script).encode()).digest()
    return "sha256-" + base64.b64encode(digest).decode()
