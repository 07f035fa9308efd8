# SPDX-License-Identifier: GPL-2.0-or-later
"""What one run is to do, and what of its result is known before it begins."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from harness.config.lab import Lab
from harness.faults import Fault
from harness.guests.common.dll import Dll
from harness.results import AirSummary, RunResult, judge_run
from harness.scenarios import Scenario
from harness.scenarios.ssid import shown


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What one run is to do; the scenario's passphrase is set."""

    lab: Lab
    scenario: Scenario
    command: str
    """One line that runs it again."""
    fault: Fault | None = None
    dll: Dll | None = None


def planned_result(plan: RunPlan, run_id: str, started_at: datetime) -> RunResult:
    """The result of a run of which nothing has come yet: what the plan alone says."""
    network = plan.scenario.network
    return judge_run(
        run_id=run_id,
        scenario=plan.scenario.name,
        scenario_description=plan.scenario.summary,
        guest=plan.lab.guest.system,
        started_at=started_at,
        duration_s=0.0,
        beyond_documents=plan.scenario.beyond_documents,
        orders=_ordered(plan.scenario),
        command=plan.command,
        fault=plan.fault.name if plan.fault else None,
        requested_associations=plan.scenario.associations,
        air=AirSummary(
            ssid=shown(network.ssid_bytes),
            channel=network.channel,
            security=network.security,
            rules=tuple(rule.phrase() for rule in plan.scenario.air),
            orders=tuple(order.phrase() for order in plan.scenario.ap),
            usb=tuple(order.phrase() for order in plan.scenario.usb),
        ),
    )


def _ordered(scenario: Scenario) -> tuple[str, ...]:
    """What the guest's WLAN service is asked to do out of the ordinary, in words."""
    form = scenario.os_parameters.association
    unusual = "" if scenario.os_parameters.usual else (
        f"association parameters of {form.size} bytes, revision {form.revision}"
        + (f", {form.hostile}" if form.hostile else "")
    )  # fmt: skip
    return tuple(order.phrase() for order in scenario.os) + ((unusual,) if unusual else ())


def resolved(plan: RunPlan) -> str:
    """lab.toml as it was used, defaults filled in. Scenario secrets are not part of it."""
    lines = []
    tables = [
        (f"[[{name}]]" if isinstance(content, list) else f"[{name}]", table)
        for name, content in plan.lab.model_dump(mode="json").items()
        for table in (content if isinstance(content, list) else [content])
    ]
    for heading, values in tables:
        lines.append(heading)
        lines += [f"{key} = {_toml(value)}" for key, value in values.items() if value is not None]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_toml(one) for one in value)}]"
    if isinstance(value, int | float):
        return repr(value)
    # JSON's escapes are TOML's but for pairs of surrogates; DEL must not stand as it is.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
