// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A client's connection to the WLAN service of the reference guest: JSON lines over TCP on
 * 127.0.0.1:7711.  On real Windows this is LRPC inside Microsoft's wlanapi.dll.
 */
#ifndef HIL_WLANAPI_SERVICE_H
#define HIL_WLANAPI_SERVICE_H

#include <winsock2.h>
#include <windows.h>

#include <wlanapi.h>

#include "rpc.h"

#define SERVICE_PORT 7711
/* Names another port, so that tests need no fixed one. */
#define SERVICE_PORT_VARIABLE L"HIL_WLANSVC_PORT"
/* Longest wait for an answer of the service; it must cover stopping a hung DLL. */
#define SERVICE_TIMEOUT_MS 60000u
#define SERVICE_MAX_LINE (256u << 10)

struct Notification;

typedef struct Client {
    DWORD magic;
    SOCKET socket;
    CRITICAL_SECTION send_lock;
    Rpc rpc;
    HANDLE reader;
    /* Notifications wait in a queue for the client's own callback thread, so that a callback may
     * call any function of this library. */
    CRITICAL_SECTION notify_lock; /* queue, callback, context, sources */
    CRITICAL_SECTION callback_lock; /* held while a callback runs */
    HANDLE notify_ready;
    HANDLE notifier;
    struct Notification *first;
    struct Notification *last;
    bool closing;
    DWORD sources;
    WLAN_NOTIFICATION_CALLBACK callback;
    PVOID callback_context;
} Client;

/* Connects and starts the client's threads; ERROR_SERVICE_NOT_ACTIVE if nobody listens. */
DWORD service_connect(Client **client);
void service_disconnect(Client *client);
/* The client behind a handle, or NULL. */
Client *service_client(HANDLE handle);

/* Runs one call whose args `text` holds. Win32 error of transport or service; on success the
 * caller frees the reply. A `reason` beside a service error is stored in *reason if not NULL. */
DWORD service_call(Client *client, uint64_t id, JsonWriter *text, RpcReply *reply, DWORD *reason);

#endif
