# SPDX-License-Identifier: GPL-2.0-or-later
"""The access point: it knows nothing of radios and ports, only frames in and frames out.

scapy builds every frame once, as a template (``templates``). What runs per frame patches bytes of
a template and parses with struct, because dissecting and building a packet in scapy takes
milliseconds while a handshake's turnaround is judged in hundreds of microseconds.

Nothing is imported here: :mod:`hwsim.control` needs network and timers alone, and scapy takes long
to load.
"""
