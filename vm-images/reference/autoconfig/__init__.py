# SPDX-License-Identifier: GPL-2.0-or-later
"""WLAN AutoConfig of the reference guest: the role the Windows WLAN service (WlanSvc) plays.

It sits between three others::

    wlanapi.dll ──TCP, JSON lines──► service ─► association ─► ihv_host ──pipes──► ihvhost.exe
                                                  │   ▲                             (IHV DLL)
                                                  ▼   │ framework functions, packets
                                                 radio ──generic netlink──► kernel

`association` holds the state machine of one adapter and is the only room that knows the order of
things; `onex` beside it is the OS's own 802.1X. The others each translate one protocol: `profile`
reads what clients hand over, `radio` speaks nl80211, `ihv_host` keeps the process the DLL lives in.
`stimuli` is a harness's way in, to have something done out of the ordinary.

Everything runs in one thread on one `loop`, since under emulation a Python thread switch costs more
than all of the work for one EAPOL frame. Nothing here logs profile text, keys, packets or anything
else that may hold a secret.
"""

from __future__ import annotations
