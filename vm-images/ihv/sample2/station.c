// SPDX-License-Identifier: GPL-2.0-or-later
#include "station.h"

#include <string.h>

#include "network.h"
#include "ui_request.h"

#define QUIET_LIMIT_MS 2000u /* of this DLL: how long a stop waits for another handler */

static Station *first; /* under service_lock, as all of a station but its work item */
static ULONG_PTR last_handle = 0x5ec0000;

Station *station_acquire(HANDLE handle)
{
    service_lock();
    Station *station = first;
    while (station != NULL && station->handle != handle)
        station = station->next;
    if (station != NULL)
        station->users++;
    service_unlock();
    return station;
}

void station_release(Station *station)
{
    service_lock();
    station->users--;
    service_wake();
    service_unlock();
}

/* ---- the work item: completions that must not come from their handlers ---- */

static bool take_pre(Station *station, HANDLE *session)
{
    service_lock();
    bool due = station->phase == PHASE_PRE;
    if (due)
        station->phase = PHASE_READY;
    *session = station->connect_session;
    service_unlock();
    return due;
}

static VOID CALLBACK complete_on_pool(PTP_CALLBACK_INSTANCE instance, PVOID context,
                                        PTP_WORK work)
{
    Station *station = context;
    HANDLE session;
    (void)instance, (void)work;
    if (take_pre(station, &session)) {
        service_api.Dot11ExtPreAssociateCompletion(station->service, session, REASON_NONE,
                                                   ERROR_SUCCESS);
        return;
    }
    service_lock();
    bool open = station->phase == PHASE_POST && station->settings.open;
    session = station->security_session;
    service_unlock();
    if (open)
        station_complete(station, session, REASON_NONE, ERROR_SUCCESS);
}

/* ---- life ---- */

DWORD station_create(const DOT11_ADAPTER *adapter, HANDLE service, HANDLE *handle)
{
    Station *station = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *station);
    if (station == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    station->service = service;
    station->work = CreateThreadpoolWork(complete_on_pool, station, NULL);
    if (station->work == NULL || !network_own_address(&adapter->gAdapterId, station->address)) {
        if (station->work != NULL)
            CloseThreadpoolWork(station->work);
        HeapFree(GetProcessHeap(), 0, station);
        return ERROR_DEV_NOT_EXIST;
    }
    service_lock();
    last_handle += 0x10;
    *handle = station->handle = (HANDLE)last_handle;
    station->next = first;
    first = station;
    service_unlock();
    return ERROR_SUCCESS;
}

void station_destroy(Station *station)
{
    station_end_operation(station, PHASE_GONE);
    service_lock();
    for (Station **at = &first; *at != NULL; at = &(*at)->next) {
        if (*at == station) {
            *at = station->next;
            break;
        }
    }
    bool alone = station->users == 1;
    service_unlock();
    if (!alone) /* rather lost than used after its end */
        return;
    CloseThreadpoolWork(station->work);
    SecureZeroMemory(station, sizeof *station);
    HeapFree(GetProcessHeap(), 0, station);
}

/* What of the supplicant belongs to one port; the PMK is that of the connection. */
static void forget_port(Supplicant *supplicant)
{
    Supplicant kept = {.has_pmk = supplicant->has_pmk};
    memcpy(kept.pmk, supplicant->pmk, sizeof kept.pmk);
    SecureZeroMemory(supplicant, sizeof *supplicant);
    *supplicant = kept;
    SecureZeroMemory(&kept, sizeof kept);
}

Phase station_end_operation(Station *station, Phase to)
{
    service_lock();
    Phase was = station->phase;
    if (to != PHASE_READY || was > PHASE_READY)
        station->phase = to;
    forget_port(&station->supplicant);
    if (to != PHASE_READY) {
        SecureZeroMemory(&station->supplicant, sizeof station->supplicant);
        station->asked = false;
    }
    service_unlock();
    WaitForThreadpoolWorkCallbacks(station->work, TRUE);
    service_lock();
    while (station->users > 1 && service_wait(QUIET_LIMIT_MS))
        continue;
    service_unlock();
    if (to != PHASE_READY)
        ui_requests_end(station->handle);
    return was;
}
