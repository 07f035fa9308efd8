# SPDX-License-Identifier: GPL-2.0-or-later
"""WLAN AutoConfig of the reference guest: the role the Windows WLAN service (WlanSvc) plays.

It sits between three others::

    wlanapi.dll ──TCP, JSON lines──► service ─► connection ─► host ──pipes──► ihvhost.exe (IHV DLL)
                                                    │  ▲
                                                    ▼  │ framework functions, packets
                                                   nl80211 ──generic netlink──► kernel, radio

`connection` is the state machine of one adapter and the only module that knows the order of
things; the others each translate one protocol. Everything runs in one thread on one `loop`, since
under emulation a Python thread switch costs more than all of the work for one EAPOL frame.

Nothing here logs profile text, keys, packets or anything else that may hold a secret.
"""

from __future__ import annotations
