# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/scenarios.md, made from the model: `python -m harness.scenarios.reference > FILE`. Pure.

Keys, values, limits, defaults and meanings are the model's own; a test holds the file to it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.config.validation import Strict
from harness.scenarios.action_meanings import ACTIONS
from harness.scenarios.air import AirRule
from harness.scenarios.air_frames import BytesPart, ElementPart, FieldsPart, InsertPart
from harness.scenarios.ap_orders import ApOrder
from harness.scenarios.expect import ExceptionalOutcome, Expect
from harness.scenarios.links import Link
from harness.scenarios.model import Eap, Ihv, Scenario
from harness.scenarios.network import Network
from harness.scenarios.placeholders import MEANINGS
from harness.scenarios.security import Ft, Sae
from harness.scenarios.stimuli import PARAMETERS, AssociationForm, OsStimulus
from harness.scenarios.usb_orders import UsbOrder
from hil_common.stimuli import FRAMEWORK_FUNCTIONS, HANDLERS, MOMENTS, NEEDED

UNITS: Final = {"_ms": "ms", "_us": "µs", "_tu": "TU", "_s": "s"}

EXAMPLES: Final = {
    "top level": """name = "m4-lost-twice"
summary = "The first two M4 are lost; the access point asks again."
associations = 50""",
    "[network]": """[network]
ssid_hex = "CED2B5C4"          # GB2312, no UTF-8
channel = 6""",
    "[network.sae]": """[network]
security = "wpa3-transition"

[network.sae]
ways = "hash-to-element"
groups = [20]""",
    "[network.ft]": """[network]
security = "wpa2-ft-psk"
access_points = 2

[network.ft]
mobility_domain = "a1b2"
over_ds = false""",
    "[[network.links]]": """[network]
access_points = 2

[[network.links]]
access_point = 1
distance_m = 80
path_loss_exponent = 3.2

[[network.links]]
access_point = 2
snr_db = 25
loss = 0.01""",
    "[eap]": """[network]
security = "wpa2-eap"

[eap]
method = "peap-mschapv2"
server_name = "radius.example.org"

[ihv]
security = "<IhvSecurity><Enterprise/></IhvSecurity>\"""",
    "[ihv]": """[ihv]
oui = "00A1B2"
security = "<VendorSecurity><Key>{passphrase}</Key></VendorSecurity>\"""",
    "[[air]]": """[[air]]
message = "M3"
nth = "every"
action = "delay"
delay_ms = 200

[[air]]
message = "assoc-req"
direction = "up"
access_point = 1
action = "refuse"
status = 17                    # the access point has no room

[[air]]
message = "M4"
action = "deauthenticate"
reason = 6
delay_ms = 300                 # so long after M4""",
    "[air.fields]": """[[air]]
message = "M3"
nth = "every"
action = "edit"

[air.fields]                   # of the rule above
nonce = "changed"
key_info_clear = ["secure"]""",
    "[[air.fields.elements]]": """[[air]]
message = "M3"
action = "edit"

[[air.fields.elements]]
do = "remove"
element = "gtk\"""",
    "[[air.fields.bytes_at]]": """[[air]]
message = "M2"
action = "corrupt"

[[air.fields.bytes_at]]
offset = 17                    # the nonce
data = "00\"""",
    "[air.insert]": """[[air]]
message = "M2"
action = "insert"

[air.insert]
copy_of = "M1"
source = "02:de:ad:be:ef:01\"""",
    "[[ap]]": """[[ap]]
on = "echoed"                  # the connection stands and was used
do = "switch-channel"
channel = 11
announce = ["ecsa", "csa-action"]""",
    "[[usb]]": """[[usb]]
on = "echoed"                  # post-association is completed, the connection was used
do = "unplug"
for_ms = 3000                  # then it is plugged in again

[[usb]]
on = "M3"
when = "before"
do = "slow"
transfers = ["bulk-in"]
delay_ms = 40
for_ms = 500""",
    "[[os]]": """[[os]]
on = "waits-for-user"          # the DLL's request to the user is pending
after_ms = 50
do = "answer-ui"
data = "01"

[[os]]
on = "Dot11ExtSendPacket"
when = "return"                # the packet is on its way
do = "session-change"
event = 7

[[os]]
on = "Dot11ExtSetExcludeUnencrypted"
do = "refuse"
error = 0                      # pretends to have been carried out""",
    "[os_parameters.association]": """beyond_documents = true

[os_parameters.association]
size = 88
hostile = "offset-past-end\"""",
    "[expect]": """[expect]
connected = "either\"""",
    "[[expect.exceptions]]": """[[air]]
message = "assoc-req"
action = "refuse"
status = 53
association = 1                # those behind it are admitted

[[expect.exceptions]]
association = 1
connected = false
stopped = false""",
}
"""An example of each section; each goes behind a name and a summary as it stands."""

SECTIONS: Final[tuple[tuple[str, type[Strict]], ...]] = (
    ("top level", Scenario), ("[network]", Network), ("[network.sae]", Sae),
    ("[network.ft]", Ft), ("[[network.links]]", Link), ("[eap]", Eap), ("[ihv]", Ihv),
    ("[[air]]", AirRule), ("[air.fields]", FieldsPart),
    ("[[air.fields.elements]]", ElementPart), ("[[air.fields.bytes_at]]", BytesPart),
    ("[air.insert]", InsertPart), ("[[ap]]", ApOrder), ("[[usb]]", UsbOrder),
    ("[[os]]", OsStimulus),
    ("[os_parameters.association]", AssociationForm), ("[expect]", Expect),
    ("[[expect.exceptions]]", ExceptionalOutcome),
)  # fmt: skip

HEAD: Final = """<!-- Made by `python -m harness.scenarios.reference`, to which a test holds it. -->
# The scenario file

A scenario is a TOML file: what the network is, what happens in each association, and what must
come of it. `hil run my-scenario.toml` runs one; `hil scenarios` lists those that come along, in
`harness/scenarios/`. A key that is not listed here is refused with those that are known. Names that
end in `_ms` are milliseconds.
"""


def reference() -> str:
    """The whole file."""
    return "\n".join([HEAD, *(_section(name, model) for name, model in SECTIONS)])


def _section(name: str, model: type[Strict]) -> str:
    schema = model.model_json_schema()
    rows = [
        f"| `{key}` | {_value(value, key)} | {_default(schema, key)} | {_cell(value)} |"
        for key, value in schema["properties"].items()
        if value.get("description")
    ]
    title = name if name == "top level" else f"`{name}`"
    parts = [
        f"## {title[0].upper()}{title[1:]}\n",
        f"{' '.join((model.__doc__ or '').split())}\n",
        "| key | value | default | meaning |\n| --- | --- | --- | --- |",
        "\n".join(rows) + "\n",
    ]
    further = {"[ihv]": _placeholders, "[[os]]": _orders}.get(name)
    if further is not None:
        parts += further()
    return "\n".join([*parts, f"```toml\n{EXAMPLES[name]}\n```\n"])


def _placeholders() -> Iterator[str]:
    yield "Placeholders of fragments and whole profiles (a brace that is meant is `&#123;`):\n"
    yield "\n".join(f"- `{{{name}}}`: {meaning}" for name, meaning in MEANINGS.items()) + "\n"


def _orders() -> Iterator[str]:
    yield "What each action does, with its parameters (those in bold it cannot do without):\n"
    for action, meaning in ACTIONS.items():
        names = sorted(PARAMETERS[action])
        needed = NEEDED.get(action, frozenset())
        listed = ", ".join(f"**`{name}`**" if name in needed else f"`{name}`" for name in names)
        yield f"- `{action}`{f' ({listed})' if listed else ''}: {meaning}"
    yield "\nMoments:\n"
    yield from (f"- `{name}`: {meaning}" for name, meaning in MOMENTS.items())
    yield f"\nHandlers: {', '.join(f'`{name}`' for name in HANDLERS.values())}.\n"
    yield f"Framework functions: {', '.join(f'`{name}`' for name in FRAMEWORK_FUNCTIONS)}.\n"


def _is_table(value: Mapping[str, Any]) -> bool:
    """Whether it is a table of its own, which may have a heading of its own."""
    text = json.dumps({name: part for name, part in value.items() if name != "default"})
    return "$ref" in text


def _value(value: Mapping[str, Any], key: str) -> str:
    if _is_table(value):
        return "tables" if '"items"' in json.dumps(value) else "table"
    choices = [one for one in value.get("anyOf", [value]) if one.get("type") != "null"]
    unit = next((f" {unit}" for end, unit in UNITS.items() if key.endswith(end)), "")
    return " or ".join(_one(one) + unit for one in choices)


def _one(value: Mapping[str, Any]) -> str:
    if "const" in value:
        return f"`{json.dumps(value['const'])}`"
    if "enum" in value:
        return ", ".join(f"`{json.dumps(one)}`" for one in value["enum"])
    kind = value.get("type")
    if kind == "array":
        return f"list of {_one(value['items'])}"
    if kind == "boolean":
        return "`true`, `false`"
    if kind == "number":
        above, high = value.get("exclusiveMinimum"), value.get("maximum")
        return f"{value['minimum']} to {high}" if above is None else f"above {above} to {high}"
    if kind == "integer":
        low, high = value.get("minimum", 0), value.get("maximum")
        return f"{low} to {high}" if high is not None else f"{low} or more"
    if value.get("format") == "path":
        return "path"
    pattern = value.get("pattern")
    return f"text, `{pattern}`".replace("|", "\\|") if pattern else "text"


def _default(schema: Mapping[str, Any], key: str) -> str:
    if key in schema.get("required", []):
        return "needed"
    default = schema["properties"][key].get("default")
    if _is_table(schema["properties"][key]) or default is None or default == "" or default == []:
        return "–"
    return f"`{json.dumps(default)}`"


def _cell(value: Mapping[str, Any]) -> str:
    return " ".join(value.get("description", "").split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(reference())
