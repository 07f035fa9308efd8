# SPDX-License-Identifier: GPL-2.0-or-later
"""The scapy access point: a station on the medium that knows nothing of radios and ports.

scapy builds every frame once, as a template (``templates``). What runs per frame patches bytes of
a template and parses with struct, because dissecting and building a packet in scapy takes
milliseconds while a handshake's turnaround is judged in hundreds of microseconds.

Nothing is imported here: the harness reads the table of security modes, and scapy takes long to
load.
"""
