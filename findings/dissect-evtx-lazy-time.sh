#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dissect.eventlog: kept records of an event log all have the time of the last one.
#
# Expected: list(Evtx(file)) gives the records that a loop over Evtx(file) gives.
# Seen with dissect.eventlog 3.11 (dissect.util 3.24, dissect.cstruct 4.7), on the log that its own
#   source package ships, records of 15:44:21, 15:45:44, 15:46:15, 15:50:23 and 15:50:23:
#     printed in the loop      the five times, as evtx 0.14.0 gives them
#     list(...), then printed  15:50:23 five times; EventRecordID 1 to 5, EventID and Data are right
#   TimeCreated_SystemTime, Execution_ProcessID, Execution_ThreadID, the activity ids and Security_UserID
#   are not values but places of a template (BxmlSub), read anew from the record parsed last.
# Why it matters: to join WLAN-AutoConfig events with a capture one reads the log into a list and
#   sorts it by time. 8001, 11004 and 8002 then happen at the same moment, that of the last event,
#   and process and thread are another's. Short logs of a test run look plausible.
#   Way round: in the loop, replace each value that has get() by value.get().
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv"
cd "$T"
{ venv/bin/pip -q --disable-pip-version-check install dissect.eventlog==3.11 dissect.util==3.24 dissect.cstruct==4.7 evtx==0.14.0 &&
    venv/bin/pip -q --disable-pip-version-check download --no-deps --no-binary :all: dissect.eventlog==3.11; } 2>pip.log || { cat pip.log; exit 2; }
tar xzf dissect_eventlog-3.11.tar.gz
timeout 60 venv/bin/python - dissect_eventlog-3.11/tests/_data/TestLogX.evtx <<'PY'
import sys

from dissect.eventlog.evtx import Evtx
from evtx import PyEvtxParser

path = sys.argv[1]


def second(record: dict) -> str:
    return str(record["TimeCreated_SystemTime"])[11:19]


independent = [record["timestamp"][11:19] for record in PyEvtxParser(path).records()]
with open(path, "rb") as file:
    in_loop = [second(record) for record in Evtx(file)]
with open(path, "rb") as file:
    kept = list(Evtx(file))
after_loop = [second(record) for record in kept]
print("evtx              ", *independent)
print("dissect, in a loop", *in_loop)
print("dissect, kept     ", *after_loop, "- records", *(record["EventRecordID"] for record in kept))
if in_loop != independent or len(set(independent)) < 4:
    sys.exit("CHANGED: the times read in the loop are not those of the log")
if after_loop != [independent[-1]] * len(independent):
    sys.exit("CHANGED: kept records have their own time")
print("as described: every kept record has the last one's time")
PY
