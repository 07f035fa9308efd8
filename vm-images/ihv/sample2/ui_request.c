// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui_request.h"

#include <string.h>

#include "primitives.h"
#include "service.h"

typedef struct UiRequest {
    struct UiRequest *next;
    HANDLE station;
    DOT11EXT_IHV_UI_REQUEST request;
    BYTE network[DOT11_SSID_MAX_LENGTH]; /* what the page shows */
} UiRequest;

/* The page that asks; this DLL ships none. */
static const CLSID PAGE = {
    0x3a7c1f54, 0x5e0b, 0x4d0e, {0x8e, 0x21, 0x9d, 0x1a, 0x77, 0x40, 0xc2, 0x5b}};

static UiRequest *first; /* under service_lock */

static bool new_id(GUID *id, Defect defect)
{
    if (defect == DEFECT_REUSES_REQUEST_ID) {
        *id = PAGE;
        return true;
    }
    if (!primitives_random((uint8_t *)id, sizeof *id))
        return false;
    id->Data3 = (id->Data3 & 0x0fff) | 0x4000; /* RFC 4122: version 4, variant 1 */
    id->Data4[0] = (id->Data4[0] & 0x3f) | 0x80;
    return true;
}

/* Takes the first request that fits out of the list; all arguments but one are NULL or unused. */
static UiRequest *take(const GUID *id, const DWORD *session, HANDLE station)
{
    UiRequest *found = NULL;
    service_lock();
    for (UiRequest **at = &first; *at != NULL && found == NULL; at = &(*at)->next) {
        const DOT11EXT_IHV_UI_REQUEST *request = &(*at)->request;
        if ((id == NULL || IsEqualGUID(id, &request->guidUIRequest)) &&
            (session == NULL || *session == request->dwSessionId) &&
            (station == NULL || station == (*at)->station)) {
            found = *at;
            *at = found->next;
            break;
        }
    }
    service_unlock();
    return found;
}

static HANDLE forget(UiRequest *entry)
{
    HANDLE station = entry != NULL ? entry->station : NULL;
    if (entry != NULL)
        HeapFree(GetProcessHeap(), 0, entry);
    return station;
}

DWORD ui_request_send(HANDLE station, HANDLE service, const DOT11_SSID *ssid, Defect defect)
{
    UiRequest *entry = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *entry);
    if (entry == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    DOT11EXT_IHV_UI_REQUEST *request = &entry->request;
    entry->station = station;
    request->dwSessionId = WTSGetActiveConsoleSessionId();
    request->UIPageClsid = PAGE;
    request->dwByteCount = ssid->uSSIDLength;
    request->pvUIRequest = entry->network;
    memcpy(entry->network, ssid->ucSSID, ssid->uSSIDLength);
    if (!new_id(&request->guidUIRequest, defect)) {
        HeapFree(GetProcessHeap(), 0, entry);
        return ERROR_INTERNAL_ERROR;
    }
    GUID id = request->guidUIRequest;
    service_lock(); /* known before it is sent: the answer may come before the call returns */
    entry->next = first;
    first = entry;
    service_unlock();
    DWORD error = service_api.Dot11ExtSendUIRequest(service, request);
    if (error != ERROR_SUCCESS)
        forget(take(&id, NULL, station));
    else if (defect == DEFECT_SPOILS_REQUEST)
        entry->network[0] ^= 0xff;
    return error;
}

BOOL ui_request_is_pending(const GUID *id)
{
    BOOL found = FALSE;
    service_lock();
    for (const UiRequest *each = first; each != NULL; each = each->next)
        found = found || IsEqualGUID(id, &each->request.guidUIRequest);
    service_unlock();
    return found;
}

HANDLE ui_request_end(const GUID *id)
{
    return forget(take(id, NULL, NULL));
}

HANDLE ui_request_end_of_session(DWORD session)
{
    return forget(take(NULL, &session, NULL));
}

void ui_requests_end(HANDLE station)
{
    while (forget(take(NULL, NULL, station)) != NULL)
        continue;
}
