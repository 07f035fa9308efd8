# SPDX-License-Identifier: GPL-2.0-or-later
"""Who failed or refused first: one attribution for all expectations of a scenario. Pure.

An expectation that was not met may be the doing of the scenario's own rules and orders, of the
guest's OS, of the access point, of the air, or of the DLL. Only what was the DLL's is a FAIL; all
else leaves the driver unjudged (MISS), and the finding names who it was.

- `scope`: the part of the evidence that is asked.
- `cause`: what a party did, as a clause of a sentence.
- `interventions`: what scenario, guest and access point did before a moment; the first counts.
- `messages`: who owes a message of a handshake that is missing.
- `adapter`: what the scenario did to the guest's adapter.
- `waiting`: for whom a DLL waits that has not completed an operation.
- `connections`: who ended a connection that stood, and why.
- `not_connected`: the step at which a connection failed to come about, and whose step it was.
"""
