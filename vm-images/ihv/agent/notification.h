// SPDX-License-Identifier: GPL-2.0-or-later
/* WLAN notifications as events. */
#ifndef HIL_AGENT_NOTIFICATION_H
#define HIL_AGENT_NOTIFICATION_H

#include <windows.h>

#include <wlanapi.h>

/* ACM and MSM say what became of a connection, SECURITY and IHV what the DLL told. */
#define NOTIFICATION_SOURCES                                                                      \
    (WLAN_NOTIFICATION_SOURCE_ACM | WLAN_NOTIFICATION_SOURCE_MSM |                                \
     WLAN_NOTIFICATION_SOURCE_SECURITY | WLAN_NOTIFICATION_SOURCE_IHV)

/* Callback of WlanRegisterNotification; the context is the Agent. */
VOID WINAPI notification_write(PWLAN_NOTIFICATION_DATA data, PVOID context);

#endif
