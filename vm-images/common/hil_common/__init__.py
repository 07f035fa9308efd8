# SPDX-License-Identifier: GPL-2.0-or-later
"""What host and guest share: the event loop (`loop`), the JSON-lines protocol (`jsonlines`), the
messages of the radio port (`radio_port`), which security modes (`security`), ciphers (`ciphers`)
and stimuli (`stimuli`) there are, and the limits of a network's name and passphrase (`network`).

The harness and the air use it on the host, the WLAN service and the radio's relay in the guest,
into whose image it is packed. So it stands on the standard library alone, knows none of its users,
and imports quickly: under emulation an import costs twenty times what it costs here.
"""
