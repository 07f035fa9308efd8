// SPDX-License-Identifier: GPL-2.0-or-later
#include "adapter.h"

#include <string.h>

#include "bss_list.h"
#include "extras.h"
#include "keys.h"
#include "sends.h"

#define FIRST_ADAPTER_HANDLE 0xadaf0001u
#define STOP_WAIT_MS 60000u /* a worker never waits longer than one framework call */
#define PACKET_HEADER 8     /* peer, EtherType */

static CRITICAL_SECTION adapters_lock;
static Adapter *adapters;
static uintptr_t last_handle = FIRST_ADAPTER_HANDLE;

void adapters_open(void)
{
    InitializeCriticalSection(&adapters_lock);
}

void adapters_close(void)
{
    while (adapters != NULL)
        adapter_deinit(adapters->handle);
    DeleteCriticalSection(&adapters_lock);
}

/* A stale or foreign handle must fail, not crash: handles are numbers looked up here. */
static Adapter *find(HANDLE handle)
{
    EnterCriticalSection(&adapters_lock);
    Adapter *adapter = adapters;
    while (adapter != NULL && adapter->handle != handle)
        adapter = adapter->next;
    LeaveCriticalSection(&adapters_lock);
    return adapter;
}

bool adapter_exists(HANDLE handle)
{
    return find(handle) != NULL;
}

HANDLE adapter_service(HANDLE handle)
{
    Adapter *adapter = find(handle);
    return adapter != NULL ? adapter->service : NULL;
}

static void destroy(Adapter *adapter)
{
    for (Job *job = adapter->first; job != NULL;) {
        Job *next = job->next;
        engine_free_job(job);
        job = next;
    }
    if (adapter->wake != NULL)
        CloseHandle(adapter->wake);
    DeleteCriticalSection(&adapter->lock);
    SecureZeroMemory(adapter, sizeof *adapter);
    HeapFree(GetProcessHeap(), 0, adapter);
}

DWORD WINAPI adapter_init(PDOT11_ADAPTER data, HANDLE service, PHANDLE handle)
{
    if (data == NULL || handle == NULL)
        return ERROR_INVALID_PARAMETER;
    Adapter *adapter = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *adapter);
    if (adapter == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    InitializeCriticalSection(&adapter->lock);
    adapter->service = service;
    adapter->guid = data->gAdapterId;
    adapter->wake = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (adapter->wake != NULL)
        adapter->thread = CreateThread(NULL, 0, engine_main, adapter, 0, NULL);
    if (adapter->thread == NULL) {
        destroy(adapter);
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    EnterCriticalSection(&adapters_lock);
    adapter->handle = (HANDLE)last_handle++;
    adapter->next = adapters;
    adapters = adapter;
    LeaveCriticalSection(&adapters_lock);
    *handle = adapter->handle;
    return ERROR_SUCCESS;
}

/* Drops what waits in the queue; with the lock held. */
static void drop_jobs(Adapter *adapter)
{
    while (adapter->first != NULL) {
        Job *job = adapter->first;
        adapter->first = job->next;
        engine_free_job(job);
    }
    adapter->last = NULL;
    adapter->waiting = 0;
}

VOID WINAPI adapter_deinit(HANDLE handle)
{
    Adapter *adapter = find(handle);
    Job *job = engine_new_job(JOB_EXIT);
    if (adapter == NULL || job == NULL) {
        engine_free_job(job);
        return;
    }
    /* Pending operations are cancelled without completions ("802.11 WLAN Adapter Removal"). */
    EnterCriticalSection(&adapter->lock);
    adapter->phase = PHASE_GONE;
    drop_jobs(adapter);
    engine_queue(adapter, job);
    LeaveCriticalSection(&adapter->lock);
    WaitForSingleObject(adapter->thread, INFINITE);
    CloseHandle(adapter->thread);
    extras_cancel(adapter->service);

    EnterCriticalSection(&adapters_lock);
    for (Adapter **link = &adapters; *link != NULL; link = &(*link)->next) {
        if (*link == adapter) {
            *link = adapter->next;
            break;
        }
    }
    LeaveCriticalSection(&adapters_lock);
    sends_forget(handle);
    destroy(adapter);
}

static DWORD refuse(PDWORD reason, Reason why, DWORD error)
{
    *reason = why;
    return error;
}

DWORD WINAPI adapter_pre_associate(HANDLE handle, HANDLE session,
                                   PDOT11EXT_IHV_PROFILE_PARAMS params,
                                   PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                   PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST list,
                                   PDWORD reason)
{
    Adapter *adapter = find(handle);
    (void)connectivity;
    if (reason == NULL)
        return ERROR_INVALID_PARAMETER;
    if (adapter == NULL)
        return refuse(reason, REASON_WRONG_STATE, ERROR_NOT_FOUND);
    Job *job = engine_new_job(JOB_PRE_ASSOCIATE);
    if (job == NULL)
        return refuse(reason, REASON_INTERNAL, ERROR_NOT_ENOUGH_MEMORY);
    /* Everything is copied here: the buffers are the OS's and end with this call. */
    job->pre.session = session;
    if (params == NULL || params->pSsidList == NULL || params->pSsidList->ulCount == 0 ||
        params->pSsidList->SSIDs[0].uSSIDLength > DOT11_SSID_MAX_LENGTH || security == NULL ||
        !profile_read(security, &job->pre.profile)) {
        engine_free_job(job);
        return refuse(reason, REASON_BAD_PROFILE, ERROR_INVALID_PARAMETER);
    }
    job->pre.ssid = params->pSsidList->SSIDs[0];
    if (list == NULL || !bss_list_find(list, &job->pre.profile, &job->pre.beacon))
        job->pre.beacon.size = 0;

    EnterCriticalSection(&adapter->lock);
    bool ready = adapter->phase == PHASE_IDLE || adapter->phase == PHASE_PRE_DONE;
    if (ready) {
        adapter->phase = PHASE_PRE_PENDING;
        adapter->connect_session = session;
        adapter->open = !profile_has_handshake(&job->pre.profile);
        adapter->wpa = job->pre.profile.wpa;
        *reason = REASON_SUCCESS;
        engine_queue(adapter, job);
    }
    LeaveCriticalSection(&adapter->lock);
    if (ready)
        return ERROR_SUCCESS;
    engine_free_job(job);
    return refuse(reason, REASON_WRONG_STATE, ERROR_INVALID_STATE);
}

/* Moves to a phase that ends operations and waits until the thread has ended them. */
static DWORD end_operation(Adapter *adapter, JobKind kind, Phase from, Phase to)
{
    Job *job = engine_new_job(kind);
    HANDLE finished = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (job == NULL || finished == NULL) {
        engine_free_job(job);
        if (finished != NULL)
            CloseHandle(finished);
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    job->finished = finished;
    EnterCriticalSection(&adapter->lock);
    job->before = adapter->phase;
    job->session =
        adapter->phase == PHASE_PRE_PENDING ? adapter->connect_session : adapter->post_session;
    if (adapter->phase >= from)
        adapter->phase = to;
    drop_jobs(adapter);
    engine_queue(adapter, job);
    LeaveCriticalSection(&adapter->lock);
    DWORD waited = WaitForSingleObject(finished, STOP_WAIT_MS);
    if (waited == WAIT_OBJECT_0) /* else the thread may still signal it: leak one handle */
        CloseHandle(finished);
    return waited == WAIT_OBJECT_0 ? ERROR_SUCCESS : ERROR_TIMEOUT;
}

DWORD WINAPI adapter_reset(HANDLE handle)
{
    Adapter *adapter = find(handle);
    if (adapter == NULL)
        return ERROR_NOT_FOUND;
    return end_operation(adapter, JOB_RESET, PHASE_IDLE, PHASE_IDLE);
}

DWORD WINAPI adapter_stop_post_associate(HANDLE handle, PDOT11_MAC_ADDRESS peer,
                                         DOT11_ASSOC_STATUS status)
{
    Adapter *adapter = find(handle);
    (void)peer, (void)status; /* an infrastructure station has one port */
    if (adapter == NULL)
        return ERROR_NOT_FOUND;
    return end_operation(adapter, JOB_STOP, PHASE_POST_PENDING, PHASE_PRE_DONE);
}

DWORD WINAPI adapter_post_associate(HANDLE handle, HANDLE session, PDOT11_PORT_STATE port,
                                    ULONG size, PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
    Adapter *adapter = find(handle);
    if (adapter == NULL)
        return ERROR_NOT_FOUND;
    Job *job = engine_new_job(JOB_POST_ASSOCIATE);
    if (job == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    job->post.session = session;
    EnterCriticalSection(&adapter->lock);
    job->post.open = adapter->open;
    job->post.wpa = adapter->wpa;
    LeaveCriticalSection(&adapter->lock);
    if (!association_read(port, size, params, &job->post)) {
        engine_free_job(job);
        return ERROR_INVALID_PARAMETER;
    }
    EnterCriticalSection(&adapter->lock);
    bool ready = adapter->phase == PHASE_PRE_DONE;
    if (ready) {
        adapter->phase = PHASE_POST_PENDING;
        adapter->post_session = session;
        engine_queue(adapter, job);
    }
    LeaveCriticalSection(&adapter->lock);
    if (ready)
        return ERROR_SUCCESS;
    engine_free_job(job);
    return ERROR_INVALID_STATE;
}

DWORD WINAPI adapter_receive_packet(HANDLE handle, DWORD size, LPVOID buffer)
{
    static const uint8_t eapol[2] = {0x88, 0x8e};
    Adapter *adapter = find(handle);
    const uint8_t *packet = buffer;
    if (adapter == NULL)
        return ERROR_NOT_FOUND;
    if (buffer == NULL || size <= PACKET_HEADER || size - PACKET_HEADER > PACKET_MAX ||
        memcmp(packet + 6, eapol, sizeof eapol) != 0)
        return ERROR_INVALID_PARAMETER;
    Job *job = engine_new_job(JOB_RECEIVE);
    if (job == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    job->size = size - PACKET_HEADER;
    memcpy(job->source, packet, sizeof job->source);
    memcpy(job->frame, packet + PACKET_HEADER, job->size);
    DWORD error = ERROR_INVALID_STATE;
    EnterCriticalSection(&adapter->lock);
    if (adapter->phase == PHASE_POST_PENDING || adapter->phase == PHASE_POST_DONE)
        error = engine_queue(adapter, job) ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_QUOTA;
    LeaveCriticalSection(&adapter->lock);
    if (error != ERROR_SUCCESS)
        engine_free_job(job);
    return error;
}

DWORD WINAPI adapter_onex_result(HANDLE handle, DOT11_MSONEX_RESULT result,
                                 PDOT11_MSONEX_RESULT_PARAMS params)
{
    Adapter *adapter = find(handle);
    if (adapter == NULL)
        return ERROR_NOT_FOUND;
    Job *job = engine_new_job(JOB_ONEX_RESULT);
    if (job == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    DWORD error = ERROR_INVALID_PARAMETER;
    if (enterprise_take_result(&job->onex, result, params)) {
        error = ERROR_INVALID_STATE;
        EnterCriticalSection(&adapter->lock);
        if (adapter->phase == PHASE_POST_PENDING || adapter->phase == PHASE_POST_DONE)
            error = engine_queue(adapter, job) ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_QUOTA;
        LeaveCriticalSection(&adapter->lock);
    }
    if (error != ERROR_SUCCESS)
        engine_free_job(job);
    return error;
}

DWORD WINAPI adapter_send_completion(HANDLE completion)
{
    Adapter *adapter = find(sends_remove(completion));
    if (adapter == NULL)
        return ERROR_NOT_FOUND;
    Job *job = engine_new_job(JOB_SENT);
    if (job == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    job->send = completion;
    EnterCriticalSection(&adapter->lock);
    bool queued = engine_queue(adapter, job);
    LeaveCriticalSection(&adapter->lock);
    if (!queued)
        engine_free_job(job);
    return ERROR_SUCCESS;
}
