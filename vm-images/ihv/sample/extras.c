// SPDX-License-Identifier: GPL-2.0-or-later
#include "extras.h"

#include <string.h>

#include "api.h"

#define MAX_REQUESTS 16
#define SOURCE_IHV 0x40u /* L2_NOTIFICATION_SOURCE_WLAN_IHV (l2cmn.h) */

typedef struct Request {
    bool used;
    HANDLE service;
    DOT11EXT_IHV_UI_REQUEST told; /* the OS's until the request ends ("Dot11ExtSendUIRequest") */
} Request;

static CRITICAL_SECTION lock;
static Request requests[MAX_REQUESTS];
static DWORD last_number;

void extras_open(void)
{
    InitializeCriticalSection(&lock);
    memset(requests, 0, sizeof requests);
}

void extras_close(void)
{
    DeleteCriticalSection(&lock);
}

unsigned extras_find(const char *element)
{
    static const struct {
        const char *element;
        unsigned flag;
    } known[] = {
        {"AsksUser", EXTRA_ASKS_USER},
        {"ProbesNic", EXTRA_PROBES_NIC},
        {"Notifies", EXTRA_NOTIFIES},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].element, element) == 0)
            return known[i].flag;
    return 0;
}

/* ---- requests to the user ---- */

static Request *new_request(HANDLE service)
{
    static const GUID base = {0, 0x0a51, 0x4b10, {0x9c, 0x01, 0x48, 0x49, 0x4c, 0, 0, 0}};
    static BYTE question[] = {1, 2, 3, 4};
    Request *found = NULL;
    EnterCriticalSection(&lock);
    for (size_t i = 0; i < MAX_REQUESTS && found == NULL; i++)
        if (!requests[i].used)
            found = &requests[i];
    if (found != NULL) {
        memset(found, 0, sizeof *found);
        found->used = true;
        found->service = service;
        found->told.dwSessionId = WTSGetActiveConsoleSessionId();
        found->told.guidUIRequest = base;
        found->told.guidUIRequest.Data1 = ++last_number;
        found->told.dwByteCount = sizeof question;
        found->told.pvUIRequest = question;
    }
    LeaveCriticalSection(&lock);
    return found;
}

/* Ends the requests of an adapter (or of any, with NULL) of a session (or of any, with MAXDWORD). */
static void end_requests(HANDLE service, DWORD session)
{
    EnterCriticalSection(&lock);
    for (size_t i = 0; i < MAX_REQUESTS; i++) {
        const Request *request = &requests[i];
        if ((service == NULL || request->service == service) &&
            (session == MAXDWORD || request->told.dwSessionId == session))
            requests[i].used = false;
    }
    LeaveCriticalSection(&lock);
}

/* The request of that GUID, or NULL; with the lock held. */
static Request *find_request(const GUID *guid)
{
    for (size_t i = 0; i < MAX_REQUESTS; i++)
        if (requests[i].used && memcmp(&requests[i].told.guidUIRequest, guid, sizeof *guid) == 0)
            return &requests[i];
    return NULL;
}

bool extras_is_pending(const GUID *guid)
{
    EnterCriticalSection(&lock);
    bool pending = find_request(guid) != NULL;
    LeaveCriticalSection(&lock);
    return pending;
}

bool extras_answer(const GUID *guid)
{
    EnterCriticalSection(&lock);
    Request *request = find_request(guid);
    if (request != NULL)
        request->used = false;
    LeaveCriticalSection(&lock);
    return request != NULL;
}

void extras_cancel(HANDLE service)
{
    end_requests(service, MAXDWORD);
}

void extras_log_off(DWORD session)
{
    end_requests(NULL, session);
}

/* ---- what is done ---- */

static void ask_user(HANDLE service)
{
    Request *request = new_request(service);
    if (request != NULL && api.Dot11ExtSendUIRequest(service, &request->told) != ERROR_SUCCESS)
        extras_answer(&request->told.guidUIRequest);
}

static void probe_nic(HANDLE service)
{
    BYTE question[4] = {1, 0, 0, 0};
    BYTE answer[16];
    DWORD size = sizeof answer;
    api.Dot11ExtNicSpecificExtension(service, sizeof question, question, &size, answer);
}

static void notify(HANDLE service, const GUID *adapter)
{
    BYTE content[] = {'h', 'i', 'l'};
    L2_NOTIFICATION_DATA data = {
        .NotificationSource = SOURCE_IHV,
        .NotificationCode = 1,
        .InterfaceGuid = *adapter,
        .dwDataSize = sizeof content,
        .pData = content,
    };
    api.Dot11ExtSendNotification(service, &data);
}

void extras_run(HANDLE service, const GUID *adapter, unsigned wanted)
{
    if (wanted & EXTRA_PROBES_NIC)
        probe_nic(service);
    if (wanted & EXTRA_ASKS_USER)
        ask_user(service);
    if (wanted & EXTRA_NOTIFIES)
        notify(service, adapter);
}
