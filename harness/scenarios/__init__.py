# SPDX-License-Identifier: GPL-2.0-or-later
"""What the air and the agent do, and what must come of it: one TOML file a scenario."""

from harness.scenarios.air import AirRule
from harness.scenarios.ap_orders import ApOrder
from harness.scenarios.catalogue import find_scenario, scenario_names
from harness.scenarios.model import Eap, Scenario
from harness.scenarios.network import Network
from harness.scenarios.stimuli import OsStimulus
from harness.scenarios.usb_orders import UsbOrder

__all__ = [
    "AirRule",
    "ApOrder",
    "Eap",
    "Network",
    "OsStimulus",
    "Scenario",
    "UsbOrder",
    "find_scenario",
    "scenario_names",
]
