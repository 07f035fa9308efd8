# SPDX-License-Identifier: GPL-2.0-or-later
"""One adapter's connection: its state machine, and what the DLL asks of it meanwhile.

`connection` puts the parts together and knows the order of things: up through `preassociation` and
`postassociation`, down by `teardown`, on by `roaming`. The parts share `state` and do not know the
connection; `framework` is the DLL's side of it.
"""
