// SPDX-License-Identifier: GPL-2.0-or-later
#include "requests.h"

#include <string.h>

#include "safe_copy.h"
#include "trace.h"

#define MAX_REQUESTS 64 /* pending at once; more are "unknown" */
#define MAX_ADAPTERS 16
#define MAX_DATA 65536u /* bytes of a request's data that are looked at */

typedef struct Pending {
    bool used;
    GUID id;
    HANDLE service;
    DWORD session;
    const DOT11EXT_IHV_UI_REQUEST *request;
    char hash[2 * TRACE_HASH_BYTES + 1];
} Pending;

static CRITICAL_SECTION lock;
static Pending pending[MAX_REQUESTS];
static struct {
    HANDLE adapter;
    HANDLE service;
} adapters[MAX_ADAPTERS];
static unsigned last_adapter;

void requests_open(void)
{
    InitializeCriticalSection(&lock);
}

void requests_close(void)
{
    DeleteCriticalSection(&lock);
}

/* Hash of the structure and the data it points to, and a copy of the structure. */
static bool look(const DOT11EXT_IHV_UI_REQUEST *request, DOT11EXT_IHV_UI_REQUEST *copy,
                 char hash[2 * TRACE_HASH_BYTES + 1])
{
    if (!safe_copy(copy, request, sizeof *copy))
        return false;
    size_t size = copy->dwByteCount < MAX_DATA ? copy->dwByteCount : MAX_DATA;
    if (copy->pvUIRequest == NULL)
        size = 0;
    uint8_t *all = HeapAlloc(GetProcessHeap(), 0, sizeof *copy + size);
    if (all == NULL)
        return false;
    memcpy(all, copy, sizeof *copy);
    bool readable = size == 0 || (safe_is_there(copy->pvUIRequest, size) &&
                                  safe_copy(all + sizeof *copy, copy->pvUIRequest, size));
    if (readable)
        trace_hash(all, sizeof *copy + size, hash);
    SecureZeroMemory(all, sizeof *copy + size);
    HeapFree(GetProcessHeap(), 0, all);
    return readable;
}

static Pending *find(const GUID *id)
{
    for (size_t i = 0; i < MAX_REQUESTS; i++)
        if (pending[i].used && IsEqualGUID(&pending[i].id, id))
            return &pending[i];
    return NULL;
}

static Pending *find_free(void)
{
    for (size_t i = 0; i < MAX_REQUESTS; i++)
        if (!pending[i].used)
            return &pending[i];
    return NULL;
}

void requests_adapter(HANDLE adapter, HANDLE service)
{
    EnterCriticalSection(&lock);
    adapters[last_adapter].adapter = adapter;
    adapters[last_adapter].service = service;
    last_adapter = (last_adapter + 1) % MAX_ADAPTERS;
    LeaveCriticalSection(&lock);
}

/* The service handle an adapter was given last, or NULL. */
static HANDLE service_of(HANDLE adapter)
{
    for (unsigned i = 1; i <= MAX_ADAPTERS; i++) {
        unsigned at = (last_adapter + MAX_ADAPTERS - i) % MAX_ADAPTERS;
        if (adapters[at].service != NULL && adapters[at].adapter == adapter)
            return adapters[at].service;
    }
    return NULL;
}

void requests_sent(HANDLE service, const DOT11EXT_IHV_UI_REQUEST *request)
{
    DOT11EXT_IHV_UI_REQUEST copy;
    Pending entry = {.used = true, .service = service, .request = request};
    if (!look(request, &copy, entry.hash))
        return;
    entry.id = copy.guidUIRequest;
    entry.session = copy.dwSessionId;
    EnterCriticalSection(&lock);
    Pending *place = find(&entry.id);
    if (place == NULL)
        place = find_free();
    if (place != NULL)
        *place = entry;
    LeaveCriticalSection(&lock);
}

void requests_refused(const DOT11EXT_IHV_UI_REQUEST *request)
{
    DOT11EXT_IHV_UI_REQUEST copy;
    if (safe_copy(&copy, request, sizeof copy))
        requests_answered(&copy.guidUIRequest);
}

static const char *memory(const Pending *entry)
{
    DOT11EXT_IHV_UI_REQUEST copy;
    char now[2 * TRACE_HASH_BYTES + 1];
    if (!safe_is_there(entry->request, sizeof copy) || !look(entry->request, &copy, now))
        return "unreadable";
    return strcmp(now, entry->hash) == 0 ? "unchanged" : "changed";
}

const char *requests_memory(const GUID *request)
{
    EnterCriticalSection(&lock);
    const Pending *found = find(request);
    const char *said = found != NULL ? memory(found) : "unknown";
    LeaveCriticalSection(&lock);
    return said;
}

void requests_answered(const GUID *request)
{
    EnterCriticalSection(&lock);
    Pending *found = find(request);
    if (found != NULL)
        found->used = false;
    LeaveCriticalSection(&lock);
}

/* Writes and forgets those of a service handle, or (NULL) of a user's session. */
static void end(JsonWriter *w, HANDLE service, DWORD session)
{
    bool any = false;
    for (size_t i = 0; i < MAX_REQUESTS; i++) {
        Pending *entry = &pending[i];
        if (!entry->used || (service != NULL ? entry->service != service : entry->session != session))
            continue;
        if (!any)
            jw_array(w, "requests");
        any = true;
        jw_object(w, NULL);
        jw_guid(w, "guidUIRequest", &entry->id);
        jw_text(w, "memory", memory(entry));
        jw_end_object(w);
        entry->used = false;
    }
    if (any)
        jw_end_array(w);
}

void requests_end_of_adapter(JsonWriter *w, HANDLE adapter)
{
    EnterCriticalSection(&lock);
    HANDLE service = service_of(adapter);
    if (service != NULL)
        end(w, service, 0);
    LeaveCriticalSection(&lock);
}

void requests_end_of_session(JsonWriter *w, DWORD session)
{
    EnterCriticalSection(&lock);
    end(w, NULL, session);
    LeaveCriticalSection(&lock);
}
