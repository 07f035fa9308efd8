// SPDX-License-Identifier: GPL-2.0-or-later
/* Notifications of the service, turned into wlanapi.h structures and called back. */
#ifndef HIL_WLANAPI_NOTIFY_H
#define HIL_WLANAPI_NOTIFY_H

#include "service.h"

/* Thread of a client that runs its callback. */
DWORD WINAPI notify_main(LPVOID client);

/* Reader thread: queues one {"event":"notification",...}. */
void notify_enqueue(Client *client, const JsonDocument *document);

/* Tells the thread to end and drops what is queued. */
void notify_close(Client *client);

/* Sets sources and callback; on return no callback of the old setting runs any more (except when
 * called from inside it). Returns the previous sources. */
DWORD notify_set(Client *client, DWORD sources, WLAN_NOTIFICATION_CALLBACK callback,
                 PVOID context);

#endif
