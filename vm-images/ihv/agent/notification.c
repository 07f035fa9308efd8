// SPDX-License-Identifier: GPL-2.0-or-later
#include "notification.h"

#include <string.h>

#include "calls.h"
#include "clock.h"
#include "lines.h"

/* WLAN_CONNECTION_NOTIFICATION_DATA comes with these ACM codes (WLAN_NOTIFICATION_ACM). */
static bool has_connection_data(DWORD code)
{
    return code == wlan_notification_acm_connection_start ||
           code == wlan_notification_acm_connection_complete ||
           code == wlan_notification_acm_connection_attempt_fail ||
           code == wlan_notification_acm_disconnecting ||
           code == wlan_notification_acm_disconnected;
}

static void write_details(JsonWriter *text, const WLAN_NOTIFICATION_DATA *data)
{
    if (data->NotificationSource == WLAN_NOTIFICATION_SOURCE_ACM &&
        has_connection_data(data->NotificationCode) && data->pData != NULL &&
        data->dwDataSize >= offsetof(WLAN_CONNECTION_NOTIFICATION_DATA, dwFlags)) {
        const WLAN_CONNECTION_NOTIFICATION_DATA *c = data->pData;
        jw_u64(text, "reason", c->wlanReasonCode);
        jw_wide(text, "profile", c->strProfileName,
                wcsnlen(c->strProfileName, WLAN_MAX_NAME_LENGTH));
    } else if (data->NotificationSource == WLAN_NOTIFICATION_SOURCE_MSM && data->pData != NULL &&
               data->dwDataSize >= sizeof(WLAN_MSM_NOTIFICATION_DATA)) {
        const WLAN_MSM_NOTIFICATION_DATA *m = data->pData;
        jw_u64(text, "reason", m->wlanReasonCode);
        jw_wide(text, "profile", m->strProfileName,
                wcsnlen(m->strProfileName, WLAN_MAX_NAME_LENGTH));
    } else {
        jw_null(text, "reason");
        jw_null(text, "profile");
    }
}

VOID WINAPI notification_write(PWLAN_NOTIFICATION_DATA data, PVOID context)
{
    Agent *agent = context;
    uint64_t at_ns = clock_now_ns();
    JsonWriter text;
    if (data == NULL)
        return;
    jw_init(&text, 0);
    jw_object(&text, NULL);
    jw_text(&text, "event", "notification");
    jw_u64(&text, "qpc_ns", at_ns);
    jw_u64(&text, "source", data->NotificationSource);
    jw_u64(&text, "code", data->NotificationCode);
    jw_guid(&text, "interface", &data->InterfaceGuid);
    write_details(&text, data);
    jw_u64(&text, "data_length", data->dwDataSize);
    jw_end_object(&text);
    lines_write(agent->out, &agent->out_lock, &text);
    jw_free(&text);
}
