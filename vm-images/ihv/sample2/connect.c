// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "handlers.h"
#include "network.h"
#include "framework.h"
#include "ui_request.h"
#include "station.h"

DWORD WINAPI on_init_adapter(PDOT11_ADAPTER adapter, HANDLE service, PHANDLE handle)
{
    if (adapter == NULL || handle == NULL)
        return ERROR_INVALID_PARAMETER;
    return station_create(adapter, service, handle);
}

/* Pending operations end without a completion ("802.11 WLAN Adapter Removal"). */
VOID WINAPI on_deinit_adapter(HANDLE handle)
{
    Station *station = station_acquire(handle);
    if (station != NULL)
        station_destroy(station);
}

/* ---- pre-association ---- */

static DWORD refused(PDWORD reason, Reason why, DWORD error)
{
    *reason = why;
    return error;
}

/* The OS's buffers end with the handler: what is needed of them is copied. */
static DWORD begin_pre(Station *station, HANDLE session, const DOT11_SSID *ssid,
                       const Settings *settings, PDWORD reason)
{
    service_lock();
    Phase was = station->phase;
    bool ready = was == PHASE_IDLE || was == PHASE_READY;
    if (ready) {
        station->phase = PHASE_PRE;
        station->connect_session = session;
        station->ssid = *ssid;
        station->settings = *settings;
    }
    service_unlock();
    if (!ready)
        return refused(reason, REASON_STATE, ERROR_INVALID_STATE);
    DWORD error = framework_prepare(station->service, settings->open);
    if (error != ERROR_SUCCESS) {
        service_lock();
        station->phase = was;
        service_unlock();
        return refused(reason, REASON_REFUSED, error);
    }
    SubmitThreadpoolWork(station->work);
    return refused(reason, REASON_NONE, ERROR_SUCCESS);
}

DWORD WINAPI on_pre_associate(HANDLE handle, HANDLE session, PDOT11EXT_IHV_PROFILE_PARAMS params,
                              PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                              PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST list,
                              PDWORD reason)
{
    Settings settings;
    DWORD error;
    (void)connectivity, (void)list;
    if (reason == NULL)
        return ERROR_INVALID_PARAMETER;
    Station *station = station_acquire(handle);
    if (station == NULL)
        return refused(reason, REASON_STATE, ERROR_NOT_FOUND);
    if (params == NULL || params->pSsidList == NULL || params->pSsidList->ulCount == 0 ||
        params->pSsidList->SSIDs[0].uSSIDLength > DOT11_SSID_MAX_LENGTH)
        error = refused(reason, REASON_NETWORK, ERROR_INVALID_PARAMETER);
    else if (security == NULL || !fragment_read(security->pszXmlFragmentIhvSecurity, &settings))
        error = refused(reason, REASON_FRAGMENT, ERROR_INVALID_PARAMETER);
    else
        error = begin_pre(station, session, &params->pSsidList->SSIDs[0], &settings, reason);
    station_release(station);
    return error;
}

/* Whatever is pending is completed with ERROR_CANCELLED ("802.11 WLAN Adapter Reset"). */
DWORD WINAPI on_reset(HANDLE handle)
{
    Station *station = station_acquire(handle);
    if (station == NULL)
        return ERROR_NOT_FOUND;
    Phase was = station_end_operation(station, PHASE_IDLE);
    if (was == PHASE_PRE)
        service_api.Dot11ExtPreAssociateCompletion(station->service, station->connect_session,
                                                   REASON_CANCELLED, ERROR_CANCELLED);
    if (was == PHASE_POST)
        service_api.Dot11ExtPostAssociateCompletion(station->service, station->security_session,
                                                    NULL, REASON_CANCELLED, ERROR_CANCELLED);
    station_release(station);
    return ERROR_SUCCESS;
}

/* ---- post-association ---- */

/* Takes the port over; false if the parameters lie or this is not the time for it. */
static bool take_port(Station *station, HANDLE session, const BYTE peer[6], const Element *own,
                      const Element *promised)
{
    service_lock();
    bool ready = station->phase == PHASE_READY;
    if (ready) {
        Supplicant *supplicant = &station->supplicant;
        station->phase = PHASE_POST;
        station->security_session = session;
        memcpy(supplicant->ap, peer, 6);
        memcpy(supplicant->station, station->address, 6);
        supplicant->own = *own;
        supplicant->promised = *promised;
    }
    service_unlock();
    return ready;
}

/* Asks the user unless the passphrase is known or asked for; the handshake waits for the answer. */
static DWORD ask(Station *station, HANDLE session)
{
    service_lock();
    bool needed = !station->supplicant.has_pmk && !station->asked;
    station->asked = station->asked || needed;
    service_unlock();
    DWORD error = needed ? ui_request_send(station->handle, station->service, &station->ssid,
                                        station->settings.defect)
                         : ERROR_SUCCESS;
    if (error != ERROR_SUCCESS) {
        service_lock();
        station->asked = false;
        if (station->security_session == session && station->phase == PHASE_POST)
            station->phase = PHASE_READY;
        service_unlock();
    }
    return error;
}

static DWORD begin_post(Station *station, HANDLE session, const BYTE peer[6],
                        const DOT11_ASSOCIATION_COMPLETION_PARAMETERS *params, ULONG bytes)
{
    Element own = {0}, promised = {0};
    bool open = station->settings.open;
    if (!open && !network_elements(params, bytes, &own, &promised))
        return ERROR_INVALID_DATA;
    if (!take_port(station, session, peer, &own, &promised))
        return ERROR_INVALID_STATE;
    if (!open)
        return ask(station, session);
    if (station->settings.defect == DEFECT_COMPLETES_INSIDE)
        station_complete(station, session, REASON_NONE, ERROR_SUCCESS);
    SubmitThreadpoolWork(station->work);
    return ERROR_SUCCESS;
}

DWORD WINAPI on_post_associate(HANDLE handle, HANDLE session, PDOT11_PORT_STATE port, ULONG bytes,
                               PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
    Station *station = station_acquire(handle);
    if (station == NULL)
        return ERROR_NOT_FOUND;
    DWORD error = ERROR_INVALID_PARAMETER;
    if (port != NULL && params != NULL && bytes >= HIL_ASSOC_PARAMS_SIZE_VISTA &&
        params->uStatus == DOT11_ASSOC_STATUS_SUCCESS)
        error = begin_post(station, session, port->PeerMacAddress, params, bytes);
    station_release(station);
    return error;
}

static VOID CALLBACK complete_late(PTP_CALLBACK_INSTANCE instance, PVOID context)
{
    Station *station = context;
    (void)instance;
    Sleep(20); /* a defect: the stop is over by then */
    service_api.Dot11ExtPostAssociateCompletion(station->service, station->security_session, NULL,
                                                REASON_NONE, ERROR_SUCCESS);
    station_release(station);
}

/* A pending operation ends without a completion ("Stopping a Post-Association Operation"). */
DWORD WINAPI on_stop(HANDLE handle, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
    Station *station = station_acquire(handle);
    (void)peer, (void)status; /* an infrastructure station has one port */
    if (station == NULL)
        return ERROR_NOT_FOUND;
    Phase was = station_end_operation(station, PHASE_READY);
    if (was == PHASE_POST && station->settings.defect == DEFECT_COMPLETES_AFTER_STOP &&
        TrySubmitThreadpoolCallback(complete_late, station, NULL))
        return ERROR_SUCCESS; /* the late completion releases the station */
    station_release(station);
    return ERROR_SUCCESS;
}

/* ---- packets ---- */

DWORD WINAPI on_receive(HANDLE handle, DWORD bytes, LPVOID packet)
{
    const DOT11_SECURITY_PACKET_HEADER *header = packet;
    const BYTE *type = (const BYTE *)packet + 6;
    if (packet == NULL || bytes < offsetof(DOT11_SECURITY_PACKET_HEADER, Data) + 1 ||
        type[0] != 0x88 || type[1] != 0x8e)
        return ERROR_INVALID_PARAMETER;
    Station *station = station_acquire(handle);
    if (station == NULL)
        return ERROR_NOT_FOUND;
    station_receive(station, header->PeerMac, header->Data,
                    bytes - offsetof(DOT11_SECURITY_PACKET_HEADER, Data));
    station_release(station);
    return ERROR_SUCCESS;
}

DWORD WINAPI on_sent(HANDLE completion)
{
    return framework_sent(completion) ? ERROR_SUCCESS : ERROR_NOT_FOUND;
}
