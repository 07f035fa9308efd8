// SPDX-License-Identifier: GPL-2.0-or-later
#include "notify.h"

#include <string.h>

#include "text.h"

typedef union NotificationBody {
    WLAN_CONNECTION_NOTIFICATION_DATA connection;
    WLAN_MSM_NOTIFICATION_DATA msm;
} NotificationBody;

typedef struct Notification {
    struct Notification *next;
    WLAN_NOTIFICATION_DATA data;
    NotificationBody body;
} Notification;

static void copy_name(const JsonDocument *d, int index, WCHAR out[WLAN_MAX_NAME_LENGTH])
{
    WCHAR *name = json_wide(d, index);
    if (name != NULL) {
        wcsncpy(out, name, WLAN_MAX_NAME_LENGTH - 1);
        text_free(name);
    }
}

static void read_ssid(const JsonDocument *d, int index, DOT11_SSID *ssid)
{
    size_t size = 0;
    if (json_hex(d, index, ssid->ucSSID, sizeof ssid->ucSSID, &size))
        ssid->uSSIDLength = (ULONG)size;
}

static DWORD read_number(const JsonDocument *d, int fields, const char *name, DWORD otherwise)
{
    uint32_t value = otherwise;
    json_u32(d, json_member(d, fields, name), &value);
    return value;
}

static BOOL read_flag(const JsonDocument *d, int fields, const char *name)
{
    bool value = false;
    return json_bool(d, json_member(d, fields, name), &value) && value;
}

static void read_connection(const JsonDocument *d, int fields, Notification *n)
{
    WLAN_CONNECTION_NOTIFICATION_DATA *c = &n->body.connection;
    c->wlanConnectionMode = (WLAN_CONNECTION_MODE)read_number(d, fields, "connection_mode", 0);
    copy_name(d, json_member(d, fields, "profile"), c->strProfileName);
    read_ssid(d, json_member(d, fields, "ssid"), &c->dot11Ssid);
    c->dot11BssType = (DOT11_BSS_TYPE)read_number(d, fields, "bss_type", 1);
    c->bSecurityEnabled = read_flag(d, fields, "security_enabled");
    c->wlanReasonCode = read_number(d, fields, "reason", 0);
    n->data.dwDataSize = sizeof *c;
}

static void read_msm(const JsonDocument *d, int fields, Notification *n)
{
    WLAN_MSM_NOTIFICATION_DATA *m = &n->body.msm;
    m->wlanConnectionMode = (WLAN_CONNECTION_MODE)read_number(d, fields, "connection_mode", 0);
    copy_name(d, json_member(d, fields, "profile"), m->strProfileName);
    read_ssid(d, json_member(d, fields, "ssid"), &m->dot11Ssid);
    m->dot11BssType = (DOT11_BSS_TYPE)read_number(d, fields, "bss_type", 1);
    json_mac(d, json_member(d, fields, "peer"), m->dot11MacAddr);
    m->bSecurityEnabled = read_flag(d, fields, "security_enabled");
    m->bFirstPeer = read_flag(d, fields, "first_peer");
    m->bLastPeer = read_flag(d, fields, "last_peer");
    m->wlanReasonCode = read_number(d, fields, "reason", 0);
    n->data.dwDataSize = sizeof *m;
}

void notify_enqueue(Client *client, const JsonDocument *d)
{
    Notification *n = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *n);
    if (n == NULL)
        return;
    int fields = json_member(d, 0, "fields");
    n->data.NotificationSource = read_number(d, 0, "source", 0);
    n->data.NotificationCode = read_number(d, 0, "code", 0);
    json_guid(d, json_member(d, 0, "interface"), &n->data.InterfaceGuid);
    if (fields != JSON_NONE && n->data.NotificationSource == WLAN_NOTIFICATION_SOURCE_ACM)
        read_connection(d, fields, n);
    else if (fields != JSON_NONE && n->data.NotificationSource == WLAN_NOTIFICATION_SOURCE_MSM)
        read_msm(d, fields, n);
    n->data.pData = n->data.dwDataSize != 0 ? &n->body : NULL;

    EnterCriticalSection(&client->notify_lock);
    if (client->last != NULL)
        client->last->next = n;
    else
        client->first = n;
    client->last = n;
    LeaveCriticalSection(&client->notify_lock);
    SetEvent(client->notify_ready);
}

static Notification *take(Client *client)
{
    EnterCriticalSection(&client->notify_lock);
    Notification *n = client->first;
    if (n != NULL) {
        client->first = n->next;
        if (client->first == NULL)
            client->last = NULL;
    }
    LeaveCriticalSection(&client->notify_lock);
    return n;
}

static void deliver(Client *client, Notification *n)
{
    EnterCriticalSection(&client->callback_lock);
    EnterCriticalSection(&client->notify_lock);
    WLAN_NOTIFICATION_CALLBACK callback = client->callback;
    PVOID context = client->callback_context;
    bool wanted = callback != NULL && (client->sources & n->data.NotificationSource) != 0;
    LeaveCriticalSection(&client->notify_lock);
    if (wanted)
        callback(&n->data, context);
    LeaveCriticalSection(&client->callback_lock);
}

DWORD WINAPI notify_main(LPVOID context)
{
    Client *client = context;
    while (!client->closing) {
        Notification *n = take(client);
        if (n == NULL) {
            WaitForSingleObject(client->notify_ready, INFINITE);
            continue;
        }
        deliver(client, n);
        HeapFree(GetProcessHeap(), 0, n);
    }
    return 0;
}

void notify_close(Client *client)
{
    Notification *n;
    notify_set(client, 0, NULL, NULL);
    client->closing = true;
    if (client->notify_ready != NULL)
        SetEvent(client->notify_ready);
    while ((n = take(client)) != NULL)
        HeapFree(GetProcessHeap(), 0, n);
}

DWORD notify_set(Client *client, DWORD sources, WLAN_NOTIFICATION_CALLBACK callback, PVOID context)
{
    EnterCriticalSection(&client->notify_lock);
    DWORD previous = client->sources;
    client->sources = sources;
    client->callback = callback;
    client->callback_context = context;
    LeaveCriticalSection(&client->notify_lock);
    /* Waits out a callback that runs on the notifier thread (recursive when it is ourselves). */
    EnterCriticalSection(&client->callback_lock);
    LeaveCriticalSection(&client->callback_lock);
    return previous;
}
